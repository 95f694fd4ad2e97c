/**
 * Marks as text: in a GS1 Digital Link where the product has a GTIN, else in a short link of our own. Either says all that it
 * takes to verify it with the public keys alone.
 *
 *   short link   /m/{base64url of: version 1, key 2, lot 6, serial 10, signature 64 bytes}
 *   Digital Link /01/{GTIN-14}/10/{lot code}/21/{serial, 16 characters}?m={base64url of: version, key, lot, signature}
 *   signed       "pledgewatch mark" 0 version key lot serial, in a Digital Link then 0 and "01/{GTIN}/10/{lot code}"
 *
 * Ed25519 (RFC 8032); numbers big-endian; a serial as text is Crockford's base 32. One mark has one text: what decodes to it in
 * another way is no mark.
 * Source: GS1 Digital Link 1.2, application identifiers 01, 10 and 21 (qualifiers in this order).
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase32, toBase32 } from './base32.ts';

export interface Mark {
  key_number: number;
  lot_number: number;
  serial: Buffer;
  /** In a Digital Link. */
  gs1: Gs1 | null;
}

export interface Gs1 {
  /** 14 digits. */
  gtin: string;
  lot_code: string;
}

export const SERIAL_BYTES = 10;
const VERSION = 1;
const KEY_AT = 1;
const LOT_AT = 3;
const LOT_BYTES = 6;
const SERIAL_AT = LOT_AT + LOT_BYTES;
const HEAD_BYTES = SERIAL_AT + SERIAL_BYTES;
const SIGNATURE_BYTES = 64;
const DOMAIN = Buffer.from('pledgewatch mark\0');

/** On threads of the runtime: each takes as long as all else that a verification does. */
const signed = promisify(sign) as (algorithm: null, bytes: Buffer, key: KeyObject) => Promise<Buffer>;
const verified = promisify(verify) as (
  algorithm: null,
  bytes: Buffer,
  key: KeyObject,
  signature: Buffer,
) => Promise<boolean>;

/** Far above what a mark has with a long host. */
const MAX_TEXT_LENGTH = 600;
const ORIGIN = /^https?:\/\/[^/?#\s]+(?=\/)/i;
const SHORT = /^\/m\/([A-Za-z0-9_-]{111})$/;
const DIGITAL = /^\/01\/(\d{14})\/10\/([A-Z0-9][A-Z0-9-]{0,19})\/21\/([0-9A-Z]{16})\?m=([A-Za-z0-9_-]{98})$/;

export interface SignedMark extends Mark {
  signature: Buffer;
}

/** @returns the path of the mark, to be put behind an origin */
export async function signMark(mark: Mark, key: KeyObject): Promise<string> {
  const head = headOf(mark);
  const signature = await signed(null, signedBytes(head, mark.gs1), key);
  if (mark.gs1 === null) return `/m/${Buffer.concat([head, signature]).toString('base64url')}`;
  const { gtin, lot_code } = mark.gs1;
  const told = Buffer.concat([head.subarray(0, SERIAL_AT), signature]).toString('base64url');
  return `/01/${gtin}/10/${lot_code}/21/${toBase32(mark.serial)}?m=${told}`;
}

/** Reads a mark with or without its origin; nothing is verified yet. @returns null for what has no form of a mark */
export function readMark(text: string): SignedMark | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  const path = text.replace(ORIGIN, '');
  const short = SHORT.exec(path);
  if (short) {
    const bytes = exactBytes(short[1]!);
    return bytes && markOf(bytes.subarray(0, HEAD_BYTES), bytes.subarray(HEAD_BYTES), null);
  }
  const [, gtin, lot_code, serial_text, told] = DIGITAL.exec(path) ?? [];
  if (told === undefined) return null;
  const bytes = exactBytes(told);
  const serial = fromBase32(serial_text!, SERIAL_BYTES);
  if (!bytes || !serial) return null;
  const head = Buffer.concat([bytes.subarray(0, SERIAL_AT), serial]);
  return markOf(head, bytes.subarray(SERIAL_AT), { gtin: gtin!, lot_code: lot_code! });
}

export function isSigned(mark: SignedMark, key: KeyObject): Promise<boolean> {
  return verified(null, signedBytes(headOf(mark), mark.gs1), key, mark.signature);
}

function markOf(head: Buffer, signature: Buffer, gs1: Gs1 | null): SignedMark | null {
  if (head[0] !== VERSION || signature.length !== SIGNATURE_BYTES) return null;
  return {
    key_number: head.readUInt16BE(KEY_AT),
    lot_number: head.readUIntBE(LOT_AT, LOT_BYTES),
    serial: Buffer.from(head.subarray(SERIAL_AT)),
    gs1,
    signature,
  };
}

function headOf({ key_number, lot_number, serial }: Mark): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = VERSION;
  head.writeUInt16BE(key_number, KEY_AT);
  head.writeUIntBE(lot_number, LOT_AT, LOT_BYTES);
  serial.copy(head, SERIAL_AT);
  return head;
}

function signedBytes(head: Buffer, gs1: Gs1 | null): Buffer {
  const bound = gs1 === null ? '' : `\u000001/${gs1.gtin}/10/${gs1.lot_code}`;
  return Buffer.concat([DOMAIN, head, Buffer.from(bound)]);
}

/** Null for a text with bits left over, which would be another text of the same bytes. */
function exactBytes(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
