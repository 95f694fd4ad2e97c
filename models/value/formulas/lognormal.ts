/**
 * The lognormal distribution of patent values: from what surveys publish to its quantiles.
 *
 *   sigma = sqrt(2 log(mean / median)),  mu = log median,  quantile(p) = exp(mu + sigma Phi^-1(p)),
 *   mean = exp(mu + sigma^2 / 2),  share of all value in the top q = Phi(sigma - Phi^-1(1 - q))
 *
 * Source: algebra; lognormal tail of patent values after Harhoff, Scherer and Vopel 1997.
 * Units: value in any one unit; sigma and mu in its logarithm; p and q as shares.
 * Domain: 0 < median < mean, sigma > 0, 0 < p < 1, 0 < q < 1. Errors: not_finite, out_of_range, mean_not_above_median.
 * Worked (golden G23): mean / median = 10 gives sigma = 2.14597; 8.04 / .75 gives 2.17812; at 2.146 the top
 * 1, 5 and 10 % hold 43, 69 and 81 % of the value.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { FormulaFailure, requireFinite } from '../../failure.ts';
import { requirePositive } from './domain-checks.ts';

/** log X ~ N(mu, sigma^2). */
export interface Lognormal {
  mu: number;
  sigma: number;
}

export function lognormalFromMeanAndMedian(mean: number, median: number): Lognormal {
  requirePositive('mean', mean);
  requirePositive('median', median);
  if (mean <= median) {
    throw new FormulaFailure(
      'mean_not_above_median',
      `The mean ${mean} is not above the median ${median}; a lognormal has a mean above its median.`,
    );
  }
  return { mu: Math.log(median), sigma: Math.sqrt(2 * Math.log(mean / median)) };
}

/** The lognormal with share `1 - 2 tail` of its mass between `low` and `high`, and `tail` on either side. */
export function lognormalFromRange(low: number, high: number, tail: number): Lognormal {
  requirePositive('low', low);
  requirePositive('high', high);
  requireOpenShare('tail', tail, 0.5);
  if (high <= low)
    throw new FormulaFailure('out_of_range', `high is ${high}; give a number above low, ${low}.`);
  const width = -2 * normalQuantile(tail, 0, 1);
  return { mu: (Math.log(low) + Math.log(high)) / 2, sigma: Math.log(high / low) / width };
}

export function lognormalQuantile(p: number, distribution: Lognormal): number {
  requireOpenShare('p', p, 1);
  requireLognormal(distribution);
  return Math.exp(distribution.mu + distribution.sigma * normalQuantile(p, 0, 1));
}

export function lognormalMean(distribution: Lognormal): number {
  requireLognormal(distribution);
  return Math.exp(distribution.mu + distribution.sigma ** 2 / 2);
}

/** Share of the total held by the most valuable share `top`. */
export function lognormalTopShare(top: number, distribution: Lognormal): number {
  requireOpenShare('top', top, 1);
  requireLognormal(distribution);
  return normalCdf(distribution.sigma + normalQuantile(top, 0, 1), 0, 1);
}

export function requireLognormal({ mu, sigma }: Lognormal): void {
  requireFinite('mu', mu);
  requirePositive('sigma', sigma);
}

function requireOpenShare(name: string, value: number, below: number): void {
  requirePositive(name, value);
  if (value >= below)
    throw new FormulaFailure('out_of_range', `${name} is ${value}; give a share below ${below}.`);
}
