/**
 * Slots: when a job is due, and who runs it. A slot is a UTC instant on the job's grid; its row in `job_run` is the
 * election, so two workers never run one slot twice, and slots missed while nothing ran are caught up in order.
 */
import { randomUUID } from 'node:crypto';
import type { Database, Sql } from '../src/db/client.ts';
import { tell } from '../src/telemetry/channels.ts';
import { type Span, traced } from '../src/telemetry/spans.ts';
import type { JobContext } from './context.ts';

export const DAY_MS = 86_400_000;
/** A slot that keeps failing is given up after this many tries, and shown as failed. */
export const MAX_ATTEMPTS = 5;
/** A run that has not ended by then is taken for dead, and its slot is run again. */
export const LEASE_SECONDS = 900;

export interface SlottedJob {
  id: string;
  /** Minute of the UTC day at which its daily slot lies. */
  minute: number;
  run(context: JobContext, slot: Date): Promise<object>;
}

/** Where history begins: no slot before it is due. */
export async function startSlots(sql: Sql, jobs: readonly SlottedJob[], from: Date): Promise<void> {
  for (const job of jobs) {
    const slot = lastSlot(job, from);
    await sql`insert into job_run (job, slot, state, token, lease_until, finished_at)
      select ${job.id}, ${slot}, 'done', ${randomUUID()}, now(), now()
      where not exists (select from job_run where job = ${job.id})`;
  }
}

/** The job's latest slot at or before an instant. */
export function lastSlot(job: SlottedJob, at: Date): Date {
  const offset_ms = job.minute * 60_000;
  return new Date(Math.floor((at.getTime() - offset_ms) / DAY_MS) * DAY_MS + offset_ms);
}

interface Claim {
  job: SlottedJob;
  slot: Date;
  token: string;
  attempt: number;
}

/**
 * Runs the slots that are due, earliest first across all jobs, until none is left or another worker has the next.
 * @returns how many slots this worker ran
 */
export async function runDueSlots(context: JobContext, jobs: readonly SlottedJob[]): Promise<number> {
  for (let ran = 0; ; ran++) {
    const claim = await claimNext(context.database, jobs, context.clock.now());
    if (claim === null) return ran;
    await runClaim(context, claim);
  }
}

/** The earliest slot that is not done; nothing when another worker is at it, so that slots keep their order. */
async function claimNext({ sql }: Database, jobs: readonly SlottedJob[], now: Date): Promise<Claim | null> {
  const rows = await sql<{ job: string; slot: Date; open: boolean }[]>`
    select distinct on (job) job, slot, state <> 'done'
      and (attempts < ${MAX_ATTEMPTS} or (state = 'running' and lease_until > now())) as open
    from job_run where job = any(${jobs.map((job) => job.id)}) order by job, slot desc`;
  const latest = new Map(rows.map((row) => [row.job, row]));
  const due = jobs
    .flatMap((job) => {
      const last = latest.get(job.id);
      const slot = !last
        ? lastSlot(job, now)
        : last.open
          ? last.slot
          : new Date(last.slot.getTime() + DAY_MS);
      return slot <= now ? [{ job, slot }] : [];
    })
    .sort((a, b) => a.slot.getTime() - b.slot.getTime() || a.job.minute - b.job.minute)[0];
  if (!due) return null;
  const token = randomUUID();
  const [row] = await sql<{ attempts: number }[]>`
    insert into job_run (job, slot, state, token, lease_until)
    values (${due.job.id}, ${due.slot}, 'running', ${token}, now() + make_interval(secs => ${LEASE_SECONDS}))
    on conflict (job, slot) do update set state = 'running', token = excluded.token,
      lease_until = excluded.lease_until, attempts = job_run.attempts + 1, started_at = now()
    where job_run.state <> 'done' and job_run.attempts < ${MAX_ATTEMPTS} and job_run.lease_until < now()
    returning attempts`;
  return row ? { ...due, token, attempt: row.attempts } : null;
}

function runClaim(context: JobContext, claim: Claim): Promise<void> {
  const span: Span = { kind: 'slot', name: `slot ${claim.job.id}`, attributes: { attempt: claim.attempt } };
  return traced(span, () => runSlot(context, claim, span));
}

async function runSlot(context: JobContext, { job, slot, token, attempt }: Claim, span: Span): Promise<void> {
  const { sql } = context.database;
  const log = context.log.child({ job: job.id, slot: slot.toISOString() });
  const started_ms = performance.now();
  const ended = (state: 'done' | 'failed') =>
    tell('slot', { job: job.id, state, seconds: (performance.now() - started_ms) / 1000 });
  try {
    const result = await job.run(context, slot);
    await sql`update job_run set state = 'done', finished_at = now(), result = ${sql.json(result as never)}
      where job = ${job.id} and slot = ${slot} and token = ${token}`;
    ended('done');
    log.info(result, 'slot done');
  } catch (error) {
    span.error = error;
    const wait_seconds = 2 ** attempt;
    await sql`update job_run set state = 'failed', error = ${String(error).slice(0, 1000)},
        lease_until = now() + make_interval(secs => ${wait_seconds})
      where job = ${job.id} and slot = ${slot} and token = ${token}`;
    ended('failed');
    log.error({ error }, `slot failed, attempt ${attempt} of ${MAX_ATTEMPTS}`);
  }
}
