import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { headersRefusal } from '../webhooks/custom-headers.ts';
import { addFetch, changeFetch, fetches, runFetch } from './store.ts';

const MAX_CADENCE_HOURS = 8784;
const Name = Type.String({ minLength: 1, maxLength: 200 });
const CadenceHours = Type.Integer({
  minimum: 1,
  maximum: MAX_CADENCE_HOURS,
  description: 'how often it is fetched',
});

const Fetch = Type.Object({
  id: Id,
  name: Name,
  url: Type.String(),
  cadence_hours: CadenceHours,
  enabled: Type.Boolean(),
  created_at: Instant,
  due_at: { ...Instant, description: 'of the next try' },
  failures: Type.Integer({ description: 'since the last success' }),
  last_success_at: Nullable(Instant),
  last_failure_at: Nullable(Instant),
  last_failure: Nullable(Type.String()),
  last_bytes: Nullable(Type.Integer()),
  source: Nullable(Type.String({ description: 'adapter that read the last file' })),
});

const STAFF = { access: ['staff'] } as const;

export const fetchRoutes =
  ({ database, vault, clock, onNews }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/fetches',
      {
        config: STAFF,
        schema: {
          operationId: 'listFetches',
          tags: ['patents'],
          description: 'Files of registers that are fetched by schedule, with what came of them.',
          response: { 200: Type.Object({ data: Type.Array(Fetch) }) },
        },
      },
      async () => ({ data: await fetches(database.sql) }),
    );

    app.post(
      '/v1/fetches',
      {
        config: { ...STAFF, scope: 'operate' },
        schema: {
          operationId: 'addFetch',
          tags: ['patents'],
          description:
            'Fetches a file at once and then by its cadence, as long as it changes: public https, or a mirror that the operator allows.',
          body: Closed({
            name: Name,
            url: Type.String({ minLength: 1, maxLength: 2048 }),
            cadence_hours: CadenceHours,
            headers: Type.Optional(
              Type.Record(Type.String(), Type.String(), {
                description: 'static request headers, such as a key; never read back',
              }),
            ),
          }),
          response: { 201: Fetch },
        },
      },
      async (request, reply) => {
        const { headers = {}, ...given } = request.body;
        const header = headersRefusal(headers);
        if (header) throw new Problem('refused', `The header ${header.name} ${header.rule}.`);
        if (!/^https?:$/.test(URL.parse(given.url)?.protocol ?? ''))
          throw new Problem('refused', 'The field url must be an absolute https address of a file.');
        const added = await create(request, reply, database, (tx) =>
          addFetch(tx, vault, { ...given, headers }, callerOfGuarded(request), clock.now()),
        );
        onNews();
        return added;
      },
    );

    app.patch(
      '/v1/fetches/:id',
      {
        config: { ...STAFF, scope: 'operate' },
        schema: {
          operationId: 'changeFetch',
          tags: ['patents'],
          params: Closed({ id: Id }),
          body: Closed({
            name: Type.Optional(Name),
            cadence_hours: Type.Optional(CadenceHours),
            enabled: Type.Optional(Type.Boolean()),
          }),
          response: { 200: Fetch },
        },
      },
      (request) =>
        database.transaction((tx) =>
          changeFetch(tx, request.params.id, request.body, callerOfGuarded(request), clock.now()),
        ),
    );

    app.post(
      '/v1/fetches/:id/run',
      {
        config: { ...STAFF, scope: 'operate' },
        schema: {
          operationId: 'runFetch',
          tags: ['patents'],
          description: 'Fetches now instead of at its next time.',
          params: Closed({ id: Id }),
          response: { 202: Type.Object({ id: Id }) },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await database.transaction((tx) => runFetch(tx, id, callerOfGuarded(request), clock.now()));
        onNews();
        return reply.code(202).send({ id });
      },
    );
  };
