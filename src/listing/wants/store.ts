/** Wants of buyers, and the listings that sellers point out to them: the queries. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { DealKind } from '../deals/machine.ts';

export const WANT_STATES = ['open', 'withdrawn', 'expired'] as const;

export interface Want {
  id: string;
  pseudonym_id: string;
  /** Display name of the pseudonym. */
  buyer_name: string;
  title: string;
  summary: string;
  kinds: DealKind[];
  /** WIPO's technology fields; none for whichever. */
  fields: number[];
  /** Where it is wanted; none for wherever. */
  offices: string[];
  budget_minor: number | null;
  currency: string;
  state: (typeof WANT_STATES)[number];
  listed_on: CalendarDate;
  expires_on: CalendarDate;
}

export async function insertWant(tx: Transaction, want: Want): Promise<void> {
  await tx`insert into listing_want ${tx({ ...want })}`;
}

export async function findWant(sql: Sql, id: string): Promise<Want | null> {
  const [row] = await sql<Want[]>`select * from listing_want where id = ${id}`;
  return row ?? null;
}

export async function isOwnWant(sql: Sql, { pseudonym_id }: Pick<Want, 'pseudonym_id'>): Promise<boolean> {
  const [row] = await sql<{ own: boolean }[]>`select holds_pseudonym(${pseudonym_id}) as own`;
  return row!.own;
}

export interface WantsAsked {
  kind?: DealKind | undefined;
  office?: string | undefined;
  field?: number | undefined;
  /** The reader's own, in whatever state; else all that are open on that day. */
  own?: boolean | undefined;
}

/** Latest first. @param after day and id of the last one of the page before */
export async function listWants(
  sql: Sql,
  { kind, office, field, own = false }: WantsAsked,
  today: CalendarDate,
  after: string | undefined,
  limit: number,
): Promise<Want[]> {
  const given = (value: unknown, condition: ReturnType<Sql>) => (value === undefined ? sql`` : condition);
  return sql<Want[]>`
    select * from listing_want
    where ${own ? sql`holds_pseudonym(pseudonym_id)` : sql`state = 'open' and expires_on > ${today}`}
      ${given(kind, sql`and ${kind!} = any(kinds)`)}
      ${given(office, sql`and (offices = '{}' or ${office!} = any(offices))`)}
      ${given(field, sql`and (fields = '{}' or ${field!} = any(fields))`)}
      ${given(after, sql`and (to_char(listed_on, 'YYYY-MM-DD') || id) collate "C" < ${after!}`)}
    order by to_char(listed_on, 'YYYY-MM-DD') || id collate "C" desc limit ${limit}`;
}

export interface WantAnswer {
  want_id: string;
  listing_id: string;
  answered_on: CalendarDate;
}

/** To a want of the reader's, or by its own listings. */
export async function answersOf(sql: Sql, want_id: string): Promise<WantAnswer[]> {
  return sql<WantAnswer[]>`select want_id, listing_id, answered_on from listing_want_answer
    where want_id = ${want_id} order by answered_on desc, listing_id`;
}
