/**
 * Date arithmetic on ISO 8601 calendar dates, `YYYY-MM-DD`, proleptic Gregorian, years 0001 to 9999.
 * Pure integers: no clock and no time zone can enter.
 *
 * Source: day numbering after Hinnant, "chrono-compatible low-level date algorithms" (days from civil).
 * End-of-month rule: a date that the target month lacks becomes that month's last day.
 * Errors: RangeError naming the text, the rule and the remedy.
 * Worked: addYears('2000-02-29', 1) = '2001-02-28'; daysBetween('2000-02-28', '2000-03-01') = 2.
 */
import type { CalendarDate } from './types.ts';

interface Civil {
  year: number;
  month: number;
  day: number;
}

const ZERO = '0'.charCodeAt(0);
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ERA_DAYS = 146_097;
/** Of months and days. */
const TWO_DIGITS = Array.from({ length: 32 }, (_, number) => String(number).padStart(2, '0'));

/** The arithmetic leads to a day before the year 0001 or after 9999. */
export class OutsideCalendar extends RangeError {
  override readonly name = 'OutsideCalendar';
}

/** Year, month (1-12) and day of a date; throws RangeError when the text is not a real date. */
export function parseDate(text: string): Civil {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const has_form = text.length === 10 && text[4] === '-' && text[7] === '-';
  if (!(has_form && year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month)))
    throw new RangeError(`'${text}' is not a calendar date: give an existing day as YYYY-MM-DD`);
  return { year, month, day };
}

/** The number that ASCII digits stand for; NaN when another character is among them. Dates are read in every inner loop. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let place = from; place < to; place++) {
    const digit = text.charCodeAt(place) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Whether `text` names an existing day in the form `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  try {
    parseDate(text);
    return true;
  } catch {
    return false;
  }
}

/** `date` moved by whole days (negative: back). */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  requireInteger(days, 'days');
  return formatCivil(civilFromDays(dayNumber(parseDate(date)) + days));
}

/** `date` moved by whole months under the end-of-month rule. */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  requireInteger(months, 'months');
  const { year, month, day } = parseDate(date);
  const index = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(index / 12);
  const targetMonth = index - targetYear * 12 + 1;
  return formatCivil({
    year: targetYear,
    month: targetMonth,
    day: Math.min(day, monthDays(targetYear, targetMonth)),
  });
}

/** `date` moved by whole years: 29 February becomes 28 February in a common year. */
export function addYears(date: CalendarDate, years: number): CalendarDate {
  requireInteger(years, 'years');
  return formatCivil(yearsLater(parseDate(date), years));
}

/** Days from `from` to `to`; negative when `to` comes first. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return dayNumber(parseDate(to)) - dayNumber(parseDate(from));
}

/** Complete years from `from` to `to`: the largest n with addYears(from, n) <= to. */
export function wholeYearsBetween(from: CalendarDate, to: CalendarDate): number {
  return wholeYears(parseDate(from), parseDate(to));
}

/** Years from `from` to `to`: complete years plus the elapsed share of the running one. */
export function yearsBetween(from: CalendarDate, to: CalendarDate): number {
  const [start, end] = [parseDate(from), parseDate(to)];
  const whole = wholeYears(start, end);
  const last = dayNumber(yearsLater(start, whole));
  return whole + (dayNumber(end) - last) / (dayNumber(yearsLater(start, whole + 1)) - last);
}

function yearsLater({ year, month, day }: Civil, years: number): Civil {
  return { year: year + years, month, day: Math.min(day, monthDays(year + years, month)) };
}

function wholeYears(from: Civil, to: Civil): number {
  const guess = to.year - from.year;
  return dayNumber(yearsLater(from, guess)) <= dayNumber(to) ? guess : guess - 1;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function monthDays(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : MONTH_DAYS[month - 1]!;
}

/** Days since 0000-03-01. */
function dayNumber({ year, month, day }: Civil): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * ERA_DAYS + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  );
}

function civilFromDays(days: number): Civil {
  const era = Math.floor(days / ERA_DAYS);
  const dayOfEra = days - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

function formatCivil({ year, month, day }: Civil): CalendarDate {
  if (year < 1 || year > 9999)
    throw new OutsideCalendar(`year ${year} is outside 0001 to 9999: move the date by less`);
  return `${String(year).padStart(4, '0')}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
}

function requireInteger(value: number, name: string): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}: give a whole number`);
}
