/**
 * Time made shorter without touching what is tested: the harness moves the due times and the leases that it finds in
 * the lanes, as waiting would. Tokens, counts and deliveries are left alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isDatabaseAway } from '../../src/db/client.ts';
import { LEASE_SECONDS } from '../../src/outbox/lanes.ts';

/** How long a lease lasts here. */
const LEASE_s = 3;
/** Past the lease. */
export const FREEZE_ms = LEASE_s * 1000 + 600;
const EVERY_ms = 100;
const AGAIN_ms = 50;
const ATTEMPTS = 100;

/** @returns what ends it */
export function hasten(database: Database): () => Promise<void> {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await patiently(() => bringForward(database));
      await sleep(EVERY_ms);
    }
  })();
  return () => {
    stopping.abort();
    return running;
  };
}

/** Lanes that another holds are passed over, so that no deadlock is of our making. */
async function bringForward({ sql }: Database): Promise<void> {
  const retries = await sql`
    with waiting as (select endpoint_id, lane_key from lane where open > 0 and due_at > now() and due_at < 'infinity'
      for update skip locked)
    update lane set due_at = now() from waiting
    where lane.endpoint_id = waiting.endpoint_id and lane.lane_key = waiting.lane_key`;
  const leases = await sql`
    with held as (select endpoint_id, lane_key from lane
      where lease_until > now() and lease_until < now() + make_interval(secs => ${LEASE_SECONDS - LEASE_s})
      for update skip locked)
    update lane set lease_until = now() from held
    where lane.endpoint_id = held.endpoint_id and lane.lane_key = held.lane_key`;
  const probes = await sql`update endpoint_health set probe_at = now() where probe_at > now()`;
  if (retries.count + leases.count + probes.count > 0) await sql`notify outbox`;
}

/** Asks again while the database is away. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS || !isDatabaseAway(error)) throw error;
      await sleep(AGAIN_ms);
    }
  }
}
