/**
 * Royalty rates of technology agreements: an empirical distribution.
 *
 * Source: R. Parr, Royalty Rates for Technology, 6th ed., cumulative share of agreements by rate on net sales.
 * Formula: linear interpolation of the table. Above 10 % (the last 8 % of agreements) the table says nothing.
 * Units: rate as a share of sales, p a probability. Domain: 0 <= p <= .92; errors: RangeError outside.
 * Worked: median .04 + .01 (.50 - .43) / (.67 - .43) = .0429; .1 quantile .01; .9 quantile .098.
 */

/** Rate, share of agreements at or below it. */
export const ROYALTY_RATE_CDF: readonly (readonly [rate: number, share: number])[] = [
  [0, 0],
  [0.02, 0.2],
  [0.03, 0.35],
  [0.04, 0.43],
  [0.05, 0.67],
  [0.06, 0.72],
  [0.07, 0.77],
  [0.08, 0.81],
  [0.09, 0.82],
  [0.1, 0.92],
];

/** Royalty rate that a share `p` of agreements does not exceed. */
export function royaltyRateQuantile(p: number): number {
  for (let index = 1; index < ROYALTY_RATE_CDF.length; index++) {
    const [from, below] = ROYALTY_RATE_CDF[index - 1]!;
    const [to, above] = ROYALTY_RATE_CDF[index]!;
    if (p >= below && p <= above) return from + ((to - from) * (p - below)) / (above - below);
  }
  throw new RangeError(`royalty rate quantile ${p} is outside 0 to .92: the table ends there, ask within it`);
}
