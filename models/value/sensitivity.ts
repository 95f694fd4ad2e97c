/**
 * How the weighted median of one patent moves with each assumption, one at a time.
 *
 *   change = median with the assumption a fifth less or more / median - 1, held inside the assumption's domain
 * Units: changes as shares. Errors: none; null where the patent has no value above 0 to start from.
 * Worked: docs/models/valuation.md.
 */
import type { Assumptions } from '../assumptions.ts';
import { type ValuationInputs, valuePatent } from '../valuation.ts';

const STEP = 0.2;

/** A fifth more would leave the domain: nobody discounts by more than 1, and certain validity could never be moved. */
const GREATEST: Partial<Record<keyof Assumptions, number>> = {
  renewal_discount_factor: 1,
  unchallenged_validity: 0.99,
  royalty_revenue_share: 1,
};

export interface Swing {
  name: keyof Assumptions;
  less: number;
  more: number;
  change_at_less: number;
  change_at_more: number;
}

/** One for each assumption that is used, the widest first. */
export function sensitivity(inputs: ValuationInputs): Swing[] | null {
  const { assumptions } = inputs;
  const medianWith = (changed: Assumptions) =>
    valuePatent({ ...inputs, assumptions: changed }).weighted?.p50 ?? 0;
  const base = medianWith(assumptions);
  if (base === 0) return null;
  const swings = (Object.keys(assumptions) as (keyof Assumptions)[]).map((name) => {
    const assumption = assumptions[name];
    const less = assumption.value * (1 - STEP);
    const more = Math.min(assumption.value * (1 + STEP), GREATEST[name] ?? Number.POSITIVE_INFINITY);
    const changeAt = (value: number) =>
      medianWith({ ...assumptions, [name]: { ...assumption, value } }) / base - 1;
    return { name, less, more, change_at_less: changeAt(less), change_at_more: changeAt(more) };
  });
  return swings.sort((a, b) => swingWidth(b) - swingWidth(a));
}

/** Between the ends of a swing and where it started. */
export function swingWidth({ change_at_less, change_at_more }: Swing): number {
  return Math.max(0, change_at_less, change_at_more) - Math.min(0, change_at_less, change_at_more);
}
