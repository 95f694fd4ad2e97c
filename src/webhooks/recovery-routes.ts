/** Dead letters of an endpoint, and sending again in bulk. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf, Page, PageQuery, page } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { EVENT_TYPES } from './events.ts';
import { deadLettersOf, MAX_RECOVERED_DELIVERIES } from './recovery.ts';
import { own, recoverEndpoint, replayEndpoint } from './service.ts';

const ById = Closed({ id: Id });
const Since = Type.String({ format: 'date-time', description: 'from this instant on' });
const More = Type.Boolean({
  description: `one call queues at most ${MAX_RECOVERED_DELIVERIES}, in the order of each pledge: call again, with a new idempotency key, until this is false`,
});

const DeadLetter = Type.Object({
  delivery_id: Id,
  event_id: Id,
  event_type: Type.String(),
  pledge_id: Nullable(Id),
  attempts: Type.Integer(),
  reason: Type.String({ description: 'why it was given up' }),
  created_at: Instant,
  died_at: Instant,
  lane_paused: Type.Boolean({ description: 'later events of the pledge wait for this one' }),
});

export const recoveryRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database } = service;
    app.get(
      '/v1/webhooks/endpoints/:id/dead-letters',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listDeadLetters',
          tags: ['webhooks'],
          description:
            'Events that were given up and have not arrived since, newest first. With on_dead_letter `pause` the later events of the pledge wait until the letter has arrived or was queued again (replay, recover), or until on_dead_letter is set to `skip`.',
          params: ById,
          querystring: Closed(PageQuery),
          response: { 200: Page(DeadLetter) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const endpoint = await own(database.sql, callerOfGuarded(request), request.params.id);
        const rows = await deadLettersOf(database.sql, endpoint.id, cursor ?? null, limit + 1);
        return page(rows, limit, (row) => row.delivery_id);
      },
    );

    app.post(
      '/v1/webhooks/endpoints/:id/recover',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'recoverEndpoint',
          tags: ['webhooks'],
          description:
            'Sends again, with the same ids and bytes and in the order of each pledge, what was given up in that time, and brings forward the retries of what last failed in it.',
          params: ById,
          body: Closed({
            since: Since,
            until: Type.Optional(
              Type.String({ format: 'date-time', description: 'before this instant; now if left out' }),
            ),
            event_types: Type.Optional(
              Type.Array(OneOf(EVENT_TYPES, 'type of event'), {
                uniqueItems: true,
                maxItems: 100,
                description: 'all types if left out or empty',
              }),
            ),
          }),
          response: {
            201: Type.Object({
              resent: Type.Integer({ description: 'dead letters queued again' }),
              hastened: Type.Integer({ description: 'failing deliveries whose next attempt is now' }),
              more: More,
            }),
          },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const caller = callerOfGuarded(request);
          const { since, until, event_types = [] } = request.body;
          const span = { since: new Date(since), until: until ? new Date(until) : undefined, event_types };
          if (span.until && span.until <= span.since)
            throw badField('/body/until', 'must be later than since');
          return recoverEndpoint(tx, caller, request.params.id, span);
        }),
    );

    app.post(
      '/v1/webhooks/endpoints/:id/replay-missing',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'replayMissing',
          tags: ['webhooks'],
          description:
            'Sends the own events since an instant (their timestamp) that the endpoint’s filter lets through and that were never queued for it, as when it was disabled: the same ids and bytes, in the order of each pledge.',
          params: ById,
          body: Closed({ since: Since }),
          response: {
            201: Type.Object({ sent: Type.Integer({ description: 'events queued' }), more: More }),
          },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          replayEndpoint(
            tx,
            service,
            callerOfGuarded(request),
            request.params.id,
            new Date(request.body.since),
          ),
        ),
    );
  };

function badField(pointer: string, detail: string): Problem {
  return new Problem('bad_request', `${pointer} ${detail}.`, [{ pointer, detail }]);
}
