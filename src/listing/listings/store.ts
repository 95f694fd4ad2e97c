/** Listings and what hangs on them: the queries. A row that everybody reads holds nothing that tells whose it is. */
import type { CalendarDate, RightType } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { DealKind } from '../deals/machine.ts';

/** Talking in the service, being told who the seller is, the team in between, and intermediaries that are known. */
export const CHANNELS = ['talk', 'direct', 'team', 'intermediary'] as const;
export type Channel = (typeof CHANNELS)[number];

export const LISTING_STATES = ['open', 'reserved', 'sold', 'withdrawn', 'expired'] as const;
export type ListingState = (typeof LISTING_STATES)[number];

export interface Listing {
  id: string;
  pseudonym_id: string;
  /** Display name of the pseudonym. */
  seller_name: string;
  title: string;
  summary: string;
  know_how: string | null;
  kinds: DealKind[];
  channels: Channel[];
  /** Offices, as in WIPO ST.3. */
  territories: string[];
  asking_minor: number | null;
  currency: string;
  offices: string[];
  /** WIPO's technology fields 1 to 35. */
  fields: number[];
  right_types: RightType[];
  state: ListingState;
  listed_on: CalendarDate;
  expires_on: CalendarDate;
}

/** What its seller keeps to itself. */
export interface ListingPrivate {
  listing_id: string;
  /** How the seller is reached, told to who knows it. */
  contact: string | null;
  /** Of a pledge that is disposed of by the listing. */
  pledge_id: string | null;
  /** That was written down with the pledge. */
  plan: string | null;
  plan_days: number | null;
}

export async function insertListing(
  tx: Transaction,
  listing: Listing,
  patent_ids: readonly string[],
  kept: Omit<ListingPrivate, 'listing_id'>,
): Promise<void> {
  const listing_id = listing.id;
  await tx`insert into listing ${tx({ ...listing })}`;
  await tx`insert into listing_patent ${tx(patent_ids.map((patent_id) => ({ listing_id, patent_id })))}`;
  await tx`insert into listing_private ${tx({ listing_id, ...kept })}`;
}

/** @returns null when the reader may see no such listing */
export async function findListing(sql: Sql, id: string): Promise<Listing | null> {
  const [row] = await sql<Listing[]>`select * from listing where id = ${id}`;
  return row ?? null;
}

/** Holds it until the end of the transaction. Across tenants: a step of a buyer holds the seller's. */
export async function lockListing(tx: Transaction, id: string): Promise<Listing> {
  const [row] = await tx<Listing[]>`select * from listing where id = ${id} for no key update`;
  return row!;
}

export async function isOwnListing(
  sql: Sql,
  { pseudonym_id }: Pick<Listing, 'pseudonym_id'>,
): Promise<boolean> {
  const [row] = await sql<{ own: boolean }[]>`select holds_pseudonym(${pseudonym_id}) as own`;
  return row!.own;
}

export interface Wanted {
  kind?: DealKind | undefined;
  office?: string | undefined;
  field?: number | undefined;
  right_type?: RightType | undefined;
  /** The reader's own, in whatever state; else those of others and its own that can be asked for on that day. */
  own?: boolean | undefined;
}

/** Latest first. @param after of the last one of the page before, as `placeOf` tells it */
export async function listListings(
  sql: Sql,
  { kind, office, field, right_type, own = false }: Wanted,
  today: CalendarDate,
  after: string | undefined,
  limit: number,
): Promise<Listing[]> {
  const given = (value: unknown, condition: ReturnType<Sql>) => (value === undefined ? sql`` : condition);
  return sql<Listing[]>`
    select * from listing
    where ${own ? sql`holds_pseudonym(pseudonym_id)` : sql`state in ('open', 'reserved') and expires_on > ${today}`}
      ${given(kind, sql`and ${kind!} = any(kinds)`)} ${given(office, sql`and ${office!} = any(offices)`)}
      ${given(field, sql`and ${field!} = any(fields)`)} ${given(right_type, sql`and ${right_type!} = any(right_types)`)}
      ${given(after, sql`and (to_char(listed_on, 'YYYY-MM-DD') || id) collate "C" < ${after!}`)}
    order by to_char(listed_on, 'YYYY-MM-DD') || id collate "C" desc limit ${limit}`;
}

/** Where it stands in a list. */
export function placeOf({ listed_on, id }: Pick<Listing, 'listed_on' | 'id'>): string {
  return listed_on + id;
}

/** In order, of those that the reader may see. */
export async function patentsOf(sql: Sql, listing_id: string): Promise<string[]> {
  const rows = await sql<{ patent_id: string }[]>`
    select patent_id from listing_patent where listing_id = ${listing_id} order by patent_id`;
  return rows.map(({ patent_id }) => patent_id);
}

export async function findPrivate(sql: Sql, listing_id: string): Promise<ListingPrivate | null> {
  const [row] = await sql<ListingPrivate[]>`select * from listing_private where listing_id = ${listing_id}`;
  return row ?? null;
}

export async function setListingState(tx: Transaction, id: string, state: ListingState): Promise<void> {
  await tx`update listing set state = ${state} where id = ${id}`;
}
