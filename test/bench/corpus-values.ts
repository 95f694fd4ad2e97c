/** `npm run bench -- revalue`: a made corpus valued whole, beside a raw COPY of the same columns out and of the same rows in. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FACT_COLUMNS, VALUE_COLUMNS } from '../../src/corpus/rows.ts';
import type { Database } from '../../src/db/client.ts';
import type { OnProgress } from '../chaos/run.ts';
import { startChild } from './child.ts';
import { storeFittedModels, storeMadeCorpus } from './corpus-made.ts';
import type { ValuerAnswer, ValuerQuestion } from './corpus-valuer.ts';
import { openStore } from './field.ts';
import { rounded } from './figures.ts';

export const DEFAULT_VALUED = 100_000;
export const MOST_VALUED = 10_000_000;

const AS_OF = '2023-01-01';
const NOW = new Date(`${AS_OF}T01:00:00Z`);
const PATIENCE_ms = 1_800_000;
const WORLD_PATENTS = 130_000_000;
const HOUR_seconds = 3600;
const PIECE_BYTES = 65_536;

export interface RevalueReport {
  patents: number;
  /** Of these, with a value; the others have ended, are pending or not known. */
  valued: number;
  /** From the call to the values published, the indexes of the new table among it. */
  seconds: number;
  patents_per_second: number;
  /** A raw COPY of the same columns out, to nowhere, and of the same rows in, into a table without index. */
  floor_seconds: number;
  copy_out_seconds: number;
  copy_in_seconds: number;
  /** seconds over floor_seconds. */
  ratio: number;
  /** Processor time of Node, of all threads, in microseconds a patent. */
  node_cpu_us: number;
  /** Of Node with all its threads. */
  peak_rss_mb: number;
  hours_for_130m: number;
}

export async function benchRevalue(patents: number, on_progress: OnProgress): Promise<RevalueReport> {
  const store = await openStore();
  const { database, url } = store;
  try {
    const models = await storeFittedModels(database, NOW);
    await storeMadeCorpus(database, patents, AS_OF, (done) => on_progress('corpus made', 0.6 * done));
    const full = await askValuer(url, { what: 'all', model_set_id: models.id, now_ms: NOW.getTime() });
    on_progress('corpus valued', 0.9);
    const floor = await floorOf(database);
    on_progress('corpus copied', 1);
    const { seconds } = full;
    return {
      patents: full.patents,
      valued: full.valued,
      seconds: rounded(seconds, 3),
      patents_per_second: Math.round(full.patents / seconds),
      floor_seconds: rounded(floor.out + floor.in, 3),
      copy_out_seconds: rounded(floor.out, 3),
      copy_in_seconds: rounded(floor.in, 3),
      ratio: rounded(seconds / (floor.out + floor.in), 2),
      node_cpu_us: rounded((1e6 * full.cpu_seconds) / full.patents, 2),
      peak_rss_mb: Math.round(full.peak_rss_mb),
      hours_for_130m: rounded((seconds * WORLD_PATENTS) / full.patents / HOUR_seconds, 2),
    };
  } finally {
    await store.close();
  }
}

/** By a process of its own, so that its memory is that of the work alone. */
async function askValuer(url: string, question: ValuerQuestion): Promise<ValuerAnswer> {
  const child = await startChild('corpus-valuer.ts', [url]);
  const answer = await child.ask<ValuerAnswer>(question);
  await child.end();
  return answer;
}

/** Seconds. */
async function floorOf(database: Database): Promise<{ out: number; in: number }> {
  const patient = database.sibling({ max: 1, statement_timeout_ms: PATIENCE_ms });
  try {
    const rows: Buffer[] = [];
    await copyOut(patient, 'corpus_value', VALUE_COLUMNS, (piece) => rows.push(Buffer.from(piece)));
    const bytes = Buffer.concat(rows);
    await patient.sql`create table raw_value (like corpus_value)`;
    return {
      out: await timed(() => copyOut(patient, 'corpus_patent', FACT_COLUMNS, () => undefined)),
      in: await timed(() => copyIn(patient, 'raw_value', VALUE_COLUMNS, bytes)),
    };
  } finally {
    await patient.close();
  }
}

async function copyOut(
  database: Database,
  table: string,
  columns: readonly string[],
  take: (piece: Buffer) => void,
): Promise<void> {
  await database.transaction(async (tx) => {
    const copy = `copy ${table} (${columns.join(', ')}) to stdout (format binary)`;
    const stream = await tx.unsafe(copy).readable();
    stream.on('data', take);
    await once(stream, 'end');
  });
}

async function copyIn(
  database: Database,
  table: string,
  columns: readonly string[],
  bytes: Buffer,
): Promise<void> {
  await database.transaction(async (tx) => {
    const copy = `copy ${table} (${columns.join(', ')}) from stdin (format binary)`;
    const stream = await tx.unsafe(copy).writable();
    await pipeline(Readable.from(pieces(bytes)), stream);
  });
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started_ms = performance.now();
  await work();
  return (performance.now() - started_ms) / 1000;
}

export function revalueText(report: RevalueReport): string {
  const { patents, valued, seconds, patents_per_second } = report;
  return [
    `Revaluation  ${seconds} s for ${patents} patents, ${valued} of them with a value; ${patents_per_second} a second`,
    `Floor        ${report.floor_seconds} s: raw COPY out ${report.copy_out_seconds} s, in ${report.copy_in_seconds} s`,
    `Ratio        ${report.ratio}`,
    `Node         ${report.node_cpu_us} us of processor time a patent, ${report.peak_rss_mb} MB at most`,
    `130 million  ${report.hours_for_130m} hours at this rate`,
    '',
  ].join('\n');
}
