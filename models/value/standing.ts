/**
 * What a patent's place in its cohort (technology field by filing year) says of its value: citations that it received within
 * five years of publication, and offices of its family within five years of filing.
 *
 *   log shift = a z(citations) + b z(family),  z = normal quantile of the rank, held within LEAST_RANK and 1 - LEAST_RANK
 * A rank is comparable between fields and years, where counts are not. An unknown rank shifts nothing.
 * The effects a and b are assumptions (`citation_effect`, `family_effect`), log value for one standard deviation of the rank.
 * Without them, as in the champion, the shift is 0: citations and family are told beside the value and do not move it.
 * STANDING_EFFECTS are those of the challenger STANDING_MODEL, which nothing runs on: the survey of European inventors explains
 * R^2 = .027 of log value by citations, references, claims and countries, citations as much as the other three together. With
 * the log spread 2.178 of surveyed Chinese values that is 2.178 sqrt(.0135) = .25 for citations, 2.178 sqrt(.0045) = .15 for one
 * of the others [M]; large families and citations raise value in every study named in docs/models/valuation.md.
 * Units: ranks are shares, 0 to 1; the shift is a logarithm. Errors: FormulaFailure `out_of_range`.
 * Worked: rank .975 in citations, family unknown, a = .25: 1.96 * .25 = .49, a factor of 1.63.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Assumption, StandingEffects } from '../assumptions.ts';
import { requireBetween } from '../failure.ts';
import type { CohortRanks } from '../types.ts';

export const STANDING_MODEL = 'value-by-standing/1';

/** A cohort of some hundred patents tells no rank beyond it. */
const LEAST_RANK = 0.01;

const SURVEY = 'survey of European inventors, R^2 .027 of log value, under bivariate normality [M]';

export const STANDING_EFFECTS: StandingEffects = {
  citation_effect: { value: 0.25, unit: 'log per sd of rank', source: SURVEY, verified: false },
  family_effect: { value: 0.15, unit: 'log per sd of rank', source: SURVEY, verified: false },
};

export interface StandingShift {
  citations: number;
  family: number;
  /** Factor of the value. */
  factor: number;
}

export function standingShift(
  standing: CohortRanks,
  { citation_effect, family_effect }: Partial<StandingEffects>,
): StandingShift {
  const citations = shift(standing.citation_rank, citation_effect);
  const family = shift(standing.family_rank, family_effect);
  return { citations, family, factor: Math.exp(citations + family) };
}

function shift(rank: number | null, effect: Assumption | undefined): number {
  if (rank === null || effect === undefined) return 0;
  requireBetween('rank', rank, 0, 1);
  const held = Math.min(1 - LEAST_RANK, Math.max(LEAST_RANK, rank));
  return effect.value * normalQuantile(held, 0, 1);
}
