/**
 * Kupiec's test of whether an interval misses as often as it says.
 *
 *   LR = 2 (log L(x / n) - log L(alpha)), log L(p) = x log p + (n - x) log(1 - p); chi-square with 1 degree of freedom
 * for x misses of n. 0 log 0 counts as 0. Source: Kupiec 1995, Journal of Derivatives 3 [M].
 * Units: none. Domain: 0 < alpha < 1, whole 0 <= x <= n, n >= 1. Errors: not_finite, out_of_range, not_whole.
 * Worked (G16): 36 misses of 250, alpha = .1: LR 4.801, p .0284.
 */
import chisquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import { FormulaFailure, requireBetween } from '../failure.ts';

export interface KupiecTest {
  likelihood_ratio: number;
  p_value: number;
}

export function kupiecTest(misses: number, count: number, miss_rate: number): KupiecTest {
  requireBetween('count', count, 1, Number.MAX_SAFE_INTEGER);
  requireBetween('misses', misses, 0, count);
  requireBetween('miss rate alpha', miss_rate, 1e-6, 1 - 1e-6);
  if (!Number.isInteger(count) || !Number.isInteger(misses))
    throw new FormulaFailure('not_whole', `${misses} misses of ${count}; give whole numbers.`);
  const logLikelihood = (rate: number) => times(misses, rate) + times(count - misses, 1 - rate);
  const likelihood_ratio = Math.max(0, 2 * (logLikelihood(misses / count) - logLikelihood(miss_rate)));
  return { likelihood_ratio, p_value: 1 - chisquareCdf(likelihood_ratio, 1) };
}

function times(count: number, rate: number): number {
  return count === 0 ? 0 : count * Math.log(rate);
}
