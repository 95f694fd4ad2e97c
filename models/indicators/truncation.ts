/**
 * Truncation: which share of its citations a patent has received by a given age, and the factor that makes up for it.
 *
 *   D(L) = e^(-b1 L) (1 - e^(-b2 L)) at mid-year lags L = .5, 1.5, ... ;  F(A) = sum of the first A bins / sum of all 36.
 *   Factor 1 / F(A). Inside a bin citations come evenly, so F is linear between birthdays.
 * Below three years the factor is over 6.6 and mostly noise: it is refused, and shrinkage to the cohort takes its place.
 * Source: Caballero and Jaffe 1993; Hall, Jaffe and Trajtenberg 2001, method; seed b1 = .1, b2 = .5 ours, unverified.
 * Units: years since publication. Errors: FormulaFailure `not_finite`, `out_of_range`, `too_young`, `lag_flat`.
 * Worked (golden G24): F(5) = .294, factor 3.41.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { requireCount } from './checks.ts';

export interface CitationLag {
  /** b1, a year: how fast knowledge ages. */
  obsolescence: number;
  /** b2, a year: how fast it becomes known. */
  diffusion: number;
  /** Length of the distribution in annual bins. */
  bins: number;
  verified: boolean;
  source: string;
}

export const SEED_CITATION_LAG: CitationLag = {
  obsolescence: 0.1,
  diffusion: 0.5,
  bins: 36,
  verified: false,
  source: 'seed, modal lag 3 to 4 years; to be fitted to citations of the own field',
};

/** Youngest age in years at which the factor is used. */
export const LEAST_AGE_YEARS = 3;

/** F at whole ages 0, 1, ..., bins. */
export function cumulativeLag({ obsolescence, diffusion, bins }: CitationLag): number[] {
  requireBetween('obsolescence', obsolescence, 0, Number.MAX_VALUE);
  requireBetween('diffusion', diffusion, 0, Number.MAX_VALUE);
  requireCount('bins', bins, 1);
  const cumulative = [0];
  for (let bin = 0; bin < bins; bin += 1) {
    const lag_years = bin + 0.5;
    const density = Math.exp(-obsolescence * lag_years) * -Math.expm1(-diffusion * lag_years);
    cumulative.push(cumulative[bin]! + density);
  }
  const total = cumulative[bins]!;
  if (total === 0)
    throw new FormulaFailure('lag_flat', 'The lag distribution has no mass; give a diffusion above 0.');
  return cumulative.map((sum) => sum / total);
}

const SEED_CUMULATIVE = cumulativeLag(SEED_CITATION_LAG);

/** F(A); 1 beyond the last bin. `cumulative` comes from cumulativeLag. */
export function citationShare(age_years: number, cumulative: readonly number[] = SEED_CUMULATIVE): number {
  requireBetween('age_years', age_years, 0, Number.MAX_VALUE);
  const bin = Math.floor(age_years);
  if (bin >= cumulative.length - 1) return 1;
  return cumulative[bin]! + (age_years - bin) * (cumulative[bin + 1]! - cumulative[bin]!);
}

/** 1 / F(A). */
export function truncationFactor(age_years: number, cumulative: readonly number[] = SEED_CUMULATIVE): number {
  const share = citationShare(age_years, cumulative);
  if (age_years < LEAST_AGE_YEARS)
    throw new FormulaFailure(
      'too_young',
      `age_years is ${age_years}; under ${LEAST_AGE_YEARS} years shrink to the cohort mean instead.`,
    );
  return 1 / share;
}
