import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { dateOf } from '../../clock.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day, Id } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { Blank, blank, endOfDay } from '../asking.ts';
import { pagesOf } from '../serve.ts';
import { flowCsv } from './flow-table.tsx';
import { SPANS, type Span } from './flow-window.tsx';
import { ListPage, readList } from './list-page.tsx';
import { PledgePage, pledgeName } from './pledge-page.tsx';
import { readChange, readPledge } from './read.ts';

const ById = Closed({ id: Id });
const SpanField = Type.Unsafe<Span>(Type.String({ enum: [...SPANS] }));

export function pledgePages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const page = pagesOf(app, service);

  page('/pledges', { access: PLEDGE_KINDS }, async ({ request, view }) => ({
    title: view.words.say('nav.pledges'),
    body: <ListPage pledges={await readList(database.sql, callerOfGuarded(request), clock.now())} />,
  }));

  page(
    '/pledges/:id',
    {
      access: PLEDGE_KINDS,
      params: ById,
      query: Closed({
        as_of: Blank(Day),
        span: Type.Optional(SpanField),
        from: Blank(Day),
        to: Blank(Day),
        first: Blank(Day),
        last: Blank(Day),
      }),
    },
    async ({ params, query, request, view }) => {
      const as_of = blank(query.as_of);
      const [first, last] = [blank(query.first), blank(query.last)];
      const window = { span: query.span ?? 'all', days: first && last ? { first, last } : null };
      const known_at = endOfDay(as_of, clock.now());
      const shown = await readPledge(database.sql, params.id, callerOfGuarded(request), known_at);
      const change = await readChange(
        database.sql,
        shown,
        { from: blank(query.from), to: blank(query.to) },
        known_at,
      );
      return {
        title: pledgeName(shown.patents, view.words),
        body: <PledgePage {...{ shown, change, window }} as_of={as_of ?? null} />,
      };
    },
  );

  app.get(
    '/pledges/:id/value-flow.csv',
    {
      config: { access: PLEDGE_KINDS },
      schema: { hide: true, params: ById, querystring: Closed({ as_of: Blank(Day) }) },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const known_at = endOfDay(blank((request.query as { as_of?: string }).as_of), clock.now());
      const { pledge, points } = await readPledge(database.sql, id, callerOfGuarded(request), known_at);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${id}-${dateOf(known_at)}.csv"`)
        .send(flowCsv(points, pledge.currency));
    },
  );
}
