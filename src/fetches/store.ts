/** Fetches of register files: what is fetched when, who is at it, and what came of it. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { type OwnHeaders, sealHeaders } from '../secrets/headers.ts';
import { INSTALLATION, type Vault } from '../secrets/vault.ts';

/** Minutes to wait after the first failure, the second and so on; after the last the fetch waits for its next time. */
export const RETRY_MINUTES = [1, 5, 30, 120, 360] as const;
/** Waits are drawn within this share around the ladder's, so that many installations do not call at once. */
const JITTER_SHARE = 0.2;
const LEASE_SECONDS = 300;
const MAX_FAILURE_CHARS = 500;

export interface Fetch {
  id: string;
  name: string;
  url: string;
  cadence_hours: number;
  enabled: boolean;
  created_at: Date;
  due_at: Date;
  failures: number;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  last_failure: string | null;
  last_bytes: number | null;
  source: string | null;
}

export interface ClaimedFetch extends Fetch {
  /** Sealed; null without any. */
  headers: string | null;
  etag: string | null;
  last_modified: string | null;
  partial_etag: string | null;
  token: string;
}

const SHOWN = `id, name, url, cadence_hours, enabled, created_at, due_at, failures, last_success_at, last_failure_at,
  last_failure, last_bytes, source`;

export async function fetches(sql: Sql): Promise<Fetch[]> {
  return [...(await sql<Fetch[]>`select ${sql.unsafe(SHOWN)} from source_fetch order by id`)];
}

/** Where a fetch’s request headers are kept, for the vault. */
export function fetchHeadersPlace(id: string): string {
  return `source_fetch/${id}/headers`;
}

export async function addFetch(
  tx: Transaction,
  vault: Vault,
  given: Pick<Fetch, 'name' | 'url' | 'cadence_hours'> & { headers: OwnHeaders },
  caller: Caller,
  now: Date,
): Promise<Fetch> {
  const id = newId('fch');
  const { headers, ...row } = given;
  const sealed = await sealHeaders(vault, INSTALLATION, fetchHeadersPlace(id), headers);
  const [stored] = await tx<Fetch[]>`
    insert into source_fetch (id, name, url, cadence_hours, headers, enabled, created_at, due_at)
    values (${id}, ${row.name}, ${row.url}, ${row.cadence_hours}, ${sealed}, true, ${now}, now())
    returning ${tx.unsafe(SHOWN)}`;
  await tell(tx, caller, 'fetch.added', id, { ...row, headers: Object.keys(headers) }, now);
  return stored!;
}

/** @throws Problem `not_found` */
export async function changeFetch(
  tx: Transaction,
  id: string,
  change: Partial<Pick<Fetch, 'name' | 'cadence_hours' | 'enabled'>>,
  caller: Caller,
  now: Date,
): Promise<Fetch> {
  const [changed] = await tx<Fetch[]>`
    update source_fetch set name = coalesce(${change.name ?? null}, name),
      cadence_hours = coalesce(${change.cadence_hours ?? null}, cadence_hours),
      enabled = coalesce(${change.enabled ?? null}, enabled)
    where id = ${id} returning ${tx.unsafe(SHOWN)}`;
  if (!changed) throw new Problem('not_found', 'There is no such fetch.');
  await tell(tx, caller, 'fetch.changed', id, change, now);
  return changed;
}

/** Due at once. @throws Problem `not_found` for a fetch that is not there or not enabled */
export async function runFetch(tx: Transaction, id: string, caller: Caller, now: Date): Promise<void> {
  const due = await tx`update source_fetch set due_at = now() where id = ${id} and enabled`;
  if (due.count === 0) throw new Problem('not_found', 'There is no such fetch that is enabled.');
  await tell(tx, caller, 'fetch.asked_for', id, {}, now);
}

function tell(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}

/** The fetch that has been due longest, for one worker alone; null when none is. */
export async function claimFetch(sql: Sql): Promise<ClaimedFetch | null> {
  const [claimed] = await sql<ClaimedFetch[]>`
    update source_fetch set token = ${randomUUID()}, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where id = (select id from source_fetch where enabled and due_at <= now()
      and (lease_until is null or lease_until < now()) order by due_at, id limit 1 for update skip locked)
    returning *`;
  return claimed ?? null;
}

/** @returns false when another worker has taken the fetch over */
export async function keepFetch(sql: Sql, { id, token }: ClaimedFetch): Promise<boolean> {
  const kept = await sql`update source_fetch set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where id = ${id} and token = ${token}`;
  return kept.count === 1;
}

/** Notes which file lies in the spool in part, before its first byte is written. */
export async function notePartial(sql: Sql, { id, token }: ClaimedFetch, etag: string | null): Promise<void> {
  await sql`update source_fetch set partial_etag = ${etag} where id = ${id} and token = ${token}`;
}

export interface Taken {
  etag: string | null;
  last_modified: string | null;
  bytes: number;
  source: string;
}

/** Done until its next time. Null: the server had nothing new. */
export async function fetchSucceeded(
  sql: Sql,
  { id, token }: ClaimedFetch,
  taken: Taken | null,
): Promise<void> {
  const keep = taken === null;
  await sql`update source_fetch set failures = 0, last_success_at = now(), lease_until = null, partial_etag = null,
      due_at = now() + make_interval(hours => cadence_hours),
      etag = ${keep ? sql`etag` : taken.etag}, last_modified = ${keep ? sql`last_modified` : taken.last_modified},
      last_bytes = ${keep ? sql`last_bytes` : taken.bytes}, source = ${keep ? sql`source` : taken.source}
    where id = ${id} and token = ${token}`;
}

/** @param retry_after_seconds what the server asked for, if it did */
export async function fetchFailed(
  sql: Sql,
  { id, token, failures, cadence_hours }: ClaimedFetch,
  reason: string,
  retry_after_seconds: number | null,
): Promise<void> {
  const minutes = RETRY_MINUTES[failures] ?? cadence_hours * 60;
  const jitter = 1 + JITTER_SHARE * (2 * Math.random() - 1);
  const wait_seconds = Math.max(minutes * 60 * jitter, retry_after_seconds ?? 0);
  const spent = failures >= RETRY_MINUTES.length;
  await sql`update source_fetch set failures = ${spent ? 0 : failures + 1}, last_failure_at = now(), lease_until = null,
      last_failure = ${reason.slice(0, MAX_FAILURE_CHARS)}, due_at = now() + make_interval(secs => ${wait_seconds})
    where id = ${id} and token = ${token}`;
}

/** The file came and could not be stored: it is asked for again at its next time, not before. */
export async function fetchPutAside(sql: Sql, { id, token }: ClaimedFetch, reason: string): Promise<void> {
  await sql`update source_fetch set failures = 0, last_failure_at = now(), lease_until = null, partial_etag = null,
      last_failure = ${reason.slice(0, MAX_FAILURE_CHARS)}, due_at = now() + make_interval(hours => cadence_hours)
    where id = ${id} and token = ${token}`;
}
