/** Stale pledges into valuations, under the latest model known at the slot. */
import { dateOf } from '../src/clock.ts';
import { markDue, type RevalueCounts, revalueStale } from '../src/pledges/revalue.ts';
import { latestModel } from '../src/valuations/store.ts';
import { calibrate } from './calibrate.ts';
import type { JobContext } from './context.ts';

/**
 * Refits the model in a month's first slot, or keeps the last one when that fails, marks what time has worn, and values
 * all that is stale.
 */
export async function revalue(context: JobContext, slot: Date): Promise<RevalueCounts> {
  const { database } = context;
  const known = await latestModel(database.sql, slot);
  const fresh = known !== null && known.model.trained_to >= `${dateOf(slot).slice(0, 7)}-01`;
  const stored = fresh ? known : ((await calibrate(context, slot)) ?? known);
  await markDue(database, slot);
  return stored === null ? { pledges: 0, valuations: 0 } : revalueStale(database, stored, slot);
}
