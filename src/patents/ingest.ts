/**
 * Source records into patents, facts and signals: in batches, idempotent, every record accounted for.
 *
 * One batch is one transaction: its patents, facts, signals, bibliography, quarantined lines, the counts of its run, and the mark
 * on every live pledge whose patents have news.
 */

import { canonicalJson, uuidOf } from '../canonical.ts';
import type { Database, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { storeBibliography } from './bibliography.ts';
import { markChanged } from './derived.ts';
import { patentId } from './identity.ts';
import type { SourceRecord } from './sources/record.ts';

/** Records a transaction: large enough to amortise the commit, small enough to hold in memory. */
const BATCH_RECORDS = 500;
const MAX_FAILURE_CHARS = 500;

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
  /** Of the file, where it is one. */
  sha256?: string | undefined;
}

type Accepted = Extract<SourceRecord, { ok: true }>;
type Rejected = Extract<SourceRecord, { ok: false }>;

/**
 * Reads every record of a source and stores what is new.
 * @param known_at when the service learnt of it; no read as of an earlier instant sees it
 * @param failure why these are not all the records of the source, and so do not count as word of its register
 * @throws whatever the source or database throws; what was committed before stays, and reading again adds the rest
 */
export async function ingestRecords(
  database: Database,
  source: SourceOfRun,
  records: AsyncIterable<SourceRecord> | Iterable<SourceRecord>,
  known_at: Date,
  failure: string | null = null,
): Promise<IngestCounts> {
  const run_id = newId('run');
  await database.sql`insert into ingest_run (id, source, name, file_sha256, started_at)
    values (${run_id}, ${source.id}, ${source.name}, ${source.sha256 ?? null}, ${known_at})`;
  const total: IngestCounts = { read: 0, accepted: 0, duplicate: 0, quarantined: 0, signals: 0 };
  let batch: SourceRecord[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    const counts = await database.transaction((tx) => storeBatch(tx, source.id, run_id, batch, known_at));
    for (const key of Object.keys(total) as (keyof IngestCounts)[]) total[key] += counts[key];
    batch = [];
  };
  try {
    for await (const record of records) {
      batch.push(record);
      if (batch.length === BATCH_RECORDS) await flush();
    }
    await flush();
  } catch (error) {
    await database.sql`update ingest_run set failure = ${String(error).slice(0, MAX_FAILURE_CHARS)} where id = ${run_id}`;
    throw error;
  }
  await database.sql`update ingest_run set finished_at = ${failure === null ? known_at : null},
    failure = ${failure?.slice(0, MAX_FAILURE_CHARS) ?? null} where id = ${run_id}`;
  return total;
}

async function storeBatch(
  tx: Transaction,
  source: string,
  run_id: string,
  batch: SourceRecord[],
  known_at: Date,
): Promise<IngestCounts> {
  const accepted = batch.filter((record): record is Accepted => record.ok);
  const rejected = batch.filter((record): record is Rejected => !record.ok);
  const fresh = new Set<string>();
  for (const id of await insertPatents(tx, source, accepted, known_at)) fresh.add(id);
  for (const id of await insertFacts(tx, accepted, known_at)) fresh.add(id);
  const signals = await insertSignals(tx, source, accepted, known_at);
  for (const id of signals) fresh.add(id);
  for (const id of await storeBibliography(tx, source, accepted, known_at)) fresh.add(id);
  await markStale(tx, [...fresh], known_at);
  await markChanged(tx, [...fresh], known_at);
  await quarantine(tx, run_id, rejected);
  const taken = accepted.filter((record) => fresh.delete(idOf(record))).length;
  const counts = {
    read: batch.length,
    accepted: taken,
    duplicate: accepted.length - taken,
    quarantined: rejected.length,
    signals: signals.length,
  };
  await tx`update ingest_run set read = read + ${counts.read}, accepted = accepted + ${counts.accepted},
    duplicate = duplicate + ${counts.duplicate}, quarantined = quarantined + ${counts.quarantined},
    signals = signals + ${counts.signals} where id = ${run_id}`;
  return counts;
}

function idOf(record: Accepted): string {
  return patentId(record.patent.office, record.patent.application_number);
}

/** @returns ids of the patents that were not there before */
async function insertPatents(
  tx: Transaction,
  source: string,
  records: Accepted[],
  known_at: Date,
): Promise<string[]> {
  const rows = records.map((record) => ({
    patent_id: idOf(record),
    office: record.patent.office,
    application_number: record.patent.application_number,
    right_type: record.patent.right_type,
  }));
  const inserted = await tx<{ patent_id: string }[]>`
    insert into patent (patent_id, office, application_number, right_type, source, known_at)
    select distinct on (patent_id) patent_id, office, application_number, right_type, ${source}, ${known_at}::timestamptz
    from jsonb_to_recordset(${tx.json(rows)}) as row
      (patent_id uuid, office text, application_number text, right_type text)
    on conflict (patent_id) do nothing returning patent_id`;
  return inserted.map((row) => row.patent_id);
}

/**
 * Appends facts where a record adds to the latest known ones or differs from them. A source that is silent on a fact
 * does not unsay it; what is told at one instant makes one row. @returns ids of the patents that have new facts
 */
