/**
 * Exponentially weighted moving average (EWMA) chart of standardised residuals, one step at a time.
 *
 *   E_t = lambda z_t + (1 - lambda) E_{t-1}, E_0 = 0
 *   signal when |E_t| > L sqrt(lambda / (2 - lambda) (1 - (1 - lambda)^{2t}))
 * The limits are the exact ones of step t, so the first steps are judged by narrow limits; they widen to the constant
 * limits for which run-length.ts gives the run length. Source: Roberts 1959; Lucas and Saccucci 1990 [M].
 * Units: standard deviations. Domain: 0 < lambda <= 1, L > 0. Errors: not_finite, out_of_range, not_whole.
 * Worked: lambda = .2, L = 2.962, z_1 = -3: E_1 = -.6, limit .5924, signal `fall`.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

export interface EwmaChart {
  /** lambda: weight of the newest residual. */
  smoothing: number;
  /** L: half-width of the limits in standard deviations of the average. */
  limit_width: number;
}

export interface EwmaState {
  average: number;
  /** Residuals seen so far. */
  count: number;
}

export interface EwmaStep {
  /** To be passed to the next step. */
  state: EwmaState;
  limit: number;
  signal: 'fall' | 'rise' | null;
}

export const EWMA_START: EwmaState = { average: 0, count: 0 };

export function stepEwma(previous: EwmaState, residual: number, chart: EwmaChart): EwmaStep {
  requireFinite('average', previous.average);
  requireFinite('standardised residual', residual);
  const count = previous.count + 1;
  const limit = ewmaLimit(chart, count);
  const average = chart.smoothing * residual + (1 - chart.smoothing) * previous.average;
  const signal = average < -limit ? 'fall' : average > limit ? 'rise' : null;
  return { state: { average, count }, limit, signal };
}

/** Half-width of the limits after `count` residuals; Infinity gives the constant limit they widen to. */
export function ewmaLimit({ smoothing, limit_width }: EwmaChart, count: number): number {
  requireBetween('smoothing lambda', smoothing, Number.MIN_VALUE, 1);
  requireBetween('limit width L', limit_width, Number.MIN_VALUE, Number.MAX_VALUE);
  if (count !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(count) && count >= 1))
    throw new FormulaFailure('not_whole', `count is ${count}; give a whole number from 1.`);
  return limit_width * Math.sqrt((smoothing / (2 - smoothing)) * (1 - (1 - smoothing) ** (2 * count)));
}
