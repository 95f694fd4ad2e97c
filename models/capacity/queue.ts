/**
 * How long the last of a batch waits in a queue that is fed at once and worked off steadily.
 *
 * Hour by hour: waiting(h + 1) = max(0, waiting(h) + arriving(h) - done), over as many batches as show whether the queue
 * empties between them; what still waits at the end waits for waiting / done hours more.
 * Domain: arriving >= 0; every_hours a whole number >= 1; done_an_hour > 0.
 * Worked: 100 every 10 hours at 20 an hour wait 5; at 5 an hour the queue grows by 50 a batch, and the fourth waits 50.
 */

/** Batches of which the last is looked at. */
const BATCHES = 4;

export interface Fed {
  arriving: number;
  every_hours: number;
  done_an_hour: number;
}

/** @returns hours */
export function longestWait({ arriving, every_hours, done_an_hour }: Fed): number {
  let waiting = 0;
  let longest = 0;
  for (let hour = 0; hour < BATCHES * every_hours; hour++) {
    if (hour % every_hours === 0) waiting += arriving;
    longest = Math.max(longest, waiting / done_an_hour);
    waiting = Math.max(0, waiting - done_an_hour);
  }
  return longest;
}
