/** Slots under three workers, with six hours off between, and whether each was run once and in order. */
import { startSlots } from '../../jobs/slots.ts';
import type { Database } from '../../src/db/client.ts';
import { type Child, startChild } from './child.ts';
import { gridJobs, SLOT_ms, type SlotAnswer, type SlotQuestion } from './grid.ts';
import type { Place } from './revaluation.ts';

const WORKERS = 3;
const START = new Date('2026-01-05T00:00:00Z');
const STEP_ms = 3_600_000;
const OFF_ms = 6 * 3_600_000;
/** Ticks that may pass before the slots that are due have run. */
const TICKS = 100;

export interface SlotReport {
  slots: number;
  slots_missed: number;
  slots_repeated: number;
  /** Run after a later slot. */
  slots_out_of_order: number;
  /** How many each worker ran, those after the six hours off apart. */
  shares: number[];
}

/** Hour by hour; when half of the slots have run, the workers end, and others begin six hours later. */
export async function runSlots(
  { url, database }: Place,
  slots: number,
  on_progress: (done: number) => void = () => {},
): Promise<SlotReport> {
  await database.sql`create table ran (place bigint generated always as identity, job text, slot timestamptz)`;
  await startSlots(database.sql, gridJobs(database.sql), START);
  const end_ms = START.getTime() + slots * SLOT_ms;
  const half_ms = START.getTime() + Math.floor((slots * SLOT_ms) / 2 / STEP_ms) * STEP_ms;
  const shares: number[] = [];
  let now_ms = START.getTime();
  for (const until_ms of [half_ms, end_ms]) {
    const workers = await Promise.all(
      Array.from({ length: WORKERS }, () => startChild('slot-worker.ts', [url])),
    );
    if (until_ms === end_ms) now_ms += OFF_ms - STEP_ms;
    const own = workers.map(() => 0);
    while (now_ms < until_ms) {
      now_ms = Math.min(now_ms + STEP_ms, until_ms);
      await runTo(database, workers, own, now_ms);
      on_progress((now_ms - START.getTime()) / (end_ms - START.getTime()));
    }
    for (const worker of workers) await worker.end();
    shares.push(...own);
  }
  return { ...(await judge(database, slots)), shares };
}

/** Ticks of all workers at once until every slot up to the instant is done. */
async function runTo(
  { sql }: Database,
  workers: readonly Child<unknown>[],
  shares: number[],
  now_ms: number,
) {
  const due = (now_ms - START.getTime()) / SLOT_ms;
  for (let tick = 0; tick < TICKS; tick++) {
    const question: SlotQuestion = { now_ms };
    const answers = await Promise.all(workers.map((worker) => worker.ask<SlotAnswer>(question)));
    for (const [index, { ran }] of answers.entries()) shares[index]! += ran;
    const [row] = await sql<{ done: number }[]>`
      select count(*) as done from job_run where state = 'done' and slot > ${START}`;
    if (row!.done >= due) return;
  }
}

async function judge({ sql }: Database, slots: number) {
  const ran = await sql<{ slot: Date }[]>`select slot from ran order by place`;
  const instants = ran.map(({ slot }) => slot.getTime());
  const distinct = new Set(instants);
  const expected = Array.from({ length: slots }, (_, n) => START.getTime() + (n + 1) * SLOT_ms);
  return {
    slots,
    slots_missed: expected.filter((instant) => !distinct.has(instant)).length,
    slots_repeated: instants.length - distinct.size,
    slots_out_of_order: instants.filter((instant, n) => n > 0 && instant < instants[n - 1]!).length,
  };
}
