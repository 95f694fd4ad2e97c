/** Days that people state, against the day that it is somewhere. */
import { dateOf } from '../clock.ts';
import { Problem } from '../errors.ts';
import { say } from './sentences.ts';

const FURTHEST_ZONE_MS = 14 * 3_600_000;

/** Whether a day has not begun yet even in the furthest time zone, UTC+14. */
export function isFuture(day: string, now: Date): boolean {
  return day > dateOf(new Date(now.getTime() + FURTHEST_ZONE_MS));
}

/** @throws Problem `refused` for a day that is still to come everywhere */
export function refuseFuture(field: string, day: string, now: Date): void {
  if (isFuture(day, now))
    throw new Problem('refused', say('day_to_come', { field, day, today: dateOf(now) }));
}
