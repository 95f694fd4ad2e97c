/** `npm run revalue`: the values of all patents, as far as something changed, or all of them. */
import { parseArgs } from 'node:util';
import { VALUATION_MODEL } from '../models/valuation.ts';
import { systemClock } from '../src/clock.ts';
import { run, UsageError } from '../src/command.ts';
import { loadConfig } from '../src/config.ts';
import {
  CHUNK_patents,
  DEFAULT_THREADS,
  MOST_CHUNK_patents,
  type Place,
  revalueAll,
} from '../src/corpus/full.ts';
import { historySize } from '../src/corpus/history.ts';
import { revalueChanged } from '../src/corpus/incremental.ts';
import { lastRun, type RunProgress } from '../src/corpus/run.ts';
import { WORKER_ROLE } from '../src/db/tenancy.ts';
import { openCalendar } from '../src/demonstration/calendar.ts';
import { StartupError } from '../src/errors.ts';
import { openForCommand } from '../src/process.ts';
import type { ModelSet } from '../src/valuations/models.ts';
import { latestModels } from '../src/valuations/store.ts';
import { progressBar } from './progress.ts';

const MOST_THREADS = 64;
const KB_A_MB = 1024;

const HELP = `npm run -s revalue -- [--full] [--chunk N] [--threads N] [--json]

Values the patents of the database without what any pledgor declared. If the models are those of the last time, only what
changed is valued: patents of which something was learnt, whose fee fell due, whose term or register ended. Otherwise, and
with --full, all are; the new values are seen at once when the last is there. A run that was cut short goes on where it
stopped. A chunk that fails three times, or a full disk, ends it with 1 and nothing published.

  --full       all patents, whether anything changed or not
  --chunk N    patents in memory together, and done again after a failure (default ${CHUNK_patents})
  --threads N  threads, each with two connections of its own (default half the cores: ${DEFAULT_THREADS})
  --json       one line: mode, as_of, patents, valued, points, seconds, patents_per_second, peak_rss_mb, chunks, resumed,
               history_points, history_bytes_per_patent_year (of the last three those that the mode has)
  --help       this text
`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean' },
      chunk: { type: 'string', default: String(CHUNK_patents) },
      threads: { type: 'string', default: String(DEFAULT_THREADS) },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const chunk_patents = whole('chunk', values.chunk, MOST_CHUNK_patents);
  const threads = whole('threads', values.threads, MOST_THREADS);
  const { database, url, close } = await openForCommand(loadConfig(process.env));
  try {
    const now = ((await openCalendar(database))?.clock ?? systemClock).now();
    const models = await latestModels(database.sql, now);
    if (models === null)
      throw new StartupError('No models are fitted yet: ingest patents and let a worker run its first slot.');
    const started_ms = performance.now();
    const place = { url, role: WORKER_ROLE, database };
    const done = await revalue(place, models, now, { full: values.full ?? false, chunk_patents, threads });
    const seconds = (performance.now() - started_ms) / 1000;
    const report = {
      ...done,
      seconds: Number(seconds.toFixed(3)),
      patents_per_second: Math.round(done.patents / seconds),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / KB_A_MB),
      ...(await historySize(database.sql)),
    };
    process.stdout.write(`${values.json ? JSON.stringify(report) : textOf(report)}\n`);
  } finally {
    await close();
  }
});

interface Choice {
  full: boolean;
  chunk_patents: number;
  threads: number;
}

async function revalue(place: Place, models: ModelSet, now: Date, { full, ...options }: Choice) {
  const { database } = place;
  const last = await lastRun(database.sql);
  const current =
    last !== null &&
    last.published_at !== null &&
    last.model_set_id === models.id &&
    last.valuation_model === VALUATION_MODEL;
  if (current && !full) return { mode: 'changed', ...(await revalueChanged(database, last, models, now)) };
  const report = await revalueAll(place, models, now, { ...options, on_progress: shower() });
  return { mode: 'all', ...report };
}

function shower() {
  const show = progressBar('revalue');
  const started_ms = performance.now();
  let before: number | null = null;
  return ({ chunks, done, patents }: RunProgress): void => {
    before ??= patents;
    const rate = Math.round((patents - before) / ((performance.now() - started_ms) / 1000));
    show(`${patents} patents, ${rate} a second`, done / chunks);
  };
}

function whole(name: string, text: string, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(
    `--${name}: "${text}" is no whole number from 1 to ${most}; give one, such as --${name} 1.`,
  );
}

interface Report {
  mode: string;
  as_of: string;
  patents: number;
  valued: number;
  points: number;
  seconds: number;
  patents_per_second: number;
  peak_rss_mb: number;
  history_points: number;
  history_bytes_per_patent_year: number | null;
}

function textOf(report: Report): string {
  const { mode, as_of, patents, valued, points, seconds, patents_per_second, peak_rss_mb } = report;
  const size = report.history_bytes_per_patent_year;
  return [
    `${mode === 'all' ? 'All patents' : 'What changed'} as of ${as_of}: ${patents} patents, ${valued} with a value`,
    `${seconds} s, ${patents_per_second} a second, ${peak_rss_mb} MB at most`,
    `${points} new points of history, ${report.history_points} in all${size === null ? '' : `: ${size} bytes a patent and year`}`,
  ].join('\n');
}
