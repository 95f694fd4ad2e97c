/**
 * Chance that a termination notice is published within a horizon, of a patent without one on `as_of`.
 *
 *   P = sum_d S(d) h_d (F(a + H - d) - F(a - d)) / P(no notice by a),  over due dates d of unproven annuities,
 *   P(no notice by a) = 1 - sum_d S(d) h_d F(a - d),  S(d) = prod over earlier such annuities of (1 - h)
 * a is `as_of`, H the horizon, F the measured share of lapses published by then (notice.ts). A due date older than
 * NOTICE_DELAY_days counts as paid and adds nothing.
 *
 * Units: probability, days. Domain: horizon of at least 0 days. Errors: RangeError for a negative horizon.
 * Worked: one due date 379 days ago, h = .2, horizon 47 days: F(426) = .5, so P = .2 * .5 / 1 = .1.
 */
import { daysBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import { NOTICE_DELAY_days, publishedShare } from './notice.ts';
import type { AnnuityHazard } from './types.ts';

export function noticeProbability(
  annuities: readonly Pick<AnnuityHazard, 'due_on' | 'hazard' | 'paid'>[],
  as_of: CalendarDate,
  horizon_days: number,
): number {
  if (!(horizon_days >= 0)) throw new RangeError(`horizon_days is ${horizon_days}: give 0 or more`);
  let paid_so_far = 1;
  let published = 0;
  let within = 0;
  for (const { due_on, hazard, paid } of annuities) {
    const elapsed = daysBetween(due_on, as_of);
    if (paid || elapsed >= NOTICE_DELAY_days) continue;
    const lapse = paid_so_far * hazard;
    const before = publishedShare(elapsed);
    published += lapse * before;
    within += lapse * (publishedShare(elapsed + horizon_days) - before);
    paid_so_far *= 1 - hazard;
  }
  return within / (1 - published);
}
