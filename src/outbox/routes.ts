import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Sql } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, PageQuery } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { EVENT_TYPES, EVENTS } from '../webhooks/events.ts';
import { headOf, numberStream, readStream, seqOf, streamOf } from './feed.ts';

const FeedEvent = Type.Object({
  seq: Type.Integer({ description: 'counts the events of this feed without gaps' }),
  id: Id,
  type: Type.String(),
  body: Type.Unknown({ description: 'what a webhook of this event carries' }),
});

const After = Type.String({
  pattern: '^(0|[1-9][0-9]{0,14}|evt_[0-9a-z]{26})$',
  default: '0',
  description: 'seq or id of the last event seen; 0 to begin',
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
          description:
            'Events on the own organisation’s pledges, those of each pledge in order; staff read all. Read on with `after` = `next_after`, also from the end: nothing is skipped and nothing comes twice.',
          querystring: Closed({
            limit: PageQuery.limit,
            after: Type.Optional(After),
            type: Type.Optional(Type.String({ enum: [...EVENT_TYPES] })),
          }),
          response: {
            200: Type.Object({
              data: Type.Array(FeedEvent),
              next_after: Type.Integer({ description: 'where to read on' }),
              has_more: Type.Boolean({ description: 'whether there is more to read now' }),
            }),
          },
        },
      },
      async (request) => {
        const { limit, after = '0', type } = request.query;
        const { sql } = database;
        const stream = streamOf(callerOfGuarded(request));
        await numberStream(database, stream);
        const from = await positionOf(sql, stream, after);
        const rows = await readStream(sql, stream, from, type ?? null, limit + 1);
        const data = rows.slice(0, limit).map((row) => ({ ...row, body: JSON.parse(row.body) as unknown }));
        return { data, next_after: data.at(-1)?.seq ?? from, has_more: rows.length > limit };
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

/** @throws Problem when nothing of the feed stands there, so that a mistaken reader does not wait for ever */
async function positionOf(sql: Sql, stream: string, after: string): Promise<number> {
  const position = after.startsWith('evt_') ? await seqOf(sql, stream, after) : Number(after);
  if (position !== null && position <= (await headOf(sql, stream))) return position;
  const detail = 'is neither seq nor id of an event in this feed: give the last one seen, or 0 to begin';
  throw new Problem('bad_request', `/querystring/after ${detail}.`, [
    { pointer: '/querystring/after', detail },
  ]);
}
