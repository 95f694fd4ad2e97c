/**
 * What the central intervals have held in a simulated world with known values: means of the twenty runs of
 * docs/models/coverage.md, 10,000 patents each, and the widest gap of any cell of field and age in any of them.
 * Shares. A test holds them against that page.
 */
import type { Interval } from '../quantiles.ts';

export interface MeasuredCoverage {
  held: Record<Interval, number>;
  /** Largest distance between what a cell held and what its interval promises. */
  worst_gap: number;
}

export const COVERAGE: Record<'models_alone' | 'corrected', MeasuredCoverage> = {
  models_alone: { held: { c50: 0.491, c80: 0.784, c90: 0.885 }, worst_gap: 0.145 },
  corrected: { held: { c50: 0.502, c80: 0.8, c90: 0.9 }, worst_gap: 0.033 },
};
