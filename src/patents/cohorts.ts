/** Where patents stand among those of their field and filing year, from the counts that are kept of each cohort. */
import { type CohortSummary, LEAST_COHORT } from '../../models/indicators/cohort.ts';
import { midRank, summariseCounts, type ValueCount } from '../../models/indicators/histogram.ts';
import type { CohortRanks } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';
import { type CohortIndicator, cohortValues } from './derive-indicators.ts';

export interface Place {
  indicator: CohortIndicator;
  value: number;
  /** Share of the cohort that has less, half of the equals with it. */
  rank: number;
  cohort: CohortSummary;
  /** All of the cohort have this value, so that the rank says nothing. */
  alike: boolean;
}

export interface Standing {
  field: number;
  filing_year: number;
  /** Those of which the value is known. */
  indicators: Place[];
}

/** Shares of a hundred: so that not every patent is valued anew when one of its cohort is cited. */
const RANK_STEPS = 100;

/**
 * What valuations read of it: ranks in cohorts that are large enough, and in which not all are alike. As the database stands, so
 * only for what is valued now.
 */
export async function cohortRanks(
  sql: Sql,
  patent_ids: readonly string[],
): Promise<Map<string, CohortRanks>> {
  const found = new Map<string, CohortRanks>();
  for (const [patent_id, { indicators }] of await standings(sql, patent_ids)) {
    const rankOf = (name: CohortIndicator) => {
      const place = indicators.find(({ indicator }) => indicator === name);
      if (place === undefined || place.cohort.small || place.alike) return null;
      return Math.round(place.rank * RANK_STEPS) / RANK_STEPS;
    };
    const ranks = { citation_rank: rankOf('forward_5_years'), family_rank: rankOf('family_size') };
    if (ranks.citation_rank !== null || ranks.family_rank !== null) found.set(patent_id, ranks);
  }
  return found;
}

interface Value {
  field: number;
  filing_year: number;
  indicator: CohortIndicator;
  value: number;
}

/** As the database stands, not as of a past instant. @returns by patent id; without an entry where nothing is counted */
export async function standings(sql: Sql, patent_ids: readonly string[]): Promise<Map<string, Standing>> {
  const own = await sql<(Value & { patent_id: string })[]>`
    select patent_id, field, filing_year, indicator, value
    from (${cohortValues(sql, 'patent_indicator', 1)}) told where patent_id = any(${patent_ids as string[]}::uuid[])
    order by patent_id, indicator`;
  const cohorts = await cohortsOf(sql, own);
  const found = new Map<string, Standing>();
  for (const { patent_id, field, filing_year, indicator, value } of own) {
    const { counts, cohort, alike } = cohorts.get(keyOf({ field, filing_year, indicator }))!;
    const standing = found.get(patent_id) ?? { field, filing_year, indicators: [] };
    standing.indicators.push({ indicator, value, rank: midRank(counts, value), cohort, alike });
    found.set(patent_id, standing);
  }
  return found;
}

interface Cohort extends Pick<Place, 'cohort' | 'alike'> {
  counts: readonly ValueCount[];
}

/** Each summed up once, however many of its patents are asked for. */
async function cohortsOf(sql: Sql, of: readonly Value[]): Promise<Map<string, Cohort>> {
  if (of.length === 0) return new Map();
  const rows = await sql<(Value & ValueCount)[]>`
    select field, filing_year, indicator, value, patents from cohort_count
    where (field, filing_year) in (select * from unnest(${of.map(({ field }) => field)}::smallint[],
        ${of.map(({ filing_year }) => filing_year)}::smallint[])) and patents > 0
    order by field, filing_year, indicator, value`;
  const cohorts = new Map<string, Cohort>();
  for (const [key, counts] of Map.groupBy(rows, keyOf))
    cohorts.set(key, { counts, cohort: summariseCounts(counts), alike: counts.length === 1 });
  return cohorts;
}

function keyOf({ field, filing_year, indicator }: Omit<Value, 'value'>): string {
  return `${field} ${filing_year} ${indicator}`;
}

/** How often the patents of a field are cited within five years, of the youngest filing year where that is told of enough. */
export async function fieldCitations(
  sql: Sql,
  field: number,
): Promise<{ filing_year: number; counts: ValueCount[] } | null> {
  const rows = await sql<(ValueCount & { filing_year: number })[]>`
    select filing_year, value, patents from cohort_count
    where field = ${field} and indicator = 'forward_5_years' and patents > 0 and filing_year = (
      select filing_year from cohort_count where field = ${field} and indicator = 'forward_5_years'
      group by filing_year having sum(patents) >= ${LEAST_COHORT} order by filing_year desc limit 1)
    order by value`;
  const [first] = rows;
  return first
    ? { filing_year: first.filing_year, counts: rows.map(({ value, patents }) => ({ value, patents })) }
    : null;
}
