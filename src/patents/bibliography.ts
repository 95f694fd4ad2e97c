/**
 * What documents tell around a patent: their numbers, persons, priorities, classes, citations and texts. Stored as told, read as
 * known at an instant; nothing learnt later takes part.
 */
import type { CalendarDate } from '../../models/types.ts';
import { canonicalJson, uuidOf } from '../canonical.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { patentId } from './identity.ts';
import { kindMeaning } from './numbers/kinds.ts';
import type { AcceptedRecord, NumberRecord, PublicationRecord } from './sources/record.ts';

/** Longer texts are cut: a page of prose in the place of a name or title is no help to anybody. */
const MAX_NAME_CHARS = 500;
const MAX_REFERENCE_CHARS = 2000;
/** Of one part in one language; the longest claims that were ever granted are some 100,000. */
const MAX_TEXT_CHARS = 200_000;

type Row = Record<string, unknown>;

/** Rows of one table around a patent, as one record tells them; each gets an id from what it says. */
interface BibliographyTable {
  table: string;
  rowsOf: (record: AcceptedRecord, source: string) => Row[];
}

const BIBLIOGRAPHY: readonly BibliographyTable[] = [
  { table: 'patent_publication', rowsOf: ({ publication }) => (publication ? [{ ...publication }] : []) },
  { table: 'patent_party', rowsOf: partyRows },
  {
    table: 'patent_priority',
    rowsOf: ({ priorities = [] }) => priorities.map((priority) => ({ ...priority })),
  },
  { table: 'patent_class', rowsOf: ({ classes = [] }) => classes.map((told) => ({ ...told })) },
  { table: 'patent_citation', rowsOf: citationRows },
  { table: 'patent_text', rowsOf: textRows },
];

/** What a record tells around its patent, by table; a table of which it tells nothing is left out. */
export function bibliographyRows(record: AcceptedRecord, source: string): { table: string; rows: Row[] }[] {
  return BIBLIOGRAPHY.flatMap(({ table, rowsOf }) => {
    const told = rowsOf(record, source);
    // Most sources tell none of this, and an id costs a hash.
    if (told.length === 0) return [];
    return [{ table, rows: told.map((row) => ({ ...row, entry_id: uuidOf(canonicalJson(row)) })) }];
  });
}

function partyRows({ parties = [], publication }: AcceptedRecord, source: string): Row[] {
  const published_on = publication?.published_on ?? null;
  const seen = new Map<string, number>();
  return parties.map(({ role, name, country }) => {
    const sequence = (seen.get(role) ?? 0) + 1;
    seen.set(role, sequence);
    const two_letters = country !== null && /^[A-Z]{2}$/.test(country) ? country : null;
    return {
      source,
      role,
      sequence,
      name: storable(name, MAX_NAME_CHARS),
      country: two_letters,
      published_on,
    };
  });
}

function citationRows({ citations = [], publication }: AcceptedRecord): Row[] {
  return citations.map(
    ({ cited, cited_application, cited_reference, by, literature, phase, categories }) => ({
      cited_office: cited?.office ?? null,
      cited_number: cited?.number ?? null,
      cited_kind: cited?.kind ?? null,
      cited_patent_id: cited_application && patentId(cited_application.office, cited_application.number),
      cited_reference: cited_reference && storable(cited_reference, MAX_REFERENCE_CHARS),
      literature,
      phase: phase && storable(phase, MAX_NAME_CHARS),
      cited_by: by,
      categories: categories.map((category) => storable(category, MAX_NAME_CHARS)),
      published_on: publication?.published_on ?? null,
    }),
  );
}

function textRows({ texts = [], publication }: AcceptedRecord): Row[] {
  return texts.flatMap(({ part, language, text }) => {
    const content = storable(text, MAX_TEXT_CHARS).trim();
    if (content === '') return [];
    const two_letters = language !== null && /^[a-z]{2}$/.test(language) ? language : null;
    return [{ part, language: two_letters, content, published_on: publication?.published_on ?? null }];
  });
}

function storable(text: string, max_chars: number): string {
  return text
    .slice(0, max_chars)
    .replace(/\p{Cc}/gu, ' ')
    .toWellFormed();
}

