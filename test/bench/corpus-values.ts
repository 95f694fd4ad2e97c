/**
 * `npm run bench -- revalue`: a made corpus valued whole, beside a raw COPY of the same columns out and of the same rows in.
 * `npm run bench -- growth`: how the time of it grows with the corpus.
 */
import { linearRegression } from 'simple-statistics';
import { FACT_COLUMNS, VALUE_COLUMNS } from '../../src/corpus/rows.ts';
import type { Database } from '../../src/db/client.ts';
import { copyIn, copyOut } from '../../src/db/copy.ts';
import type { OnProgress } from '../chaos/run.ts';
import { startChild } from './child.ts';
import { storeFittedModels, storeMadeCorpus } from './corpus-made.ts';
import type { ValuerAnswer, ValuerQuestion } from './corpus-valuer.ts';
import { openStore } from './field.ts';
import { rounded } from './figures.ts';

export const DEFAULT_VALUED = 100_000;
export const MOST_VALUED = 10_000_000;

export const AS_OF = '2023-01-01';
export const NOW = new Date(`${AS_OF}T01:00:00Z`);
export const PATIENCE_ms = 1_800_000;
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
export async function askValuer(url: string, question: ValuerQuestion): Promise<ValuerAnswer> {
  const child = await startChild('corpus-valuer.ts', [url]);
  const answer = await child.ask<ValuerAnswer>(question);
  await child.end();
  return answer;
}

/** Seconds. */
export async function floorOf(database: Database): Promise<{ out: number; in: number }> {
  const patient = database.sibling({ max: 1, statement_timeout_ms: PATIENCE_ms });
  try {
    const values = `corpus_value (${VALUE_COLUMNS.join(', ')})`;
    const rows = new Gathered();
    await patient.transaction((tx) =>
      copyOut(tx, `${values} to stdout (format binary)`, (piece) => rows.add(piece)),
    );
    await patient.sql`create table raw_value (like corpus_value)`;
    const facts = `corpus_patent (${FACT_COLUMNS.join(', ')}) to stdout (format binary)`;
    const raw = `raw_value (${VALUE_COLUMNS.join(', ')}) from stdin (format binary)`;
    return {
      out: await timed(() => patient.transaction((tx) => copyOut(tx, facts, () => undefined))),
      in: await timed(() => patient.transaction((tx) => copyIn(tx, raw, rows.end()))),
    };
  } finally {
    await patient.close();
  }
}

/** Many small pieces in few large ones. */
class Gathered {
  readonly #full: Buffer[] = [];
  #bytes = Buffer.allocUnsafe(PIECE_BYTES);
  #at = 0;

  add(piece: Buffer): void {
    if (this.#at + piece.length > PIECE_BYTES) this.#seal();
    this.#at += piece.copy(this.#bytes, this.#at);
  }

  end(): Buffer[] {
    this.#seal();
    return this.#full;
  }

  #seal(): void {
    this.#full.push(this.#bytes.subarray(0, this.#at));
    this.#bytes = Buffer.allocUnsafe(PIECE_BYTES);
    this.#at = 0;
  }
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

export interface GrowthReport {
  sizes: { patents: number; seconds: number; patents_per_second: number; peak_rss_mb: number }[];
  /** Of the time in the number of patents: the slope of a line through their logarithms. */
  exponent: number;
}

export const DEFAULT_GROWN = 3_000_000;
const SHARES = [1 / 30, 1 / 10, 1 / 3, 1];

/** @param most patents of the largest of four corpora */
export async function benchGrowth(most: number, on_progress: OnProgress): Promise<GrowthReport> {
  const store = await openStore();
  const { database, url } = store;
  try {
    const models = await storeFittedModels(database, NOW);
    const sizes: GrowthReport['sizes'] = [];
    for (const share of SHARES) {
      await database.sql`truncate corpus_patent, corpus_value, corpus_stale, corpus_run, corpus_chunk restart identity`;
      await storeMadeCorpus(database, Math.round(most * share), AS_OF);
      const question = { what: 'all', model_set_id: models.id, now_ms: NOW.getTime() } as const;
      const { patents, seconds, peak_rss_mb } = await askValuer(url, question);
      sizes.push({
        patents,
        seconds: rounded(seconds, 3),
        patents_per_second: Math.round(patents / seconds),
        peak_rss_mb: Math.round(peak_rss_mb),
      });
      on_progress(`${patents} patents valued`, sizes.length / SHARES.length);
    }
    return { sizes, exponent: rounded(exponentOf(sizes), 3) };
  } finally {
    await store.close();
  }
}

function exponentOf(sizes: GrowthReport['sizes']): number {
  const points = sizes.map(({ patents, seconds }) => [Math.log(patents), Math.log(seconds)]);
  return linearRegression(points).m;
}

export function growthText({ sizes, exponent }: GrowthReport): string {
  const lines = sizes.map(
    ({ patents, seconds, patents_per_second, peak_rss_mb }) =>
      `${String(patents).padStart(9)} patents  ${seconds} s, ${patents_per_second} a second, ${peak_rss_mb} MB at most`,
  );
  return `${[...lines, `Time grows with the number of patents to the power of ${exponent}`].join('\n')}\n`;
}
