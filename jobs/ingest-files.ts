/** `npm run ingest`: files of any known format into the patent database. */
import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { run, UsageError } from '../src/command.ts';
import { loadConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { openCalendar } from '../src/demonstration/calendar.ts';
import { StartupError } from '../src/errors.ts';
import { type IngestCounts, ingestRecords } from '../src/patents/ingest.ts';
import { createLogger } from '../src/process.ts';
import { openSource } from './feeds.ts';

const HELP = `npm run ingest -- FILE... [--json]

Recognises each file's format and stores what is new: read = accepted + duplicate + quarantined. Bad records are kept
in the quarantine with line, field and reason. Run again, it accepts nothing twice.
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
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
      const counts = await ingestRecords(
        database,
        { id: item.source, name: item.name },
        item.records,
        clock.now(),
      );
      const seconds = (performance.now() - started_ms) / 1000;
      process.stdout.write(`${report(file, item.source, counts, seconds, values.json ?? false)}\n`);
    }
  } finally {
    await close();
  }
});

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
