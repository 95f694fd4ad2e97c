/** Listings that their sellers send to intermediaries that they know. */
import type { CalendarDate } from '../../../models/types.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { sentence } from '../sentences.ts';
import { audit } from './service.ts';
import { findListing, isOwnListing } from './store.ts';

const INTERMEDIARIES: readonly string[] = ['agency', 'expert'];

export interface Referral {
  listing_id: string;
  intermediary_id: string;
  sent_on: CalendarDate;
}

/** Those of the reader, as the one or the other. */
export async function referralsOf(sql: Sql, after = '', limit: number): Promise<Referral[]> {
  return sql<Referral[]>`select listing_id, intermediary_id, sent_on from listing_referral
    where (listing_id || ' ' || intermediary_id) collate "C" > ${after}
    order by (listing_id || ' ' || intermediary_id) collate "C" limit ${limit}`;
}

/** @throws Problem `not_found`, `refused` for what is no intermediary, `conflict` when it was sent, or the listing is over */
export async function referListing(
  tx: Transaction,
  listing_id: string,
  intermediary_id: string,
  caller: Caller,
  now: Date,
): Promise<Referral> {
  const listing = await findListing(tx, listing_id);
  if (!listing || !(await isOwnListing(tx, listing)))
    throw new Problem('not_found', 'There is no such listing.');
  const intermediary = await acrossTenants(tx, () => findOrganisation(tx, intermediary_id));
  if (!intermediary || !INTERMEDIARIES.includes(intermediary.kind))
    throw new Problem('refused', sentence('referral_to_nobody'));
  if (intermediary_id === caller.organisation_id) throw new Problem('own_listing', sentence('referral_own'));
  if (listing.state !== 'open')
    throw new Problem('conflict', sentence('referral_over', { listing_state: listing.state }));
  const row = { listing_id, intermediary_id, sent_on: dateOf(now) };
  const sent = await tx`insert into listing_referral ${tx(row)} on conflict do nothing`;
  if (sent.count === 0) throw new Problem('conflict', sentence('referral_again'));
  await audit(tx, caller, 'listing.referred', listing_id, { intermediary_id }, now);
  await emitEvents(tx, [
    {
      type: 'listing.referred',
      pledge_id: null,
      ...toldTo(intermediary),
      between_parties: true,
      occurred_at: now,
      data: { listing_id },
    },
  ]);
  return row;
}
