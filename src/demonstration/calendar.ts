/**
 * A demonstration lives in the past: its calendar stands where the replay of history ended, runs on from there, and
 * staff may put it forward. It is kept in the database, so a restart goes on where it was.
 */
import { type SettableClock, shiftedClock } from '../clock.ts';
import type { Database } from '../db/client.ts';
import { Problem } from '../errors.ts';

const SETTING = 'demonstration_calendar';
/** No further than this at once: every day on the way is worked through. */
const MAX_ADVANCE_DAYS = 400;
const DAY_MS = 86_400_000;

export interface Calendar {
  clock: SettableClock;
  /** @throws Problem `refused` when `to` lies behind or too far ahead */
  advance(to: Date): Promise<void>;
}

/** Marks the database as a demonstration whose today is `start`. */
export async function foundCalendar(database: Database, start: Date): Promise<void> {
  const value = { calendar: start.toISOString(), set_at: new Date().toISOString() };
  await database.sql`insert into setting (name, value) values (${SETTING}, ${database.sql.json(value)})
    on conflict (name) do update set value = excluded.value`;
}

/** The calendar of a demonstration database; null for any other. */
export async function openCalendar(database: Database): Promise<Calendar | null> {
  const [row] = await database.sql<{ value: { calendar: string; set_at: string } }[]>`
    select value from setting where name = ${SETTING}`;
  if (!row) return null;
  const elapsed_ms = Math.max(0, Date.now() - Date.parse(row.value.set_at));
  const clock = shiftedClock(new Date(Date.parse(row.value.calendar) + elapsed_ms));
  return {
    clock,
    async advance(to) {
      const days = (to.getTime() - clock.now().getTime()) / DAY_MS;
      if (days <= 0 || days > MAX_ADVANCE_DAYS)
        throw new Problem(
          'refused',
          `The calendar stands at ${clock.now().toISOString()}; it goes forward only, by ${MAX_ADVANCE_DAYS} days at the most.`,
        );
      await foundCalendar(database, to);
      clock.set(to);
    },
  };
}
