/** The row by which a patent is found, kept up from what is known of it. */
import type { CalendarDate } from '../../models/types.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { type Cell, CopyLines, copyLine } from '../db/copy.ts';
import { type KnownPatent, knownPatents } from '../patents/facts.ts';
import { ownersByPatent } from '../patents/owners.ts';
import { technologyField } from '../patents/technology-field.ts';
import { latestTexts } from '../patents/texts.ts';
import { CONFIGURATION, classLevels, indexedText, ownerWords } from './words.ts';

/** Of one part of a document; what stands further on is not found. */
const MAX_INDEXED_CHARS = 50_000;
/** Patents whose texts are in memory together. */
const SLICE_PATENTS = 500;

/** Of a row as it is staged: those of `patent_search`, with texts in place of its document. */
const TOLD_COLUMNS = [
  ...[
    'patent_id uuid',
    'office text',
    'application_number text',
    'right_type text',
    'title text',
    'numbers text[]',
  ],
  ...['owners text[]', 'owner_words text[]', 'classes text[]', 'class_levels text[]', 'field smallint'],
  ...['legal_state text', 'filed_on date', 'published_on date', 'granted_on date', 'expires_on date'],
  ...['state_ends_on date', 'title_text text', 'abstract_text text', 'claims_text text'],
];
const TOLD_NAMES = TOLD_COLUMNS.map((column) => column.split(' ')[0]!);

interface Told {
  patent_id: string;
  office: string;
  application_number: string;
  right_type: string;
  filed_on: CalendarDate | null;
  title: string | null;
  publications: string[];
  published_on: CalendarDate | null;
  classes: string[];
  titles: string[];
  abstracts: string[];
  claims: string[];
}

/** Of every part and language the latest document; texts of other languages stand beside each other. */
async function readTold(sql: Sql, patent_ids: readonly string[], known_at: Date): Promise<Told[]> {
  const ids = patent_ids as string[];
  return sql<Told[]>`
    with asked as (select unnest(${ids}::uuid[]) as patent_id),
    ${latestTexts(sql, MAX_INDEXED_CHARS, known_at)},
    texts as (
      select patent_id, array_agg(content) filter (where part = 'title') as titles,
        array_agg(content) filter (where part = 'abstract') as abstracts,
        array_agg(content) filter (where part = 'claims') as claims
      from said group by patent_id),
    document as (
      select patent_id, array_agg(distinct office || ' ' || number) as publications, min(published_on) as published_on
      from asked join patent_publication using (patent_id) where known_at <= ${known_at} group by patent_id),
    classified as (
      select patent_id, array_agg(distinct symbol collate "C") as symbols
      from asked join patent_class using (patent_id) where known_at <= ${known_at} group by patent_id)
    select patent.patent_id, patent.office, patent.application_number, patent.right_type, facts.filed_on, facts.title,
      coalesce(publications, '{}') || case when facts.publication_number is null then '{}'
        else array[patent.office || ' ' || facts.publication_number] end as publications,
      published_on, coalesce(facts.ipc, '{}') || coalesce(symbols, '{}') as classes,
      coalesce(titles, '{}') as titles, coalesce(abstracts, '{}') as abstracts, coalesce(claims, '{}') as claims
    from asked join patent using (patent_id)
      left join lateral (select filed_on, title, publication_number, ipc from patent_facts where patent_facts.patent_id = patent.patent_id
        and patent_facts.known_at <= ${known_at} order by patent_facts.known_at desc limit 1) facts on true
      left join texts using (patent_id) left join document using (patent_id) left join classified using (patent_id)
    order by patent.patent_id`;
}

/** A `Derivation`: search rows of some patents anew. However patents are divided among calls, the rows are the same. */
export async function deriveSearch(tx: Transaction, patent_ids: readonly string[], at: Date): Promise<void> {
  await tx`create temporary table search_told (${tx.unsafe(TOLD_COLUMNS.join(', '))}) on commit drop`;
  for (let first = 0; first < patent_ids.length; first += SLICE_PATENTS)
    await stageRows(tx, patent_ids.slice(first, first + SLICE_PATENTS), at);
  await storeRows(tx);
}

