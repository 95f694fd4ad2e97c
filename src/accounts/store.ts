/** Organisations and their keys. */
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { mintKey, parseKey, secretMatches } from './keys.ts';

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

/** @returns the key in full, which is shown this once and cannot be read again */
export async function issueKey(
  tx: Transaction,
  organisation_id: string,
  label: string,
  now: Date,
): Promise<{ id: string; key: string }> {
  const { id, key, secret_sha256 } = mintKey();
  await tx`insert into api_key ${tx({ id, organisation_id, label, secret_sha256, created_at: now })}`;
  return { id, key };
}

/** @returns false when the organisation has no such unrevoked key */
export async function revokeKey(sql: Sql, organisation_id: string, id: string, now: Date): Promise<boolean> {
  const revoked = await sql`update api_key set revoked_at = ${now}
    where id = ${id} and organisation_id = ${organisation_id} and revoked_at is null`;
  return revoked.count === 1;
}

/** @returns the caller behind a key, or null when it is malformed, unknown, revoked or wrong */
export async function authenticate(sql: Sql, text: string): Promise<Caller | null> {
  const parsed = parseKey(text);
  if (!parsed) return null;
  const [row] = await sql<{ organisation_id: string; kind: OrganisationKind; secret_sha256: Buffer }[]>`
    select api_key.organisation_id, organisation.kind, api_key.secret_sha256
    from api_key join organisation on organisation.id = api_key.organisation_id
    where api_key.id = ${parsed.id} and api_key.revoked_at is null`;
  if (!row || !secretMatches(parsed.secret, row.secret_sha256)) return null;
  return { organisation_id: row.organisation_id, kind: row.kind, key_id: parsed.id };
}
