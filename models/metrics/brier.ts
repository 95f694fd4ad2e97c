/**
 * Brier score: the mean squared difference of probability and outcome; less is better.
 *
 *   B = 1/n sum (p_i - y_i)^2
 * Source: Brier 1950. Units: squared probability, 0 to 1. Domain: p in [0, 1], y 0 or 1, at least one row.
 * Errors: those of pairs.ts.
 * Worked: p = (.9, .2), y = (1, 0): (.01 + .04) / 2 = .025.
 */
import { requireProbabilities } from './pairs.ts';

export function brierScore(probabilities: readonly number[], outcomes: readonly number[]): number {
  requireProbabilities(probabilities, outcomes);
  const sum = probabilities.reduce((total, p, i) => total + (p - outcomes[i]!) ** 2, 0);
  return sum / probabilities.length;
}
