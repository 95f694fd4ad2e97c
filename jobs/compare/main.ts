/** `npm run compare`: does the champion still deserve its place, and may a challenger take it? */
import { parseArgs } from 'node:util';
import { isCalendarDate } from '../../models/calendar.ts';
import { FormulaFailure } from '../../models/failure.ts';
import { dateOf, systemClock } from '../../src/clock.ts';
import { run, UsageError } from '../../src/command.ts';
import { loadConfig } from '../../src/config.ts';
import { openCalendar } from '../../src/demonstration/calendar.ts';
import { StartupError } from '../../src/errors.ts';
import type { Comparison } from '../../src/governance/comparison.ts';
import { compareChallengers } from '../../src/governance/service.ts';
import { openForCommand } from '../../src/process.ts';
import { compareOnFile } from './file.ts';

const HELP = `npm run compare -- [--on DATE] [--json] [--file FILE]

Fits champion and challengers to what was known on a day, asks them which annuities due within twelve months will stay
unpaid, and holds the answers against the notices that came since. Both see the same patents; the difference comes
with a 95 % interval (paired bootstrap), and with the decision whether the challenger may be promoted.

Without --file it runs on the service's database (DATABASE_URL, or the embedded one, which must not be in use) and stores
the outcome, which staff read at /v1/models. With --file it reads a patent file of any known format and stores nothing.

  --on DATE    the day asked (default: the last one whose outcomes are all known)
  --json       print one line of JSON a comparison
  --file FILE  such as data/cn_patents.csv
  --help       this text
`;

const NAME_WIDTH = 24;

interface Told {
  /** Null when it is not stored. */
  id: string | null;
  comparison: Comparison;
}

await run(async () => {
  const { values } = parseArgs({
    options: {
      on: { type: 'string' },
      json: { type: 'boolean' },
      file: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const on = values.on ?? null;
  if (on !== null && !isCalendarDate(on))
    throw new UsageError(`--on: "${on}" is no day; give one as YYYY-MM-DD, such as --on 2012-01-01.`);
  const comparisons = await refusing(() =>
    values.file === undefined ? compareInDatabase(on) : compareInFile(values.file, on),
  );
  for (const { id, comparison } of comparisons)
    process.stdout.write(values.json ? `${JSON.stringify({ id, ...comparison })}\n` : textOf(id, comparison));
});

async function compareInDatabase(on: string | null): Promise<Told[]> {
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    const clock = (await openCalendar(database))?.clock ?? systemClock;
    const stored = await compareChallengers(database, on, clock.now());
    if (stored.length === 0)
      throw new StartupError('No challenger is registered, so there is nothing to compare.');
    return stored.map(({ id, result }) => ({ id, comparison: result }));
  } finally {
    await close();
  }
}

async function compareInFile(file: string, on: string | null): Promise<Told[]> {
  const { comparison, bad } = await compareOnFile(file, on, dateOf(systemClock.now()));
  if (bad > 0)
    process.stderr.write(`${file}: ${bad} bad records are left out; npm run ingest tells which and why.\n`);
  return [{ id: null, comparison }];
}

/** A formula that refuses its input is the caller's matter and no crash: one sentence. */
async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FormulaFailure)
      throw new StartupError(`No comparison (${error.code}): ${error.message}`);
    throw error;
  }
}

function textOf(id: string | null, comparison: Comparison): string {
  const { asked_on, patents, lapses, left_out, followed_to, metric, improvement } = comparison;
  const { estimate, low, high, resamples, seed } = improvement;
  const lines = [
    `Asked on ${asked_on} of ${patents} patents: will the annuity due within twelve months stay unpaid? ${lapses} did.`,
    `${left_out} more are left out, whose outcome is not seen by ${followed_to}.`,
    `${''.padEnd(NAME_WIDTH)}${metric.padStart(8)}     AUC  calibration error  lapses expected`,
    row(comparison.champion),
    row(comparison.challenger),
    `improvement by the challenger ${fixed(estimate)}, 95 % from ${fixed(low)} to ${fixed(high)} (${resamples} draws, seed ${seed}): ${verdict(low, high)}`,
    comparison.promote
      ? 'decision: the challenger may be promoted, once it is approved and valuations can run on it'
      : `decision: no promotion: ${comparison.reasons.join('; ')}`,
    id === null ? 'not stored' : `stored as ${id}`,
  ];
  return `${lines.join('\n')}\n`;
}

function row({
  specification,
  score,
  auc,
  calibration_error,
  expected_lapses,
}: Comparison['champion']): string {
  const calibration = fixed(calibration_error).padStart(19);
  const expected = expected_lapses.toFixed(1).padStart(17);
  return `${specification.padEnd(NAME_WIDTH)}${fixed(score).padStart(8)}  ${fixed(auc)}${calibration}${expected}`;
}

function verdict(low: number, high: number): string {
  if (low > 0) return 'the challenger is better';
  return high < 0 ? 'the champion is better' : 'neither is shown to be better';
}

function fixed(value: number): string {
  return value.toFixed(4);
}
