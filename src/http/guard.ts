/** Who is asking, and whether a route is theirs. Every route says who may call it, or the app does not start. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../accounts/keys.ts';
import { authenticate, type Caller, type KeyHolder, type OrganisationKind } from '../accounts/store.ts';
import type { Database } from '../db/client.ts';
import { actFor } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import type { Rates } from './rates.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Kinds of organisation that may call the route; `public` for anyone. */
    access?: 'public' | readonly OrganisationKind[];
    /** Its requests are not counted: it is how a supervisor sees whether the service lives. */
    uncounted?: boolean;
    /** What a key must be good for: `read` for GET, and for a POST that only asks; else `write`. */
    scope?: Scope;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

const BEARER = /^Bearer +(\S+)$/i;

/** Any organisation with a key. */
export const EVERYONE = ['bank', 'firm', 'staff'] as const;

const READING = ['GET', 'HEAD'];

export function guardRoutes(app: FastifyInstance, database: Database, rates: Rates): void {
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && !route.url.startsWith('/docs'))
      throw new Error(`route ${String(route.method)} ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access, uncounted, scope = scopeOf(request) } = request.routeOptions.config;
    if (uncounted) return;
    if (access === undefined || access === 'public') return void (await rates.address(request, reply));
    const found = await callerOf(request, database);
    if (found === null) return refuse(request, reply, rates);
    request.caller = found.caller;
    await rates.key(request, reply);
    const wrong = wrongness(found, access, scope);
    if (wrong === null) return;
    const { organisation_id } = found.caller;
    request.log.info({ address: request.ip, organisation_id }, 'a key of the wrong kind was refused');
    throw new Problem('forbidden', wrong);
  });
  // After the body was read: its events come from the socket and would lose who is acting.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.caller) actFor(request.caller, done);
    else done();
  });
}

/** Why a key is not good for a route; null when it is. */
function wrongness(
  { caller: { kind }, scopes }: KeyHolder,
  access: readonly OrganisationKind[],
  scope: Scope,
): string | null {
  if (!access.includes(kind)) return `This is for ${access.join(' or ')}; the key belongs to a ${kind}.`;
  if (!scopes.includes(scope))
    return `This needs a key with the scope ${scope}; this one has ${scopes.join(', ')}.`;
  return null;
}

function scopeOf({ method }: FastifyRequest): Scope {
  return READING.includes(method) ? 'read' : 'write';
}

async function callerOf({ headers }: FastifyRequest, database: Database): Promise<KeyHolder | null> {
  const match = BEARER.exec(headers.authorization ?? '');
  return match ? authenticate(database.sql, match[1]!) : null;
}

async function refuse(request: FastifyRequest, reply: FastifyReply, rates: Rates): Promise<never> {
  const left = await rates.refused_key(request, reply);
  request.log.info({ address: request.ip, left }, 'a request without a valid key was refused');
  throw new Problem(
    'unauthenticated',
    BEARER.test(request.headers.authorization ?? '')
      ? 'The API key is not valid, or no longer.'
      : 'Send an API key in the header "Authorization: Bearer pwk_...".',
  );
}

/** The caller of a route that is not public. */
export function callerOfGuarded(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('a public route has no caller');
  return request.caller;
}
