/**
 * Survival that a Weibull fit predicts for one subject, with its standard error.
 *
 *   S(t | x) = exp(-exp z), z = (log t - a - b'x) / scale;
 *   gradient of z in (a, b, log scale): -(1, x, log t - a - b'x) / scale;
 *   standard error of S = S exp(z) sqrt(g'Vg)        (delta method)
 * Source: Kalbfleisch and Prentice 2002, ch. 3. Units: time as in the fit, S a share.
 * Domain: times from 0 on: past the follow-up of the fit it extrapolates the Weibull form.
 * Errors: `out_of_range`, `not_finite`, `length_mismatch`.
 * Worked: a = 2, scale = .5, t = 5: z = -.78112, S = .63262; covariance diag(.01, .04): standard error .07351.
 */
import { requireBetween } from '../failure.ts';
import { deltaVariance } from './delta-method.ts';
import { requireRow } from './design.ts';
import { dot } from './linear-algebra.ts';
import type { WeibullFit } from './weibull.ts';

export function weibullSurvival(
  { coefficients, scale, covariance }: Pick<WeibullFit, 'coefficients' | 'scale' | 'covariance'>,
  covariates: readonly number[],
  time: number,
): { value: number; standard_error: number } {
  requireRow(covariates, 0, coefficients.length - 1);
  requireBetween('time', time, 0, Number.MAX_VALUE);
  if (time === 0) return { value: 1, standard_error: 0 };
  const row = [1, ...covariates];
  const residual = Math.log(time) - dot(row, coefficients);
  const hazard = Math.exp(residual / scale);
  const value = Math.exp(-hazard);
  const gradient = [...row, residual].map((derivative) => -derivative / scale);
  // Past this the survival is 0 to the last digit, and 0 times an infinite hazard would be no number.
  if (value === 0) return { value, standard_error: 0 };
  return { value, standard_error: value * hazard * Math.sqrt(deltaVariance(gradient, covariance)) };
}
