/** Listing patents, and taking a listing down: each with its trace, and shown under a pseudonym alone. */
import { addDays } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { hideUnder, makePseudonym, ownerOf, showUnder } from '../../anonymity/service.ts';
import { findPseudonym } from '../../anonymity/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import { say } from '../../pledges/sentences.ts';
import { withdrawOpenDeals } from '../deals/ending.ts';
import type { DealKind } from '../deals/machine.ts';
import { sentence } from '../sentences.ts';
import {
  type Channel,
  findListing,
  insertListing,
  isOwnListing,
  type Listing,
  type ListingPrivate,
  lockListing,
  setListingState,
} from './store.ts';
import { requireUntold, tellingOf } from './untold.ts';

export const MAX_LISTED_PATENTS = 20;
export const MAX_LISTING_DAYS = 730;
/** Of one organisation, in whatever state. */
export const MAX_LISTINGS = 1_000;

export interface GivenListing {
  pseudonym_id?: string | undefined;
  title: string;
  summary: string;
  know_how?: string | undefined;
  kinds: readonly DealKind[];
  channels: readonly Channel[];
  territories: readonly string[];
  asking_minor?: number | undefined;
  patent_ids: readonly string[];
  expires_on: CalendarDate;
  contact?: string | undefined;
}

/** Of a pledge that is disposed of by the listing. */
export type Disposal = Pick<ListingPrivate, 'pledge_id' | 'plan' | 'plan_days'>;
const NO_DISPOSAL: Disposal = { pledge_id: null, plan: null, plan_days: null };

/**
 * @throws Problem `not_in_force` for a patent that is not, `already_sold` for one that the caller lists or has sold, `refused` for a
 *   text that tells who the caller is, and for a day out of bounds
 */
export async function listPatents(
  tx: Transaction,
  given: GivenListing,
  caller: Caller,
  now: Date,
  disposal: Disposal = NO_DISPOSAL,
): Promise<Listing> {
  const { title, summary, know_how = null, contact = null, asking_minor = null } = given;
  const patent_ids = [...new Set(given.patent_ids.map((id) => id.toLowerCase()))].sort();
  if (patent_ids.length < given.patent_ids.length)
    throw new Problem('refused', sentence('listing_patent_twice'));
  const listed_on = requireDays(given.expires_on, now);
  await tx`select from organisation where id = ${caller.organisation_id} for no key update`;
  const patents = await requireInForce(tx, patent_ids, now);
  await requireUnsold(tx, patent_ids, caller);
  const telling = await tellingOf(tx, patents, now);
  const own = (await findOrganisation(tx, caller.organisation_id))!;
  requireUntold({ title, summary, know_how }, [own.name, ...telling.names], telling.numbers);
  const pseudonym = await ownPseudonym(tx, given.pseudonym_id, caller, now);
  const facts = [...patents.values()].map((patent) => patent.facts);
  const listing: Listing = {
    id: newUnlinkableId('lst'),
    pseudonym_id: pseudonym.id,
    seller_name: pseudonym.display_name,
    title,
    summary,
    know_how,
    kinds: [...new Set(given.kinds)],
    channels: [...new Set(given.channels)],
    territories: [...new Set(given.territories)].sort(),
    asking_minor,
    currency: VALUATION_CURRENCY,
    offices: distinct(facts.map(({ office }) => office)),
    fields: distinct(facts.map(({ technology_field }) => technology_field ?? 0)).filter((field) => field > 0),
    right_types: distinct(facts.map(({ right_type }) => right_type)),
    state: 'open',
    listed_on,
    expires_on: given.expires_on,
  };
  await insertListing(tx, listing, patent_ids, { contact, ...disposal });
  await showUnder(tx, pseudonym.id, { kind: 'listing', id: listing.id }, caller, now);
  await audit(tx, caller, 'listing.listed', listing.id, { title, asking_minor, patent_ids }, now);
  const { id: listing_id, pseudonym_id, seller_name, territories, fields, currency, expires_on } = listing;
  const terms = { territories, fields, asking_minor, currency, expires_on };
  await announce(
    tx,
    'listing.published',
    { listing_id, pseudonym_id, seller_name, title, summary, ...terms },
    now,
  );
  return listing;
}

/** To whoever listens in the service, and to staff: what everybody may read, of nobody by name. */
function announce(
  tx: Transaction,
  type: 'listing.published' | 'listing.ended',
  data: Record<string, unknown>,
  occurred_at: Date,
): Promise<string[]> {
  return emitEvents(tx, [{ type, pledge_id: null, bank_id: null, firm_id: null, occurred_at, data }]);
}

function distinct<T>(all: readonly T[]): T[] {
  return [...new Set(all)].sort();
}

/** @returns today @throws Problem `refused` */
export function requireDays(expires_on: CalendarDate, now: Date): CalendarDate {
  const today = dateOf(now);
  const last = addDays(today, MAX_LISTING_DAYS);
  if (expires_on > today && expires_on <= last) return today;
  throw new Problem('refused', sentence('listing_days', { today, last }));
}

