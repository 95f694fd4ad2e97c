/** Needs as they are kept: what is posted for everybody, whose it is for its owner. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { question } from '../../search/words.ts';
import { documentOf, NETWORK_CONFIGURATION } from '../matching/words.ts';
import type { Need, NeedState } from './need.ts';

/** Two of one owner that share this much of their words are told of each other. */
const SIMILAR_SHARE = 0.8;
const MAX_SIMILAR = 5;

const COLUMNS = `id, state, profile, display_name, pseudonym_id, title, body, region, wanted_regions, excluded_regions,
  fields, excluded_fields, kinds, starts_on, ends_on, budget_min_minor, budget_max_minor, currency, posted_on`;

export const isPosted = (sql: Sql) => sql`state in ('open', 'matched')`;

export async function insertNeed(
  tx: Transaction,
  need: Need,
  owner: { organisation_id: string; fingerprint: Buffer; posted_at: Date },
): Promise<void> {
  const { title, body } = need;
  const [made] = await tx<{ document: string }[]>`select (${documentOf(tx, title, body)})::text as document`;
  const row = { ...need, document: made!.document };
  await acrossTenants(tx, () => tx`insert into network_need ${tx(row as never)}`);
  await tx`insert into network_need_owner ${tx({ need_id: need.id, ...owner })}`;
}

/** @throws Problem `not_found` for one that is neither posted nor the reader's own */
export async function findNeed(sql: Sql, id: string): Promise<Need & { own: boolean }> {
  const [row] = await sql<(Need & { own: boolean })[]>`
    select ${sql.unsafe(COLUMNS)}, holds_need(id) as own from network_need
    where id = ${id} and (${isPosted(sql)} or holds_need(id) or exists (
      select from network_introduction where need_id = network_need.id))`;
  if (!row) throw new Problem('not_found', 'There is no such need.');
  return row;
}

/** @throws Problem `not_found` unless it is the caller's own */
export async function ownNeed(sql: Sql, id: string): Promise<Need> {
  const [need] = await sql<
    Need[]
  >`select ${sql.unsafe(COLUMNS)} from network_need where id = ${id} and holds_need(id)`;
  if (!need) throw new Problem('not_found', 'There is no such need of yours.');
  return need;
}

export interface NeedsAsked {
  /** The reader's own, whatever their state; else what is posted. */
  own: boolean;
  region: string | undefined;
  field: number | undefined;
  q: string | undefined;
}

/** The latest first. @param after day and id of the last one before, as `day~id` */
export async function needs(
  sql: Sql,
  { own, region, field, q }: NeedsAsked,
  limit: number,
  after: readonly [CalendarDate, string] | null,
): Promise<Need[]> {
  const conditions = [
    own ? sql`id in (select need_id from network_need_owner)` : isPosted(sql),
    region === undefined ? null : sql`region = ${region}`,
    field === undefined ? null : sql`${field} = any(fields)`,
    q === undefined ? null : sql`document @@ ${askedWords(sql, q)}`,
    after === null ? null : sql`(posted_on, id) < (${after[0]}::date, ${after[1]})`,
  ].filter((each) => each !== null);
  const rows = await sql<Need[]>`select ${sql.unsafe(COLUMNS)} from network_need
    where ${conditions.reduce((all, each) => sql`${all} and ${each}`)} order by posted_on desc, id desc limit ${limit}`;
  return [...rows];
}

/** @throws Problem `bad_request` where nothing is left to look for */
export function askedWords(sql: Sql, q: string) {
  if (!/[\p{L}\p{N}]/u.test(q))
    throw new Problem('bad_request', 'q: it has neither letter nor digit; give a word to look for.');
  const { text, beginnings } = question(q);
  const asked = [text, ...beginnings].join(' ');
  return sql`websearch_to_tsquery(${NETWORK_CONFIGURATION}::regconfig, ${asked})`;
}

export async function openNeeds(sql: Sql, organisation_id: string): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*) from network_need_owner join network_need on id = need_id
    where organisation_id = ${organisation_id} and ${isPosted(sql)}`;
  return row!.count;
}

/** The own need that says the same and is posted; null for none. */
export async function postedTwin(
  sql: Sql,
  organisation_id: string,
  fingerprint: Buffer,
): Promise<string | null> {
  const [row] = await sql<
    { need_id: string }[]
  >`select need_id from network_need_owner join network_need on id = need_id
    where organisation_id = ${organisation_id} and fingerprint = ${fingerprint} and ${isPosted(sql)} limit 1`;
  return row?.need_id ?? null;
}

/** Own needs that are posted and share most of their words with this one. */
export async function similarNeeds(sql: Sql, id: string, organisation_id: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with new as (select tsvector_to_array(document) as words from network_need where id = ${id}),
    own as (select id, tsvector_to_array(document) as words from network_need_owner join network_need on id = need_id
      where organisation_id = ${organisation_id} and id <> ${id} and ${isPosted(sql)})
    select own.id from new, own cross join lateral (
      select count(*) as shared from (select unnest(new.words) intersect select unnest(own.words)) both_have) common
    where shared >= ${SIMILAR_SHARE}::float8 * (cardinality(new.words) + cardinality(own.words) - shared)
    order by shared desc, own.id limit ${MAX_SIMILAR}`;
  return rows.map((row) => row.id);
}

/** @returns false when it was in none of the states before */
export async function moveNeed(
  tx: Transaction,
  id: string,
  from: readonly NeedState[],
  to: NeedState,
): Promise<boolean> {
  const moved = await acrossTenants(
    tx,
    () => tx`update network_need set state = ${to} where id = ${id} and state = any(${from as string[]})`,
  );
  return moved.count > 0;
}
