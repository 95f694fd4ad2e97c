/** Offers and counter-offers: the last one stands until it is accepted, answered by another, or its time is over. */
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { requireUntold } from '../listings/untold.ts';
import { sentence } from '../sentences.ts';
import type { DealKind, Side } from './machine.ts';
import { holdDeal, requireStep, updateDeal } from './service.ts';
import type { ListingDeal, Offer } from './store.ts';
import { tellStep } from './told.ts';

/** Of one deal. */
export const MAX_OFFERS = 200;
export const MAX_OFFER_DAYS = 180;
const DAY_ms = 86_400_000;

export interface GivenOffer {
  kind: DealKind;
  price_minor: number;
  conditions?: string | undefined;
  expires_at: string;
}

/** @throws Problem with the code of what is missing (src/listing/deals/machine.ts), and `refused` for a time out of bounds */
export async function makeOffer(
  tx: Transaction,
  deal_id: string,
  { kind, price_minor, conditions, expires_at }: GivenOffer,
  caller: Caller,
  now: Date,
): Promise<{ deal: ListingDeal; offer: Offer }> {
  const held = await holdDeal(tx, deal_id, now);
  requireStep(held, 'offer');
  const { listing, by, facts } = held;
  if (!listing.kinds.includes(kind))
    throw new Problem('refused', sentence('offer_kind', { deal_kind: listing.kinds }));
  const ends = new Date(expires_at);
  if (!(ends > now) || ends.getTime() > now.getTime() + MAX_OFFER_DAYS * DAY_ms)
    throw new Problem('refused', sentence('offer_days', { count: MAX_OFFER_DAYS }));
  if (!facts.acquainted)
    requireUntold({ conditions }, [(await findOrganisation(tx, caller.organisation_id))!.name]);
  const offer = await insertOffer(
    tx,
    {
      deal_id,
      side: by as Side,
      kind,
      price_minor,
      currency: listing.currency,
      conditions: conditions ?? null,
    },
    now,
    ends,
  );
  const deal = await updateDeal(tx, held, 'offer', { offer_id: offer.id }, now);
  const detail = {
    offer_id: offer.id,
    kind,
    price_minor,
    currency: offer.currency,
    expires_at: ends.toISOString(),
  };
  await tellStep(tx, deal, { step: 'offer', by, detail, event: 'listing.deal.offered' }, caller, now);
  return { deal, offer };
}

async function insertOffer(
  tx: Transaction,
  given: Omit<Offer, 'id' | 'seq' | 'made_at' | 'expires_at'>,
  made_at: Date,
  expires_at: Date,
): Promise<Offer> {
  return acrossTenants(tx, async () => {
    const [count] = await tx<{ offers: number }[]>`
      select count(*) as offers from listing_offer where deal_id = ${given.deal_id}`;
    if (count!.offers >= MAX_OFFERS)
      throw new Problem('refused', sentence('offers_full', { count: MAX_OFFERS }));
    const row = { id: newUnlinkableId('lof'), seq: count!.offers + 1, ...given, made_at, expires_at };
    await tx`insert into listing_offer ${tx(row)}`;
    return row;
  });
}
