/**
 * Champion and challenger on one snapshot: both fitted to what was known on a day, asked on it which annuities due within
 * twelve months would stay unpaid, and held against the notices that came. Pure: histories in, figures and decision out.
 *
 * Asked of every granted patent without a notice by that day, one row a patent, since twelve months hold one due date. Not
 * asked: due dates proven to be paid. Left out and counted: those whose outcome the later histories do not show yet (the
 * rule of person-periods.ts, up to the last day that they tell of, so that the end of a file is not read as payment).
 */
import { createHash } from 'node:crypto';
import { annuityDue } from '../../models/annuity/cnipa.ts';
import { addDays, addYears } from '../../models/calendar.ts';
import { FormulaFailure } from '../../models/failure.ts';
import {
  decidePromotion,
  type Evaluation,
  type Metric,
  type PromotionDecision,
  type Protocol,
} from '../../models/governance/promotion.ts';
import { NOTICE_DELAY_days } from '../../models/lapse/notice.ts';
import { personPeriods } from '../../models/lapse/person-periods.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import { areaUnderCurve } from '../../models/metrics/auc.ts';
import { brierScore } from '../../models/metrics/brier.ts';
import {
  type CalibrationBin,
  calibrationDeciles,
  calibrationError,
} from '../../models/metrics/calibration-error.ts';
import { type Sentence, textsOf } from '../../models/sentences.ts';
import type { CalendarDate } from '../../models/types.ts';
import { canonicalJson } from '../canonical.ts';
import { type FittedModel, runnableModel } from './runnable.ts';

/** One seed for all comparisons, so that none is chosen for its outcome. */
const BOOTSTRAP_SEED = 20_261;

/** Metrics that can be registered. */
const METRICS: Record<string, { of: Metric; better: Protocol['better'] }> = {
  brier: { of: brierScore, better: 'lower' },
};

/** What was fixed with a challenger before anybody compared it. */
export interface RegisteredMetric {
  metric: string;
  metric_registered_on: CalendarDate;
  calibration_margin: number;
}

/** As the registry has it for the challengers of the lapse model; for comparisons without a database. */
export const LAPSE_METRIC: RegisteredMetric = {
  metric: 'brier',
  metric_registered_on: '2026-11-22',
  calibration_margin: 0.01,
};

export interface Snapshot {
  asked_on: CalendarDate;
  /** As known on that day. */
  known: readonly LapseHistory[];
  /** As known when the comparison is made. */
  later: readonly LapseHistory[];
}

export interface ModelFigures {
  specification: string;
  /** By the registered metric. */
  score: number;
  auc: number;
  calibration_error: number;
  /** Among the patents asked about. */
  expected_lapses: number;
  /** Deciles of risk; comparisons made before they were kept have none. */
  calibration?: CalibrationBin[];
}

/** What was asked, of whom, and what is known of it. */
interface Scope {
  asked_on: CalendarDate;
  evaluated_on: CalendarDate;
  /** Last day that the later histories tell of. */
  followed_to: CalendarDate;
  snapshot_sha256: string;
  metric: string;
  patents: number;
  lapses: number;
  /** Patents whose outcome cannot be seen yet. */
  left_out: number;
}

export interface Comparison extends Scope {
  champion: ModelFigures;
  challenger: ModelFigures;
  /** Above 0 the challenger is better. */
  improvement: PromotionDecision['improvement'];
  promote: boolean;
  /** What speaks against promotion. */
  reasons: string[];
  /** The same with codes and values; comparisons made before they were kept have English alone. */
  sentences?: Sentence[];
}

export interface Compared {
  comparison: Comparison;
  champion: FittedModel;
  challenger: FittedModel;
}

interface Asked {
  followed_to: CalendarDate;
  histories: LapseHistory[];
  /** 1 where the annuity stayed unpaid. */
  outcomes: (0 | 1)[];
  left_out: number;
}

/** The last day on which every due date of the twelve months after it has an outcome in these histories. */
export function latestAskable(later: readonly LapseHistory[]): CalendarDate {
  return addYears(addDays(lastDayOf(later), -NOTICE_DELAY_days), -1);
}

/** @throws FormulaFailure where a specification cannot be run, or the snapshot is too small to fit or to judge on */
export function compareModels(
  ids: { champion: string; challenger: string },
  snapshot: Snapshot,
  registered: RegisteredMetric,
  evaluated_on: CalendarDate,
): Compared {
  const metric = metricOf(registered.metric);
  const models = { champion: fitOn(ids.champion, snapshot), challenger: fitOn(ids.challenger, snapshot) };
  const asked = ask(snapshot);
  const scope = scopeOf(snapshot, asked, registered.metric, evaluated_on);
  const evaluate = (role: 'champion' | 'challenger'): Evaluation => ({
    model_id: ids[role],
    snapshot: scope.snapshot_sha256,
    predictions: asked.histories.map(({ facts, granted_on }) =>
      models[role].lapseWithinYear(facts, granted_on, snapshot.asked_on),
    ),
  });
  const champion = evaluate('champion');
  const challenger = evaluate('challenger');
  const { outcomes } = asked;
  const protocol = protocolOf(registered, metric.better);
  const { improvement, promote, reasons } = decidePromotion(
    { evaluated_on, protocol, champion, challenger, outcomes },
    metric.of,
    calibrationError,
  );
  const comparison = {
    ...scope,
    champion: figuresOf(champion, outcomes, metric.of),
    challenger: figuresOf(challenger, outcomes, metric.of),
    improvement,
    promote,
    reasons: textsOf(reasons),
    sentences: reasons,
  };
  return { comparison, ...models };
}

