/** How long an event takes from its commit to its arrival while events come steadily. */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from './arrivals.ts';
import type { Field } from './field.ts';
import { type PledgeOf, tell } from './stage.ts';

export const EVENTS_A_SECOND = 100;
/** What is not there by then is given up. */
const ARRIVAL_LIMIT_ms = 60_000;
const POLL_ms = 20;

export interface Steady {
  seconds: number;
  /** In turn one event about each of these is committed, 100 a second; their latency is measured. */
  pledges: readonly PledgeOf[];
  /** About these too, every tenth time; nobody waits for them. */
  beside: readonly PledgeOf[];
}

/**
 * Each event has a transaction of its own, which begins on its time whatever became of those before.
 * @returns milliseconds to each arrival, from just before the commit. @throws when an event does not arrive
 */
export async function measureLatencies(field: Field, given: Steady): Promise<number[]> {
  const { seconds, pledges, beside } = given;
  const committed_ms = new Map<string, number>();
  const made: Promise<unknown>[] = [];
  const start_ms = monotonicMs();
  for (let n = 0; n < seconds * EVENTS_A_SECOND; n++) {
    await sleep(Math.max(0, start_ms + (n * 1000) / EVENTS_A_SECOND - monotonicMs()));
    const committed = commit(field, pledges[n % pledges.length]!);
    made.push(committed.then(({ id, at_ms }) => committed_ms.set(id, at_ms)));
    const other = n % 10 === 0 && beside[(n / 10) % beside.length];
    if (other) made.push(commit(field, other));
  }
  await Promise.all(made);
  await awaitDeliveries(field, [...committed_ms.keys()]);
  const arrivals = await field.takeArrivals();
  const measured = arrivals.filter(({ event_id }) => committed_ms.has(event_id));
  const missing = committed_ms.size - new Set(measured.map(({ event_id }) => event_id)).size;
  if (missing > 0) throw new Error(`${missing} of ${committed_ms.size} events did not arrive.`);
  return measured.map(({ event_id, at_ms }) => at_ms - committed_ms.get(event_id)!);
}

function commit({ database }: Field, pledge: PledgeOf): Promise<{ id: string; at_ms: number }> {
  return database.transaction(async (tx) => {
    const [id] = await tell(tx, [pledge]);
    return { id: id!, at_ms: monotonicMs() };
  });
}

async function awaitDeliveries({ database }: Field, event_ids: string[]): Promise<void> {
  const limit_ms = monotonicMs() + ARRIVAL_LIMIT_ms;
  const open = () => database.sql`select from delivery where event_id = any(${event_ids}) limit 1`;
  while ((await open()).count > 0 && monotonicMs() < limit_ms) await sleep(POLL_ms);
}
