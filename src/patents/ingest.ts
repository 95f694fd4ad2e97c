/**
 * Source records into patents, facts and signals: read once, idempotent, every record accounted for.
 *
 * A run stages its records chunk by chunk as they are read (staging.ts), decides when it has seen all of them whether the
 * file may be stored (survey.ts), and then merges chunk by chunk (merge.ts), each in one transaction with the counts of
 * the run. Nothing of a file is seen before all of it was read.
 *
 * A run of a file that was cut short is taken up where it stopped, by whoever reads the same bytes next: staged records
 * are passed over, merged chunks left alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '../db/client.ts';
import { mergeChunk } from './merge.ts';
import { claimRun, finishRun, giveUpRun, type Run, renewLease } from './runs.ts';
import type { SourceRecord } from './sources/record.ts';
import { Chunk, dropStaged, stagedName, stagedTables } from './staging.ts';
import { pauseReason, type Survey } from './survey.ts';

export interface IngestCounts {
  read: number;
  accepted: number;
  duplicate: number;
  quarantined: number;
  /** New signals stored. */
  signals: number;
}

/** Where the records of a run come from. */
export interface SourceOfRun {
  /** Id of the adapter. */
  id: string;
  name: string;
  /** Of the file, where it is one: by it a run that was cut short is found again. */
  sha256?: string | undefined;
}

export interface StoredOrPaused {
  /** Null when nothing was stored. */
  counts: IngestCounts | null;
  reason: string | null;
}

/** Told after each chunk how many of the records read are merged; null while they are still being read. */
export type OnChunk = (records: number, of: number | null) => void;

type Records = AsyncIterable<SourceRecord> | Iterable<SourceRecord>;

/** Bad records of a paused file that are kept for whoever looks at it. */
const SHOWN_RECORDS = 100;
/** How often a run that another process works at is looked at again. */
const TAKEN_POLL_ms = 1_000;

/**
 * Reads every record of a source and stores what is new, however many are bad.
 * @param known_at when the service learnt of it; no read as of an earlier instant sees it
 * @throws whatever the source or database throws; nothing of what was read is seen then, and reading again goes on
 */
export async function ingestRecords(
  database: Database,
  source: SourceOfRun,
  records: Records,
  known_at: Date,
  on_chunk: OnChunk = () => {},
): Promise<IngestCounts> {
  const { counts } = await ingestRun(database, source, records, known_at, () => null, on_chunk);
  return counts!;
}

/** The same, but a file with too many bad records is paused: nothing of it is published, and its run says why. */
export async function ingestSurveyed(
  database: Database,
  source: SourceOfRun,
  records: Records,
  known_at: Date,
  on_chunk: OnChunk = () => {},
): Promise<StoredOrPaused> {
  return ingestRun(database, source, records, known_at, pauseReason, on_chunk);
}

async function ingestRun(
  database: Database,
  source: SourceOfRun,
  records: Records,
  known_at: Date,
  judge: (survey: Survey) => string | null,
  on_chunk: OnChunk,
): Promise<StoredOrPaused> {
  const run = await untilClaimed(database, source, known_at);
  try {
    await stageRecords(database, run, records, on_chunk);
  } catch (error) {
    // A source that breaks would break again; what the database lost while it was away is taken up by the next run.
    await giveUpRun(database, run, error);
    throw error;
  }
  const survey = await surveyOf(database, run);
  const reason = judge(survey);
  if (reason !== null) {
    await database.transaction((tx) => pause(tx, run, reason));
    return { counts: null, reason };
  }
  await mergeStaged(database, run, survey.read, known_at, on_chunk);
  return { counts: await finishRun(database, run, known_at), reason };
}

async function untilClaimed(database: Database, source: SourceOfRun, known_at: Date): Promise<Run> {
  for (;;) {
    const run = await database.transaction((tx) => claimRun(tx, source, known_at));
    if (run !== null) return run;
    await sleep(TAKEN_POLL_ms);
  }
}

/** One chunk is written while the next is read. */
async function stageRecords(
  database: Database,
  run: Run,
  records: Records,
  on_chunk: OnChunk,
): Promise<void> {
  let passed = 0;
  let staged = run.staged_records;
  let chunk = new Chunk(run.staged_chunks + 1, run.source);
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    const full = chunk;
    chunk = new Chunk(full.number + 1, run.source);
    await writing;
    staged += full.records;
    const told = staged;
    writing = database.transaction((tx) => stageChunk(tx, run, full)).then(() => on_chunk(told, null));
    // An error is met at the next chunk; until then nobody else is there to hear of it.
    writing.catch(() => {});
  };
  for await (const record of records) {
    if (passed++ < run.staged_records) continue;
    chunk.add(record);
    if (chunk.full) await write();
  }
  if (chunk.records > 0) await write();
  await writing;
}

