/**
 * Conformal half-widths per cell (Mondrian), such as field and type of right, for coverage within each cell.
 *
 * The scores of a cell give its own q (conformal.ts). A cell with fewer than max(50, ceil(1 / alpha) - 1) scores
 * takes the pool of its parent, found by leaving the last part of its name off, and so on up to the pool of all; the
 * result names the pool that was used. In a parent's pool the coverage holds on average over the parent, not in the
 * cell. Fifty is ours: the coverage of one calibration then varies by a standard deviation of .04 at alpha .1.
 * Source: Vovk et al. 2005, ch. 4 [M].
 * Units: natural logarithm. Cost: one sort a pool; each score is in one pool a level. Domain: as conformal.ts.
 * Errors: not_finite, out_of_range, empty_sample.
 * Worked: 60 scores in [chemistry, invention], 10 in [chemistry, utility_model]: the second takes [chemistry], 70.
 */
import { FormulaFailure } from '../failure.ts';
import { conformalQuantile, requireMissRate } from './conformal.ts';

export const LEAST_CELL_COUNT = 50;

export interface CellScore {
  /** From coarse to fine, such as [field, type of right]. */
  cell: readonly string[];
  score: number;
}

export interface CellPool {
  cell: readonly string[];
  count: number;
  /** Null when the pool is too small for any finite bound. */
  half_width: number | null;
}

/** JSON all through, so that it can be stored. */
export interface CellCalibration {
  least_count: number;
  pools: Readonly<Record<string, CellPool>>;
}

export interface CellQuantile {
  half_width: number | null;
  /** The pool used, of `count` scores; [] is that of all patents. */
  pool: readonly string[];
  count: number;
  /** Why a coarser pool was used; null when the cell has its own. */
  fallback: string | null;
}

export function calibrateCells(scores: readonly CellScore[], miss_rate: number): CellCalibration {
  requireMissRate(miss_rate);
  if (scores.length === 0)
    throw new FormulaFailure('empty_sample', 'no calibration score; give at least one.');
  const members = new Map<string, { cell: readonly string[]; scores: number[] }>();
  for (const { cell, score } of scores) {
    for (let depth = 0; depth <= cell.length; depth++) {
      const prefix = cell.slice(0, depth);
      const key = keyOf(prefix);
      const pool = members.get(key);
      if (pool === undefined) members.set(key, { cell: prefix, scores: [score] });
      else pool.scores.push(score);
    }
  }
  const pools = [...members].map(([key, { cell, scores }]) => [
    key,
    { cell, count: scores.length, half_width: conformalQuantile(scores, miss_rate) },
  ]);
  return {
    least_count: Math.max(LEAST_CELL_COUNT, Math.ceil(1 / miss_rate) - 1),
    pools: Object.fromEntries(pools),
  };
}

/** The finest pool on the way up from `cell` that is large enough, else that of all patents. */
export function cellQuantile({ pools, least_count }: CellCalibration, cell: readonly string[]): CellQuantile {
  let used = pools[keyOf([])]!;
  for (let depth = cell.length; depth > 0; depth--) {
    const pool = pools[keyOf(cell.slice(0, depth))];
    if (pool === undefined || pool.count < least_count) continue;
    used = pool;
    break;
  }
  const own = pools[keyOf(cell)]?.count ?? 0;
  const fallback =
    used.cell.length === cell.length
      ? null
      : `cell '${cell.join(' / ')}' has ${own} of ${least_count} scores needed: '${used.cell.join(' / ') || 'all'}' is used`;
  return { half_width: used.half_width, pool: used.cell, count: used.count, fallback };
}

function keyOf(cell: readonly string[]): string {
  return JSON.stringify(cell);
}
