/** `npm run bench -- ingest`: how fast a file of patents is taken in, beside a raw copy of its bytes. */
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { generateCorpus } from '../../jobs/corpus/generate.ts';
import type { Database } from '../../src/db/client.ts';
import { ingestSurveyed } from '../../src/patents/ingest.ts';
import { openSourceFile } from '../../src/patents/source-file.ts';
import type { OnProgress } from '../chaos/run.ts';
import { openFolder } from '../database.ts';
import { openStore } from './field.ts';
import { median, rounded } from './figures.ts';

export interface IngestReport {
  /** Records of the file, each a Chinese application with all that happened to it. */
  rows: number;
  bytes: number;
  signals: number;
  /** Of the product's own path: reading and staging, the decision, merging, the marks of what is behind. */
  seconds: number;
  /** Of these, until all was read and staged. */
  staging_seconds: number;
  /** And until all was merged. */
  merging_seconds: number;
  rows_per_second: number;
  /** One pass over the records without storing. */
  reading_seconds: number;
  /** A COPY of the same bytes, a line a row, into a table with one text column and no index; median of three. */
  copy_seconds: number;
  /** seconds over copy_seconds. */
  ratio: number;
}

export const DEFAULT_ROWS = 100_000;
export const MOST_ROWS = 10_000_000;

const SEED = 1;
const COPIES = 3;
const COPY_LIMIT_ms = 600_000;

export async function benchIngest(rows: number, on_progress: OnProgress): Promise<IngestReport> {
  const folder = await openFolder('pledgewatch-corpus-');
  const file = path.join(folder, 'cn-sample.csv');
  const store = await openStore();
  try {
    await generateCorpus({ seed: SEED, patents: rows, format: 'cn-sample' }, file);
    on_progress('corpus made', 0.1);
    const reading_seconds = await timed(() => readThrough(file));
    on_progress('corpus read', 0.2);
    const copy_seconds = await copyMedian(store.database, file);
    on_progress('bytes copied', 0.3);
    const { signals, seconds, staging_seconds } = await ingest(store.database, file, rows, on_progress);
    on_progress('corpus ingested', 1);
    return {
      rows,
      bytes: (await stat(file)).size,
      signals,
      seconds: rounded(seconds, 3),
      rows_per_second: Math.round(rows / seconds),
      staging_seconds: rounded(staging_seconds, 3),
      merging_seconds: rounded(seconds - staging_seconds, 3),
      reading_seconds: rounded(reading_seconds, 3),
      copy_seconds: rounded(copy_seconds, 3),
      ratio: rounded(seconds / copy_seconds, 1),
    };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function ingest(database: Database, file: string, rows: number, on_progress: OnProgress) {
  const started_ms = performance.now();
  const elapsed = () => (performance.now() - started_ms) / 1000;
  let staging_seconds = 0;
  const { source, name, sha256, records } = await openSourceFile(file);
  const on_chunk = (done: number, of: number | null) => {
    if (of === null) staging_seconds = elapsed();
    on_progress(
      `${done} ${of === null ? 'staged' : 'merged'}`,
      0.3 + (done / rows) * 0.35 * (of === null ? 1 : 2),
    );
  };
  const run = { id: source, name, sha256 };
  const { counts, reason } = await ingestSurveyed(database, run, records(), new Date(), on_chunk);
  if (counts?.accepted !== rows)
    throw new Error(
      `Of ${rows} records ${counts?.accepted ?? 0} were accepted: ${reason ?? 'no reason told'}`,
    );
  return { signals: counts.signals, seconds: elapsed(), staging_seconds };
}

async function readThrough(file: string): Promise<void> {
  const { records } = await openSourceFile(file);
  for await (const _ of records());
}

async function copyMedian(database: Database, file: string): Promise<number> {
  const patient = database.sibling({ max: 1, statement_timeout_ms: COPY_LIMIT_ms });
  const took: number[] = [];
  try {
    for (let round = 0; round < COPIES; round++) {
      await patient.sql`create table raw_line (line text)`;
      took.push(await timed(() => copyLines(patient, file)));
      await patient.sql`drop table raw_line`;
    }
  } finally {
    await patient.close();
  }
  return median(took);
}

/** Delimiter and quote are characters that no line holds, so a line is one value as it stands. */
function copyLines(database: Database, file: string): Promise<void> {
  return database.transaction(async (tx) => {
    const target =
      await tx`copy raw_line from stdin with (format csv, delimiter e'\\x01', quote e'\\x02')`.writable();
    await pipeline(createReadStream(file), target);
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started_ms = performance.now();
  await work();
  return (performance.now() - started_ms) / 1000;
}

export function ingestText(report: IngestReport): string {
  const { rows, bytes, signals, seconds, rows_per_second, copy_seconds, ratio } = report;
  return [
    `File     ${rows} records, ${(bytes / 1e6).toFixed(1)} MB`,
    `Ingest   ${seconds} s, ${rows_per_second} records a second; ${signals} signals stored`,
    `Of it    ${report.staging_seconds} s to read and stage, ${report.merging_seconds} s to merge`,
    `Reading  ${report.reading_seconds} s for one pass over the records alone`,
    `Copy     ${copy_seconds} s for the same bytes, a line a row, into a table without index`,
    `Ratio    ${ratio}`,
    '',
  ].join('\n');
}
