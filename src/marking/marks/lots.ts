/** Lots: as many marks of a product as are issued at a time, from one seed. */
import { randomInt } from 'node:crypto';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { useQuota } from '../../quotas/use.ts';
import { lotSeedPlace } from '../../secrets/places.ts';
import type { Vault } from '../../secrets/vault.ts';
import { markedPatents } from '../products/patents.ts';
import { lockProduct, note } from '../products/service.ts';
import { say } from '../sentences.ts';
import { fromBase32 } from './base32.ts';
import { type Gs1, SERIAL_BYTES } from './codec.ts';
import { newSeed } from './derive.ts';
import { newestKey } from './keys.ts';

export const MAX_MARKS_PER_LOT = 1_000_000;
/** Of one product. */
export const MAX_LOTS = 10_000;
const LOT_NUMBERS = 2 ** 48 - 1;

export interface Lot {
  id: string;
  product_id: string;
  code: string;
  marks: number;
  shipped_on: CalendarDate | null;
  issued_at: Date;
  revoked_at: Date | null;
  revoke_reason: string | null;
}

/** With what marks are made from. */
export interface SealedLot extends Lot {
  number: number;
  key_number: number;
  organisation_id: string;
  gtin: string | null;
  seed: string;
}

export interface NewLot {
  code: string;
  marks: number;
  shipped_on?: CalendarDate | undefined;
}

export function gs1Of({ gtin, code }: Pick<SealedLot, 'gtin' | 'code'>): Gs1 | null {
  return gtin === null ? null : { gtin, lot_code: code };
}

/**
 * Issues marks of a certified product that a patent in force stands behind today.
 * @throws Problem `not_found`; `refused`; `conflict` for a code that the product has a lot of
 */
export async function issueLot(
  tx: Transaction,
  vault: Vault,
  product_id: string,
  { code, marks, shipped_on }: NewLot,
  caller: Caller,
  now: Date,
): Promise<Lot> {
  const product = await lockProduct(tx, product_id);
  if (product.state !== 'certified')
    throw new Problem('refused', say('lot_uncertified', { product_state: product.state }));
  const patents = await markedPatents(tx, product.patent_ids, now);
  if (!patents.some(({ legal_state }) => legal_state === 'in_force'))
    throw new Problem('refused', say('lot_without_patent'));
  const [{ count, taken } = { count: 0, taken: false }] = await tx<{ count: number; taken: boolean }[]>`
    select count(*), coalesce(bool_or(code = ${code}), false) as taken from mark_lot where product_id = ${product_id}`;
  if (taken) throw new Problem('conflict', say('lot_again', { lot_code: code }));
  if (count >= MAX_LOTS) throw new Problem('refused', say('lots_full', { count: MAX_LOTS }));
  const { number: key_number } = await newestKey(tx, vault, now);
  const id = newId('mlt');
  const seed = await vault.seal(product.organisation_id, lotSeedPlace(id), newSeed());
  const made = { id, product_id, code, marks, shipped_on: shipped_on ?? null, issued_at: now };
  await tx`insert into mark_lot ${tx({ ...made, number: randomInt(LOT_NUMBERS), key_number, seed })}`;
  await note(tx, product, caller, 'mark_lot.issued', { lot_id: id, code, marks }, now);
  await useQuota(tx, caller, 'marks', marks, now);
  return { ...made, revoked_at: null, revoke_reason: null };
}

/** Newest first. */
export async function listLots(
  sql: Sql,
  product_id: string,
  limit: number,
  after: string | null,
): Promise<Lot[]> {
  const rows = await sql<Lot[]>`
    select id, product_id, code, marks, shipped_on, issued_at, revoked_at, revoke_reason from mark_lot
    where product_id = ${product_id} and (${after}::text is null or id < ${after}) order by id desc limit ${limit}`;
  return [...rows];
}

/** @throws Problem `not_found` unless it may be seen */
export async function findLot(sql: Sql, id: string): Promise<SealedLot> {
  const [lot] = await sql<SealedLot[]>`
    select mark_lot.*, organisation_id, gtin from mark_lot join marked_product on marked_product.id = product_id
    where mark_lot.id = ${id}`;
  if (!lot) throw new Problem('not_found', 'There is no such lot.');
  return lot;
}

/**
 * Takes a lot back, or one mark of it: whoever scans it is told.
 * @param serial as printed; left out, the whole lot
 * @throws Problem `not_found`; `bad_request` for what is no serial; `conflict` when it was revoked before
 */
export async function revokeMarks(
  tx: Transaction,
  lot_id: string,
  { serial, reason }: { serial?: string | undefined; reason: string },
  caller: Caller,
  now: Date,
): Promise<{ lot_id: string; serial: string | null; revoked_at: Date; reason: string }> {
  const { organisation_id, product_id } = await findLot(tx, lot_id);
  const revoked =
    serial === undefined
      ? tx`
    update mark_lot set revoked_at = ${now}, revoke_reason = ${reason} where id = ${lot_id} and revoked_at is null`
      : tx`
    insert into mark_serial as kept (lot_id, serial, revoked_at, revoke_reason)
    values (${lot_id}, ${serialBytes(serial)}, ${now}, ${reason})
    on conflict (lot_id, serial) do update set revoked_at = excluded.revoked_at, revoke_reason = excluded.revoke_reason
      where kept.revoked_at is null`;
  if ((await revoked).count === 0)
    throw new Problem('conflict', say(serial === undefined ? 'lot_revoked' : 'mark_revoked'));
  const detail = { lot_id, serial: serial ?? null, reason };
  await note(tx, { id: product_id, organisation_id }, caller, 'mark.revoked', detail, now);
  return { lot_id, serial: serial ?? null, revoked_at: now, reason };
}

/** @throws Problem `bad_request` */
export function serialBytes(serial: string): Buffer {
  const bytes = fromBase32(serial, SERIAL_BYTES);
  if (!bytes) throw new Problem('bad_request', say('serial_wrong'));
  return bytes;
}
