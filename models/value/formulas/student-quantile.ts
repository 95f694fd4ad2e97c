/**
 * Quantile of Student's t distribution, by its expansion about the normal quantile.
 *
 *   t = z + g1 / v + g2 / v^2 + g3 / v^3 + g4 / v^4,  z = Phi^-1(p), g_i odd polynomials in z
 *
 * Source: Abramowitz and Stegun 26.7.5 [M]. Units: none. Domain: v >= 4 degrees of freedom, .01 <= p <= .99; there the
 * relative error is under 2e-4 for .05 <= p <= .95 and under 2e-3 at the ends. Errors: not_finite, out_of_range.
 * Worked: p = .9: v = 4: 1.5332, v = 10: 1.3722; p = .975, v = 10: 2.2281.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireBetween } from '../../failure.ts';

export function studentQuantile(p: number, degrees_of_freedom: number): number {
  requireBetween('p', p, 0.01, 0.99);
  requireBetween('degrees_of_freedom', degrees_of_freedom, 4, Number.MAX_SAFE_INTEGER);
  const z = normalQuantile(p, 0, 1);
  const square = z * z;
  const g1 = (z * (square + 1)) / 4;
  const g2 = (z * ((5 * square + 16) * square + 3)) / 96;
  const g3 = (z * (((3 * square + 19) * square + 17) * square - 15)) / 384;
  const g4 = (z * ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945)) / 92_160;
  const v = degrees_of_freedom;
  return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}
