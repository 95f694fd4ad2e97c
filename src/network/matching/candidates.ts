/**
 * Offers that a need is compared with: by its most telling words, each through the index, and by field and region together;
 * of each what of the need's words it has. Every candidate is compared by all reasons, whichever way it came.
 */
import {
  information,
  lengthFactor,
  type Money,
  type Period,
  TELLING_WORDS,
} from '../../../models/matching/reasons.ts';
import { regionLevels } from '../../../models/matching/regions.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql } from '../../db/client.ts';
import { quotedLexeme } from '../../search/words.ts';
import type { Need } from '../needs/need.ts';
import type { OfferKind, Profile } from '../needs/posting.ts';

/** Offers that are found by words, together: the rarer words first. */
const MAX_POSTINGS = 4_000;
const MAX_SEARCH_WORDS = 16;
const MAX_SCORED_WORDS = 32;
/** That share field and region, the latest first. */
const MAX_NEAR = 300;
/** The best by the words that they were found by; these, and those that are near, are read and compared. */
const MAX_BY_WORDS = 300;
/** Shown of the words that are shared, the rarest first. */
const MAX_SHOWN_WORDS = 12;

export interface Word {
  lexeme: string;
  offers: number;
  information: number;
  telling: number;
}

export interface Candidate {
  id: string;
  kind: OfferKind;
  profile: Profile;
  region: string | null;
  fields: number[];
  available: Period;
  price: Money;
  tally: { over: number; came: number };
  /** BM25 of the need's words, twice for one of the title. */
  words: number;
  shared: string[];
}

/** Words of a need that some offer has, with what they tell, the most telling first; a word of its title counts twice. */
export async function wordsOfNeed(sql: Sql, need_id: string): Promise<Word[]> {
  const rows = await sql<{ lexeme: string; offers: number; all: number; weight: number }[]>`
    with word as (
      select lexeme, weights from network_need cross join lateral unnest(document) where id = ${need_id})
    select lexeme, offers, (select offers from network_term where term = '') as all,
      sqrt(cardinality(weights)) * case when 'A' = any(weights) then 2 else 1 end as weight
    from word join network_term on term = lexeme where offers > 0`;
  return rows
    .map(({ lexeme, offers, all, weight }) => {
      const told = information(offers, all);
      return { lexeme, offers, information: told, telling: weight * told };
    })
    .sort((a, b) => b.telling - a.telling || (a.lexeme < b.lexeme ? -1 : 1))
    .slice(0, MAX_SCORED_WORDS);
}

/** What an offer would come to that had the most telling words of the need, once each, at middling length. */
export function tellingOf(words: readonly Word[]): number {
  return words.slice(0, TELLING_WORDS).reduce((sum, { information: told }) => sum + told, 0);
}

/** @param only compares these alone, wherever they stand */
export async function candidatesOf(
  sql: Sql,
  need: Need,
  words: readonly Word[],
  only: readonly string[] | null = null,
): Promise<Candidate[]> {
  const condition = meeting(sql, need);
  const found =
    only === null
      ? sql`${byWords(sql, words, condition)} ${near(sql, need, condition)}`
      : sql`select id, 0 as told, true as near from network_offer
          where id = any(${only as string[]}) and ${condition}`;
  return scored(sql, words, found, only === null ? notOwn(sql) : sql`true`);
}

/** Open offers that share a word with the need, by their words alone and nothing else: what a search for its text finds. */
export async function offersByWords(sql: Sql, words: readonly Word[]): Promise<Candidate[]> {
  const found = await scored(sql, words, byWords(sql, words, sql`state = 'open'`), sql`true`);
  return found.sort((a, b) => b.words - a.words || (a.id < b.id ? -1 : 1));
}

/** Nobody is shown what is its own. */
const notOwn = (sql: Sql) => sql`not exists (select from network_offer_owner
  where offer_id = network_offer.id and organisation_id = current_organisation())`;

