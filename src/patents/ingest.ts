/**
 * Source records into patents, facts and signals: read once, idempotent, every record accounted for.
 *
 * A run stages its records batch by batch as they are read (staging.ts), decides when it has seen all of them whether the
 * file may be stored (survey.ts), and then merges chunk by chunk (merge.ts), two halves of its patents side by side, each
 * transaction with the counts of the run. Nothing of a file is seen before all of it was read.
 *
 * A run of a file that was cut short is taken up where it stopped, by whoever reads the same bytes next: staged records
 * are passed over, merged chunks left alone.
 */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { again, type Database, type Transaction } from '../db/client.ts';
import { type ChunkRange, mergeChunks } from './merge.ts';
import { claimRun, finishRun, giveUpRun, holdRun, type Run, renewLease } from './runs.ts';
import type { SourceRecord } from './sources/record.ts';
import { Batch, dropStaged, type Half, halfOf, stagedName, stagedTables } from './staging.ts';
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
  /** Of the mapping that reads it, where one does. */
  mapping_sha256?: string | undefined;
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
const RECORDS_A_BREATH = 100;
/** Another run brought the same rows meanwhile; the next attempt sees them. */
const UNIQUE_VIOLATION = '23505';
const MERGE_ATTEMPTS = 5;
/** Records that are merged in one transaction: the more, the fewer pages of the indexes each one touches. */
const MERGE_RECORDS = 100_000;
const MERGE_LIMIT_ms = 300_000;
const MERGE_WORK_MEM = '64MB';

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
  // What began to be stored was judged before, perhaps by somebody who took its bad records.
  const reason = run.merging ? null : judge(survey);
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

/** One batch is written while the next is read. */
async function stageRecords(
  database: Database,
  run: Run,
  records: Records,
  on_chunk: OnChunk,
): Promise<void> {
  let passed = 0;
  let staged = run.staged_records;
  let batch = new Batch(run.staged_batches + 1, run.source, staged);
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    const full = batch;
    batch = new Batch(full.number + 1, run.source, staged + full.records);
    await writing;
    staged += full.records;
    const told = staged;
    writing = database.transaction((tx) => stageBatch(tx, run, full)).then(() => on_chunk(told, null));
    // An error is met at the next batch; until then nobody else is there to hear of it.
    writing.catch(() => {});
  };
  try {
    for await (const record of records) {
      // Reading never waits while the file is in memory, and then nothing is written either.
      if (++passed % RECORDS_A_BREATH === 0) await breathe();
      if (passed <= run.staged_records) continue;
      batch.add(record);
      if (batch.full) await write();
    }
    if (batch.records > 0) await write();
  } finally {
    // Whoever gives the run up, or takes it up again, finds nothing on its way.
    await writing;
  }
}

async function stageBatch(tx: Transaction, run: Run, batch: Batch): Promise<void> {
  await renewLease(tx, run);
  for (const chunk of batch.chunks) {
    // One that is there was merged before the staged tables were lost with its other half.
    const begun = await tx`insert into ingest_chunk (run_id, chunk, records, rejected)
      values (${run.id}, ${chunk.number}, ${chunk.records}, ${chunk.rejected})
      on conflict (run_id, chunk) do update set (records, rejected, lost) = row (excluded.records, excluded.rejected, false)
      where ingest_chunk.lost`;
    if (begun.count > 0) await chunk.stage(tx, run.id);
  }
}

async function surveyOf(database: Database, run: Run): Promise<Survey> {
  const [row] = await database.sql<{ read: number; bad: number }[]>`
    select coalesce(sum(records), 0)::bigint as read, coalesce(sum(rejected), 0)::bigint as bad
    from ingest_chunk where run_id = ${run.id}`;
  const { read, bad } = row!;
  if (bad === 0) return { read, bad, first_bad: null };
  const [first_bad] = await database.sql<NonNullable<Survey['first_bad']>[]>`
    select line, field, reason from ${database.sql(stagedName(run.id, 'quarantine'))} order by record limit 1`;
  return { read, bad, first_bad: first_bad! };
}

