/**
 * Standard error of an area under the ROC curve (AUC) from the two group sizes alone.
 *
 *   SE^2 = (A (1 - A) + (n1 - 1)(Q1 - A^2) + (n0 - 1)(Q2 - A^2)) / (n1 n0), Q1 = A / (2 - A), Q2 = 2 A^2 / (1 + A)
 * Source: Hanley and McNeil 1982, Radiology 143 [M]. At A = 0 or 1 it is 0, which says nothing about certainty.
 * Units: share. Domain: 0 <= A <= 1, whole counts from 1. Errors: not_finite, out_of_range, not_whole.
 * Worked (G17): A = .7, 100 events, 400 others: .0314.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

export function aucStandardError(auc: number, events: number, others: number): number {
  requireBetween('AUC', auc, 0, 1);
  for (const [name, count] of [
    ['events', events],
    ['others', others],
  ] as const) {
    requireBetween(name, count, 1, Number.MAX_SAFE_INTEGER);
    if (!Number.isInteger(count))
      throw new FormulaFailure('not_whole', `${name} is ${count}; give a whole number.`);
  }
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc ** 2) / (1 + auc);
  const variance =
    (auc * (1 - auc) + (events - 1) * (q1 - auc ** 2) + (others - 1) * (q2 - auc ** 2)) / (events * others);
  return Math.sqrt(Math.max(0, variance));
}
