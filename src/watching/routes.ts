import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Instant, PatentId } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import {
  addWatchList,
  MAX_WATCHED_PATENTS,
  ownWatchList,
  removeWatchList,
  unwatchPatent,
  watchedPatents,
  watchLists,
  watchPatents,
} from './store.ts';

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Count = Type.Integer({ minimum: 0 });
const WatchList = Type.Object({ id: Id, name: Name, created_at: Instant, patents: Count });
const PatentIds = Type.Array(PatentId, { maxItems: MAX_WATCHED_PATENTS });
const ById = Closed({ id: Id });

const WatchedPatent = Type.Object({
  patent_id: PatentId,
  office: Type.String(),
  application_number: Type.String(),
  added_at: Instant,
});

export const watchingRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/v1/watch-lists',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'addWatchList',
          tags: ['watching'],
          description:
            'Watches patents without a pledge: what is learnt of them from now on comes as `watch.patent.changed`.',
          body: Closed({ name: Name, patent_ids: PatentIds }),
          response: { 201: WatchList },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { name, patent_ids } = request.body;
          return addWatchList(tx, name, patent_ids, callerOfGuarded(request), clock.now());
        }),
    );

    app.get(
      '/v1/watch-lists',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listWatchLists',
          tags: ['watching'],
          response: { 200: Type.Object({ data: Type.Array(WatchList) }) },
        },
      },
      async (request) => ({
        data: await watchLists(database.sql, callerOfGuarded(request).organisation_id),
      }),
    );

    app.get(
      '/v1/watch-lists/:id/patents',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listWatchedPatents',
          tags: ['watching'],
          params: ById,
          response: { 200: Type.Object({ data: Type.Array(WatchedPatent) }) },
        },
      },
      async (request) => {
        await ownWatchList(database.sql, request.params.id, callerOfGuarded(request));
        return { data: await watchedPatents(database.sql, request.params.id) };
      },
    );

    app.post(
      '/v1/watch-lists/:id/patents',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'watchPatents',
          tags: ['watching'],
          description: 'Adds patents to a list; those that it has stay as they are.',
          params: ById,
          body: Closed({ patent_ids: { ...PatentIds, minItems: 1 } }),
          response: { 201: Type.Object({ id: Id, patents: Count }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { id } = request.params;
          const caller = callerOfGuarded(request);
          await ownWatchList(tx, id, caller, true);
          return { id, patents: await watchPatents(tx, id, request.body.patent_ids, caller, clock.now()) };
        }),
    );

    app.delete(
      '/v1/watch-lists/:id/patents/:patent_id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'unwatchPatent',
          tags: ['watching'],
          params: Closed({ id: Id, patent_id: PatentId }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id, patent_id } = request.params;
        await database.transaction(async (tx) => {
          const caller = callerOfGuarded(request);
          await ownWatchList(tx, id, caller, true);
          await unwatchPatent(tx, id, patent_id, caller, clock.now());
        });
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/watch-lists/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'removeWatchList',
          tags: ['watching'],
          params: ById,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await database.transaction(async (tx) => {
          const caller = callerOfGuarded(request);
          await ownWatchList(tx, id, caller, true);
          await removeWatchList(tx, id, caller, clock.now());
        });
        return reply.code(204).send(null);
      },
    );
  };
