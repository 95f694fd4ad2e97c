/** Whoever brings the hidden code of a mark first has it, once, and gets a receipt that is verified with the public keys alone. */
import { type KeyObject, sign } from 'node:crypto';
import type { Place } from '../../../models/scans/places.ts';
import { sha256 } from '../../canonical.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { lotSeedPlace } from '../../secrets/places.ts';
import type { Service } from '../../service.ts';
import { toBase32 } from '../marks/base32.ts';
import { isClaimCode, lotKeys } from '../marks/derive.ts';
import { privateKey } from '../marks/keys.ts';
import { findLot, type SealedLot } from '../marks/lots.ts';
import { say } from '../sentences.ts';
import type { Verifier } from './verify.ts';

export interface Claim {
  /** The mark as scanned. */
  mark: string;
  /** As printed under what was scratched off. */
  code: string;
  /** What the holder wants to be known by, of which a hash is kept. */
  holder?: string | undefined;
}

export interface Claimed {
  receipt_id: string;
  product: string;
  owner: string;
  lot: string;
  serial: string;
  claimed_at: Date;
  /** A JSON Web Signature (RFC 7515, EdDSA of RFC 8037). */
  receipt: string;
}

/**
 * @throws Problem `refused` in one way for a mark that is not genuine and a code that is not its own; `conflict` when it was
 * claimed before, or was revoked
 */
export async function claimMark(
  service: Service,
  verifier: Verifier,
  { mark: text, code, holder }: Claim,
  place: Place | null,
): Promise<Claimed> {
  const { system, vault, clock } = service;
  const verdict = await verifier.verify(text, place, true);
  if (verdict.result === 'unknown') throw notGood();
  const { mark, state } = verdict;
  const { serial } = mark;
  const lot = await findLot(system.sql, state.lot_id);
  const seed = await vault.open(lot.organisation_id, lotSeedPlace(lot.id), lot.seed);
  if (!isClaimCode(lotKeys(seed), serial, code)) throw notGood();
  if (verdict.result === 'revoked') throw new Problem('conflict', say('claim_of_revoked'));
  const claimed_at = clock.now();
  const receipt_id = newId('mrc');
  const holder_sha256 = holder === undefined ? null : sha256(holder).toString('hex');
  const row = { lot_id: lot.id, serial, receipt_id, holder_sha256, place, claimed_at };
  const made = await system.sql`insert into mark_claim ${system.sql(row)} on conflict do nothing`;
  if (made.count === 0) throw new Problem('conflict', say('claim_again'));
  const about = { product: state.said.product, owner: state.said.owner, lot: lot.code };
  const told = { receipt_id, ...about, serial: toBase32(serial), claimed_at };
  const key = await privateKey(system.sql, vault, lot.key_number);
  return { ...told, receipt: receiptOf(told, holder_sha256, lot, key) };
}

function notGood(): Problem {
  return new Problem('refused', say('claim_wrong'));
}

function receiptOf(
  { receipt_id, claimed_at, ...told }: Omit<Claimed, 'receipt'>,
  holder_sha256: string | null,
  { key_number, gtin }: SealedLot,
  key: KeyObject,
): string {
  const header = { alg: 'EdDSA', typ: 'mark-receipt+jwt', kid: String(key_number) };
  const seconds = Math.floor(claimed_at.getTime() / 1000);
  const claims = { jti: receipt_id, iat: seconds, ...told, gtin, holder_sha256 };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

export interface ListedClaim {
  receipt_id: string;
  product_id: string;
  product: string;
  lot_id: string;
  lot_code: string;
  serial: string;
  place: Place | null;
  claimed_at: Date;
}

/** Those that the caller may see, newest first. */
export async function listClaims(sql: Sql, limit: number, after: string | null): Promise<ListedClaim[]> {
  const rows = await sql<(Omit<ListedClaim, 'serial'> & { serial: Buffer })[]>`
    select receipt_id, product_id, product.name as product, lot_id, lot.code as lot_code, serial, place, claimed_at
    from mark_claim join mark_lot lot on lot.id = lot_id join marked_product product on product.id = product_id
    where (${after}::text is null or receipt_id < ${after}) order by receipt_id desc limit ${limit}`;
  return rows.map(({ serial, ...row }) => ({ ...row, serial: toBase32(serial) }));
}
