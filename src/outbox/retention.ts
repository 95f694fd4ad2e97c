/** What is kept of deliveries, and for how long. Dead letters stay: they have not arrived. */
import type { Database } from '../db/client.ts';

export const HISTORY_DAYS = 400;
const BATCH_DELIVERIES = 5_000;
const IDLE_LANE_HOURS = 24;

/** Removes deliveries that arrived before that time, with their attempts, in short transactions. */
export async function forgetDelivered({ sql }: Database): Promise<{ deliveries_forgotten: number }> {
  for (let deliveries_forgotten = 0; ; ) {
    const [batch] = await sql<{ count: number }[]>`
      with old as (delete from delivery_history where id in (
          select id from delivery_history where outcome = 'delivered'
            and finished_at < now() - make_interval(days => ${HISTORY_DAYS}) limit ${BATCH_DELIVERIES})
        returning id),
      attempts as (delete from delivery_attempt using old where delivery_id = old.id)
      select count(*)::integer as count from old`;
    deliveries_forgotten += batch!.count;
    if (batch!.count < BATCH_DELIVERIES) return { deliveries_forgotten };
  }
}

/** Removes lanes that have carried nothing for a day, so that leasing looks through few; a paused one stays. */
export async function removeIdleLanes({ sql }: Database): Promise<{ lanes_removed: number }> {
  const removed = await sql`delete from lane
    where open = 0 and token is null and due_at < now() - make_interval(hours => ${IDLE_LANE_HOURS})`;
  return { lanes_removed: removed.count };
}
