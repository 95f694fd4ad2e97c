import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { organisationNames } from '../../accounts/store.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Day, OneOf } from '../../http/schemas.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import { patentPositions, pledgePositions } from '../../portfolio/store.ts';
import { portfolioSummary } from '../../portfolio/summary.ts';
import type { Service } from '../../service.ts';
import { Blank, blank, endOfDay } from '../asking.ts';
import { pagesOf } from '../serve.ts';
import { COVER_STATUSES, choose, PortfolioPage, SORTS } from './portfolio-page.tsx';

const MAX_PAGE = 10_000;

export function portfolioPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  pagesOf(app, service)(
    '/portfolio',
    {
      access: ['bank', 'staff'],
      query: Closed({
        as_of: Blank(Day),
        sort: Type.Optional(OneOf(SORTS, 'what comes first')),
        status: Blank(OneOf(COVER_STATUSES, 'only those')),
        page: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE })),
      }),
    },
    async ({ query, request, view }) => {
      const { sql } = database;
      const { kind, organisation_id } = callerOfGuarded(request);
      const as_of = blank(query.as_of) ?? null;
      const known_at = endOfDay(as_of ?? undefined, clock.now());
      const pledges = await pledgePositions(sql, kind === 'bank' ? organisation_id : null, known_at);
      const patents = await patentPositions(sql, pledges);
      const chosen = choose(pledges, {
        sort: query.sort ?? 'ltv',
        status: blank(query.status) ?? null,
        page: query.page ?? 1,
      });
      const named = await organisationNames(sql, [...new Set(pledges.map(({ firm_id }) => firm_id))]);
      const pledged = await pledgedPatents(
        sql,
        chosen.rows.map(({ pledge_id }) => pledge_id),
      );
      return {
        title: view.words.say('nav.portfolio'),
        body: (
          <PortfolioPage
            summary={portfolioSummary(pledges, patents)}
            firms={named}
            patents={Map.groupBy(pledged, ({ pledge_id }) => pledge_id)}
            {...{ chosen, as_of }}
          />
        ),
      };
    },
  );
}
