/** Periods of bulletins: weeks from Monday on (ISO 8601), calendar months. */
import { addDays, addMonths, daysBetween } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';

export const CADENCES = ['weekly', 'monthly'] as const;
export type Cadence = (typeof CADENCES)[number];

/** A Monday. */
const SOME_MONDAY = '2001-01-01';
const WEEK_DAYS = 7;

/** The first day of the period that a day is in. */
export function periodStart(cadence: Cadence, day: CalendarDate): CalendarDate {
  if (cadence === 'monthly') return `${day.slice(0, 7)}-01`;
  const since_monday = daysBetween(SOME_MONDAY, day) % WEEK_DAYS;
  return addDays(day, -((since_monday + WEEK_DAYS) % WEEK_DAYS));
}

/** The first day of the period after, or before with -1. */
export function periodAfter(cadence: Cadence, from_on: CalendarDate, periods = 1): CalendarDate {
  return cadence === 'monthly' ? addMonths(from_on, periods) : addDays(from_on, WEEK_DAYS * periods);
}

/** First days of the periods that begin with the one of a day and are over by another. */
export function periodsOver(cadence: Cadence, since: CalendarDate, today: CalendarDate): CalendarDate[] {
  const over: CalendarDate[] = [];
  let from_on = periodStart(cadence, since);
  while (periodAfter(cadence, from_on) <= today) {
    over.push(from_on);
    from_on = periodAfter(cadence, from_on);
  }
  return over;
}
