/** What buyers look for, and the pledgee's page of consents. */

import type { FastifyInstance } from 'fastify';
import { isCalendarDate } from '../../../models/calendar.ts';
import { toMinor } from '../../../models/money.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { dateOf } from '../../clock.ts';
import type { Problem } from '../../errors.ts';
import { EVERYONE } from '../../http/guard.ts';
import { Closed, Id, OneOf } from '../../http/schemas.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { pagesOf } from '../../pages/serve.ts';
import { amountOf } from '../../pages/valuation/read.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { answerConsent, type GivenAnswer, listConsents } from '../deals/consents.ts';
import { DEAL_KINDS } from '../deals/machine.ts';
import { listListings } from '../listings/store.ts';
import { ById } from '../schemas.ts';
import { showWant } from '../wants/read.ts';
import { answerWant, postWant } from '../wants/service.ts';
import { listWants } from '../wants/store.ts';
import { ConsentsPage } from './consents-page.tsx';
import { WRITE } from './pages.tsx';
import type { TypedFields } from './parts.tsx';
import { requireNone, requireWords, textOf } from './typed.ts';
import { WantsPage } from './wants-page.tsx';

const MOST_SHOWN = 50;

export function wantPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = refusableFormsOf(app, service);
  const page = pagesOf(app, service);

  page('/market/wants', { access: EVERYONE }, ({ view }) => show(view));

  form(
    '/market/wants',
    {
      ...WRITE,
      body: Closed({
        title: Typed,
        summary: Typed,
        kind: OneOf(DEAL_KINDS, 'what is wanted'),
        budget: Typed,
        expires_on: Typed,
      }),
    },
    {
      at: () => '/market/wants',
      async act({ body, caller, view: { words } }) {
        const budget = amountOf(body.budget);
        const empty = words.say('said.field_empty');
        const faults = {
          ...(textOf(body.title) === undefined && { title: empty }),
          ...(textOf(body.summary) === undefined && { summary: empty }),
          ...(budget === undefined && { budget: words.say('deal.number_form') }),
          ...(!isCalendarDate(body.expires_on) && { expires_on: words.say('valuation.matures_form') }),
        };
        requireNone(faults);
        const want = {
          title: body.title.trim(),
          summary: body.summary.trim(),
          kinds: [body.kind],
          budget_minor: budget ? toMinor(budget, VALUATION_CURRENCY) : undefined,
          expires_on: body.expires_on,
        };
        await attemptOwn(service, caller, 'listing.want.post', () =>
          database.transaction((tx) => postWant(tx, want, caller, clock.now())),
        );
        return '/market/wants';
      },
      again: ({ view, body }, problem) => show(view, body, problem),
    },
  );

  form(
    '/market/wants/:id/answers',
    { ...WRITE, params: ById, body: Closed({ listing_id: Id }) },
    {
      at: () => '/market/wants',
      async act({ params, body, caller }) {
        await attemptOwn(service, caller, 'listing.want.answer', () =>
          database.transaction((tx) => answerWant(tx, params.id, body.listing_id, caller, clock.now())),
        );
        return '/market/wants';
      },
      again: ({ view }, problem) => show(view, {}, problem),
    },
  );

  page('/market/consents', { access: ['bank'] }, ({ view }) => showConsents(view));

  form(
    '/market/consents/:id',
    {
      access: ['bank'],
      scope: 'decide',
      params: ById,
      body: Closed({ answer: OneOf(['debt', 'deposit', 'refused'], 'what is said of it'), reason: Typed }),
    },
    {
      at: () => '/market/consents',
      async act({ params, body, caller }) {
        const given: GivenAnswer =
          body.answer === 'refused'
            ? { answer: 'refused', reason: requireWords(body.reason) }
            : { answer: 'given', proceeds_to: body.answer };
        await attemptOwn(service, caller, 'listing.consent', () =>
          database.transaction((tx) => answerConsent(tx, params.id, given, caller, clock.now())),
        );
        return '/market/consents';
      },
      again: ({ view }, problem) => showConsents(view, problem),
    },
  );

  async function show({ words }: View, typed: TypedFields = {}, problem: Problem | null = null) {
    const today = dateOf(clock.now());
    const shown = await database.transaction(async (tx) => {
      const found = await listWants(tx, {}, today, undefined, MOST_SHOWN);
      const own = await listListings(tx, { own: true }, today, undefined, MOST_SHOWN);
      const wants = [];
      for (const want of found) wants.push(await showWant(tx, want));
      return {
        wants,
        listings: own.filter(({ state, expires_on }) => state === 'open' && expires_on > today),
      };
    });
    return { title: words.say('market.wants'), body: <WantsPage {...shown} {...{ typed, problem }} /> };
  }

  async function showConsents({ words, caller }: View, problem: Problem | null = null) {
    const all = await listConsents(database.sql, { limit: MOST_SHOWN });
    const consents = all.filter(({ bank_id }) => bank_id === caller?.organisation_id).reverse();
    return { title: words.say('market.consents'), body: <ConsentsPage {...{ consents, problem }} /> };
  }
}
