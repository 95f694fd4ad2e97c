/** Stale pledges into valuations, under the latest models known at the slot. */
import { dateOf } from '../src/clock.ts';
import { learnSpreads } from '../src/pledges/outlook/store.ts';
import { markDue, type RevalueCounts, revalueStale } from '../src/pledges/revalue.ts';
import { latestModels } from '../src/valuations/store.ts';
import { calibrate } from './calibrate.ts';
import type { JobContext } from './context.ts';

/**
 * Refits the models in a month's first slot, or keeps the last ones when that fails, learns how far projections stray,
 * marks what time has worn, and values all that is stale.
 */
export async function revalue(context: JobContext, slot: Date): Promise<RevalueCounts> {
  const { database } = context;
  const known = await latestModels(database.sql, slot);
  const fresh = known !== null && known.lapse.parameters.trained_to >= `${dateOf(slot).slice(0, 7)}-01`;
  const models = fresh ? known : ((await calibrate(context, slot)) ?? known);
  if (!fresh) await learnSpreads(database.sql, slot);
  await markDue(database, slot);
  return models === null ? { pledges: 0, valuations: 0 } : revalueStale(database, models, slot);
}
