/**
 * The quality indicators of a patent from the citation graph and its family, as known at an instant: only what was learnt
 * by then and public by that day takes part. The edges are stored as documents tell them, so nothing is recounted on news.
 */
import { wholeYearsBetween, yearsBetween } from '../../models/calendar.ts';
import { attempt, type Outcome } from '../../models/failure.ts';
import type { QualityFacts } from '../../models/indicators/facts.ts';
import { type CitingPatent, citingFamilies } from '../../models/indicators/forward-citations.ts';
import { type LifetimeCitations, lifetimeCitations } from '../../models/indicators/lifetime-citations.ts';
import { type RawIndicators, rawIndicators } from '../../models/indicators/raw-indicators.ts';
import { windowOf } from '../../models/indicators/window.ts';
import type { CalendarDate } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { citationCounts, citing, simpleFamily } from './bibliography.ts';
import { type KnownPatent, knownPatents } from './facts.ts';
import { technologyField } from './technology-field.ts';

export interface FieldCount {
  /** WIPO's technology fields 1 to 35; null where no class of the citing documents is known. */
  field: number | null;
  citing_families: number;
}

export interface PatentIndicators {
  raw: RawIndicators;
  /** Families that cite within the window after publication, by the first field of the citing family. */
  by_field: FieldCount[];
  window_truncated: boolean;
  /** Expected over a lifetime; null where citations are not known or the patent is too young for its own count. */
  lifetime: LifetimeCitations | null;
}

/**
 * @param window_years of `by_field`
 * @returns null when the patent was not known; a failure when what is known contradicts itself
 */
export async function patentIndicators(
  sql: Sql,
  patent_id: string,
  window_years: number,
  known_at: Date,
): Promise<Outcome<PatentIndicators> | null> {
  const known = (await knownPatents(sql, [patent_id], known_at)).get(patent_id);
  if (!known) return null;
  const facts = await qualityFacts(sql, known, known_at);
  return attempt(() => indicatorsOf(facts, window_years, dateOf(known_at)));
}

function indicatorsOf(facts: QualityFacts, window_years: number, as_of: CalendarDate): PatentIndicators {
  const raw = rawIndicators(facts, as_of);
  const { citing_patents, published_on } = facts;
  const seen = raw.citations_to_date;
  const lifetime = seen && attempt(() => lifetimeCitations(seen.count, seen.age_years, null));
  if (citing_patents === null || published_on === null)
    return { raw, by_field: [], window_truncated: false, lifetime: null };
  const window = windowOf(published_on, window_years, as_of);
  const fields = [...citingFamilies(citing_patents, window).values()].map(firstField);
  const by_field = [...Map.groupBy(fields, (field) => field)]
    .map(([field, families]) => ({ field, citing_families: families.length }))
    .sort((a, b) => b.citing_families - a.citing_families || (a.field ?? 0) - (b.field ?? 0));
  return {
    raw,
    by_field,
    window_truncated: window.truncated,
    lifetime: lifetime?.ok ? lifetime.value : null,
  };
}

function firstField(symbols: ReadonlySet<string>): number | null {
  return [...symbols].map(technologyField).find((field) => field !== null) ?? null;
}

async function qualityFacts(sql: Sql, known: KnownPatent, known_at: Date): Promise<QualityFacts> {
  const { patent_id, facts } = known;
  const as_of = dateOf(known_at);
  const counts = (await citationCounts(sql, [patent_id], known_at)).get(patent_id)!;
  const { backward, literature, published_on } = counts;
  return {
    authority: facts.office,
    wipo_field: facts.technology_field,
    filed_on: facts.filed_on,
    published_on,
    granted_on: facts.granted_on,
    classification: 'IPC',
    ipc: facts.ipc,
    claims: facts.claims,
    cited_patents: backward === null ? null : await citedPatents(sql, patent_id, known_at),
    non_patent_citations: literature,
    citing_patents: counts.forward === null ? null : await citingPatents(sql, patent_id, known_at),
    family: await familyMembers(sql, patent_id, known_at),
    renewal: renewalOf(known, as_of),
  };
}

/** Of an office whose terms are modelled. A right that ended by its term lived all of it. */
function renewalOf({ facts, expires_on }: KnownPatent, as_of: CalendarDate): QualityFacts['renewal'] {
  if (expires_on === null || facts.granted_on === null) return null;
  const lives = facts.legal_state === 'in_force';
  const ended_on = lives ? null : facts.legal_state_since;
  if (ended_on !== null && (ended_on > as_of || yearsBetween(facts.filed_on, ended_on) < 0)) return null;
  return { ended_on, term_years: wholeYearsBetween(facts.filed_on, expires_on) };
}

/** Documents that cite it, those of one set of priorities as one family. */
async function citingPatents(sql: Sql, patent_id: string, known_at: Date): Promise<CitingPatent[]> {
  return sql<CitingPatent[]>`
    with asked as (select ${patent_id}::uuid as patent_id), ${citing(sql, known_at, dateOf(known_at))}
    select coalesce(claimed.family, citing.citing_id::text) as family, citing.published_on,
      coalesce(facts.ipc, '{}') || coalesce(classified.symbols, '{}') as ipc
    from citing
      left join lateral (select string_agg(distinct office || ' ' || number, ',') as family from patent_priority
        where patent_priority.patent_id = citing.citing_id and known_at <= ${known_at}) claimed on true
      left join lateral (select ipc from patent_facts where patent_facts.patent_id = citing.citing_id
        and known_at <= ${known_at} order by known_at desc limit 1) facts on true
      left join lateral (select array_agg(symbol order by symbol collate "C") as symbols from patent_class
        where patent_class.patent_id = citing.citing_id and known_at <= ${known_at}) classified on true
    order by citing.published_on, citing.citing_id`;
}

/** Patent documents that it cites, with their classes where they are known here. */
async function citedPatents(sql: Sql, patent_id: string, known_at: Date) {
  const as_of = dateOf(known_at);
  return sql<{ document: string; ipc: string[] }[]>`
    with cited as (
      select distinct coalesce(cited_office || ' ' || cited_number, cited_patent_id::text, cited_reference) as document,
        coalesce(cited_patent_id, publication.patent_id) as cited_id
      from patent_citation citation left join lateral (
        select patent_publication.patent_id from patent_publication
        where (office, number) = (citation.cited_office, citation.cited_number) and known_at <= ${known_at}
        order by patent_publication.patent_id limit 1) publication on true
      where citation.patent_id = ${patent_id} and not literature and known_at <= ${known_at} and published_on <= ${as_of})
    select document, coalesce(facts.ipc, '{}') as ipc
    from cited left join lateral (select ipc from patent_facts where patent_facts.patent_id = cited_id
      and known_at <= ${known_at} order by known_at desc limit 1) facts on true
    order by document collate "C"`;
}

/** Offices of the simple family by the day of their first publication; null while the family is not known. */
async function familyMembers(sql: Sql, patent_id: string, known_at: Date) {
  const members = await simpleFamily(sql, patent_id, known_at);
  if (members === null) return null;
  return sql<{ authority: string; published_on: CalendarDate }[]>`
    select office as authority, min(published_on) as published_on
    from patent join signal using (patent_id)
    where patent_id = any(${members}::uuid[]) and kind in ('published', 'granted') and signal.known_at <= ${known_at}
      and published_on <= ${dateOf(known_at)}
    group by office order by office`;
}
