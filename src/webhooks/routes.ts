import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { textOf } from '../../models/sentences.ts';
import type { Sql } from '../db/client.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf, Page, PageQuery, page, WithDefault } from '../http/schemas.ts';
import { BREAKER_FAILURES, PROBE_SECONDS } from '../outbox/lanes.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Service } from '../service.ts';
import { MAX_CUSTOM_HEADERS } from './custom-headers.ts';
import { EVENT_TYPES } from './events.ts';
import { disabledBecause } from './health.ts';
import {
  NEWEST_PAYLOAD_VERSION,
  PAYLOAD_VERSION_HEADER,
  PAYLOAD_VERSIONS,
  type PayloadVersion,
} from './payload-versions.ts';
import { refuseHeaders } from './refuse.ts';
import {
  audit,
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  own,
  ownDelivery,
  replay,
  rotateSecret,
  sendTest,
} from './service.ts';
import { publicKeys } from './signing-keys.ts';
import * as store from './store.ts';

const ById = Closed({ id: Id });

const OnDeadLetter = OneOf(
  ['skip', 'pause'],
  'when an event is given up: `skip` goes on with the later events of its pledge, `pause` holds them back and tells the owner by `endpoint.failing`; if not chosen, `pause` for banks and `skip` for others',
);

const Endpoint = Type.Object({
  id: Id,
  url: Type.String(),
  description: Type.String(),
  event_types: Type.Array(Type.String(), { description: 'types it receives; empty for all' }),
  payload_version: Type.String({
    description: `version of the bodies that it is sent, also in the header ${PAYLOAD_VERSION_HEADER}`,
  }),
  header_names: Type.Array(Type.String(), { description: 'own headers; their values are not read back' }),
  public_keys: Type.Array(Type.String(), {
    description: 'whpk_..., newest first: verify the v1a signatures; as a JWK set at /.well-known/jwks.json',
  }),
  state: OneOf(['enabled', 'disabled'], 'whether events are sent to it'),
  disabled_reason: Nullable(Type.String()),
  failures: Type.Integer({
    description: `failures in a row; from ${BREAKER_FAILURES} on it is tried once in ${PROBE_SECONDS} seconds until it takes an event`,
  }),
  failing_since: Nullable(Instant),
  paused_pledge_ids: Type.Array(Id, { description: 'pledges whose events wait behind a dead letter' }),
  on_dead_letter: OnDeadLetter,
  created_at: Instant,
});

const Secret = Type.String({ description: 'signing secret (Standard Webhooks), shown this once' });
const OwnSecret = Type.Optional(
  Type.String({
    maxLength: 200,
    description: 'own signing secret, whsec_ and base64 of 24 to 64 random bytes; made by us if left out',
  }),
);

const Headers = Type.Record(Type.String(), Type.String(), {
  maxProperties: MAX_CUSTOM_HEADERS,
  description: 'static headers of each delivery, such as Authorization; stored, but never read back',
});

const Delivery = Type.Object({
  id: Id,
  event_id: Id,
  event_type: Type.String(),
  attempts: Type.Integer(),
  outcome: OneOf(['pending', 'delivered', 'dead'], 'what became of it'),
  reason: Nullable(Type.String({ description: 'why it was given up' })),
  created_at: Instant,
  finished_at: Nullable(Instant),
});

const Attempt = Type.Object({
  attempt: Type.Integer(),
  started_at: Instant,
  duration_ms: Type.Integer(),
  status: Nullable(Type.Integer()),
  error: Nullable(Type.String()),
  answer: Nullable(Type.String({ description: 'start of the receiver’s answer' })),
});

const EventTypes = Type.Array(OneOf(EVENT_TYPES, 'type of event'), { uniqueItems: true, maxItems: 100 });

