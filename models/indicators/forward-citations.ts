/**
 * Forward citations: how many patent families cite the patent within T years of its publication.
 *
 *   CIT = sum over days t = P .. P + T of families citing at t, P the day of publication, T = 5 or 7 years.
 * Families and not documents, so one invention filed at many offices speaks once. The window runs from day to day: in
 * calendar years a patent published in December would be seen for almost a year less than one of January.
 * Source: Trajtenberg 1990; OECD indicator 7 (Squicciarini, Dernis and Criscuolo 2013), window [M].
 * Unit: families. Errors: FormulaFailure `date_invalid`, `as_of_before_window`, `out_of_range`.
 * Worked: published 2010-03-01; families a (2011 and 2012), b (2016-01-01), five years: 1; seven years: 2.
 */
import type { CalendarDate } from '../types.ts';
import { requireDate } from './checks.ts';
import type { WindowedCount } from './family-size.ts';
import { type Window, windowOf } from './window.ts';

/** A published document that cites the patent. */
export interface CitingPatent {
  /** Any name that the documents of one family share. */
  family: string;
  published_on: CalendarDate;
  /** Empty when not known. */
  ipc: readonly string[];
}

export function forwardCitations(
  citing: readonly CitingPatent[],
  published_on: CalendarDate,
  window_years: number,
  as_of: CalendarDate,
): WindowedCount {
  const window = windowOf(published_on, window_years, as_of);
  return { count: citingFamilies(citing, window).size, truncated: window.truncated };
}

/** The families that cite within the days seen, each with the distinct classes of its citing documents. */
export function citingFamilies(
  citing: readonly CitingPatent[],
  { opens, seen_to }: Pick<Window, 'opens' | 'seen_to'>,
): Map<string, Set<string>> {
  const families = new Map<string, Set<string>>();
  for (const { family, published_on, ipc } of citing) {
    const published = requireDate('published_on of a citing patent', published_on);
    if (published < opens || published > seen_to) continue;
    const symbols = families.get(family) ?? new Set();
    for (const symbol of ipc) symbols.add(symbol);
    families.set(family, symbols);
  }
  return families;
}
