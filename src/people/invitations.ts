/** Invitations: the only way to an account. Of the secret that is sent a hash is kept; it counts once, and not for ever. */
import type { Caller, Organisation } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Vault } from '../secrets/vault.ts';
import { hashPassword, requireGoodPassword } from './passwords.ts';
import { rolesOf } from './roles.ts';
import { say } from './sentences.ts';
import { type Needed, note } from './sign-in.ts';
import { createPerson, findLogin, fingerprintOf, type Login, type Person } from './store.ts';
import { hashToken, mintToken } from './tokens.ts';

export const INVITATION_DAYS = 7;
/** How long one that came to nothing is still listed, after its time. */
export const FORGOTTEN_AFTER_DAYS = 30;

export interface Invitation {
  id: string;
  organisation_id: string;
  role: string;
  email: string;
  invited_by: string;
  created_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  /** The account that it became. */
  person_id: string | null;
}

export function invitedPlace(id: string): string {
  return `invitation/${id}/email`;
}

/**
 * @param invited_by a key, a person or a command
 * @returns the invitation, and the secret in full, which is shown this once
 * @throws Problem `refused` for a role that the kind of organisation does not have
 */
export async function invite(
  tx: Transaction,
  vault: Vault,
  { id: organisation_id, kind }: Pick<Organisation, 'id' | 'kind'>,
  { email, role, invited_by }: { email: string; role: string; invited_by: string },
  now: Date,
): Promise<{ id: string; expires_at: Date; token: string }> {
  requireRole(kind, role);
  const id = newId('inv');
  const { token, token_sha256 } = mintToken();
  const sealed = await vault.seal(organisation_id, invitedPlace(id), email);
  const [made] = await tx<{ expires_at: Date }[]>`
    insert into invitation (id, organisation_id, role, email, token_sha256, invited_by, created_at, expires_at)
    values (${id}, ${organisation_id}, ${role}, ${sealed}, ${token_sha256}, ${invited_by}, ${now},
      now() + make_interval(days => ${INVITATION_DAYS})) returning expires_at`;
  const entry = { at: now, actor: invited_by, action: 'person.invited', subject: id, detail: { role } };
  await appendAudit(tx, [{ organisation_id, ...entry }]);
  return { id, expires_at: made!.expires_at, token };
}

/** @throws Problem `refused` naming the roles that there are */
export function requireRole(kind: string, role: string): void {
  if (!rolesOf(kind).includes(role))
    throw new Problem(
      'refused',
      say('role_unknown', { role: kind, given: role, person_role: rolesOf(kind) }),
    );
}

/** Newest first. */
export async function invitationsOf(sql: Sql, vault: Vault, organisation_id: string): Promise<Invitation[]> {
  const rows = await sql<
    Invitation[]
  >`select id, organisation_id, role, email, invited_by, created_at, expires_at,
    ended_at, person_id from invitation where organisation_id = ${organisation_id} order by created_at desc, id`;
  return Promise.all(
    rows.map(async (row) => ({
      ...row,
      email: await vault.open(organisation_id, invitedPlace(row.id), row.email),
    })),
  );
}

/** @returns false when the organisation has no such invitation that waits */
export async function withdrawInvitation(
  tx: Transaction,
  { organisation_id, key_id: actor }: Caller,
  id: string,
  now: Date,
): Promise<boolean> {
  const ended = await tx`update invitation set ended_at = ${now}
    where id = ${id} and organisation_id = ${organisation_id} and ended_at is null`;
  if (ended.count === 0) return false;
  const entry = { at: now, actor, action: 'person.invitation_withdrawn', subject: id, detail: {} };
  await appendAudit(tx, [{ organisation_id, ...entry }]);
  return true;
}

/**
 * Makes the account. Who has the secret is not signed in by it: that takes the password.
 * @throws Problem `not_found` when the invitation is unknown, used, taken back or past its time; `bad_request` for a
 * password that will not do; `conflict` when the address has an account
 */
export async function acceptInvitation(
  service: Needed,
  { token, name, password }: { token: string; name: string; password: string },
): Promise<Person> {
  return service.system.transaction(async (tx) => {
    const [row] = await tx<Invitation[]>`select * from invitation
      where token_sha256 = ${hashToken(token)} and ${waits(tx)} for update`;
    if (!row) throw new Problem('not_found', say('invitation_over'));
    const email = await service.vault.open(row.organisation_id, invitedPlace(row.id), row.email);
    requireGoodPassword(password, [name, email], '/body/password');
    const person = await join(tx, service, { ...row, email }, name, password);
    if (!person) throw new Problem('conflict', say('address_taken'));
    return person;
  });
}

/** Forgets the addresses of those who did not come: invitations that came to nothing. */
export async function forgetInvitations({ sql }: { sql: Sql }): Promise<{ invitations_forgotten: number }> {
  const forgotten = await sql`delete from invitation where person_id is null
    and expires_at < now() - make_interval(days => ${FORGOTTEN_AFTER_DAYS})`;
  return { invitations_forgotten: forgotten.count };
}

/**
 * Makes the account of somebody whom the provider of an organisation names, by an invitation to that address that waits. Its
 * password is one that nobody knows.
 * @returns null when nobody invited the address
 */
export async function joinByProvider(
  service: Needed,
  { organisation_id, email, name }: { organisation_id: string; email: string; name: string },
  email_mac: string,
): Promise<Login | null> {
  const { system, vault } = service;
  return system.transaction(async (tx) => {
    const rows = await tx<Invitation[]>`select * from invitation
      where organisation_id = ${organisation_id} and ${waits(tx)} order by id for update`;
    for (const row of rows) {
      const invited = await vault.open(organisation_id, invitedPlace(row.id), row.email);
      if ((await fingerprintOf(vault, invited)) !== email_mac) continue;
      const person = await join(tx, service, { ...row, email }, name, mintToken().token);
      return person && findLogin(tx, { person_id: person.id });
    }
    return null;
  });
}

function waits(tx: Transaction) {
  return tx`ended_at is null and expires_at > now()`;
}

/** @returns null when the address has an account */
async function join(
  tx: Transaction,
  service: Needed,
  { id, organisation_id, role, email, invited_by }: Invitation,
  name: string,
  password: string,
): Promise<Person | null> {
  const now = service.clock.now();
  const made = { organisation_id, role, name, email, invited_by, password: await hashPassword(password) };
  const person = await createPerson(tx, service.vault, made, now);
  if (!person) return null;
  await tx`update invitation set ended_at = ${now}, person_id = ${person.id} where id = ${id}`;
  const who = { person_id: person.id, organisation_id };
  await note(tx, service, who, 'person.joined', { role, invitation_id: id });
  return person;
}
