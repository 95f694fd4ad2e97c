/**
 * Area under the receiver operating characteristic, and its standard error.
 *
 *   AUC = (R - n1 (n1 + 1) / 2) / (n1 n0), R the sum of the event rows' ranks by score, ties at their mean rank:
 *   the chance that a row with the event scores above one without it, a tie counting one half.
 *   SE^2 = (A (1 - A) + (n1 - 1)(Q1 - A^2) + (n0 - 1)(Q2 - A^2)) / (n1 n0), Q1 = A / (2 - A), Q2 = 2 A^2 / (1 + A).
 * Source: Mann and Whitney 1947; Hanley and McNeil 1982.
 * Units: shares. Domain: finite scores, outcomes 0 or 1, at least one of each.
 * Errors: FormulaFailure `length_mismatch`, `not_finite`, `outcome_not_binary`, `one_class`, `out_of_range`.
 * Worked (golden G17): AUC .7 with 100 events and 400 others: SE .0314.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { requirePairs } from './pairs.ts';

export function areaUnderCurve(scores: readonly number[], outcomes: readonly number[]): number {
  requirePairs(scores, outcomes);
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let events = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tiedEvents = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++)
      tiedEvents += outcomes[order[to]!]!;
    rankSum += (tiedEvents * (from + 1 + to)) / 2;
    events += tiedEvents;
    from = to;
  }
  const others = order.length - events;
  requireBothClasses(events, others);
  return (rankSum - (events * (events + 1)) / 2) / (events * others);
}

/** Hanley-McNeil standard error of an AUC measured on so many rows of each class. */
export function aucStandardError(auc: number, events: number, others: number): number {
  requireBetween('auc', auc, 0, 1);
  requireBothClasses(events, others);
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc ** 2) / (1 + auc);
  const sum = auc * (1 - auc) + (events - 1) * (q1 - auc ** 2) + (others - 1) * (q2 - auc ** 2);
  return Math.sqrt(Math.max(0, sum) / (events * others));
}

function requireBothClasses(events: number, others: number): void {
  if (!(events >= 1 && others >= 1))
    throw new FormulaFailure(
      'one_class',
      `${events} rows with the event and ${others} without; give at least one of each.`,
    );
}
