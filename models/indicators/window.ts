/**
 * The window of whole years that opens on one day, as far as it can be seen on another.
 *
 *   opens = from, closes = from + years, seen to = min(closes, as_of); truncated while as_of < closes.
 * Both ends belong to the window. A window not yet closed must be told apart from one in which nothing came.
 * Source: OECD counts in a window of T years after publication (Squicciarini, Dernis and Criscuolo 2013) [M].
 * Units: calendar dates, years. Errors: FormulaFailure `date_invalid`, `out_of_range`,
 * `not_whole`, `as_of_before_window`.
 * Worked: from 2010-03-01, 5 years, as of 2013-01-01: seen to 2013-01-01, truncated.
 */
import { addYears } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import { requireCount, requireOrder } from './checks.ts';

export interface Window {
  opens: CalendarDate;
  /** Last day seen. */
  seen_to: CalendarDate;
  /** The window has not closed on the day asked. */
  truncated: boolean;
}

export function windowOf(from: CalendarDate, window_years: number, as_of: CalendarDate): Window {
  requireCount('window_years', window_years, 1);
  requireOrder('as_of_before_window', ['start of the window', from], ['as_of', as_of]);
  const closes = addYears(from, window_years);
  const truncated = as_of < closes;
  return { opens: from, seen_to: truncated ? as_of : closes, truncated };
}
