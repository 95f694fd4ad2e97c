/**
 * A raw value on the scale 0 to 1 of its cohort, in one of two named ways. The way is stored with each score.
 *
 *   winsorised_maximum: min(x, p98) / p98; after winsorising at p98 the cohort's maximum is p98 (OECD).
 *   clamped_percentiles: (min(max(x, p1), p99) - p1) / (p99 - p1), and .5 where p1 = p99.
 * Ties get equal scores. A constant cohort scores 1 the first way and .5 the second; a cohort with p98 = 0 has no scale
 * the first way and is refused, since 0 / 0 is not a score.
 * Source: Squicciarini, Dernis and Criscuolo 2013, 98 % [M]; the second as published patent explorers do it [R].
 * Errors: FormulaFailure `cohort_flat`, `not_finite`, `out_of_range`. Worked (golden G4): p1 = p99 gives .5.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import type { CohortSummary } from './cohort.ts';

export const NORMALISATIONS = ['winsorised_maximum', 'clamped_percentiles'] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

export function normalise(
  value: number,
  summary: Pick<CohortSummary, 'p1' | 'p98' | 'p99'>,
  normalisation: Normalisation,
): number {
  requireBetween('value to normalise', value, 0, Number.MAX_VALUE);
  if (normalisation === 'winsorised_maximum') return overMaximum(value, summary.p98);
  return betweenPercentiles(value, summary.p1, summary.p99);
}

function overMaximum(value: number, p98: number): number {
  if (p98 <= 0)
    throw new FormulaFailure(
      'cohort_flat',
      `The cohort's 98th percentile is ${p98}; take a wider cohort or clamped_percentiles.`,
    );
  return Math.min(value, p98) / p98;
}

function betweenPercentiles(value: number, p1: number, p99: number): number {
  if (p1 === p99) return 0.5;
  return (Math.min(Math.max(value, p1), p99) - p1) / (p99 - p1);
}
