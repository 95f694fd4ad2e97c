/**
 * How people come in: password, then the second factor where there is one. What is refused says nothing of whether the
 * account exists, and takes the time that any other refusal takes. Runs on the database as the jobs see it, for nobody is
 * known yet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import type { Service } from '../service.ts';
import { hashPassword, passwordMatches } from './passwords.ts';
import { secondFactorCounts } from './second-factor.ts';
import { beginSession, endSessionOf, endSessions, renewSession, type StartedSession } from './sessions.ts';
import { findLogin, findPerson, fingerprintOf, type Login } from './store.ts';
import { failTicket, holdTicket, issueTicket, useTicket } from './tickets.ts';

/** No refusal is answered sooner, so that what was done before it cannot be told from its time. */
const REFUSAL_MS = 250;

export type SignInOutcome =
  | { state: 'signed_in'; organisation_id: string; session: StartedSession }
  | { state: 'second_factor_needed'; ticket: string }
  /** `organisation_id` is for the log alone. */
  | { state: 'refused'; organisation_id: string | null; error?: Error };

export type Needed = Pick<Service, 'system' | 'vault' | 'clock'>;

/** @param replaced secret of the session that the browser had before, which ends */
export async function signIn(
  service: Needed,
  { email, password }: { email: string; password: string },
  replaced: string | null,
): Promise<SignInOutcome> {
  const { system, vault } = service;
  return notTooSoon(async () => {
    const login = await findLogin(system.sql, { email_mac: await fingerprintOf(vault, email) });
    const matches = await passwordMatches(password, login?.password ?? null);
    if (!login || !matches) return refused(service, login, 'password');
    if (!login.second_factor) return started(service, login, 'password', replaced);
    const ticket = await issueTicket(system.sql, 'second_factor', login);
    return { state: 'second_factor_needed', ticket };
  });
}

/** The second step. @param ticket of the first; it outlives a few wrong codes */
export async function signInWithCode(
  service: Needed,
  { ticket, code }: { ticket: string; code: string },
  replaced: string | null,
): Promise<SignInOutcome> {
  const { system, vault } = service;
  return notTooSoon(async () => {
    const login = await system.transaction(async (tx) => {
      const held = await holdTicket(tx, 'second_factor', ticket);
      const found = held && (await findLogin(tx, { person_id: held.person_id! }));
      if (!found) return null;
      const counts = await secondFactorCounts(tx, vault, found, code);
      if (counts) await useTicket(tx, ticket);
      else await failTicket(tx, ticket);
      return { ...found, counts };
    });
    if (!login?.counts) return refused(service, login, 'second_factor');
    return started(service, login, 'second_factor', replaced);
  });
}

/**
 * Somebody who is signed in shows again who it is, by password and, where there is one, code.
 * @returns the session under a new secret, or null when something was wrong
 */
export async function proveAgain(
  service: Needed,
  { person_id, session_id }: { person_id: string; session_id: string },
  { password, code }: { password: string; code?: string | undefined },
): Promise<StartedSession | null> {
  const { system, vault } = service;
  const login = await findLogin(system.sql, { person_id });
  const matches = await passwordMatches(password, login?.password ?? null);
  if (!login || !matches) return wrong(service, login, 'password');
  const session = await system.transaction(async (tx) => {
    if (login.second_factor && !(await secondFactorCounts(tx, vault, login, code ?? ''))) return null;
    await note(tx, service, login, 'person.proved', {});
    return renewSession(tx, session_id);
  });
  return session ?? wrong(service, login, 'second_factor');
}

async function wrong(service: Needed, login: Login | null, wrong_part: string): Promise<null> {
  await refused(service, login, wrong_part);
  return null;
}

/** Every other session of the person ends, and this one has a new secret. @param password one that was found good */
export async function changePassword(
  service: Needed,
  person_id: string,
  session_id: string,
  password: string,
): Promise<StartedSession> {
  const hash = await hashPassword(password);
  return service.system.transaction(async (tx) => {
    await tx`update person_login set password = ${hash} where person_id = ${person_id}`;
    const sessions_ended = await endSessions(tx, person_id, session_id);
    const login = await findLogin(tx, { person_id });
    await note(tx, service, login!, 'person.password_changed', { sessions_ended });
    return renewSession(tx, session_id);
  });
}

/** What may not be in a password of this person. */
export async function wordsAbout({ system, vault }: Needed, person_id: string): Promise<string[]> {
  const person = await findPerson(system.sql, vault, person_id);
  return [person!.name, person!.email];
}

/** Begins the session of somebody who has shown all that it takes. @param by what it was shown with */
export async function started(
  service: Needed,
  login: Login,
  by: string,
  replaced: string | null,
): Promise<SignInOutcome> {
  const session = await service.system.transaction(async (tx) => {
    if (replaced !== null) await endSessionOf(tx, replaced);
    const begun = await beginSession(tx, login.person_id);
    await note(tx, service, login, 'person.signed_in', { by, session_id: begun.id });
    return begun;
  });
  return { state: 'signed_in', organisation_id: login.organisation_id, session };
}

/** Writes a refusal down where the account is known. */
export async function refused(
  service: Needed,
  login: Login | null,
  wrong_part: string,
): Promise<SignInOutcome> {
  if (login)
    await service.system.transaction((tx) =>
      note(tx, service, login, 'person.sign_in.refused', { wrong: wrong_part }),
    );
  return { state: 'refused', organisation_id: login?.organisation_id ?? null };
}

/** Into the chain of the person's organisation. */
export async function note(
  tx: Transaction,
  { clock }: Needed,
  { person_id, organisation_id }: Pick<Login, 'person_id' | 'organisation_id'>,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await appendAudit(tx, [
    { organisation_id, at: clock.now(), actor: person_id, action, subject: person_id, detail },
  ]);
}

export async function notTooSoon(work: () => Promise<SignInOutcome>): Promise<SignInOutcome> {
  const soonest = sleep(REFUSAL_MS, undefined, { ref: false });
  const outcome = await work();
  if (outcome.state === 'refused') await soonest;
  return outcome;
}
