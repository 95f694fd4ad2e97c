/**
 * Lifetime citations expected of a patent from those seen so far.
 *
 *   from three years of age on: count / F(age); before: the cohort's shrunk estimate with exposure F(age).
 * Source: truncation.ts and shrinkage.ts. Units: citing families, years since publication.
 * Errors: FormulaFailure `prior_missing`, and those of the two.
 * Worked: 5 families at 5 years give 5 * 3.41 = 17.03 by the factor.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { type CitationPrior, shrunkCitations } from './shrinkage.ts';
import { citationShare, LEAST_AGE_YEARS, truncationFactor } from './truncation.ts';

export interface LifetimeCitations {
  estimate: number;
  method: 'truncation_factor' | 'cohort_shrinkage';
}

/** `prior` is null when none could be fitted to the cohort. */
export function lifetimeCitations(
  count: number,
  age_years: number,
  prior: CitationPrior | null,
  cumulative?: readonly number[],
): LifetimeCitations {
  requireBetween('citation count', count, 0, Number.MAX_SAFE_INTEGER);
  if (age_years >= LEAST_AGE_YEARS)
    return { estimate: count * truncationFactor(age_years, cumulative), method: 'truncation_factor' };
  if (prior === null)
    throw new FormulaFailure(
      'prior_missing',
      `age_years is ${age_years} and the cohort has no prior; fit one.`,
    );
  const exposure = citationShare(age_years, cumulative);
  return { estimate: shrunkCitations(count, exposure, prior), method: 'cohort_shrinkage' };
}
