/**
 * Royalty rates by industry as prior distributions.
 *
 * With a surveyed range: the lognormal whose central half is that range (that a survey's "usual" range means the
 * central half is our reading). Without one: the lognormal about the median of 2002 with the spread of all
 * technology agreements, sigma = log(q75 / q25) / (2 * .6745) from ../royalty-rates.ts. Industry not known: the
 * empirical distribution of all agreements, which ends at its .92 quantile.
 * Where both are given the range rules; the older medians lie above it for automotive and semiconductors.
 *
 * Source: ranges: ipcg.com, summary of surveys, June 2026; medians: Goldscheider, Jarosz and Mulhern 2002 [M].
 * Units: share of net sales. Domain: 0 < p < 1, for the empirical distribution 0 <= p <= .92.
 * Errors: unknown_industry, not_finite, out_of_range, beyond_table.
 * Worked: electronics .02 to .04: median sqrt(.02 * .04) = .02828427, .75 quantile .04; telecom: median .047.
 */
import { FormulaFailure, requireBetween } from '../../failure.ts';
import { ROYALTY_RATE_CDF, royaltyRateQuantile } from '../royalty-rates.ts';
import { type Lognormal, lognormalFromRange, lognormalQuantile } from './lognormal.ts';

export interface RoyaltyPrior {
  /** Usual range; null when no survey gave one. */
  range: { low: number; high: number; source: string; verified: boolean } | null;
  median_2002: { rate: number; source: string; verified: boolean };
}

const SURVEYS = 'ipcg.com, summary of surveys, June 2026';
const MEDIANS = 'Goldscheider, Jarosz and Mulhern 2002 [M]';

export const ROYALTY_PRIORS: Readonly<Record<string, RoyaltyPrior>> = {
  software: prior(0.05, 0.08, 0.068),
  pharma_and_biotech: prior(0.04, 0.06, 0.051),
  medical_devices: prior(0.03, 0.05, 0.048),
  consumer: prior(0.02, 0.05, 0.05),
  electronics: prior(0.02, 0.04, 0.04),
  chemicals_and_materials: prior(0.02, 0.04, 0.036),
  automotive_and_industrial: prior(0.01, 0.03, 0.04),
  semiconductors: prior(0.01, 0.02, 0.032),
  telecom: medianOnly(0.047),
  energy_and_environment: medianOnly(0.05),
  aerospace: medianOnly(0.04),
  food: medianOnly(0.028),
  internet: medianOnly(0.075),
  media: medianOnly(0.08),
};

/** @throws FormulaFailure `unknown_industry` */
export function royaltyRateLognormal(industry: string): Lognormal {
  if (!Object.hasOwn(ROYALTY_PRIORS, industry)) {
    throw new FormulaFailure(
      'unknown_industry',
      `No royalty prior for '${industry}'; give one of ${Object.keys(ROYALTY_PRIORS).join(', ')}, or null.`,
    );
  }
  const { range, median_2002 } = ROYALTY_PRIORS[industry]!;
  if (range !== null) return lognormalFromRange(range.low, range.high, 0.25);
  const { sigma } = lognormalFromRange(royaltyRateQuantile(0.25), royaltyRateQuantile(0.75), 0.25);
  return { mu: Math.log(median_2002.rate), sigma };
}

/** Rate that a share `p` of agreements does not exceed; of all agreements when the industry is null. */
export function industryRoyaltyQuantile(industry: string | null, p: number): number {
  if (industry !== null) return lognormalQuantile(p, royaltyRateLognormal(industry));
  requireBetween('p', p, 0, 1);
  const [, last] = ROYALTY_RATE_CDF.at(-1)!;
  if (p > last) {
    throw new FormulaFailure(
      'beyond_table',
      `The quantile ${p} is beyond ${last}, where the table ends; name the industry or ask below.`,
    );
  }
  return royaltyRateQuantile(p);
}

function prior(low: number, high: number, median_2002: number): RoyaltyPrior {
  return { ...medianOnly(median_2002), range: { low, high, source: SURVEYS, verified: true } };
}

function medianOnly(rate: number): RoyaltyPrior {
  return { range: null, median_2002: { rate, source: MEDIANS, verified: false } };
}
