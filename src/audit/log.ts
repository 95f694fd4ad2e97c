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

/** Appends entries in the caller's transaction, to whosever chains; they are locked in order of organisation. */
export function appendAudit(tx: Transaction, entries: readonly AuditEntry[]): Promise<void> {
  const organisations = [...new Set(entries.map((entry) => entry.organisation_id))].sort();
  return acrossTenants(tx, async () => {
    for (const organisation_id of organisations) {
      const own = entries.filter((entry) => entry.organisation_id === organisation_id);
      await appendToChain(tx, organisation_id, own);
    }
  });
}

async function appendToChain(
  tx: Transaction,
  organisation_id: string,
  entries: readonly AuditEntry[],
): Promise<void> {
  await tx`insert into audit_chain (organisation_id, last_sha256) values (${organisation_id}, ${FIRST_SHA256})
    on conflict do nothing`;
  const [head] = await tx<{ last_seq: number; last_sha256: Buffer }[]>`
    select last_seq, last_sha256 from audit_chain where organisation_id = ${organisation_id} for update`;
  let { last_seq, last_sha256 } = head!;
  const rows = entries.map((entry) => {
    const previous = last_sha256;
    last_seq += 1;
    const detail = canonicalJson(entry.detail);
    last_sha256 = entryHash(previous, { ...entry, seq: last_seq, detail });
    return {
      ...entry,
      seq: last_seq,
      detail,
      previous_sha256: hexOf(previous),
      sha256: hexOf(last_sha256),
    };
  });
  await tx`insert into audit_entry (organisation_id, seq, at, actor, action, subject, detail, previous_sha256, sha256)
    select organisation_id, seq, at, actor, action, subject, detail, previous_sha256, sha256
    from jsonb_to_recordset(${tx.json(rows as never)}) as row (organisation_id text, seq bigint, at timestamptz,
      actor text, action text, subject text, detail text, previous_sha256 bytea, sha256 bytea)`;
  await tx`update audit_chain set last_seq = ${last_seq}, last_sha256 = ${last_sha256}
    where organisation_id = ${organisation_id}`;
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
