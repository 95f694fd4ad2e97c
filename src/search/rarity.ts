/** Words of any text as the index has them, and how rare they are in the patent database. */
import type { Sql } from '../db/client.ts';
import { CONFIGURATION, indexedText } from './words.ts';

/** Inverse document frequency of BM25: above nought, the greater the fewer documents have the word. */
export function idf(documents_in_all: number, documents_with_it: number): number {
  return Math.log1p((documents_in_all - documents_with_it + 0.5) / (documents_with_it + 0.5));
}

/** The words of each text, each once. */
export async function wordsOf(sql: Sql, texts: readonly string[]): Promise<string[][]> {
  const rows = await sql<{ words: string[] }[]>`
    select tsvector_to_array(to_tsvector(${CONFIGURATION}::regconfig, text)) as words
    from unnest(${texts.map(indexedText)}::text[]) with ordinality as given (text, place) order by place`;
  return rows.map(({ words }) => words);
}

/** Documents that can be found. */
export async function documentsInAll(sql: Sql): Promise<number> {
  const [row] = await sql<{ documents: number }[]>`select documents from search_term where term = ''`;
  return row?.documents ?? 0;
}

/** By word: its inverse document frequency; the greatest there is for one that no document has. */
export async function rarities(sql: Sql, words: readonly string[]): Promise<(word: string) => number> {
  const all = await documentsInAll(sql);
  const rows = await sql<{ term: string; documents: number }[]>`
    select term, documents from search_term where term = any(${words as string[]}) and documents > 0`;
  const known = new Map(rows.map(({ term, documents }) => [term, idf(all, documents)]));
  const unheard = idf(all, 0);
  return (word) => known.get(word) ?? unheard;
}
