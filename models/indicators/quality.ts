/**
 * The quality indicators of one patent, raw and on the scale of its cohort, with the composite indices.
 *
 * Every score carries variant, class level and normalisation, so that two scores are compared only when they mean the
 * same. The grant lag is turned round (1 - x), so that higher is better in every normalised score; renewal life is
 * divided by the term and not by the cohort. What has no raw value or no scale is listed in `missing` with a code.
 * Source: Squicciarini, Dernis and Criscuolo 2013; see the file of each indicator.
 * Errors: FormulaFailure `cohort_differs`, `wipo_field_missing` and those of rawIndicators for impossible facts; the
 * indices and the lifetime citations answer as data.
 * Worked: 15 claims where the cohort's 98th percentile is 30: raw 15, normalised .5.
 */
import { attempt, FormulaFailure, type Outcome } from '../failure.ts';
import type { CalendarDate } from '../types.ts';
import { isBreakthrough } from './breakthrough.ts';
import { type CohortStatistics, cohortOf } from './cohort-statistics.ts';
import { type Composite, composite, INDEX_4, INDEX_6 } from './composite.ts';
import { isGranted, type QualityFacts } from './facts.ts';
import { type LifetimeCitations, lifetimeCitations } from './lifetime-citations.ts';
import { type Normalisation, normalise } from './normalise.ts';
import {
  INDICATORS,
  type IndicatorName,
  type RawIndicators,
  rawIndicators,
  VARIANTS,
} from './raw-indicators.ts';
import { cumulativeLag } from './truncation.ts';

const CLASS_BASED: readonly IndicatorName[] = [
  'patent_scope',
  'generality',
  'generality_corrected',
  'originality',
  'originality_corrected',
  'radicalness',
];

export interface IndicatorScore {
  raw: number | null;
  /** 0 to 1, higher is better. */
  normalised: number | null;
  normalisation: Normalisation | 'share_of_term';
  variant: string;
  /** Level of the classes counted; null where the indicator has none. */
  class_level: string | null;
  /** May still grow: its window is open. */
  truncated: boolean;
  /** Fewer than 30 patents behind the scale; null when the cohort gives none. */
  small_cohort: boolean | null;
}

export interface PatentQuality {
  cohort: string;
  as_of: CalendarDate;
  scores: Record<IndicatorName, IndicatorScore>;
  /** Top 1 % of the cohort by five-year citations; null when that cannot be told. */
  breakthrough: boolean | null;
  lifetime_citations: Outcome<LifetimeCitations>;
  index_4: Outcome<Composite>;
  index_6: Outcome<Composite>;
  /** Indicators without a normalised value: `unknown` facts, or the cohort's failure. */
  missing: { indicator: IndicatorName; code: string }[];
  missing_count: number;
}

export function quality(
  facts: QualityFacts,
  cohort: CohortStatistics,
  normalisation: Normalisation = 'winsorised_maximum',
): PatentQuality {
  requireOwnCohort(facts, cohort);
  const raw = rawIndicators(facts, cohort.as_of);
  const outcomes = INDICATORS.map((name) => [name, normalised(name, raw, cohort, normalisation)] as const);
  const scores = Object.fromEntries(
    outcomes.map(([name, outcome]) => [name, scoreOf(name, raw, outcome, cohort, normalisation)]),
  ) as PatentQuality['scores'];
  const missing = outcomes.flatMap(([indicator, outcome]) =>
    outcome.ok ? [] : [{ indicator, code: outcome.failure.code }],
  );
  return {
    cohort: cohort.cohort,
    as_of: cohort.as_of,
    scores,
    breakthrough: breakthroughOf(raw, cohort),
    lifetime_citations: attempt(() => lifetimeOf(raw, cohort)),
    index_4: attempt(() => indexOf(INDEX_4, facts, scores, cohort)),
    index_6: attempt(() => indexOf(INDEX_6, facts, scores, cohort)),
    missing,
    missing_count: missing.length,
  };
}

function requireOwnCohort(facts: QualityFacts, cohort: CohortStatistics): void {
  const own = cohortOf(facts);
  if (own !== cohort.cohort || facts.classification !== cohort.classification)
    throw new FormulaFailure(
      'cohort_differs',
      `The patent is of ${own} ${facts.classification}, the statistics of ${cohort.cohort} ${cohort.classification}; give its own.`,
    );
}

function normalised(
  name: IndicatorName,
  { values, renewal }: RawIndicators,
  { indicators }: CohortStatistics,
  normalisation: Normalisation,
): Outcome<number> {
  return attempt(() => {
    const value = values[name];
    const summary = indicators[name];
    if (value === null) throw new FormulaFailure('unknown', `${name} is not known; give its facts.`);
    if (name === 'renewal_years') return renewal!.share_of_term;
    if (summary === null) throw new FormulaFailure('cohort_empty', `No patent of the cohort has ${name}.`);
    const score = normalise(value, summary, normalisation);
    return name === 'grant_lag_days' ? 1 - score : score;
  });
}

function scoreOf(
  name: IndicatorName,
  { values, truncated }: RawIndicators,
  outcome: Outcome<number>,
  { indicators, classification }: CohortStatistics,
  normalisation: Normalisation,
): IndicatorScore {
  return {
    raw: values[name],
    normalised: outcome.ok ? outcome.value : null,
    normalisation: name === 'renewal_years' ? 'share_of_term' : normalisation,
    variant: VARIANTS[name],
    class_level: CLASS_BASED.includes(name) ? `${classification}_subclass` : null,
    truncated: truncated.includes(name),
    small_cohort: name === 'renewal_years' ? null : (indicators[name]?.small ?? null),
  };
}

function breakthroughOf(
  { values }: RawIndicators,
  { breakthrough_threshold }: CohortStatistics,
): boolean | null {
  const count = values.forward_citations_5;
  if (count === null || breakthrough_threshold === null) return null;
  return isBreakthrough(count, breakthrough_threshold);
}

function lifetimeOf({ citations_to_date }: RawIndicators, cohort: CohortStatistics): LifetimeCitations {
  if (citations_to_date === null)
    throw new FormulaFailure('citations_unknown', 'The citing patents or the publication day are not known.');
  const { count, age_years } = citations_to_date;
  return lifetimeCitations(count, age_years, cohort.citation_prior, cumulativeLag(cohort.citation_lag));
}

function indexOf(
  names: readonly IndicatorName[],
  facts: QualityFacts,
  scores: PatentQuality['scores'],
  { as_of }: CohortStatistics,
): Composite {
  if (!isGranted(facts, as_of))
    throw new FormulaFailure('not_granted', `Not granted on ${as_of}; the index is for granted patents.`);
  const components = Object.fromEntries(names.map((name) => [name, scores[name].normalised]));
  return composite(names, components);
}
