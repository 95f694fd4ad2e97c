/** Runs of ingest: who works at one, and how a run that was cut short is found and taken up. */
import { randomUUID } from 'node:crypto';
import { type Database, isDatabaseAway, type Sql, type Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { VERSION } from '../package.ts';
import type { IngestCounts, SourceOfRun } from './ingest.ts';
import { dropStaged, stagedName, stagedTables, UPPER_HALF } from './staging.ts';

export interface Run {
  id: string;
  source: string;
  token: string;
  /** What an earlier process had staged of the same bytes. */
  staged_batches: number;
  staged_records: number;
  /** It was decided that the file may be stored, and some of it is. */
  merging: boolean;
}

/** Longer than a merge takes on a busy machine; a process that is killed holds its run no longer. */
const LEASE_seconds = 60;
const MAX_FAILURE_CHARS = 500;
/** A run that nobody took up for so long is given up, with what it staged. */
const ABANDONED_DAYS = 7;

/** The run was taken over by another process, since this one did not answer in time. */
class RunTakenOver extends Error {
  override readonly name = 'RunTakenOver';
}

/**
 * Takes up the run of the same bytes that was cut short, or begins one.
 * @returns null while another process works at it
 */
export async function claimRun(tx: Transaction, source: SourceOfRun, known_at: Date): Promise<Run | null> {
  const token = randomUUID();
  const [cut_short] = await tx<{ id: string; free: boolean }[]>`
    select id, lease_until < now() as free from ingest_run
    where file_sha256 = ${source.sha256 ?? null} and source = ${source.id} and reader = ${readerOf(source)}
      and finished_at is null
      and lease_until is not null order by id limit 1 for update`;
  if (cut_short && !cut_short.free) return null;
  const id = cut_short?.id ?? newId('run');
  if (!cut_short)
    await tx`insert into ingest_run (id, source, name, file_sha256, reader, started_at)
      values (${id}, ${source.id}, ${source.name}, ${source.sha256 ?? null}, ${readerOf(source)}, ${known_at})`;
  await tx`update ingest_run set token = ${token}, lease_until = ${leaseEnd(tx)} where id = ${id}`;
  const staged = cut_short
    ? await whatIsStaged(tx, id)
    : { staged_batches: 0, staged_records: 0, merging: false };
  return { id, source: source.id, token, ...staged };
}

/**
 * Staged tables are unlogged: a crash of the server empties them, and what is not merged must then be staged anew, from its
 * first batch on. A chunk is whole or not there, so that looking for one tells.
 */
async function whatIsStaged(tx: Transaction, id: string) {
  const [waiting] = await tx<{ chunk: number }[]>`
    select chunk from ingest_chunk where run_id = ${id} and merged_at is null and not lost order by chunk limit 1`;
  if (waiting && !(await isStaged(tx, id, waiting.chunk))) {
    await tx`update ingest_chunk set lost = true where run_id = ${id} and merged_at is null`;
    for (const table of await stagedTables(tx, id)) await tx`drop table ${tx(stagedName(id, table))}`;
  }
  const [told] = await tx<Pick<Run, 'staged_batches' | 'staged_records' | 'merging'>[]>`
    with batch as (select *, chunk % ${UPPER_HALF} as number from ingest_chunk where run_id = ${id}),
    whole as (select * from batch where number < (select coalesce(min(number) filter (where lost), ${UPPER_HALF}) from batch))
    select (select coalesce(max(number), 0) from whole) as staged_batches,
      (select coalesce(sum(records), 0)::bigint from whole) as staged_records,
      exists (select from batch where merged_at is not null) as merging`;
  return told!;
}

async function isStaged(tx: Transaction, id: string, chunk: number): Promise<boolean> {
  for (const table of await stagedTables(tx, id)) {
    const [row] = await tx`select from ${tx(stagedName(id, table))} where chunk = ${chunk} limit 1`;
    if (row) return true;
  }
  return false;
}

/** @throws when another process has taken the run over */
export async function renewLease(tx: Transaction, { id, token }: Run): Promise<void> {
  const renewed = await tx`update ingest_run set lease_until = ${leaseEnd(tx)}
    where id = ${id} and token = ${token}`;
  if (renewed.count === 0) throw new RunTakenOver(takenOver(id));
}

/**
 * Nobody takes the run over until the transaction ends, however long it lasts; another of this process may hold it too.
 * @throws when another process has taken the run over
 */
export async function holdRun(tx: Transaction, { id, token }: Run): Promise<void> {
  const held = await tx`select from ingest_run where id = ${id} and token = ${token} for key share`;
  if (held.count === 0) throw new RunTakenOver(takenOver(id));
}

function takenOver(id: string): string {
  return `Run ${id} was taken over by another process; this one ends.`;
}

/** Leases run on the database's own time. */
function leaseEnd(tx: Transaction) {
  return tx`now() + make_interval(secs => ${LEASE_seconds})`;
}

export async function finishRun(database: Database, run: Run, known_at: Date): Promise<IngestCounts> {
  return database.transaction(async (tx) => {
    await renewLease(tx, run);
    await dropStaged(tx, run.id);
    const [counts] = await tx<
      IngestCounts[]
    >`update ingest_run set finished_at = ${known_at}, lease_until = null
      where id = ${run.id} returning read, accepted, duplicate, quarantined, signals`;
    return counts!;
  });
}

/** Ends a run whose source broke. One that lost the database keeps what it staged, for whoever reads the file next. */
export async function giveUpRun(database: Database, run: Run, error: unknown): Promise<void> {
  if (error instanceof RunTakenOver || isDatabaseAway(error)) return;
  await database.transaction(async (tx) => {
    await dropStaged(tx, run.id);
    await tx`update ingest_run set failure = ${String(error).slice(0, MAX_FAILURE_CHARS)}, lease_until = null
      where id = ${run.id} and token = ${run.token}`;
  });
}

/** Drops what runs have staged that were cut short and never taken up. @returns how many */
export async function sweepRuns(database: Database): Promise<{ runs_given_up: number }> {
  return database.transaction(async (tx) => {
    const abandoned = await tx<{ id: string }[]>`select id from ingest_run
      where finished_at is null and lease_until < now() - make_interval(days => ${ABANDONED_DAYS})
      order by id for update skip locked`;
    for (const { id } of abandoned) {
      await dropStaged(tx, id);
      await tx`update ingest_run set lease_until = null, failure = coalesce(failure, 'cut short and never taken up')
        where id = ${id}`;
    }
    return { runs_given_up: abandoned.length };
  });
}

/** Another program or mapping reads the same bytes otherwise. */
function readerOf({ mapping_sha256 = '' }: SourceOfRun): string {
  return `${VERSION} ${mapping_sha256}`.trim();
}

/** A source whose server had nothing new was heard of all the same: a run without records says so. */
export async function heardOf(sql: Sql, source: SourceOfRun, now: Date): Promise<void> {
  await sql`insert into ingest_run (id, source, name, reader, started_at, finished_at)
    values (${newId('run')}, ${source.id}, ${source.name}, ${readerOf(source)}, ${now}, ${now})`;
}
