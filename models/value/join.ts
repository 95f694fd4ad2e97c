/**
 * What lies before the methods and after them, for one patent as for many: whether the right has ended, and from the values
 * that the methods gave to the value and the collateral. Formulas and units: models/valuation.ts.
 */
import { collateralValue, legalGate } from '../collateral.ts';
import { haircutOf } from '../haircut.ts';
import { type CalibratedQuantiles, calibrate, calibrationCell } from '../interval/calibration.ts';
import { type Quantiles, scaleQuantiles } from '../quantiles.ts';
import type { CalendarDate, ValuedFacts } from '../types.ts';
import { validityProbability } from './formulas/validity.ts';
import { type MethodValue, type Reconciled, reconcile } from './reconcile.ts';
import { type StandingShift, standingShift } from './standing.ts';
import type { ValuationSetting } from './tables.ts';

export interface JoinedValue {
  reconciled: Reconciled;
  /** Null where no value became known to correct by. */
  corrected: CalibratedQuantiles | null;
  /** By its place in the cohort; null where that is not known. */
  shift: StandingShift | null;
  if_valid: Quantiles;
  validity: number;
  weighted: Quantiles;
  collateral: number;
}

/** How the right ended, as far as known, or null. */
export function endOfRight(
  facts: ValuedFacts,
  { as_of, assumptions }: ValuationSetting,
  expires_on: CalendarDate | null,
): string | null {
  const { status } = legalGate(facts, as_of, assumptions.register_stale_after.value);
  if (status === 'worthless') return facts.legal_state;
  const over = expires_on !== null && as_of >= expires_on;
  return facts.legal_state === 'in_force' && over ? 'expired' : null;
}

/** @param values at least one */
export function joinValues(
  values: readonly MethodValue[],
  { right_type, technology_field, challenges, standing }: ValuedFacts,
  patent_year: number,
  in_force_probability: number,
  { calibration, assumptions }: ValuationSetting,
): JoinedValue {
  const reconciled = reconcile(values);
  const cell = calibrationCell(technology_field, patent_year);
  const corrected = calibration === null ? null : calibrate(reconciled.quantiles, calibration, cell);
  const unmoved = corrected?.quantiles ?? reconciled.quantiles;
  const shift = standing ? standingShift(standing, assumptions) : null;
  const if_valid = shift ? scaleQuantiles(unmoved, shift.factor) : unmoved;
  const validity = validityProbability(assumptions.unchallenged_validity.value, challenges);
  const weighted = scaleQuantiles(if_valid, in_force_probability * validity);
  const collateral = collateralValue(weighted.p50, haircutOf(assumptions, right_type).value);
  return { reconciled, corrected, shift, if_valid, validity, weighted, collateral };
}
