import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addMonths } from '../../../models/calendar.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import { closeFeed, openFeed, openFeeds } from '../../covenants/feeds.ts';
import { upcomingDates } from '../../covenants/upcoming.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Id, Month } from '../../http/schemas.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import type { Service } from '../../service.ts';
import { Blank, blank } from '../asking.ts';
import type { Words } from '../language/words.ts';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { refusableFormsOf } from '../refusable-forms.ts';
import { pagesOf } from '../serve.ts';
import { CalendarPage, type Shown } from './calendar-page.tsx';

const WRITE = { access: PLEDGE_KINDS, scope: 'write' } as const;
const at = () => '/calendar';

export function calendarPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;

  pagesOf(app, service)(
    '/calendar',
    { access: PLEDGE_KINDS, query: Closed({ month: Blank(Month) }) },
    async ({ query, request, view: { words } }) => ({
      title: words.say('nav.calendar'),
      body: <CalendarPage {...(await read(callerOfGuarded(request), words, blank(query.month)))} />,
    }),
  );

  const form = refusableFormsOf(app, service);

  form('/calendar/feeds', WRITE, {
    at,
    async act({ caller, request, view: { words } }) {
      const { feed, secret } = await database.transaction((tx) => openFeed(tx, caller, clock.now()));
      const opened = addressOf(request, `/v1/covenants/feeds/${feed.id}/${secret}.ics`);
      return {
        title: words.say('nav.calendar'),
        body: <CalendarPage {...(await read(caller, words))} opened={opened} />,
      };
    },
    again: async ({ caller, view: { words } }, problem) => ({
      title: words.say('nav.calendar'),
      body: <CalendarPage {...(await read(caller, words))} problem={problem} />,
    }),
  });

  form(
    '/calendar/feeds/:id/close',
    { ...WRITE, params: Closed({ id: Id }) },
    {
      at,
      async act({ params, caller }) {
        await database.transaction((tx) => closeFeed(tx, params.id, caller, clock.now()));
        return '/calendar#feeds';
      },
    },
  );

  /** What falls in a month, from today on; in that of today if none is asked for. */
  async function read(caller: Caller, words: Words, asked?: string): Promise<Shown> {
    const today = dateOf(clock.now());
    const month = `${asked ?? today.slice(0, 7)}-01`;
    const after = addMonths(month, 1);
    const all = await upcomingDates(database, caller, clock.now());
    const dates = all.filter(({ on }) => on >= month && on < after);
    const ids = [...new Set(dates.map(({ pledge_id }) => pledge_id))];
    const patents = Map.groupBy(await pledgedPatents(database.sql, ids), ({ pledge_id }) => pledge_id);
    return {
      month,
      before: month.slice(0, 7) > today.slice(0, 7) ? addMonths(month, -1) : null,
      after,
      dates,
      feeds: await openFeeds(database.sql, caller.organisation_id),
      names: new Map([...patents].map(([id, own]) => [id, pledgeName(own, words)])),
    };
  }
}

/** In full, as a calendar program wants it. */
function addressOf({ protocol, host }: FastifyRequest, path: string): string {
  return `${protocol}://${host}${path}`;
}
