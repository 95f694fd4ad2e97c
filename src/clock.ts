/**
 * The only clock of the program. Everything that needs today's date is handed a `Clock`.
 *
 * Webhook timestamps and leases do not use it: they run on real time, the latter on the database's own.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands where it is put: the replay's calendar, and tests. */
export interface SettableClock extends Clock {
  set(instant: Date): void;
}

export function settableClock(start: Date): SettableClock {
  let instant = start;
  return {
    now: () => instant,
    set(next) {
      instant = next;
    },
  };
}

/** A clock that runs in real time from another starting point: the calendar of a demonstration. */
export function shiftedClock(start: Date): SettableClock {
  let offset_ms = start.getTime() - Date.now();
  return {
    now: () => new Date(Date.now() + offset_ms),
    set(instant) {
      offset_ms = instant.getTime() - Date.now();
    },
  };
}

/** The UTC calendar date of an instant. */
export function dateOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** The instant that a question is asked of; now where it names none. */
export function asOf(clock: Clock, text: string | undefined): Date {
  return text === undefined ? clock.now() : new Date(text);
}
