/** An organisation's own chain, as it reads it. */
import type { Caller } from '../accounts/store.ts';
import type { Sql } from '../db/client.ts';
import { actFor } from '../db/tenancy.ts';
import { type AuditEntry, entryText, type StoredEntry } from './log.ts';

/** Entries of an export that are read at once. */
const STEP_ENTRIES = 1_000;

export interface ListedEntry extends AuditEntry {
  seq: number;
  /** Hexadecimal. */
  sha256: string;
}

export interface EntryFilter {
  action?: string;
  subject?: string;
  actor?: string;
  /** Included. */
  from?: Date;
  /** Not included. */
  to?: Date;
}

/** In order of the chain. */
export async function listEntries(
  sql: Sql,
  organisation_id: string,
  filter: EntryFilter,
  after_seq: number,
  limit: number,
): Promise<ListedEntry[]> {
  const rows = await sql<StoredListed[]>`${entriesOf(sql, organisation_id, filter)} and seq > ${after_seq}
    order by seq limit ${limit}`;
  return rows.map(listed);
}

/** Newest first. @param before_seq only those that come before it in the chain; null for the newest */
export async function latestEntries(
  sql: Sql,
  organisation_id: string,
  filter: EntryFilter,
  before_seq: number | null,
  limit: number,
): Promise<ListedEntry[]> {
  const rows = await sql<StoredListed[]>`${entriesOf(sql, organisation_id, filter)}
    ${before_seq === null ? sql`` : sql`and seq < ${before_seq}`} order by seq desc limit ${limit}`;
  return rows.map(listed);
}

type StoredListed = StoredEntry & { sha256: string };

function entriesOf(sql: Sql, organisation_id: string, { action, subject, actor, from, to }: EntryFilter) {
  return sql`
    select organisation_id, seq, at, actor, action, subject, detail, encode(sha256, 'hex') as sha256 from audit_entry
    where organisation_id = ${organisation_id}
      ${action === undefined ? sql`` : sql`and action = ${action}`}
      ${subject === undefined ? sql`` : sql`and subject = ${subject}`}
      ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
      ${from === undefined ? sql`` : sql`and at >= ${from}`} ${to === undefined ? sql`` : sql`and at < ${to}`}`;
}

function listed(row: StoredListed): ListedEntry {
  return { ...row, detail: JSON.parse(row.detail) as Record<string, unknown> };
}

/**
 * The chain as JSON Lines, from the entry after `after_seq` to the last one there is now: `entry` is the text that was
 * hashed after the hash before it, `sha256` the hash. Read in steps, so that a chain of any length takes little memory.
 */
export async function* exportLines(sql: Sql, caller: Caller, after_seq: number): AsyncGenerator<string> {
  const { organisation_id } = caller;
  const last_seq = await actFor(caller, async () => {
    const [head] = await sql<{ last_seq: number }[]>`
      select last_seq from audit_chain where organisation_id = ${organisation_id}`;
    return head?.last_seq ?? 0;
  });
  // Each step is asked for by the socket, which does not know for whom.
  const step = (seq: number) =>
    actFor(
      caller,
      async () => sql<(StoredEntry & { sha256: Buffer })[]>`select * from audit_entry
        where organisation_id = ${organisation_id} and seq > ${seq} and seq <= ${last_seq}
        order by seq limit ${STEP_ENTRIES}`,
    );
  for (let seq = after_seq; seq < last_seq; ) {
    const rows = await step(seq);
    if (rows.length === 0) return;
    seq = rows.at(-1)!.seq;
    yield rows.map(lineOf).join('');
  }
}

function lineOf(row: StoredEntry & { sha256: Buffer }): string {
  return `${JSON.stringify({ entry: entryText(row), sha256: row.sha256.toString('hex') })}\n`;
}

export interface Head {
  seq: number;
  sha256: string;
  published_at: Date;
}

/** Heads that were published, in their order. */
export async function listHeads(
  sql: Sql,
  organisation_id: string,
  after_seq: number,
  limit: number,
): Promise<Head[]> {
  const rows = await sql<Head[]>`
    select seq, encode(sha256, 'hex') as sha256, published_at from audit_head
    where organisation_id = ${organisation_id} and seq > ${after_seq} order by seq limit ${limit}`;
  return [...rows];
}
