/** `npm run ingest`: files of any known format into the patent database. */
import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { run, UsageError } from '../src/command.ts';
import { loadConfig } from '../src/config.ts';
import type { Database } from '../src/db/client.ts';
import { openDatabase } from '../src/db/open.ts';
import { openCalendar } from '../src/demonstration/calendar.ts';
import { StartupError } from '../src/errors.ts';
import { type IngestCounts, ingestRecords } from '../src/patents/ingest.ts';
import { ingestSurveyed, MOST_BAD_SHARE, type StoredOrPaused } from '../src/patents/survey.ts';
import { createLogger } from '../src/process.ts';
import { type FeedItem, openSource } from './feeds.ts';

const HELP = `npm run ingest -- FILE... [--accept-bad] [--json]

Recognises each file's format and stores what is new: read = accepted + duplicate + quarantined. Bad records are kept
in the quarantine with line, field and reason. Run again, it accepts nothing twice. Of a file with more than ${100 * MOST_BAD_SHARE} % bad
records nothing is stored, the others are; it ends with 1 then.

  --accept-bad   store the good records of such a file too
  --json         one line of JSON a file
  --help         this text
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'accept-bad': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (positionals.length === 0) throw new UsageError('Name one file or more: npm run ingest -- FILE...');
  const config = loadConfig(process.env);
  const { database, close } = await openDatabase(config.database_url, config.home, createLogger(config));
  try {
    const clock = (await openCalendar(database))?.clock ?? systemClock;
    for (const file of positionals) {
      const started_ms = performance.now();
      const item = await open(file);
      const { counts, reason } = await store(database, item, values['accept-bad'] ?? false, clock.now());
      const seconds = (performance.now() - started_ms) / 1000;
      if (counts === null) {
        process.stderr.write(`${file}: ${reason}\n`);
        process.exitCode = 1;
      } else process.stdout.write(`${report(file, item.source, counts, seconds, values.json ?? false)}\n`);
    }
  } finally {
    await close();
  }
});

async function store(
  database: Database,
  { source: id, name, records }: FeedItem,
  accept_bad: boolean,
  known_at: Date,
): Promise<StoredOrPaused> {
  const source = { id, name };
  if (!accept_bad) return ingestSurveyed(database, source, records, known_at);
  return { counts: await ingestRecords(database, source, records(), known_at), reason: null };
}

async function open(file: string) {
  try {
    return await openSource(file);
  } catch (error) {
    throw new StartupError((error as Error).message);
  }
}

function report(file: string, format: string, counts: IngestCounts, seconds: number, json: boolean): string {
  const rows_per_second = Math.round(counts.read / seconds);
  if (json) return JSON.stringify({ file, format, ...counts, rows_per_second });
  const { read, accepted, duplicate, quarantined, signals } = counts;
  return `${file} (${format}): ${read} read = ${accepted} accepted + ${duplicate} duplicate + ${quarantined} quarantined; ${signals} new signals, ${rows_per_second} rows a second`;
}
