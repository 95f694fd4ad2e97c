/**
 * The refusals that the indicators share: a count that is none, a text that is no date, dates in an impossible order.
 *
 * Errors: FormulaFailure `not_finite`, `out_of_range`, `not_whole`, `date_invalid`, or the code given.
 * Worked: requireCount('claims', -1, 1) refuses with `out_of_range`;
 * requireDate('filed_on', '2023-02-29') refuses with `date_invalid`.
 */
import { isCalendarDate } from '../calendar.ts';
import { FormulaFailure, requireBetween } from '../failure.ts';
import type { CalendarDate } from '../types.ts';

/** A whole number of at least `least`. */
export function requireCount(name: string, value: number, least: number): number {
  requireBetween(name, value, least, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(value))
    throw new FormulaFailure('not_whole', `${name} is ${value}; give a whole number.`);
  return value;
}

export function requireDate(name: string, text: string): CalendarDate {
  if (!isCalendarDate(text))
    throw new FormulaFailure('date_invalid', `${name} is '${text}'; give an existing day as YYYY-MM-DD.`);
  return text;
}

/** Both ends are dates and `last` is not before `first`; equal days pass. */
export function requireOrder(
  code: string,
  [first_name, first]: readonly [string, CalendarDate],
  [last_name, last]: readonly [string, CalendarDate],
): void {
  requireDate(first_name, first);
  requireDate(last_name, last);
  if (last < first)
    throw new FormulaFailure(
      code,
      `${last_name} ${last} is before ${first_name} ${first}; correct one of them.`,
    );
}
