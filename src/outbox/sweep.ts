/**
 * The second line behind `open` of a lane: holds it against the deliveries and mends it. It should never find
 * anything. One statement sees lanes and deliveries at one instant, and every transaction changes both together, so
 * what differs is really wrong; the lane's lock keeps it so while it is counted again.
 */
import type { Database, Sql } from '../db/client.ts';

export interface MendedLane {
  endpoint_id: string;
  lane_key: string;
  /** What the lane said, null when there was no lane, and how many deliveries there are. */
  said: number | null;
  open: number;
}

/** @returns the lanes that were wrong, now right */
export async function mendLanes(database: Database): Promise<MendedLane[]> {
  const mended: MendedLane[] = [];
  for (const { endpoint_id, lane_key } of await wrongLanes(database.sql)) {
    const mend = await mendLane(database, endpoint_id, lane_key);
    if (mend !== null) mended.push(mend);
  }
  return mended;
}

/** Reads only what is open: a lane that says 0 over deliveries shows as deliveries without a lane. */
async function wrongLanes(sql: Sql): Promise<{ endpoint_id: string; lane_key: string }[]> {
  return sql<{ endpoint_id: string; lane_key: string }[]>`
    select endpoint_id, lane_key
    from (select endpoint_id, lane_key, open from lane where open > 0) lane
    full join (select endpoint_id, lane_key, count(*) as waiting from delivery group by endpoint_id, lane_key) delivery
      using (endpoint_id, lane_key)
    where lane.open is distinct from delivery.waiting`;
}

async function mendLane(
  database: Database,
  endpoint_id: string,
  lane_key: string,
): Promise<MendedLane | null> {
  return database.transaction(async (tx) => {
    const at = tx`endpoint_id = ${endpoint_id} and lane_key = ${lane_key}`;
    const [lane] = await tx<{ open: number }[]>`select open from lane where ${at} for update`;
    const [{ open }] = (await tx`select count(*)::integer as open from delivery where ${at}`) as [
      { open: number },
    ];
    if (open === (lane?.open ?? 0)) return null;
    await tx`insert into lane (endpoint_id, lane_key, open, due_at) values (${endpoint_id}, ${lane_key}, ${open}, now())
      on conflict (endpoint_id, lane_key) do update set open = excluded.open`;
    await tx`notify outbox`;
    return { endpoint_id, lane_key, said: lane?.open ?? null, open };
  });
}
