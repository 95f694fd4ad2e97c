/**
 * Cumulative sum (CUSUM) chart of standardised residuals, one step at a time.
 *
 *   lower  S_t = max(0, S_{t-1} - z_t - k), signal of a fall when S_t > h
 *   upper  S_t = max(0, S_{t-1} + z_t - k), signal of a rise when S_t > h
 * Source: Page 1954, Biometrika 41 [M]. A chart starts at 0 and starts again at 0 once its signal was dealt with;
 * only residuals of values whose inputs changed belong on it (residuals.ts). How often it gives a false alarm:
 * run-length.ts; which h: alarm-budget.ts.
 * Units: z, k, h and S in standard deviations. Domain: k >= 0, h > 0, S >= 0. Errors: not_finite, out_of_range.
 * Worked: k = .5, h = 1.5, z = -1, -1.5, -1: lower sums .5, 1.5, 2; the third is a signal.
 */
import { requireBetween, requireFinite } from '../failure.ts';

export interface CusumChart {
  /** k: slack a step, half the shift worth finding. */
  reference_value: number;
  /** h: the sum above which the chart signals. */
  threshold: number;
}

export interface CusumStep {
  /** To be passed to the next step. */
  sum: number;
  signal: boolean;
}

export const CUSUM_START = 0;

/** Watches for a fall. */
export function lowerCusum(previous_sum: number, residual: number, chart: CusumChart): CusumStep {
  return upperCusum(previous_sum, -residual, chart);
}

/** Watches for a rise. */
export function upperCusum(previous_sum: number, residual: number, chart: CusumChart): CusumStep {
  requireChart(chart);
  requireBetween('previous sum', previous_sum, 0, Number.MAX_VALUE);
  requireFinite('standardised residual', residual);
  const sum = Math.max(0, previous_sum + residual - chart.reference_value);
  return { sum, signal: sum > chart.threshold };
}

/** Watches both sides; start with both sums 0. */
export function twoSidedCusum(
  previous: { lower_sum: number; upper_sum: number },
  residual: number,
  chart: CusumChart,
): { lower: CusumStep; upper: CusumStep } {
  return {
    lower: lowerCusum(previous.lower_sum, residual, chart),
    upper: upperCusum(previous.upper_sum, residual, chart),
  };
}

/** @throws FormulaFailure `not_finite` or `out_of_range` */
export function requireChart({ reference_value, threshold }: CusumChart): void {
  requireBetween('reference value k', reference_value, 0, Number.MAX_VALUE);
  requireBetween('threshold h', threshold, Number.MIN_VALUE, Number.MAX_VALUE);
}
