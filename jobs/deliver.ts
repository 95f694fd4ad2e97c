/** Outbox to endpoints: lease lanes, sign, post, settle. */
import { bell } from '../src/bell.ts';
import {
  type Attempt,
  type DueDelivery,
  type LaneOutcome,
  LEASE_SECONDS,
  type LeasedLane,
  settleLane,
} from '../src/outbox/lanes.ts';
import { tell } from '../src/telemetry/channels.ts';
import { traced } from '../src/telemetry/spans.ts';
import { type Failure, recordFailure, recordSuccess } from '../src/webhooks/health.ts';
import { nextDelaySeconds } from '../src/webhooks/retry.ts';
import { type PostResult, retryAfterSeconds, type Sender, TIMEOUT_MS } from '../src/webhooks/send.ts';
import { headers } from '../src/webhooks/sign.ts';
import type { JobContext } from './context.ts';
import { lanePool } from './lane-pool.ts';

/** A lane that has taken this long leaves its rest to the next lease, so that one more slow answer settles in time. */
export const LANE_LIMIT_MS = LEASE_SECONDS * 1000 - 2 * TIMEOUT_MS;
const MAX_ANSWER_CHARACTERS = 1000;

export interface DeliverCounts {
  delivered: number;
  failed: number;
  dead: number;
}

type Means = Pick<JobContext, 'database' | 'vault' | 'sender' | 'log'>;

/** Makes every delivery that is due now, lane by lane in order, and returns when none is left. */
export async function deliverDue(
  means: Means,
  on_progress?: (counts: DeliverCounts) => void,
): Promise<DeliverCounts> {
  const total: DeliverCounts = { delivered: 0, failed: 0, dead: 0 };
  const news = bell();
  const work = async (lane: LeasedLane) => {
    const outcome = await deliverLane(means, lane);
    total.delivered += outcome.delivered.length;
    if (outcome.failure) total['dead_reason' in outcome.failure.next ? 'dead' : 'failed'] += 1;
    on_progress?.(total);
  };
  const pool = lanePool(means.database.sql, means.vault, work, news.ring);
  try {
    for (;;) {
      await pool.fill();
      if (pool.isEmpty()) return total;
      await news.heard(IDLE_POLL_MS);
    }
  } finally {
    await pool.emptied();
  }
}

/** @param stopping leaves the lane's rest to the next lease */
async function deliverLane(
  { database, sender, log }: Means,
  lane: LeasedLane,
  stopping?: AbortSignal,
): Promise<LaneOutcome> {
  const outcome: LaneOutcome = { delivered: [], attempts: [], failure: null };
  let failed: Failure | null = null;
  let spent_ms = 0;
  if (lane.unopened) {
    const { endpoint_id, lane_key, unopened: error } = lane;
    log.error(
      { error, endpoint_id, lane_key },
      'the secrets of an endpoint do not open; nothing is sent to it',
    );
  }
  for (const delivery of lane.deliveries) {
    if (spent_ms > LANE_LIMIT_MS || stopping?.aborted) break;
    const result = lane.unopened ? unsent() : await post(sender, lane, delivery);
    spent_ms += result.duration_ms;
    outcome.attempts.push(attemptOf(delivery, result));
    const seconds = result.duration_ms / 1000;
    if (result.error_class === null) {
      tell('attempt', { outcome: 'delivered', seconds });
      outcome.delivered.push(delivery.id);
      continue;
    }
    const next = afterFailure(lane, delivery, result);
    tell('attempt', { outcome: 'dead_reason' in next ? 'dead' : 'failed', seconds });
    const paused_pledge_id = 'pause_lane' in next && next.pause_lane ? delivery.pledge_id : null;
    failed = { reason: result.error_message!, gone: result.status === 410, paused_pledge_id };
    outcome.failure = { delivery_id: delivery.id, next };
    break;
  }
  await database.transaction(async (tx) => {
    if (!(await settleLane(tx, lane, outcome))) return;
    if (outcome.delivered.length > 0) await recordSuccess(tx, lane);
    if (failed) await recordFailure(tx, lane, failed);
  });
  return outcome;
}

async function post(sender: Sender, lane: LeasedLane, delivery: DueDelivery): Promise<PostResult> {
  const timestamp_s = Math.floor(Date.now() / 1000);
  const { endpoint_id } = lane;
  const { event_id, attempts, body } = delivery;
  return traced({ kind: 'delivery', name: 'deliver', attributes: { endpoint_id, event_id, attempts } }, () =>
    sender.post(lane.url, { ...lane.headers, ...headers(event_id, timestamp_s, body, lane.keys) }, body),
  );
}

/** Told to the endpoint's owner; the operator has it from the log. */
function unsent(): PostResult {
  return {
    started_at: new Date(),
    duration_ms: 0,
    status: null,
    error_class: 'secret',
    error_message:
      'The secrets or headers of this endpoint do not open, which only the operator can mend: ask for it, or register the endpoint anew.',
    answer_excerpt: '',
    retry_after: null,
  };
}

/** Only the events of a pledge have an order that a dead letter breaks. */
function afterFailure(lane: LeasedLane, delivery: DueDelivery, result: PostResult) {
  if (lane.on_demand)
    return { dead_reason: `the one attempt failed: ${result.error_message}`, pause_lane: false };
  const delay = nextDelaySeconds(delivery.attempts + 1, Math.random(), retryAfterSeconds(result));
  if (delay !== null) return { retry_after_seconds: delay };
  return {
    dead_reason: `${delivery.attempts + 1} attempts failed, the last with: ${result.error_message}`,
    pause_lane: lane.on_dead_letter === 'pause' && delivery.pledge_id !== null,
  };
}

function attemptOf(delivery: DueDelivery, result: PostResult): Attempt {
  return {
    delivery_id: delivery.id,
    attempt: delivery.attempts + 1,
    started_at: result.started_at,
    duration_ms: Math.round(result.duration_ms),
    status: result.status,
    error: result.error_class && `${result.error_class}: ${result.error_message}`,
    answer: result.answer_excerpt.slice(0, MAX_ANSWER_CHARACTERS) || null,
  };
}

/** How often an idle deliverer looks; a retry comes due without a notice. */
const IDLE_POLL_MS = 1000;

/** Delivers for as long as `signal` is not aborted; the outbox's NOTIFY only shortens the wait. */
export async function deliverUntilStopped(context: JobContext, signal: AbortSignal): Promise<void> {
  const news = bell();
  const listening = await context.database.listen('outbox', news.ring);
  signal.addEventListener('abort', news.ring, { once: true });
  const work = async (lane: LeasedLane) => void (await deliverLane(context, lane, signal));
  const pool = lanePool(context.database.sql, context.vault, work, news.ring);
  while (!signal.aborted) {
    try {
      await pool.fill();
    } catch (error) {
      context.log.error({ error }, 'deliveries are held up; trying again');
    }
    await news.heard(IDLE_POLL_MS);
  }
  await pool.emptied();
  await listening.stop();
}
