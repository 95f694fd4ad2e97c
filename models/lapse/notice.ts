/**
 * From the unpaid due date to the published notice of termination (CNIPA code CF01), and back.
 *
 * A notice appears more than a year after the due date: six months of grace, the office's letter, two months for
 * restoration, the gazette. Measured on 1,184 termination notices before the end of the term among 1,596 Chinese
 * inventions published in 2002, followed to 2017 (data/cn_patents.csv): days past the latest filing anniversary
 * are 43, 52, 57, 61, 65, 76, 93, 214 at the quantiles .01, .10, .25, .50, .75, .90, .95, .99 (least 14, most 312).
 * Since that is too soon for the six months of grace after the same anniversary to have run out, the notice speaks
 * of the anniversary before, so the delay is one year longer: median 426 days, 99 % within 580.
 * Which anniversary is meant is inferred, not printed in the notice. For it speaks that the hazard so mapped rises
 * where the fee steps up at patent years 7, 10 and 13; against it, that it does not at 4 and 16.
 * These constants come from the whole file, to 2017: a replay of an earlier day knows them before its time.
 *
 * Units: days. Worked: filed 2001-08-09, notice 2011-10-12: anniversary 2011-08-09, unpaid due date 2010-08-09.
 */
import { addYears, wholeYearsBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';

/** Days after which a due date without a notice counts as paid: .99 quantile of the delay. */
export const NOTICE_DELAY_days = 580;

/** Days after which the first lapses are published. */
export const NOTICE_SOONEST_days = 379;

/** Measured distribution of the delay: days, share of notices published by then; linear in between. */
const NOTICE_DELAY_CDF: readonly (readonly [days: number, share: number])[] = [
  [NOTICE_SOONEST_days, 0],
  [408, 0.01],
  [417, 0.1],
  [422, 0.25],
  [426, 0.5],
  [430, 0.75],
  [441, 0.9],
  [458, 0.95],
  [NOTICE_DELAY_days, 1],
];

/** Share of lapses that have been published `days` after the unpaid due date. */
export function publishedShare(days: number): number {
  for (let index = 1; index < NOTICE_DELAY_CDF.length; index++) {
    const [from, below] = NOTICE_DELAY_CDF[index - 1]!;
    const [to, above] = NOTICE_DELAY_CDF[index]!;
    if (days <= from) return below;
    if (days < to) return below + ((above - below) * (days - from)) / (to - from);
  }
  return 1;
}

/** The due date that a termination notice speaks of. */
export function dueDateOfNotice(filed_on: CalendarDate, notice_on: CalendarDate): CalendarDate {
  return addYears(filed_on, wholeYearsBetween(filed_on, notice_on) - 1);
}
