/**
 * The citation graph and what it says of each patent, kept up with the news: numbers and citations that are new make edges, an
 * edge adds to the counts of the patent that is cited, and what changed of a patent moves it within its cohort. The cost
 * follows the news: no other edge is read, but those of a patent that is new, has a new number or opens its windows anew.
 */
import type { Sql, Transaction } from '../db/client.ts';
import { citing, documents, families } from './bibliography.ts';
import type { Derivation } from './derived.ts';

/** Whatever day a document was published: the kept counts do not depend on the day on which they are made. */
const EVER = '9999-12-31';
/** As in models/indicators/raw-indicators.ts. */
const FAMILY_WINDOW = '5 years';

/** The indicators of a row of patent_indicator, as its cohort counts them; null where not known. */
export const COHORT_INDICATORS = [
  'forward_5_years',
  'forward_7_years',
  'backward',
  'claims',
  'family_size',
] as const;
export type CohortIndicator = (typeof COHORT_INDICATORS)[number];

/** One worker at a time: two would count the same edge, and see each other's rows half done. */
export const deriveIndicators: Derivation = async (tx, patent_ids, at) => {
  await tx`select pg_advisory_xact_lock(hashtextextended('patent_indicator', 0))`;
  await tx`create temporary table indicator_news on commit drop as
    select unnest(${patent_ids as string[]}::uuid[]) as patent_id`;
  await addDocuments(tx, at);
  await addEdges(tx, at);
  await keepBefore(tx);
  await storeOwn(tx, at);
  await countAnew(tx);
  await addCounts(tx);
  await sizeFamilies(tx, at);
  await moveInCohorts(tx);
  await markPledges(tx, at);
};

async function addDocuments(tx: Transaction, at: Date): Promise<void> {
  await tx`create temporary table indicator_document (patent_id uuid) on commit drop`;
  await tx`
    with asked as (table indicator_news), ${documents(tx, at)},
    fresh as (
      insert into patent_document (office, number, letter, patent_id)
      select office, number, coalesce(letter, ''), patent_id from document
      order by office, number collate "C", letter, patent_id on conflict do nothing returning patent_id)
    insert into indicator_document select distinct patent_id from fresh`;
}

/** Citations that patents with news make, and those that wait for a number that is new. */
async function addEdges(tx: Transaction, at: Date): Promise<void> {
  await tx`create temporary table indicator_edge (patent_id uuid, before_on date, published_on date) on commit drop`;
  await tx`
    with asked as (table indicator_document), ${citing(tx, at, EVER)},
    made as (
      select cited.patent_id, citation.patent_id as citing_id, published_on
      from indicator_news join patent_citation citation using (patent_id)
        join patent_document cited on (office, number) = (cited_office, cited_number)
      where citation.known_at <= ${at}
        and (office <> 'JP' or coalesce(left(cited_kind, 1), '') = letter)
      union all
      select cited_patent_id, patent_id, published_on from indicator_news join patent_citation using (patent_id)
      where cited_patent_id is not null and known_at <= ${at}
      union all
      select patent_id, citing_id, published_on from citing),
    told as (
      select patent_id, citing_id, min(published_on) as published_on from made
      where published_on is not null and citing_id <> patent_id group by patent_id, citing_id),
    fresh as (
      insert into citation_edge as kept select * from told order by patent_id, citing_id
      on conflict (patent_id, citing_id) do update set published_on = excluded.published_on
        where excluded.published_on < kept.published_on
      returning patent_id, citing_id, published_on)
    insert into indicator_edge select patent_id, before.published_on, fresh.published_on
      from fresh left join citation_edge before using (patent_id, citing_id)`;
}

/** Rows that may change, as they are: of patents with news, of those that they cite, and of those in families with them. */
async function keepBefore(tx: Transaction): Promise<void> {
  await tx`create temporary table indicator_kin on commit drop as
    with claim as (
      select distinct priority.office, priority.number from indicator_news join patent_priority priority using (patent_id)
      union
      select patent.office, application_number from indicator_news join patent using (patent_id))
    select patent_id from claim join patent_priority using (office, number)
    union
    select patent_id from claim join patent on (patent.office, application_number) = (claim.office, claim.number)`;
  await tx`create temporary table indicator_before on commit drop as
    select * from patent_indicator where patent_id in (
      table indicator_news union table indicator_kin union select patent_id from indicator_edge)`;
}

async function storeOwn(tx: Transaction, at: Date): Promise<void> {
  await tx`
    with opening as (
      select patent_id, min(published_on) as published_on from indicator_news join signal using (patent_id)
      where kind in ('published', 'granted') and known_at <= ${at} group by patent_id),
    made as (
      select patent_id, count(distinct coalesce(cited_office || ' ' || cited_number, cited_patent_id::text, cited_reference))
        filter (where not literature) as backward
      from indicator_news join patent_citation using (patent_id)
      where known_at <= ${at} and published_on is not null group by patent_id),
    numbered as (select distinct patent_id from indicator_news join patent_document using (patent_id))
    insert into patent_indicator as kept (patent_id, field, filing_year, published_on, numbered, backward, claims)
    select patent_id, field, extract(year from filed_on), opening.published_on, numbered.patent_id is not null, backward,
      claims
    from indicator_news join patent_search using (patent_id) left join opening using (patent_id)
      left join made using (patent_id) left join numbered using (patent_id)
      left join lateral (select claims from patent_facts where patent_facts.patent_id = indicator_news.patent_id
        and known_at <= ${at} order by known_at desc limit 1) facts on true
    order by patent_id
    on conflict (patent_id) do update set field = excluded.field, filing_year = excluded.filing_year,
      published_on = excluded.published_on, numbered = excluded.numbered, backward = excluded.backward,
      claims = excluded.claims
    where (kept.field, kept.filing_year, kept.published_on, kept.numbered, kept.backward, kept.claims)
      is distinct from (excluded.field, excluded.filing_year, excluded.published_on, excluded.numbered, excluded.backward,
        excluded.claims)`;
}

