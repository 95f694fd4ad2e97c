/**
 * A valuation of the whole corpus: opened with its chunks, worked off by any number of workers, each chunk one transaction,
 * and published when the last is done. Whoever asks for one while one is open goes on with it.
 */
import { VALUATION_MODEL } from '../../models/valuation.ts';
import { dateOf } from '../clock.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';
import type { ModelSet } from '../valuations/models.ts';
import { type CorpusRun, STAGED } from './chunk.ts';
import { keepHistory } from './history.ts';
import { silentRegisters } from './registers.ts';

export interface RunProgress {
  chunks: number;
  done: number;
  patents: number;
  valued: number;
  points: number;
}

/** What building the indexes of the new values may take, and what they are sorted in. */
const INDEX_WORK_MEM = '256MB';

/** The run that is open, or else the last one published; null when there was none. */
export async function lastRun(sql: Sql | Transaction): Promise<CorpusRun | null> {
  const [run] = await sql<CorpusRun[]>`
    select id, model_set_id, valuation_model, as_of, registers, published_at from corpus_run order by id desc limit 1`;
  return run ?? null;
}

/**
 * The run that is open, if its formulas are those of this program and its rows are there, or else a new one.
 * @param chunk_patents numbers of patents in a chunk of a new one
 */
export async function openRun(
  database: Database,
  models: ModelSet,
  now: Date,
  chunk_patents: number,
): Promise<CorpusRun> {
  const as_of = dateOf(now);
  await keepHistory(database.sql, as_of);
  return database.transaction(async (tx) => {
    await tx`select set_config('lock_timeout', '0', true)`;
    // Of several that ask at once one opens it.
    await tx`lock table corpus_run in share row exclusive mode`;
    const open = await lastRun(tx);
    if (open !== null && open.published_at === null && (await isResumable(tx, open))) return open;
    await tx`delete from corpus_run where published_at is null`;
    await tx`select stage_corpus_values()`;
    const stale_after = models.assumptions.parameters.register_stale_after.value;
    const registers = await silentRegisters(tx, now, stale_after);
    const [run] = await tx<CorpusRun[]>`
      insert into corpus_run (model_set_id, valuation_model, as_of, registers, started_at)
      values (${models.id}, ${VALUATION_MODEL}, ${as_of}, ${tx.json(registers)}, ${now})
      returning id, model_set_id, valuation_model, as_of, registers, published_at`;
    await tx`insert into corpus_chunk (run_id, chunk, from_number, to_number)
      select ${run!.id}, row_number() over (order by first), first, first + ${chunk_patents}
      from generate_series(1, (select coalesce(max(number), 0) from corpus_patent), ${chunk_patents}) as first`;
    return run!;
  });
}

async function isResumable(sql: Transaction, run: CorpusRun): Promise<boolean> {
  const [row] = await sql<{ staged: boolean }[]>`select to_regclass(${STAGED.values}) is not null as staged`;
  return row!.staged && run.valuation_model === VALUATION_MODEL;
}

export async function runProgress(sql: Sql | Transaction, run_id: number): Promise<RunProgress> {
  const [row] = await sql<RunProgress[]>`
    select count(*) as chunks, count(done_at) as done, coalesce(sum(patents), 0)::bigint as patents,
      coalesce(sum(valued), 0)::bigint as valued, coalesce(sum(points), 0)::bigint as points
    from corpus_chunk where run_id = ${run_id}`;
  return row!;
}

/** Once, whoever comes to it first. @param patient a pool whose statements may take as long as an index of everything does */
export async function publishRun(patient: Database, { id }: CorpusRun, now: Date): Promise<void> {
  await patient.transaction(async (tx) => {
    const [run] = await tx<Pick<CorpusRun, 'published_at'>[]>`
      select published_at from corpus_run where id = ${id} for update`;
    if (run!.published_at !== null) return;
    const { chunks, done } = await runProgress(tx, id);
    if (done < chunks)
      throw new Error(`${chunks - done} of ${chunks} chunks of run ${id} are not valued yet`);
    await tx`select set_config('maintenance_work_mem', ${INDEX_WORK_MEM}, true)`;
    await tx`select index_staged_corpus_values()`;
    await tx`select publish_corpus_values()`;
    await tx`update corpus_run set published_at = ${now} where id = ${id}`;
    await tx`delete from corpus_chunk where run_id <> ${id}`;
  });
}

/** Gives up a run and the room that it took. */
export async function dropRun(database: Database, { id }: CorpusRun): Promise<void> {
  await database.transaction(async (tx) => {
    await tx`select drop_staged_corpus_values()`;
    await tx`delete from corpus_run where id = ${id} and published_at is null`;
  });
}
