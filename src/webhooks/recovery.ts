/**
 * Sending again, in bulk: what was given up, what keeps failing, and what was never attempted. Each event goes back to
 * its place in its pledge's lane, with the same id and bytes, before whatever waits there.
 */
import type { Sql, Transaction } from '../db/client.ts';
import { enqueue } from '../outbox/emit.ts';
import { releaseRecoveredLanes } from '../outbox/lanes.ts';

/** Deliveries that one call queues; the next call takes what is left. */
export const MAX_RECOVERED_DELIVERIES = 1_000;

export interface Span {
  since: Date;
  /** Exclusive. */
  until: Date;
  /** Empty for all. */
  event_types: readonly string[];
}

interface Target {
  endpoint_id: string;
  lane_key: string;
  seq: number;
  event_id: string;
}

/** One recovery of an endpoint at a time, so that nothing is queued twice. */
export async function lockEndpoint(tx: Transaction, organisation_id: string, id: string): Promise<void> {
  await tx`select from endpoint where id = ${id} and organisation_id = ${organisation_id} for no key update`;
}

/**
 * Queues the dead letters of the span anew and brings forward the retries of what failed in it. Lanes that were paused
 * behind them go on, and an open breaker probes at once.
 */
export async function recover(
  tx: Transaction,
  endpoint_id: string,
  span: Span,
): Promise<{ resent: number; hastened: number; more: boolean }> {
  const hastened = await hasten(tx, endpoint_id, span);
  const dead = await tx<Target[]>`
    select endpoint_id, lane_key, seq, event_id from dead_letter
    where endpoint_id = ${endpoint_id} and finished_at >= ${span.since} and finished_at < ${span.until}
      and (${span.event_types.length} = 0 or event_type = any(${span.event_types as string[]}))
    order by lane_key, seq limit ${MAX_RECOVERED_DELIVERIES + 1}`;
  const resent = dead.slice(0, MAX_RECOVERED_DELIVERIES);
  await enqueue(tx, resent);
  await releaseRecoveredLanes(tx, endpoint_id);
  await tx`update endpoint_health set probe_at = now() where endpoint_id = ${endpoint_id}`;
  return { resent: resent.length, hastened, more: dead.length > resent.length };
}

/** Only the head of a lane can have failed. A lane that is being worked at decides for itself. */
async function hasten(tx: Transaction, endpoint_id: string, span: Span): Promise<number> {
  const lanes = await tx`
    update lane set due_at = now()
    where endpoint_id = ${endpoint_id} and open > 0 and due_at > now() and due_at < 'infinity' and exists (
      select from delivery join event on event.id = event_id
      join delivery_attempt on delivery_id = delivery.id and attempt = attempts
      where delivery.endpoint_id = lane.endpoint_id and delivery.lane_key = lane.lane_key
        and started_at >= ${span.since} and started_at < ${span.until}
        and (${span.event_types.length} = 0 or type = any(${span.event_types as string[]})))`;
  return lanes.count;
}

/**
 * Queues the owner's events since an instant, by their own timestamp, that the endpoint's filter lets through and that
 * have no delivery to it, as when it was disabled or did not exist yet. What tells of the endpoint itself is left out.
 */
export async function replayMissing(
  tx: Transaction,
  endpoint_id: string,
  since: Date,
): Promise<{ sent: number; more: boolean }> {
  const missing = await tx<Target[]>`
    select endpoint.id as endpoint_id, coalesce(event.pledge_id, event.id) as lane_key,
      coalesce(event.pledge_seq, 0) as seq, event.id as event_id
    from endpoint join event
      on event.bank_id = endpoint.organisation_id or event.firm_id = endpoint.organisation_id
    where endpoint.id = ${endpoint_id} and event.occurred_at >= ${since}
      and (endpoint.event_types = '{}' or event.type = any(endpoint.event_types))
      and not (starts_with(event.type, 'endpoint.')
        and event.body::jsonb #>> '{data,endpoint_id}' is not distinct from endpoint.id)
      and not exists (select from delivery_history done
        where done.event_id = event.id and done.endpoint_id = endpoint.id)
      and not exists (select from delivery waiting
        where waiting.event_id = event.id and waiting.endpoint_id = endpoint.id)
    order by lane_key, seq limit ${MAX_RECOVERED_DELIVERIES + 1}`;
  const sent = missing.slice(0, MAX_RECOVERED_DELIVERIES);
  await enqueue(tx, sent);
  return { sent: sent.length, more: missing.length > sent.length };
}

export interface DeadLetter {
  delivery_id: string;
  event_id: string;
  event_type: string;
  pledge_id: string | null;
  attempts: number;
  reason: string;
  created_at: Date;
  died_at: Date;
  lane_paused: boolean;
}

/** Newest first, from `before` (exclusive) on. */
export async function deadLettersOf(
  sql: Sql,
  endpoint_id: string,
  before: string | null,
  limit: number,
): Promise<DeadLetter[]> {
  return sql<DeadLetter[]>`
    select id as delivery_id, event_id, event_type, pledge_id, attempts, reason, created_at, finished_at as died_at,
      coalesce(lane.due_at = 'infinity', false) as lane_paused
    from dead_letter left join lane using (endpoint_id, lane_key)
    where endpoint_id = ${endpoint_id} and (${before}::text is null or id < ${before})
    order by id desc limit ${limit}`;
}
