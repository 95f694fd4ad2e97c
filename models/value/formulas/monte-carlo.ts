/**
 * Relief from royalty when its inputs are uncertain: quantiles given that the patent is valid, validity apart.
 *
 * Each draw takes royalty rate, discount and decay from triangular distributions, growth from a normal and the first
 * year's revenue from a lognormal, each by its inverse distribution at one coordinate of a quasi-random point, and
 * values the royalties at mid-year (transfer-royalty-relief.ts).
 * A patent that turns out invalid is worth nothing. Were that mixed in, the low quantiles would be 0 as soon as
 * validity is below .9 and tell nothing more; hence `given_valid` and `validity_probability` stand side by side,
 * and the mean over both is their product.
 *
 * Source: inverse transform; Halton points: quasi-random.ts. The inputs are drawn as independent: ours.
 * Units: money as exp(mu) of the revenue, rates a year. Domain: as of the parts; growth mean - 7 sd > -1.
 * Errors: not_finite, not_whole, not_ordered, out_of_range.
 * Worked: R = 10 M, log factor N(-.02, .2^2); rate (.02, .04, .06), discount (.14, .18, .24), decay (.05, .1, .2),
 * growth N(.05, .08^2), t = .25, 8 years, validity .85: mean .949 M; with invalid draws as 0 the quantiles at
 * .25, .5, .75, .9 and .95 are .688, .974, 1.275, 1.592 and 1.813 M (500,000 pseudo-random draws elsewhere).
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { quantileSorted } from 'simple-statistics';
import { requireBetween, requireFinite } from '../../failure.ts';
import { type Quantiles, quantilesOf } from '../../quantiles.ts';
import { requireNotNegative, requirePositive } from './domain-checks.ts';
import { type Lognormal, lognormalQuantile, requireLognormal } from './lognormal.ts';
import { quasiRandomPoints } from './quasi-random.ts';
import { royaltyRelief } from './transfer-royalty-relief.ts';
import { requireTriangular, type Triangular, triangularQuantile } from './triangular.ts';

export interface UncertainRoyalty {
  /** First year's revenue that the claims cover. */
  revenue: Lognormal;
  growth: { mean: number; sd: number };
  royalty_rate: Triangular;
  discount: Triangular;
  decay: Triangular;
  tax: number;
  years: number;
  validity_probability: number;
}

export interface SimulatedValue {
  /** The seed given, so that the run can be had again. */
  seed: number;
  draws: number;
  given_valid: Quantiles & { mean: number };
  validity_probability: number;
}

/** Dimensions of a draw, in the order in which `royaltyValueAt` reads them. */
export const ROYALTY_DIMENSIONS = 5;
/** One draw in 10^12 lies further out; it would be refused as growth of -100 % or less, never valued. */
const GROWTH_REACH_SD = 7;

export function simulateRoyaltyRelief(
  uncertain: UncertainRoyalty,
  draws: number,
  seed: number,
): SimulatedValue {
  const values = simulatedRoyaltyValues(uncertain, draws, seed);
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  return {
    seed,
    draws,
    given_valid: {
      ...quantilesOf((p) => quantileSorted(values, p)),
      mean,
    },
    validity_probability: uncertain.validity_probability,
  };
}

/** Values given validity, in rising order. */
export function simulatedRoyaltyValues(uncertain: UncertainRoyalty, draws: number, seed: number): number[] {
  requireUncertain(uncertain);
  return quasiRandomPoints(draws, ROYALTY_DIMENSIONS, seed)
    .map((point) => royaltyValueAt(uncertain, point))
    .sort((a, b) => a - b);
}

/** Value given validity at one point of the unit cube. */
export function royaltyValueAt(uncertain: UncertainRoyalty, point: readonly number[]): number {
  const [rate, growth, revenue, discount, decay] = point as [number, number, number, number, number];
  const terms = {
    royalty_rate: triangularQuantile(rate, uncertain.royalty_rate),
    growth: normalQuantile(growth, uncertain.growth.mean, uncertain.growth.sd),
    revenue: lognormalQuantile(revenue, uncertain.revenue),
    discount: triangularQuantile(discount, uncertain.discount),
    decay: triangularQuantile(decay, uncertain.decay),
    tax: uncertain.tax,
    years: uncertain.years,
    fees: [],
  };
  return royaltyRelief(terms, 'mid_year');
}

function requireUncertain(uncertain: UncertainRoyalty): void {
  const { revenue, growth, royalty_rate, discount, decay, validity_probability } = uncertain;
  requireLognormal(revenue);
  requireTriangular('royalty_rate', royalty_rate);
  requireTriangular('discount', discount);
  requireTriangular('decay', decay);
  requireFinite('growth mean', growth.mean);
  requireNotNegative('growth sd', growth.sd);
  requirePositive('1 + growth mean - 7 sd', 1 + growth.mean - GROWTH_REACH_SD * growth.sd);
  requireBetween('validity_probability', validity_probability, 0, 1);
}
