/** Patents by number, owner, class, state, field, dates and words, page by page. */
import { attempt, FormulaFailure } from '../../models/failure.ts';
import type { Sentence } from '../../models/sentences.ts';
import type { CalendarDate, LegalState } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { KindOfNumber } from '../patents/numbers/number.ts';
import { readNumber } from '../patents/numbers/read-number.ts';
import { shareFirst } from './sample.ts';
import { say } from './sentences.ts';
import { CONFIGURATION, classLevels, ownerWords, question, quotedLexeme } from './words.ts';

export const SORTS = ['patent_id', 'rank', 'filed_on', 'published_on'] as const;
export type Sort = (typeof SORTS)[number];

/** Dates are inclusive. What is left out does not filter. */
export interface Asked {
  number?: string | undefined;
  application_number?: string | undefined;
  office?: string | undefined;
  owner?: string | undefined;
  class?: string | undefined;
  legal_state?: LegalState | undefined;
  field?: number | undefined;
  filed_from?: CalendarDate | undefined;
  filed_to?: CalendarDate | undefined;
  published_from?: CalendarDate | undefined;
  published_to?: CalendarDate | undefined;
  q?: string | undefined;
}

export interface FoundPatent {
  patent_id: string;
  office: string;
  application_number: string;
  right_type: 'invention' | 'utility_model' | 'design';
  title: string | null;
  owners: string[];
  classes: string[];
  field: number | null;
  legal_state: LegalState;
  filed_on: CalendarDate | null;
  published_on: CalendarDate | null;
  granted_on: CalendarDate | null;
  expires_on: CalendarDate | null;
  /** Of the words asked for; null where none were or the order is another. */
  rank: number | null;
}

/** Matches that are ranked; words that more patents have need company or a filter. */
export const MAX_RANKED = 2_000;
/** Patents with the words of a phrase that are read to see whether they stand together; each costs the words of its texts. */
export const MAX_PHRASE_CANDIDATES = 10_000;
const KINDS_OF_NUMBER: readonly KindOfNumber[] = ['application', 'publication'];
/** What sorts last among days and is told apart from them. */
const NO_DAY = '0001-01-01';

/**
 * @param after where the page before ended
 * @returns one patent more than `limit` where there are more
 * @throws Problem `bad_request` naming the parameter that cannot be read
 */
export async function findPatents(
  sql: Sql,
  asked: Asked,
  sort: Sort,
  limit: number,
  after: Place | null,
): Promise<FoundPatent[]> {
  if (sort === 'rank') return ranked(sql, asked, limit, after);
  await requireFewCandidates(sql, asked);
  const later = sort === 'patent_id' ? afterId(sql, after) : afterDay(sql, sort, after);
  const order =
    sort === 'patent_id' ? sql`patent_id` : sql`coalesce(${sql(sort)}, ${NO_DAY}::date) desc, patent_id desc`;
  const page = sql`where ${later} order by ${order} limit ${limit + 1}`;
  const rows = await sql<FoundPatent[]>`${
    isNarrow(asked)
      ? sql`
        with hit as materialized (select patent_id, filed_on, published_on from patent_search where ${filters(sql, asked)}),
        page as (select patent_id from hit ${page})
        select ${columns(sql)}, null as rank from page join patent_search found using (patent_id) order by ${order}`
      : sql`select ${columns(sql)}, null as rank from (${hitsOf(sql, asked)}) found ${page}`
  }`;
  return [...rows];
}

/** What an office and an application number ask is answered of every patent, also where the search row is behind. */
function hitsOf(sql: Sql, asked: Asked) {
  if (!isByNumber(asked)) return sql`select * from patent_search where ${filters(sql, asked)}`;
  const { office, application_number } = asked;
  return sql`
    select patent.patent_id, patent.office, patent.application_number, patent.right_type, title,
      coalesce(owners, '{}') as owners, coalesce(classes, '{}') as classes, field,
      coalesce(legal_state, 'unknown') as legal_state, filed_on, published_on, granted_on, expires_on
    from patent left join patent_search using (patent_id)
    where ${office === undefined ? sql`true` : sql`patent.office = ${office}`}
      and ${application_number === undefined ? sql`true` : sql`patent.application_number = ${application_number}`}`;
}

