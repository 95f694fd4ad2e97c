import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Caller } from '../../accounts/store.ts';
import { organisationNames } from '../../accounts/store.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Day, OneOf } from '../../http/schemas.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import { summaryOfRead } from '../../portfolio/kept-summaries.ts';
import { patentPositions, pledgePositions } from '../../portfolio/store.ts';
import { stressFigures, stressPortfolio } from '../../portfolio/stress.ts';
import type { Service } from '../../service.ts';
import { Blank, blank, endOfDay } from '../asking.ts';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { Typed } from '../refusable-forms.ts';
import { pagesOf } from '../serve.ts';
import { COVER_STATUSES, choose, PortfolioPage, SORTS } from './portfolio-page.tsx';
import { readShocks, type Stressed, type StressField, StressPage } from './stress-page.tsx';

const MAX_PAGE = 10_000;
/** The same question gets the same answer. */
const PAGE_SEED = 1;
const FIELD_PATTERN = '^([1-9]|[12][0-9]|3[0-5])?$';

const TypedShocksQuery = Closed({
  value_fall: Type.Optional(Typed),
  lapse_multiplier: Type.Optional(Typed),
  challenge_probability: Type.Optional(Typed),
  field_fall: Type.Optional(Typed),
  technology_field: Type.Optional(Type.String({ pattern: FIELD_PATTERN })),
});

export function portfolioPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const page = pagesOf(app, service);
  page(
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
      const bank_id = kind === 'bank' ? organisation_id : null;
      const pledges = await pledgePositions(sql, bank_id, known_at);
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
            summary={await summaryOfRead(sql, pledges)}
            firms={named}
            patents={Map.groupBy(pledged, ({ pledge_id }) => pledge_id)}
            {...{ chosen, as_of }}
          />
        ),
      };
    },
  );

  page(
    '/portfolio/stress',
    { access: ['bank', 'staff'], query: TypedShocksQuery },
    async ({ query, request, view: { words } }) => {
      const { numbers, faults } = readShocks(query);
      const asked = Object.keys(query).length > 0 && faults.length === 0;
      const stressed = asked ? await stress(callerOfGuarded(request), numbers, query.technology_field) : null;
      const worst = stressed?.result
        ? stressFigures(stressed.result.stressed, stressed.result.pledge_ids).worst
        : [];
      const patents = await pledgedPatents(
        database.sql,
        worst.map(({ pledge_id }) => pledge_id),
      );
      const names = Map.groupBy(patents, ({ pledge_id }) => pledge_id);
      return {
        title: words.say('stress.title'),
        body: (
          <StressPage
            typed={query}
            faults={faults}
            problem={stressed?.problem ?? null}
            result={stressed?.result ?? null}
            names={new Map([...names].map(([id, own]) => [id, pledgeName(own, words)]))}
          />
        ),
      };
    },
  );

  /** What is refused, as while another test is under way, is told above the form. */
  async function stress(
    { kind, organisation_id }: Caller,
    numbers: Record<StressField, number>,
    technology_field: string | undefined,
  ): Promise<{ result: Stressed | null; problem: Problem | null }> {
    const bank_id = kind === 'bank' ? organisation_id : null;
    const pledges = await pledgePositions(database.sql, bank_id, clock.now());
    const patents = await patentPositions(database.sql, pledges);
    const shocks = {
      value_fall: numbers.value_fall / 100,
      lapse_multiplier: numbers.lapse_multiplier,
      challenge_probability: numbers.challenge_probability / 100,
      field_falls: technology_field ? { [technology_field]: numbers.field_fall / 100 } : {},
    };
    try {
      const result = await stressPortfolio(pledges, patents, { shocks, seed: PAGE_SEED });
      return { result, problem: null };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { result: null, problem: error };
    }
  }
}
