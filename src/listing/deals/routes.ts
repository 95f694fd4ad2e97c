import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, countIn, Id, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { ById, TRADING } from '../schemas.ts';
import { answerConsent, listConsents } from './consents.ts';
import { makeOffer } from './offers.ts';
import { type DealShown, showDeal } from './read.ts';
import {
  Consent,
  Deal,
  DealRow,
  GivenAnswer,
  Message,
  NewEnquiry,
  NewOffer,
  Offer,
  StepBody,
  Words,
} from './schemas.ts';
import { enquire, say, takeStep } from './service.ts';
import { findDeal, listDeals, messagesOf } from './store.ts';

export const listingDealRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/listings/:id/enquiries',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'enquire',
          tags: ['listings'],
          description:
            'Opens a deal over a listing through one of the channels that its seller takes. The buyer too stands under a pseudonym; with the channel direct it asks who the seller is, and tells its own name with that.',
          params: ById,
          body: NewEnquiry,
          response: { 201: Deal },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.enquire', () =>
          create(request, reply, database, async (tx) => {
            const deal = await enquire(tx, request.params.id, request.body, caller, clock.now());
            return dealBody(await showDeal(tx, deal, clock.now()));
          }),
        );
      },
    );

    app.get(
      '/v1/listing-deals',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listListingDeals',
          tags: ['listings'],
          description:
            'Deals of the own organisation as seller or buyer; for staff those that the team was asked into.',
          querystring: Closed({ ...PageQuery, listing_id: Type.Optional(Id) }),
          response: { 200: Page(DealRow) },
        },
      },
      async ({ query: { limit, cursor, listing_id } }) => {
        const found = await listDeals(database.sql, { listing_id, after: cursor, limit: limit + 1 });
        return page(found, limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/listing-deals/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getListingDeal',
          tags: ['listings'],
          description: 'A deal with its offers, its steps, and those that stand open to the reader’s side.',
          params: ById,
          response: { 200: Deal },
        },
      },
      ({ params }) =>
        database.transaction(async (tx) => {
          const deal = await findDeal(tx, params.id);
          if (!deal) throw new Problem('not_found', 'There is no such deal.');
          return dealBody(await showDeal(tx, deal, clock.now()));
        }),
    );

    app.post(
      '/v1/listing-deals/:id/steps',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'stepListingDeal',
          tags: ['listings'],
          description:
            'Takes the next step: sign, open_data_room, ask_consent, accept, file, record, close, withdraw, delegate. An acceptance needs the consent of every pledgee to that very offer, and parties who know each other; a deal counts as closed only once the register names the buyer.',
          params: ById,
          body: StepBody,
          response: { 201: Deal },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.deal.step', () =>
          create(request, reply, database, async (tx) => {
            const deal = await takeStep(tx, request.params.id, request.body, caller, clock.now());
            return dealBody(await showDeal(tx, deal, clock.now()));
          }),
        );
      },
    );

    app.post(
      '/v1/listing-deals/:id/offers',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'makeOffer',
          tags: ['listings'],
          description: 'Makes an offer, or answers the one that stands by another.',
          params: ById,
          body: NewOffer,
          response: { 201: Offer },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.deal.offer', () =>
          create(request, reply, database, async (tx) => {
            const { offer } = await makeOffer(tx, request.params.id, request.body, caller, clock.now());
            return offer;
          }),
        );
      },
    );

    app.get(
      '/v1/listing-deals/:id/messages',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listMessages',
          tags: ['listings'],
          params: ById,
          querystring: Closed(PageQuery),
          response: { 200: Page(Message) },
        },
      },
      async ({ params, query: { limit, cursor } }) => {
        if (!(await findDeal(database.sql, params.id)))
          throw new Problem('not_found', 'There is no such deal.');
        const after = countIn(cursor) ?? 0;
        const found = await messagesOf(database.sql, params.id, after, limit + 1);
        return page(found, limit, ({ seq }) => String(seq));
      },
    );

    app.post(
      '/v1/listing-deals/:id/messages',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'sayMessage',
          tags: ['listings'],
          description:
            'Says something to the other side. Before the reveal a text that holds the own organisation’s name is refused.',
          params: ById,
          body: Closed({ text: Words }),
          response: { 201: Message },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.deal.say', () =>
          create(request, reply, database, (tx) =>
            say(tx, request.params.id, request.body.text, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/listing-consents',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'listPledgeeConsents',
          tags: ['listings'],
          description:
            'Consents that the own organisation was asked for as pledgee, and that it asked for as seller.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Consent) },
        },
      },
      async ({ query: { limit, cursor } }) => {
        const found = await listConsents(database.sql, { after: cursor, limit: limit + 1 });
        return page(found, limit, ({ id }) => id);
      },
    );

    app.post(
      '/v1/listing-consents/:id/answers',
      {
        config: { access: TRADING, scope: 'decide' },
        schema: {
          operationId: 'answerPledgeeConsent',
          tags: ['listings'],
          description:
            'The pledgee consents to one offer, and says whether what is paid goes towards the debt or on deposit, or refuses with a reason. Its answer stands.',
          params: ById,
          body: GivenAnswer,
          response: { 201: Consent },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.consent', () =>
          create(request, reply, database, (tx) =>
            answerConsent(tx, request.params.id, request.body, caller, clock.now()),
          ),
        );
      },
    );
  };

function dealBody(deal: DealShown) {
  return {
    ...deal,
    open_steps: deal.open_steps.map(({ step, refusal }) => ({ step, refusal: refusal?.text ?? null })),
  };
}
