/**
 * Value of a patent from the stock market's answer to its grant (Kogan, Papanikolaou, Seru and Stoffman 2017).
 *
 *   v = s sqrt(3),  delta = 1 - e^-gamma,  a = -sqrt(delta) R / v
 *   E[x | R] = delta R + sqrt(delta) v phi(a) / (1 - Phi(a))
 *   value = E[x | R] M / N / (1 - pi),  pi = .55
 * R: return over the three days from the grant; s: daily standard deviation; M: market value; N: patents granted to
 * the firm that day; pi: chance of a grant that the market had foreseen.
 *
 * DO NOT use it for small or unlisted firms, nor to compare means of groups (Arora et al., NBER w33056): the answer is
 * nearly market value times volatility, always above 0 and hardly moved by R. It is a research yardstick only.
 *
 * Source: the authors' replication code; gamma .0146289, later re-estimates .0138 to .0155.
 * Units: R and s as shares; M and the value in one currency and price level. Domain: s > 0, M > 0, N >= 1 whole,
 * -1 <= R <= 1. Errors: not_finite, not_whole, out_of_range.
 * Worked (golden G7, G8): R = .02, s = .025, M = 1e9, N = 1: E = .00427084, value 9,490,751; R = 0: 9,252,256;
 * R = -.05: 8,689,783.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { FormulaFailure, requireBetween } from '../../failure.ts';
import { requirePositive, requireWhole } from './domain-checks.ts';

const GAMMA = 0.0146289;
const FORESEEN_GRANT_PROBABILITY = 0.55;
/** Beyond this many standard deviations the tail of the normal is no longer a double. */
const GREATEST_SCORE = 35;

export interface GrantAnnouncement {
  /** Return over the three days from the day of grant, less the market's. */
  three_day_return: number;
  daily_sd: number;
  market_value: number;
  patents_granted: number;
}

/** E[x | R]: share of market value that the day's patents account for. */
export function patentReturn(three_day_return: number, daily_sd: number): number {
  requireBetween('three_day_return', three_day_return, -1, 1);
  requirePositive('daily_sd', daily_sd);
  const delta = -Math.expm1(-GAMMA);
  const window_sd = daily_sd * Math.sqrt(3);
  const score = (Math.sqrt(delta) * three_day_return) / window_sd;
  if (Math.abs(score) > GREATEST_SCORE) {
    throw new FormulaFailure(
      'out_of_range',
      `The return ${three_day_return} is beyond any daily_sd of ${daily_sd}; check both.`,
    );
  }
  const density = Math.exp(-(score ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return delta * three_day_return + (Math.sqrt(delta) * window_sd * density) / normalCdf(score, 0, 1);
}

export function marketValueOfPatent(announcement: GrantAnnouncement): number {
  const { three_day_return, daily_sd, market_value, patents_granted } = announcement;
  requirePositive('market_value', market_value);
  requireWhole('patents_granted', patents_granted, 1);
  const share = patentReturn(three_day_return, daily_sd);
  return (share * market_value) / patents_granted / (1 - FORESEEN_GRANT_PROBABILITY);
}
