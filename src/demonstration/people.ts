/**
 * People of a demonstration, whom anybody may be: what they see is invented. They exist in a database that is marked as a
 * demonstration and in no other.
 */
import { randomBytes } from 'node:crypto';
import type { Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { hashPassword } from '../people/passwords.ts';
import { beginSession, endSessionOf, type StartedSession } from '../people/sessions.ts';
import { note } from '../people/sign-in.ts';
import { createPerson, findLogin, fingerprintOf } from '../people/store.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Service } from '../service.ts';

/** The second of the staff is there because a decision takes four eyes. */
export const VISITORS = ['bank', 'firm', 'staff', 'second_staff'] as const;
/** Kinds of organisation that a demonstration shows. */
export type DemonstratedKind = 'bank' | 'firm' | 'staff';
export type Visitor = (typeof VISITORS)[number];

const PEOPLE: Record<Visitor, { kind: DemonstratedKind; role: string; name: string }> = {
  bank: { kind: 'bank', role: 'officer', name: 'Demonstration officer' },
  firm: { kind: 'firm', role: 'owner', name: 'Demonstration owner' },
  staff: { kind: 'staff', role: 'admin', name: 'Demonstration reviewer' },
  second_staff: { kind: 'staff', role: 'senior_reviewer', name: 'Second demonstration reviewer' },
};

const PASSWORD_BYTES = 18;
const INVITED_BY = 'demonstration';

function emailOf(visitor: Visitor): string {
  return `${visitor}@demonstration.example`;
}

/** @returns how each signs in */
export async function foundVisitors(
  tx: Transaction,
  vault: Vault,
  organisations: Readonly<Record<DemonstratedKind, string>>,
  now: Date,
): Promise<Record<Visitor, { email: string; password: string }>> {
  const logins = {} as Record<Visitor, { email: string; password: string }>;
  for (const visitor of VISITORS) {
    const { kind, role, name } = PEOPLE[visitor];
    const email = emailOf(visitor);
    const typed = randomBytes(PASSWORD_BYTES).toString('base64url');
    const password = await hashPassword(typed);
    const organisation_id = organisations[kind];
    const given = { organisation_id, role, name, email, invited_by: INVITED_BY, password };
    await createPerson(tx, vault, given, now);
    logins[visitor] = { email, password: typed };
  }
  return logins;
}

/** Whose person a visitor is; null where there is no demonstration, or one from before it had people. */
export async function findVisitor({ system, vault, calendar }: Service, visitor: Visitor) {
  if (!calendar) return null;
  return findLogin(system.sql, { email_mac: await fingerprintOf(vault, emailOf(visitor)) });
}

/**
 * Signs a visitor in without a password.
 * @param replaced secret of the session that the browser had before, which ends
 * @throws Problem `not_found` where there is no demonstration
 */
export async function beginVisit(
  service: Service,
  visitor: Visitor,
  replaced: string | null,
): Promise<StartedSession> {
  const login = await findVisitor(service, visitor);
  if (!login) throw new Problem('not_found', 'There is no demonstration here.');
  return service.system.transaction(async (tx) => {
    if (replaced !== null) await endSessionOf(tx, replaced);
    const begun = await beginSession(tx, login.person_id);
    await note(tx, service, login, 'person.signed_in', { by: INVITED_BY, session_id: begun.id });
    return begun;
  });
}
