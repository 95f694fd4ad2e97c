/** Fits the lapse hazard on what was known at the slot. */

import { fitLapse } from '../models/lapse/fit.ts';
import { dateOf } from '../src/clock.ts';
import { lapseHistories } from '../src/patents/facts.ts';
import { type StoredModel, storeModel } from '../src/valuations/store.ts';
import type { JobContext } from './context.ts';

/** @returns null, with the named failure in the log, while the register holds too little to fit a model on */
export async function calibrate({ database, log }: JobContext, slot: Date): Promise<StoredModel | null> {
  const fit = fitLapse(await lapseHistories(database.sql, slot), dateOf(slot));
  if (fit.ok) return storeModel(database.sql, fit.model, slot);
  log.info({ failure: fit.failure }, 'no lapse model: pledges keep waiting for their value');
  return null;
}
