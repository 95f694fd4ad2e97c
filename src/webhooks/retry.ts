/**
 * The retry ladder of webhook deliveries as data, and the delay before the next attempt. Pure.
 * Source: the example schedule of Standard Webhooks 1.0.0; ten attempts over about 75.6 hours.
 */

/** Delay before attempt 1, 2, ... 10, in seconds. */
export const LADDER_SECONDS: readonly number[] = [
  0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
];

/** Each delay is spread by this share to both sides, so that failed deliveries do not return all at once. */
export const JITTER_SHARE = 0.2;

/**
 * Seconds to wait after `attempt` attempts have been made (0 before the first), or `null` when the ladder is
 * exhausted. `jitter` in [0, 1) places the delay within +-20 %; `retry_after`, the receiver's own wish in seconds,
 * lengthens the delay and never shortens it. Throws a `RangeError` outside these domains.
 */
export function nextDelaySeconds(attempt: number, jitter: number, retry_after: number | null): number | null {
  if (!Number.isSafeInteger(attempt) || attempt < 0) {
    throw new RangeError(`attempt counts the attempts made, 0 or more, not ${attempt}.`);
  }
  if (!(jitter >= 0 && jitter < 1)) throw new RangeError(`jitter lies in [0, 1), not ${jitter}.`);
  const delay = LADDER_SECONDS[attempt];
  if (delay === undefined) return null;
  const spread = delay * (1 - JITTER_SHARE + 2 * JITTER_SHARE * jitter);
  return Math.max(spread, retry_after ?? 0);
}
