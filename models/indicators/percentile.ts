/**
 * Percentile of a sorted sample, linear between order statistics.
 *
 *   h = (n - 1) p;  x_p = x_floor(h) + (h - floor(h)) (x_(floor(h) + 1) - x_floor(h)), counting from 0.
 * Source: Hyndman and Fan 1996, definition 7. Units: those of the sample. Domain: sample in rising order, 0 <= p <= 1.
 * Errors: FormulaFailure `cohort_empty`, `not_finite`, `out_of_range`.
 * Worked: .5 of 1, 2, 4, 10 is 3.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

export function percentile(sorted: Float64Array, p: number): number {
  requireBetween('percentile', p, 0, 1);
  if (sorted.length === 0)
    throw new FormulaFailure('cohort_empty', 'The cohort has no value; give at least one.');
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