async function stageRows(tx: Transaction, patent_ids: readonly string[], at: Date): Promise<void> {
  const told = await readTold(tx, patent_ids, at);
  const known = await knownPatents(tx, patent_ids, at);
  const owners = await ownersByPatent(tx, patent_ids, at);
  const lines = new CopyLines();
  for (const of of told) {
    const names = (owners.get(of.patent_id) ?? []).map((owner) => owner.name);
    const row = searchRow(of, known.get(of.patent_id), [...new Set(names)]);
    lines.add(copyLine(TOLD_NAMES.map((name) => row[name])));
  }
  await lines.copyInto(tx, 'search_told', TOLD_NAMES);
}

function searchRow(told: Told, known: KnownPatent | undefined, owners: string[]): Record<string, Cell> {
  const { patent_id, office, application_number, right_type, filed_on, title } = told;
  const publications = told.publications.map((number) => `P ${number}`);
  const classes = [...new Set(told.classes)];
  const first_field = classes.map(technologyField).find((field) => field !== null);
  const state = known?.history.state ?? 'unknown';
  const expires_on = known?.expires_on ?? null;
  const published = known?.signals.find(({ kind }) => kind === 'published' || kind === 'granted');
  return {
    ...{ patent_id, office, application_number, right_type, filed_on, expires_on, owners, classes },
    title: title ?? told.titles[0] ?? null,
    numbers: [...new Set([`A ${office} ${application_number}`, ...publications])],
    owner_words: [...new Set(owners.flatMap(ownerWords))],
    class_levels: [...new Set(classes.flatMap(classLevels))],
    field: first_field ?? null,
    legal_state: state,
    published_on: told.published_on ?? published?.published_on ?? null,
    granted_on: known?.history.granted_on ?? null,
    state_ends_on: state === 'in_force' ? expires_on : null,
    title_text: indexed([...new Set([title ?? '', ...told.titles])]),
    abstract_text: indexed(told.abstracts),
    claims_text: indexed(told.claims),
  };
}

function indexed(texts: readonly string[]): string {
  return indexedText(texts.join('\n'));
}

/**
 * Stores the staged rows that are not there as they are, and what they change in the numbers of documents by word, in one
 * statement: most news of a patent leaves its row as it was, and a row that is written again is indexed again. What was there
 * before is looked at first: a cluster takes one step after the other, each of which sees the ones before.
 */
async function storeRows(tx: Transaction): Promise<void> {
  await tx`
    with before as materialized (
      select patent_id, patent_search.document from search_told join patent_search using (patent_id)),
    told as (
      select patent_id, office, application_number, right_type, title, numbers, owners, owner_words, classes,
        class_levels, field, legal_state, filed_on, published_on, granted_on, expires_on, state_ends_on,
        setweight(to_tsvector(${CONFIGURATION}::regconfig, title_text), 'A')
          || setweight(to_tsvector(${CONFIGURATION}::regconfig, abstract_text), 'B')
          || setweight(to_tsvector(${CONFIGURATION}::regconfig, claims_text), 'C') as document
      from search_told),
    stored as (
      insert into patent_search as kept select * from told order by patent_id
      on conflict (patent_id) do update set title = excluded.title, numbers = excluded.numbers,
        owners = excluded.owners, owner_words = excluded.owner_words, classes = excluded.classes,
        class_levels = excluded.class_levels, field = excluded.field, legal_state = excluded.legal_state,
        filed_on = excluded.filed_on, published_on = excluded.published_on, granted_on = excluded.granted_on,
        expires_on = excluded.expires_on, state_ends_on = excluded.state_ends_on, document = excluded.document
      where kept.* is distinct from excluded.*
      returning patent_id, document),
    change as (
      select term, sum(documents) as documents from (
        select unnest(tsvector_to_array(document) || ''::text) as term, 1 as documents from stored
        union all select unnest(tsvector_to_array(before.document) || ''::text), -1
          from stored join before using (patent_id)) each
      group by term having sum(documents) <> 0)
    insert into search_term select term, documents from change order by term collate "C"
    on conflict (term) do update set documents = search_term.documents + excluded.documents`;
}

/** Sorts into the indexes what was stored, which every question reads through until then. One does it at a time. */
export async function settleIndexes(tx: Transaction): Promise<void> {
  await tx`select set_config('lock_timeout', '0', true)`;
  await tx`select settle_search_indexes()`;
}

/** Marks the patents whose state is another today though nothing was told of them: their terms ended. */
export async function markEnded(sql: Sql, on: CalendarDate, since: Date): Promise<void> {
  await sql`insert into patent_change (patent_id, since)
    select patent_id, ${since}::timestamptz from patent_search where state_ends_on <= ${on} order by patent_id
    on conflict (patent_id) do nothing`;
}
