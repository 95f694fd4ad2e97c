import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day, Id, Instant, Nullable, OneOf } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { attemptChange } from '../attempt.ts';
import { findPledge } from '../store.ts';
import { CHECKLIST_ITEMS, GROUNDS } from './checklist.ts';
import { recordDeregistration, releaseState } from './deregistration.ts';

const Ground = OneOf(GROUNDS, 'ground of release');

const Given = {
  number: Type.String({
    minLength: 1,
    maxLength: 40,
    description: 'the office’s own number of the deregistration',
  }),
  deregistered_on: Day,
};

const Deregistration = Type.Object({ ...Given, recorded_at: Instant });

const Checklist = Type.Object({
  released: Nullable(Type.Object({ ground: Ground, released_on: Day })),
  grounds: Type.Array(
    Type.Object({
      ground: Ground,
      met: Type.Boolean(),
      items: Type.Array(
        Type.Object({
          item: OneOf(CHECKLIST_ITEMS, 'what must be shown'),
          met: Type.Boolean(),
          text: Type.String({ description: 'what shows it, or what is missing' }),
        }),
      ),
    }),
    { description: 'those that may be chosen; once released, the one that was' },
  ),
  deregistration: Nullable(Deregistration),
});

export const releaseRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.get(
      '/v1/pledges/:id/release-checklist',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getReleaseChecklist',
          tags: ['pledges'],
          description: 'What a release on each ground must show, item by item, and whether it does.',
          params: Closed({ id: Id }),
          response: { 200: Checklist },
        },
      },
      async (request) => {
        const pledge = await findPledge(database.sql, request.params.id, callerOfGuarded(request));
        if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
        const { grounds, ...state } = await releaseState(database.sql, pledge, clock.now());
        return {
          ...state,
          grounds: grounds.map(({ items, ...ground }) => ({
            ...ground,
            items: items.map(({ shows, ...item }) => ({ ...item, text: shows.text })),
          })),
        };
      },
    );

    app.post(
      '/v1/pledges/:id/deregistration',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'recordDeregistration',
          tags: ['pledges'],
          description:
            'Records that the office struck the pledge from its register, once the contract is over.',
          params: Closed({ id: Id }),
          body: Closed(Given),
          response: { 201: Deregistration },
        },
      },
      (request, reply) => {
        const { id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.deregistration' }, () =>
          create(request, reply, database, (tx) =>
            recordDeregistration(tx, id, request.body, caller, clock.now()),
          ),
        );
      },
    );
  };
