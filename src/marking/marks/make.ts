/** The marks of a lot, made from its seed and signed: the same again whenever they are asked for. */
import type { KeyObject } from 'node:crypto';
import { toBase32 } from './base32.ts';
import { type Gs1, signMark } from './codec.ts';
import { claimCodesOf, lotKeys, serialsOf } from './derive.ts';

/** Signed beside each other. */
const BATCH_MARKS = 1_000;

export interface MadeMark {
  serial: string;
  /** The whole address that the code holds. */
  uri: string;
  claim_code: string;
}

/** All that the marks of one lot are made from. */
export interface Making {
  /** Opened. */
  seed: string;
  lot_number: number;
  key_number: number;
  gs1: Gs1 | null;
  /** Where marks lead, such as https://marks.example. */
  origin: string;
}

/**
 * Batch by batch.
 * @param first place of the first in the lot, from 0
 */
export async function* makeMarks(
  { seed, lot_number, key_number, gs1, origin }: Making,
  key: KeyObject,
  first: number,
  count: number,
): AsyncGenerator<MadeMark[]> {
  const keys = lotKeys(seed);
  for (let at = first; at < first + count; at += BATCH_MARKS) {
    const serials = serialsOf(keys, at, Math.min(BATCH_MARKS, first + count - at));
    const codes = claimCodesOf(keys, serials);
    yield await Promise.all(
      serials.map(async (serial, n) => ({
        serial: toBase32(serial),
        uri: origin + (await signMark({ key_number, lot_number, serial, gs1 }, key)),
        claim_code: codes[n]!,
      })),
    );
  }
}

export const CSV_HEAD = 'serial,mark,claim_code\n';

/** None of the fields has a comma or quote. */
export function csvRow({ serial, uri, claim_code }: MadeMark): string {
  return `${serial},${uri},${claim_code}\n`;
}