/** Rows that are new, or whose windows open on another day. */
async function countAnew(tx: Transaction): Promise<void> {
  await tx`create temporary table indicator_anew on commit drop as
    select patent_id from indicator_news join patent_indicator now using (patent_id)
      left join indicator_before before using (patent_id)
    where before.patent_id is null or before.published_on is distinct from now.published_on`;
  await tx`
    with counted as (
      select patent_id, count(*) as forward, ${within(tx, 'edge.published_on', 5)} as forward_5_years,
        ${within(tx, 'edge.published_on', 7)} as forward_7_years
      from indicator_anew join patent_indicator kept using (patent_id) join citation_edge edge using (patent_id)
      group by patent_id)
    update patent_indicator kept set forward = counted.forward, forward_5_years = counted.forward_5_years,
      forward_7_years = counted.forward_7_years
    from indicator_anew left join counted using (patent_id) where kept.patent_id = indicator_anew.patent_id
      and counted.patent_id is not null`;
}

/** What new edges add to the counts of the others, and what an edge moves that was public earlier than was known. */
async function addCounts(tx: Transaction): Promise<void> {
  const change = (years: number) =>
    tx`${within(tx, 'edge.published_on', years)} - ${within(tx, 'edge.before_on', years)}`;
  await tx`
    with added as (
      select patent_id, count(*) - count(before_on) as forward, ${change(5)} as forward_5_years, ${change(7)} as forward_7_years
      from indicator_edge edge join patent_indicator kept using (patent_id)
      where not exists (select from indicator_anew where indicator_anew.patent_id = edge.patent_id)
      group by patent_id)
    update patent_indicator kept set forward = kept.forward + added.forward,
      forward_5_years = kept.forward_5_years + added.forward_5_years,
      forward_7_years = kept.forward_7_years + added.forward_7_years
    from added where kept.patent_id = added.patent_id`;
}

/** How many edges lie in the window of a patent, both ends counted. */
function within(tx: Transaction, day: string, years: number) {
  return tx`count(*) filter (where ${tx.unsafe(day)} between kept.published_on
    and kept.published_on + ${`${years} years`}::interval)`;
}

async function sizeFamilies(tx: Transaction, at: Date): Promise<void> {
  await tx`
    with asked as (
      select patent_id, patent.office, application_number as number
      from (table indicator_news union table indicator_kin) kin join patent using (patent_id)),
    ${families(tx, at)},
    sized as (
      select patent_id, (select count(distinct office) from (
          select asked.office union all select member.office from unnest(members) as member_id
            join patent_search member on member.patent_id = member_id
            join patent_indicator published on published.patent_id = member_id
          where published.published_on <= own.filed_on + ${FAMILY_WINDOW}::interval) told
        where office <> 'WO') as family_size
      from asked join patent_search own using (patent_id) left join family using (patent_id)
      where members is not null and own.filed_on is not null)
    update patent_indicator kept set family_size = sized.family_size
    from asked left join sized using (patent_id) where kept.patent_id = asked.patent_id
      and kept.family_size is distinct from sized.family_size`;
}

/** What rows of patent_indicator count for in their cohorts. */
export function cohortValues(sql: Sql, rows: string, sign: 1 | -1) {
  return sql`
    select patent_id, field, filing_year, indicator, value, ${sign}::integer as patents
    from ${sql(rows)} cross join lateral (values
      ('forward_5_years', case when published_on is not null and (numbered or forward > 0) then forward_5_years end),
      ('forward_7_years', case when published_on is not null and (numbered or forward > 0) then forward_7_years end),
      ('backward', backward), ('claims', claims), ('family_size', family_size)) each (indicator, value)
    where field is not null and filing_year is not null and value is not null`;
}

async function moveInCohorts(tx: Transaction): Promise<void> {
  await tx`create temporary table indicator_after on commit drop as
    select patent_indicator.* from patent_indicator where patent_id in (
      table indicator_news union table indicator_kin union select patent_id from indicator_edge)`;
  await tx`
    with change as (
      select field, filing_year, indicator, value, sum(patents) as patents
      from (${cohortValues(tx, 'indicator_before', -1)} union all ${cohortValues(tx, 'indicator_after', 1)}) moved
      group by field, filing_year, indicator, value having sum(patents) <> 0),
    counted as (
      update cohort_count kept set patents = kept.patents + change.patents from change
      where (kept.field, kept.filing_year, kept.indicator, kept.value)
        = (change.field, change.filing_year, change.indicator, change.value)
      returning change.*)
    insert into cohort_count select * from change except select * from counted`;
}

/** Pledges of patents that are cited otherwise, or whose families grew: their values may have changed. */
async function markPledges(tx: Transaction, at: Date): Promise<void> {
  await tx`
    insert into pledge_stale (pledge_id, since, reason)
    select distinct pledge.id, ${at}::timestamptz, 'signal'
    from indicator_after after left join indicator_before before using (patent_id)
      join pledge_patent using (patent_id) join pledge on pledge.id = pledge_patent.pledge_id
    where pledge.live and pledge_patent.removed_at is null
      and (coalesce(before.forward_5_years, 0), coalesce(before.family_size, 1))
        <> (after.forward_5_years, coalesce(after.family_size, 1))
    order by pledge.id
    on conflict (pledge_id) do update set since = least(pledge_stale.since, excluded.since)`;
}
