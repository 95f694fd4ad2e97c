/**
 * Originality: over how many technologies the patents spread on which this one builds.
 *
 *   O = diversity of the IPC subclasses of the distinct cited patents, each one voice.
 * Source: Trajtenberg, Henderson and Jaffe 1997; OECD indicator 10, weighting [M]. See class-weights.ts.
 * Unit: 0 to 1, null without a classified cited patent. Errors: FormulaFailure `ipc_invalid`.
 * Worked: one cited patent of A61K and one of C07D: .5, corrected 1.
 */
import { type CitedPatent, distinctCited } from './backward-citations.ts';
import { classWeights } from './class-weights.ts';
import { diversity } from './diversity.ts';
import type { ClassDiversity } from './generality.ts';

export function originality(cited: readonly CitedPatent[]): ClassDiversity {
  const { weights, ...counts } = classWeights(distinctCited(cited).map(({ ipc }) => ipc));
  return { ...diversity(weights, counts.patents), ...counts };
}
