/**
 * Expected calibration error: how far predicted and observed shares lie apart, over ten bins of equal width.
 *
 *   ECE = sum_b |sum_{i in b} p_i - sum_{i in b} y_i| / n;  bin of p: floor(10 p), and the last for p = 1.
 * Even exact probabilities show an ECE above 0, since outcomes scatter. What they show on average (normal
 * approximation, E|X| = s sqrt(2 / pi)) is the noise floor: sum_b sqrt(2 / pi sum_{i in b} p_i (1 - p_i)) / n.
 * Source: Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017.
 * Units: probability. Domain: p in [0, 1], y 0 or 1, at least one row. Errors: those of pairs.ts.
 * Worked: p = (.12, .18, .95), y = (0, 1, 1): (|.30 - 1| + |.95 - 1|) / 3 = .25.
 */
import { requireProbabilities } from './pairs.ts';

export const BINS = 10;

export function calibrationError(probabilities: readonly number[], outcomes: readonly number[]): number {
  requireProbabilities(probabilities, outcomes);
  const gaps = binSums(probabilities, (i) => probabilities[i]! - outcomes[i]!);
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / probabilities.length;
}

/** The calibration error to expect of these probabilities if every one of them were exact. */
export function calibrationNoise(probabilities: readonly number[]): number {
  requireProbabilities(
    probabilities,
    probabilities.map(() => 0),
  );
  const variances = binSums(probabilities, (i) => probabilities[i]! * (1 - probabilities[i]!));
  return variances.reduce((sum, v) => sum + Math.sqrt((2 / Math.PI) * v), 0) / probabilities.length;
}

function binSums(probabilities: readonly number[], term: (row: number) => number): number[] {
  const sums = Array<number>(BINS).fill(0);
  for (const [i, p] of probabilities.entries()) sums[Math.min(BINS - 1, Math.floor(p * BINS))]! += term(i);
  return sums;
}

export interface CalibrationBin {
  /** Mean probability and share that came true, 0..1; rows. */
  stated: number;
  observed: number;
  cases: number;
}

/**
 * Stated against observed, over ten groups of equal size in order of probability (deciles of risk): probabilities of rare events
 * would all fall into one bin of equal width. Fewer rows make fewer groups.
 * Source: Hosmer and Lemeshow 1980. Errors: those of pairs.ts.
 * Worked: p = (.1, .3), y = (0, 1): (.1, 0, 1 case), (.3, 1, 1 case).
 */
export function calibrationDeciles(
  probabilities: readonly number[],
  outcomes: readonly number[],
): CalibrationBin[] {
  requireProbabilities(probabilities, outcomes);
  const order = probabilities.map((_, row) => row).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const groups = Math.min(BINS, order.length);
  return Array.from({ length: groups }, (_, group) => {
    const rows = order.slice(
      Math.floor((group * order.length) / groups),
      Math.floor(((group + 1) * order.length) / groups),
    );
    const meanOf = (values: readonly number[]) =>
      rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
    return { stated: meanOf(probabilities), observed: meanOf(outcomes), cases: rows.length };
  });
}