/** The number that each patent was granted under, of those that were granted under one of their own, as known at an instant. */
export async function grantNumbers(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, string>> {
  const rows = await sql<(PublicationRecord & { patent_id: string })[]>`
    select patent_id, office, number, kind, published_on from patent_publication
    where patent_id = any(${patent_ids as string[]}::uuid[]) and known_at <= ${known_at}
    order by published_on nulls first, number collate "C"`;
  const granted = rows.filter(({ office, kind, published_on }) =>
    kind === null ? false : kindMeaning(office, kind, published_on)?.granted,
  );
  return new Map(granted.map(({ patent_id, number }) => [patent_id, number]));
}

export interface Priority extends NumberRecord {
  filed_on: CalendarDate | null;
}

/** In order of their days; where sources tell several days of one, the first. */
export async function priorities(sql: Sql, patent_id: string, known_at: Date): Promise<Priority[]> {
  const rows = await sql<Priority[]>`
    select office, number, min(filed_on) as filed_on from patent_priority
    where patent_id = ${patent_id} and known_at <= ${known_at}
    group by office, number order by filed_on, office, number collate "C"`;
  return [...rows];
}

export async function cpcSymbols(sql: Sql, patent_id: string, known_at: Date): Promise<string[]> {
  const rows = await sql<{ symbol: string }[]>`
    select symbol from patent_class where patent_id = ${patent_id} and scheme = 'CPC' and known_at <= ${known_at}
    order by symbol collate "C"`;
  return rows.map((row) => row.symbol);
}

/** See `familiesKnown`; null where it has no entry. */
export async function simpleFamily(sql: Sql, patent_id: string, known_at: Date): Promise<string[] | null> {
  return (await familiesKnown(sql, [patent_id], known_at)).get(patent_id) ?? null;
}

/**
 * Of each patent those with the same set of priorities, itself among them; as in numbers/families.ts, one without
 * priorities is its own priority, so a first filing belongs to those that claim it alone.
 * @returns by patent id; without an entry where nothing is told of its priorities and nothing claims it
 */
export async function familiesKnown(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, string[]>> {
  const rows = await sql<{ patent_id: string; members: string[] }[]>`
    with asked as (
      select patent_id, office, application_number as number from patent
      where patent_id = any(${patent_ids as string[]}::uuid[]) and known_at <= ${known_at}),
    ${families(sql, known_at)}
    select patent_id, members from family order by patent_id`;
  return new Map(rows.map(({ patent_id, members }) => [patent_id, members]));
}

/**
 * Common table expressions over a table `asked` of patents with their application numbers: `family`, the members of each; see
 * `familiesKnown`.
 */
export function families(sql: Sql, known_at: Date) {
  return sql`
    claim as (
      select distinct patent_id, priority.office, priority.number
      from asked join patent_priority priority using (patent_id) where known_at <= ${known_at}),
    wanted as (
      select patent_id, array_agg(claim.office || ' ' || claim.number) as priorities, true as claims,
        (array_agg(claim.office order by claim.office, claim.number))[1] as office,
        (array_agg(claim.number order by claim.office, claim.number))[1] as number
      from claim group by patent_id
      union all
      select patent_id, array[office || ' ' || number], false, office, number from asked
      where not exists (select from claim where claim.patent_id = asked.patent_id)),
    candidate as (
      select wanted.patent_id, priority.patent_id as member_id
      from wanted join patent_priority priority using (office, number) where known_at <= ${known_at}
      union
      select wanted.patent_id, patent.patent_id
      from wanted join patent on (patent.office, patent.application_number) = (wanted.office, wanted.number)),
    gathered as (
      select wanted.patent_id, claims, array_agg(member_id order by member_id) as members
      from candidate join wanted using (patent_id) join patent member on member.patent_id = member_id
        cross join lateral (
          select coalesce(array_agg(priority.office || ' ' || priority.number),
            array[member.office || ' ' || member.application_number]) as priorities
          from patent_priority priority
          where priority.patent_id = member_id and priority.known_at <= ${known_at}) told
      where member.known_at <= ${known_at}
        and told.priorities <@ wanted.priorities and told.priorities @> wanted.priorities
      group by wanted.patent_id, claims),
    family as (select patent_id, members from gathered where claims or cardinality(members) > 1)`;
}

export interface CitationCounts {
  /** First day on which a document of the patent was published or granted: where the windows open. */
  published_on: CalendarDate | null;
  /** Distinct documents and pieces of literature that it cites; null where no citation of it is told. */
  backward: number | null;
  literature: number | null;
  /** Distinct patents that cite it; null where no number is known under which others could. */
  forward: number | null;
  /** Of those, the ones within so many years of publication, both ends counted; a window may not have closed yet. */
  forward_5_years: number | null;
  forward_7_years: number | null;
}

/** As a common table expression over a table `asked` of patent ids: `document`, the numbers of its patents. */
export function documents(sql: Sql, as_of: Date) {
  return sql`
    document as (
      select patent_id, office, number, left(kind, 1) as letter from asked join patent_publication using (patent_id)
      where known_at <= ${as_of}
      union
      select patent_id, patent.office, facts.publication_number, left(facts.kind, 1)
      from asked join patent using (patent_id) join patent_facts facts using (patent_id)
      where facts.publication_number is not null and facts.known_at <= ${as_of})`;
}

/**
 * The same with `citing`: each patent that cites one of those numbers, with the day on which that was first public. A number is
 * of one office whatever its kind, but for Japan, which gave numbers of applications again to grants.
 */
export function citing(sql: Sql, as_of: Date, public_by: CalendarDate) {
  return sql`
    ${documents(sql, as_of)},
    edge as (
      select document.patent_id, citing.patent_id as citing_id, citing.published_on, citing.known_at
      from document join patent_citation citing on (cited_office, cited_number) = (document.office, document.number)
      where document.office <> 'JP' or left(cited_kind, 1) is not distinct from letter
      union all
      select asked.patent_id, citing.patent_id, citing.published_on, citing.known_at
      from asked join patent_citation citing on cited_patent_id = asked.patent_id),
    citing as (
      select patent_id, citing_id, min(published_on) as published_on from edge
      where citing_id <> patent_id and known_at <= ${as_of} and published_on <= ${public_by}
      group by patent_id, citing_id)`;
}

/**
 * Counts of what was known at an instant and public on a day; the publication of a citing document makes its citations
 * public.
 * @param public_by the day of the instant, if left out
 * @returns counts of each of the patents, by patent id
 */
export async function citationCounts(
  sql: Sql,
  patent_ids: readonly string[],
  as_of: Date,
  public_by: CalendarDate = dateOf(as_of),
): Promise<Map<string, CitationCounts>> {
  const rows = await sql<(CitationCounts & { patent_id: string })[]>`
    with asked as (select distinct unnest(${patent_ids as string[]}::uuid[]) as patent_id),
    opening as (
      select patent_id, min(published_on) as published_on from asked join signal using (patent_id)
      where kind in ('published', 'granted') and known_at <= ${as_of} and published_on <= ${public_by}
      group by patent_id),
    ${citing(sql, as_of, public_by)},
    made as (
      select patent_id,
        count(distinct coalesce(cited_office || ' ' || cited_number, cited_patent_id::text, cited_reference))
          filter (where not literature) as backward,
        count(distinct cited_reference) filter (where literature) as literature
      from asked join patent_citation using (patent_id)
      where known_at <= ${as_of} and published_on <= ${public_by} group by patent_id),
    received as (
      select patent_id, count(*) as forward,
        count(*) filter (where citing.published_on between opening.published_on
          and opening.published_on + interval '5 years') as forward_5_years,
        count(*) filter (where citing.published_on between opening.published_on
          and opening.published_on + interval '7 years') as forward_7_years
      from citing left join opening using (patent_id) group by patent_id),
    numbered as (select distinct patent_id from document union select patent_id from citing)
    select patent_id, opening.published_on, made.backward, made.literature,
      case when numbered.patent_id is not null then coalesce(forward, 0) end as forward,
      case when numbered.patent_id is not null and opening.published_on is not null
        then coalesce(forward_5_years, 0) end as forward_5_years,
      case when numbered.patent_id is not null and opening.published_on is not null
        then coalesce(forward_7_years, 0) end as forward_7_years
    from asked left join opening using (patent_id) left join made using (patent_id)
      left join received using (patent_id) left join numbered using (patent_id)
    order by patent_id`;
  return new Map(rows.map(({ patent_id, ...counts }) => [patent_id, counts]));
}
