import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The prefix says what an id names; the rest is opaque. */
export type IdPrefix =
  | 'org'
  | 'key'
  | 'run'
  | 'val'
  | 'plg'
  | 'mov'
  | 'mcl'
  | 'amd'
  | 'flg'
  | 'whe'
  | 'evt'
  | 'dlv'
  | 'cal'
  | 'fch'
  | 'wls'
  | 'sil'
  | 'rbt'
  | 'cns'
  | 'bft'
  | 'ovd'
  | 'pse'
  | 'idr'
  | 'hcp'
  | 'exg'
  | 'opn'
  | 'exn'
  | 'psn'
  | 'inv'
  | 'ses'
  | 'fen'
  | 'fmg'
  | 'fpk'
  | 'fsb'
  | 'fdr'
  | 'fcm'
  | 'fps'
  | 'fap'
  | 'foa'
  | 'fdl'
  | 'fee'
  | 'dsk'
  | 'dcl'
  | 'den'
  | 'dtk'
  | 'hnd'
  | 'imp'
  | 'pln'
  | 'psb'
  | 'bul'
  | 'bsb'
  | 'ned'
  | 'off'
  | 'itr'
  | 'mpr'
  | 'mlt'
  | 'mrc'
  | 'lst'
  | 'lwt'
  | 'ldl'
  | 'lof'
  | 'ldc'
  | 'lcn';

let last_ms = 0;
let counter = 0;

/**
 * A new public id: prefix, then 26 characters of Crockford base 32 as in a ULID, 48 bits of real time, a 16-bit
 * counter that keeps ids of one process and millisecond in order, and 64 random bits.
 */
export function newId(prefix: IdPrefix): string {
  const now_ms = Date.now();
  if (now_ms > last_ms) {
    last_ms = now_ms;
    counter = 0;
  } else if (++counter > 0xffff) {
    last_ms++;
    counter = 0;
  }
  const value = (BigInt(last_ms) << 80n) | (BigInt(counter) << 64n) | randomBytes(8).readBigUInt64BE();
  return idOf(prefix, value);
}

/** 128 random bits: nothing of it tells when it was made, so none tells which others were made beside it. */
export function newUnlinkableId(prefix: IdPrefix): string {
  const [high, low] = [randomBytes(8).readBigUInt64BE(), randomBytes(8).readBigUInt64BE()];
  return idOf(prefix, (high << 64n) | low);
}

/** @param value of 128 bits */
function idOf(prefix: IdPrefix, value: bigint): string {
  let text = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((value >> shift) & 31n)];
  return `${prefix}_${text}`;
}
