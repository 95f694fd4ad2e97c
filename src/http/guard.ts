/** Who is asking, and whether a route is theirs. Every route says who may call it, or the app does not start. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticate, type Caller, type OrganisationKind } from '../accounts/store.ts';
import type { Database } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Rates } from './rates.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Kinds of organisation that may call the route; `public` for anyone. */
    access?: 'public' | readonly OrganisationKind[];
    /** Its requests are not counted: it is how a supervisor sees whether the service lives. */
    uncounted?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

const BEARER = /^Bearer +(\S+)$/i;

/** Any organisation with a key. */
export const EVERYONE = ['bank', 'firm', 'staff'] as const;

export function guardRoutes(app: FastifyInstance, database: Database, rates: Rates): void {
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined && !route.url.startsWith('/docs') && route.method !== 'HEAD')
      throw new Error(`route ${String(route.method)} ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access, uncounted } = request.routeOptions.config;
    if (uncounted) return;
    if (access === undefined || access === 'public') return void (await rates.address(request, reply));
    request.caller = await callerOf(request, database);
    if (request.caller === null) return refuse(request, reply, rates);
    await rates.key(request, reply);
    const { kind, organisation_id } = request.caller;
    if (access.includes(kind)) return;
    request.log.info({ address: request.ip, organisation_id }, 'a key of the wrong kind was refused');
    throw new Problem('forbidden', `This is for ${access.join(' or ')}; the key belongs to a ${kind}.`);
  });
}

function callerOf({ headers }: FastifyRequest, database: Database): Promise<Caller | null> {
  const match = BEARER.exec(headers.authorization ?? '');
  return match ? authenticate(database.sql, match[1]!) : Promise.resolve(null);
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
