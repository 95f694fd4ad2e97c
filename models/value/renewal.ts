/**
 * Deterministic renewal value of a patent in force (Pakes and Schankerman 1984; Schankerman and Pakes 1986).
 *
 * The yearly return falls at rate d: r_k = r (1 - d)^k, k in years since the first renewal decision. The owner pays
 * the fee c_k while r_k >= c_k, hence while r >= z_k = max_{i <= k} c_i / (1 - d)^i, and drops for good otherwise:
 *   V(r) = remaining share of the running, paid year * r_now + sum over due dates with r >= z_k of
 *          b^(years to it) (r (1 - d)^k - c_k).
 * log r ~ N(mu, sigma^2) at the first decision, cut below the largest z already paid, since a patent in force has
 * shown at least that return. Survival S_k = 1 - Phi((log z_k - mu) / sigma).
 * V rises with r, so the p-quantile of V is V at the p-quantile of r; the mean is the truncated lognormal's.
 * This is an option value: the owner may drop each year, so it is never negative.
 *
 * Units: returns, fees and value in major currency units, real; d a year; b a yearly discount factor.
 * Domain: 0 < d < 1, 0 < b <= 1, sigma > 0, fees not falling. Errors: none; outside the domain the result is NaN.
 * Worked (golden G6): CNIPA invention fees from year 4, mu = log 6000, sigma = 1.8, d = .15: S at years
 * 4, 7, 10, 13, 16, 20 = .8144, .6329, .3758, .2082, .1069, .0543; with b = .9 the median value is 13,279.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { type Quantiles, quantilesOf } from '../quantiles.ts';

/** One renewal still to be decided. */
export interface RenewalDecision {
  fee: number;
  /** Years from the valuation date to the due date. */
  years_ahead: number;
  /** Years from the first renewal decision to this one. */
  years_since_first: number;
  /** Least initial return at which the owner still renews here. */
  threshold: number;
}

/** Where a patent in force stands between its renewal decisions. */
export interface RenewalPosition {
  /** Share of the running patent year that is left, 0 to 1. */
  remaining_share: number;
  /** Years from the first renewal decision to the running patent year; -1 before it. */
  years_since_first: number;
  /** Largest threshold already paid; 0 when none. */
  paid_threshold: number;
  future: RenewalDecision[];
}

export interface ReturnDistribution {
  mu: number;
  sigma: number;
}

/** z_k for the fees from the first renewal decision on. */
export function renewalThresholds(fees: readonly number[], decay: number): number[] {
  let largest = 0;
  return fees.map((fee, k) => {
    largest = Math.max(largest, fee / (1 - decay) ** k);
    return largest;
  });
}

/** S_k: share of patents still renewed at each threshold. */
export function renewalSurvival(thresholds: readonly number[], { mu, sigma }: ReturnDistribution): number[] {
  return thresholds.map((threshold) => normalCdf((mu - Math.log(threshold)) / sigma, 0, 1));
}

/** V(r) for an initial return r. */
export function renewalValueOfReturn(
  position: RenewalPosition,
  initial_return: number,
  decay: number,
  discount_factor: number,
): number {
  let value = position.remaining_share * initial_return * (1 - decay) ** position.years_since_first;
  for (const { fee, years_ahead, years_since_first, threshold } of position.future) {
    if (initial_return < threshold) break;
    value += discount_factor ** years_ahead * (initial_return * (1 - decay) ** years_since_first - fee);
  }
  return value;
}

/** Quantile of the initial return of a patent that has paid `paid_threshold`. */
export function returnQuantile(p: number, paid_threshold: number, { mu, sigma }: ReturnDistribution): number {
  const surviving = normalCdf((mu - Math.log(paid_threshold)) / sigma, 0, 1);
  return Math.exp(mu - sigma * normalQuantile((1 - p) * surviving, 0, 1));
}

/** Quantiles of V. */
export function renewalQuantiles(
  position: RenewalPosition,
  returns: ReturnDistribution,
  decay: number,
  discount_factor: number,
): Quantiles {
  return quantilesOf((p) =>
    renewalValueOfReturn(
      position,
      returnQuantile(p, position.paid_threshold, returns),
      decay,
      discount_factor,
    ),
  );
}

/** Mean of V, in closed form. */
export function renewalMean(
  position: RenewalPosition,
  { mu, sigma }: ReturnDistribution,
  decay: number,
  discount_factor: number,
): number {
  const above = (threshold: number) => normalCdf((mu - Math.log(threshold)) / sigma, 0, 1);
  const meanAbove = (threshold: number) =>
    Math.exp(mu + sigma ** 2 / 2) * normalCdf(sigma + (mu - Math.log(threshold)) / sigma, 0, 1);
  const { paid_threshold } = position;
  let sum = position.remaining_share * (1 - decay) ** position.years_since_first * meanAbove(paid_threshold);
  for (const { fee, years_ahead, years_since_first, threshold } of position.future) {
    const renewed = Math.max(threshold, paid_threshold);
    sum +=
      discount_factor ** years_ahead *
      ((1 - decay) ** years_since_first * meanAbove(renewed) - fee * above(renewed));
  }
  return sum / above(paid_threshold);
}
