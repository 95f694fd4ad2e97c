/**
 * Population stability index (PSI): how far a distribution over bins has moved.
 *
 *   PSI = sum over bins (a_i - e_i) log(a_i / e_i), e_i and a_i the expected and actual shares
 * Never negative, 0 for equal shares. An empty bin counts as half a patent, so that one emptied or newly filled bin
 * gives a large finite index; a bin empty in both counts nothing. Source: credit scoring custom; thresholds [M].
 * Units: natural logarithm. Domain: whole counts in the same bins, at least one patent each.
 * Errors: not_finite, out_of_range, not_whole, lengths_differ, empty_sample.
 * Worked: expected 50, 50 and actual 60, 40: .1 log 1.2 - .1 log .8 = .040547.
 */
import { quantileSorted } from 'simple-statistics';
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

/** From here on: watch. */
export const PSI_WATCH = 0.1;
/** Above it: act. */
export const PSI_ACT = 0.25;

const EMPTY_BIN_COUNT = 0.5;
const BINS = 10;

export type Stability = 'stable' | 'watch' | 'act';

/** Of counts in the same bins. */
export function populationStability(expected: readonly number[], actual: readonly number[]): number {
  if (expected.length !== actual.length)
    throw new FormulaFailure(
      'lengths_differ',
      `${expected.length} expected and ${actual.length} actual bins; give the same bins.`,
    );
  const expectedTotal = total('expected', expected);
  const actualTotal = total('actual', actual);
  return expected.reduce((sum, count, i) => {
    if (count === 0 && actual[i] === 0) return sum;
    const expectedShare = (count || EMPTY_BIN_COUNT) / expectedTotal;
    const actualShare = (actual[i]! || EMPTY_BIN_COUNT) / actualTotal;
    return sum + (actualShare - expectedShare) * Math.log(actualShare / expectedShare);
  }, 0);
}

/** Of two samples, in bins by the deciles of the expected one (equal deciles make one bin). */
export function sampleStability(expected: readonly number[], actual: readonly number[]): number {
  const sorted = [...expected].map((value) => requireFinite('expected value', value)).sort((a, b) => a - b);
  if (sorted.length === 0) throw new FormulaFailure('empty_sample', 'no expected value; give at least one.');
  const deciles = Array.from({ length: BINS - 1 }, (_, i) => quantileSorted(sorted, (i + 1) / BINS));
  const edges = [...new Set(deciles)];
  return populationStability(countByEdges(sorted, edges), countByEdges(actual, edges));
}

export function stabilityOf(index: number): Stability {
  requireBetween('stability index', index, 0, Number.MAX_VALUE);
  return index < PSI_WATCH ? 'stable' : index <= PSI_ACT ? 'watch' : 'act';
}

/** Bin i holds the values above edge i - 1 up to and with edge i. */
function countByEdges(values: readonly number[], edges: readonly number[]): number[] {
  const counts = Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const bin = edges.findIndex((edge) => requireFinite('actual value', value) <= edge);
    counts[bin === -1 ? edges.length : bin]!++;
  }
  return counts;
}

function total(name: string, counts: readonly number[]): number {
  const sum = counts.reduce((sum, count) => sum + requireBetween(`${name} count`, count, 0, 1e15), 0);
  const part = counts.find((count) => !Number.isInteger(count));
  if (part !== undefined)
    throw new FormulaFailure('not_whole', `${name} count ${part}; give counts of patents, not shares.`);
  if (sum === 0)
    throw new FormulaFailure('empty_sample', `the ${name} bins are all empty; give at least one patent.`);
  return sum;
}
