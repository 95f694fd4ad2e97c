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
import { mapQuantiles, type Quantiles, quantilesOf } from '../quantiles.ts';

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

/**
 * A position laid out flat with its powers taken, so that patents of like age share the arrays. Those of one schedule of
 * fees are counted from its first decision on; `discounts` may be those of a filing day, which begin earlier.
 */
export interface RenewalSchedule {
  remaining_share: number;
  /** What the running year keeps of the initial return. */
  retained_now: number;
  paid_threshold: number;
  /** Decisions before it are taken. */
  next: number;
  /** Decisions before it cost nothing any more. */
  paid: number;
  fees: readonly number[];
  thresholds: readonly number[];
  /** (1 - d)^k */
  retained: readonly number[];
  /** b^(years ahead) of decision k is `discounts[first_discount + k]`. */
  discounts: readonly number[];
  first_discount: number;
}

/** V(r) for an initial return r. */
export function renewalValue(schedule: RenewalSchedule, initial_return: number): number {
  const { next, paid, fees, thresholds, retained, discounts, first_discount } = schedule;
  let value = schedule.remaining_share * initial_return * schedule.retained_now;
  for (let k = next; k < fees.length; k++) {
    if (initial_return < thresholds[k]!) break;
    const fee = k < paid ? 0 : fees[k]!;
    value += discounts[first_discount + k]! * (initial_return * retained[k]! - fee);
  }
  return value;
}

/** Quantiles of the initial return of a patent that has paid `paid_threshold`. */
export function returnQuantiles(paid_threshold: number, { mu, sigma }: ReturnDistribution): Quantiles {
  const surviving = normalCdf((mu - Math.log(paid_threshold)) / sigma, 0, 1);
  return quantilesOf((p) => Math.exp(mu - sigma * normalQuantile((1 - p) * surviving, 0, 1)));
}

/** Quantiles of V, from those of the initial return: V rises with it. */
export function renewalQuantiles(schedule: RenewalSchedule, returns: Quantiles): Quantiles {
  return mapQuantiles(returns, (initial_return) => renewalValue(schedule, initial_return));
}

/** Mean of V, in closed form. */
export function renewalMean(schedule: RenewalSchedule, { mu, sigma }: ReturnDistribution): number {
  const { next, paid, fees, thresholds, retained, discounts, first_discount, paid_threshold } = schedule;
  const above = (threshold: number) => normalCdf((mu - Math.log(threshold)) / sigma, 0, 1);
  const meanAbove = (threshold: number) =>
    Math.exp(mu + sigma ** 2 / 2) * normalCdf(sigma + (mu - Math.log(threshold)) / sigma, 0, 1);
  let sum = schedule.remaining_share * schedule.retained_now * meanAbove(paid_threshold);
  for (let k = next; k < fees.length; k++) {
    const renewed = Math.max(thresholds[k]!, paid_threshold);
    const fee = k < paid ? 0 : fees[k]!;
    sum += discounts[first_discount + k]! * (retained[k]! * meanAbove(renewed) - fee * above(renewed));
  }
  return sum / above(paid_threshold);
}

/** The schedule of one position alone. */
export function scheduleOf(
  { remaining_share, years_since_first, paid_threshold, future }: RenewalPosition,
  decay: number,
  discount_factor: number,
): RenewalSchedule {
  return {
    remaining_share,
    retained_now: (1 - decay) ** years_since_first,
    paid_threshold,
    next: 0,
    paid: 0,
    fees: future.map(({ fee }) => fee),
    thresholds: future.map(({ threshold }) => threshold),
    retained: future.map((decision) => (1 - decay) ** decision.years_since_first),
    discounts: future.map(({ years_ahead }) => discount_factor ** years_ahead),
    first_discount: 0,
  };
}
