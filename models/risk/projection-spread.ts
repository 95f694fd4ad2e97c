/**
 * How far values come to lie from what was projected, learnt from an installation's own past projections.
 *
 *   s^2 = (w0 s0^2 + sum_m w_m e2_m) / (w0 + sum_m w_m),  w_m = 2^(-age of month m / HALF_LIFE_months)
 * e2_m is the mean squared log error of the projections that fell due in month m. A month counts once, however many
 * pledges it had: a refit of the models moves all of them together. s0 is the prior, worth PRIOR_months months.
 *
 * Source: exponentially weighted variance, RiskMetrics 1996; half-life and prior were chosen on the whole replay of the
 * bundled history, `verified: false`.
 * Units: log. Domain: months not after `as_of`. Errors: RangeError for a month still to come.
 * Worked: no month known, 90 days: the prior, .17. One month with e2 = .01 just now: s^2 = (3 * .0289 + .01) / 4, s = .155.
 */
import type { CalendarDate } from '../types.ts';

export const HALF_LIFE_months = 6;
export const PRIOR_months = 3;
/** Spread to start with, by horizon in days. */
export const PRIOR_SPREAD: Readonly<Record<number, number>> = { 30: 0.1, 90: 0.17, 180: 0.24 };

export interface MonthError {
  /** First day of the month. */
  month: CalendarDate;
  mean_squared_log_error: number;
}

export function projectionSpread(
  horizon_days: number,
  months: readonly MonthError[],
  as_of: CalendarDate,
): number {
  const prior = PRIOR_SPREAD[horizon_days];
  if (prior === undefined)
    throw new RangeError(`horizon_days is ${horizon_days}: give ${Object.keys(PRIOR_SPREAD).join(', ')}`);
  let weight = PRIOR_months;
  let sum = PRIOR_months * prior ** 2;
  for (const { month, mean_squared_log_error } of months) {
    const age = monthNumber(as_of) - monthNumber(month);
    if (age < 0) throw new RangeError(`month ${month} is after ${as_of}: leave out what is still to come`);
    const share = 2 ** (-age / HALF_LIFE_months);
    weight += share;
    sum += share * mean_squared_log_error;
  }
  return Math.sqrt(sum / weight);
}

function monthNumber(date: CalendarDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
}
