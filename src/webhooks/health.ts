/**
 * How an endpoint fares: the breaker that spares one that keeps failing, and how its owner is told before it is
 * disabled. It counts what was seen, in the transaction that settles the lane; time is the database's.
 *
 * Source of the figures: Svix disables after 120 hours of nothing but failures, Hookdeck warns at 50, 70 and 90 %.
 */
import type { Sentence } from '../../models/sentences.ts';
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import { emitEvents, toldTo } from '../outbox/emit.ts';
import { type LeasedLane, PROBE_SECONDS, releaseRecoveredLanes } from '../outbox/lanes.ts';
import type { EventType } from './events.ts';
import { say } from './sentences.ts';

/** An endpoint that took nothing for so long, though tried, is disabled. */
export const DISABLE_AFTER_HOURS = 120;
/** Its owner hears at these shares of that time. */
export const WARN_AT_PERCENT: readonly number[] = [50, 70, 90];
/** The warnings and, last, the disabling: hours after the first failure. */
export const STEP_HOURS: readonly number[] = [...WARN_AT_PERCENT, 100].map(
  (percent) => (DISABLE_AFTER_HOURS * percent) / 100,
);

/** The receiver took something: the breaker closes, and the count begins anew. */
export async function recordSuccess(tx: Transaction, lane: LeasedLane): Promise<void> {
  const [failing] = await tx`delete from endpoint_health using endpoint where endpoint.id = endpoint_id
    and endpoint_id = ${lane.endpoint_id} and (endpoint.state = 'enabled' or ${lane.on_demand})
    returning endpoint.state`;
  if (!lane.on_demand) return;
  if (failing?.state === 'disabled') {
    await tx`update endpoint set state = 'enabled', disabled_reason = null where id = ${lane.endpoint_id}`;
    await auditState(tx, lane.endpoint_id, 'endpoint.enabled', { reason: 'a delivery on demand arrived' });
  }
  await releaseRecoveredLanes(tx, lane.endpoint_id);
}

export interface Failure {
  /** What the receiver did, in one sentence. */
  reason: string;
  /** It answered 410 Gone. */
  gone: boolean;
  /** The pledge whose lane was paused behind a dead letter, if that was done. */
  paused_pledge_id: string | null;
}

/** The receiver did not take it. A delivery on demand is no measure of the endpoint, unless the receiver is gone. */
export async function recordFailure(tx: Transaction, lane: LeasedLane, failure: Failure): Promise<void> {
  if (lane.on_demand && !failure.gone) return;
  const health = await countFailure(tx, lane.endpoint_id);
  if (health === null) return;
  if (failure.gone) return disable(tx, lane.endpoint_id, say('endpoint_gone'), health);
  if (failure.paused_pledge_id !== null)
    await tellOwner(tx, lane.endpoint_id, 'endpoint.failing', health, {
      cause: 'lane_paused',
      failing_percent: null,
      paused_pledge_id: failure.paused_pledge_id,
      reason: failure.reason,
    });
  if (!stepDue(health)) return;
  if (health.warnings === WARN_AT_PERCENT.length)
    return disable(tx, lane.endpoint_id, say('endpoint_failing', { hours: DISABLE_AFTER_HOURS }), health);
  await tx`update endpoint_health set warnings = warnings + 1, warned_at = now()
    where endpoint_id = ${lane.endpoint_id}`;
  await tellOwner(tx, lane.endpoint_id, 'endpoint.failing', health, {
    cause: 'failures',
    failing_percent: WARN_AT_PERCENT[health.warnings],
    paused_pledge_id: null,
    reason: failure.reason,
  });
}

/** By the code that is kept; those of before codes were kept are English. */
export function disabledBecause(kept: string): Sentence | string {
  if (kept === 'endpoint_failing') return say(kept, { hours: DISABLE_AFTER_HOURS });
  return kept === 'endpoint_gone' || kept === 'endpoint_by_owner' ? say(kept) : kept;
}

/** Forgets what was counted: the owner has decided about the endpoint. */
export async function resetHealth(tx: Transaction, endpoint_id: string): Promise<void> {
  await tx`delete from endpoint_health where endpoint_id = ${endpoint_id}`;
}

interface Health {
  failures: number;
  failing_since: Date;
  now: Date;
  failing_hours: number;
  warnings: number;
  /** Null before the first warning. */
  warned_hours: number | null;
}

/** Null when the endpoint was disabled meanwhile: what was under way then no longer counts. */
async function countFailure(tx: Transaction, endpoint_id: string): Promise<Health | null> {
  const [health] = await tx<Health[]>`
    insert into endpoint_health as health (endpoint_id, failures, failing_since, probe_at)
    select id, 1, now(), now() + make_interval(secs => ${PROBE_SECONDS})
    from endpoint where id = ${endpoint_id} and state = 'enabled' for no key update
    on conflict (endpoint_id) do update set failures = health.failures + 1, probe_at = excluded.probe_at
    returning failures, failing_since, now() as now, warnings,
      extract(epoch from now() - failing_since)::float8 / 3600 as failing_hours,
      extract(epoch from now() - warned_at)::float8 / 3600 as warned_hours`;
  return health ?? null;
}

/** Steps keep their distance too, so that an endpoint untried for days is warned before it is disabled. */
function stepDue({ warnings, failing_hours, warned_hours }: Health): boolean {
  const hours = STEP_HOURS[warnings]!;
  return (
    failing_hours >= hours && (warned_hours === null || warned_hours >= hours - STEP_HOURS[warnings - 1]!)
  );
}

async function disable(
  tx: Transaction,
  endpoint_id: string,
  { code, text: reason }: Sentence,
  health: Health,
): Promise<void> {
  const disabled = await tx`update endpoint set state = 'disabled', disabled_reason = ${code}
    where id = ${endpoint_id} and state = 'enabled'`;
  if (disabled.count === 0) return;
  await auditState(tx, endpoint_id, 'endpoint.disabled', { reason });
  await tellOwner(tx, endpoint_id, 'endpoint.disabled', health, { reason });
}

/** What the service itself decided about an endpoint. */
async function auditState(
  tx: Transaction,
  endpoint_id: string,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  const [owner] = await tx<{ organisation_id: string; at: Date }[]>`
    select organisation_id, now() as at from endpoint where id = ${endpoint_id}`;
  await appendAudit(tx, [{ ...owner!, actor: 'deliver', action, subject: endpoint_id, detail }]);
}

/** To the owner's other endpoints and its feed. */
async function tellOwner(
  tx: Transaction,
  endpoint_id: string,
  type: EventType,
  { failures, failing_since, now }: Health,
  data: Record<string, unknown>,
): Promise<void> {
  const [owner] = await tx<{ id: string; kind: string; description: string }[]>`
    select organisation.id, kind, description from endpoint
    join organisation on organisation.id = organisation_id where endpoint.id = ${endpoint_id}`;
  const { id, kind, description } = owner!;
  const about = { endpoint_id, description, failures, failing_since: failing_since.toISOString() };
  const event = {
    type,
    pledge_id: null,
    ...toldTo({ id, kind }),
    occurred_at: now,
    data: { ...about, ...data },
  };
  await emitEvents(tx, [event], endpoint_id);
}
