import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Day, Id, OneOf, Page, PageQuery, PatentId, page, WithDefault } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { listDefaulted } from '../disposals/service.ts';
import {
  ById,
  ChannelName,
  Contact,
  Field,
  Kind,
  Kinds,
  Listing,
  Office,
  Price,
  PseudonymId,
  RIGHT_TYPES,
  Summary,
  Territories,
  Title,
  TRADING,
} from '../schemas.ts';
import { showListings } from './read.ts';
import { referListing, referralsOf } from './referrals.ts';
import { listPatents, MAX_LISTED_PATENTS, withdrawListing } from './service.ts';
import { CHANNELS, findListing, listListings, placeOf, type Listing as StoredListing } from './store.ts';

const MAX_LISTINGS_A_PAGE = 50;
const Channels = Type.Array(ChannelName, { minItems: 1, maxItems: CHANNELS.length });

const NewListing = Closed({
  pseudonym_id: Type.Optional(PseudonymId),
  title: Title,
  summary: { ...Summary, description: 'what it is good for, in plain words' },
  know_how: Type.Optional({ ...Summary, description: 'what comes with the patents' }),
  kinds: Kinds,
  channels: Channels,
  territories: Territories,
  asking_minor: Type.Optional(Price),
  patent_ids: Type.Array(PatentId, { minItems: 1, maxItems: MAX_LISTED_PATENTS }),
  expires_on: Day,
  contact: Type.Optional(Contact),
});

const NewDisposal = Closed({
  pseudonym_id: Type.Optional(PseudonymId),
  title: Type.Optional(Title),
  summary: Type.Optional(Summary),
  channels: Type.Optional(Channels),
  asking_minor: Type.Optional(Price),
  expires_on: Type.Optional({ ...Day, description: 'by the days of the plan if left out' }),
  contact: Type.Optional(Contact),
});

const Referral = Type.Object({ listing_id: Id, intermediary_id: Id, sent_on: Day });

export const listingRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    const show = (listing: StoredListing) =>
      database.transaction(async (tx) => (await showListings(tx, [listing], clock.now()))[0]!);

    app.post(
      '/v1/listings',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'makeListing',
          tags: ['listings'],
          description:
            'Lists patents for sale or licence under a pseudonym. Everybody sees field, office, state, band of years left, encumbrances and a rounded value of each; which patents they are, and whose, is told by consent alone.',
          body: NewListing,
          response: { 201: Listing },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.list', () =>
          create(request, reply, database, async (tx) => {
            const listing = await listPatents(tx, request.body, caller, clock.now());
            return (await showListings(tx, [listing], clock.now()))[0]!;
          }),
        );
      },
    );

    app.post(
      '/v1/pledges/:id/listing',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'listDefaulted',
          tags: ['listings'],
          description:
            'Lists the patents of an own pledge in default, and moves it into disposal by that listing. What is left out follows from the disposal plan that was written with the proposal.',
          params: ById,
          body: NewDisposal,
          response: { 201: Listing },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.list', () =>
          create(request, reply, database, async (tx) => {
            const { id } = request.params;
            const listing = await listDefaulted(tx, id, request.body, caller, clock.now());
            return (await showListings(tx, [listing], clock.now()))[0]!;
          }),
        );
      },
    );

    app.get(
      '/v1/listings',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'browseListings',
          tags: ['listings'],
          description:
            'Listings that are open or reserved, latest first; with own=true the own ones in every state.',
          querystring: Closed({
            limit: WithDefault(
              Type.Integer({
                minimum: 1,
                maximum: MAX_LISTINGS_A_PAGE,
                default: 20,
                description: 'items a page',
              }),
            ),
            cursor: PageQuery.cursor,
            kind: Type.Optional(Kind),
            office: Type.Optional(Office),
            field: Type.Optional(Field),
            right_type: Type.Optional(OneOf(RIGHT_TYPES, 'what is protected')),
            own: Type.Optional(Type.Boolean({ description: 'the own ones alone' })),
          }),
          response: { 200: Page(Listing) },
        },
      },
      ({ query: { limit, cursor, ...wanted } }) =>
        database.transaction(async (tx) => {
          const now = clock.now();
          const found = await listListings(tx, wanted, dateOf(now), cursor, limit + 1);
          const { data, next_cursor } = page(found, limit, placeOf);
          return { data: await showListings(tx, data, now), next_cursor };
        }),
    );

    app.get(
      '/v1/listings/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getListing',
          tags: ['listings'],
          params: ById,
          response: { 200: Listing },
        },
      },
      async (request) => {
        const found = await findListing(database.sql, request.params.id);
        if (!found) throw new Problem('not_found', 'There is no such listing.');
        return show(found);
      },
    );

    app.post(
      '/v1/listings/:id/withdrawal',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'withdrawListing',
          tags: ['listings'],
          description: 'Takes an own listing down; open deals over it end.',
          params: ById,
          response: { 201: Listing },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.withdraw', () =>
          create(request, reply, database, async (tx) => {
            const listing = await withdrawListing(tx, request.params.id, caller, clock.now());
            return (await showListings(tx, [listing], clock.now()))[0]!;
          }),
        );
      },
    );

    app.post(
      '/v1/listings/:id/referrals',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'referListing',
          tags: ['listings'],
          description:
            'Sends an own listing to an intermediary that is known: an agency or an expert, which is told of it (`listing.referred`) and sees the listing as everybody does.',
          params: ById,
          body: Closed({ intermediary_id: Id }),
          response: { 201: Referral },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.refer', () =>
          create(request, reply, database, (tx) =>
            referListing(tx, request.params.id, request.body.intermediary_id, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/listing-referrals',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'listReferrals',
          tags: ['listings'],
          description: 'Listings that were sent to the own organisation, and those that it sent.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Referral) },
        },
      },
      async ({ query: { limit, cursor } }) => {
        const found = await referralsOf(database.sql, cursor, limit + 1);
        return page(found, limit, ({ listing_id, intermediary_id }) => `${listing_id} ${intermediary_id}`);
      },
    );
  };
