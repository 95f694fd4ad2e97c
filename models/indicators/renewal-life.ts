/**
 * Renewal life: complete years for which the patent was kept in force, counted from filing.
 *
 *   years = complete years from filed_on to min(ended_on, as_of, end of term);  share = years / term_years.
 * While the patent is alive the life is right-censored: it is at least this long. An end announced after the term is
 * an expiry, so the life is the term.
 * Source: Schankerman and Pakes 1986; OECD indicator 12 (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Units: years, share of the term. Errors: FormulaFailure `as_of_before_filing`, `end_before_filing`, `date_invalid`,
 * `out_of_range`, `not_whole`.
 * Worked: filed 2001-07-02, ended 2009-07-02, term 20: 8 years, share .4, not censored.
 */
import { wholeYearsBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import { requireCount, requireOrder } from './checks.ts';

export interface RenewalLife {
  years: number;
  share_of_term: number;
  right_censored: boolean;
}

/** `ended_on` is null when no end is known. */
export function renewalLife(
  filed_on: CalendarDate,
  ended_on: CalendarDate | null,
  term_years: number,
  as_of: CalendarDate,
): RenewalLife {
  requireCount('term_years', term_years, 1);
  requireOrder('as_of_before_filing', ['filed_on', filed_on], ['as_of', as_of]);
  if (ended_on !== null) requireOrder('end_before_filing', ['filed_on', filed_on], ['ended_on', ended_on]);
  const ended = ended_on !== null && ended_on <= as_of;
  const lived = wholeYearsBetween(filed_on, ended ? ended_on : as_of);
  const years = Math.min(lived, term_years);
  return { years, share_of_term: years / term_years, right_censored: !ended && lived < term_years };
}
