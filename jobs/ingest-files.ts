/** `npm run ingest`: files of any known format into the patent database. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { sha256 } from '../src/canonical.ts';
import { systemClock } from '../src/clock.ts';
import { run, UsageError } from '../src/command.ts';
import { loadConfig } from '../src/config.ts';
import type { Database } from '../src/db/client.ts';
import { openCalendar } from '../src/demonstration/calendar.ts';
import { StartupError } from '../src/errors.ts';
import { ReadMeter } from '../src/patents/archives.ts';
import {
  type IngestCounts,
  ingestRecords,
  ingestSurveyed,
  type OnChunk,
  type SourceOfRun,
  type StoredOrPaused,
} from '../src/patents/ingest.ts';
import { openSourceFile, type SourceFile } from '../src/patents/source-file.ts';
import { SOURCE_ADAPTERS } from '../src/patents/sources/index.ts';
import { mappedLines } from '../src/patents/sources/mapped/lines.ts';
import { readMapping } from '../src/patents/sources/mapped/record.ts';
import { mappedTable } from '../src/patents/sources/mapped/table.ts';
import type { SourceAdapter } from '../src/patents/sources/record.ts';
import { MOST_BAD_SHARE } from '../src/patents/survey.ts';
import { openForCommand } from '../src/process.ts';
import { progressBar } from './progress.ts';

/** A file of fewer is stored before anybody looks. */
const LEAST_SHOWN_RECORDS = 5_000;

const HELP = `npm run ingest -- FILE... [--mapping FILE] [--accept-bad] [--json]

Recognises each file's format, plain, gz or zip, and stores what is new: read = accepted + duplicate + quarantined. Bad records are kept
in the quarantine with line, field and reason. Run again, it accepts nothing twice. Of a file with more than ${100 * MOST_BAD_SHARE} % bad
records nothing is stored, the others are; it ends with 1 then.

  --mapping FILE   for CSV and JSON Lines of any other kind: which column or path is what (docs/sources.md)
  --accept-bad     store the good records of such a file too
  --json           one line of JSON a file
  --help           this text
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'accept-bad': { type: 'boolean' },
      mapping: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (positionals.length === 0) throw new UsageError('Name one file or more: npm run ingest -- FILE...');
  const { adapters, mapping_sha256 } = await readersOf(values.mapping);
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    const clock = (await openCalendar(database))?.clock ?? systemClock;
    for (const file of positionals) {
      const started_ms = performance.now();
      const item = await open(file, adapters);
      const source = { id: item.source, name: item.name, sha256: item.sha256, mapping_sha256 };
      const { counts, reason } = await store(
        database,
        item,
        source,
        values['accept-bad'] ?? false,
        clock.now(),
      );
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
  item: SourceFile,
  source: SourceOfRun,
  accept_bad: boolean,
  known_at: Date,
): Promise<StoredOrPaused> {
  const { records } = item;
  const meter = new ReadMeter();
  const on_chunk = showProgress(item, meter);
  if (!accept_bad) return ingestSurveyed(database, source, records(meter), known_at, on_chunk);
  return { counts: await ingestRecords(database, source, records(meter), known_at, on_chunk), reason: null };
}

/** Reading and merging take about as long as each other. Small files show nothing. */
function showProgress({ name, bytes }: SourceFile, meter: ReadMeter): OnChunk {
  const started_ms = performance.now();
  const show = progressBar(name);
  return (records, of) => {
    const rate = Math.round(records / ((performance.now() - started_ms) / 1000));
    if (of === null) show(`${records} rows read, ${rate} a second`, meter.bytes / bytes / 2);
    else if (of > LEAST_SHOWN_RECORDS) show(`${records} of ${of} rows stored`, (1 + records / of) / 2);
  };
}

async function open(file: string, adapters: readonly SourceAdapter[]): Promise<SourceFile> {
  try {
    return await openSourceFile(file, adapters);
  } catch (error) {
    throw new StartupError((error as Error).message);
  }
}

/** What reads the files: every known source, or the reader of a mapping. */
async function readersOf(
  mapping: string | undefined,
): Promise<{ adapters: readonly SourceAdapter[]; mapping_sha256?: string }> {
  if (mapping === undefined) return { adapters: SOURCE_ADAPTERS };
  try {
    const text = await readFile(mapping, 'utf8');
    const read = readMapping(JSON.parse(text));
    return { adapters: [mappedTable(read), mappedLines(read)], mapping_sha256: sha256(text).toString('hex') };
  } catch (error) {
    throw new StartupError(`${mapping}: ${(error as Error).message}`);
  }
}

function report(file: string, format: string, counts: IngestCounts, seconds: number, json: boolean): string {
  const rows_per_second = Math.round(counts.read / seconds);
  if (json) return JSON.stringify({ file, format, ...counts, rows_per_second });
  const { read, accepted, duplicate, quarantined, signals } = counts;
  return `${file} (${format}): ${read} read = ${accepted} accepted + ${duplicate} duplicate + ${quarantined} quarantined; ${signals} new signals, ${rows_per_second} rows a second`;
}