async function stageChunk(tx: Transaction, run: Run, chunk: Chunk): Promise<void> {
  await renewLease(tx, run);
  await chunk.stage(tx, run.id);
  await tx`insert into ingest_chunk (run_id, chunk, records, rejected)
    values (${run.id}, ${chunk.number}, ${chunk.records}, ${chunk.rejected})`;
}

async function surveyOf(database: Database, run: Run): Promise<Survey> {
  const [row] = await database.sql<{ read: number; bad: number }[]>`
    select coalesce(sum(records), 0)::bigint as read, coalesce(sum(rejected), 0)::bigint as bad
    from ingest_chunk where run_id = ${run.id}`;
  const { read, bad } = row!;
  if (bad === 0) return { read, bad, first_bad: null };
  const [first_bad] = await database.sql<NonNullable<Survey['first_bad']>[]>`
    select line, field, reason from ${database.sql(stagedName(run.id, 'quarantine'))} order by chunk, number limit 1`;
  return { read, bad, first_bad: first_bad! };
}

async function pause(tx: Transaction, run: Run, reason: string): Promise<void> {
  const shown = await tx`insert into quarantine (run_id, number, line, field, code, reason, excerpt)
    select ${run.id}, row_number() over (order by chunk, number), line, field, code, reason, excerpt
    from ${tx(stagedName(run.id, 'quarantine'))} order by chunk, number limit ${SHOWN_RECORDS}`;
  await tx`update ingest_run set failure = ${`paused: ${reason}`}, lease_until = null,
    read = ${shown.count}, quarantined = ${shown.count} where id = ${run.id}`;
  await dropStaged(tx, run.id);
}

async function mergeStaged(
  database: Database,
  run: Run,
  read: number,
  known_at: Date,
  on_chunk: OnChunk,
): Promise<void> {
  const staged = await database.transaction(async (tx) => {
    const tables = await stagedTables(tx, run.id);
    for (const table of tables) await indexByChunk(tx, run.id, table);
    return tables;
  });
  const chunks = await database.sql<{ chunk: number; records: number; rejected: number }[]>`
    select chunk, records, rejected from ingest_chunk where run_id = ${run.id} and merged_at is null order by chunk`;
  let left = chunks.reduce((sum, { records }) => sum + records, 0);
  for (const chunk of chunks) {
    await database.transaction((tx) => mergeOne(tx, run, chunk, staged, known_at));
    left -= chunk.records;
    on_chunk(read - left, read);
  }
}

/** Chunks lie one after the other, so that the smallest index finds them; a single one needs none. */
async function indexByChunk(tx: Transaction, run_id: string, table: string): Promise<void> {
  const [several] = await tx`select from ingest_chunk where run_id = ${run_id} and chunk > 1 limit 1`;
  if (!several) return;
  await tx`create index if not exists ${tx(`${run_id}_${table}_chunk`)}
    on ${tx(stagedName(run_id, table))} using brin (chunk) with (pages_per_range = 16)`;
}

async function mergeOne(
  tx: Transaction,
  run: Run,
  { chunk, records, rejected }: { chunk: number; records: number; rejected: number },
  staged: ReadonlySet<string>,
  known_at: Date,
): Promise<void> {
  await renewLease(tx, run);
  const merged =
    records === rejected ? { patents: 0, signals: 0 } : await mergeChunk(tx, run, chunk, staged, known_at);
  if (rejected > 0)
    await tx`insert into quarantine (run_id, number, line, field, code, reason, excerpt)
      select ${run.id}, run.quarantined + bad.number, line, field, code, reason, excerpt
      from ${tx(stagedName(run.id, 'quarantine'))} bad join ingest_run run on run.id = ${run.id} where chunk = ${chunk}`;
  const accepted = merged.patents;
  await tx`update ingest_run set read = read + ${records}, accepted = accepted + ${accepted},
    duplicate = duplicate + ${records - rejected - accepted}, quarantined = quarantined + ${rejected},
    signals = signals + ${merged.signals} where id = ${run.id}`;
  await tx`update ingest_chunk set merged_at = ${known_at} where run_id = ${run.id} and chunk = ${chunk}`;
}
