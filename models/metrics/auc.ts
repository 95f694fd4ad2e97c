/**
 * Area under the receiver operating characteristic; its standard error is in hanley-mcneil.ts.
 *
 *   AUC = (R - n1 (n1 + 1) / 2) / (n1 n0), R the sum of the event rows' ranks by score, ties at their mean rank:
 *   the chance that a row with the event scores above one without it, a tie counting one half.
 * Source: Mann and Whitney 1947.
 * Units: shares. Domain: finite scores, outcomes 0 or 1, at least one of each.
 * Errors: FormulaFailure `length_mismatch`, `not_finite`, `outcome_not_binary`, `one_class`.
 * Worked: scores .9, .4 with the event and .5, .1 without: 3 of 4 pairs in order, .75.
 */
import { FormulaFailure } from '../failure.ts';
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

function requireBothClasses(events: number, others: number): void {
  if (!(events >= 1 && others >= 1))
    throw new FormulaFailure(
      'one_class',
      `${events} rows with the event and ${others} without; give at least one of each.`,
    );
}