async function requireInForce(
  tx: Transaction,
  patent_ids: readonly string[],
  now: Date,
): Promise<Map<string, KnownPatent>> {
  const known = await knownPatents(tx, patent_ids, now);
  for (const id of patent_ids) {
    const state = known.get(id)?.facts.legal_state;
    if (state === undefined) throw new Problem('refused', say('patent_unknown', { patent_id: id }));
    if (state !== 'in_force')
      throw new Problem('not_in_force', sentence('listing_not_in_force', { patent_id: id, legal: state }));
  }
  return known;
}

/** Of the caller alone: that another lists a patent too would tell whose listing it stands in. */
async function requireUnsold(tx: Transaction, patent_ids: readonly string[], caller: Caller): Promise<void> {
  const [count] = await tx<{ listings: number }[]>`
    select count(*) as listings from listing where holds_pseudonym(pseudonym_id)`;
  if (count!.listings >= MAX_LISTINGS)
    throw new Problem('refused', sentence('listings_full', { count: MAX_LISTINGS }));
  const [listed] = await tx<{ patent_id: string; listing_id: string }[]>`
    select patent_id, listing_id from listing_patent join listing on listing.id = listing_id
    where patent_id = any(${patent_ids as string[]}::uuid[]) and state in ('open', 'reserved')
      and holds_pseudonym(pseudonym_id) limit 1`;
  if (listed) throw new Problem('already_sold', sentence('listing_again', listed));
  const [sold] = await acrossTenants(
    tx,
    () => tx<{ patent_id: string; organisation_id: string }[]>`
      select distinct on (patent_id) patent_id, organisation_id from listing_sale
      join listing_deal on listing_deal.id = listing_sale.deal_id and stage = 'closed' and kind = 'sale'
      join listing_deal_party party on party.deal_id = listing_deal.id and side = 'seller'
      where patent_id = any(${patent_ids as string[]}::uuid[]) order by patent_id, changed_at desc`,
  ).then((rows) => rows.filter(({ organisation_id }) => organisation_id === caller.organisation_id));
  if (sold) throw new Problem('already_sold', sentence('listing_sold', { patent_id: sold.patent_id }));
}

/** One that is named must be the caller's; else one is drawn. @throws Problem `refused` */
export async function ownPseudonym(
  tx: Transaction,
  id: string | undefined,
  caller: Caller,
  now: Date,
): Promise<{ id: string; display_name: string }> {
  if (id === undefined) return makePseudonym(tx, undefined, caller, now);
  const found = await findPseudonym(tx, id);
  if (found?.owner?.organisation_id !== caller.organisation_id)
    throw new Problem('refused', sentence('listing_pseudonym'));
  return found;
}

/** Takes an own listing down. @throws Problem `not_found`, and `conflict` when it is over or a buyer is bound to it */
export async function withdrawListing(
  tx: Transaction,
  id: string,
  caller: Caller,
  now: Date,
): Promise<Listing> {
  const found = await findListing(tx, id);
  if (!found || !(await isOwnListing(tx, found))) throw new Problem('not_found', 'There is no such listing.');
  const listing = await acrossTenants(tx, () => lockListing(tx, id));
  if (listing.state !== 'open')
    throw new Problem(
      'conflict',
      listing.state === 'reserved'
        ? sentence('listing_reserved')
        : sentence('listing_over', { listing_state: listing.state }),
    );
  await endListing(tx, listing, 'withdrawn', caller, now);
  return { ...listing, state: 'withdrawn' };
}

/** What is over is shown to nobody under the pseudonym any more, and open deals over it end. */
export async function endListing(
  tx: Transaction,
  listing: Listing,
  state: 'withdrawn' | 'expired' | 'sold',
  caller: Caller,
  now: Date,
): Promise<void> {
  await acrossTenants(tx, async () => {
    await setListingState(tx, listing.id, state);
    await hideUnder(tx, listing.pseudonym_id, { kind: 'listing', id: listing.id }, caller, now);
    await audit(tx, caller, `listing.${state}`, listing.id, {}, now);
    await announce(tx, 'listing.ended', { listing_id: listing.id, state }, now);
  });
  await withdrawOpenDeals(tx, listing, `the listing is ${state}`, now);
}

/** Who acts where the service ends a listing by itself. */
export async function serviceFor(tx: Transaction, pseudonym_id: string): Promise<Caller> {
  const { organisation_id, kind } = await ownerOf(tx, pseudonym_id);
  return { organisation_id, kind, key_id: 'listing' };
}

/** Ends what its day has come for. @returns how many */
export async function endExpired(tx: Transaction, now: Date): Promise<number> {
  const due = await tx<Listing[]>`select * from listing
    where state = 'open' and expires_on <= ${dateOf(now)} order by id for no key update skip locked`;
  for (const listing of due) {
    const owner = await serviceFor(tx, listing.pseudonym_id);
    await endListing(tx, listing, 'expired', owner, now);
    const { organisation_id: id, kind } = owner;
    const data = { listing_id: listing.id, expires_on: listing.expires_on };
    await emitEvents(tx, [
      {
        type: 'listing.expired',
        pledge_id: null,
        ...toldTo({ id, kind }),
        between_parties: true,
        occurred_at: now,
        data,
      },
    ]);
  }
  return due.length;
}

export function audit(
  tx: Transaction,
  { organisation_id, key_id: actor }: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail }]);
}
