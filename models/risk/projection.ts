/**
 * What a valuation would say at a horizon if nothing but time passed: no notice came, and the register went on being
 * heard of. Beside it the chance that a termination notice does come by then.
 *
 * The value falls as the term runs out, dips while an annuity is due and unconfirmed, and is nil once the nominal term
 * ends. Facts stay as they are.
 *
 * Units: major units of VALUATION_CURRENCY; probability. Domain: inputs of a patent that has a value, or is worthless.
 * Errors: null where the value is or becomes unknown.
 * Worked: a patent worth 100 on which nothing falls due in 30 days, decay aside, projects to 100 with chance 0.
 */
import { addDays } from '../calendar.ts';
import { noticeProbability } from '../lapse/notice-hazard.ts';
import { predictLapse } from '../lapse/predict.ts';
import { type ValuationInputs, valuePatent } from '../valuation.ts';

/** How far ahead a pledge is looked at, in days. */
export const HORIZONS_days = [30, 90, 180] as const;

export interface Projection {
  value: number;
  notice_probability: number;
}

export function projectPatent(inputs: ValuationInputs, horizon_days: number): Projection | null {
  const on = addDays(inputs.as_of, horizon_days);
  const { register_late: _, ...facts } = inputs.facts;
  const { weighted, status } = valuePatent({
    ...inputs,
    as_of: on,
    facts: { ...facts, register_seen_on: on },
  });
  if (weighted === null) return null;
  if (status === 'worthless') return { value: 0, notice_probability: 0 };
  const { annuities } = predictLapse(
    inputs.lapse_model,
    inputs.facts,
    inputs.facts.granted_on!,
    inputs.as_of,
  );
  return {
    value: weighted.p50,
    notice_probability: noticeProbability(annuities, inputs.as_of, horizon_days),
  };
}
