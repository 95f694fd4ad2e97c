/** Rows of facts through RowValuer, out by COPY and in by COPY; and a chunk of a run, which is such rows in one transaction. */
import type { CalendarDate } from '../../models/types.ts';
import { ValuationTables } from '../../models/value/tables.ts';
import { BinaryWriter } from '../db/binary-copy.ts';
import type { Transaction } from '../db/client.ts';
import { copyIn, copyOut } from '../db/copy.ts';
import { type ModelSet, settingOf } from '../valuations/models.ts';
import {
  FACT_COLUMNS,
  HISTORY_COLUMNS,
  type Registers,
  RowValuer,
  VALUE_COLUMNS,
  type ValuedRows,
} from './rows.ts';

export interface CorpusRun {
  id: number;
  model_set_id: string;
  valuation_model: string;
  as_of: CalendarDate;
  registers: Registers;
  published_at: Date | null;
}

export interface ChunkCounts {
  patents: number;
  valued: number;
  /** Of their series, that became history. */
  points: number;
}

/** Tables that take what was valued. */
export interface Targets {
  values: string;
  history: string;
}

/** Beside the published ones until all is valued. */
export const STAGED: Targets = { values: 'staging.corpus_value', history: 'staging.corpus_value_history' };

const PIECE_BYTES = 65_536;

/** What RowValuer reads of a patent. */
export const READ_COLUMNS = [
  ...FACT_COLUMNS.map((column) => `corpus_patent.${column}`),
  ...['last.recorded_on', 'last.recorded_mid_minor'],
  'corpus_patent.patent_id in (select patent_id from corpus_followed)',
].join(', ');

/** @param select of READ_COLUMNS */
export async function valueRows(
  tx: Transaction,
  select: string,
  valuer: RowValuer,
  { values, history }: Targets,
): Promise<ChunkCounts> {
  const out: ValuedRows = {
    values: new BinaryWriter(PIECE_BYTES),
    history: new BinaryWriter(PIECE_BYTES),
    valued: 0,
  };
  await copyOut(tx, `(${select}) to stdout (format binary)`, valuer.into(out));
  const take = async (table: string, columns: readonly string[], rows: BinaryWriter) => {
    const pieces = rows.end();
    if (rows.rows > 0)
      await copyIn(tx, `${table} (${columns.join(', ')}) from stdin (format binary)`, pieces);
  };
  await take(values, VALUE_COLUMNS, out.values);
  await take(history, HISTORY_COLUMNS, out.history);
  return { patents: out.values.rows, valued: out.valued, points: out.history.rows };
}

export function valuerOf({ as_of, registers }: CorpusRun, models: ModelSet): RowValuer {
  return new RowValuer(new ValuationTables(settingOf(models, as_of)), registers);
}

export interface ChunkRange {
  chunk: number;
  from_number: number;
  to_number: number;
}

/** Takes the next open chunk that no other worker is at; null when there is none. It is let go of with the transaction. */
export async function claimChunk(tx: Transaction, run_id: number): Promise<ChunkRange | null> {
  const [chunk] = await tx<ChunkRange[]>`
    select chunk, from_number, to_number from corpus_chunk where run_id = ${run_id} and done_at is null
    order by chunk limit 1 for update skip locked`;
  return chunk ?? null;
}

export async function valueChunk(
  tx: Transaction,
  run_id: number,
  { chunk, from_number, to_number }: ChunkRange,
  valuer: RowValuer,
): Promise<ChunkCounts> {
  // A table that was just filled is known too little of for the planner to see that a chunk is a small part of it.
  await tx`select set_config('enable_seqscan', 'off', true)`;
  const within = (table: string) =>
    `${table}.number >= ${Number(from_number)} and ${table}.number < ${Number(to_number)}`;
  const select = `select ${READ_COLUMNS} from corpus_patent
    left join corpus_value last on last.patent_id = corpus_patent.patent_id and ${within('last')}
    where ${within('corpus_patent')}`;
  const counts = await valueRows(tx, select, valuer, STAGED);
  const { patents, valued, points } = counts;
  await tx`update corpus_chunk set done_at = now(), patents = ${patents}, valued = ${valued}, points = ${points}
    where run_id = ${run_id} and chunk = ${chunk}`;
  return counts;
}
