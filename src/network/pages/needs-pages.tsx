/** Pages of needs, offers and introductions. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { TAKEN_STEPS } from '../../../models/matching/introduction.ts';
import type { Caller } from '../../accounts/store.ts';
import { pseudonymsOf } from '../../anonymity/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, page as cut, Id, OneOf } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { Ticked, Typed as TypedDay } from '../../pages/forms.ts';
import type { Words } from '../../pages/language/words.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import type { Page } from '../../pages/render.tsx';
import { pagesOf } from '../../pages/serve.ts';
import { askIntroduction, findIntroduction, MAX_MESSAGE_CHARS, takeStep } from '../introductions/service.ts';
import { introductionsOf } from '../introductions/store.ts';
import { matchesOf } from '../matching/match.ts';
import { MEMBERS } from '../needs/need-routes.ts';
import { closeNeed, postNeed } from '../needs/need-service.ts';
import { findNeed, needs } from '../needs/need-store.ts';
import { postOffer, withdrawOffer } from '../needs/offer-service.ts';
import { findOffer, offers } from '../needs/offer-store.ts';
import { OFFER_KINDS } from '../needs/posting.ts';
import { cursorOf, placeIn } from '../needs/schemas.ts';
import { NeedsPage, NewNeedPage, NewOfferPage, OffersPage } from './needs-list.tsx';
import { IntroductionPage, IntroductionsPage, NeedPage, OfferPage } from './needs-one.tsx';
import type { Typed as Fields, Sought } from './needs-parts.tsx';
import { messageTyped, needTyped, offerTyped } from './needs-read.ts';

const ROWS = 25;
/** Own ones that are shown together, and chosen among. */
const OWN_ROWS = 100;
const MATCHES = 20;

const Asked = Type.Optional(Type.String({ maxLength: 200 }));
const QUERY = Closed({ q: Asked, region: Asked, field: Asked, cursor: Asked });
const ById = Closed({ id: Id });
const WRITE = { access: MEMBERS, scope: 'write' } as const;
const Day = TypedDay;

const SAID = { title: Typed, body: Typed, profile: Typed, region: Typed, field: Typed, pseudonym_id: Typed };
const NEED = Closed({
  ...SAID,
  wanted_regions: Typed,
  excluded_regions: Typed,
  ...Object.fromEntries(OFFER_KINDS.map((kind) => [`kind_${kind}`, Ticked])),
  starts_on: Day,
  ends_on: Day,
  budget_min: Typed,
  budget_max: Typed,
});
const OFFER = Closed({
  ...SAID,
  kind: OneOf(OFFER_KINDS, 'what is offered'),
  patents: Typed,
  available_from: Day,
  available_until: Day,
  price_min: Typed,
  price_max: Typed,
});

