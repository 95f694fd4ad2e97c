import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import type { Service } from '../service.ts';

/** `/healthz`: the process answers. `/readyz`: it can also reach its database and is not shutting down. */
export const healthRoutes =
  ({ database, clock }: Service, ready: () => boolean): FastifyPluginAsyncTypebox =>
  async (app) => {
    const Alive = Type.Object({ status: Type.Literal('ok'), calendar: Type.String({ format: 'date-time' }) });
    app.get(
      '/healthz',
      {
        config: { access: 'public', uncounted: true },
        schema: {
          operationId: 'getHealth',
          tags: ['health'],
          description:
            'The process answers; `calendar` is the service’s today, which lies in the past in a demonstration.',
          response: { 200: Alive },
        },
      },
      async () => ({ status: 'ok' as const, calendar: clock.now().toISOString() }),
    );
    app.get(
      '/readyz',
      {
        config: { access: 'public', uncounted: true },
        schema: {
          operationId: 'getReadiness',
          tags: ['health'],
          description: 'The database answers and the service takes work.',
          response: { 200: Type.Object({ status: Type.Literal('ready') }) },
        },
      },
      async () => {
        if (!ready()) throw new Problem('database_unavailable', 'The service is shutting down.');
        if (!(await database.healthy()))
          throw new Problem('database_unavailable', 'The database does not answer.');
        return { status: 'ready' as const };
      },
    );
  };
