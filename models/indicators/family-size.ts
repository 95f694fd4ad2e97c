/**
 * Family size: at how many patent offices protection was sought for the invention, within a window.
 *
 *   size = number of distinct authorities that published a family member up to `window_years` after the filing of
 *   the patent, its own office included.
 * Members published before the filing count too. An international application (WO) is a way to offices and not an
 * office, so it does not count; a regional office counts as one. The fixed window keeps old and young cohorts comparable.
 * Source: Putnam 1996; OECD indicator 2, DOCDB or INPADOC family (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Unit: authorities (WIPO ST.3 codes). Errors: FormulaFailure `date_invalid`, `as_of_before_window`, `out_of_range`.
 * Worked: EP filed 2013-12-12 with members US 2014, WO 2014, US 2016, CN 2021, five years: 2 (EP and US).
 */
import type { CalendarDate } from '../types.ts';
import { requireDate } from './checks.ts';
import { windowOf } from './window.ts';

export interface FamilyMember {
  /** WIPO ST.3 code. */
  authority: string;
  published_on: CalendarDate;
}

/** A count within a window; `truncated` while the window is open. */
export interface WindowedCount {
  count: number;
  truncated: boolean;
}

const INTERNATIONAL = 'WO';

export function familySize(
  own_authority: string,
  members: readonly FamilyMember[],
  filed_on: CalendarDate,
  window_years: number,
  as_of: CalendarDate,
): WindowedCount {
  const { seen_to, truncated } = windowOf(filed_on, window_years, as_of);
  const authorities = new Set([own_authority]);
  for (const { authority, published_on } of members) {
    if (requireDate('published_on of a family member', published_on) <= seen_to) authorities.add(authority);
  }
  authorities.delete(INTERNATIONAL);
  return { count: authorities.size, truncated };
}