export function needsPages(app: FastifyInstance, { service }: ModuleSetting): void {
  const { database, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);
  const titled = (words: Words, body: Page['body']): Page => ({ title: words.say('nav.network'), body });
  const ownNeeds = () => needs(sql, { own: true, ...EVERYWHERE }, OWN_ROWS, null);
  const ownOffers = () => offers(sql, { own: true, kind: undefined, ...EVERYWHERE }, OWN_ROWS, null);

  page('/network', { access: EVERYONE, query: QUERY }, async ({ query, request, view }) => {
    const { kind } = callerOfGuarded(request);
    const found = await needs(sql, { own: false, ...askedIn(query) }, ROWS + 1, placeIn(query.cursor));
    const { data, next_cursor } = cut(found, ROWS, cursorOf);
    const own = kind === 'staff' ? null : await ownNeeds();
    const next = next_cursor && nextAddress('/network', query, next_cursor);
    return titled(view.words, <NeedsPage open={data} {...{ own, next }} sought={soughtIn(query)} />);
  });

  page('/network/offers', { access: EVERYONE, query: QUERY }, async ({ query, request, view }) => {
    const { kind } = callerOfGuarded(request);
    const asked = { own: false, kind: undefined, ...askedIn(query) };
    const { data, next_cursor } = cut(
      await offers(sql, asked, ROWS + 1, placeIn(query.cursor)),
      ROWS,
      cursorOf,
    );
    const own = kind === 'staff' ? null : await ownOffers();
    const next = next_cursor && nextAddress('/network/offers', query, next_cursor);
    return titled(view.words, <OffersPage open={data} {...{ own, next }} sought={soughtIn(query)} />);
  });

  page('/network/needs/new', WRITE, async ({ request, view }) =>
    titled(view.words, await newNeed(callerOfGuarded(request), {}, null)),
  );
  page('/network/offers/new', WRITE, async ({ request, view }) =>
    titled(view.words, await newOffer(callerOfGuarded(request), {}, null)),
  );

  page('/network/needs/:id', { access: EVERYONE, params: ById }, async ({ params, view }) => {
    const need = await findNeed(sql, params.id);
    const posted = need.state === 'open' || need.state === 'matched';
    const matches = need.own && posted ? await matchesOf(sql, need, MATCHES) : [];
    const introductions = await introductionsOf(sql, { need_id: need.id, limit: OWN_ROWS });
    const own = need.own ? [] : (await ownOffers()).filter(({ state }) => state === 'open');
    return titled(view.words, <NeedPage {...{ need, matches, introductions }} offers={own} />);
  });

  page(
    '/network/offers/:id',
    { access: EVERYONE, params: ById, query: Closed({ need: Type.Optional(Id) }) },
    async ({ params, query, view }) => {
      const offer = await findOffer(sql, params.id);
      const own = offer.own
        ? []
        : (await ownNeeds()).filter(({ state }) => ['open', 'matched'].includes(state));
      return titled(view.words, <OfferPage offer={offer} needs={own} chosen={query.need ?? null} />);
    },
  );

  page(
    '/network/introductions',
    { access: EVERYONE, query: Closed({ cursor: Type.Optional(Id) }) },
    async ({ query, view }) => {
      const found = await introductionsOf(sql, {
        limit: ROWS + 1,
        ...(query.cursor !== undefined && { after: query.cursor }),
      });
      const { data, next_cursor } = cut(found, ROWS, ({ id }) => id);
      const next = next_cursor && `/network/introductions?cursor=${next_cursor}`;
      return titled(view.words, <IntroductionsPage introductions={data} next={next} />);
    },
  );

  page('/network/introductions/:id', { access: MEMBERS, params: ById }, async ({ params, view }) =>
    titled(view.words, <IntroductionPage introduction={await findIntroduction(sql, params.id)} />),
  );

  form(
    '/network/needs',
    { ...WRITE, body: NEED },
    {
      at: () => '/network/needs/new',
      act: async ({ body, caller }) => {
        const { id } = await attemptOwn(service, caller, 'network.need.post', () =>
          database.transaction(async (tx) =>
            postNeed(tx, await needTyped(tx, body as Fields, caller, clock.now()), caller, clock.now()),
          ),
        );
        return `/network/needs/${id}`;
      },
      again: async ({ body, caller, view }, problem) =>
        titled(view.words, await newNeed(caller, body as Fields, problem)),
    },
  );

  form(
    '/network/offers',
    { ...WRITE, body: OFFER },
    {
      at: () => '/network/offers/new',
      act: async ({ body, caller }) => {
        const { id } = await attemptOwn(service, caller, 'network.offer.post', () =>
          database.transaction(async (tx) =>
            postOffer(tx, await offerTyped(tx, body as Fields, caller, clock.now()), caller, clock.now()),
          ),
        );
        return `/network/offers/${id}`;
      },
      again: async ({ body, caller, view }, problem) =>
        titled(view.words, await newOffer(caller, body as Fields, problem)),
    },
  );

  form(
    '/network/needs/:id/closure',
    { ...WRITE, params: ById },
    {
      at: ({ id }) => `/network/needs/${id}`,
      act: async ({ params, caller }) => {
        await attemptOwn(service, caller, 'network.need.close', () =>
          database.transaction((tx) => closeNeed(tx, params.id, caller, clock.now())),
        );
        return `/network/needs/${params.id}`;
      },
    },
  );

  form(
    '/network/offers/:id/withdrawal',
    { ...WRITE, params: ById },
    {
      at: ({ id }) => `/network/offers/${id}`,
      act: async ({ params, caller }) => {
        await attemptOwn(service, caller, 'network.offer.withdraw', () =>
          database.transaction((tx) => withdrawOffer(tx, params.id, caller, clock.now())),
        );
        return `/network/offers/${params.id}`;
      },
    },
  );

  form(
    '/network/introductions',
    {
      ...WRITE,
      body: Closed({ need_id: Id, offer_id: Id, message: Type.String({ maxLength: MAX_MESSAGE_CHARS }) }),
    },
    {
      at: () => '/network/introductions',
      act: async ({ body, caller }) => {
        const asking = { ...body, message: messageTyped(body.message) };
        const { id } = await attemptOwn(service, caller, 'network.introduction.ask', () =>
          database.transaction((tx) => askIntroduction(tx, asking, caller, clock.now())),
        );
        return `/network/introductions/${id}`;
      },
    },
  );

  form(
    '/network/introductions/:id/steps',
    { ...WRITE, params: ById, body: Closed({ step: OneOf(TAKEN_STEPS, 'what is said') }) },
    {
      at: ({ id }) => `/network/introductions/${id}`,
      act: async ({ params, body, caller }) => {
        await attemptOwn(service, caller, 'network.introduction.step', () =>
          database.transaction((tx) => takeStep(tx, params.id, body.step, caller, clock.now())),
        );
        return `/network/introductions/${params.id}`;
      },
    },
  );

  async function newNeed({ organisation_id }: Caller, typed: Fields, problem: Problem | null) {
    return <NewNeedPage pseudonyms={await pseudonymsOf(sql, organisation_id)} {...{ typed, problem }} />;
  }

  async function newOffer({ organisation_id }: Caller, typed: Fields, problem: Problem | null) {
    return <NewOfferPage pseudonyms={await pseudonymsOf(sql, organisation_id)} {...{ typed, problem }} />;
  }
}

const EVERYWHERE = { region: undefined, field: undefined, q: undefined };

interface Query {
  q?: string;
  region?: string;
  field?: string;
  cursor?: string;
}

function soughtIn({ q = '', region = '', field = '' }: Query): Sought {
  return { q, region, field };
}

/** A word without a letter or digit, and a field that is none, ask nothing. */
function askedIn({ q = '', region = '', field = '' }: Query) {
  return {
    q: /[\p{L}\p{N}]/u.test(q) ? q : undefined,
    region: region.trim() === '' ? undefined : region.trim().toUpperCase(),
    field: /^\d{1,2}$/.test(field) ? Number(field) : undefined,
  };
}

function nextAddress(address: string, { q, region, field }: Query, cursor: string): string {
  const given = Object.entries({ q, region, field, cursor }).filter(([, value]) => value);
  return `${address}?${new URLSearchParams(given as [string, string][])}`;
}
