/** The lanes that one worker is at: leased as others end, so that a slow one holds up no other. */
import type { Sql } from '../src/db/client.ts';
import { type LeasedLane, leaseLanes } from '../src/outbox/lanes.ts';
import type { Vault } from '../src/secrets/vault.ts';

/** Lanes posted to at the same time by one worker. */
const CONCURRENT_LANES = 64;

export interface LanePool {
  /** Leases as many due lanes as there is room for and starts them. @throws what a lane failed with since the last time */
  fill(): Promise<void>;
  isEmpty(): boolean;
  /** Settles when the lanes under way have ended. */
  emptied(): Promise<void>;
}

/**
 * @param work delivers a lane and settles it
 * @param on_end called when a lane has ended: there is room for another
 */
export function lanePool(
  sql: Sql,
  vault: Vault,
  work: (lane: LeasedLane) => Promise<void>,
  on_end: () => void,
): LanePool {
  const under_way = new Set<Promise<void>>();
  const by_endpoint = new Map<string, number>();
  const failures: unknown[] = [];
  const add = (endpoint_id: string, number: number) => {
    const sum = (by_endpoint.get(endpoint_id) ?? 0) + number;
    if (sum > 0) by_endpoint.set(endpoint_id, sum);
    else by_endpoint.delete(endpoint_id);
  };
  const start = (lane: LeasedLane) => {
    add(lane.endpoint_id, 1);
    const working = work(lane)
      .catch((error) => void failures.push(error))
      .finally(() => {
        under_way.delete(working);
        add(lane.endpoint_id, -1);
        on_end();
      });
    under_way.add(working);
  };
  return {
    async fill() {
      const room = CONCURRENT_LANES - under_way.size;
      if (room > 0) for (const lane of await leaseLanes(sql, vault, room, by_endpoint)) start(lane);
      if (failures.length > 0) throw failures.splice(0)[0];
    },
    isEmpty: () => under_way.size === 0,
    async emptied() {
      await Promise.all(under_way);
    },
  };
}
