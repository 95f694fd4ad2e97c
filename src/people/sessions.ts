/** Sessions of people: opaque, kept by the service, known by a secret of which only a hash is kept. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { OrganisationKind, Recognised } from '../accounts/store.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { actionsOfRole } from './roles.ts';
import { say } from './sentences.ts';
import { hashToken, mintToken } from './tokens.ts';

/** Without a request for so long a session ends. */
export const SESSION_IDLE_MINUTES = 30;
/** However busy, it ends after so long. */
export const SESSION_HOURS = 12;
/** What changes an account asks for a proof of who it is that is no older. */
export const PROOF_MINUTES = 10;
/** The one that was used longest ago ends when there would be more. */
export const MAX_SESSIONS = 10;
/** A session's last use is written down this seldom, so that asking does not mean writing. */
const LAST_USE_EVERY_SECONDS = 60;

/** A session as it is handed over. */
export interface StartedSession {
  id: string;
  person_id: string;
  /** For the cookie; shown this once. */
  token: string;
  ends_at: Date;
}

/** As its owner sees it. */
export interface Session {
  id: string;
  begun_at: Date;
  used_at: Date;
  ends_at: Date;
}

export async function beginSession(tx: Transaction, person_id: string): Promise<StartedSession> {
  const { token, token_sha256 } = mintToken();
  const id = newId('ses');
  const [made] = await tx<{ ends_at: Date }[]>`insert into session (id, token_sha256, person_id, ends_at)
    values (${id}, ${token_sha256}, ${person_id}, now() + make_interval(hours => ${SESSION_HOURS})) returning ends_at`;
  await tx`delete from session where id in (select id from session where person_id = ${person_id}
    order by used_at desc, id desc offset ${MAX_SESSIONS})`;
  return { id, person_id, token, ends_at: made!.ends_at };
}

/**
 * The same session under a new secret, after its person has shown again who it is.
 * @throws Problem `unauthenticated` when it was ended meanwhile
 */
export async function renewSession(tx: Transaction, id: string): Promise<StartedSession> {
  const { token, token_sha256 } = mintToken();
  const [row] = await tx<{ person_id: string; ends_at: Date }[]>`
    update session set token_sha256 = ${token_sha256}, proved_at = now(), used_at = now()
    where id = ${id} returning person_id, ends_at`;
  if (!row) throw new Problem('unauthenticated', say('session_ended'));
  return { id, token, ...row };
}

/** Who is behind a session, and what the role may do; null when it is unknown or over. */
export async function findSession(sql: Sql, token: string): Promise<Recognised | null> {
  interface Row {
    id: string;
    person_id: string;
    role: string;
    organisation_id: string;
    kind: OrganisationKind;
    proved: boolean;
    use_is_old: boolean;
  }
  const [row] = await sql<Row[]>`
    select session.id, person_id, role, organisation_id, kind,
      proved_at > now() - make_interval(mins => ${PROOF_MINUTES}) as proved,
      used_at < now() - make_interval(secs => ${LAST_USE_EVERY_SECONDS}) as use_is_old
    from session join person on person.id = person_id join organisation on organisation.id = organisation_id
    where token_sha256 = ${hashToken(token)} and closed_at is null and ${goesOn(sql)}`;
  if (!row) return null;
  const { id, person_id, role, organisation_id, kind, proved, use_is_old } = row;
  if (use_is_old) await sql`update session set used_at = now() where id = ${id}`;
  const caller = { organisation_id, kind, key_id: person_id, person_id, session: { id, role, proved } };
  return { caller, actions: actionsOfRole(kind, role), is_first_of_a_while: use_is_old };
}

function goesOn(sql: Sql) {
  return sql`used_at > now() - make_interval(mins => ${SESSION_IDLE_MINUTES}) and ends_at > now()`;
}

/** Those that go on, newest first. */
export async function sessionsOf(sql: Sql, person_id: string): Promise<Session[]> {
  return sql<Session[]>`select id, begun_at, used_at, ends_at from session
    where person_id = ${person_id} and ${goesOn(sql)} order by begun_at desc, id`;
}

/** @returns false when the person has no such session */
export async function endSession(sql: Sql, person_id: string, id: string): Promise<boolean> {
  return (await sql`delete from session where id = ${id} and person_id = ${person_id}`).count === 1;
}

/** Of whoever has its secret: a sign-in ends the session that the browser had before. */
export async function endSessionOf(sql: Sql, token: string): Promise<void> {
  await sql`delete from session where token_sha256 = ${hashToken(token)}`;
}

/** @param kept the one that goes on, if any; @returns how many ended */
export async function endSessions(sql: Sql, person_id: string, kept: string | null): Promise<number> {
  const ended = await sql`delete from session where person_id = ${person_id} and id is distinct from ${kept}`;
  return ended.count;
}

/** Forgets sessions past their time. */
export async function forgetSessions({ sql }: { sql: Sql }): Promise<{ sessions_forgotten: number }> {
  const forgotten = await sql`delete from session where not (${goesOn(sql)})`;
  return { sessions_forgotten: forgotten.count };
}

/** What a page of ours must bring back with whatever it changes, and a page of others cannot know. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url');
}

export function csrfTokenMatches(token: string, given: string): boolean {
  return timingSafeEqual(hashToken(csrfTokenOf(token)), hashToken(given));
}
