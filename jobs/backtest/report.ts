/** The backtest of the termination model: which patents it takes, how they are divided, and the figures that come. */
import { attempt } from '../../models/failure.ts';
import { mulberry32 } from '../../models/random.ts';
import {
  type Assessment,
  assess,
  type Measures,
  type Predicted,
  predictSplit,
} from '../../models/termination/assess.ts';
import { type Importance, importances } from '../../models/termination/importance.ts';
import { fitTermination, TERMINATION_MODEL } from '../../models/termination/model.ts';
import { examplesKnownBy, HORIZON_days } from '../../models/termination/outcome.ts';
import { earliest, folds, type Split } from '../../models/termination/split.ts';
import type { Example } from '../../models/termination/types.ts';
import type { CalendarDate, Failure } from '../../models/types.ts';
import { StartupError } from '../../src/errors.ts';
import type { BacktestRows, BadRow } from './rows.ts';

const TRAINING_SHARE = 0.7;
const FOLDS = 5;
const REPEATS = 3;
/** The bundled file and its kind were followed to this day; a later notice in a file shows that it was followed longer. */
export const FOLLOWED_TO = '2017-12-31';
/** Bad rows named in the report; all are counted. */
const NAMED_BAD_ROWS = 100;
const DECIMALS = 4;

/** What became of a file's rows: read = bad + not_granted + not_followed + used. */
export interface FileReport {
  file: string;
  read: number;
  bad: number;
  bad_rows: BadRow[];
  not_granted: number;
  /** Granted less than five years before the last day that the file tells of. */
  not_followed: number;
  used: number;
  granted: { from: CalendarDate; to: CalendarDate };
}

/** Figures on all patents and on those of Chinese owners alone; a failure where these are too few or all alike. */
export type Figures = Assessment & { chinese_owners: Assessment | { failure: Failure } };

/** What was public of the training part's future on the split day. */
export interface StrictReport {
  known_on: CalendarDate;
  outcomes_known: number;
  notices_known: number;
}

export interface BacktestReport {
  seed: number;
  model: string;
  horizon_days: number;
  files: FileReport[];
  /** Absent when two files were given. */
  out_of_time?: Figures & {
    train: number;
    trained_to: CalendarDate;
    strict: StrictReport;
  };
  folds?: Figures & { folds: number; repeats: number };
  /** Present when two files were given; `seen_in_training` counts patents of the test file that are in both. */
  test?: Figures & { train: number; trained_to: CalendarDate; seen_in_training: number };
  importance: Importance[] | { failure: Failure };
}

export function backtestSample(rows: BacktestRows, seed: number): BacktestReport {
  const { file, examples } = usable(rows);
  const split = earliest(examples, TRAINING_SHARE);
  return rounded({
    ...heading(seed, [file]),
    out_of_time: { ...training(split), ...figures([predictSplit(split)]), strict: strict(split) },
    folds: { folds: FOLDS, repeats: REPEATS, ...figures(repeatedFolds(examples, seed)) },
    importance: importanceWithin(split.train, seed),
  });
}

export function backtestFiles(trainRows: BacktestRows, testRows: BacktestRows, seed: number): BacktestReport {
  const [train, test] = [usable(trainRows), usable(testRows)];
  const split = { train: train.examples, test: test.examples };
  const numbers = new Set(split.train.map(({ facts }) => facts.application_number));
  const seen_in_training = split.test.filter(({ facts }) => numbers.has(facts.application_number)).length;
  return rounded({
    ...heading(seed, [train.file, test.file]),
    test: { ...training(split), seen_in_training, ...figures([predictSplit(split)]) },
    importance: importanceWithin(split.train, seed),
  });
}

function heading(seed: number, files: FileReport[]) {
  return { seed, model: TERMINATION_MODEL, horizon_days: HORIZON_days, files };
}

function training({ train }: Split<Example>) {
  return { train: train.length, trained_to: train.at(-1)!.facts.granted_on };
}

