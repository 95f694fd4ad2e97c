/**
 * At which offices an invention is filed: one in which it starts, and with some chance others.
 *
 *   weight of an office in a year = that of the years around it, linear between them; the family draws without repetition
 * Source: applications by office as the world statistics tell them [M], thousands, rounded; family sizes ours, near the
 * DOCDB mean of 1.8. The weights stand for the first and for the later filings alike, which favours no office as home.
 * Units: thousands of applications a year. Domain: year 1985 or later; the last row holds after 2023. Errors: none.
 * Worked: China in 2005: half way from 52 to 391, so 221.5.
 */

import { weightedPosition } from './corpus-weights.ts';
import { type Random, wholeNumber } from './draws.ts';

export const CORPUS_OFFICES = ['CN', 'US', 'JP', 'EP', 'KR', 'DE'] as const;

export type CorpusOffice = (typeof CORPUS_OFFICES)[number];

const THOUSANDS: readonly (readonly [year: number, weights: readonly number[]])[] = [
  [1985, [8, 117, 303, 37, 10, 45]],
  [2000, [52, 296, 437, 101, 102, 62]],
  [2010, [391, 490, 345, 151, 170, 59]],
  [2023, [1678, 598, 300, 199, 244, 58]],
];

/** Of families of 1, 2, ... applications. */
export const FAMILY_SIZE_WEIGHTS = [0.66, 0.13, 0.08, 0.06, 0.04, 0.03];

/** In the order of CORPUS_OFFICES. */
export function officeWeights(year: number): number[] {
  const after = THOUSANDS.findIndex(([at]) => at > year);
  const [to, high] = THOUSANDS.at(after)!;
  if (after < 0) return [...high];
  const [from, low] = THOUSANDS[Math.max(0, after - 1)]!;
  const share = to === from ? 0 : (year - from) / (to - from);
  return low.map((weight, office) => weight + share * (high[office]! - weight));
}

/** The offices of one family, that of the first filing first. */
export function drawOffices(year: number, random: Random): CorpusOffice[] {
  const weights = officeWeights(year);
  const size = weightedPosition(FAMILY_SIZE_WEIGHTS, random()) + 1;
  return Array.from({ length: size }, () => {
    const position = weightedPosition(weights, random());
    weights[position] = 0;
    return CORPUS_OFFICES[position]!;
  });
}

/** Days from the first filing to the others: the last month of the priority year for most. */
export function laterFiling_days(random: Random): number {
  return wholeNumber(300, 365, random);
}
