/** What a step of a deal finds. */
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { knownPatents } from '../../patents/facts.ts';
import { type Pledgee, pledgeesOf } from '../../pledges/pledgeable.ts';
import type { Listing } from '../listings/store.ts';
import type { DealFacts } from './machine.ts';
import { registerOf } from './register.ts';
import { findOffer, type ListingDeal } from './store.ts';

export async function factsOf(
  tx: Transaction,
  deal: ListingDeal,
  listing: Pick<Listing, 'state' | 'expires_on'>,
  now: Date,
): Promise<DealFacts> {
  const { id, stage, seller_signed: seller, buyer_signed: buyer, offer_id } = deal;
  return acrossTenants(tx, async () => {
    const offer = offer_id === null ? null : await findOffer(tx, offer_id);
    const { unrecorded } = await registerOf(tx, deal, now);
    return {
      stage,
      signed: { seller, buyer },
      listing_state: listing.state,
      listing_in_time: listing.expires_on > dateOf(now),
      acquainted: await areAcquainted(tx, id),
      offer: offer && { side: offer.side, in_time: offer.expires_at > now },
      in_force: await areInForce(tx, deal.listing_id, now),
      consents_missing: (await missingConsents(tx, deal)).size,
      unrecorded,
    };
  });
}

/** The buyer was told who is behind the pseudonym of the listing; who asked had told its own name with that. */
async function areAcquainted(tx: Transaction, deal_id: string): Promise<boolean> {
  const [row] = await tx<{ told: boolean }[]>`select exists (
    select from listing_deal join listing_deal_party on deal_id = listing_deal.id and side = 'buyer'
    join identity_reveal on identity_reveal.pseudonym_id = seller_pseudonym_id and asker_id = organisation_id
    where listing_deal.id = ${deal_id}) as told`;
  return row!.told;
}

async function areInForce(tx: Transaction, listing_id: string, now: Date): Promise<boolean> {
  const ids = await patentIdsOf(tx, listing_id);
  const known = await knownPatents(tx, ids, now);
  return ids.every((id) => known.get(id)?.facts.legal_state === 'in_force');
}

/** Across tenants. */
export async function patentIdsOf(sql: Sql, listing_id: string): Promise<string[]> {
  const rows = await sql<{ patent_id: string }[]>`
    select patent_id from listing_patent where listing_id = ${listing_id} order by patent_id`;
  return rows.map(({ patent_id }) => patent_id);
}

/** Across tenants. Pledges, with their patents of the deal, whose pledgee has not consented to the offer that stands. */
export async function missingConsents(tx: Transaction, deal: ListingDeal): Promise<Map<string, Pledgee[]>> {
  const pledgees = await pledgeesOf(tx, await patentIdsOf(tx, deal.listing_id));
  if (pledgees.length === 0) return new Map();
  const given = await tx<{ pledge_id: string; bank_id: string }[]>`
    select pledge_id, listing_consent_answer.bank_id from listing_consent
    join listing_consent_answer on consent_id = listing_consent.id
    where deal_id = ${deal.id} and offer_id is not distinct from ${deal.offer_id} and answer = 'given'`;
  const consented = new Set(given.map(({ pledge_id, bank_id }) => `${pledge_id} ${bank_id}`));
  return Map.groupBy(
    pledgees.filter(({ pledge_id, bank_id }) => !consented.has(`${pledge_id} ${bank_id}`)),
    ({ pledge_id }) => pledge_id,
  );
}
