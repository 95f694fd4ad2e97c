/**
 * Share of a cohort still renewed at each fee, in closed form, with its domain checked.
 *
 *   S_k = 1 - Phi((log z_k - mu) / sigma),  z_k = max_{i <= k} c_i / (1 - d)^i,  log r_0 ~ N(mu, sigma^2)
 * The algebra is that of ../renewal.ts, which also holds the value of a patent given that it is still in force
 * (renewalRange, renewalMean); here it is made safe for parameters that a person or a fit has given.
 *
 * Source: Pakes and Schankerman 1984; Schankerman and Pakes 1986 (algebra [M]).
 * Units: fees and exp(mu) in the same major currency units, real; d a year; one fee a year from the first decision.
 * Domain: fees >= 0, at least one; 0 <= d < 1; sigma > 0. Errors: empty, not_finite, out_of_range.
 * Worked (golden G6): CNIPA invention fees from year 4, mu = log 6000, sigma = 1.8, d = .15: S at years
 * 4, 7, 10, 13, 16, 20 = .8144, .6329, .3758, .2082, .1069, .0543.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../../failure.ts';
import { type ReturnDistribution, renewalSurvival, renewalThresholds } from '../renewal.ts';
import { requireNotNegative, requirePositive } from './domain-checks.ts';

const GREATEST_DECAY = 0.99;

export function cohortSurvival(
  fees: readonly number[],
  decay: number,
  returns: ReturnDistribution,
): number[] {
  if (fees.length === 0)
    throw new FormulaFailure('empty', 'fees are empty; give the fees from the first decision on.');
  for (const fee of fees) requireNotNegative('fee', fee);
  requireBetween('decay', decay, 0, GREATEST_DECAY);
  requireFinite('mu', returns.mu);
  requirePositive('sigma', returns.sigma);
  return renewalSurvival(renewalThresholds(fees, decay), returns);
}