async function pause(tx: Transaction, run: Run, reason: string): Promise<void> {
  const shown = await tx`insert into quarantine (run_id, number, line, field, code, reason, excerpt)
    select ${run.id}, row_number() over (order by record), line, field, code, reason, excerpt
    from ${tx(stagedName(run.id, 'quarantine'))} order by record limit ${SHOWN_RECORDS}`;
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
  const groups = await groupsOf(database, run);
  if (groups.length === 0) return;
  const patient = database.sibling({ max: 2, statement_timeout_ms: MERGE_LIMIT_ms });
  try {
    const staged = await patient.transaction((tx) => prepare(tx, run));
    let left = groups.reduce((sum, { records }) => sum + records, 0);
    const merge = async (half: Half) => {
      for (const group of groups.filter((group) => group.half === half)) {
        await again([UNIQUE_VIOLATION], MERGE_ATTEMPTS, () =>
          patient.transaction((tx) => mergeGroup(tx, run, group, staged, known_at)),
        );
        left -= group.records;
        on_chunk(read - left, read);
      }
    };
    await merge('both');
    await Promise.all([merge('lower'), merge('upper')]);
  } finally {
    await patient.close();
  }
}

interface Group extends ChunkRange {
  half: Half;
  records: number;
  rejected: number;
}

/** Chunks of a half that are not merged yet, together as long as a transaction holds them. */
async function groupsOf({ sql }: Database, run: Run): Promise<Group[]> {
  const chunks = await sql<{ chunk: number; records: number; rejected: number }[]>`
    select chunk, records, rejected from ingest_chunk where run_id = ${run.id} and merged_at is null order by chunk`;
  const groups: Group[] = [];
  for (const { chunk, records, rejected } of chunks) {
    const half = halfOf(chunk);
    const last = groups.at(-1);
    if (last?.half !== half || last.records + records > MERGE_RECORDS)
      groups.push({ half, first: chunk, last: chunk, records, rejected });
    else
      Object.assign(last, {
        last: chunk,
        records: last.records + records,
        rejected: last.rejected + rejected,
      });
  }
  return groups;
}

/** Chunks lie one after the other, so that the smallest index finds them; a single one needs none. */
async function prepare(tx: Transaction, run: Run): Promise<Set<string>> {
  const tables = await stagedTables(tx, run.id);
  const [several] = await tx`select from ingest_chunk where run_id = ${run.id} and chunk > 1 limit 1`;
  if (!several) return tables;
  for (const table of tables) {
    await tx`create index if not exists ${tx(`${run.id}_${table}_chunk`)}
      on ${tx(stagedName(run.id, table))} using brin (chunk) with (pages_per_range = 16)`;
    await tx`analyze ${tx(stagedName(run.id, table))}`;
  }
  return tables;
}

async function mergeGroup(
  tx: Transaction,
  run: Run,
  group: Group,
  staged: ReadonlySet<string>,
  known_at: Date,
): Promise<void> {
  const { first, last, records, rejected } = group;
  await holdRun(tx, run);
  // Whoever derives these patents meanwhile holds their marks for longer than others wait for a lock.
  await tx`select set_config('work_mem', ${MERGE_WORK_MEM}, true), set_config('lock_timeout', '0', true)`;
  const { accepted, signals } =
    records === rejected ? { accepted: 0, signals: 0 } : await mergeChunks(tx, run, group, staged, known_at);
  // Only from here on the other half waits.
  await renewLease(tx, run);
  if (rejected > 0)
    await tx`insert into quarantine (run_id, number, line, field, code, reason, excerpt)
      select ${run.id}, run.quarantined + row_number() over (order by bad.record), line, field, code, reason, excerpt
      from ${tx(stagedName(run.id, 'quarantine'))} bad join ingest_run run on run.id = ${run.id}
      where chunk between ${first} and ${last}`;
  await tx`update ingest_run set read = read + ${records}, accepted = accepted + ${accepted},
    duplicate = duplicate + ${records - rejected - accepted}, quarantined = quarantined + ${rejected},
    signals = signals + ${signals} where id = ${run.id}`;
  await tx`update ingest_chunk set merged_at = ${known_at}
    where run_id = ${run.id} and chunk between ${first} and ${last}`;
}
