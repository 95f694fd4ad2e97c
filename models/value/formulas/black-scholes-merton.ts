/**
 * European call on an asset with a steady yield (Black and Scholes 1973; Merton 1973).
 *
 *   d1 = (log(S / K) + (r - q + s^2 / 2) T) / (s sqrt(T)),  d2 = d1 - s sqrt(T)
 *   C = S e^(-q T) Phi(d1) - K e^(-r T) Phi(d2)
 *
 * Source: the papers; yield after Merton [M]. Units: S, K and C in one currency; T in years; r, q a year, continuously
 * compounded; s a square-root year. Domain: S, K > 0; 0 < T <= 100; 0 < s <= 5; -1 <= r <= 1;
 * q >= 0. Errors: not_finite, out_of_range.
 * Worked (golden G11): S = 50, K = 60, r = .03, s = .4, T = 10, q = .1: 4.64108.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { requireBetween } from '../../failure.ts';
import { requireNotNegative, requirePositive } from './domain-checks.ts';

export interface CallOption {
  /** S: present value of what exercise brings. */
  asset_value: number;
  /** K: cost of exercise. */
  exercise_cost: number;
  /** T: time in which it may be exercised. */
  years: number;
  /** r, continuously compounded. */
  risk_free_rate: number;
  /** q: what waiting costs a year, as a share of S. */
  yield_rate: number;
  /** s: standard deviation of log S over a year. */
  volatility: number;
}

/** @throws FormulaFailure `not_finite` or `out_of_range` */
export function requireCallOption(option: CallOption): void {
  requirePositive('asset_value', option.asset_value);
  requirePositive('exercise_cost', option.exercise_cost);
  requireBetween('years', requirePositive('years', option.years), 0, 100);
  requireBetween('volatility', requirePositive('volatility', option.volatility), 0, 5);
  requireBetween('risk_free_rate', option.risk_free_rate, -1, 1);
  requireNotNegative('yield_rate', option.yield_rate);
}

export function europeanCall(option: CallOption): number {
  requireCallOption(option);
  const { asset_value, exercise_cost, years, risk_free_rate, yield_rate, volatility } = option;
  const spread = volatility * Math.sqrt(years);
  const drift = (risk_free_rate - yield_rate) * years;
  const d1 = (Math.log(asset_value / exercise_cost) + drift) / spread + spread / 2;
  const asset = asset_value * Math.exp(-yield_rate * years) * normalCdf(d1, 0, 1);
  const cost = exercise_cost * Math.exp(-risk_free_rate * years) * normalCdf(d1 - spread, 0, 1);
  return Math.max(0, asset - cost);
}
