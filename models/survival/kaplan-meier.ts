/**
 * Kaplan-Meier estimate of survival: the step function S(t) = prod_{t_i <= t} (1 - d_i / n_i) of product-limit.ts.
 *
 * Source: Kaplan and Meier 1958; Greenwood 1926.
 * Units: time as given, survival a share. Domain: see times.ts; a time from 0 to the longest one observed. Past that
 * S is unknown unless it has fallen to 0. All censored is no error: S stays 1.
 * Errors: those of times.ts, `out_of_range`, `beyond_follow_up`. Cost: one sort.
 * Worked: times 1, 1+, 6, 6, 8+, 9 (+ censored): S(6) = 5/6 * 2/4 = .41667, standard error .22179.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { type ProductLimitStep, productLimit } from './product-limit.ts';
import {
  countsByTime,
  type Estimate,
  type Observation,
  requireObservations,
  stepAt,
  type TimeCount,
} from './times.ts';

/** Survival from `time` on to the next step. */
export type SurvivalStep = TimeCount & ProductLimitStep;

/** One step for every distinct time, in order. */
export function kaplanMeier(observations: readonly Observation[]): SurvivalStep[] {
  requireObservations(observations);
  const counts = countsByTime(observations);
  const survival = productLimit(counts);
  return counts.map((count, index) => ({ ...count, ...survival[index]! }));
}

/** S(time) of a fitted curve. */
export function survivalAt(curve: readonly SurvivalStep[], time: number): Estimate {
  requireBetween('time', time, 0, Number.MAX_VALUE);
  const last = curve.at(-1)!;
  if (time > last.time && last.survival > 0) {
    throw new FormulaFailure(
      'beyond_follow_up',
      `time is ${time}, the longest one observed ${last.time}; ask for no later time.`,
    );
  }
  const step = stepAt(curve, time);
  if (step === undefined) return { value: 1, standard_error: 0 };
  return { value: step.survival, standard_error: step.standard_error };
}
