/**
 * What the owner of a patent with a known return does: pays while it pays, then drops for good, and the office tells.
 *
 * Unpaid is the first annuity whose threshold z_k (value/renewal.ts) exceeds the initial return. The notice follows after
 * a delay drawn from the measured distribution (lapse/notice.ts): the least d with F(d) >= u.
 * Source: Pakes and Schankerman 1984. Units: major currency units, days. Domain: 0 < u <= 1. Errors: none.
 * Worked: thresholds 1,200 and 1,600, return 1,500: the second annuity stays unpaid; u = .5 puts the notice at 426 days.
 */
import { addDays } from '../calendar.ts';
import { NOTICE_DELAY_days, publishedShare } from '../lapse/notice.ts';
import type { CalendarDate } from '../types.ts';

/** Position of the annuity that stays unpaid; null when all are paid. */
export function firstUnpaid(initial_return: number, thresholds: readonly number[]): number | null {
  const unpaid = thresholds.findIndex((threshold) => initial_return < threshold);
  return unpaid < 0 ? null : unpaid;
}

/** Day of the termination notice; `u` is a uniform draw. */
export function noticeDay(unpaid_due_on: CalendarDate, u: number): CalendarDate {
  let [before, days] = [0, NOTICE_DELAY_days];
  while (days - before > 1) {
    const middle = Math.floor((before + days) / 2);
    if (publishedShare(middle) < u) before = middle;
    else days = middle;
  }
  return addDays(unpaid_due_on, days);
}
