/**
 * Append-only record of decisions: one hash chain an organisation, so that a changed, missing or inserted entry shows.
 *
 * sha256(n) = SHA-256(sha256(n-1) || canonical JSON of entry n); the chain starts from 32 zero bytes.
 */

import { canonicalJson, sha256 } from '../canonical.ts';
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';

export interface AuditEntry {
  organisation_id: string;
  at: Date;
  /** Who did it: the id of an API key or a person, or the job's name. */
  actor: string;
  /** Verb phrase, such as `pledge.registered` or `flag.opened`. */
  action: string;
  /** Id of the thing concerned. */
  subject: string;
  detail: Record<string, unknown>;
}

/** What the first entry of every chain follows. */
export const FIRST_SHA256 = Buffer.alloc(32);

interface Head {
  organisation_id: string;
  last_seq: number;
  last_sha256: Buffer;
}

/** Appends entries in the caller's transaction, to whosever chains; they are locked in order of organisation. */
export function appendAudit(tx: Transaction, entries: readonly AuditEntry[]): Promise<void> {
  return acrossTenants(tx, async () => {
    const heads = new Map((await lockHeads(tx, entries)).map((head) => [head.organisation_id, head]));
    const rows = entries.map((entry) => appendTo(heads.get(entry.organisation_id)!, entry));
    const moved = [...heads.values()];
    await tx`with appended as (
      insert into audit_entry (organisation_id, seq, at, actor, action, subject, detail, previous_sha256, sha256)
      select organisation_id, seq, at, actor, action, subject, detail, previous_sha256, sha256
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (organisation_id text, seq bigint, at timestamptz,
        actor text, action text, subject text, detail text, previous_sha256 bytea, sha256 bytea))
      update audit_chain set last_seq = head.last_seq, last_sha256 = decode(head.last_sha256, 'hex')
      from unnest(${moved.map((head) => head.organisation_id)}::text[], ${moved.map((head) => head.last_seq)}::bigint[],
        ${moved.map((head) => head.last_sha256.toString('hex'))}::text[]) as head (organisation_id, last_seq, last_sha256)
      where audit_chain.organisation_id = head.organisation_id`;
  });
}

/** The ends of the chains, which nobody else moves before the transaction ends. */
async function lockHeads(tx: Transaction, entries: readonly AuditEntry[]): Promise<Head[]> {
  const organisations = [...new Set(entries.map((entry) => entry.organisation_id))].sort();
  const lock = () => tx<Head[]>`select organisation_id, last_seq, last_sha256 from audit_chain
    where organisation_id = any(${organisations}) order by organisation_id for update`;
  const heads = await lock();
  if (heads.length === organisations.length) return heads;
  await tx`insert into audit_chain (organisation_id, last_sha256)
    select unnest(${organisations}::text[]), ${FIRST_SHA256} on conflict do nothing`;
  return lock();
}

/** Moves a head on by an entry. @returns its row */
function appendTo(head: Head, entry: AuditEntry) {
  const previous = head.last_sha256;
  const detail = canonicalJson(entry.detail);
  head.last_seq += 1;
  head.last_sha256 = entryHash(previous, { ...entry, seq: head.last_seq, detail });
  const [previous_sha256, sha256] = [hexOf(previous), hexOf(head.last_sha256)];
  return { ...entry, seq: head.last_seq, detail, previous_sha256, sha256 };
}

function hexOf(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}

/** Of an entry as it is stored, `detail` as its canonical JSON. */
export type StoredEntry = Omit<AuditEntry, 'detail'> & { seq: number; detail: string };

export function entryHash(previous: Buffer, entry: StoredEntry): Buffer {
  return sha256(Buffer.concat([previous, Buffer.from(entryText(entry))]));
}

/** What the hash of an entry is taken over, after the hash before it. */
export function entryText(entry: StoredEntry): string {
  const { organisation_id, seq, at, actor, action, subject, detail } = entry;
  return canonicalJson({ organisation_id, seq, at: at.toISOString(), actor, action, subject, detail });
}
