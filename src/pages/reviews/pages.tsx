import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { REVIEW_STATES } from '../../../models/review.ts';
import { SEVERITIES } from '../../../models/risk/rule.ts';
import { Closed, OneOf } from '../../http/schemas.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import { queuedCases } from '../../review/store.ts';
import type { Service } from '../../service.ts';
import { Blank, blank } from '../asking.ts';
import { pagesOf } from '../serve.ts';
import { placeOf, QueuePage } from './queue-page.tsx';

const ROWS_A_PAGE = 50;

export function reviewPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  pagesOf(app, service)(
    '/reviews',
    {
      access: ['staff'],
      query: Closed({
        state: Blank(OneOf(REVIEW_STATES, 'only those')),
        severity: Blank(OneOf(SEVERITIES, 'only those')),
        after: Type.Optional(Type.String({ maxLength: 80 })),
      }),
    },
    async ({ query, view }) => {
      const { sql } = database;
      const filter = { state: blank(query.state), severity: blank(query.severity) };
      const found = await queuedCases(sql, clock.now(), {
        ...filter,
        pledge_id: undefined,
        claimed_by: undefined,
        after: query.after === undefined ? null : placeOf(query.after),
        limit: ROWS_A_PAGE + 1,
      });
      const cases = found.slice(0, ROWS_A_PAGE);
      const patents = await pledgedPatents(sql, [...new Set(cases.map(({ pledge_id }) => pledge_id))]);
      return {
        title: view.words.say('nav.reviews'),
        body: (
          <QueuePage
            cases={cases}
            more={found.length > ROWS_A_PAGE}
            patents={Map.groupBy(patents, ({ pledge_id }) => pledge_id)}
            {...filter}
          />
        ),
      };
    },
  );
}
