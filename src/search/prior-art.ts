/**
 * Prior art for a draft: candidates by their words, by their classes and by citation, each a list in its own order, joined by
 * reciprocal rank.
 *
 *   score = sum over the lists of 1 / (60 + rank); those that a list holds equal have one rank, the first of theirs
 *   words: sum over the terms that the patent has of idf (twice in its title), idf = ln(1 + (N - n + 0.5) / (n + 0.5))
 * Source: Cormack, Clarke and Buettcher 2009, k = 60; idf of Robertson and Spärck Jones as in BM25 [M]. Lists rank the
 * union of all candidates, so no list depends on where another was cut off. The same database and draft give the same answer.
 */
import type { CalendarDate } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';
import { idf } from './rarity.ts';
import { shareFirst } from './sample.ts';
import { CONFIGURATION, classLevels, indexedText, quotedLexeme } from './words.ts';

export interface Draft {
  title: string;
  abstract: string;
  claims: string;
  /** IPC or CPC symbols. */
  classes: readonly string[];
  /** Keys of `patent_search.numbers` of documents that the draft cites. */
  cited: readonly string[];
  /** Only patents filed before this day. */
  filed_before: CalendarDate | null;
}

export const LISTS = ['text', 'classes', 'citations'] as const;
export type ListName = (typeof LISTS)[number];

export interface Found {
  patent_id: string;
  /** Reciprocal ranks, summed. */
  score: number;
  /** From 1; null where the list does not have it. */
  ranks: Record<ListName, number | null>;
  /** Words shared, the rarest first. */
  terms: string[];
  /** Class levels shared from the subclass on, the narrowest of each. */
  classes: string[];
  /** Patents through which citations lead to it, as `cites` or `cited_by` a patent, or being cited by the draft itself. */
  citations: Link[];
}

export interface Link {
  relation: 'cited_by_draft' | 'cites' | 'cited_by';
  /** The patent at the other end; null where that is the draft. */
  patent_id: string | null;
}

interface Term {
  lexeme: string;
  documents: number;
  idf: number;
}

const RANK_CONSTANT = 60;
/** Words that candidates are looked for by, and those that they are ordered by. */
const MAX_SEARCH_TERMS = 24;
const MAX_SCORE_TERMS = 48;
/** Documents that the search words stand in, all together: bounds the work of one question. */
const MAX_POSTINGS = 4_000;
const MAX_TEXT_CANDIDATES = 600;
const MAX_CLASS_CANDIDATES = 300;
const MAX_NEIGHBOURS = 300;
/** The nearest by words, whose citations are followed. */
const SEEDS = 10;
const MAX_REASONS = 12;
/** Section and class are shared with too many to tell anything. */
const SUBCLASS_CHARS = 4;

export async function priorArt(sql: Sql, draft: Draft, limit: number): Promise<Found[]> {
  const terms = await termsOf(sql, draft);
  const levels = [...new Set(draft.classes.flatMap(classLevels))].filter(
    (level) => level.length >= SUBCLASS_CHARS,
  );
  const judge = (patent_ids: Iterable<string>) =>
    judged(sql, [...patent_ids], terms, levels, draft.filed_before);
  const by_words = await sharingWords(sql, terms, draft.filed_before);
  const by_class = await sharingClass(sql, levels, draft.filed_before);
  const alike = await judge(new Set([...by_words, ...by_class]));
  const links = await neighbours(sql, draft, nearestByWords(alike));
  const seen = new Set(alike.map(({ patent_id }) => patent_id));
  const linked = await judge([...links.keys()].filter((patent_id) => !seen.has(patent_id)));
  const best = fused([...alike, ...linked], links).slice(0, limit);
  const shared = await sharedTerms(sql, best, terms);
  return best.map((one) => ({ ...one, terms: shared.get(one.patent_id)! }));
}

/** Words of the draft that some patent has, the most telling first; a word of the title counts twice. */
async function termsOf(sql: Sql, { title, abstract, claims }: Draft): Promise<Term[]> {
  const body = indexedText(`${abstract}\n${claims}`);
  const rows = await sql<{ lexeme: string; documents: number; all: number; weight: number }[]>`
    with word as (
      select lexeme, weights from unnest(setweight(to_tsvector(${CONFIGURATION}::regconfig, ${indexedText(title)}), 'A')
        || to_tsvector(${CONFIGURATION}::regconfig, ${body})))
    select lexeme, documents, (select documents from search_term where term = '') as all,
      sqrt(cardinality(weights)) * case when 'A' = any(weights) then 2 else 1 end as weight
    from word join search_term on term = lexeme where documents > 0`;
  return rows
    .map(({ lexeme, documents, all, weight }) => {
      const rare = idf(all, documents);
      return { lexeme, documents, idf: rare, telling: weight * rare };
    })
    .sort((a, b) => b.telling - a.telling || (a.lexeme < b.lexeme ? -1 : 1))
    .slice(0, MAX_SCORE_TERMS);
}

