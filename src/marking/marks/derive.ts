/**
 * Serials and claim codes of a lot, from its seed: nothing is stored of a mark that nobody has scanned.
 *
 *   serial n   = first 80 bits of AES-256(key "serial", n)
 *   claim code = first 50 bits of AES-256(key "claim", serial)
 *
 * Blocks are filled with zeros; the keys are HKDF-SHA-256 of the seed. A serial tells neither its place in the lot nor how many
 * there are. Two of a million are equal with a chance of 4e-13.
 */
import { createCipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { plainBase32, toBase32 } from './base32.ts';
import { SERIAL_BYTES } from './codec.ts';

const SEED_BYTES = 32;
const BLOCK_BYTES = 16;
const CLAIM_LETTERS = 10;
/** Whole bytes that hold the letters of a claim code. */
const CLAIM_BYTES = 10;

/** Keys of one lot. */
export interface LotKeys {
  serial: Buffer;
  claim: Buffer;
}

export function newSeed(): string {
  return randomBytes(SEED_BYTES).toString('base64');
}

export function lotKeys(seed: string): LotKeys {
  const key = (purpose: string) =>
    Buffer.from(
      hkdfSync('sha256', Buffer.from(seed, 'base64'), '', `pledgewatch mark ${purpose}`, SEED_BYTES),
    );
  return { serial: key('serial'), claim: key('claim') };
}

/** @param first place of the first mark in its lot, from 0 */
export function serialsOf({ serial }: LotKeys, first: number, count: number): Buffer[] {
  const blocks = Buffer.alloc(count * BLOCK_BYTES);
  for (let n = 0; n < count; n++) blocks.writeUInt32BE(first + n, n * BLOCK_BYTES);
  return eachOf(encrypted(serial, blocks), count, SERIAL_BYTES);
}

/** Ten letters each, in two groups, as printed under what is scratched off. */
export function claimCodesOf({ claim }: LotKeys, serials: readonly Buffer[]): string[] {
  const blocks = Buffer.alloc(serials.length * BLOCK_BYTES);
  for (const [n, serial] of serials.entries()) serial.copy(blocks, n * BLOCK_BYTES);
  return eachOf(encrypted(claim, blocks), serials.length, CLAIM_BYTES).map((bytes) => {
    const letters = toBase32(bytes).slice(0, CLAIM_LETTERS);
    return `${letters.slice(0, CLAIM_LETTERS / 2)}-${letters.slice(CLAIM_LETTERS / 2)}`;
  });
}

/** @param typed in either case, with or without what parts the groups */
export function isClaimCode(keys: LotKeys, serial: Buffer, typed: string): boolean {
  const [code] = claimCodesOf(keys, [serial]);
  const [given, right] = [typed, code!].map((text) => Buffer.from(plainBase32(text)));
  return given!.length === right!.length && timingSafeEqual(given!, right!);
}

function encrypted(key: Buffer, blocks: Buffer): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(blocks);
}

function eachOf(blocks: Buffer, count: number, bytes: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => blocks.subarray(n * BLOCK_BYTES, n * BLOCK_BYTES + bytes));
}
