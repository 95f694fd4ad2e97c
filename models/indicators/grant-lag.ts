/**
 * Grant lag: days from filing to grant.
 *
 *   lag = granted_on - filed_on; inside a cohort the index is 1 - lag / max(lag), so that faster is better.
 * Source: Harhoff and Wagner 2009; OECD indicator 3 (Squicciarini, Dernis and Criscuolo 2013), index [M].
 * Unit: days. Errors: FormulaFailure `grant_before_filing`, `date_invalid`.
 * Worked: EP2771468, filed 2013-12-12 and granted 2015-02-11: 426 days.
 */
import { daysBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import { requireOrder } from './checks.ts';

export function grantLagDays(filed_on: CalendarDate, granted_on: CalendarDate): number {
  requireOrder('grant_before_filing', ['filed_on', filed_on], ['granted_on', granted_on]);
  return daysBetween(filed_on, granted_on);
}
