/** Runs of ingest as people look back on them, and the records of each that could not be read. */
import type { Sql } from '../db/client.ts';

export interface PastRun {
  id: string;
  name: string;
  started_at: Date;
  finished_at: Date | null;
  failure: string | null;
  read: number;
  accepted: number;
  duplicate: number;
  quarantined: number;
  signals: number;
}

export interface BadRecord {
  /** Counts within the run. */
  number: number;
  line: number;
  field: string;
  code: string;
  reason: string;
  /** The line itself, or its beginning, without control characters. */
  excerpt: string;
}

/** Of one source, newest first. */
export async function runsOf(sql: Sql, source: string, limit: number): Promise<PastRun[]> {
  return sql<PastRun[]>`
    select id, name, started_at, finished_at, failure, read, accepted, duplicate, quarantined, signals
    from ingest_run where source = ${source} order by started_at desc, id desc limit ${limit}`;
}

/** @returns null where the source has no such run */
export async function findRun(sql: Sql, source: string, id: string): Promise<PastRun | null> {
  const [run] = await sql<PastRun[]>`
    select id, name, started_at, finished_at, failure, read, accepted, duplicate, quarantined, signals
    from ingest_run where source = ${source} and id = ${id}`;
  return run ?? null;
}

/** In the order of the file. @param after number of the last one seen; 0 to begin */
export async function badRecordsOf(
  sql: Sql,
  run_id: string,
  after: number,
  limit: number,
): Promise<BadRecord[]> {
  return sql<BadRecord[]>`select number, line, field, code, reason, excerpt from quarantine
    where run_id = ${run_id} and number > ${after} order by number limit ${limit}`;
}
