/** The cookie of a session, and the defence of what relies on it against pages of others (OWASP ASVS 5.0, 3.3 and 3.5). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../errors.ts';
import { csrfTokenMatches, type StartedSession } from '../people/sessions.ts';
import { TICKET_MINUTES } from '../people/tickets.ts';
import { say } from './sentences.ts';

/** The prefix keeps other hosts and plain HTTP from setting it. */
export const SESSION_COOKIE = '__Host-session';
const STATE_COOKIE = '__Host-sign-in';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
/** For a request without a form. */
export const CSRF_HEADER = 'x-csrf-token';
/** For a form, which cannot send a header. */
export const CSRF_FIELD = 'csrf_token';

/** The secret that the browser sent; null when there is none that could be one. */
export function sessionTokenOf(request: FastifyRequest): string | null {
  return cookieOf(request, SESSION_COOKIE);
}

/** Secrets of ours alone: others are passed over. */
function cookieOf({ headers }: FastifyRequest, name: string): string | null {
  const value = new RegExp(`(?:^|;) *${name}=([A-Za-z0-9_-]{43})(?:;|$)`);
  return value.exec(headers.cookie ?? '')?.[1] ?? null;
}

export function setSessionCookie(reply: FastifyReply, { token }: StartedSession): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=${token}; ${ATTRIBUTES}`);
}

/** Binds a sign-in that goes by way of a provider to the browser that began it. */
export function setStateCookie(reply: FastifyReply, state: string): void {
  reply.header('set-cookie', `${STATE_COOKIE}=${state}; ${ATTRIBUTES}; Max-Age=${TICKET_MINUTES * 60}`);
}

export function stateOf(request: FastifyRequest): string | null {
  return cookieOf(request, STATE_COOKIE);
}

/** And with it all that the browser has kept of the service. */
export function clearSessionCookie(reply: FastifyReply): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
  reply.header('clear-site-data', '"cache", "cookies", "storage"');
}

/**
 * Browsers say of each request where the page stands that made it; older ones at least the page's origin.
 * @throws Problem `cross_site` when it is not ours
 */
export function requireSameOrigin(request: FastifyRequest): void {
  if (!isSameOrigin(request)) throw new Problem('cross_site', say('foreign_page'));
}

export function isSameOrigin({ headers, host }: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, origin } = headers;
  return site === undefined ? origin === undefined || hostOf(origin) === host : site === 'same-origin';
}

/** @throws Problem `cross_site` when the session's own token is not in the header or the form */
export function requireCsrfToken({ headers, body }: FastifyRequest, session_token: string): void {
  const given = headers[CSRF_HEADER] ?? (body as Record<string, unknown> | null | undefined)?.[CSRF_FIELD];
  if (typeof given === 'string' && csrfTokenMatches(session_token, given)) return;
  throw new Problem('cross_site', say('token_foreign', { header: CSRF_HEADER }));
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
