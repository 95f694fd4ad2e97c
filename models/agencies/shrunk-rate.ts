/**
 * Rates of many groups, each shrunk towards what is common to all: empirical Bayes with a beta prior.
 *
 *   successes of a group ~ Binomial(trials, p), p ~ Beta(mean * strength, (1 - mean) * strength);
 *   mean and strength maximise the beta-binomial likelihood of all groups times a prior of their own (ours): of the mean
 *   Beta(2, 2), for a single success says little of all groups; of the strength log-normal, of median 10 and log deviation 1,
 *   for few groups, or equal ones, would make it endless, and one group certain by the others.
 * A rate is the posterior mean, (successes + mean * strength) / (trials + strength), with the central 90 % of the posterior.
 * The prior is taken as known, so that with few groups the interval is too narrow.
 * Source: Casella 1985; Robinson 2017 ("Introduction to Empirical Bayes") for the beta prior of rates [M].
 * Domain: 0 <= successes <= trials, fractions allowed (a score of 4 on 1..5 is .75 of one trial). No group: mean 1/2.
 * Worked: 9 of 10 under mean .6 and strength 10: (9 + 6) / 20 = .75; 0 of 0: .6.
 */
import lnGamma from '@stdlib/math-base-special-gammaln';
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { zoomedMaximum } from './zoomed-maximum.ts';

export interface Tally {
  successes: number;
  trials: number;
}

export interface RatePrior {
  mean: number;
  /** In trials: as many of a group's own count as much as the prior. */
  strength: number;
}

export interface ShrunkRate {
  rate: number;
  low: number;
  high: number;
  /** Trials of the group itself. */
  n: number;
}

const STRENGTH_MEDIAN = 10;
const LOG_MEAN_ODDS = [-5, 5] as const;
const LOG_STRENGTH = [0, 8] as const;
/** Central share of the posterior. */
export const RATE_COVERAGE = 0.9;

export function fitRatePrior(tallies: readonly Tally[]): RatePrior {
  const groups = tallies.filter(({ trials }) => trials > 0);
  if (groups.length === 0) return { mean: 0.5, strength: STRENGTH_MEDIAN };
  const { x, y } = zoomedMaximum(
    (log_odds, log_strength) => {
      const prior = { mean: 1 / (1 + Math.exp(-log_odds)), strength: Math.exp(log_strength) };
      const off = log_strength - Math.log(STRENGTH_MEDIAN);
      const of_prior = Math.log(prior.mean * (1 - prior.mean)) - off * off * 0.5;
      return groups.reduce((sum, group) => sum + logLikelihood(group, prior), of_prior);
    },
    [LOG_MEAN_ODDS, LOG_STRENGTH],
  );
  return { mean: 1 / (1 + Math.exp(-x)), strength: Math.exp(y) };
}

/** Of a beta-binomial, without the binomial coefficient, which no prior changes. */
function logLikelihood({ successes, trials }: Tally, { mean, strength }: RatePrior): number {
  const [a, b] = [mean * strength, (1 - mean) * strength];
  return lnBeta(a + successes, b + trials - successes) - lnBeta(a, b);
}

function lnBeta(a: number, b: number): number {
  return lnGamma(a) + lnGamma(b) - lnGamma(a + b);
}

export function shrunkRate({ successes, trials }: Tally, { mean, strength }: RatePrior): ShrunkRate {
  const a = successes + mean * strength;
  const b = trials - successes + (1 - mean) * strength;
  const tail = (1 - RATE_COVERAGE) / 2;
  return {
    rate: a / (a + b),
    low: betaQuantile(tail, a, b),
    high: betaQuantile(1 - tail, a, b),
    n: trials,
  };
}
