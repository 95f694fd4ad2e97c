/**
 * Cost floor: what it would cost today to reproduce the patented development, less what has become obsolete.
 *
 *   V = (1 + profit) sum_i c_i (I_now / I_i) (1 - functional) (1 - economic)
 * c_i: a cost as it was spent; I: price index in the year of spending and now; functional: share lost to better
 * technology; economic: share lost to the market. A patent does not wear, so there is no physical loss.
 * The cost says what a buyer would save by not developing, not what the patent earns: a floor, no value on its own.
 *
 * Source: cost approach of IVS 210 [M]. Units: money in one currency, index in any base, shares.
 * Domain: at least one item, c_i >= 0, I > 0, shares 0 to 1, profit >= 0.
 * Errors: empty, not_finite, out_of_range, index_missing.
 * Worked: 100 spent at index 80 and 50 at 100, now 120: (150 + 60) 1.1 (1 - .2)(1 - .1) = 166.32.
 */
import { FormulaFailure, requireBetween } from '../../failure.ts';
import { requireNotNegative, requirePositive } from './domain-checks.ts';

export interface CostItem {
  amount: number;
  year: number;
}

export interface ReproductionTerms {
  items: readonly CostItem[];
  /** Price index by year. */
  index: ReadonlyMap<number, number>;
  valuation_year: number;
  /** What a developer would have earned on the cost, as a share of it. */
  profit: number;
  functional_obsolescence: number;
  economic_obsolescence: number;
}

export function reproductionCost(terms: ReproductionTerms): number {
  const { items, index, valuation_year, profit, functional_obsolescence, economic_obsolescence } = terms;
  if (items.length === 0)
    throw new FormulaFailure('empty', 'There are no cost items; give what was spent and when.');
  requireNotNegative('profit', profit);
  requireBetween('functional_obsolescence', functional_obsolescence, 0, 1);
  requireBetween('economic_obsolescence', economic_obsolescence, 0, 1);
  const now = indexOf(index, valuation_year);
  let cost_now = 0;
  for (const { amount, year } of items) {
    cost_now += requireNotNegative('amount', amount) * (now / indexOf(index, year));
  }
  return cost_now * (1 + profit) * (1 - functional_obsolescence) * (1 - economic_obsolescence);
}

function indexOf(index: ReadonlyMap<number, number>, year: number): number {
  const level = index.get(year);
  if (level === undefined) {
    throw new FormulaFailure(
      'index_missing',
      `The price index has no year ${year}; add it or leave the item out.`,
    );
  }
  return requirePositive(`index of ${year}`, level);
}
