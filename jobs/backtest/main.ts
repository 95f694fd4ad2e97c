/**
 * `npm run backtest`: how well termination, risk rules and chances of a breach are told beforehand, on real patents; and
 * how well copied marks are told by their scans, on a made market.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FormulaFailure } from '../../models/failure.ts';
import { run, UsageError } from '../../src/command.ts';
import { StartupError } from '../../src/errors.ts';
import { createVault, newMasterKey } from '../../src/secrets/vault.ts';
import { progressBar } from '../progress.ts';
import { DEFAULT_REPLAY, replay } from '../replay.ts';
import { onScratch } from '../scratch.ts';
import { ltvReliability, ltvText } from './ltv.ts';
import { backtestFiles, backtestSample } from './report.ts';
import { readBacktestRows } from './rows.ts';
import { backtestRules } from './rule-report.ts';
import { ruleText } from './rule-text.ts';
import { DEFAULT_MARKS, MOST_MARKS, scanReport, scanText } from './scans.ts';
import { backtestText } from './text.ts';

const SAMPLE = path.relative('.', fileURLToPath(new URL('../../data/cn_patents.csv', import.meta.url)));
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

npm run backtest -- scans [--json] [--seed N] [--marks N]

How well copied marks are told from honest ones by their scans, on a made market in which 1 % of the marks are copied:
precision and recall of the alarms, each scan looked at when it is made. Takes some seconds.

  --json        print one line of JSON
  --seed N      which market is made (default ${DEFAULT_SEED})
  --marks N     how many marks it has (default ${DEFAULT_MARKS})
`;

await run(() => {
  const [name, ...args] = process.argv.slice(2);
  if (name === 'rules') return rules(args);
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
  const horizons = await onScratch(async (database, log) => {
    const vault = createVault(database, newMasterKey());
    await replay(database, vault, { ...DEFAULT_REPLAY, seed, log, on_month: progressBar('replay') });
    return ltvReliability(database.sql);
  });
  process.stdout.write(values.json ? `${JSON.stringify({ seed, horizons })}\n` : ltvText(horizons));
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
