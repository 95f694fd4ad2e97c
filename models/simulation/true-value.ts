/**
 * The value that a simulated patent in force truly has: the renewal value at its owner's own return.
 *
 *   V = remaining share of the running year * r_now + sum over the annuities that the owner will pay of b^years (r_k - c_k)
 * with V(r) of value/renewal.ts. Where the patent stands between its annuities follows the rule of value/renewal-method.ts,
 * but is worked out here on its own, so that the truth does not come from what is put to the test.
 * Units: CNY, major units. Domain: in force on `as_of`, granted, with at least one annuity. Errors: not_in_force.
 * Worked: filed 2006-01-01, granted 2009-07-01, r = 100,000, on 2025-01-01: the sixteenth and last annuity is paid, one
 * year is left and brings 100,000 (.85)^15 = 8,735.42.
 */
import { annuities, patentYear } from '../annuity/cnipa.ts';
import { addYears, yearsBetween } from '../calendar.ts';
import { FormulaFailure } from '../failure.ts';
import type { CalendarDate } from '../types.ts';
import { type RenewalPosition, renewalThresholds, renewalValue, scheduleOf } from '../value/renewal.ts';
import { DECAY, DISCOUNT_FACTOR } from './renewal-world.ts';
import { inForce, type SimulatedPatent } from './simulated-patent.ts';

export function trueValue(patent: SimulatedPatent, as_of: CalendarDate): number {
  if (!inForce(patent, as_of))
    throw new FormulaFailure(
      'not_in_force',
      `patent ${patent.facts.application_number} is not in force on ${as_of}; it has no value in force.`,
    );
  return renewalValue(scheduleOf(positionOf(patent, as_of), DECAY, DISCOUNT_FACTOR), patent.initial_return);
}

function positionOf({ facts, granted_on }: SimulatedPatent, as_of: CalendarDate): RenewalPosition {
  const due = annuities(facts.right_type, facts.filed_on, granted_on);
  const thresholds = renewalThresholds(
    due.map(({ amount }) => amount),
    DECAY,
  );
  const paid = due.filter(({ due_on }) => due_on <= as_of).length;
  const running_year = patentYear(facts.filed_on, as_of);
  return {
    remaining_share: yearsBetween(as_of, addYears(facts.filed_on, running_year)),
    years_since_first: running_year - due[0]!.patent_year,
    paid_threshold: thresholds[paid - 1] ?? 0,
    future: due.slice(paid).map(({ amount, due_on }, index) => ({
      fee: amount,
      years_ahead: yearsBetween(as_of, due_on),
      years_since_first: paid + index,
      threshold: thresholds[paid + index]!,
    })),
  };
}
