/** What is told of a mark to whoever asks: the same in the page and to programs. */
import { toBase32 } from '../marks/base32.ts';
import type { Said } from '../products/statement.ts';
import type { Result, Verdict } from './verify.ts';

export interface ShownMark {
  product: string;
  owner: string;
  gtin: string | null;
  lot: string;
  serial: string;
  patents: Said['patents'];
  ended: Said['ended'];
  product_id: string;
  said_at: Date;
  statement_sha256: string;
  claimed_at: Date | null;
}

export interface Shown {
  result: Result;
  /** Why it is suspicious: its scans were hard to believe, or are so by all that is known of it. */
  reason: 'scans_far_apart' | 'copied' | null;
  /** Null for what is no mark of ours. */
  mark: ShownMark | null;
}

const NOTHING: Shown = { result: 'unknown', reason: null, mark: null };

export function shownOf(verdict: Verdict): Shown {
  if (verdict.result === 'unknown') return NOTHING;
  const { result, mark, state, level } = verdict;
  const { said, said_at, said_sha256, lot_code, claimed_at, product_id } = state;
  const { product, owner, gtin, patents, ended } = said;
  const about = { product, owner, gtin, lot: lot_code, serial: toBase32(mark.serial), product_id };
  const reason = result !== 'suspicious' ? null : level === 'alarmed' ? 'copied' : 'scans_far_apart';
  return {
    result,
    reason,
    mark: { ...about, patents, ended, said_at, statement_sha256: said_sha256, claimed_at },
  };
}