/** Nothing is asked but office and application number. */
function isByNumber({ office, application_number, ...rest }: Asked): boolean {
  return Object.values(rest).every((given) => given === undefined);
}

/** Search rows by patent id. */
export async function patentsById(
  sql: Sql,
  patent_ids: readonly string[],
): Promise<Map<string, FoundPatent>> {
  const rows = await sql<FoundPatent[]>`
    select ${columns(sql)}, null as rank from patent_search found where patent_id = any(${patent_ids as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.patent_id, row]));
}

/** A place in an order: the value that it goes by, and the patent that has it. */
export interface Place {
  value: string;
  patent_id: string;
}

export function placeOf(found: FoundPatent, sort: Sort): Place {
  const value = sort === 'patent_id' ? '' : String(found[sort] ?? NO_DAY);
  return { value, patent_id: found.patent_id };
}

async function ranked(sql: Sql, asked: Asked, limit: number, after: Place | null): Promise<FoundPatent[]> {
  if (asked.q === undefined) throw new Problem('bad_request', say('search_unranked'));
  const asks = wordQuery(sql, asked.q);
  const later = after
    ? sql`(rank, patent_id) < (${after.value}::float8, ${after.patent_id}::uuid)`
    : sql`true`;
  const words = sql`(select words from asks)`;
  // The planner knows what a word costs to look for but not what a document costs to read: it is not told how common the words are.
  const rows = await sql<(FoundPatent & { cut: boolean })[]>`
    with asks as materialized (select ${asks} as whole, ${loose(sql, asks)} as words),
    candidate as materialized (${shareFirst(
      sql,
      (whose) =>
        sql`select patent_id, document from patent_search where ${whose} and ${filters(sql, asked, words)}`,
      MAX_PHRASE_CANDIDATES + 1,
    )}),
    hit as materialized (select * from candidate
      where (select whole = words from asks) or document @@ (select whole from asks) limit ${MAX_RANKED}),
    scored as materialized (select patent_id, ts_rank(document, (select whole from asks), 1)::float8 as rank from hit),
    best as materialized (
      select * from scored where ${later} order by rank desc, patent_id desc limit ${limit + 1}),
    bound as (select case when (select count(*) from hit) < ${MAX_RANKED}
      then (select count(*) from candidate) > ${MAX_PHRASE_CANDIDATES} else false end as cut)
    select ${columns(sql)}, best.rank, cut
    from bound left join (best join patent_search found using (patent_id)) on true
    order by best.rank desc, patent_id desc`;
  if (rows[0]!.cut) throw tooCommon();
  return rows.filter(({ patent_id }) => patent_id !== null).map(({ cut: _, ...found }) => found);
}

/** Another order shows every patent with the phrase, so all that have its words must be read. */
async function requireFewCandidates(sql: Sql, asked: Asked): Promise<void> {
  if (asked.q === undefined) return;
  const asks = wordQuery(sql, asked.q);
  const [counted] = await sql<{ candidates: number }[]>`
    select count(*) as candidates from (select from patent_search
      where (${asks})::text like '%<%' and ${filters(sql, asked, loose(sql, asks))}
      limit ${MAX_PHRASE_CANDIDATES + 1}) candidate`;
  if (counted!.candidates > MAX_PHRASE_CANDIDATES) throw tooCommon();
}

function tooCommon(): Problem {
  return new Problem('bad_request', say('search_too_common', { most: MAX_PHRASE_CANDIDATES }));
}

/**
 * What every document has that meets a question: its words, wherever they stand. The index tells them by itself, while a
 * phrase is looked for in each document. Without a phrase it is the question.
 */
function loose(sql: Sql, asks: ReturnType<typeof wordQuery>) {
  return sql`coalesce(case when (${asks})::text like '%<%'
    then regexp_replace(nullif(querytree(${asks}), 'T'), '<(-|[0-9]+)>', '&', 'g')::tsquery end, ${asks})`;
}

function columns(sql: Sql) {
  return sql`patent_id, found.office, found.application_number, found.right_type, found.title, found.owners,
    found.classes, found.field, found.legal_state, found.filed_on, found.published_on, found.granted_on,
    found.expires_on`;
}

/** So few patents that putting them in order, by what the order needs, is cheaper than walking it until they are met. */
function isNarrow(asked: Asked): boolean {
  const { number, application_number, owner } = asked;
  return !isByNumber(asked) && [number, application_number, owner].some((given) => given !== undefined);
}

/** @param words in place of those of the question */
function filters(sql: Sql, asked: Asked, words?: ReturnType<typeof wordQuery>) {
  const { office, legal_state, field, filed_from, filed_to, published_from, published_to } = asked;
  const conditions = [
    asked.number !== undefined && sql`numbers && ${numberKeys(asked.number, office)}::text[]`,
    asked.application_number !== undefined &&
      (office === undefined
        ? sql`application_number = ${asked.application_number}`
        : sql`numbers @> ${[`A ${office} ${asked.application_number}`]}::text[]`),
    asked.owner !== undefined && sql`owner_words @> ${wordsOfOwner(asked.owner)}::text[]`,
    asked.class !== undefined && sql`class_levels @> ${[levelOf(asked.class)]}::text[]`,
    asked.q !== undefined && sql`document @@ ${words ?? wordQuery(sql, asked.q)}`,
    office !== undefined && sql`office = ${office}`,
    legal_state !== undefined && sql`legal_state = ${legal_state}`,
    field !== undefined && sql`field = ${field}`,
    filed_from !== undefined && sql`filed_on >= ${filed_from}`,
    filed_to !== undefined && sql`filed_on <= ${filed_to}`,
    published_from !== undefined && sql`published_on >= ${published_from}`,
    published_to !== undefined && sql`published_on <= ${published_to}`,
  ].filter((condition) => condition !== false);
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`, sql`true`);
}

