/** Who is asking, and whether a route is theirs. Every route says who may call it, or the app does not start. */
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Sentence } from '../../models/sentences.ts';
import {
  authenticate,
  type Caller,
  ORGANISATION_KINDS,
  type OrganisationKind,
  type Recognised,
} from '../accounts/store.ts';
import type { Database } from '../db/client.ts';
import { actFor } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import type { Action } from '../people/roles.ts';
import { findSession } from '../people/sessions.ts';
import type { Rates } from './rates.ts';
import { say } from './sentences.ts';
import { requireCsrfToken, requireSameOrigin, sessionTokenOf } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Kinds of organisation that may call the route; `public` for anyone. */
    access?: 'public' | readonly OrganisationKind[];
    /** Its requests are not counted: it is how a supervisor sees whether the service lives. */
    uncounted?: boolean;
    /**
     * What it does, which a role or key must allow (src/people/roles.ts): `read` for GET, and for a POST that only asks; else
     * `write`, if nothing else is said.
     */
    scope?: Action;
    /** For people who signed in, and no keys. */
    people?: true;
    /** A person must have shown lately who it is. */
    proved?: true;
  }
  interface FastifyRequest {
    recognised: Recognised | null;
    caller: Caller | null;
  }
}

const BEARER = /^Bearer +(\S+)$/i;

/** Any organisation with a key. */
export const EVERYONE = ORGANISATION_KINDS;
/** The parties of pledges, and staff: to the others, what is about loans is not there. */
export const PLEDGE_KINDS = ['bank', 'firm', 'staff'] as const;

const READING = ['GET', 'HEAD'];

export function guardRoutes(app: FastifyInstance, database: Database, rates: Rates): void {
  app.decorateRequest('recognised', null);
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && !route.url.startsWith('/docs'))
      throw new Error(`route ${String(route.method)} ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access, uncounted } = request.routeOptions.config;
    if (uncounted) return;
    if (access === undefined || access === 'public') return void (await rates.address(request, reply));
    const found = await recognise(request, database);
    if (found === null) return refuse(request, reply, rates);
    request.recognised = found;
    request.caller = found.caller;
    await rates.key(request, reply);
    noteAccepted(request, found);
    requireAllowed(request, found, access);
    if (found.caller.session && !READING.includes(request.method)) requireSameOrigin(request);
  });
  // A form brings the token in its body, which is read by now; nothing was validated yet.
  app.addHook('preValidation', async (request) => {
    if (request.caller?.session && !READING.includes(request.method))
      requireCsrfToken(request, sessionTokenOf(request)!);
  });
  // After the body was read: its events come from the socket and would lose who is acting.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.caller) actFor(request.caller, done);
    else done();
  });
}

/** By key where there is one: a browser adds its cookie to whatever is sent. */
async function recognise(request: FastifyRequest, { sql }: Database): Promise<Recognised | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const match = BEARER.exec(authorization);
    return match ? authenticate(sql, match[1]!) : null;
  }
  const token = sessionTokenOf(request);
  return token === null ? null : findSession(sql, token);
}

function requireAllowed(
  request: FastifyRequest,
  found: Recognised,
  access: readonly OrganisationKind[],
): void {
  const { config } = request.routeOptions;
  const { people = false, proved } = config;
  const wrong = wrongness(found, access, actionOf(request.method, config), people);
  if (wrong !== null) {
    const { organisation_id, session } = found.caller;
    request.log.info(
      { address: request.ip, organisation_id },
      `a ${session ? 'role' : 'key'} of the wrong kind was refused`,
    );
    throw new Problem('forbidden', wrong);
  }
  if (proved && found.caller.session?.proved === false)
    throw new Problem('proof_needed', say('proof_missing'));
}

/** Why a key or role is not good for a route; null when it is. */
function wrongness(
  { caller: { kind, session }, actions }: Recognised,
  access: readonly OrganisationKind[],
  scope: Action,
  is_for_people: boolean,
): Sentence | string | null {
  if (is_for_people && !session) return 'This is for people who signed in, not for keys.';
  if (!access.includes(kind))
    return session
      ? say('role_unfit', { for_role: access, role: kind })
      : `This is for ${access.join(' or ')}; the key’s organisation is of kind ${kind}.`;
  if (actions.includes(scope)) return null;
  return session
    ? say('role_too_low', { action: scope, person_role: session.role, actions: actions.join(', ') })
    : `This needs a key with the scope ${scope === 'read' ? 'read' : 'write'}; this one has ${actions[0]}.`;
}

/** What a route does. */
export function actionOf(method: string, { scope }: Pick<FastifyContextConfig, 'scope'>): Action {
  return scope ?? (READING.includes(method) ? 'read' : 'write');
}

/** Each for whoever looks closely; for everybody the first of a while. */
function noteAccepted({ log, ip }: FastifyRequest, { caller, is_first_of_a_while }: Recognised): void {
  const { organisation_id, key_id, session } = caller;
  const who = session ? { person_id: key_id } : { key_id };
  log[is_first_of_a_while ? 'info' : 'debug'](
    { address: ip, organisation_id, ...who },
    session ? 'a session was accepted' : 'a key was accepted',
  );
}

async function refuse(request: FastifyRequest, reply: FastifyReply, rates: Rates): Promise<never> {
  const left = await rates.refused_key(request, reply);
  request.log.info({ address: request.ip, left }, 'a request without a valid key was refused');
  throw new Problem(
    'unauthenticated',
    BEARER.test(request.headers.authorization ?? '')
      ? 'The API key is not valid, or no longer.'
      : 'Send an API key in the header "Authorization: Bearer pwk_...", or sign in (POST /v1/sessions).',
  );
}

/** The caller of a route that is not public. */
export function callerOfGuarded(request: FastifyRequest): Caller {
  return recognisedOf(request).caller;
}

/** The caller of a route that is not public, and what it may do. */
export function recognisedOf({ recognised }: FastifyRequest): Recognised {
  if (!recognised) throw new Error('a public route has no caller');
  return recognised;
}

/** The person who calls a route that is for people. */
export function personOf(request: FastifyRequest): { person_id: string; session_id: string } {
  const { key_id, session } = callerOfGuarded(request);
  if (!session) throw new Error('a route for people was called by a key');
  return { person_id: key_id, session_id: session.id };
}

/** The same, with the organisation. */
export function actingOf(request: FastifyRequest) {
  return { ...personOf(request), organisation_id: callerOfGuarded(request).organisation_id };
}
