import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asOf } from '../clock.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { AsOfQuery, Closed, Day, Instant, Nullable } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { setCadence, sourceFreshness } from './freshness.ts';
import { MAX_CADENCE_DAYS } from './sources/cadence.ts';
import { SOURCE_ADAPTERS } from './sources/index.ts';

const Days = (description: string, minimum: number) =>
  Type.Integer({ minimum, maximum: MAX_CADENCE_DAYS, description });

const CadenceGiven = {
  cadence_days: Days('how often it is expected', 1),
  tolerance_days: Days('how much later it may come', 0),
};

const Source = Type.Object({
  id: Type.String({ description: 'of the adapter' }),
  ...CadenceGiven,
  source: Type.String({ description: 'where the cadence comes from' }),
  verified: Type.Boolean(),
  last_heard_at: Nullable(Instant),
  due_by: Nullable({ ...Day, description: 'last day on which it is in time' }),
  late: Type.Boolean({ description: 'what hangs on it is unknown' }),
  last_run: Type.Object({
    name: Type.String(),
    started_at: Instant,
    finished_at: Nullable(Instant),
    failure: Nullable(Type.String()),
    read: Type.Integer(),
    quarantined: Type.Integer(),
  }),
});

export const sourceRoutes =
  ({ database, clock, onNews }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/sources',
      {
        config: { access: ['staff'] },
        schema: {
          operationId: 'listSources',
          tags: ['patents'],
          description: 'Freshness of every source that anything was read of.',
          querystring: Closed(AsOfQuery),
          response: { 200: Type.Object({ data: Type.Array(Source) }) },
        },
      },
      async (request) => {
        const { as_of } = request.query;
        return {
          data: await sourceFreshness(database.sql, asOf(clock, as_of)),
        };
      },
    );

    app.put(
      '/v1/sources/:id/cadence',
      {
        config: { access: ['staff'], scope: 'operate' },
        schema: {
          operationId: 'setSourceCadence',
          tags: ['patents'],
          description: 'How often this installation expects to hear of a source; the last word counts.',
          params: Closed({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
          body: Closed(CadenceGiven),
          response: { 200: Type.Object({ id: Type.String(), ...CadenceGiven }) },
        },
      },
      async (request) => {
        const { id } = request.params;
        if (!SOURCE_ADAPTERS.some((adapter) => adapter.id === id))
          throw new Problem('not_found', 'There is no such source.');
        await database.transaction((tx) =>
          setCadence(tx, id, request.body, callerOfGuarded(request), clock.now()),
        );
        onNews();
        return { id, ...request.body };
      },
    );
  };
