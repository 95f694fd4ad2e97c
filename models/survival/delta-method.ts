/**
 * Variance of a function of estimates: g' V g, g its gradient, V the covariance of the estimates.
 *
 * Source: delta method, e.g. Cox and Oakes 1984 [M]. Domain: V positive semi-definite, of the length of g.
 * Errors: none; rounding below 0 is 0. Worked: g (1, 2), V diag(4, 1): 8.
 */
import { dot } from './linear-algebra.ts';

export function deltaVariance(
  gradient: readonly number[],
  covariance: readonly (readonly number[])[],
): number {
  const spread = covariance.map((row) => dot(row, gradient));
  return Math.max(0, dot(gradient, spread));
}
