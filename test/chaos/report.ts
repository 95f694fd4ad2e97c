/** The report of a run: whether the promises held, and how a person reads it. Pure. */
import type { ChaosOptions, ChaosReport, ChaosTrace } from './run.ts';

/** A run that was broken off before all that was asked for had happened has shown nothing. */
export function keepsPromises(report: ChaosReport, asked: ChaosOptions): boolean {
  const { lost, reordered, phantom, stuck, duplicates, duplicates_same_id_and_bytes } = report;
  const complete = (['events', 'kills', 'restarts', 'freezes'] as const).every(
    (name) => report[name] >= asked[name],
  );
  return complete && lost + reordered + phantom + stuck === 0 && duplicates === duplicates_same_id_and_bytes;
}

export function reportText(report: ChaosReport, trace: ChaosTrace): string {
  const { events, kills, restarts, freezes, seed, lost, reordered, phantom, stuck, seconds } = report;
  return [
    `Committed   ${events} events; ${trace.uncommitted} more were written and rolled back or cut off`,
    `Struck      ${kills} kills, ${restarts} restarts of the database, ${freezes} freezes (seed ${seed}); ${trace.ended_unharmed} processes ended by themselves`,
    `Broken      ${lost} lost, ${reordered} reordered, ${phantom} phantom, ${stuck} lanes stuck`,
    `Duplicates  ${report.duplicates}, of which ${report.duplicates_same_id_and_bytes} with the same id and bytes`,
    `Took        ${seconds} s`,
    '',
  ].join('\n');
}
