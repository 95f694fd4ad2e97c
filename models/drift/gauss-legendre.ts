/**
 * Nodes and weights of Gauss-Legendre quadrature on [-1, 1].
 *
 *   integral of f = sum_i w_i f(x_i); x_i are the roots of the Legendre polynomial P_n, found by Newton's method from
 *   cos(pi (i - 1/4) / (n + 1/2)); w_i = 2 / ((1 - x_i^2) P_n'(x_i)^2). Exact for polynomials to degree 2n - 1.
 * Source: Abramowitz and Stegun 1964, 25.4.29 [M].
 * Units: none. Domain: a whole n from 2 to 200. Errors: not_finite, out_of_range, not_whole.
 * Worked: n = 2 gives nodes -.577350, .577350 and weights 1, 1.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

const NEWTON_STEPS = 8;

export interface QuadratureRule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

export function gaussLegendre(count: number): QuadratureRule {
  requireBetween('node count', count, 2, 200);
  if (!Number.isInteger(count))
    throw new FormulaFailure('not_whole', `node count is ${count}; give a whole number.`);
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = count; i >= 1; i--) {
    let node = Math.cos((Math.PI * (i - 0.25)) / (count + 0.5));
    for (let step = 0; step < NEWTON_STEPS; step++) {
      const { value, slope } = legendre(count, node);
      node -= value / slope;
    }
    nodes.push(node);
    weights.push(2 / ((1 - node ** 2) * legendre(count, node).slope ** 2));
  }
  return { nodes, weights };
}

/** P_n and its derivative, by the three-term recurrence. */
function legendre(degree: number, x: number) {
  let before = 1;
  let value = x;
  for (let n = 2; n <= degree; n++) {
    const next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
    before = value;
    value = next;
  }
  return { value, slope: (degree * (x * value - before)) / (x ** 2 - 1) };
}
