/**
 * One of several things, each with its weight.
 *
 *   position = least i with w_0 + ... + w_i > u sum(w)
 * Source: inverse transform, Devroye 1986, ch. 3 [M]. Units: those given, the same for all weights. Domain: 0 <= u < 1.
 * Errors: FormulaFailure `bad_weights`.
 * Worked: weights 1, 3: u = .24 gives 0, u = .25 gives 1.
 */
import { FormulaFailure } from '../failure.ts';

/** Position drawn by the uniform number `u`. */
export function weightedPosition(weights: readonly number[], u: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && total < Infinity) || weights.some((weight) => weight < 0))
    throw new FormulaFailure(
      'bad_weights',
      `weights are ${weights.join(', ')}; give none below 0, one above.`,
    );
  let left = u * total;
  for (const [position, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return position;
  }
  return weights.findLastIndex((weight) => weight > 0);
}
