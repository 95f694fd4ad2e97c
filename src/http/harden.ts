/** Headers that keep browsers from doing with an answer what it is not for, and who may read answers across origins. */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { HttpConfig } from '../config.ts';
import { PREFLIGHT_MAX_AGE_SECONDS } from './limits.ts';

/** Answers are data: nothing in them is run, loaded, framed or sent on. */
const ANSWER_POLICY = {
  'default-src': ["'none'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};
/** Pages load our own files and talk to us alone; neither scripts nor styles stand in them. */
export const PAGE_POLICY = policyText({
  ...ANSWER_POLICY,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
});

function policyText(policy: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join(';');
}

/** For answers that are made before any hook runs: to what is no request, or has no readable address. */
export const BARE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': policyText(ANSWER_POLICY),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
/** The page at `/docs` runs its own files alone; it sets styles inline and draws icons from data addresses. */
export const DOCS_POLICY = {
  ...ANSWER_POLICY,
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
};

export async function harden(app: FastifyInstance, http: HttpConfig): Promise<void> {
  const max_age = http.hsts_max_age_seconds;
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: ANSWER_POLICY },
    strictTransportSecurity: max_age > 0 && { maxAge: max_age, includeSubDomains: true },
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  if (http.cors_origins.length > 0) await app.register(cors, corsOf(http.cors_origins));
}

/** No cookies and no wildcard: a page of a listed origin brings its key itself. */
function corsOf(origins: readonly string[]) {
  return {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match'],
    exposedHeaders: ['etag', 'idempotency-replayed', 'ratelimit', 'ratelimit-policy', 'retry-after'],
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  };
}
