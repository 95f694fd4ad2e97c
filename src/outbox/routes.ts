import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { and, eq, gt } from 'drizzle-orm';
import Type from 'typebox';
import { given, query, rowsOf } from '../db/list.ts';
import { event } from '../db/schema.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Page, PageQuery, page } from '../http/schemas.ts';
import { visibleTo } from '../http/visible.ts';
import type { Service } from '../service.ts';
import { EVENT_TYPES, EVENTS } from '../webhooks/events.ts';

const FeedEvent = Type.Object({
  id: Id,
  type: Type.String(),
  body: Type.Unknown({ description: 'what a webhook of this event carries' }),
});

export const eventRoutes =
  ({ database }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/events',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listEvents',
          tags: ['events'],
          description: 'Events on the own organisation’s pledges in order of their id; staff see all.',
          querystring: Closed({ ...PageQuery, type: Type.Optional(Type.String({ enum: [...EVENT_TYPES] })) }),
          response: { 200: Page(FeedEvent) },
        },
      },
      async (request) => {
        const { limit, cursor, type } = request.query;
        const rows = await rowsOf<{ id: string; type: string; body: string }>(
          database.sql,
          query
            .select({ id: event.id, type: event.type, body: event.body })
            .from(event)
            .where(
              and(
                ...given(
                  visibleTo(callerOfGuarded(request), event),
                  type && eq(event.type, type),
                  cursor && gt(event.id, cursor),
                ),
              ),
            )
            .orderBy(event.id)
            .limit(limit + 1),
        );
        const events = rows.map((row) => ({ ...row, body: JSON.parse(row.body) as unknown }));
        return page(events, limit, (row) => row.id);
      },
    );

    app.get(
      '/v1/event-types',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listEventTypes',
          tags: ['events'],
          description: 'The catalogue of events.',
          response: {
            200: Type.Object({
              data: Type.Array(Type.Object({ type: Type.String(), summary: Type.String() })),
            }),
          },
        },
      },
      async () => ({ data: EVENT_TYPES.map((type) => ({ type, summary: EVENTS[type]!.summary })) }),
    );
  };
