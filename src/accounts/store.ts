/** Organisations and their keys. */
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { mintKey, parseKey, SCOPES, type Scope, secretMatches } from './keys.ts';

/** How long a key that was rotated works beside its successor. */
export const KEY_OVERLAP_HOURS = 24;
/** A key's last use is written down this seldom, so that asking does not mean writing. */
const LAST_USE_EVERY_MINUTES = 60;

export type OrganisationKind = 'bank' | 'firm' | 'staff';

export interface Organisation {
  id: string;
  kind: OrganisationKind;
  name: string;
  demonstration: boolean;
  created_at: Date;
}

/** Who is asking: an organisation through one of its keys. */
export interface Caller {
  organisation_id: string;
  kind: OrganisationKind;
  key_id: string;
}

/** Who holds a key, and what it may be used for. */
export interface KeyHolder {
  caller: Caller;
  scopes: readonly Scope[];
}

/** A key as its owner sees it. */
export interface ApiKey {
  id: string;
  label: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  /** Within an hour or so. */
  last_used_at: Date | null;
  revoked_at: Date | null;
}

export async function createOrganisation(
  tx: Transaction,
  given: { kind: OrganisationKind; name: string; demonstration: boolean },
  now: Date,
): Promise<Organisation> {
  const organisation = { id: newId('org'), ...given, created_at: now };
  await tx`insert into organisation ${tx(organisation)}`;
  return organisation;
}

export async function findOrganisation(sql: Sql, id: string): Promise<Organisation | null> {
  const [row] = await sql<Organisation[]>`select * from organisation where id = ${id}`;
  return row ?? null;
}

/** Of those of several organisations that may be seen, by id. */
export async function organisationNames(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<Pick<Organisation, 'id' | 'name'>[]>`
    select id, name from organisation where id = any(${ids as string[]})`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** @returns the key in full, which is shown this once and cannot be read again */
export async function issueKey(
  tx: Transaction,
  organisation_id: string,
  label: string,
  now: Date,
  { scopes = SCOPES, expires_at = null }: { scopes?: readonly Scope[]; expires_at?: Date | null } = {},
): Promise<{ id: string; key: string }> {
  const { id, key, secret_sha256 } = mintKey();
  const row = { id, organisation_id, label, secret_sha256, created_at: now, scopes: [...scopes], expires_at };
  await tx`insert into api_key ${tx(row)}`;
  return { id, key };
}

/** Newest first, revoked and expired ones included. */
export async function keysOf(sql: Sql, organisation_id: string): Promise<ApiKey[]> {
  const rows = await sql<ApiKey[]>`select id, label, scopes, created_at, expires_at, last_used_at, revoked_at
    from api_key where organisation_id = ${organisation_id} order by created_at desc, id`;
  return [...rows];
}

/**
 * Puts a new key of the same label, scopes and end beside one that ends after the overlap, or sooner if it would have anyway.
 * @returns null when the organisation has no such working key
 */
export async function rotateKey(
  tx: Transaction,
  organisation_id: string,
  id: string,
  now: Date,
): Promise<{ id: string; key: string } | null> {
  const [old] = await tx<Pick<ApiKey, 'label' | 'scopes' | 'expires_at'>[]>`
    select label, scopes, expires_at from api_key
    where id = ${id} and organisation_id = ${organisation_id} and ${working(tx)} for update`;
  if (!old) return null;
  await tx`update api_key set expires_at = least(expires_at, now() + make_interval(hours => ${KEY_OVERLAP_HOURS}))
    where id = ${id}`;
  return issueKey(tx, organisation_id, old.label, now, old);
}

function working(sql: Sql) {
  return sql`revoked_at is null and (expires_at is null or expires_at > now())`;
}

/** @returns false when the organisation has no such unrevoked key */
export async function revokeKey(sql: Sql, organisation_id: string, id: string, now: Date): Promise<boolean> {
  const revoked = await sql`update api_key set revoked_at = ${now}
    where id = ${id} and organisation_id = ${organisation_id} and revoked_at is null`;
  return revoked.count === 1;
}

/** @returns the caller behind a key and what it may be used for, or null when it is malformed, unknown, revoked or wrong */
export async function authenticate(sql: Sql, text: string): Promise<KeyHolder | null> {
  const parsed = parseKey(text);
  if (!parsed) return null;
  const [row] = await sql<
    (Omit<Caller, 'key_id'> & { scopes: Scope[]; secret_sha256: Buffer; use_is_old: boolean })[]
  >`
    select organisation_id, kind, scopes, secret_sha256, coalesce(
      last_used_at < now() - make_interval(mins => ${LAST_USE_EVERY_MINUTES}), true) as use_is_old
    from api_key join organisation on organisation.id = organisation_id
    where api_key.id = ${parsed.id} and ${working(sql)}`;
  if (!row || !secretMatches(parsed.secret, row.secret_sha256)) return null;
  const { organisation_id, kind, scopes, use_is_old } = row;
  if (use_is_old) await sql`update api_key set last_used_at = now() where id = ${parsed.id}`;
  return { caller: { organisation_id, kind, key_id: parsed.id }, scopes };
}
