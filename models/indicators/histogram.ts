/**
 * A cohort as a histogram: how many patents have each value. It says what the sorted values say, can be added to and
 * subtracted from, and stays small, because counts are.
 *
 *   summary as in cohort.ts; rank = (patents below + half of those that are equal) / patents
 * The rank of equals is their middle, so ranks average .5 whatever the ties.
 * Source: Hyndman and Fan 1996, definition 7, of the values written out; mid-ranks (Kendall 1945) [M].
 * Units: those of the values; rank a share, 0 to 1. Domain: values rise, no patents fewer than 1.
 * Errors: FormulaFailure `cohort_empty`, `out_of_range`.
 * Worked: 0 twice, 3 once, 5 once: mean 2, rank of 3 (2 + .5) / 4 = .625.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { type CohortSummary, LEAST_COHORT } from './cohort.ts';

export interface ValueCount {
  value: number;
  patents: number;
}

export function summariseCounts(counts: readonly ValueCount[]): CohortSummary {
  const count = patentsIn(counts);
  return {
    count,
    small: count < LEAST_COHORT,
    mean: counts.reduce((sum, { value, patents }) => sum + value * patents, 0) / count,
    p1: percentileOf(counts, count, 0.01),
    p98: percentileOf(counts, count, 0.98),
    p99: percentileOf(counts, count, 0.99),
  };
}

export function midRank(counts: readonly ValueCount[], value: number): number {
  const count = patentsIn(counts);
  let below = 0;
  let equal = 0;
  for (const each of counts) {
    if (each.value < value) below += each.patents;
    if (each.value === value) equal = each.patents;
  }
  return (below + equal / 2) / count;
}

function patentsIn(counts: readonly ValueCount[]): number {
  const total = counts.reduce(
    (sum, { patents }) => sum + requireBetween('patents of a value', patents, 1, Number.MAX_SAFE_INTEGER),
    0,
  );
  if (total > 0) return total;
  throw new FormulaFailure('cohort_empty', 'The cohort has no value; give at least one.');
}

/** See percentile.ts. */
function percentileOf(counts: readonly ValueCount[], total: number, p: number): number {
  const position = (total - 1) * p;
  const below = Math.floor(position);
  const low = orderStatistic(counts, below);
  const high = orderStatistic(counts, Math.min(below + 1, total - 1));
  return low + (position - below) * (high - low);
}

/** The value at a place of the sorted cohort, counting from 0. */
function orderStatistic(counts: readonly ValueCount[], place: number): number {
  let passed = 0;
  return counts.find(({ patents }) => {
    passed += patents;
    return passed > place;
  })!.value;
}
