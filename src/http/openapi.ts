import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { EVENT_TYPES, EVENTS, eventSchema } from '../webhooks/events.ts';
import { actionOf } from './guard.ts';
import { DOCS_POLICY } from './harden.ts';
import { ProblemBody } from './schemas.ts';
import { CSRF_HEADER, SESSION_COOKIE } from './session-cookie.ts';

const PROBLEM = {
  description: 'RFC 9457 problem details',
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
};

/** Registers the OpenAPI 3.1 document of all routes, with a section for webhooks, and its page at `/docs`. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  app.addSchema(ProblemBody);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Pledgewatch',
        version,
        description:
          'Watches the value of patents pledged for bank loans, before, during and after the contract. Money is in integer minor units; instants are UTC; errors are problem details (RFC 9457).',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'API key, pwk_...' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: `session of a person who signed in; with the header ${CSRF_HEADER} for whatever is no GET`,
          },
        },
      },
      webhooks: webhooks() as never,
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `Schema${index}`),
    },
  });
  app.addHook('onRoute', (route) => {
    const { schema, config } = route;
    if (!schema?.operationId) return;
    if (config && config.access !== 'public') {
      const { access: kinds, people } = config;
      schema.security = [...(people ? [] : [{ key: [] }]), { session: [] }];
      Object.assign(schema, { 'x-access': { kinds, action: actionOf(String(route.method), config) } });
    }
    schema.response = { ...(schema.response as object), '4xx': PROBLEM, '5xx': PROBLEM };
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY });
}

function webhooks() {
  return Object.fromEntries(
    EVENT_TYPES.map((type) => [
      type,
      {
        post: {
          operationId: `on ${type}`,
          summary: EVENTS[type]!.summary,
          description:
            'Signed after Standard Webhooks 1.0: verify webhook-id, webhook-timestamp and webhook-signature over the raw body.',
          requestBody: { content: { 'application/json': { schema: eventSchema(type) } } },
          responses: { '2XX': { description: 'taken; anything else is tried again' } },
        },
      },
    ]),
  );
}
