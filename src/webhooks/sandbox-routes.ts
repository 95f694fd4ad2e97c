import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, OneOf } from '../http/schemas.ts';
import { emitEvents } from '../outbox/emit.ts';
import type { Service } from '../service.ts';
import { EVENT_TYPES } from './events.ts';
import { exampleData } from './examples.ts';
import { enqueueAlone, own } from './routes.ts';

export const sandboxRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
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
        create(request, reply, database, async (tx) => {
          const endpoint = await own(tx, callerOfGuarded(request), request.params.id);
          const { type } = request.body;
          const { organisation_id: owner_id } = callerOfGuarded(request);
          const nobody = { pledge_id: null, bank_id: null, firm_id: null, owner_id };
          const example = { type, ...nobody, occurred_at: clock.now(), data: exampleData(type) };
          const [event_id] = await emitEvents(tx, [example]);
          return { event_id: event_id!, delivery_id: await enqueueAlone(tx, endpoint.id, event_id!) };
        }),
    );
  };
