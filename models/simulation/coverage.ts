/**
 * How often intervals hold the value that came out, over all and cell by cell.
 *
 *   c = share of cases with low <= value <= high, for the central 50, 80 and 90 %
 *   worst cell = largest |c - name| over the cells and the three intervals
 * Units: shares from 0 to 1. Domain: at least one case. Errors: empty_sample.
 * Worked: two cells of 100, the 80 % interval holding 78 and 85, the others as named: c80 = .815, worst cell .05.
 */
import { FormulaFailure } from '../failure.ts';
import type { KnownValue } from '../interval/calibration.ts';
import { INTERVALS, type Interval, MISS_RATES } from '../quantiles.ts';

export type Coverages = Record<Interval, number>;

export interface CellCoverage extends Coverages {
  /** Such as `16/16-20`. */
  cell: string;
  n: number;
}

export interface CoverageFigures extends Coverages {
  /** Largest gap between coverage and name over the cells and intervals. */
  worst_cell: number;
  worst_cell_name: string;
  worst_interval: Interval;
  /** In the order in which they first come up. */
  cells: CellCoverage[];
}

const NAMES = Object.keys(INTERVALS) as Interval[];

export function coverageFigures(cases: readonly KnownValue[]): CoverageFigures {
  const members = new Map<string, KnownValue[]>();
  for (const one of cases) {
    const name = one.cell.join('/');
    const cell = members.get(name);
    if (cell === undefined) members.set(name, [one]);
    else cell.push(one);
  }
  const cells = [...members].map(([cell, own]) => ({ cell, n: own.length, ...coveragesOf(own) }));
  return { ...coveragesOf(cases), ...worstOf(cells), cells };
}

function coveragesOf(cases: readonly KnownValue[]): Coverages {
  if (cases.length === 0) throw new FormulaFailure('empty_sample', 'no case to count; give at least one.');
  const share = (interval: Interval) => {
    const [low, high] = INTERVALS[interval];
    const held = cases.filter(({ quantiles, value }) => quantiles[low] <= value && value <= quantiles[high]);
    return held.length / cases.length;
  };
  return { c50: share('c50'), c80: share('c80'), c90: share('c90') };
}

function worstOf(cells: readonly CellCoverage[]) {
  const gaps = cells.flatMap((cell) =>
    NAMES.map((interval) => ({
      worst_cell: Math.abs(cell[interval] - (1 - MISS_RATES[interval])),
      worst_cell_name: cell.cell,
      worst_interval: interval,
    })),
  );
  return gaps.reduce((worst, gap) => (gap.worst_cell > worst.worst_cell ? gap : worst));
}
