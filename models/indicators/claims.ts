/**
 * Claims: how many claims the document has.
 *
 * A patent has at least one, so 0 is a gap in the source and is refused rather than counted. The European claims fee
 * from the 16th claim on bends the distribution; compare within one office.
 * Source: Tong and Frame 1994; OECD indicator 6 (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Unit: claims. Errors: FormulaFailure `out_of_range`, `not_finite`, `not_whole`. Worked: 17 gives 17; 0 is refused.
 */
import { requireCount } from './checks.ts';

export function claimCount(claims: number): number {
  return requireCount('claims', claims, 1);
}
