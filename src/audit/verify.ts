/** Whether an audit chain still says what it said: every entry recomputed, in order, with bounded memory. */
import type { Sentence } from '../../models/sentences.ts';
import type { Sql } from '../db/client.ts';
import { entryHash, FIRST_SHA256, type StoredEntry } from './log.ts';
import { say } from './sentences.ts';

/** A head that was published, such as by the event `audit.head`: nothing up to it may have changed since. */
export interface PublishedHead {
  organisation_id: string;
  seq: number;
  /** Hexadecimal. */
  sha256: string;
}

export interface ChainCheck {
  organisation_id: string;
  /** Entries that fit, from the first on. */
  entries: number;
  /** Sequence number of the first entry that does not fit; null when the chain holds. */
  broken_at: number | null;
  /** What is wrong there. */
  why: Sentence | null;
}

/** Entries read at once. */
const STEP_ENTRIES = 10_000;

type Row = StoredEntry & { previous_sha256: Buffer; sha256: Buffer; whole_ms: boolean };

/** Entries count from 1; one that was put in before them must be met too. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/**
 * Entries that are appended meanwhile look like a break unless the caller's transaction sees one state of the database.
 * @param on_step told how many entries were looked at, after each step
 */
export async function verifyChain(
  sql: Sql,
  organisation_id: string,
  heads: readonly PublishedHead[] = [],
  on_step: (entries: number) => void = () => {},
): Promise<ChainCheck> {
  const published = new Map(
    heads.filter((head) => head.organisation_id === organisation_id).map((head) => [head.seq, head.sha256]),
  );
  let previous: Buffer = FIRST_SHA256;
  let seq = 0;
  const broken = (why: Sentence): ChainCheck => ({ organisation_id, entries: seq, broken_at: seq + 1, why });
  for (;;) {
    const rows = await sql<Row[]>`select *, at = date_trunc('milliseconds', at) as whole_ms from audit_entry
      where organisation_id = ${organisation_id} and seq > ${seq === 0 ? BEFORE_ALL : seq}
      order by seq limit ${STEP_ENTRIES}`;
    for (const row of rows) {
      const why = faultOf(row, seq + 1, previous, published);
      if (why !== null) return broken(why);
      previous = row.sha256;
      seq = row.seq;
      published.delete(seq);
    }
    on_step(seq);
    if (rows.length < STEP_ENTRIES) break;
  }
  const [head] = await sql<{ last_seq: number; last_sha256: Buffer }[]>`
    select last_seq, last_sha256 from audit_chain where organisation_id = ${organisation_id}`;
  if ((head?.last_seq ?? 0) > seq) return broken(say('chain_cut', { last: head!.last_seq }));
  if (!(head?.last_sha256 ?? FIRST_SHA256).equals(previous) || (head?.last_seq ?? 0) < seq)
    return broken(say('chain_head'));
  const missing = [...published.keys()].sort((a, b) => a - b)[0];
  if (missing !== undefined) return broken(say('chain_short', { head: missing }));
  return { organisation_id, entries: seq, broken_at: null, why: null };
}

function faultOf(
  row: Row,
  expected_seq: number,
  previous: Buffer,
  published: ReadonlyMap<number, string>,
): Sentence | null {
  if (row.seq !== expected_seq) return say('chain_gap', { gone: expected_seq, next: row.seq });
  // The hash covers milliseconds, which is all that is ever written.
  if (!row.whole_ms) return say('chain_rewritten');
  if (!row.previous_sha256.equals(previous)) return say('chain_unlinked');
  if (!row.sha256.equals(entryHash(previous, row))) return say('chain_rewritten');
  const head = published.get(row.seq);
  return head === undefined || head === row.sha256.toString('hex') ? null : say('chain_unpublished');
}

/** Organisations that have a chain, or entries without one, in order of id. */
export async function chainsOf(sql: Sql): Promise<string[]> {
  const rows = await sql<{ organisation_id: string }[]>`
    select organisation_id from audit_chain union select distinct organisation_id from audit_entry order by 1`;
  return rows.map((row) => row.organisation_id);
}
