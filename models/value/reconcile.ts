/**
 * One distribution from those of several methods, joined on the log scale by precision.
 *
 *   w_i = (1 / e_i^2) / sum_j (1 / e_j^2),  y_i = log p50_i,  log p50 = sum w_i y_i
 *   log q(p) = log p50 -+ sqrt(sum w_i (log q_i(p) - y_i)^2 + z_p^2 sum w_i (y_i - log p50)^2)
 * e_i is the log error of the method itself, the same for every patent. Were it taken from the patent's own spread, a good
 * word (a fee paid) could lower the value by moving weight; so each method's median moves the value its own way only.
 * The spread within the methods is averaged and not divided by their number: they share survival and decay, so
 * agreement must not narrow the distribution. The spread between them widens it. One method gives its own back.
 *
 * Source: logarithmic opinion pool (Genest and Zidek 1986) with inverse-variance weights; the width is the pool's
 * total variance, ours. Units: major currency units; values under one unit count as one in the logarithm.
 * Domain: quantiles that never fall, e_i > 0, at least one method. Errors: RangeError when none.
 * Worked: medians 10 and 1,000 with e = 1 and 1: 100; with e = 1 and 2: weights .8 and .2, so 10^1.4 = 25.1.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { mapQuantiles, type Quantiles, quantilesOf } from '../quantiles.ts';

const LEAST_VALUE = 1;

export interface MethodValue {
  quantiles: Quantiles;
  /** Standard deviation of the method's error in log value. */
  log_error: number;
}

export interface Reconciled {
  quantiles: Quantiles;
  /** Weight of each method, in the order given; they sum to 1. */
  weights: number[];
  /** Standard deviation between the methods' log medians. */
  disagreement: number;
}

export function reconcile(methods: readonly MethodValue[]): Reconciled {
  const only = methods[0];
  if (only === undefined) throw new RangeError('no method to reconcile: pass at least one');
  if (methods.length === 1) return { quantiles: only.quantiles, weights: [1], disagreement: 0 };
  const precisions = methods.map(({ log_error }) => log_error ** -2);
  const total = sum(precisions);
  const weights = precisions.map((precision) => precision / total);
  const logs = methods.map(({ quantiles }) => logarithms(quantiles));
  const weighted = (term: (log: Quantiles) => number) => sum(logs.map((log, i) => weights[i]! * term(log)));
  const middle = weighted(({ p50 }) => p50);
  const between = weighted(({ p50 }) => (p50 - middle) ** 2);
  const quantiles = quantilesOf((p, level) => {
    const within = weighted((log) => (log[level] - log.p50) ** 2);
    const distance = Math.sqrt(within + normalQuantile(p, 0, 1) ** 2 * between);
    return Math.exp(middle + Math.sign(p - 0.5) * distance);
  });
  return { quantiles, weights, disagreement: Math.sqrt(between) };
}

function logarithms(quantiles: Quantiles): Quantiles {
  return mapQuantiles(quantiles, (value) => Math.log(Math.max(value, LEAST_VALUE)));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
