/** Organisations and their keys. */
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { type Action, actionsOfScopes, coversScopes, SCOPES, type Scope } from '../people/roles.ts';
import { mintKey, parseKey, secretMatches } from './keys.ts';

/** How long a key that was rotated works beside its successor. */
export const KEY_OVERLAP_HOURS = 24;
/** A key's last use is written down this seldom, so that asking does not mean writing. */
const LAST_USE_EVERY_MINUTES = 60;

/** Banks lend, firms pledge, staff operate; agencies, experts and buyers search, watch and keep a name of their own. */
export const ORGANISATION_KINDS = ['bank', 'firm', 'staff', 'agency', 'expert', 'buyer'] as const;
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number];

export interface Organisation {
  id: string;
  kind: OrganisationKind;
  name: string;
  demonstration: boolean;
  created_at: Date;
}

/** Who is asking: an organisation through one of its keys, or through a person who signed in. */
export interface Caller {
  organisation_id: string;
  kind: OrganisationKind;
  /** Who acts: the key's id, or in a session the person's. */
  key_id: string;
  /** The person who signed in, or who issued the key; absent for a key that no person issued. */
  person_id?: string;
  /** Of a person who signed in. */
  session?: { id: string; role: string /** lately */; proved: boolean };
}

/** Somebody who was recognised, and what may be done by it. */
export interface Recognised {
  caller: Caller;
  actions: readonly Action[];
  /** Nothing was heard of it for some time. */
  is_first_of_a_while: boolean;
}

/** A key as its owner sees it. */
export interface ApiKey {
  id: string;
  label: string;
  scopes: Scope[];
  /** A person, or a key that no person issued; null for a key of the first days or of a command. */
  issued_by: string | null;
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

/**
 * Whose people and keys somebody may manage: the own organisation's, and staff any.
 * @throws Problem `not_found`
 */
export async function requireManaged(
  tx: Transaction,
  { organisation_id, kind }: Caller,
  id: string,
): Promise<Organisation> {
  const [found] = await tx<Organisation[]>`select * from organisation where id = ${id}`;
  if (!found || (kind !== 'staff' && id !== organisation_id))
    throw new Problem('not_found', 'There is no such organisation.');
  return found;
}

/** @returns the key in full, which is shown this once and cannot be read again */
export async function issueKey(
  tx: Transaction,
  organisation_id: string,
  label: string,
  now: Date,
  given: { scopes?: readonly Scope[]; expires_at?: Date | null; issued_by?: string | null } = {},
): Promise<{ id: string; key: string }> {
  const { scopes = SCOPES, expires_at = null, issued_by = null } = given;
  const { id, key, secret_sha256 } = mintKey();
  const made = { id, organisation_id, label, secret_sha256, created_at: now, issued_by };
  const row = { ...made, scopes: [...scopes], expires_at };
  await tx`insert into api_key ${tx(row)}`;
  return { id, key };
}

/** Newest first, revoked and expired ones included. */
export async function keysOf(sql: Sql, organisation_id: string): Promise<ApiKey[]> {
  const rows = await sql<
    ApiKey[]
  >`select id, label, scopes, issued_by, created_at, expires_at, last_used_at, revoked_at
    from api_key where organisation_id = ${organisation_id} order by created_at desc, id`;
  return [...rows];
}

/** Whoever hands out a key gets to know it. @throws Problem `forbidden` when it may do more than who hands it out */
export function requireCovered(actions: readonly Action[], scopes: readonly Scope[]): void {
  if (!coversScopes(actions, scopes))
    throw new Problem(
      'forbidden',
      `A key for ${scopes.join(' and ')} may do more than what asks for it; let one do so that may as much.`,
    );
}

/**
 * Puts a new key of the same label, scopes and end beside one that ends after the overlap, or sooner if it would have anyway.
 * @param actions what the caller may do
 * @returns null when the organisation has no such working key
 * @throws Problem `forbidden` when the key may do more than the caller
 */
export async function rotateKey(
  tx: Transaction,
  { caller, actions }: Pick<Recognised, 'caller' | 'actions'>,
  id: string,
  now: Date,
): Promise<{ id: string; key: string } | null> {
  const { organisation_id, person_id } = caller;
  const [old] = await tx<Pick<ApiKey, 'label' | 'scopes' | 'expires_at' | 'issued_by'>[]>`
    select label, scopes, expires_at, issued_by from api_key
    where id = ${id} and organisation_id = ${organisation_id} and ${working(tx)} for update`;
  if (!old) return null;
  requireCovered(actions, old.scopes);
  await tx`update api_key set expires_at = least(expires_at, now() + make_interval(hours => ${KEY_OVERLAP_HOURS}))
    where id = ${id}`;
  return issueKey(tx, organisation_id, old.label, now, { ...old, issued_by: person_id ?? old.issued_by });
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
export async function authenticate(sql: Sql, text: string): Promise<Recognised | null> {
  const parsed = parseKey(text);
  if (!parsed) return null;
  interface Row extends Pick<Caller, 'organisation_id' | 'kind'> {
    scopes: Scope[];
    secret_sha256: Buffer;
    person_id: string | null;
    use_is_old: boolean;
  }
  const [row] = await sql<Row[]>`
    select api_key.organisation_id, kind, scopes, secret_sha256, person.id as person_id, coalesce(
      last_used_at < now() - make_interval(mins => ${LAST_USE_EVERY_MINUTES}), true) as use_is_old
    from api_key join organisation on organisation.id = api_key.organisation_id
    left join person on person.id = issued_by
    where api_key.id = ${parsed.id} and ${working(sql)}`;
  if (!row || !secretMatches(parsed.secret, row.secret_sha256)) return null;
  const { organisation_id, kind, scopes, person_id, use_is_old } = row;
  if (use_is_old) await sql`update api_key set last_used_at = now() where id = ${parsed.id}`;
  const caller = { organisation_id, kind, key_id: parsed.id, ...(person_id !== null && { person_id }) };
  return { caller, actions: actionsOfScopes(scopes), is_first_of_a_while: use_is_old };
}
