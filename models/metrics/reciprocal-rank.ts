/**
 * Mean reciprocal rank: how high the first right answer stands.
 *
 *   mean over questions of 1 / rank of the first relevant answer; 0 for a question whose answers have none
 * Source: Voorhees 1999 [M]. Domain: a list an question, best first, without repeats. Errors: FormulaFailure `empty_sample`.
 * Worked: first right answers at ranks 1, 2 and nowhere: (1 + 1/2 + 0) / 3 = 0.5.
 */
import { FormulaFailure } from '../failure.ts';

export function reciprocalRank(answers: readonly string[], relevant: ReadonlySet<string>): number {
  const place = answers.findIndex((answer) => relevant.has(answer));
  return place === -1 ? 0 : 1 / (place + 1);
}

export function meanOf(reciprocals: readonly number[]): number {
  if (reciprocals.length === 0)
    throw new FormulaFailure('empty_sample', 'There is no question; give at least one.');
  return reciprocals.reduce((sum, each) => sum + each, 0) / reciprocals.length;
}
