/** Deals over listings, their offers, steps and messages: the queries. */
import type { Sql, Transaction } from '../../db/client.ts';
import type { Channel } from '../listings/store.ts';
import type { Actor, DealKind, Side, Stage, Step } from './machine.ts';

/** As both sides read it: each by its pseudonym. */
export interface ListingDeal {
  id: string;
  listing_id: string;
  seller_pseudonym_id: string;
  seller_name: string;
  buyer_pseudonym_id: string;
  buyer_name: string;
  channel: Channel;
  /** Whether the team may see it and speak in it. */
  with_team: boolean;
  stage: Stage;
  seller_signed: boolean;
  buyer_signed: boolean;
  /** That stands, or was accepted. */
  offer_id: string | null;
  /** Of what was accepted. */
  kind: DealKind | null;
  price_minor: number | null;
  currency: string;
  accepted_at: Date | null;
  filing_number: string | null;
  /** The latest day on which the register recorded one of its patents for the buyer. */
  recorded_on: string | null;
  /** Of the sale, borne by the seller. */
  costs_minor: number | null;
  enquired_at: Date;
  changed_at: Date;
}

/** One side, to itself and to who was told who it is. */
export interface DealParty {
  deal_id: string;
  side: Side;
  organisation_id: string;
  contact: string | null;
}

export interface Offer {
  id: string;
  deal_id: string;
  seq: number;
  side: Side;
  kind: DealKind;
  /** Paid once. */
  price_minor: number;
  currency: string;
  conditions: string | null;
  made_at: Date;
  expires_at: Date;
}

export interface DealStep {
  seq: number;
  step: Step | 'enquire' | 'consent_given' | 'consent_refused';
  side: Actor;
  /** That it led to. */
  stage: Stage;
  detail: Record<string, unknown>;
  at: Date;
}

export interface Message {
  seq: number;
  side: Side | 'team';
  text: string;
  at: Date;
}

/** @returns null when the reader may see no such deal */
export async function findDeal(sql: Sql, id: string): Promise<ListingDeal | null> {
  const [row] = await sql<ListingDeal[]>`select * from listing_deal where id = ${id}`;
  return row ?? null;
}

/** Which side the reader is; null for the team. */
export async function ownSide(sql: Sql, deal: ListingDeal): Promise<Side | null> {
  const [row] = await sql<{ seller: boolean; buyer: boolean }[]>`
    select holds_pseudonym(${deal.seller_pseudonym_id}) as seller, holds_pseudonym(${deal.buyer_pseudonym_id}) as buyer`;
  return row!.seller ? 'seller' : row!.buyer ? 'buyer' : null;
}

/** In order of id, as the reader may see them. */
export async function listDeals(
  sql: Sql,
  {
    listing_id,
    after = '',
    limit,
  }: { listing_id?: string | undefined; after?: string | undefined; limit: number },
): Promise<ListingDeal[]> {
  return sql<ListingDeal[]>`
    select * from listing_deal where id > ${after} ${listing_id === undefined ? sql`` : sql`and listing_id = ${listing_id}`}
    order by id limit ${limit}`;
}

/** Those that the reader may know. */
export async function partiesOf(sql: Sql, deal_id: string): Promise<DealParty[]> {
  return sql<DealParty[]>`select * from listing_deal_party where deal_id = ${deal_id} order by side`;
}

export async function offersOf(sql: Sql, deal_id: string): Promise<Offer[]> {
  return sql<Offer[]>`select * from listing_offer where deal_id = ${deal_id} order by seq`;
}

export async function findOffer(sql: Sql, id: string): Promise<Offer | null> {
  const [row] = await sql<Offer[]>`select * from listing_offer where id = ${id}`;
  return row ?? null;
}

export async function stepsOf(sql: Sql, deal_id: string): Promise<DealStep[]> {
  return sql<DealStep[]>`
    select seq, step, side, stage, detail, at from listing_deal_step where deal_id = ${deal_id} order by seq`;
}

/** Across tenants. */
export async function insertStep(
  tx: Transaction,
  deal_id: string,
  { step, side, stage, detail, at }: Omit<DealStep, 'seq'>,
): Promise<void> {
  await tx`insert into listing_deal_step (deal_id, seq, step, side, stage, detail, at)
    select ${deal_id}, count(*) + 1, ${step}, ${side}, ${stage}, ${tx.json(detail as never)}, ${at}
    from listing_deal_step where deal_id = ${deal_id}`;
}

/** The first of them first. */
export async function messagesOf(
  sql: Sql,
  deal_id: string,
  after: number,
  limit: number,
): Promise<Message[]> {
  return sql<Message[]>`select seq, side, text, at from listing_message
    where deal_id = ${deal_id} and seq > ${after} order by seq limit ${limit}`;
}

/** Across tenants, under the lock of the deal. @returns its number */
export async function insertMessage(
  tx: Transaction,
  deal_id: string,
  { side, text, at }: Omit<Message, 'seq'>,
): Promise<Message> {
  const [row] = await tx<Message[]>`insert into listing_message (deal_id, seq, side, text, at)
    select ${deal_id}, count(*) + 1, ${side}, ${text}, ${at} from listing_message where deal_id = ${deal_id}
    returning seq, side, text, at`;
  return row!;
}

/** Holds it until the end of the transaction. Across tenants. */
export async function lockDeal(tx: Transaction, id: string): Promise<ListingDeal> {
  const [row] = await tx<ListingDeal[]>`select * from listing_deal where id = ${id} for no key update`;
  return row!;
}
