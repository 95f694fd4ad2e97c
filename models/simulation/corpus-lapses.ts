/**
 * Which annuity of a granted patent stays unpaid.
 *
 *   P(unpaid in patent year k | paid before) = lapses_k / at risk_k; where fees are due less often, those of the years since
 *   the last one together: 1 - product of (1 - h)
 * Source: the 1,596 granted patents of data/cn_patents.csv, due days from the notices (lapse/notice.ts), outcomes known to
 * 2016-01-01; beyond year 16 fewer than 50 are at risk, and one in ten is taken. The United States ask at 3.5, 7.5 and 11.5
 * years, here in patent years 4, 8 and 12; that others lapse as in China is ours.
 * Units: patent years. Domain: first_year from 3 to 21. Errors: none.
 * Worked: year 7: 195 of 1,258 lapse, .1550; the United States in year 4: 1 - (1 - 0)(1 - .0961) = .0961.
 */
import type { CorpusOffice } from './corpus-offices.ts';
import { chance, type Random } from './draws.ts';

export const LAST_YEAR = 20;
const FIRST_YEAR = 3;
/** Lapses and patents at risk in patent years 3, 4, ..., 16. */
const MEASURED: readonly (readonly [lapses: number, at_risk: number])[] = [
  [0, 31],
  [44, 458],
  [90, 937],
  [173, 1274],
  [195, 1258],
  [118, 1082],
  [90, 967],
  [117, 880],
  [68, 766],
  [58, 699],
  [85, 642],
  [49, 558],
  [43, 440],
  [21, 251],
];
const LATER_HAZARD = 0.1;
const US_FEE_YEARS: readonly number[] = [4, 8, 12];

/** Yearly hazard of patent year k. */
export function lapseHazard(patent_year: number): number {
  const measured = MEASURED[patent_year - FIRST_YEAR];
  return measured === undefined ? LATER_HAZARD : measured[0] / measured[1];
}

/** Patent years in which a fee falls due, from `first_year` on. */
export function feeYears(office: CorpusOffice, first_year: number): number[] {
  const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, position) => FIRST_YEAR + position);
  return years.filter((year) => year >= first_year && (office !== 'US' || US_FEE_YEARS.includes(year)));
}

/** Null: all of the fees are paid. */
export function drawUnpaidYear(
  office: CorpusOffice,
  years: readonly number[],
  random: Random,
): number | null {
  return years.find((year) => chance(hazardSinceLastFee(office, year), random)) ?? null;
}

export function hazardSinceLastFee(office: CorpusOffice, year: number): number {
  if (office !== 'US') return lapseHazard(year);
  let paid = 1;
  for (let each = Math.max(FIRST_YEAR, year - 3); each <= year; each++) paid *= 1 - lapseHazard(each);
  return 1 - paid;
}
