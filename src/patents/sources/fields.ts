/** Readers of one field, shared by the adapters: a value, or a `RejectedField` that says what is wrong with it. */
import { isCalendarDate } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { plainCode } from './plain-text.ts';
import { RejectedField } from './record.ts';

/** Offices write 0001 and 9999 for "no date"; no patent is older or lives longer than these. */
const FIRST_YEAR = 1790;
const LAST_YEAR = 2199;

/**
 * A day written 2000-06-30, 2000.06.30 or 20000630.
 * @throws {RejectedField} another form, or a day that no calendar has
 */
export function calendarDate(text: string, field: string): CalendarDate {
  const parts = /^(\d{4})([-.]?)(\d{2})\2(\d{2})$/.exec(plainCode(text));
  if (!parts) throw new RejectedField(field, `"${shown(text)}" is not a date of the form YYYY-MM-DD`, 'date');
  const date = `${parts[1]}-${parts[3]}-${parts[4]}`;
  const year = Number(parts[1]);
  if (!isCalendarDate(date) || year < FIRST_YEAR || year > LAST_YEAR)
    throw new RejectedField(field, `${date} is not a possible date`, 'date');
  return date;
}

/** @throws {RejectedField} `date` is before `bound` */
export function notBefore(
  date: CalendarDate,
  field: string,
  bound: CalendarDate,
  what: string,
): CalendarDate {
  if (date < bound) throw new RejectedField(field, `${date} is before ${what} on ${bound}`, 'date_order');
  return date;
}

export function earliest(dates: readonly CalendarDate[]): CalendarDate | null {
  return dates.toSorted()[0] ?? null;
}

/** A value as it may stand in a reason. */
export function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
