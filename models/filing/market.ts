/**
 * Market indicators of the technology field that a draft falls into, each with an 80 per cent interval.
 *
 *   growth   = filings of the last five full years / those of the five before - 1; interval of a ratio of two Poisson counts
 *              on the logarithm, exp(log ratio -+ z * sqrt(1/a + 1/b))
 *   kept     = rights in force / rights granted that are in force or ended; granted = grants / filings; both with Wilson's interval
 *   cited    = citing families within five years of publication, of the youngest cohort where that is known: mean, 10th and 90th
 *              percentile of its patents
 * Shares are of what the database holds of the field, whatever its sources left out; the last years of filing are published
 * late, so that growth leaves the running year and the one before out.
 * Source: Wilson 1927; z of 0.90 = 1.2816. Units: shares, families. Domain: counts from 0 on.
 * Errors: FormulaFailure `out_of_range`. Worked: 10 of 20: 0.5, from 0.362 to 0.638.
 */
import { requireBetween } from '../failure.ts';
import type { Ranged } from './patentability.ts';

const Z = 1.281_551_565_545;
const GROWTH_YEARS = 5;
/** Applications are published 18 months after their priority. */
const UNPUBLISHED_YEARS = 2;
const LOW_SHARE = 0.1;
const HIGH_SHARE = 0.9;

/** An indicator with the count that it rests on; null where nothing is known. */
export type Indicator = (Ranged & { of: number }) | null;

export interface FieldYear {
  filing_year: number;
  filings: number;
  grants: number;
  in_force: number;
  ended: number;
}

export interface ValueCount {
  value: number;
  patents: number;
}

export interface MarketIndicators {
  growth: Indicator;
  kept: Indicator;
  granted: Indicator;
  cited: Indicator;
}

export function marketIndicators(
  years: readonly FieldYear[],
  citations: readonly ValueCount[],
  this_year: number,
): MarketIndicators {
  const sum = (of: keyof Omit<FieldYear, 'filing_year'>, from = 0, to = 9999) =>
    years
      .filter(({ filing_year }) => filing_year >= from && filing_year <= to)
      .reduce((total, year) => total + year[of], 0);
  const last = this_year - UNPUBLISHED_YEARS;
  const recent = sum('filings', last - GROWTH_YEARS + 1, last);
  const before = sum('filings', last - 2 * GROWTH_YEARS + 1, last - GROWTH_YEARS);
  return {
    growth: growthOf(recent, before),
    kept: shareOf(sum('in_force'), sum('in_force') + sum('ended')),
    granted: shareOf(sum('grants'), sum('filings')),
    cited: spreadOf(citations),
  };
}

export function growthOf(recent: number, before: number): Indicator {
  if (recent === 0 || before === 0) return null;
  const ratio = recent / before;
  const spread = Math.exp(Z * Math.sqrt(1 / recent + 1 / before));
  return { value: ratio - 1, low: ratio / spread - 1, high: ratio * spread - 1, of: recent + before };
}

export function shareOf(part: number, all: number): Indicator {
  if (all === 0) return null;
  requireBetween('part', part, 0, all);
  const share = part / all;
  const scale = 1 + Z ** 2 / all;
  const middle = (share + Z ** 2 / (2 * all)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half), of: all };
}

function spreadOf(counts: readonly ValueCount[]): Indicator {
  // A field of which all have the same says nothing: its sources tell no citations.
  if (counts.length < 2) return null;
  const all = counts.reduce((total, { patents }) => total + patents, 0);
  const mean = counts.reduce((total, { value, patents }) => total + value * patents, 0) / all;
  return {
    value: mean,
    low: quantile(counts, all, LOW_SHARE),
    high: quantile(counts, all, HIGH_SHARE),
    of: all,
  };
}

/** The least value that at least that share of the patents does not exceed. */
function quantile(counts: readonly ValueCount[], all: number, share: number): number {
  let below = 0;
  const rising = counts.toSorted((a, b) => a.value - b.value);
  for (const { value, patents } of rising) {
    below += patents;
    if (below >= share * all) return value;
  }
  return rising.at(-1)!.value;
}
