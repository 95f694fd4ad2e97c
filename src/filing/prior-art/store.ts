/** Searches for prior art as they were made: what was asked, of which database, what was found. */
import type { Cell } from '../../../models/filing/novelty.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import type { Found, Draft as Query } from '../../search/prior-art.ts';

export interface FoundDocument extends Found {
  title: string | null;
  office: string;
  application_number: string;
  published_on: CalendarDate | null;
}

export interface MatrixFeature {
  /** Number of the claim. */
  claim: number;
  independent: boolean;
  text: string;
}

/** Claim features by found documents. */
export interface NoveltyMatrix {
  features: MatrixFeature[];
  /** In the order found; a cell for each feature. */
  documents: { patent_id: string; cells: Cell[] }[];
}

export interface PriorArtSearch {
  id: string;
  version: number;
  filed_before: CalendarDate | null;
  query: { draft: Query & { classes: string[]; cited: string[] }; limit: number };
  corpus: { documents: number; as_of: string };
  found: FoundDocument[];
  matrix: NoveltyMatrix;
  /** Of what was asked and found as canonical JSON. */
  sha256: string;
  author_id: string;
  searched_at: Date;
}

export interface ListedSearch extends Omit<PriorArtSearch, 'matrix' | 'query' | 'found'> {
  /** How many. */
  found: number;
}

/** Newest first. */
export async function listSearches(sql: Sql, draft_id: string): Promise<ListedSearch[]> {
  return sql<ListedSearch[]>`
    select id, version, filed_before, corpus, jsonb_array_length(found) as found, encode(sha256, 'hex') as sha256,
      author_id, searched_at
    from filing_search where draft_id = ${draft_id} order by id desc`;
}

/** @throws Problem `not_found` */
export async function findSearch(sql: Sql, draft_id: string, id: string): Promise<PriorArtSearch> {
  const [found] = await sql<PriorArtSearch[]>`
    select id, version, filed_before, query, corpus, found, matrix, encode(sha256, 'hex') as sha256, author_id, searched_at
    from filing_search where draft_id = ${draft_id} and id = ${id}`;
  if (!found) throw new Problem('not_found', 'There is no such search.');
  return found;
}
