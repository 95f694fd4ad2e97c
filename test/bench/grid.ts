/** Jobs of which one is due every twenty minutes, and what their workers are asked. */
import { DAY_MS, type SlottedJob } from '../../jobs/slots.ts';
import type { Sql } from '../../src/db/client.ts';

export const SLOT_ms = 20 * 60_000;

export interface SlotQuestion {
  /** Where the workers' clock stands. */
  now_ms: number;
}

export interface SlotAnswer {
  /** Slots that the worker ran. */
  ran: number;
}

/** Each notes that it ran, and when in the order of all. */
export function gridJobs(sql: Sql): SlottedJob[] {
  return Array.from({ length: DAY_MS / SLOT_ms }, (_, n) => {
    const id = `job-${n}`;
    return {
      id,
      minute: (n * SLOT_ms) / 60_000,
      async run(_context, slot) {
        await sql`insert into ran (job, slot) values (${id}, ${slot})`;
        return {};
      },
    };
  });
}
