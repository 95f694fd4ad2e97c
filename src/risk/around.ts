/**
 * What the rules read around patents: how the last run of their source went, their families, who cites them, and what the
 * text of their claims says.
 */
import { citationSlope, LEAST_CITATIONS, TREND_YEARS } from '../../models/risk/citation-trend.ts';
import type { PatentRisk } from '../../models/risk/facts.ts';
import { familyEnded } from '../../models/risk/family.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { citing, familiesKnown } from '../patents/bibliography.ts';
import { fragilitiesKnown } from '../patents/claim-fragility.ts';
import { type KnownPatent, knownPatents } from '../patents/facts.ts';
import { lastRecords } from '../patents/freshness.ts';

export type Around = Pick<PatentRisk, 'source_records' | 'family_ended' | 'citation_slope' | 'claims'>;

/** Patents of a cohort that are counted; ids are hashes, so the first of them are a fair sample. */
const COHORT_SAMPLE_PATENTS = 300;

/** @returns by patent id; null where nothing is known */
export async function aroundPatents(
  sql: Sql,
  patents: readonly KnownPatent[],
  known_at: Date,
): Promise<Map<string, Around>> {
  const records = await lastRecords(sql, known_at);
  const ended = await endedFamilies(sql, patents, known_at);
  const slopes = await citationSlopes(sql, patents, known_at);
  const ids = patents.map(({ patent_id }) => patent_id);
  const claims = await fragilitiesKnown(sql, ids, known_at);
  return new Map(
    patents.map(({ patent_id, source }) => [
      patent_id,
      {
        source_records: records.get(source) ?? null,
        family_ended: ended.get(patent_id) ?? null,
        citation_slope: slopes.get(patent_id) ?? null,
        claims: claims.get(patent_id) ?? null,
      },
    ]),
  );
}

async function endedFamilies(sql: Sql, patents: readonly KnownPatent[], known_at: Date) {
  const ids = patents.map(({ patent_id }) => patent_id);
  const families = await familiesKnown(sql, ids, known_at);
  const members = await knownPatents(sql, [...new Set([...families.values()].flat())], known_at);
  return new Map(
    [...families].map(([patent_id, ids]) => {
      const others = ids.filter((id) => id !== patent_id).flatMap((id) => members.get(id)?.facts ?? []);
      return [patent_id, familyEnded(others)];
    }),
  );
}

/** Of patents with enough citations; the cohort of each is counted once. */
async function citationSlopes(sql: Sql, patents: readonly KnownPatent[], known_at: Date) {
  const last_year = Number(dateOf(known_at).slice(0, 4)) - 1;
  const ids = patents.map(({ patent_id }) => patent_id);
  const counts = await citationsByYear(sql, ids, last_year, known_at);
  const cohorts = new Map<string, Awaited<ReturnType<typeof cohortCitations>>>();
  const slopes = new Map<string, number | null>();
  for (const { patent_id, facts } of patents) {
    const own = counts.get(patent_id) ?? [];
    const { technology_field: field, filed_on } = facts;
    if (own.reduce((sum, count) => sum + count, 0) < LEAST_CITATIONS || field === null) continue;
    const key = `${field} ${filed_on.slice(0, 4)}`;
    const cohort = cohorts.get(key) ?? (await cohortCitations(sql, field, filed_on, last_year, known_at));
    cohorts.set(key, cohort);
    slopes.set(patent_id, citationSlope(own, cohort));
  }
  return slopes;
}

async function cohortCitations(sql: Sql, field: number, filed_on: string, last_year: number, known_at: Date) {
  const sample = await sql<{ patent_id: string }[]>`
    select patent_id from patent_search join patent using (patent_id)
    where field = ${field} and extract(year from patent_search.filed_on) = ${Number(filed_on.slice(0, 4))}
      and known_at <= ${known_at}
    order by patent_id limit ${COHORT_SAMPLE_PATENTS}`;
  const ids = sample.map(({ patent_id }) => patent_id);
  const counts = [...(await citationsByYear(sql, ids, last_year, known_at)).values()];
  const citations = Array.from({ length: TREND_YEARS }, (_, year) =>
    counts.reduce((sum, own) => sum + own[year]!, 0),
  );
  return { patents: ids.length, citations };
}

/** Patents that cite each of the patents first in each of the last years, oldest first; without an entry when none does. */
async function citationsByYear(
  sql: Sql,
  patent_ids: readonly string[],
  last_year: number,
  known_at: Date,
): Promise<Map<string, number[]>> {
  const first_year = last_year - TREND_YEARS + 1;
  const rows = await sql<{ patent_id: string; year: number; citations: number }[]>`
    with asked as (select distinct unnest(${patent_ids as string[]}::uuid[]) as patent_id),
    ${citing(sql, known_at, `${last_year}-12-31`)}
    select patent_id, extract(year from published_on)::integer as year, count(*) as citations from citing
    where published_on >= ${`${first_year}-01-01`} group by patent_id, year`;
  const counts = new Map<string, number[]>();
  for (const { patent_id, year, citations } of rows) {
    const own = counts.get(patent_id) ?? Array.from({ length: TREND_YEARS }, () => 0);
    own[year - first_year] = citations;
    counts.set(patent_id, own);
  }
  return counts;
}
