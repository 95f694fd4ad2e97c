/** Pages and forms of searches for prior art. */
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../../errors.ts';
import { Closed, Day, Id } from '../../http/schemas.ts';
import { Blank, blank } from '../../pages/asking.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { ById } from '../drafts/schemas.ts';
import { findDraft } from '../drafts/store.ts';
import { scoreSearch, scoresOf } from '../prior-art/score.ts';
import { MAX_FOUND, type Repeated, repeatSearch, searchPriorArt } from '../prior-art/service.ts';
import { findSearch, listSearches } from '../prior-art/store.ts';
import { DRAFTER_WRITES, DRAFTING } from './draft-pages.tsx';
import { SearchesPage, SearchPage, type TypedSearch } from './prior-art-page.tsx';

const NOTHING_TYPED: TypedSearch = { filed_before: '', limit: '20' };
const BySearch = Closed({ id: Id, search_id: Id });

export function priorArtPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  const searches = async (
    id: string,
    { words }: View,
    typed = NOTHING_TYPED,
    problem: Problem | null = null,
  ) => ({
    title: words.say('filing.prior_art'),
    body: (
      <SearchesPage
        draft={await findDraft(sql, id)}
        searches={await listSearches(sql, id)}
        {...{ typed, problem }}
      />
    ),
  });

  page('/filing/drafts/:id/prior-art', { access: DRAFTING, params: ById }, ({ params, view }) =>
    searches(params.id, view),
  );

  form(
    '/filing/drafts/:id/prior-art',
    { ...DRAFTER_WRITES, params: ById, body: Closed({ filed_before: Blank(Day), limit: Typed }) },
    {
      at: ({ id }) => `/filing/drafts/${id}/prior-art`,
      async act({ params: { id }, body, caller }) {
        const asked = { filed_before: blank(body.filed_before) ?? null, limit: limitOf(body.limit) };
        const search = await database.transaction((tx) => searchPriorArt(tx, id, asked, caller, clock.now()));
        return `/filing/drafts/${id}/prior-art/${search.id}`;
      },
      again: ({ params, body, view }, problem) =>
        searches(params.id, view, { filed_before: body.filed_before ?? '', limit: body.limit }, problem),
    },
  );

  const search = async (
    { id, search_id }: { id: string; search_id: string },
    { words }: View,
    repeated: Repeated | null = null,
    problem: Problem | null = null,
  ) => {
    const draft = await findDraft(sql, id);
    const found = await findSearch(sql, id, search_id);
    const score = (await scoresOf(sql, id)).find((each) => each.search_id === search_id) ?? null;
    return {
      title: words.say('filing.search_of', { version: found.version }),
      body: <SearchPage search={found} {...{ draft, score, repeated, problem }} />,
    };
  };

  page(
    '/filing/drafts/:id/prior-art/:search_id',
    { access: DRAFTING, params: BySearch },
    ({ params, view }) => search(params, view),
  );

  const at = ({ id, search_id }: { id: string; search_id: string }) =>
    `/filing/drafts/${id}/prior-art/${search_id}`;

  form(
    '/filing/drafts/:id/prior-art/:search_id/score',
    { ...DRAFTER_WRITES, params: BySearch },
    {
      at,
      async act({ params }) {
        await database.transaction((tx) => scoreSearch(tx, params.id, params.search_id, clock.now()));
        return `${at(params)}#score`;
      },
      again: ({ params, view }, problem) => search(params, view, null, problem),
    },
  );

  form(
    '/filing/drafts/:id/prior-art/:search_id/repeat',
    { ...DRAFTER_WRITES, params: BySearch },
    {
      at,
      act: async ({ params, view }) => {
        await findDraft(sql, params.id);
        return search(params, view, await repeatSearch(sql, params.id, params.search_id));
      },
    },
  );
}

function limitOf(typed: string): number {
  const limit = /^\d{1,2}$/.test(typed.trim()) ? Number(typed) : 0;
  if (limit >= 1 && limit <= MAX_FOUND) return limit;
  throw faultAt('limit', say('field_not_whole', { least: 1, most: MAX_FOUND }), 'refused');
}