/** What stands in the way whatever else speaks for it: the kind, the region or field that is excluded, the days. */
function meeting(sql: Sql, need: Need) {
  const { kinds, wanted_regions, excluded_regions, excluded_fields, starts_on, ends_on } = need;
  const conditions = [
    sql`state = 'open'`,
    sql`(available_from is null or available_from <= ${ends_on}) and (available_until is null or available_until >= ${starts_on})`,
    kinds.length > 0 && sql`kind = any(${kinds})`,
    excluded_fields.length > 0 &&
      sql`not (cardinality(fields) > 0 and fields <@ ${excluded_fields}::smallint[])`,
    excluded_regions.length > 0 && sql`not region_levels && ${excluded_regions}::text[]`,
    wanted_regions.length > 0 &&
      sql`(region is null or region_levels && ${wanted_regions}::text[] or region = any(${wanted_regions.flatMap(regionLevels)}::text[]))`,
  ].filter((condition) => condition !== false);
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`);
}

/** Telling words as long as the offers that have them are few enough to be looked at; one at least. */
function searchWords(words: readonly Word[]): Word[] {
  const chosen: Word[] = [];
  let postings = 0;
  for (const word of words) {
    if (chosen.length === MAX_SEARCH_WORDS) break;
    if (chosen.length > 0 && postings + word.offers > MAX_POSTINGS) continue;
    chosen.push(word);
    postings += word.offers;
  }
  return chosen;
}

type Condition = ReturnType<typeof meeting>;

/** Word by word, each through the index: of all together the planner expects far too many, and reads the whole table. */
function byWords(sql: Sql, words: readonly Word[], condition: Condition) {
  return searchWords(words).reduce(
    (
      all,
      { lexeme, information: told },
    ) => sql`${all} union all (select id, ${told}::float8, false from network_offer
      where document @@ ${quotedLexeme(lexeme)}::tsquery and ${condition} limit ${MAX_POSTINGS})`,
    sql`select '' as id, 0::float8 as told, false as near where false`,
  );
}

/** The latest that share field and region, to be united with those by words; nothing for a need that says no field. */
function near(sql: Sql, { fields, region }: Need, condition: Condition) {
  if (fields.length === 0) return sql``;
  const levels = region === null ? [] : regionLevels(region).slice(0, 2);
  return sql`union all (select id, 0, true from network_offer where fields && ${fields}::smallint[]
    and region_levels @> ${levels}::text[] and ${condition} order by posted_on desc, id desc limit ${MAX_NEAR})`;
}

interface Row extends Omit<Candidate, 'available' | 'price' | 'tally'> {
  available_from: CalendarDate | null;
  available_until: CalendarDate | null;
  price_min_minor: number | null;
  price_max_minor: number | null;
  currency: string | null;
  introductions_over: number;
  introductions_came: number;
  different_words: number;
}

/**
 * What of the need's words the best of those have that were found. How a word is told by stands with each that it found, so that
 * the documents of few are read.
 * @param found SQL of ids, what each was found by, and whether it stands near by field and region
 */
async function scored(
  sql: Sql,
  words: readonly Word[],
  found: ReturnType<typeof byWords>,
  condition: Condition,
): Promise<Candidate[]> {
  const queries = words.map(({ lexeme }) => quotedLexeme(lexeme));
  const rows = await sql<Row[]>`
    with hit as (select id, sum(told) as told, bool_or(near) as near from (${found}) found group by id),
    best as (
      select id from (select id, near, row_number() over (order by told desc, id) as place from hit) placed
      where near or place <= ${MAX_BY_WORDS}),
    pool as materialized (
      select id, kind, profile, region, fields, available_from, available_until, price_min_minor, price_max_minor, currency,
        introductions_over, introductions_came, length(document) as different_words, document || ''::tsvector as document
      from network_offer join best using (id) where ${condition})
    select id, kind, profile, region, fields, available_from, available_until, price_min_minor, price_max_minor, currency,
      introductions_over, introductions_came, different_words, words, shared
    from pool cross join lateral (
      select coalesce(sum(case when document @@ in_title then 2 * told else told end), 0)::float8 as words,
        coalesce((array_agg(lexeme order by place))[1:${MAX_SHOWN_WORDS}], '{}') as shared
      from unnest(${words.map(({ lexeme }) => lexeme)}::text[], ${queries}::tsquery[],
        ${queries.map((query) => `${query}:A`)}::tsquery[], ${words.map(({ information: told }) => told)}::float8[])
        with ordinality as term (lexeme, query, in_title, told, place)
      where document @@ query) scores`;
  return rows.map(candidateOf);
}

function candidateOf(row: Row): Candidate {
  const { id, kind, profile, region, fields, shared, available_from, available_until, different_words } = row;
  const {
    price_min_minor,
    price_max_minor,
    currency,
    introductions_over: over,
    introductions_came: came,
  } = row;
  return {
    id,
    kind,
    profile,
    region,
    fields,
    shared,
    words: row.words * lengthFactor(different_words),
    available: { from: available_from, until: available_until },
    price: { least_minor: price_min_minor, most_minor: price_max_minor, currency },
    tally: { over, came },
  };
}
