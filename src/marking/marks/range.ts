/** Some marks of a lot, for whoever prints them. */
import type { Caller } from '../../accounts/store.ts';
import type { Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import type { ModuleSetting } from '../../modules.ts';
import { lotSeedPlace } from '../../secrets/places.ts';
import { note } from '../products/service.ts';
import { privateKey } from './keys.ts';
import { gs1Of, type SealedLot } from './lots.ts';
import { CSV_HEAD, csvRow, type MadeMark, makeMarks } from './make.ts';

export const MAX_MARKS_AT_ONCE = 100_000;
export const MAX_LABELS = 480;

export interface Range {
  /** Number in the lot, from 1. */
  first: number;
  count: number;
}

/** In which marks leave the service. */
export type Form = 'csv' | 'pdf' | 'svg';

/** @throws Problem `refused` beyond the end of the lot */
export function rangeOf({ marks, code }: SealedLot, { first, count }: Range): Range {
  if (first > marks)
    throw new Problem('refused', `The lot ${code} has ${marks} marks; ask for an earlier first.`);
  return { first, count: Math.min(count, marks - first + 1) };
}

/** @throws Problem `refused` for a lot that was revoked */
export async function marksOf(
  { service, http }: ModuleSetting,
  lot: SealedLot,
  { first, count }: Range,
): Promise<AsyncGenerator<MadeMark[]>> {
  const { database, vault } = service;
  if (lot.revoked_at !== null)
    throw new Problem('refused', 'The lot was revoked: its marks are not printed any more.');
  const seed = await vault.open(lot.organisation_id, lotSeedPlace(lot.id), lot.seed);
  const key = await privateKey(database.sql, vault, lot.key_number);
  const { number: lot_number, key_number } = lot;
  return makeMarks(
    { seed, lot_number, key_number, gs1: gs1Of(lot), origin: http.public_url },
    key,
    first - 1,
    count,
  );
}

/** Writes down who took marks with their hidden codes or their labels away, before they go. */
export function noteDownload(
  tx: Transaction,
  { id: lot_id, product_id, organisation_id }: SealedLot,
  range: Range,
  form: Form,
  caller: Caller,
  now: Date,
): Promise<void> {
  const product = { id: product_id, organisation_id };
  return note(tx, product, caller, 'mark_lot.downloaded', { lot_id, form, ...range }, now);
}

export async function* marksCsv(batches: AsyncIterable<readonly MadeMark[]>): AsyncGenerator<string> {
  yield CSV_HEAD;
  for await (const batch of batches) yield batch.map(csvRow).join('');
}
