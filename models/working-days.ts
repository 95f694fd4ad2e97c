/**
 * Working days: deadlines that banks count in them, such as the fifteen to cure a breach.
 *
 * China: Monday to Friday without the public holidays, with the weekend days that are worked instead, year by year as
 * the General Office of the State Council announces them (放假安排, each autumn for the next year). The tables below
 * are entered from memory of these notices and not yet compared with them: `verified: false`. A year that has no table
 * is counted by weekdays alone, and the answer says so: its deadline may fall too early, never too late by a holiday
 * that was forgotten in silence.
 * Domain: whole days from 0 on. Errors: RangeError for another number of days or a text that is no date.
 * Worked: 15 working days from 2025-09-19 end on 2025-10-16, over the holiday of 1 to 8 October, with the Sunday of
 * 28 September and the Saturday of 11 October worked.
 */
import { addDays, daysBetween } from './calendar.ts';
import type { CalendarDate } from './types.ts';

export type WorkingCalendar = 'CN' | 'weekdays';

export interface Deadline {
  on: CalendarDate;
  /** Years without a table of holidays that the count passed through; empty when it is exact. */
  weekday_only_years: number[];
}

interface YearTable {
  /** First and last day of each holiday, `MM-DD`. */
  holidays: readonly (readonly [string, string])[];
  /** Saturdays and Sundays that are worked, `MM-DD`. */
  worked: readonly string[];
}

export const CN_HOLIDAYS: { verified: boolean; years: Readonly<Record<number, YearTable>> } = {
  verified: false,
  years: {
    2024: {
      holidays: [
        ['01-01', '01-01'],
        ['02-10', '02-17'],
        ['04-04', '04-06'],
        ['05-01', '05-05'],
        ['06-10', '06-10'],
        ['09-15', '09-17'],
        ['10-01', '10-07'],
      ],
      worked: ['02-04', '02-18', '04-07', '04-28', '05-11', '09-14', '09-29', '10-12'],
    },
    2025: {
      holidays: [
        ['01-01', '01-01'],
        ['01-28', '02-04'],
        ['04-04', '04-06'],
        ['05-01', '05-05'],
        ['05-31', '06-02'],
        ['10-01', '10-08'],
      ],
      worked: ['01-26', '02-08', '04-27', '09-28', '10-11'],
    },
    2026: {
      holidays: [
        ['01-01', '01-03'],
        ['02-15', '02-23'],
        ['04-04', '04-06'],
        ['05-01', '05-05'],
        ['06-19', '06-21'],
        ['09-25', '09-27'],
        ['10-01', '10-07'],
      ],
      worked: ['01-04', '02-14', '02-28', '05-09', '09-20', '10-10'],
    },
  },
};

/** Any Monday: weekdays are counted from it. */
const A_MONDAY = '2000-01-03';
const DAYS_A_WEEK = 7;
const WEEKDAYS = 5;

/** The day on which that many working days after `from` have passed; `from` itself does not count. */
export function addWorkingDays(from: CalendarDate, days: number, calendar: WorkingCalendar): Deadline {
  if (!Number.isSafeInteger(days) || days < 0)
    throw new RangeError(`working days are ${days}: give a whole number from 0 on`);
  const weekday_only = new Set<number>();
  let on = from;
  for (let left = days; left > 0; ) {
    on = addDays(on, 1);
    const table = tableOf(on, calendar);
    if (!table) weekday_only.add(yearOf(on));
    if (isWorked(on, table)) left -= 1;
  }
  return { on, weekday_only_years: [...weekday_only] };
}

/** A term whose last day is not worked ends on the next day that is. */
export function endOfTerm(last: CalendarDate, calendar: WorkingCalendar): Deadline {
  const weekday_only = new Set<number>();
  let on = last;
  for (;;) {
    const table = tableOf(on, calendar);
    if (!table) weekday_only.add(yearOf(on));
    if (isWorked(on, table)) return { on, weekday_only_years: [...weekday_only] };
    on = addDays(on, 1);
  }
}

export function isWorkingDay(day: CalendarDate, calendar: WorkingCalendar): boolean {
  return isWorked(day, tableOf(day, calendar));
}

function tableOf(day: CalendarDate, calendar: WorkingCalendar): YearTable | undefined {
  return calendar === 'CN' ? CN_HOLIDAYS.years[yearOf(day)] : undefined;
}

function isWorked(day: CalendarDate, table: YearTable | undefined): boolean {
  const since_monday = daysBetween(A_MONDAY, day) % DAYS_A_WEEK;
  const weekday = (since_monday + DAYS_A_WEEK) % DAYS_A_WEEK < WEEKDAYS;
  const month_day = day.slice(5);
  if (table?.worked.includes(month_day)) return true;
  return weekday && !table?.holidays.some(([first, last]) => first <= month_day && month_day <= last);
}

function yearOf(day: CalendarDate): number {
  return Number(day.slice(0, 4));
}