export const webhookRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, vault } = service;
    app.post(
      '/v1/webhooks/endpoints',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'createEndpoint',
          tags: ['webhooks'],
          description: 'Registers a receiver. Events about the own pledges are sent to it, signed.',
          body: Closed({
            url: Type.String({ minLength: 1, maxLength: 2048 }),
            description: WithDefault(Type.String({ maxLength: 200, default: '' })),
            event_types: Type.Optional(EventTypes),
            payload_version: WithDefault(
              Type.Unsafe<PayloadVersion>(
                Type.String({ enum: [...PAYLOAD_VERSIONS], default: NEWEST_PAYLOAD_VERSION }),
              ),
            ),
            on_dead_letter: Type.Optional(OnDeadLetter),
            headers: Type.Optional(Headers),
            secret: OwnSecret,
          }),
          response: { 201: Type.Object({ ...Endpoint.properties, secret: Secret }) },
        },
      },
      (request, reply) =>
        create(
          request,
          reply,
          database,
          async (tx) => {
            const { endpoint, secret } = await createEndpoint(
              tx,
              service,
              callerOfGuarded(request),
              request.body,
            );
            return { ...(await shown(tx, vault, [endpoint]))[0]!, secret };
          },
          { vault },
        ),
    );

    app.get(
      '/v1/webhooks/endpoints',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listEndpoints',
          tags: ['webhooks'],
          response: { 200: Type.Object({ data: Type.Array(Endpoint) }) },
        },
      },
      async (request) => ({
        data: await shown(
          database.sql,
          vault,
          await store.endpointsOf(database.sql, callerOfGuarded(request).organisation_id),
        ),
      }),
    );

    app.get(
      '/v1/webhooks/endpoints/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getEndpoint',
          tags: ['webhooks'],
          params: ById,
          response: { 200: Endpoint },
        },
      },
      async (request) => {
        const endpoint = await own(database.sql, callerOfGuarded(request), request.params.id);
        return (await shown(database.sql, vault, [endpoint]))[0]!;
      },
    );

    app.patch(
      '/v1/webhooks/endpoints/:id',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'changeEndpoint',
          tags: ['webhooks'],
          description:
            'Enables an endpoint, which sends what waited for it and counts failures anew, or disables it; says what a dead letter means for it, and which types it receives from now on.',
          params: ById,
          body: Type.Object(
            {
              state: Type.Optional(OneOf(['enabled', 'disabled'], 'wanted state')),
              on_dead_letter: Type.Optional(OnDeadLetter),
              event_types: Type.Optional(EventTypes),
            },
            { additionalProperties: false, minProperties: 1 },
          ),
          response: { 200: Endpoint },
        },
      },
      (request) =>
        database.transaction(async (tx) => {
          const caller = callerOfGuarded(request);
          const endpoint = await changeEndpoint(tx, service, caller, request.params.id, request.body);
          return (await shown(tx, vault, [endpoint]))[0]!;
        }),
    );

    app.delete(
      '/v1/webhooks/endpoints/:id',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'deleteEndpoint',
          tags: ['webhooks'],
          params: ById,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await database.transaction((tx) =>
          deleteEndpoint(tx, service, callerOfGuarded(request), request.params.id),
        );
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/v1/webhooks/endpoints/:id/secret',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'rotateSecret',
          tags: ['webhooks'],
          description: 'Issues a new secret; for 24 hours both sign every delivery.',
          params: ById,
          body: Nullable(Closed({ secret: OwnSecret })),
          response: { 201: Type.Object({ secret: Secret }) },
        },
      },
      (request, reply) =>
        create(
          request,
          reply,
          database,
          async (tx) => ({
            secret: await rotateSecret(
              tx,
              service,
              callerOfGuarded(request),
              request.params.id,
              request.body?.secret,
            ),
          }),
          { vault },
        ),
    );

    app.put(
      '/v1/webhooks/endpoints/:id/headers',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'setHeaders',
          tags: ['webhooks'],
          description: 'Puts these own headers in the place of all that the endpoint had.',
          params: ById,
          body: Closed({ headers: Headers }),
          response: { 200: Endpoint },
        },
      },
      (request) =>
        database.transaction(async (tx) => {
          const endpoint = await own(tx, callerOfGuarded(request), request.params.id);
          const { id } = endpoint;
          refuseHeaders(request.body.headers);
          await store.setHeaders(tx, vault, endpoint, request.body.headers);
          const header_names = Object.keys(request.body.headers);
          await audit(tx, service, callerOfGuarded(request), 'endpoint.headers_set', id, { header_names });
          return (await shown(tx, vault, [await own(tx, callerOfGuarded(request), id)]))[0]!;
        }),
    );

    app.post(
      '/v1/webhooks/endpoints/:id/test',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'testEndpoint',
          tags: ['webhooks'],
          description:
            'Sends an event of type endpoint.test to this endpoint alone: one attempt, also while it is disabled. When it arrives, the count of failures begins anew, and an endpoint that the service had disabled is enabled again; one that its owner disabled stays so.',
          params: ById,
          response: { 201: Type.Object({ event_id: Id, delivery_id: Id }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          sendTest(tx, service, callerOfGuarded(request), request.params.id),
        ),
    );

    app.get(
      '/v1/webhooks/endpoints/:id/deliveries',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listDeliveries',
          tags: ['webhooks'],
          description: 'Deliveries to an endpoint, newest first.',
          params: ById,
          querystring: Closed(PageQuery),
          response: { 200: Page(Delivery) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const endpoint = await own(database.sql, callerOfGuarded(request), request.params.id);
        const rows = await store.deliveriesOf(database.sql, endpoint.id, cursor ?? null, limit + 1);
        return page(rows as unknown as Type.Static<typeof Delivery>[], limit, (row) => row.id);
      },
    );

    app.get(
      '/v1/webhooks/deliveries/:id/attempts',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listAttempts',
          tags: ['webhooks'],
          description: 'Every attempt of a delivery with what the receiver answered.',
          params: ById,
          response: { 200: Type.Object({ data: Type.Array(Attempt) }) },
        },
      },
      async (request) => {
        const delivery = await ownDelivery(database.sql, callerOfGuarded(request), request.params.id);
        const data = await store.attemptsOf(database.sql, delivery.id);
        return { data: data as unknown as Type.Static<typeof Attempt>[] };
      },
    );

    app.post(
      '/v1/webhooks/deliveries/:id/replay',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'replayDelivery',
          tags: ['webhooks'],
          description:
            'Sends the event once more: the same id and bytes, signed anew; one attempt, also while the endpoint is disabled. It does not count as a failure of the endpoint; when it arrives, it counts like a test.',
          params: ById,
          response: { 201: Type.Object({ event_id: Id, delivery_id: Id }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => replay(tx, callerOfGuarded(request), request.params.id)),
    );
  };

async function shown(sql: Sql, vault: Vault, endpoints: readonly store.Endpoint[]) {
  const public_keys = await publicKeys(sql, vault);
  return endpoints.map(({ disabled_reason: kept, ...endpoint }) => ({
    ...endpoint,
    disabled_reason: kept && textOf(disabledBecause(kept)),
    public_keys,
  }));
}
