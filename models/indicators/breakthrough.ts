/**
 * Breakthrough: the patent is in the top 1 % of its cohort by forward citations.
 *
 *   k = floor(.01 n); threshold = the (k + 1)-th largest count; breakthrough = count > threshold.
 * At most k patents can exceed it, so ties across the line flag nobody rather than too many. Under 100 patents the
 * top 1 % is less than one patent and there is no threshold. A flag, not a score.
 * Source: Ahuja and Lampert 2001; OECD indicator 8 (Squicciarini, Dernis and Criscuolo 2013); rule for ties ours.
 * Unit: citing families. Errors: FormulaFailure `cohort_empty`, `not_finite`, `out_of_range`.
 * Worked: counts 0 to 199 (n = 200, k = 2): threshold 197; 198 and 199 are breakthroughs.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

const TOP_SHARE = 0.01;

/** Counts above the threshold are in the top 1 %; null when the cohort is too small to have one. */
export function breakthroughThreshold(counts: readonly number[]): number | null {
  if (counts.length === 0)
    throw new FormulaFailure(
      'cohort_empty',
      'The cohort has no patent with a citation count; give at least one.',
    );
  for (const count of counts) requireBetween('citation count', count, 0, Number.MAX_SAFE_INTEGER);
  const flagged = Math.floor(TOP_SHARE * counts.length);
  if (flagged === 0) return null;
  const sorted = Float64Array.from(counts).sort();
  return sorted[counts.length - 1 - flagged]!;
}

export function isBreakthrough(count: number, threshold: number): boolean {
  return requireBetween('citation count', count, 0, Number.MAX_SAFE_INTEGER) > threshold;
}