function scopeOf(
  snapshot: Snapshot,
  { outcomes, left_out, followed_to }: Asked,
  metric: string,
  evaluated_on: CalendarDate,
): Scope {
  return {
    asked_on: snapshot.asked_on,
    evaluated_on,
    followed_to,
    snapshot_sha256: hashOf(snapshot),
    metric,
    patents: outcomes.length,
    lapses: total(outcomes),
    left_out,
  };
}

function metricOf(name: string) {
  const metric = METRICS[name];
  if (metric !== undefined) return metric;
  throw new FormulaFailure(
    'metric_unknown',
    `metric '${name}' is not known; register one of ${Object.keys(METRICS).join(', ')}.`,
  );
}

function fitOn(specification: string, { known, asked_on }: Snapshot): FittedModel {
  const model = runnableModel(specification);
  if (model !== null) return model.fit(known, asked_on);
  throw new FormulaFailure(
    'model_unknown',
    `this program holds no code for '${specification}'; install a version of it that does.`,
  );
}

function ask({ asked_on, known, later }: Snapshot): Asked {
  const followed_to = lastDayOf(later);
  const observed_to = addDays(followed_to, -NOTICE_DELAY_days);
  const observed = new Map(
    personPeriods(later, followed_to).periods.map((period) => [numberOf(period.history), period]),
  );
  const asked: Asked = { followed_to, histories: [], outcomes: [], left_out: 0 };
  for (const history of known) {
    const year = yearAsked(history, asked_on);
    if (year === null) continue;
    const period = observed.get(numberOf(history));
    if (year.due_on > observed_to || period === undefined) {
      asked.left_out++;
      continue;
    }
    asked.histories.push(history);
    asked.outcomes.push(period.lapsed && period.patent_years.at(-1) === year.patent_year ? 1 : 0);
  }
  if (asked.histories.length > 0) return asked;
  throw new FormulaFailure(
    'no_rows',
    `of ${asked.left_out} annuities due within twelve months of ${asked_on} none has an outcome by ${followed_to}; ask of an earlier day.`,
  );
}

/** The annuity due within twelve months of a right that is still thought to be in force; null without one. */
function yearAsked(history: LapseHistory, asked_on: CalendarDate) {
  const { facts, granted_on, terminated_notice_on, otherwise_ended_on } = history;
  if (granted_on > asked_on || terminated_notice_on !== null || otherwise_ended_on !== null) return null;
  const due = annuityDue(facts.right_type, facts.filed_on, granted_on, asked_on);
  if (due === null || due.due_on > addYears(asked_on, 1)) return null;
  return due.patent_year <= (facts.paid_through ?? 0) ? null : due;
}

function protocolOf(
  { metric, metric_registered_on, calibration_margin }: RegisteredMetric,
  better: Protocol['better'],
): Protocol {
  return {
    registered_on: metric_registered_on,
    metric_name: metric,
    better,
    calibration_margin,
    seed: BOOTSTRAP_SEED,
  };
}

function figuresOf(
  { model_id, predictions }: Evaluation,
  outcomes: readonly number[],
  metric: Metric,
): ModelFigures {
  return {
    specification: model_id,
    score: metric(predictions, outcomes),
    auc: areaUnderCurve(predictions, outcomes),
    calibration_error: calibrationError(predictions, outcomes),
    expected_lapses: total(predictions),
    calibration: calibrationDeciles(predictions, outcomes),
  };
}

function lastDayOf(histories: readonly LapseHistory[]): CalendarDate {
  let last = '';
  for (const { granted_on, terminated_notice_on, otherwise_ended_on } of histories)
    for (const day of [granted_on, terminated_notice_on, otherwise_ended_on])
      if (day !== null && day > last) last = day;
  if (last !== '') return last;
  throw new FormulaFailure('no_rows', '0 granted patents are known; ingest some first.');
}

/** History by history, so that a large snapshot is never one text. */
function hashOf({ asked_on, known, later }: Snapshot): string {
  const hash = createHash('sha256').update(asked_on);
  for (const histories of [known, later]) {
    hash.update(`\n${histories.length}\n`);
    for (const history of histories) hash.update(canonicalJson(history));
  }
  return hash.digest('hex');
}

function numberOf({ facts }: LapseHistory): string {
  return `${facts.office}${facts.application_number}`;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
