/**
 * Reciprocal ranks of a ranked list against what is relevant.
 *
 *   first = 1 / rank of the first relevant one; each = mean over the relevant ones of 1 / rank, others of them left out before it
 * One that is not in the list counts nought. Source: Voorhees 1999 (TREC-8), whose mean over questions is MRR [M].
 * Units: none, 0 to 1. Domain: at least one relevant. Errors: FormulaFailure `empty_sample`.
 * Worked: x, a, b with a and b relevant: first 1/2; each (1/2 + 1/2) / 2 = 1/2.
 */
import { FormulaFailure } from '../failure.ts';

export interface ReciprocalRanks {
  first: number;
  each: number;
}

export function reciprocalRanks(list: readonly string[], relevant: ReadonlySet<string>): ReciprocalRanks {
  if (relevant.size === 0)
    throw new FormulaFailure('empty_sample', 'Nothing is relevant; name at least one for every question.');
  let others = 0;
  let sum = 0;
  let first = 0;
  for (const one of list)
    if (relevant.has(one)) {
      if (first === 0) first = 1 / (1 + others);
      sum += 1 / (1 + others);
    } else others++;
  return { first, each: sum / relevant.size };
}
