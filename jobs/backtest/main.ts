/**
 * `npm run backtest`: how well termination, risk rules and chances of a breach are told beforehand, on real patents; what the
 * checks of claims find, how well prior art is found and needs are matched, on judged sets; and how well copied marks are told by
 * their scans, on a made market.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FormulaFailure } from '../../models/failure.ts';
import { run, UsageError } from '../../src/command.ts';
import { StartupError } from '../../src/errors.ts';
import { DEFAULT_REPLAY } from '../history.ts';
import { progressBar } from '../progress.ts';
import { BUNDLED_SETS, backtestClaims, claimText } from './claims.ts';
import { backtestFiles, backtestSample } from './report.ts';
import { readBacktestRows } from './rows.ts';
import { backtestRules } from './rule-report.ts';
import { ruleText } from './rule-text.ts';
import { DEFAULT_MARKS, MOST_MARKS, scanReport, scanText } from './scans.ts';
import { backtestText } from './text.ts';

const SAMPLE = path.relative('.', fileURLToPath(new URL('../../data/cn_patents.csv', import.meta.url)));
const JUDGED_NEEDS = path.relative(
  '.',
  fileURLToPath(new URL('../../data/matching_judged.json', import.meta.url)),
);
const DEFAULT_SEED = 20_260;

const HELP = `npm run backtest -- [--json] [--seed N] [--train FILE --test FILE]

Does a granted patent get its termination notice within five years (1,827 days) of its grant? Trains on one part,
predicts the other as on the day of grant, and compares with what came. Takes some ten seconds.

Without files: data/cn_patents.csv, out of time (the earliest 70 % by grant against the rest) and in five folds, three
times. With files: learns from one and is measured on the other; both have the columns of data/cn_patents.csv.

  --json        print one line of JSON
  --train FILE  patents to learn from
  --test FILE   patents to be measured on
  --seed N      how folds and shuffles fall (default ${DEFAULT_SEED})
  --help        this text

npm run backtest -- rules [--json] [--data FILE]

What the default risk rules would have raised over the history of the patents, month by month, on what was known in
each: events, precision and recall against the termination notices, lead days. Takes about a minute.

  --json        print one line of JSON
  --data FILE   patents, with the columns of data/cn_patents.csv, which it is without

npm run backtest -- ltv [--json] [--seed N]

Whether loans passed their loan-to-value limits as often as was stated 30, 90 and 180 days before, over the contracts of
the demonstration: what was stated, what came, calibration error. Replays the history; takes about a minute.

  --json        print one line of JSON
  --seed N      which contracts are made (default ${DEFAULT_REPLAY.seed})

npm run backtest -- prior-art [--json] [--data FILE]

How well the prior art of judged drafts is found among the patents that were judged and the bundled applications: mean
reciprocal rank, beside plain text search. Takes some twenty seconds.

  --json        print one line of JSON
  --data FILE   patents and drafts, with the lists of data/judged_prior_art.json, which it is without

npm run backtest -- claims [--json] [--sets FILE]

What the checks of form find of the faults planted in 60 sets of claims, and what they say of 40 sound ones, in English
and Chinese. A fault is found when its rule speaks of its claim; of a sound set, all that is graver than info is a false alarm.

  --json        print one line of JSON
  --sets FILE   sets of others' making, in the form of data/claim_sets; may be given more than once

npm run backtest -- scans [--json] [--seed N] [--marks N]

How well copied marks are told from honest ones by their scans, on a made market in which 1 % of the marks are copied:
precision and recall of the alarms, each scan looked at when it is made. Takes some seconds.

  --json        print one line of JSON
  --seed N      which market is made (default ${DEFAULT_SEED})
  --marks N     how many marks it has (default ${DEFAULT_MARKS})

npm run backtest -- matching [--json] [--sets FILE] [--seed N]

How high what meets a need stands among matches, beside a search for the text of the need in the same offers: mean
reciprocal rank, and an interval of the difference. Takes about half a minute.

  --json        print one line of JSON
  --sets FILE   needs, offers and which meet which, laid out as data/matching_judged.json, which it is without
  --seed N      how needs are drawn for the interval (default ${DEFAULT_SEED})
`;

// What needs a database loads it itself: the others answer in half the time.
await run(() => {
  const [name, ...args] = process.argv.slice(2);
  if (name === 'rules') return rules(args);
  if (name === 'prior-art') return judgedDrafts(args);
  if (name === 'claims') return claims(args);
  if (name === 'matching') return matching(args);
  if (name === 'scans') return scans(args);
  return name === 'ltv' ? ltv(args) : termination();
});

async function rules(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      data: { type: 'string', default: SAMPLE },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const show = progressBar('backtest');
  const rows = await readBacktestRows(values.data);
  const report = await refusing(async () => backtestRules(rows, ({ day, done }) => show(day, done)));
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : ruleText(report));
}

async function ltv(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      seed: { type: 'string', default: String(DEFAULT_REPLAY.seed) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const seed = seedOf(values.seed);
  const { createVault, newMasterKey } = await import('../../src/secrets/vault.ts');
  const { replay } = await import('../replay.ts');
  const { onScratch } = await import('../scratch.ts');
  const { ltvReliability, ltvText } = await import('./ltv.ts');
  const horizons = await onScratch(async (database, log) => {
    const vault = createVault(database, newMasterKey());
    await replay(database, vault, { ...DEFAULT_REPLAY, seed, log, on_month: progressBar('replay') });
    return ltvReliability(database.sql);
  });
  process.stdout.write(values.json ? `${JSON.stringify({ seed, horizons })}\n` : ltvText(horizons));
}

async function judgedDrafts(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      data: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { onScratch } = await import('../scratch.ts');
  const { backtestPriorArt, JUDGED, priorArtText, readJudged } = await import('./prior-art.ts');
  const judged = await readJudged(values.data ?? JUDGED);
  const show = progressBar('backtest');
  const report = await onScratch((database) =>
    backtestPriorArt(database, judged, (done) => show('drafts', done)),
  );
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : priorArtText(report));
}

async function claims(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      sets: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const report = await refusing(() => backtestClaims(values.sets ?? BUNDLED_SETS));
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : claimText(report));
}

async function scans(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      marks: { type: 'string', default: String(DEFAULT_MARKS) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const marks = /^\d{1,9}$/.test(values.marks) ? Number(values.marks) : 0;
  if (marks < 1 || marks > MOST_MARKS)
    throw new UsageError(
      `--marks: "${values.marks}" is no whole number from 1 to ${MOST_MARKS}; give one, such as --marks 50000.`,
    );
  const report = scanReport(seedOf(values.seed), marks);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : scanText(report));
}

async function matching(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean' },
      sets: { type: 'string', default: JUDGED_NEEDS },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const seed = seedOf(values.seed);
  const { onScratch } = await import('../scratch.ts');
  const { backtestMatching, matchingText, readJudgedNeeds } = await import('./matching.ts');
  const judged = await readJudgedNeeds(values.sets);
  const report = await refusing(() =>
    onScratch((database) => backtestMatching(database, judged, seed, progressBar('matching'))),
  );
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : matchingText(report));
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(
    `--seed: "${text}" is no whole number from 0 to 999999999; give one, such as --seed 7.`,
  );
}

async function termination(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      train: { type: 'string' },
      test: { type: 'string' },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { train, test } = values;
  if ((train === undefined) !== (test === undefined))
    throw new UsageError('--train and --test go together: name both files or neither.');
  const seed = seedOf(values.seed);
  const report = await refusing(async () =>
    train === undefined || test === undefined
      ? backtestSample(await readBacktestRows(SAMPLE), seed)
      : backtestFiles(await readBacktestRows(train), await readBacktestRows(test), seed),
  );
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : backtestText(report));
}

/** A formula that refuses its input is the caller's matter and no crash: one sentence. */
async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FormulaFailure)
      throw new StartupError(`No backtest (${error.code}): ${error.message}`);
    throw error;
  }
}
