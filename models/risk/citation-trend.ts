/**
 * Whether citations of a patent fade against those of its cohort.
 *
 *   r_y = c_y / m_y, slope = sum (y - mean y)(r_y - mean r) / sum (y - mean y)^2 over the last YEARS whole years
 * c_y: patents that cite it first in year y; m_y: the mean of that over the cohort, which ages alike, so that a patent
 * that fades as all of its kind do has slope 0. Calendar years, so that no day moves it but the first of a year.
 * Source: least squares; a sign of a technology that is superseded (valuation practice, "citations against the cohort").
 * Five years, ten citations and a cohort of thirty are ours, `verified: false`.
 * Units: share a year. Domain: counts >= 0, one of each year, oldest first. Null: too few citations or too small a
 * cohort for a trend, or a year in which the cohort had none.
 * Worked: c = 8, 6, 4, 2, 0 against m = 4 each: r = 2, 1.5, 1, .5, 0 and the slope -.5.
 */
import { LEAST_COHORT } from '../indicators/cohort.ts';

export const TREND_YEARS = 5;
/** Of the years together; below it chance makes trends. */
export const LEAST_CITATIONS = 10;

/**
 * @param own citations a year, oldest first
 * @param cohort patents, and their citations of the same years together
 */
export function citationSlope(
  own: readonly number[],
  cohort: { patents: number; citations: readonly number[] },
): number | null {
  if (own.length !== TREND_YEARS || cohort.citations.length !== TREND_YEARS)
    throw new RangeError(`citations of ${TREND_YEARS} years are needed`);
  const total = own.reduce((sum, count) => sum + count, 0);
  if (total < LEAST_CITATIONS || cohort.patents < LEAST_COHORT || cohort.citations.includes(0)) return null;
  const ratios = own.map((count, year) => (count * cohort.patents) / cohort.citations[year]!);
  const middle = (TREND_YEARS - 1) / 2;
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / TREND_YEARS;
  const products = ratios.reduce((sum, ratio, year) => sum + (year - middle) * (ratio - mean), 0);
  const squares = ratios.reduce((sum, _ratio, year) => sum + (year - middle) ** 2, 0);
  return products / squares;
}
