/**
 * Survival that a Cox fit predicts for one subject, with its standard error.
 *
 *   S(t | x) = exp(-H), H = r H_0(t), r = exp(b'z), z = x less the means of the fit;
 *   var H = r^2 [Q(t) + g'Vg], g = z H_0(t) - G(t);  standard error of S = S sqrt(var H)        (delta method)
 * Source: Tsiatis 1981; Link 1984; Therneau and Grambsch 2000, ch. 10. H_0, Q, G: cox-baseline.ts.
 * Units: time as in the fit, S a share. Domain: a time from 0 to the longest one of the fit, finite covariates.
 * Errors: `out_of_range`, `not_finite`, `length_mismatch`, `beyond_follow_up`.
 * Worked: the Breslow fit of cox.ts, x = 0: H(6) = 1/3 with variance 1/9, S(6) = exp(-1/3) = .716531, error .238844.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import type { CoxFit } from './cox.ts';
import { deltaVariance } from './delta-method.ts';
import { requireRow } from './design.ts';
import { dot } from './linear-algebra.ts';
import { stepAt } from './times.ts';

export function coxSurvival(
  fit: CoxFit,
  covariates: readonly number[],
  time: number,
): { value: number; standard_error: number } {
  requireRow(covariates, 0, fit.coefficients.length);
  requireBetween('time', time, 0, Number.MAX_VALUE);
  if (time > fit.followed_to) {
    throw new FormulaFailure(
      'beyond_follow_up',
      `time is ${time}, the longest one of the fit ${fit.followed_to}; ask for no later time.`,
    );
  }
  const step = stepAt(fit.baseline, time);
  if (step === undefined) return { value: 1, standard_error: 0 };
  const shifted = covariates.map((value, index) => value - fit.covariate_means[index]!);
  const ratio = Math.exp(dot(shifted, fit.coefficients));
  const gradient = shifted.map((value, index) => value * step.cumulative_hazard - step.mean_hazard[index]!);
  const hazard_error = ratio * Math.sqrt(step.variance + deltaVariance(gradient, fit.covariance));
  const value = Math.exp(-ratio * step.cumulative_hazard);
  return { value, standard_error: value * hazard_error };
}
