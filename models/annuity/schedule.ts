/**
 * Fee schedules of offices other than CNIPA (cnipa.ts), as data: what keeping a patent in force costs, year by year.
 *
 *   fee of year N = base + per_claim * claims of the band that holds N, major units of the currency
 * A schedule is that of one day; later ones get a file entry of their own, never an edit.
 * Not modelled: reductions other than those told, weekends and holidays, term extensions.
 * Errors: FormulaFailure `no_fee` for a year without a fee, `out_of_range` for claims below 1, `not_finite`.
 * Worked (golden G22): Japan, year 10, 10 claims: 59,400 + 10 * 4,600 = 105,400.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

export interface FeeBand {
  from_year: number;
  to_year: number;
  base: number;
  /** 0 where claims do not count. */
  per_claim: number;
}

export interface FeeSchedule {
  /** WIPO ST.3 code; EP and UP for the European Patent Office. */
  office: string;
  currency: string;
  /** From which day years are counted. */
  years_from: 'filing' | 'registration';
  in_force_from: string | null;
  bands: readonly FeeBand[];
  late: { months: number; rule: string };
  source: string;
  verified: boolean;
}

/** One band a year, from `first_year` on. */
export function yearly(first_year: number, fees: readonly number[]): FeeBand[] {
  return fees.map((base, index) => ({
    from_year: first_year + index,
    to_year: first_year + index,
    base,
    per_claim: 0,
  }));
}

export function feeOf(schedule: FeeSchedule, year: number, claims: number): number {
  requireBetween('claims', claims, 1, Number.MAX_SAFE_INTEGER);
  const band = schedule.bands.find(({ from_year, to_year }) => year >= from_year && year <= to_year);
  if (band) return band.base + band.per_claim * claims;
  throw new FormulaFailure(
    'no_fee',
    `Office ${schedule.office} asks no fee for year ${year}; ask within its table.`,
  );
}

/** Fees of all years up to `to_year`. */
export function totalFees(schedule: FeeSchedule, to_year: number, claims: number): number {
  let total = 0;
  for (const { from_year, to_year: last } of schedule.bands)
    for (let year = from_year; year <= Math.min(last, to_year); year++)
      total += feeOf(schedule, year, claims);
  return total;
}
