/** Outbox to endpoints: lease lanes, sign, post, settle. */
import type { Database } from '../src/db/client.ts';
import {
  type Attempt,
  type DueDelivery,
  type LaneOutcome,
  LEASE_SECONDS,
  type LeasedLane,
  leaseLanes,
  settleLane,
} from '../src/outbox/lanes.ts';
import { type Failure, recordFailure, recordSuccess } from '../src/webhooks/health.ts';
import { nextDelaySeconds } from '../src/webhooks/retry.ts';
import { type PostResult, retryAfterSeconds, type Sender, TIMEOUT_MS } from '../src/webhooks/send.ts';
import { headers } from '../src/webhooks/sign.ts';
import type { JobContext } from './context.ts';

/** Lanes posted to at the same time by one worker. */
const CONCURRENT_LANES = 32;
/** A lane that has taken this long leaves its rest to the next lease, so that one more slow answer settles in time. */
export const LANE_LIMIT_MS = LEASE_SECONDS * 1000 - 2 * TIMEOUT_MS;
const MAX_ANSWER_CHARACTERS = 1000;

export interface DeliverCounts {
  delivered: number;
  failed: number;
  dead: number;
}

/** Makes every delivery that is due now, lane by lane in order, and returns when none is left. */
export async function deliverDue(
  { database, sender }: Pick<JobContext, 'database' | 'sender'>,
  on_progress?: (counts: DeliverCounts) => void,
): Promise<DeliverCounts> {
  const total: DeliverCounts = { delivered: 0, failed: 0, dead: 0 };
  for (;;) {
    const lanes = await leaseLanes(database.sql, CONCURRENT_LANES);
    if (lanes.length === 0) return total;
    const outcomes = await Promise.all(lanes.map((lane) => deliverLane(database, sender, lane)));
    for (const outcome of outcomes) {
      total.delivered += outcome.delivered.length;
      if (outcome.failure) total['dead_reason' in outcome.failure.next ? 'dead' : 'failed'] += 1;
    }
    on_progress?.(total);
  }
}

async function deliverLane(database: Database, sender: Sender, lane: LeasedLane): Promise<LaneOutcome> {
  const outcome: LaneOutcome = { delivered: [], attempts: [], failure: null };
  let failed: Failure | null = null;
  let spent_ms = 0;
  for (const delivery of lane.deliveries) {
    if (spent_ms > LANE_LIMIT_MS) break;
    const result = await post(sender, lane, delivery);
    spent_ms += result.duration_ms;
    outcome.attempts.push(attemptOf(delivery, result));
    if (result.error_class === null) {
      outcome.delivered.push(delivery.id);
      continue;
    }
    const next = afterFailure(lane, delivery, result);
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
  return sender.post(
    lane.url,
    { ...lane.headers, ...headers(delivery.event_id, timestamp_s, delivery.body, lane.keys) },
    delivery.body,
  );
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
  let wake = () => {};
  const listening = await context.database.listen('outbox', () => wake());
  signal.addEventListener('abort', () => wake(), { once: true });
  while (!signal.aborted) {
    try {
      await deliverDue(context);
    } catch (error) {
      context.log.error({ error }, 'deliveries are held up; trying again');
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_POLL_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  await listening.stop();
}
