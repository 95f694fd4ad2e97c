/**
 * The statistics of one cohort, from the facts of all its patents as known on one day.
 *
 * A record that is refused is counted under its failure's code and left out; it must not stop the cohort. Indicators no
 * patent has are null. One pass over the records, one sort an indicator.
 * Source: cohort.ts, breakthrough.ts, shrinkage.ts.
 * Errors: FormulaFailure `cohort_empty` (no usable record), `cohort_mixed` (two cohorts or classifications).
 * Worked: three patents with claims 10, 20, 30: mean 20, count 3, small.
 */
import { attempt, FormulaFailure } from '../failure.ts';
import type { CalendarDate } from '../types.ts';
import { breakthroughThreshold } from './breakthrough.ts';
import { type CohortSummary, cohortKey, summarise } from './cohort.ts';
import type { QualityFacts } from './facts.ts';
import { INDICATORS, type IndicatorName, type RawIndicators, rawIndicators } from './raw-indicators.ts';
import { type CitationPrior, citationPrior } from './shrinkage.ts';
import { type CitationLag, citationShare, cumulativeLag, SEED_CITATION_LAG } from './truncation.ts';

export interface CohortStatistics {
  /** Field / filing year. */
  cohort: string;
  classification: QualityFacts['classification'];
  as_of: CalendarDate;
  /** Patents used. */
  patents: number;
  /** Records left out, by failure code. */
  refused: Record<string, number>;
  indicators: Record<IndicatorName, CohortSummary | null>;
  /** See breakthrough.ts; null in a cohort too small or without citations. */
  breakthrough_threshold: number | null;
  citation_lag: CitationLag;
  /** See shrinkage.ts; null where none can be fitted. */
  citation_prior: CitationPrior | null;
}

/** The cohort's key. @throws FormulaFailure `wipo_field_missing` */
export function cohortOf({ wipo_field, filed_on }: QualityFacts): string {
  if (wipo_field === null)
    throw new FormulaFailure(
      'wipo_field_missing',
      'wipo_field is null; give the field of the first IPC symbol.',
    );
  return cohortKey(wipo_field, filed_on);
}

export function cohortStatistics(
  records: Iterable<QualityFacts>,
  as_of: CalendarDate,
  citation_lag: CitationLag = SEED_CITATION_LAG,
): CohortStatistics {
  const { raws, identity, refused } = readCohort(records, as_of);
  const valuesOf = (name: IndicatorName) => known(raws.map(({ values }) => values[name]));
  const citations = valuesOf('forward_citations_5');
  return {
    ...identity,
    as_of,
    patents: raws.length,
    refused,
    indicators: Object.fromEntries(
      INDICATORS.map((name) => [name, orNull(valuesOf(name), summarise)]),
    ) as CohortStatistics['indicators'],
    breakthrough_threshold: orNull(citations, breakthroughThreshold),
    citation_lag,
    citation_prior: priorOf(raws, citation_lag),
  };
}

type Identity = Pick<CohortStatistics, 'cohort' | 'classification'>;

function readCohort(records: Iterable<QualityFacts>, as_of: CalendarDate) {
  const raws: RawIndicators[] = [];
  const refused: Record<string, number> = {};
  let identity: Identity | null = null;
  for (const record of records) {
    const read = attempt(() => ({ cohort: cohortOf(record), raw: rawIndicators(record, as_of) }));
    if (!read.ok) {
      refused[read.failure.code] = (refused[read.failure.code] ?? 0) + 1;
      continue;
    }
    identity ??= { cohort: read.value.cohort, classification: record.classification };
    requireSame(identity, { cohort: read.value.cohort, classification: record.classification });
    raws.push(read.value.raw);
  }
  if (identity === null)
    throw new FormulaFailure(
      'cohort_empty',
      `No usable record (refused: ${JSON.stringify(refused)}); give one.`,
    );
  return { raws, identity, refused };
}

function requireSame(first: Identity, next: Identity): void {
  if (first.cohort !== next.cohort || first.classification !== next.classification)
    throw new FormulaFailure(
      'cohort_mixed',
      `Records of ${first.cohort} ${first.classification} and ${next.cohort} ${next.classification}; give one cohort.`,
    );
}

function priorOf(raws: readonly RawIndicators[], citation_lag: CitationLag): CitationPrior | null {
  const cumulative = cumulativeLag(citation_lag);
  const seen = known(raws.map(({ citations_to_date }) => citations_to_date));
  const counts = seen.map(({ count }) => count);
  const exposures = seen.map(({ age_years }) => citationShare(age_years, cumulative));
  const prior = attempt(() => citationPrior(counts, exposures));
  return prior.ok ? prior.value : null;
}

function known<Value>(values: readonly (Value | null)[]): Value[] {
  return values.filter((value) => value !== null);
}

function orNull<Result>(values: number[], formula: (values: number[]) => Result): Result | null {
  return values.length === 0 ? null : formula(values);
}