async function insertFacts(tx: Transaction, records: Accepted[], known_at: Date): Promise<string[]> {
  const rows = toldByPatent(records);
  const inserted = await tx<{ patent_id: string }[]>`
    with told as (
      select * from jsonb_to_recordset(${tx.json(rows as never)}) as row
        (patent_id uuid, publication_number text, kind text, filed_on date, priority_on date, title text,
         claims integer, ipc text[], individual_applicant boolean, domestic_applicant boolean, agency boolean)),
    merged as (
      select told.patent_id, coalesce(told.publication_number, latest.publication_number) as publication_number,
        coalesce(told.kind, latest.kind) as kind, coalesce(told.filed_on, latest.filed_on) as filed_on,
        coalesce(told.priority_on, latest.priority_on) as priority_on, coalesce(told.title, latest.title) as title,
        coalesce(told.claims, latest.claims) as claims,
        coalesce(nullif(told.ipc, '{}'), latest.ipc, '{}') as ipc,
        coalesce(told.individual_applicant, latest.individual_applicant) as individual_applicant,
        coalesce(told.domestic_applicant, latest.domestic_applicant) as domestic_applicant,
        coalesce(told.agency, latest.agency) as agency, latest.row as before
      from told left join lateral (select facts.*, (facts.publication_number, facts.kind, facts.filed_on,
          facts.priority_on, facts.title, facts.claims, facts.ipc, facts.individual_applicant,
          facts.domestic_applicant, facts.agency) as row
        from patent_facts facts where facts.patent_id = told.patent_id
        order by facts.known_at desc limit 1) latest on true)
    insert into patent_facts (patent_id, known_at, publication_number, kind, filed_on, priority_on, title, claims,
      ipc, individual_applicant, domestic_applicant, agency)
    select patent_id, ${known_at}::timestamptz, publication_number, kind, filed_on, priority_on, title, claims, ipc,
      individual_applicant, domestic_applicant, agency
    from merged where (publication_number, kind, filed_on, priority_on, title, claims, ipc, individual_applicant,
      domestic_applicant, agency) is distinct from before
    on conflict (patent_id, known_at) do update set publication_number = excluded.publication_number,
      kind = excluded.kind, filed_on = excluded.filed_on, priority_on = excluded.priority_on,
      title = excluded.title, claims = excluded.claims, ipc = excluded.ipc,
      individual_applicant = excluded.individual_applicant,
      domestic_applicant = excluded.domestic_applicant, agency = excluded.agency
    returning patent_id`;
  return inserted.map((row) => row.patent_id);
}

/** One row a patent: what a record leaves out, an earlier one of the batch may have told. */
function toldByPatent(records: Accepted[]): Record<string, unknown>[] {
  const rows = new Map<string, Record<string, unknown>>();
  for (const record of records) {
    const patent_id = idOf(record);
    const told = Object.entries(record.patent).filter(([, fact]) => fact !== null && String(fact) !== '');
    rows.set(patent_id, { ...rows.get(patent_id), patent_id, ...Object.fromEntries(told) });
  }
  return [...rows.values()];
}

/** @returns one patent id for each new signal */
async function insertSignals(
  tx: Transaction,
  source: string,
  records: Accepted[],
  known_at: Date,
): Promise<string[]> {
  const rows = records.flatMap((record) => {
    const patent_id = idOf(record);
    return record.signals.map((signal) => ({
      ...signal,
      patent_id,
      signal_id: uuidOf(`signal|${source}|${patent_id}|${canonicalJson(signal)}`),
    }));
  });
  const inserted = await tx<{ patent_id: string }[]>`
    insert into signal (patent_id, signal_id, source, kind, category, source_code, effective_on, published_on,
      known_at, detail)
    select patent_id, signal_id, ${source}, kind, category, source_code, effective_on, published_on,
      ${known_at}::timestamptz, detail
    from jsonb_to_recordset(${tx.json(rows)}) as row
      (patent_id uuid, signal_id uuid, kind text, category text, source_code text, effective_on date,
       published_on date, detail jsonb)
    on conflict (patent_id, signal_id) do nothing returning patent_id`;
  return inserted.map((row) => row.patent_id);
}

/**
 * Ten signals on the patents of one pledge leave one mark, and so cost one valuation. A mark that stands is locked, or a
 * valuation that began before these signals are committed would take it away without seeing them.
 */
async function markStale(tx: Transaction, patent_ids: string[], known_at: Date): Promise<void> {
  if (patent_ids.length === 0) return;
  await tx`insert into pledge_stale (pledge_id, since, reason)
    select distinct pledge.id, ${known_at}::timestamptz, 'signal'
    from pledge_patent join pledge on pledge.id = pledge_patent.pledge_id
    where pledge_patent.patent_id = any(${patent_ids}::uuid[])
      and pledge.live
    order by pledge.id
    on conflict (pledge_id) do update set since = least(pledge_stale.since, excluded.since)`;
}

async function quarantine(tx: Transaction, run_id: string, rejected: Rejected[]): Promise<void> {
  if (rejected.length === 0) return;
  const rows = rejected.map(({ line, field, code, reason, excerpt }, index) => ({
    index,
    line,
    field,
    code,
    reason,
    excerpt,
  }));
  await tx`insert into quarantine (run_id, number, line, field, code, reason, excerpt)
    select ${run_id}, run.quarantined + row.index + 1, line, field, code, reason, left(excerpt, 2048)
    from jsonb_to_recordset(${tx.json(rows)}) as row
      (index integer, line integer, field text, code text, reason text, excerpt text)
    join ingest_run run on run.id = ${run_id}`;
}
