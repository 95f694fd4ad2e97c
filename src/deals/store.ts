/** Deals, append-only and bitemporal: on the day of the deal, and to us. */
import { addMonths } from '../../models/calendar.ts';
import type { CalendarDate, RightType } from '../../models/types.ts';
import type { Caller } from '../accounts/store.ts';
import { dateOf } from '../clock.ts';
import type { Sql, Transaction } from '../db/client.ts';

/** An older price says little of today's market, and the market model takes none. */
const OLDEST_years = 50;
/** A valuation is held against a price paid within this of it. */
const VALUED_BEFORE_days = 365;

export interface GivenDeal {
  /** The recorder's own name for it. */
  reference: string;
  patent_id: string | null;
  right_type: RightType;
  claims: number | null;
  filed_on: CalendarDate;
  dealt_on: CalendarDate;
  price_minor: number;
  currency: string;
}

export interface Deal extends GivenDeal {
  id: string;
  /** Who recorded it; null for one that this service saw closed, which names no party. */
  organisation_id: string | null;
  source: 'own' | 'imported' | 'platform';
  known_at: Date;
}

/** @returns how many were new; one whose reference its organisation has used is not stored again */
export async function insertDeals(tx: Transaction, deals: readonly Deal[], key_id: string): Promise<number> {
  const inserted =
    await tx`insert into deal (id, organisation_id, source, reference, patent_id, right_type, claims,
      filed_on, dealt_on, price_minor, currency, key_id, known_at)
    select id, organisation_id, source, reference, patent_id, right_type, claims, filed_on, dealt_on, price_minor,
      currency, ${key_id}, known_at
    from jsonb_to_recordset(${tx.json(deals as never)}) as row (id text, organisation_id text, source text,
      reference text, patent_id uuid, right_type text, claims integer, filed_on date, dealt_on date,
      price_minor bigint, currency text, known_at timestamptz)
    on conflict do nothing`;
  return inserted.count;
}

/** Those of the references that the organisation has used. */
export async function usedReferences(
  sql: Sql,
  organisation_id: string,
  references: readonly string[],
): Promise<Set<string>> {
  const rows = await sql<{ reference: string }[]>`select reference from deal
    where organisation_id = ${organisation_id} and reference = any(${references as string[]})`;
  return new Set(rows.map(({ reference }) => reference));
}

/** In order of id: the caller's own, or all for staff. */
export async function listDeals(
  sql: Sql,
  { kind, organisation_id }: Caller,
  after: string,
  limit: number,
): Promise<Deal[]> {
  return sql<Deal[]>`
    select id, organisation_id, source, reference, patent_id, right_type, claims, filed_on, dealt_on, price_minor,
      currency, known_at
    from deal where (${kind === 'staff'} or organisation_id = ${organisation_id}) and id > ${after}
    order by id limit ${limit}`;
}

/**
 * What the market model may know at an instant, in a fixed order. A deal told by its own party, who may gain by a high
 * price, does not count: staff import it once they have seen it. One that both parties closed here and the register shows does.
 */
export async function dealsKnown(sql: Sql, known_at: Date): Promise<Deal[]> {
  const today = dateOf(known_at);
  return sql<Deal[]>`
    select * from deal where source in ('imported', 'platform') and deal.known_at <= ${known_at} and dealt_on <= ${today}
      and dealt_on > ${addMonths(today, -12 * OLDEST_years)}
    order by dealt_on, id`;
}

/** A price, and what the patent was last valued at before the deal. */
export interface PricedValuation {
  valuation_id: string;
  price_minor: number;
  currency: string;
}

/** Of the deals known at an instant, those whose patent had a value on the last day it was valued, in a fixed order. */
export async function pricedValuations(sql: Sql, known_at: Date): Promise<PricedValuation[]> {
  return sql<PricedValuation[]>`
    select before.valuation_id, deal.price_minor, deal.currency
    from deal cross join lateral (
      select valuation_id, status, model_set_id from valuation
      where valuation.patent_id = deal.patent_id and valuation.known_at <= ${known_at}
        and as_of < deal.dealt_on and as_of >= deal.dealt_on - ${VALUED_BEFORE_days}::integer
      order by as_of desc, valuation.known_at desc, valuation_id limit 1) before
    where source in ('imported', 'platform') and deal.known_at <= ${known_at} and deal.dealt_on <= ${dateOf(known_at)}
      and before.status = 'valued' and before.model_set_id is not null
    order by deal.dealt_on, deal.id`;
}
