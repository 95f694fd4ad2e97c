/**
 * Searching the patent database for a version of a draft. What was asked and found is kept with a digest, so that the search can
 * be made again and held against itself: the same database gives the same answer, and one that has grown says what is new.
 */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { numberKeys, patentsById } from '../../search/find.ts';
import { priorArt } from '../../search/prior-art.ts';
import { documentsInAll } from '../../search/rarity.ts';
import { type DraftText, draftWithText } from '../drafts/store.ts';
import { say } from '../sentences.ts';
import { noveltyMatrix } from './matrix.ts';
import { type FoundDocument, findSearch, type PriorArtSearch } from './store.ts';

/** Of one draft. */
export const MAX_SEARCHES = 200;
export const MAX_FOUND = 50;
/** Of one part of the draft that is asked with; the rest of a longer one is not. */
const MAX_ASKED_CHARS = 50_000;

export interface NewSearch {
  /** The latest where left out. */
  version?: number;
  filed_before: CalendarDate | null;
  limit: number;
}

/** @throws Problem `not_found`, `refused` */
export async function searchPriorArt(
  tx: Transaction,
  draft_id: string,
  { version, filed_before, limit }: NewSearch,
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<PriorArtSearch> {
  const { draft, text } = await draftWithText(tx, draft_id, version);
  const [held] = await tx<
    { count: number }[]
  >`select count(*) from filing_search where draft_id = ${draft_id}`;
  if (held!.count >= MAX_SEARCHES)
    throw new Problem('refused', say('searches_full', { count: MAX_SEARCHES }));
  const query = { draft: queryOf(text, filed_before), limit };
  const found = await ask(tx, query);
  const matrix = await noveltyMatrix(
    tx,
    { claims: text.claims, language: draft.language },
    found.map(({ patent_id }) => patent_id),
    now,
  );
  const digest = digestOf(query, found);
  const search: PriorArtSearch = {
    id: newId('fps'),
    version: text.version,
    filed_before,
    query,
    corpus: { documents: await documentsInAll(tx), as_of: dateOf(now) },
    found,
    matrix,
    sha256: digest.toString('hex'),
    author_id: key_id,
    searched_at: now,
  };
  const json = (value: unknown) => tx.json(value as never);
  const [asked, corpus] = [json(query), json(search.corpus)];
  const row = {
    ...search,
    draft_id,
    query: asked,
    corpus,
    found: json(found),
    matrix: json(matrix),
    sha256: digest,
  };
  await tx`insert into filing_search ${tx(row)}`;
  const detail = { search_id: search.id, version: text.version, found: found.length, sha256: search.sha256 };
  await appendAudit(tx, [
    { organisation_id, at: now, actor: key_id, action: 'filing.draft.searched', subject: draft_id, detail },
  ]);
  return search;
}

export interface Repeated {
  /** The digest is the same: word for word and rank for rank. */
  same: boolean;
  sha256: string;
  documents_then: number;
  documents_now: number;
  /** Patents found now and not then, and the other way round. */
  came: string[];
  went: string[];
}

/** Asks the same again of the database as it stands. @throws Problem `not_found` */
export async function repeatSearch(sql: Sql, draft_id: string, id: string): Promise<Repeated> {
  const { query, found, corpus, sha256: then } = await findSearch(sql, draft_id, id);
  const again = await ask(sql, query);
  const now = digestOf(query, again).toString('hex');
  const ids = (of: readonly FoundDocument[]) => of.map(({ patent_id }) => patent_id);
  return {
    same: now === then,
    sha256: now,
    documents_then: corpus.documents,
    documents_now: await documentsInAll(sql),
    came: ids(again).filter((patent_id) => !ids(found).includes(patent_id)),
    went: ids(found).filter((patent_id) => !ids(again).includes(patent_id)),
  };
}

function queryOf(
  { title, abstract, claims, classes, cited }: DraftText,
  filed_before: CalendarDate | null,
): PriorArtSearch['query']['draft'] {
  if (`${title}${abstract}${claims}`.trim() === '') throw new Problem('refused', say('search_of_nothing'));
  const asked = (text: string) => text.slice(0, MAX_ASKED_CHARS);
  return {
    title,
    abstract: asked(abstract),
    claims: asked(claims),
    classes,
    cited: cited.flatMap((number) => numberKeys(number)),
    filed_before,
  };
}

async function ask(sql: Sql, { draft, limit }: PriorArtSearch['query']): Promise<FoundDocument[]> {
  const found = await priorArt(sql, draft, limit);
  const patents = await patentsById(
    sql,
    found.map(({ patent_id }) => patent_id),
  );
  return found.map((one) => {
    const { title, office, application_number, published_on } = patents.get(one.patent_id)!;
    return { ...one, title, office, application_number, published_on };
  });
}

/** Of the ranked answer alone: titles and states of the found may be told anew. */
function digestOf(query: PriorArtSearch['query'], found: readonly FoundDocument[]): Buffer {
  const ranked = found.map(({ patent_id, score, ranks, terms, classes, citations }) => ({
    ...{ patent_id, score, ranks, terms, classes, citations },
  }));
  return sha256(canonicalJson({ query, found: ranked }));
}
