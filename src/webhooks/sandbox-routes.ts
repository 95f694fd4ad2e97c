import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, OneOf } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { EVENT_TYPES } from './events.ts';
import { simulate } from './service.ts';

export const sandboxRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database } = service;
    app.post(
      '/v1/webhooks/endpoints/:id/simulate',
      {
        config: { access: EVERYONE, scope: 'operate' },
        schema: {
          operationId: 'simulateEvent',
          tags: ['webhooks'],
          description:
            'Sends an example of any event to this endpoint alone, signed and retried like the others, whatever types it receives. It is marked `simulated` in its data and is in no feed of the owner.',
          params: Closed({ id: Id }),
          body: Closed({ type: OneOf(EVENT_TYPES, 'type of event') }),
          response: { 201: Type.Object({ event_id: Id, delivery_id: Id }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          simulate(tx, service, callerOfGuarded(request), request.params.id, request.body.type),
        ),
    );
  };