function usable({ file, read, bad, not_granted, granted }: BacktestRows) {
  const notices = granted.flatMap(({ notice_on }) => notice_on ?? []);
  const followed_to = notices.reduce((latest, day) => (day > latest ? day : latest), FOLLOWED_TO);
  const examples = examplesKnownBy(granted, followed_to);
  const events = examples.filter(({ outcome }) => outcome === 1).length;
  const [first, last] = [examples.at(0), examples.at(-1)];
  if (first !== undefined && (events === 0 || events === examples.length))
    throw new StartupError(
      `${file}: ${events} of ${examples.length} patents were terminated within five years; give a file with both kinds.`,
    );
  if (first === undefined || last === undefined)
    throw new StartupError(
      `${file}: none of ${read} rows is a patent granted five years or more before ${followed_to} (${bad.length} bad, ${not_granted} not granted); give a file with such patents.`,
    );
  const report: FileReport = {
    file,
    read,
    bad: bad.length,
    bad_rows: bad.slice(0, NAMED_BAD_ROWS),
    not_granted,
    not_followed: granted.length - examples.length,
    used: examples.length,
    granted: { from: first.facts.granted_on, to: last.facts.granted_on },
  };
  return { file: report, examples };
}

/** The predictions of each repeat, every patent predicted once by a model that had not seen it. */
function repeatedFolds(examples: readonly Example[], seed: number): Predicted[][] {
  const random = mulberry32(seed);
  return Array.from({ length: REPEATS }, () => folds(examples, FOLDS, random).flatMap(predictSplit));
}

/** The mean over repeats of what each repeat's predictions, taken together, are worth. */
function figures(repeats: readonly Predicted[][]): Figures {
  const chinese = repeats.map((one) => one.filter(({ example }) => example.facts.domestic === true));
  const outcome = attempt(() => mean(chinese.map(assess)));
  return {
    ...mean(repeats.map(assess)),
    chinese_owners: outcome.ok ? outcome.value : { failure: outcome.failure },
  };
}

function mean(assessments: readonly Assessment[]): Assessment {
  const [first] = assessments;
  const over = (value: (one: Assessment) => number) =>
    assessments.reduce((sum, one) => sum + value(one), 0) / assessments.length;
  const measures = (of: (one: Assessment) => Measures): Measures => ({
    auc: over((one) => of(one).auc),
    brier: over((one) => of(one).brier),
    ece: over((one) => of(one).ece),
  });
  return {
    n: first!.n,
    base_rate: first!.base_rate,
    ...measures((one) => one),
    auc_se: over(({ auc_se }) => auc_se),
    ece_noise: over(({ ece_noise }) => ece_noise),
    baseline: {
      base_rate: measures(({ baseline }) => baseline.base_rate),
      stage_hazard: measures(({ baseline }) => baseline.stage_hazard),
    },
  };
}

/** What could have been learnt on the split day: outcomes need five years, and few notices had been published. */
function strict({ train }: Split<Example>): StrictReport {
  const known_on = train.at(-1)!.facts.granted_on;
  return {
    known_on,
    outcomes_known: examplesKnownBy(train, known_on).length,
    notices_known: train.filter(({ notice_on }) => notice_on !== null && notice_on <= known_on).length,
  };
}

/** Inside the training part: learnt from its earlier patents, measured on its later ones. */
function importanceWithin(train: readonly Example[], seed: number): Importance[] | { failure: Failure } {
  const outcome = attempt(() => {
    const inner = earliest(train, TRAINING_SHARE);
    return importances(fitTermination(inner.train), inner.test, mulberry32(seed));
  });
  return outcome.ok ? outcome.value : { failure: outcome.failure };
}

export function rounded<Report>(report: Report): Report {
  return JSON.parse(JSON.stringify(report), (_, value) =>
    typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value,
  );
}
