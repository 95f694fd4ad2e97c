/**
 * Citation rate of one patent drawn towards its cohort: empirical Bayes with a gamma prior and Poisson counts.
 *
 *   c_i ~ Poisson(l_i e_i), l_i ~ gamma with mean m and variance v; e_i = F(age), so l is the lifetime count.
 *   m = sum c / sum e;  v = max(0, sum e (c / e - m)^2 / sum e - m / mean(e));
 *   estimate = (c v + m^2) / (e v + m): m for a patent with nothing seen, c / e for one seen long.
 * Source: Clayton and Kaldor 1987, model; Marshall 1991, moment estimator [M].
 * Units: citing families over a lifetime; e a share, 0 to 1.
 * Errors: FormulaFailure `cohort_empty`, `cohort_unexposed`, `cohort_uncited`,
 * `lengths_differ`, `out_of_range`, `not_finite`.
 * Worked: counts 0, 0, 4, 8 at exposures 1: m = 3, v = 11 - 3 = 8; for c = 2, e = .1 the estimate is 25 / 3.8 = 6.579.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

export interface CitationPrior {
  mean: number;
  variance: number;
}

/** Fits m and v to the cohort; patents with no exposure yet say nothing and are passed over. */
export function citationPrior(counts: readonly number[], exposures: readonly number[]): CitationPrior {
  if (counts.length !== exposures.length)
    throw new FormulaFailure(
      'lengths_differ',
      `${counts.length} counts and ${exposures.length} exposures; give one exposure a count.`,
    );
  if (counts.length === 0)
    throw new FormulaFailure('cohort_empty', 'The cohort has no citation count; give at least one.');
  const exposed = counts.flatMap((count, index) => {
    const pair = checked(count, exposures[index]!);
    return pair.exposure > 0 ? [pair] : [];
  });
  const exposure_sum = exposed.reduce((sum, { exposure }) => sum + exposure, 0);
  if (exposure_sum === 0)
    throw new FormulaFailure(
      'cohort_unexposed',
      'No patent of the cohort has been out for a day; ask later.',
    );
  const mean = exposed.reduce((sum, { count }) => sum + count, 0) / exposure_sum;
  if (mean === 0)
    throw new FormulaFailure('cohort_uncited', 'No patent of the cohort is cited; take a wider cohort.');
  const spread = exposed.reduce(
    (sum, { count, exposure }) => sum + exposure * (count / exposure - mean) ** 2,
    0,
  );
  const variance = spread / exposure_sum - mean / (exposure_sum / exposed.length);
  return { mean, variance: Math.max(0, variance) };
}

/** Posterior mean of the lifetime count. */
export function shrunkCitations(count: number, exposure: number, { mean, variance }: CitationPrior): number {
  checked(count, exposure);
  requireBetween('prior mean', mean, Number.MIN_VALUE, Number.MAX_VALUE);
  requireBetween('prior variance', variance, 0, Number.MAX_VALUE);
  return (count * variance + mean ** 2) / (exposure * variance + mean);
}

function checked(count: number, exposure: number): { count: number; exposure: number } {
  return {
    count: requireBetween('citation count', count, 0, Number.MAX_SAFE_INTEGER),
    exposure: requireBetween('exposure', exposure, 0, 1),
  };
}
