/** Slots of the jobs as people look at them. A slot is the instant of a UTC day at which a job falls due. */
import type { Sql } from '../db/client.ts';

export interface JobSlots {
  job: string;
  /** The last slot that was done, and when that ended. */
  done_slot: Date | null;
  finished_at: Date | null;
  /** The slot after it. */
  due_at: Date | null;
  /** How long that slot has been due and is not done; 0 while it lies ahead. */
  late_seconds: number;
}

export interface SlotRun {
  job: string;
  slot: Date;
  state: 'running' | 'done' | 'failed';
  attempts: number;
  started_at: Date;
  finished_at: Date | null;
  error: string | null;
}

/** @param now of the service's calendar, by which slots fall due */
export async function jobSlots(sql: Sql, now: Date): Promise<JobSlots[]> {
  return sql<JobSlots[]>`
    select job, slot as done_slot, finished_at, slot + interval '1 day' as due_at,
      greatest(0, extract(epoch from ${now}::timestamptz - slot - interval '1 day'))::float8 as late_seconds
    from (select job, max(slot) filter (where state = 'done') as slot from job_run group by job) last
      left join job_run using (job, slot)
    order by job`;
}

/** Of all jobs, latest slots first. */
export async function recentRuns(sql: Sql, limit: number): Promise<SlotRun[]> {
  return sql<SlotRun[]>`select job, slot, state, attempts, started_at, finished_at, error from job_run
    order by slot desc, job limit ${limit}`;
}
