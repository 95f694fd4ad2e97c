/** Looking for patents, and what is known of one. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { LEGAL_STATES } from '../../../models/types.ts';
import { Problem } from '../../errors.ts';
import { EVERYONE } from '../../http/guard.ts';
import { Closed, Day, PatentId } from '../../http/schemas.ts';
import { cursorOf, placeIn } from '../../search/cursor.ts';
import { findPatents, placeOf } from '../../search/find.ts';
import type { Service } from '../../service.ts';
import { Blank, blank, endOfDay } from '../asking.ts';
import { pagesOf } from '../serve.ts';
import { PatentPage } from './patent-page.tsx';
import { readPatent } from './read.ts';
import { SearchPage, type Sought } from './search-page.tsx';

const PATENTS_A_PAGE = 25;
const Words = Blank(Type.String({ maxLength: 300 }));
const Asked = Closed({
  q: Words,
  number: Blank(Type.String({ maxLength: 40 })),
  owner: Words,
  class: Blank(Type.String({ maxLength: 20 })),
  legal_state: Blank(Type.Unsafe<(typeof LEGAL_STATES)[number]>(Type.String({ enum: [...LEGAL_STATES] }))),
  cursor: Blank(Type.String({ maxLength: 200 })),
});

export function patentPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const page = pagesOf(app, service);

  page('/patents', { access: EVERYONE, query: Asked }, async ({ query, view }) => {
    const title = view.words.say('nav.patents');
    const sought: Sought = {
      q: blank(query.q),
      number: blank(query.number),
      owner: blank(query.owner),
      class: blank(query.class),
      legal_state: blank(query.legal_state),
    };
    if (Object.values(sought).every((given) => given === undefined))
      return { title, body: <SearchPage {...{ sought }} found={null} next={null} fault={null} /> };
    const sort = sought.q === undefined ? 'patent_id' : 'rank';
    const cursor = blank(query.cursor);
    try {
      const after = cursor === undefined ? null : placeIn(cursor, sort);
      const all = await findPatents(database.sql, sought, sort, PATENTS_A_PAGE, after);
      const found = all.slice(0, PATENTS_A_PAGE);
      const next = all.length > PATENTS_A_PAGE ? cursorOf(placeOf(found.at(-1)!, sort)) : null;
      return { title, body: <SearchPage {...{ sought, found, next }} fault={null} /> };
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'bad_request') throw error;
      return { title, body: <SearchPage {...{ sought }} found={null} next={null} fault={error} /> };
    }
  });

  page(
    '/patents/:patent_id',
    {
      access: EVERYONE,
      params: Closed({ patent_id: PatentId }),
      query: Closed({ as_of: Blank(Day) }),
    },
    async ({ params, query }) => {
      const as_of = blank(query.as_of);
      const shown = await readPatent(
        database.sql,
        params.patent_id.toLowerCase(),
        endOfDay(as_of, clock.now()),
      );
      const { facts } = shown.known;
      return {
        title: shown.found?.title ?? `${facts.office} ${facts.application_number}`,
        body: <PatentPage shown={shown} as_of={as_of ?? null} />,
      };
    },
  );
}
