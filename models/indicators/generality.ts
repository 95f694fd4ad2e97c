/**
 * Generality: over how many technologies the later patents spread that cite this one.
 *
 *   G = diversity of the IPC subclasses of the families citing within five years of publication, each family one voice.
 * Source: Trajtenberg, Henderson and Jaffe 1997; OECD indicator 9, window and weighting [M]. See class-weights.ts.
 * Unit: 0 to 1, null without a classified citing family. Errors: as forwardCitations and classWeights.
 * Worked: three families of A61K, two of C07D, one of A01N: .6111, corrected .7333.
 */
import type { CalendarDate } from '../types.ts';
import { classWeights } from './class-weights.ts';
import { type Diversity, diversity } from './diversity.ts';
import { type CitingPatent, citingFamilies } from './forward-citations.ts';
import { windowOf } from './window.ts';

/** Diversity, and how many patents stand behind it. */
export interface ClassDiversity extends Diversity {
  patents: number;
  patents_without_classes: number;
}

export function generality(
  citing: readonly CitingPatent[],
  published_on: CalendarDate,
  window_years: number,
  as_of: CalendarDate,
): ClassDiversity & { truncated: boolean } {
  const window = windowOf(published_on, window_years, as_of);
  const families = Array.from(citingFamilies(citing, window).values(), (symbols) => [...symbols]);
  const { weights, ...counts } = classWeights(families);
  return { ...diversity(weights, counts.patents), ...counts, truncated: window.truncated };
}
