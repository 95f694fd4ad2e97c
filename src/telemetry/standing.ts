/** How the service stands, as its database has it: queue, breakers, audit, jobs, sources. */
import type { Database } from '../db/client.ts';
import { BREAKER_FAILURES } from '../outbox/lanes.ts';
import { sourceFreshness } from '../patents/freshness.ts';

export interface JobStanding {
  job: string;
  finished_seconds: number;
  lateness_seconds: number;
  failed_attempts: number;
}

export interface Standing {
  deliveries: number;
  oldest_seconds: number;
  open_breakers: number;
  audit_chains: number;
  audit_entries: number;
  jobs: JobStanding[];
  sources: { source: string; age_seconds: number | null; is_late: boolean }[];
}

const DAY_seconds = 86_400;

/** @param now of the service's calendar, by which slots fall due */
export async function standing({ sql }: Database, now: Date): Promise<Standing> {
  const [[counts], jobs, sources] = await Promise.all([
    sql<Omit<Standing, 'jobs' | 'sources'>[]>`
      select (select coalesce(sum(open), 0)::bigint from lane where open > 0) as deliveries,
        (select coalesce(extract(epoch from now() - min(delivery.created_at)), 0)::float8 from delivery
          join endpoint on endpoint.id = endpoint_id and state = 'enabled') as oldest_seconds,
        (select count(*) from endpoint_health join endpoint on endpoint.id = endpoint_id and state = 'enabled'
          where failures >= ${BREAKER_FAILURES}) as open_breakers,
        (select count(*) from audit_chain) as audit_chains,
        (select coalesce(sum(last_seq), 0)::bigint from audit_chain) as audit_entries`,
    sql<JobStanding[]>`
      select job, extract(epoch from done.finished_at)::float8 as finished_seconds,
        greatest(0, extract(epoch from ${now}::timestamptz - done.slot) - ${DAY_seconds})::float8 as lateness_seconds,
        coalesce((select attempts from job_run open where open.job = done.job and open.slot > done.slot
          and state = 'failed' order by open.slot limit 1), 0) as failed_attempts
      from (select distinct on (job) job, slot, finished_at from job_run where state = 'done'
        order by job, slot desc) done
      order by job`,
    sourceFreshness(sql, now),
  ]);
  return {
    ...counts!,
    jobs: [...jobs],
    sources: sources.map(({ id, last_heard_at, late }) => ({
      source: id,
      age_seconds: last_heard_at && (now.getTime() - last_heard_at.getTime()) / 1000,
      is_late: late,
    })),
  };
}
