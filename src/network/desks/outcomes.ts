/** Introductions and deals of the desks' clients, counted daily: once each, for the desk that has the client by then. */

import { addDays } from '../../../models/calendar.ts';
import { dateOf } from '../../clock.ts';
import type { Database } from '../../db/client.ts';

/** What came of it before is counted already, or was no client's. */
const LOOKED_BACK_DAYS = 400;

export async function countOutcomes({ sql }: Database, slot: Date): Promise<Record<string, number>> {
  const since = addDays(dateOf(slot), -LOOKED_BACK_DAYS);
  const counted = await sql`
    with came as (
      select introduction_id, asker_id, owner_id, 'introduction' as kind, introduced_at as at from network_introduced
        where introduced_at >= ${since}::date
      union all
      select introduction_id, asker_id, owner_id, 'deal', max(at) from network_introduction_step
        join network_introduced using (introduction_id)
        where step = 'deal' and at >= ${since}::date group by 1, 2, 3 having count(distinct side) = 2)
    insert into desk_outcome (came_of, client_of, kind, desk_id, month)
    select introduction_id, desk_client.id, came.kind, desk_id, date_trunc('month', at)::date
    from came join desk_client on account_id in (asker_id, owner_id) where at <= ${slot}
    on conflict do nothing`;
  return { desk_outcomes_counted: counted.count };
}
