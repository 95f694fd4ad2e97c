/** Offers as they are kept: what is posted for everybody, whose it is for its owner. */
import { regionLevels } from '../../../models/matching/regions.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { indexedText } from '../../search/words.ts';
import { countWords, NETWORK_CONFIGURATION } from '../matching/words.ts';
import { askedWords } from './need-store.ts';
import type { Offer, OfferState } from './offer.ts';
import type { OfferKind } from './posting.ts';

export const OFFER_COLUMNS = `id, kind, state, profile, display_name, pseudonym_id, title, body, region, fields, available_from,
  available_until, price_min_minor, price_max_minor, currency, patent_ids, posted_on, introductions_over, introductions_came`;

export interface OfferOwner {
  organisation_id: string;
  fingerprint: Buffer;
  /** Of what was kept for another module. */
  source_id: string | null;
  posted_at: Date;
}

/** As the service, for owners of any organisation. */
export async function insertOffers(
  tx: Transaction,
  given: readonly { offer: Offer; owner: OfferOwner }[],
): Promise<void> {
  const rows = given.map(({ offer, owner }) => ({
    ...offer,
    ...owner,
    offer_id: offer.id,
    fingerprint: owner.fingerprint.toString('hex'),
    region_levels: offer.region === null ? [] : regionLevels(offer.region),
    title_text: indexedText(offer.title),
    body_text: indexedText(offer.body),
  }));
  await acrossTenants(tx, async () => {
    await tx`
      insert into network_offer (${tx.unsafe(OFFER_COLUMNS)}, region_levels, document)
      select ${tx.unsafe(OFFER_COLUMNS)}, region_levels,
        setweight(to_tsvector(${NETWORK_CONFIGURATION}::regconfig, title_text), 'A')
          || to_tsvector(${NETWORK_CONFIGURATION}::regconfig, body_text)
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (id text, kind text, state text, profile text,
        display_name text, pseudonym_id text, title text, body text, region text, fields smallint[], available_from date,
        available_until date, price_min_minor bigint, price_max_minor bigint, currency text, patent_ids uuid[],
        posted_on date, introductions_over integer, introductions_came integer, region_levels text[], title_text text,
        body_text text)`;
    await tx`
      insert into network_offer_owner (offer_id, organisation_id, fingerprint, source_id, posted_at)
      select offer_id, organisation_id, decode(fingerprint, 'hex'), source_id, posted_at
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (offer_id text, organisation_id text, fingerprint text,
        source_id text, posted_at timestamptz)`;
    await countWords(
      tx,
      given.map(({ offer }) => offer.id),
      1,
    );
  });
}

/** @throws Problem `not_found` for one that is neither posted nor the reader's own */
export async function findOffer(sql: Sql, id: string): Promise<Offer & { own: boolean }> {
  const [row] = await sql<(Offer & { own: boolean })[]>`
    select ${sql.unsafe(OFFER_COLUMNS)}, holds_offer(id) as own from network_offer
    where id = ${id} and (state = 'open' or holds_offer(id) or exists (
      select from network_introduction where offer_id = network_offer.id))`;
  if (!row) throw new Problem('not_found', 'There is no such offer.');
  return row;
}

/** @throws Problem `not_found` unless it is the caller's own */
export async function ownOffer(sql: Sql, id: string): Promise<Offer> {
  const [offer] = await sql<Offer[]>`
    select ${sql.unsafe(OFFER_COLUMNS)} from network_offer where id = ${id} and holds_offer(id)`;
  if (!offer) throw new Problem('not_found', 'There is no such offer of yours.');
  return offer;
}

export interface OffersAsked {
  /** The reader's own, whatever their state; else what is open. */
  own: boolean;
  kind: OfferKind | undefined;
  region: string | undefined;
  field: number | undefined;
  q: string | undefined;
}

/** The latest first. @param after day and id of the last one before */
export async function offers(
  sql: Sql,
  { own, kind, region, field, q }: OffersAsked,
  limit: number,
  after: readonly [CalendarDate, string] | null,
): Promise<Offer[]> {
  const conditions = [
    own ? sql`id in (select offer_id from network_offer_owner)` : sql`state = 'open'`,
    kind === undefined ? null : sql`kind = ${kind}`,
    region === undefined ? null : sql`region_levels @> ${[region]}::text[]`,
    field === undefined ? null : sql`fields @> ${[field]}::smallint[]`,
    q === undefined ? null : sql`document @@ ${askedWords(sql, q)}`,
    after === null ? null : sql`(posted_on, id) < (${after[0]}::date, ${after[1]})`,
  ].filter((each) => each !== null);
  const rows = await sql<Offer[]>`select ${sql.unsafe(OFFER_COLUMNS)} from network_offer
    where ${conditions.reduce((all, each) => sql`${all} and ${each}`)} order by posted_on desc, id desc limit ${limit}`;
  return [...rows];
}

export async function openOffers(sql: Sql, organisation_id: string): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*) from network_offer_owner join network_offer on id = offer_id
    where organisation_id = ${organisation_id} and state = 'open'`;
  return row!.count;
}

/** The own offer that says the same and is open; null for none. */
export async function openTwin(
  sql: Sql,
  organisation_id: string,
  fingerprint: Buffer,
): Promise<string | null> {
  const [row] = await sql<
    { offer_id: string }[]
  >`select offer_id from network_offer_owner join network_offer on id = offer_id
    where organisation_id = ${organisation_id} and fingerprint = ${fingerprint} and state = 'open' limit 1`;
  return row?.offer_id ?? null;
}

/** Takes open offers down, and out of what is counted. As the service. @returns those that were open */
export async function endOffers(
  tx: Transaction,
  offer_ids: readonly string[],
  to: Exclude<OfferState, 'open'>,
): Promise<string[]> {
  return acrossTenants(tx, async () => {
    const ended = await tx<{ id: string }[]>`update network_offer set state = ${to}
      where id = any(${offer_ids as string[]}) and state = 'open' returning id`;
    const ids = ended.map(({ id }) => id);
    if (ids.length > 0) await countWords(tx, ids, -1);
    return ids;
  });
}

/** The offer that is kept for something of another module; null for none. As the service. */
export async function offerOfSource(
  sql: Sql,
  source_id: string,
): Promise<{ offer_id: string; pseudonym_id: string | null } | null> {
  const [row] = await sql<{ offer_id: string; pseudonym_id: string | null }[]>`
    select offer_id, pseudonym_id from network_offer_owner join network_offer on id = offer_id
    where source_id = ${source_id}`;
  return row ?? null;
}
