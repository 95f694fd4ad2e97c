import type { FastifyInstance } from 'fastify';
import Type, { type Static, type TObject } from 'typebox';
import type { CalendarDate } from '../../../models/types.ts';
import { dateOf } from '../../clock.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day, Id } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { Blank, blank, endOfDay } from '../asking.ts';
import { wordsIn } from '../language/words.ts';
import { pagesOf } from '../serve.ts';
import { languageOf } from '../view.ts';
import { flowFile, PICTURE_FORMS } from './flow-file.tsx';
import { flowCsv } from './flow-table.tsx';
import { type FlowWindow, SPANS, type Span } from './flow-window.tsx';
import { ListPage, readList } from './list-page.tsx';
import { PledgePage, pledgeName } from './pledge-page.tsx';
import { readChange, readPledge } from './read.ts';

const ById = Closed({ id: Id });
/** What of a value flow is asked for. */
const FLOW_QUERY = {
  as_of: Blank(Day),
  span: Type.Optional(Type.Unsafe<Span>(Type.String({ enum: [...SPANS] }))),
  first: Blank(Day),
  last: Blank(Day),
};
type FlowQuery = Static<TObject<typeof FLOW_QUERY>>;

function askedOf(query: FlowQuery): { as_of: CalendarDate | undefined; window: FlowWindow } {
  const [first, last] = [blank(query.first), blank(query.last)];
  const window = { span: query.span ?? 'all', days: first && last ? { first, last } : null };
  return { as_of: blank(query.as_of), window };
}

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
      query: Closed({ ...FLOW_QUERY, from: Blank(Day), to: Blank(Day) }),
    },
    async ({ params, query, request, view }) => {
      const { as_of, window } = askedOf(query);
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

  for (const form of PICTURE_FORMS)
    app.get(
      `/pledges/:id/value-flow.${form}`,
      {
        config: { access: PLEDGE_KINDS },
        schema: { hide: true, params: ById, querystring: Closed(FLOW_QUERY) },
      },
      async (request, reply) => {
        const { id } = request.params as { id: string };
        const { as_of, window } = askedOf(request.query as FlowQuery);
        const known_at = endOfDay(as_of, clock.now());
        const shown = await readPledge(database.sql, id, callerOfGuarded(request), known_at);
        const known_on = dateOf(known_at);
        const words = wordsIn(languageOf(request));
        const bytes = await flowFile(form, { shown, window, known_on, words });
        return reply
          .type(form === 'png' ? 'image/png' : 'application/pdf')
          .header('content-disposition', `attachment; filename="${id}-${known_on}.${form}"`)
          .send(bytes);
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
