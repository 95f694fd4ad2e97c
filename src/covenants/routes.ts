import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { addDays } from '../../models/calendar.ts';
import { dateOf } from '../clock.ts';
import { actFor } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import { Closed, Day, Id, Instant, Nullable, OneOf, PatentId } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { COVENANT_KINDS, type CovenantKind } from './dates.ts';
import { closeFeed, openFeed, openFeeds, readerOf } from './feeds.ts';
import { icalText } from './ical.ts';
import { upcomingDates } from './upcoming.ts';

const DEFAULT_SPAN_days = 180;
/** Dates of one answer; the rest is asked for from the last day on. */
const MAX_COVENANT_DATES = 2_000;

const Covenant = Type.Object({
  id: Type.String(),
  on: Day,
  kind: OneOf(Object.keys(COVENANT_KINDS) as CovenantKind[], 'what falls on that day'),
  title: Type.String(),
  actor: Nullable(Type.String({ description: 'who must act: bank, firm or nobody' })),
  verified: Type.Boolean({
    description: 'false: the rule of the day was entered from memory and not compared with its source',
  }),
  pledge_id: Id,
  patent: Nullable(
    Type.Object({ patent_id: PatentId, office: Type.String(), application_number: Type.String() }),
  ),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});

const Feed = Type.Object({ id: Id, created_at: Instant });

export const covenantRoutes =
  ({ database, system, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/covenants',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listCovenants',
          tags: ['covenants'],
          description:
            'Dates to come of the own live pledges: annuities, grace, expiry, maturity, revaluation.',
          querystring: Closed({
            pledge_id: Type.Optional(Id),
            from: Type.Optional({ ...Day, description: 'today if left out' }),
            until: Type.Optional({
              ...Day,
              description: `${DEFAULT_SPAN_days} days from the first if left out`,
            }),
          }),
          response: {
            200: Type.Object({
              data: Type.Array(Covenant, { description: 'in order of day' }),
              complete: Type.Boolean({
                description: `false when there are more than ${MAX_COVENANT_DATES}; ask on from the last day`,
              }),
            }),
          },
        },
      },
      async (request) => {
        const {
          pledge_id,
          from = dateOf(clock.now()),
          until = addDays(from, DEFAULT_SPAN_days),
        } = request.query;
        if (until < from) throw new Problem('refused', `The field until, ${until}, is before from, ${from}.`);
        const all = await upcomingDates(database, callerOfGuarded(request), clock.now(), pledge_id);
        const due = all.filter(({ on }) => on >= from && on <= until);
        return {
          data: due.slice(0, MAX_COVENANT_DATES).map((date) => ({ ...date, ...COVENANT_KINDS[date.kind] })),
          complete: due.length <= MAX_COVENANT_DATES,
        };
      },
    );

    app.post(
      '/v1/covenants/feeds',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'openCovenantFeed',
          tags: ['covenants'],
          description:
            'An address for calendar programs (iCalendar), which needs no key: whoever has it can read the dates, so it can be taken back.',
          response: {
            201: Type.Object({
              ...Feed.properties,
              path: Nullable(
                Type.String({ description: 'shown this once; null when the request is repeated' }),
              ),
            }),
          },
        },
      },
      (request, reply) =>
        create(
          request,
          reply,
          database,
          async (tx): Promise<{ id: string; created_at: Date; path: string | null }> => {
            const { feed, secret } = await openFeed(tx, callerOfGuarded(request), clock.now());
            return {
              id: feed.id,
              created_at: feed.created_at,
              path: `/v1/covenants/feeds/${feed.id}/${secret}.ics`,
            };
          },
          { kept: (answer) => ({ ...answer, path: null }) },
        ),
    );

    app.get(
      '/v1/covenants/feeds',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listCovenantFeeds',
          tags: ['covenants'],
          description: 'The own calendar addresses that are open, without their secrets.',
          response: { 200: Type.Object({ data: Type.Array(Feed) }) },
        },
      },
      async (request) => ({ data: await openFeeds(database.sql, callerOfGuarded(request).organisation_id) }),
    );

    app.delete(
      '/v1/covenants/feeds/:id',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'closeCovenantFeed',
          tags: ['covenants'],
          description: 'Takes an address back: it answers nothing from now on.',
          params: Closed({ id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await database.transaction((tx) =>
          closeFeed(tx, request.params.id, callerOfGuarded(request), clock.now()),
        );
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/v1/covenants/feeds/:id/:secret.ics',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'readCovenantFeed',
          tags: ['covenants'],
          description: 'The dates as iCalendar (RFC 5545), all-day events.',
          params: Closed({ id: Id, secret: Type.String({ minLength: 1, maxLength: 100 }) }),
          response: {
            200: { description: 'iCalendar text', content: { 'text/calendar': { schema: Type.String() } } },
          },
        },
      },
      async (request, reply) => {
        const reader = await readerOf(system.sql, request.params.id, request.params.secret);
        if (!reader) throw new Problem('not_found', 'There is no such calendar address.');
        const now = clock.now();
        const dates = await actFor(reader, () => upcomingDates(database, reader, now));
        const text = icalText(dates, now);
        return reply.header('cache-control', 'private').type('text/calendar; charset=utf-8').send(text);
      },
    );
  };