/** Telling words as long as the documents that have them are few enough to be looked at; one at least. */
function searchTerms(terms: readonly Term[]): Term[] {
  const chosen: Term[] = [];
  let postings = 0;
  for (const term of terms) {
    if (chosen.length === MAX_SEARCH_TERMS) break;
    if (chosen.length > 0 && postings + term.documents > MAX_POSTINGS) continue;
    chosen.push(term);
    postings += term.documents;
  }
  return chosen;
}

/** Patents that have the telling words which most of all tell, by the index alone: their documents are not read. */
async function sharingWords(
  sql: Sql,
  terms: readonly Term[],
  filed_before: CalendarDate | null,
): Promise<string[]> {
  const chosen = searchTerms(terms);
  const queries = chosen.map(({ lexeme }) => quotedLexeme(lexeme));
  const idfs = chosen.map(({ idf }) => idf);
  // Word by word, each through the index: of all together the planner expects far too many, and reads the whole table.
  const rows = await sql<{ patent_id: string }[]>`
    select patent_id from unnest(${queries}::tsquery[], ${idfs}::float8[]) as term (query, idf) cross join lateral (
      select patent_id from patent_search where document @@ query ${before(sql, filed_before)} limit ${MAX_POSTINGS}) hit
    group by patent_id order by sum(idf) desc, patent_id limit ${MAX_TEXT_CANDIDATES}`;
  return rows.map(({ patent_id }) => patent_id);
}

function nearestByWords(pool: readonly Judged[]): string[] {
  return pool
    .filter(({ words }) => words > 0)
    .sort((a, b) => b.words - a.words || (a.patent_id < b.patent_id ? -1 : 1))
    .slice(0, SEEDS)
    .map(({ patent_id }) => patent_id);
}

/** The words of a row lie apart from it and would be fetched anew for every term. */
function inMemory(sql: Sql) {
  return sql`document || ''::tsvector as document`;
}

/** Of a row that has a `document`. */
function wordScore(sql: Sql, terms: readonly Term[]) {
  const queries = terms.map(({ lexeme }) => quotedLexeme(lexeme));
  const titles = queries.map((query) => `${query}:A`);
  const idfs = terms.map(({ idf }) => idf);
  return sql`
    select coalesce(sum(case when document @@ in_title then 2 * idf else idf end), 0)::float8 as words
    from unnest(${queries}::tsquery[], ${titles}::tsquery[], ${idfs}::float8[]) as term (query, in_title, idf)
    where document @@ query`;
}

function before(sql: Sql, filed_before: CalendarDate | null) {
  return filed_before === null ? sql`` : sql`and filed_on < ${filed_before}`;
}

/** Of those that share a whole symbol or main group the lowest ids: as good as random, and the same each time. */
async function sharingClass(
  sql: Sql,
  levels: readonly string[],
  filed_before: CalendarDate | null,
): Promise<string[]> {
  const narrow = levels.filter((level) => level.length > SUBCLASS_CHARS);
  if (narrow.length === 0) return [];
  const rows = await sql<{ patent_id: string }[]>`${shareFirst(
    sql,
    (whose) => sql`
      with hit as materialized (
        select patent_id from patent_search where ${whose} and class_levels && ${narrow}::text[] ${before(sql, filed_before)})
      select patent_id from hit order by patent_id`,
    MAX_CLASS_CANDIDATES,
  )}`;
  return rows.map(({ patent_id }) => patent_id);
}

/** Patents one citation away from what the draft cites, and from the nearest by words; and those that the draft cites. */
async function neighbours(sql: Sql, draft: Draft, nearest: readonly string[]): Promise<Map<string, Link[]>> {
  const links = new Map<string, Link[]>();
  const add = (patent_id: string, link: Link) => {
    const known = links.get(patent_id);
    if (known) known.push(link);
    else if (links.size < MAX_NEIGHBOURS) links.set(patent_id, [link]);
  };
  const cited = await sql<{ patent_id: string }[]>`
    select patent_id from patent_search where numbers && ${draft.cited as string[]}::text[] order by patent_id`;
  for (const { patent_id } of cited) add(patent_id, { relation: 'cited_by_draft', patent_id: null });
  const seeds = [...new Set([...cited.map((row) => row.patent_id), ...nearest])];
  const edges = await sql<{ citing_id: string; cited_id: string; at_seed: 'citing' | 'cited' }[]>`
    with seed as (select unnest(${seeds}::uuid[]) as patent_id),
    document as materialized (
      select patent_id, split_part(number, ' ', 2) as office, split_part(number, ' ', 3) as number
      from seed join patent_search using (patent_id) cross join lateral unnest(numbers) as number
      where number like 'P %'),
    cites as materialized (
      select patent_id, cited_patent_id, cited_office, cited_number from seed join patent_citation using (patent_id)),
    edge as (
      select citation.patent_id as citing_id, document.patent_id as cited_id, 'cited' as at_seed
      from document join patent_citation citation
        on (cited_office, cited_number) = (document.office, document.number)
      union select citation.patent_id, seed.patent_id, 'cited'
      from seed join patent_citation citation on cited_patent_id = seed.patent_id
      union select patent_id, cited_patent_id, 'citing' from cites where cited_patent_id is not null
      union select cites.patent_id, cited.patent_id, 'citing'
      from cites join patent_search cited on numbers @> array['P ' || cited_office || ' ' || cited_number]
      where cited_patent_id is null and cited_number is not null)
    select citing_id, cited_id, at_seed from edge where citing_id <> cited_id
    order by citing_id, cited_id, at_seed limit ${MAX_NEIGHBOURS}`;
  for (const { citing_id, cited_id, at_seed } of edges)
    if (at_seed === 'cited') add(citing_id, { relation: 'cites', patent_id: cited_id });
    else add(cited_id, { relation: 'cited_by', patent_id: citing_id });
  return links;
}

