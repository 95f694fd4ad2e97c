/**
 * Intervals of a value, corrected so that they hold what they promise, by field and age.
 *
 * For each central interval of INTERVALS, conformalised quantile regression within the cell of the patent:
 *   s_i = max(log lo_i - y_i, y_i - log hi_i), y = log value;  [lo e^-Q, hi e^Q], Q the conformal quantile of s
 * with Q from the pool of the cell [technology field, age band], or of a coarser one where it is small (mondrian.ts). After
 * the correction the quantiles are held in order, outwards from the median, which stays as it is.
 * It holds for patents like those it was calibrated on: those whose value became known, by a deal or in a simulation.
 * Source: Romano, Patterson and Candes 2019; Vovk et al. 2005, ch. 4 [M].
 * Units: major money units; a value under one unit counts as one. Domain: quantiles that never fall, values >= 0.
 * Errors: not_finite, out_of_range, empty_sample.
 * Worked: 199 patents whose log value lies .1 above their p95, and one within: Q = .1 at c90, so p95 grows by e^.1.
 */
import { requireBetween } from '../failure.ts';
import { INTERVALS, type Interval, type Level, MISS_RATES, type Quantiles } from '../quantiles.ts';
import { type CellCalibration, calibrateCells, cellQuantile } from './mondrian.ts';

const LEAST_VALUE = 1;
const AGE_BAND_years = 5;

export interface KnownValue {
  cell: readonly string[];
  quantiles: Quantiles;
  /** What the patent turned out to be worth. */
  value: number;
}

/** JSON all through, so that it can be stored, hashed and replayed. */
export interface IntervalCalibration {
  /** Where the known values came from. */
  basis: string;
  known_values: number;
  intervals: Record<Interval, CellCalibration>;
}

export interface CalibratedQuantiles {
  quantiles: Quantiles;
  /** Pool behind the central 80 %, such as `16/6-10`; `all` for that of all patents. */
  pool: string;
  pool_size: number;
}

/** From coarse to fine. */
export function calibrationCell(technology_field: number | null, patent_year: number): string[] {
  const first = Math.floor((patent_year - 1) / AGE_BAND_years) * AGE_BAND_years + 1;
  return [
    technology_field === null ? 'unknown' : String(technology_field),
    `${first}-${first + AGE_BAND_years - 1}`,
  ];
}

export function calibrateIntervals(known: readonly KnownValue[], basis: string): IntervalCalibration {
  const of = (interval: Interval) => {
    const [low, high] = INTERVALS[interval];
    const scores = known.map(({ cell, quantiles, value }) => {
      const y = logOf(requireBetween('known value', value, 0, Number.MAX_VALUE));
      return { cell, score: Math.max(logOf(quantiles[low]) - y, y - logOf(quantiles[high])) };
    });
    return calibrateCells(scores, MISS_RATES[interval]);
  };
  return {
    basis,
    known_values: known.length,
    intervals: { c50: of('c50'), c80: of('c80'), c90: of('c90') },
  };
}

/** A pool too small for a finite correction leaves its interval as it was. */
export function calibrate(
  quantiles: Quantiles,
  calibration: IntervalCalibration,
  cell: readonly string[],
): CalibratedQuantiles {
  const corrected = { ...quantiles };
  for (const interval of Object.keys(INTERVALS) as Interval[]) {
    const { half_width } = cellQuantile(calibration.intervals[interval], cell);
    const [low, high] = INTERVALS[interval];
    corrected[low] *= Math.exp(-(half_width ?? 0));
    corrected[high] *= Math.exp(half_width ?? 0);
  }
  const { pool, count } = cellQuantile(calibration.intervals.c80, cell);
  return {
    quantiles: inOrder(corrected),
    pool: pool.length === 0 ? 'all' : pool.join('/'),
    pool_size: count,
  };
}

function inOrder(quantiles: Quantiles): Quantiles {
  const ordered = { ...quantiles };
  const outwards: [Level, Level][] = [
    ['p25', 'p50'],
    ['p10', 'p25'],
    ['p05', 'p10'],
  ];
  for (const [outer, inner] of outwards) ordered[outer] = Math.min(ordered[outer], ordered[inner]);
  const upwards: [Level, Level][] = [
    ['p75', 'p50'],
    ['p90', 'p75'],
    ['p95', 'p90'],
  ];
  for (const [outer, inner] of upwards) ordered[outer] = Math.max(ordered[outer], ordered[inner]);
  return ordered;
}

function logOf(value: number): number {
  return Math.log(Math.max(value, LEAST_VALUE));
}
