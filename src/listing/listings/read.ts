/** Listings as a reader sees them: the same for everybody, but for who is behind them and which patents they are. */
import type { Identity } from '../../anonymity/store.ts';
import { findPseudonym } from '../../anonymity/store.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { knownPatents } from '../../patents/facts.ts';
import { type Face, facesOf, type PatentFace } from './face.ts';
import { findPrivate, isOwnListing, type Listing, type ListingPrivate, patentsOf } from './store.ts';

export interface Shown {
  pseudonym_id: string;
  display_name: string;
  /** Null before the reveal. */
  organisation: Identity | null;
}

type PatentShown = PatentFace & { patent: { patent_id: string; application_number: string } | null };

export interface ListingShown
  extends Omit<Listing, 'pseudonym_id' | 'seller_name' | 'offices' | 'fields' | 'right_types'> {
  seller: Shown;
  own: boolean;
  value: Face['value'];
  registered_owner: Face['registered_owner'];
  patents: PatentShown[];
  kept: Omit<ListingPrivate, 'listing_id'> | null;
}

export async function showListings(
  tx: Transaction,
  listings: readonly Listing[],
  now: Date,
): Promise<ListingShown[]> {
  const faces = await facesOf(tx, listings, now);
  const shown: ListingShown[] = [];
  for (const listing of listings) shown.push(await showListing(tx, listing, faces.get(listing.id)!, now));
  return shown;
}

async function showListing(
  tx: Transaction,
  {
    pseudonym_id,
    seller_name,
    offices: _offices,
    fields: _fields,
    right_types: _rights,
    ...listing
  }: Listing,
  { value, registered_owner, patents }: Face,
  now: Date,
): Promise<ListingShown> {
  const own = await isOwnListing(tx, { pseudonym_id });
  const named = await namedPatents(tx, listing.id, now);
  const kept = own ? await findPrivate(tx, listing.id) : null;
  return {
    ...listing,
    seller: await shownAs(tx, pseudonym_id, seller_name),
    own,
    value,
    registered_owner,
    patents: patents.map((face, index) => ({ ...face, patent: named[index] ?? null })),
    kept: kept && {
      contact: kept.contact,
      pledge_id: kept.pledge_id,
      plan: kept.plan,
      plan_days: kept.plan_days,
    },
  };
}

/** Who is shown under a name, to who may know it. */
export async function shownAs(sql: Sql, pseudonym_id: string, display_name: string): Promise<Shown> {
  const found = await findPseudonym(sql, pseudonym_id);
  return { pseudonym_id, display_name, organisation: found?.owner ?? null };
}

/** In the order of the faces; none to whom they are not told. */
async function namedPatents(tx: Transaction, listing_id: string, now: Date) {
  const known = await knownPatents(tx, await patentsOf(tx, listing_id), now);
  return [...known.values()].map(({ patent_id, facts }) => ({
    patent_id,
    application_number: facts.application_number,
  }));
}