interface Judged {
  patent_id: string;
  words: number;
  class_levels: string[];
}

async function judged(
  sql: Sql,
  patent_ids: readonly string[],
  terms: readonly Term[],
  levels: readonly string[],
  filed_before: CalendarDate | null,
): Promise<Judged[]> {
  return sql<Judged[]>`
    with pool as materialized (
      select patent_id, class_levels as own_levels, ${inMemory(sql)} from patent_search
      where patent_id = any(${patent_ids as string[]}::uuid[]) ${before(sql, filed_before)})
    select patent_id, words,
      array(select level from unnest(${levels as string[]}::text[]) as level where level = any(own_levels)) as class_levels
    from pool cross join lateral (${wordScore(sql, terms)}) scored`;
}

async function sharedTerms(
  sql: Sql,
  found: readonly { patent_id: string }[],
  terms: readonly Term[],
): Promise<Map<string, string[]>> {
  const lexemes = terms.map(({ lexeme }) => lexeme);
  const rows = await sql<{ patent_id: string; terms: string[] }[]>`
    with pool as materialized (
      select patent_id, ${inMemory(sql)} from patent_search
      where patent_id = any(${found.map(({ patent_id }) => patent_id)}::uuid[]))
    select patent_id, array(
      select lexeme from unnest(${lexemes}::text[], ${lexemes.map(quotedLexeme)}::tsquery[]) as term (lexeme, query)
      where document @@ query limit ${MAX_REASONS}) as terms from pool`;
  return new Map(rows.map(({ patent_id, terms }) => [patent_id, terms]));
}

/** Narrow levels are worth more: what a level adds to that above it is its own length. */
function overlap(levels: readonly string[]): number {
  return levels.reduce((sum, level) => sum + level.length, 0);
}

function fused(pool: readonly Judged[], links: ReadonlyMap<string, Link[]>): Omit<Found, 'terms'>[] {
  const linked = (id: string) => links.get(id) ?? [];
  const scores: Record<ListName, (one: Judged) => number> = {
    text: ({ words }) => words,
    classes: ({ class_levels }) => overlap(class_levels),
    citations: ({ patent_id }) => linked(patent_id).length,
  };
  const ranks = LISTS.map((name) => ranksBy(pool, scores[name]));
  return pool
    .map((one) => {
      const places = ranks.map((list) => list.get(one.patent_id) ?? null);
      const score = places.reduce<number>(
        (sum, rank) => sum + (rank === null ? 0 : 1 / (RANK_CONSTANT + rank)),
        0,
      );
      return {
        patent_id: one.patent_id,
        score,
        ranks: Object.fromEntries(LISTS.map((name, place) => [name, places[place]!])) as Found['ranks'],
        classes: narrowest(one.class_levels),
        citations: linked(one.patent_id).slice(0, MAX_REASONS),
        words: one.words,
      };
    })
    .sort((a, b) => b.score - a.score || b.words - a.words || (a.patent_id < b.patent_id ? -1 : 1))
    .map(({ words: _, ...found }) => found);
}

/** Ranks from 1 of those with a score above nought; equals share the first of their ranks. */
function ranksBy(pool: readonly Judged[], score: (one: Judged) => number): Map<string, number> {
  const scored = pool
    .map((one) => ({ patent_id: one.patent_id, score: score(one) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score);
  let rank = 0;
  return new Map(
    scored.map((one, place) => {
      if (place === 0 || one.score < scored[place - 1]!.score) rank = place + 1;
      return [one.patent_id, rank];
    }),
  );
}

function narrowest(levels: readonly string[]): string[] {
  return levels
    .filter((level) => !levels.some((other) => other !== level && other.startsWith(level)))
    .slice(0, MAX_REASONS);
}
