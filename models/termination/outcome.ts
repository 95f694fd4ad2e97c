/**
 * The question of the backtest: does the termination notice come within five years of grant?
 *
 *   outcome = 1 when notice - grant <= 1,827 days, that is 5 * 365.25 rounded up; else 0.
 * Gazettes appear weekly and 1,827 days are 261 weeks, so the rounding decides: it moves 2 of the 1,596 patents of
 * data/cn_patents.csv. The question has an answer only where the patent was followed for so long: of the later grants
 * those without a notice may still get one, and those with one are held back too, or the newest would all be bad.
 * Units: days. Errors: RangeError on a text that is no date (calendar.ts).
 * Worked: granted 2003-03-19, notice 2008-03-19 is 1,827 days later: 1; a day later: 0.
 */
import { daysBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import type { Example, GrantHistory } from './types.ts';

export const HORIZON_years = 5;
export const HORIZON_days = daysOf(HORIZON_years);

/** Those of `histories` that were followed for the whole horizon by `followed_to`, in the order given. */
export function examplesKnownBy(histories: readonly GrantHistory[], followed_to: CalendarDate): Example[] {
  return histories
    .map((history) => ({
      ...history,
      outcome: endedWithin(history, HORIZON_years),
      followed_days: daysBetween(history.facts.granted_on, followed_to),
    }))
    .filter(({ followed_days }) => followed_days >= HORIZON_days);
}

/** 1 when the notice came within so many years of grant. */
export function endedWithin({ facts, notice_on }: GrantHistory, years: number): 0 | 1 {
  return notice_on !== null && daysBetween(facts.granted_on, notice_on) <= daysOf(years) ? 1 : 0;
}

export function daysOf(years: number): number {
  return Math.ceil(years * 365.25);
}
