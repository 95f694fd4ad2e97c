/**
 * One range from the ranges of several methods, joined on the log scale by precision.
 *
 * y_i = log mid_i, s_i = (log high_i - log low_i) / (2 * 1.2816) (low and high bound the central 80 %), w_i = 1 / s_i^2.
 * Between-method variance (DerSimonian and Laird 1986, moment estimator):
 *   tau^2 = max(0, (sum w_i (y_i - ybar)^2 - (k - 1)) / (sum w_i - sum w_i^2 / sum w_i)).
 * Weights w*_i = 1 / (s_i^2 + tau^2), normalised; mid = exp(sum w*_i y_i).
 * Half-width each side, separately: sqrt(sum w*_i half_i^2 + (1.2816 tau)^2). The within part is averaged, not
 * divided by k: the methods share survival and decay, so agreement must not narrow the range, and disagreement
 * widens it. One method gives its own range back.
 *
 * Units: major currency units. Values under one unit count as one in the logarithm. s_i is at least .05, so that no
 * method claims to be exact. Domain: low <= mid <= high, at least one range. Errors: RangeError when none.
 * Worked: (1, 10, 100) and (1, 10, 100) give (1, 10, 100).
 */
import type { Range } from '../types.ts';

/** Standard normal quantile at .9. */
const Z90 = 1.2815515655446004;
const LEAST_VALUE = 1;
const LEAST_LOG_SD = 0.05;

export interface Reconciled {
  range: Range;
  /** Normalised weight of each method, in the order given. */
  weights: number[];
  /** Between-method standard deviation of the log value. */
  tau: number;
}

export function reconcile(ranges: readonly Range[]): Reconciled {
  const only = ranges[0];
  if (only === undefined) throw new RangeError('no range to reconcile: pass at least one');
  if (ranges.length === 1) return { range: only, weights: [1], tau: 0 };
  const logs = ranges.map(logRange);
  const tau2 = betweenVariance(logs);
  const raw = logs.map(({ sd }) => 1 / (sd ** 2 + tau2));
  const total = sum(raw);
  const weights = raw.map((weight) => weight / total);
  const mid = sum(logs.map(({ y }, i) => weights[i]! * y));
  const halfWidth = (side: 'below' | 'above') =>
    Math.sqrt(sum(logs.map((log, i) => weights[i]! * log[side] ** 2)) + Z90 ** 2 * tau2);
  return {
    range: {
      low: Math.exp(mid - halfWidth('below')),
      mid: Math.exp(mid),
      high: Math.exp(mid + halfWidth('above')),
    },
    weights,
    tau: Math.sqrt(tau2),
  };
}

interface LogRange {
  y: number;
  below: number;
  above: number;
  sd: number;
}

function logRange(range: Range): LogRange {
  const log = (value: number) => Math.log(Math.max(value, LEAST_VALUE));
  const y = log(range.mid);
  const below = y - log(range.low);
  const above = log(range.high) - y;
  return { y, below, above, sd: Math.max((below + above) / (2 * Z90), LEAST_LOG_SD) };
}

function betweenVariance(logs: LogRange[]): number {
  const weights = logs.map(({ sd }) => sd ** -2);
  const total = sum(weights);
  const mean = sum(logs.map(({ y }, i) => weights[i]! * y)) / total;
  const q = sum(logs.map(({ y }, i) => weights[i]! * (y - mean) ** 2));
  const scale = total - sum(weights.map((weight) => weight ** 2)) / total;
  return Math.max(0, (q - (logs.length - 1)) / scale);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
