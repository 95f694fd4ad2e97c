import type { FastifyInstance } from 'fastify';
import Type, { type Static, type TObject, type TProperties } from 'typebox';
import type { CalendarDate } from '../../../models/types.ts';
import { dateOf } from '../../clock.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day, Id } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { Blank, blank, endOfDay } from '../asking.ts';
import { PICTURE_FORMS } from '../charts/picture/file.tsx';
import { wordsIn } from '../language/words.ts';
import { pagesOf } from '../serve.ts';
import { languageOf } from '../view.ts';
import { changeCsv } from './change.tsx';
import { type Asked, changeFile, flowFile } from './chart-files.tsx';
import type { ChartName } from './file-links.tsx';
import { flowCsv } from './flow-table.tsx';
import { type FlowWindow, SPANS, type Span } from './flow-window.tsx';
import { ListPage, readList } from './list-page.tsx';
import { PledgePage, pledgeName } from './pledge-page.tsx';
import { readChange, readPledge, toldOf } from './read.ts';

const ById = Closed({ id: Id });
const KNOWN = { as_of: Blank(Day) };
/** What of a value flow is asked for. */
const WINDOW = {
  span: Type.Optional(Type.Unsafe<Span>(Type.String({ enum: [...SPANS] }))),
  first: Blank(Day),
  last: Blank(Day),
};
/** Between which the change is. */
const DAYS = { from: Blank(Day), to: Blank(Day) };

function windowOf(query: Static<TObject<typeof WINDOW>>): FlowWindow {
  const [first, last] = [blank(query.first), blank(query.last)];
  return { span: query.span ?? 'all', days: first && last ? { first, last } : null };
}

function daysOf(query: Static<TObject<typeof DAYS>>) {
  return { from: blank(query.from), to: blank(query.to) };
}

export function pledgePages(app: FastifyInstance, service: Service): void {
  const { clock } = service;
  const { sql } = service.database;
  const page = pagesOf(app, service);

  page('/pledges', { access: PLEDGE_KINDS }, async ({ request, view }) => ({
    title: view.words.say('nav.pledges'),
    body: <ListPage pledges={await readList(sql, callerOfGuarded(request), clock.now())} />,
  }));

  page(
    '/pledges/:id',
    { access: PLEDGE_KINDS, params: ById, query: Closed({ ...KNOWN, ...WINDOW, ...DAYS }) },
    async ({ params, query, request, view }) => {
      const as_of = blank(query.as_of);
      const known_at = endOfDay(as_of, clock.now());
      const shown = await readPledge(sql, params.id, callerOfGuarded(request), known_at);
      const change = await readChange(sql, shown, daysOf(query), known_at);
      return {
        title: pledgeName(shown.patents, view.words),
        body: <PledgePage {...{ shown, change }} window={windowOf(query)} as_of={as_of ?? null} />,
      };
    },
  );

  const file = chartFilesOf(app, service);
  const toldIn = async ({ shown, query, known_at }: FileAsked<typeof DAYS>) =>
    toldOf(await readChange(sql, shown, daysOf(query), known_at));
  file('value-flow', 'csv', {}, async ({ shown }) => flowCsv(shown.points, shown.pledge.currency));
  file('waterfall', 'csv', DAYS, async (asked) => changeCsv(asked.shown, await toldIn(asked)));
  for (const form of PICTURE_FORMS) {
    file('value-flow', form, WINDOW, (asked) => flowFile(form, asked, windowOf(asked.query)));
    file('waterfall', form, DAYS, async (asked) => changeFile(form, asked, await toldIn(asked)));
  }
}

const TYPES = { csv: 'text/csv; charset=utf-8', png: 'image/png', pdf: 'application/pdf' };

interface FileAsked<Query extends TProperties> extends Asked {
  query: Static<TObject<Query>>;
  known_at: Date;
}

/** Serves charts of a pledge to take away, as known on a day: `file(chart, form, what more is asked, make)`. */
function chartFilesOf(app: FastifyInstance, { database, clock }: Service) {
  return <Query extends TProperties>(
    chart: ChartName,
    form: keyof typeof TYPES,
    query: Query,
    make: (asked: FileAsked<Query>) => Promise<Buffer | string>,
  ) =>
    app.get(
      `/pledges/:id/${chart}.${form}`,
      {
        config: { access: PLEDGE_KINDS },
        schema: { hide: true, params: ById, querystring: Closed({ ...KNOWN, ...query }) },
      },
      async (request, reply) => {
        const { id } = request.params as { id: string };
        const asked = request.query as FileAsked<Query>['query'] & { as_of?: CalendarDate };
        const known_at = endOfDay(blank(asked.as_of), clock.now());
        const known_on = dateOf(known_at);
        const shown = await readPledge(database.sql, id, callerOfGuarded(request), known_at);
        const words = wordsIn(languageOf(request));
        const made = await make({ shown, known_at, known_on, words, query: asked });
        return reply
          .type(TYPES[form])
          .header('content-disposition', `attachment; filename="${id}-${chart}-${known_on}.${form}"`)
          .send(made);
      },
    );
}
