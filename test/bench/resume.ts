/** `npm run bench -- resume`: a revaluation under kills, and slots under three workers. */
import type { OnProgress } from '../chaos/run.ts';
import { openStore } from './field.ts';
import { type KillReport, killRevaluations } from './revaluation.ts';
import { runSlots, type SlotReport } from './slots.ts';

export type ResumeReport = KillReport & SlotReport & { seed: number };

/** As many patents in force as the bundled file may have. */
const PLEDGES = 1_000;
const SLOTS = 1_000;

export async function benchResume(
  { kills, seed }: { kills: number; seed: number },
  on_progress: OnProgress,
): Promise<ResumeReport> {
  const store = await openStore();
  try {
    const killed = await killRevaluations(store, { pledges: PLEDGES, kills, seed }, (struck) =>
      on_progress(`${struck} kills`, (0.8 * struck) / kills),
    );
    await store.database.sql`truncate job_run`;
    const slots = await runSlots(store, SLOTS, (done) => on_progress('slots', 0.8 + 0.2 * done));
    return { ...killed, ...slots, seed };
  } finally {
    await store.close();
  }
}

export function keepsPromises(report: ResumeReport): boolean {
  const { different_hashes, slots_missed, slots_repeated, slots_out_of_order } = report;
  return different_hashes + slots_missed + slots_repeated + slots_out_of_order === 0;
}

export function resumeText(report: ResumeReport): string {
  const { kills, kills_halfway, revaluations, different_hashes, seed, slots, shares } = report;
  const { slots_missed, slots_repeated, slots_out_of_order } = report;
  return [
    `Revaluation   of ${report.pledges} pledges: ${kills} kills (seed ${seed}), ${kills_halfway} with some pledges valued and some not`,
    `Ends          ${revaluations}, of which ${different_hashes} in another hash than the undisturbed one`,
    `Slots         ${slots} by three workers, then by three others after six hours off: ${shares.join(', ')}`,
    `Broken        ${slots_missed} missed, ${slots_repeated} repeated, ${slots_out_of_order} out of order`,
    '',
  ].join('\n');
}
