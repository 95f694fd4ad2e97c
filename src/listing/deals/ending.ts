/** Deals that end because what they are over is no longer to be had. */
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import type { Listing } from '../listings/store.ts';
import { BINDING, OVER } from './machine.ts';
import type { ListingDeal } from './store.ts';
import { tellStep } from './told.ts';

/** Those that bind nobody yet; both sides are told. */
export async function withdrawOpenDeals(
  tx: Transaction,
  { id: listing_id }: Pick<Listing, 'id'>,
  reason: string,
  now: Date,
): Promise<void> {
  const open = await acrossTenants(
    tx,
    () => tx<ListingDeal[]>`
      update listing_deal set stage = 'withdrawn', changed_at = ${now}
      where listing_id = ${listing_id} and not stage = any(${[...BINDING, ...OVER]}) returning *`,
  );
  for (const deal of open)
    await tellStep(
      tx,
      deal,
      { step: 'withdraw', by: 'service', detail: { reason }, event: 'listing.deal.withdrawn' },
      null,
      now,
    );
}