function afterId(sql: Sql, after: Place | null) {
  return after === null ? sql`true` : sql`patent_id > ${after.patent_id}`;
}

function afterDay(sql: Sql, sort: 'filed_on' | 'published_on', after: Place | null) {
  return after === null
    ? sql`true`
    : sql`(coalesce(${sql(sort)}, ${NO_DAY}::date), patent_id) < (${after.value}::date, ${after.patent_id}::uuid)`;
}

/**
 * Keys of every number that the text can be read as: of an application, of a publication or both.
 * @throws Problem `bad_request` with what is wrong with the text
 */
export function numberKeys(text: string, office?: string): string[] {
  const readings = KINDS_OF_NUMBER.map((kind_of_number) =>
    attempt(() => readNumber(text, { kind_of_number, ...(office !== undefined && { office }) })),
  );
  const keys = readings.flatMap((read) =>
    read.ok
      ? [
          `${read.value.kind_of_number === 'application' ? 'A' : 'P'} ${read.value.office} ${read.value.number}`,
        ]
      : [],
  );
  if (keys.length > 0) return keys;
  throw new Problem('bad_request', say('search_number', { fault: numberFault(text, office) }));
}

function numberFault(text: string, office: string | undefined): Sentence | string {
  try {
    readNumber(text, office === undefined ? {} : { office });
    return say('search_number_unread');
  } catch (error) {
    if (error instanceof FormulaFailure) return error.said;
    throw error;
  }
}

/** Patents that bear one of the numbers, by their keys. */
export async function patentsNumbered(sql: Sql, keys: readonly string[]): Promise<string[]> {
  const rows = await sql<{ patent_id: string }[]>`
    select patent_id from patent_search where numbers && ${keys as string[]}::text[] order by patent_id`;
  return rows.map(({ patent_id }) => patent_id);
}

function wordsOfOwner(name: string): string[] {
  const words = ownerWords(name);
  if (words.length > 0) return words;
  throw new Problem('bad_request', say('search_owner'));
}

function levelOf(symbol: string): string {
  const level = classLevels(symbol).at(-1);
  if (level !== undefined) return level;
  throw new Problem('bad_request', say('search_class'));
}

/** @throws Problem `bad_request` where nothing is left to look for */
function wordQuery(sql: Sql, text: string) {
  const { text: words, beginnings } = question(text);
  if (!/[\p{L}\p{N}]/u.test(text)) throw new Problem('bad_request', say('search_words'));
  const written = sql`websearch_to_tsquery(${CONFIGURATION}::regconfig, ${words})`;
  if (beginnings.length === 0) return written;
  const begun = beginnings.map((character) => `${quotedLexeme(character)}:*`).join(' & ');
  return sql`(${written} && ${begun}::tsquery)`;
}
