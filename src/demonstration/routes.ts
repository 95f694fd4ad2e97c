import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { Closed, Instant } from '../http/schemas.ts';
import type { Service } from '../service.ts';

export const demonstrationRoutes =
  ({ calendar, onNews }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/v1/demonstration/calendar',
      {
        config: { access: ['staff'], scope: 'operate' },
        schema: {
          operationId: 'advanceCalendar',
          tags: ['demonstration'],
          description:
            'Puts the calendar of a demonstration forward; the jobs work through every day on the way, and what the gazette published meanwhile arrives.',
          body: Closed({ to: Type.String({ format: 'date-time', description: 'UTC' }) }),
          response: { 200: Type.Object({ calendar: Instant }) },
        },
      },
      async (request) => {
        if (!calendar)
          throw new Problem('conflict', 'This database is no demonstration: its calendar is the real one.');
        await calendar.advance(new Date(request.body.to));
        onNews();
        return { calendar: calendar.clock.now().toISOString() };
      },
    );
  };
