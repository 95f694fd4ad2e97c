import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { eyesOf } from '../../accounts/eyes.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed } from '../../http/schemas.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import { refused, takeStep } from '../../review/act.ts';
import { type Filter, savedFilters } from '../../review/filters.ts';
import { queuedCases, queueShares } from '../../review/store.ts';
import type { Service } from '../../service.ts';
import { formsOf } from '../forms.ts';
import { namesOf } from '../parts/names.ts';
import type { Page } from '../render.tsx';
import { pagesOf } from '../serve.ts';
import type { View } from '../view.ts';
import { casePages } from './case-pages.tsx';
import { filterForms } from './filter-forms.tsx';
import { FILTER_QUERY, filterOf } from './filter-query.ts';
import { liveQueue, queueHead } from './live.ts';
import { placeOf, QueuePage, type QueueProps } from './queue-page.tsx';

const ROWS_A_PAGE = 50;
const Count = Type.Optional(Type.String({ pattern: '^\\d{1,3}$' }));

/** Each picked flag, with the version that its case was shown at. */
const PICKED = { names: /^flg_\w{1,60}$/, most: ROWS_A_PAGE, max_length: 10 };

const NOTHING_DONE = { claimed: 0, kept_out: 0 };

export function reviewPages(app: FastifyInstance, service: Service): void {
  const { database, clock, vault } = service;
  pagesOf(app, service)(
    '/reviews',
    {
      access: ['staff'],
      query: Closed({
        ...FILTER_QUERY,
        after: Type.Optional(Type.String({ maxLength: 80 })),
        claimed: Count,
        kept_out: Count,
      }),
    },
    ({ query, view, request }) =>
      queue(request, view, filterOf(query), {
        after: query.after,
        done: { claimed: Number(query.claimed ?? 0), kept_out: Number(query.kept_out ?? 0) },
        refused: null,
      }),
  );
  filterForms(app, service, (request, view, asked, refused) =>
    queue(request, view, asked, { after: undefined, done: NOTHING_DONE, refused }),
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

  /** The queue from a place on, filtered; and what has just been done, or was refused. */
  async function queue(
    request: FastifyRequest,
    view: View,
    asked: Filter,
    { after, done, refused }: { after: string | undefined } & Pick<QueueProps, 'done' | 'refused'>,
  ): Promise<Page> {
    const { sql } = database;
    const caller = callerOfGuarded(request);
    const me = eyesOf(caller);
    const now = clock.now();
    // Before the cases: what changes meanwhile is told once too often, and never too seldom.
    const head = await queueHead(service.system.sql);
    const [found, shares, saved] = await Promise.all([
      queuedCases(sql, now, {
        state: asked.state ?? undefined,
        severity: asked.severity ?? undefined,
        pledge_id: undefined,
        claimed_by: asked.mine ? me : undefined,
        after: after === undefined ? null : placeOf(after),
        limit: ROWS_A_PAGE + 1,
      }),
      queueShares(sql, me, now),
      savedFilters(sql, me),
    ]);
    const cases = found.slice(0, ROWS_A_PAGE);
    const patents = await pledgedPatents(sql, [...new Set(cases.map(({ pledge_id }) => pledge_id))]);
    return {
      title: view.words.say('nav.reviews'),
      body: (
        <QueuePage
          more={found.length > ROWS_A_PAGE}
          patents={Map.groupBy(patents, ({ pledge_id }) => pledge_id)}
          nameOf={await namesOf(sql, vault, caller.organisation_id)}
          reader={{ me, reviews: request.recognised!.actions.includes('review') }}
          {...{ cases, done, refused, head, filters: { asked, saved, shares } }}
        />
      ),
    };
  }

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
