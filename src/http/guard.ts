/** Who is asking, and whether a route is theirs. Every route says who may call it, or the app does not start. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from '../accounts/keys.ts';
import { authenticate, type Caller, type OrganisationKind } from '../accounts/store.ts';
import type { Database } from '../db/client.ts';
import { actFor } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Kinds of organisation that may call the route; `public` for anyone. */
    access?: 'public' | readonly OrganisationKind[];
    /** What a key must be good for: `read` for GET, and for a POST that only asks; else `write`. */
    scope?: Scope;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Any organisation with a key. */
export const EVERYONE = ['bank', 'firm', 'staff'] as const;

const READING = ['GET', 'HEAD'];

export function guardRoutes(app: FastifyInstance, database: Database): void {
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && !route.url.startsWith('/docs') && route.method !== 'HEAD')
      throw new Error(`route ${String(route.method)} ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const { caller, scopes } = await callerOf(request, database);
    request.caller = caller;
    if (!access.includes(request.caller.kind))
      throw new Problem(
        'forbidden',
        `This is for ${access.join(' or ')}; the key belongs to a ${request.caller.kind}.`,
      );
    const scope = request.routeOptions.config.scope ?? (READING.includes(request.method) ? 'read' : 'write');
    if (!scopes.includes(scope))
      throw new Problem(
        'forbidden',
        `This needs a key with the scope ${scope}; this one has ${scopes.join(', ')}.`,
      );
  });
  // After the body was read: its events come from the socket and would lose who is acting.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.caller) actFor(request.caller, done);
    else done();
  });
}

async function callerOf(request: FastifyRequest, database: Database) {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  if (!match)
    throw new Problem('unauthenticated', 'Send an API key in the header "Authorization: Bearer pwk_...".');
  const found = await authenticate(database.sql, match[1]!);
  if (!found) throw new Problem('unauthenticated', 'The API key is not valid, or no longer.');
  return found;
}

/** The caller of a route that is not public. */
export function callerOfGuarded(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('a public route has no caller');
  return request.caller;
}
