/** Calendar months of UTC, named by their first day. */
import { addMonths } from '../../models/calendar.ts';
import { dateOf } from '../clock.ts';

export function monthOf(instant: Date): string {
  return `${dateOf(instant).slice(0, 7)}-01`;
}

export function nextMonth(month: string): string {
  return addMonths(month, 1);
}
