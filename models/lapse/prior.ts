/**
 * Gaussian priors of the lapse hazard, on the logit scale.
 *
 * Constant: published yearly hazards after grant are .044, .072 and .063 over the three fee stages of the United
 * States cohort issued in 1996 (84 %, 63 %, 49 % of patents still paid). Their middle, .058 = (.044 + .072) / 2, is
 * the mean; sd .5 puts 95 % of the prior between .023 and .14, wide because it is carried to another office.
 * Age terms: those three hazards show no clear slope, so mean 0 (age and its square move by about 1 over a life).
 * Slopes: mean 0, sd .5 a unit: odds ratios between .38 and 2.7 before any data.
 * With few or no events the prior carries the estimate, and the covariance says so.
 * Worked: logit(.058) = -2.787.
 */
import { COVARIATES } from './covariates.ts';
import type { Prior } from './types.ts';

const BASE_HAZARD_per_year = 0.058;
const PRIOR_SD = 0.5;

export const LAPSE_PRIOR: readonly Prior[] = COVARIATES.map((name) => ({
  mean: name === 'constant' ? Math.log(BASE_HAZARD_per_year / (1 - BASE_HAZARD_per_year)) : 0,
  sd: PRIOR_SD,
}));
