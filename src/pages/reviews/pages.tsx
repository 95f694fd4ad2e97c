import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { REVIEW_STATES } from '../../../models/review.ts';
import { SEVERITIES } from '../../../models/risk/rule.ts';
import { eyesOf } from '../../accounts/eyes.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, OneOf } from '../../http/schemas.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import { refused, takeStep } from '../../review/act.ts';
import { queuedCases } from '../../review/store.ts';
import type { Service } from '../../service.ts';
import { Blank, blank } from '../asking.ts';
import { formsOf } from '../forms.ts';
import { namesOf } from '../parts/names.ts';
import { pagesOf } from '../serve.ts';
import { casePages } from './case-pages.tsx';
import { liveQueue, queueHead } from './live.ts';
import { placeOf, QueuePage } from './queue-page.tsx';

const ROWS_A_PAGE = 50;
const Count = Type.Optional(Type.String({ pattern: '^\\d{1,3}$' }));

/** Each picked flag, with the version that its case was shown at. */
const PICKED = { names: /^flg_\w{1,60}$/, most: ROWS_A_PAGE, max_length: 10 };

export function reviewPages(app: FastifyInstance, service: Service): void {
  const { database, clock, vault } = service;
  pagesOf(app, service)(
    '/reviews',
    {
      access: ['staff'],
      query: Closed({
        state: Blank(OneOf(REVIEW_STATES, 'only those')),
        severity: Blank(OneOf(SEVERITIES, 'only those')),
        mine: Blank(OneOf(['yes'], 'only those that the reader has taken on')),
        after: Type.Optional(Type.String({ maxLength: 80 })),
        claimed: Count,
        kept_out: Count,
      }),
    },
    async ({ query, view, request }) => {
      const { sql } = database;
      const caller = callerOfGuarded(request);
      const me = eyesOf(caller);
      const mine = blank(query.mine);
      const filter = { state: blank(query.state), severity: blank(query.severity) };
      // Before the cases: what changes meanwhile is told once too often, and never too seldom.
      const head = await queueHead(service.system.sql);
      const found = await queuedCases(sql, clock.now(), {
        ...filter,
        pledge_id: undefined,
        claimed_by: mine && me,
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
            nameOf={await namesOf(sql, vault, caller.organisation_id)}
            reader={{ me, reviews: request.recognised!.actions.includes('review') }}
            done={{ claimed: Number(query.claimed ?? 0), kept_out: Number(query.kept_out ?? 0) }}
            {...filter}
            {...{ mine, head }}
          />
        ),
      };
    },
  );

  formsOf(app, service)(
    '/reviews/claims',
    {
      who: { access: ['staff'], scope: 'review' },
      fields: {},
      others: PICKED,
      at: () => '/reviews',
    },
    async ({ others: picked, request, goTo }) => {
      let claimed = 0;
      for (const [flag_id, version] of Object.entries(picked))
        claimed += await claim(request, flag_id, Number(version));
      const kept_out = Object.keys(picked).length - claimed;
      return goTo(`/reviews?mine=yes&claimed=${claimed}&kept_out=${kept_out}`);
    },
  );
  casePages(app, service);
  liveQueue(app, service);

  /** Each on its own: what one refuses keeps no other back. @returns how many, 1 or 0 */
  async function claim(request: FastifyRequest, flag_id: string, version: number): Promise<number> {
    const asked = {
      flag_id,
      version,
      request: { action: 'claimed' },
      caller: callerOfGuarded(request),
    } as const;
    try {
      await database.transaction((tx) => takeStep(tx, asked, clock.now()));
      return 1;
    } catch (error) {
      const told = await refused(service, asked, error).catch((problem: unknown) => problem);
      if (told instanceof Problem) return 0;
      throw told;
    }
  }
}
