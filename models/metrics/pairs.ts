/**
 * The check that every measure of predictions against outcomes starts with: as many of each, none missing.
 *
 * Errors: FormulaFailure `length_mismatch`, `no_rows`, `not_finite`, `outcome_not_binary`, `out_of_range`.
 * Worked: predictions [.2, 1.5] with outcomes [0, 1] throw `out_of_range`, for 1.5 is no probability.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

/** Finite scores of any scale, outcomes 0 or 1. */
export function requirePairs(scores: readonly number[], outcomes: readonly number[]): void {
  if (scores.length !== outcomes.length)
    throw new FormulaFailure(
      'length_mismatch',
      `${scores.length} predictions for ${outcomes.length} outcomes; give one for each.`,
    );
  if (scores.length === 0) throw new FormulaFailure('no_rows', '0 rows; give at least one.');
  for (const [i, score] of scores.entries()) requireFinite(`prediction ${i}`, score);
  const wrong = outcomes.find((outcome) => outcome !== 0 && outcome !== 1);
  if (wrong !== undefined)
    throw new FormulaFailure('outcome_not_binary', `an outcome is ${wrong}; give 0 or 1.`);
}

/** The same for probabilities. */
export function requireProbabilities(probabilities: readonly number[], outcomes: readonly number[]): void {
  requirePairs(probabilities, outcomes);
  for (const [i, probability] of probabilities.entries())
    requireBetween(`prediction ${i}`, probability, 0, 1);
}
