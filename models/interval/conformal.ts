/**
 * Split conformal intervals of a value from the errors on patents that the model was not fitted to.
 *
 *   s_i = |y_i - yhat_i|, y = log value;  q = the ceil((n + 1)(1 - alpha))-th smallest of n scores;
 *   interval [exp(yhat - q), exp(yhat + q)]
 * It holds the value with chance >= 1 - alpha when the new patent and the calibration patents are exchangeable, on
 * average over all of them (for a cell of its own: mondrian.ts). With n < ceil(1 / alpha) - 1 the rank is beyond n:
 * no finite interval has that coverage, so the bounds are 0 and null, with a note.
 * Source: Vovk et al. 2005; Lei et al. 2018 [M].
 * Units: natural logarithm of money in, major money units out. Domain: 0 < alpha < 1, scores >= 0, n >= 1.
 * Errors: not_finite, out_of_range, empty_sample.
 * Worked (G15): n = 200, alpha = .1: the 181st smallest.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

/** (n + 1) alpha that is whole in decimals may fall short of it in binary. */
const ROUNDING = 1e-9;

export interface ConformalInterval {
  low: number;
  /** Null: no bound. */
  high: number | null;
  /** Why a bound is missing; null when both are there. */
  note: string | null;
}

/** Rank from 1 of the score that bounds; null when there are too few. */
export function conformalRank(count: number, miss_rate: number): number | null {
  requireMissRate(miss_rate);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new FormulaFailure('empty_sample', `${count} calibration scores; give at least one.`);
  const rank = count + 1 - Math.floor((count + 1) * miss_rate + ROUNDING);
  return rank > count ? null : rank;
}

/** q for scores in any order; null when there are too few. Cost: one sort. */
export function conformalQuantile(scores: readonly number[], miss_rate: number): number | null {
  const rank = conformalRank(scores.length, miss_rate);
  const sorted = Float64Array.from(scores, (score) => requireFinite('calibration score', score)).sort();
  return rank === null ? null : sorted[rank - 1]!;
}

/** s of one calibration patent. */
export function absoluteLogError(log_value: number, predicted_log_value: number): number {
  return Math.abs(
    requireFinite('log value', log_value) - requireFinite('predicted log value', predicted_log_value),
  );
}

/** `half_width` is the conformalQuantile of absolute log errors. */
export function conformalInterval(predicted_log_value: number, half_width: number | null): ConformalInterval {
  requireFinite('predicted log value', predicted_log_value);
  if (half_width === null) return { low: 0, high: null, note: TOO_FEW };
  requireBetween('half-width', half_width, 0, Number.MAX_VALUE);
  return {
    low: Math.exp(predicted_log_value - half_width),
    high: moneyOf(predicted_log_value + half_width),
    note: null,
  };
}

export const TOO_FEW = 'too few calibration patents for this coverage: no finite bound has it';

/** Money of a log value. @throws FormulaFailure `not_finite` when it is beyond the largest number */
export function moneyOf(log_value: number): number {
  return requireFinite(`value with logarithm ${log_value}`, Math.exp(log_value));
}

/** @throws FormulaFailure `not_finite` or `out_of_range` */
export function requireMissRate(miss_rate: number): void {
  requireBetween('miss rate alpha', miss_rate, 1e-6, 1 - 1e-6);
}
