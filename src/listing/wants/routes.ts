import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Day, Id, Minor, Nullable, OneOf, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { placeOf } from '../listings/store.ts';
import {
  ById,
  Field,
  Kind,
  Kinds,
  Office,
  Price,
  PseudonymId,
  Shown,
  Summary,
  Title,
  TRADING,
} from '../schemas.ts';
import { showWant } from './read.ts';
import { answerWant, postWant, withdrawWant } from './service.ts';
import { findWant, listWants, WANT_STATES } from './store.ts';

const MAX_FIELDS = 35;
const MAX_OFFICES = 60;
const Fields = Type.Array(Field, { maxItems: MAX_FIELDS, description: 'none for whichever' });
const Offices = Type.Array(Office, { maxItems: MAX_OFFICES, description: 'none for wherever' });

const Answer = Type.Object({ want_id: Id, listing_id: Id, answered_on: Day });

const Want = Type.Object({
  id: Id,
  buyer: Shown,
  own: Type.Boolean(),
  title: Title,
  summary: Summary,
  kinds: Kinds,
  fields: Fields,
  offices: Offices,
  budget_minor: Nullable(Minor),
  currency: Type.String(),
  state: OneOf(WANT_STATES, 'whether it still stands'),
  listed_on: Day,
  expires_on: Day,
  answers: Type.Array(Answer, {
    description: 'listings that were pointed out: all to the buyer, the own to a seller',
  }),
});

export const wantRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/wants',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'postWant',
          tags: ['listings'],
          description: 'Says under a pseudonym what patents are looked for.',
          body: Closed({
            pseudonym_id: Type.Optional(PseudonymId),
            title: Title,
            summary: Summary,
            kinds: Kinds,
            fields: Type.Optional(Fields),
            offices: Type.Optional(Offices),
            budget_minor: Type.Optional(Price),
            expires_on: Day,
          }),
          response: { 201: Want },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.want.post', () =>
          create(request, reply, database, async (tx) =>
            showWant(tx, await postWant(tx, request.body, caller, clock.now())),
          ),
        );
      },
    );

    app.get(
      '/v1/wants',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'browseWants',
          tags: ['listings'],
          description: 'Wants that are open, latest first; with own=true the own ones in every state.',
          querystring: Closed({
            ...PageQuery,
            kind: Type.Optional(Kind),
            office: Type.Optional(Office),
            field: Type.Optional(Field),
            own: Type.Optional(Type.Boolean({ description: 'the own ones alone' })),
          }),
          response: { 200: Page(Want) },
        },
      },
      ({ query: { limit, cursor, ...asked } }) =>
        database.transaction(async (tx) => {
          const found = await listWants(tx, asked, dateOf(clock.now()), cursor, limit + 1);
          const { data, next_cursor } = page(found, limit, placeOf);
          const shown = [];
          for (const want of data) shown.push(await showWant(tx, want));
          return { data: shown, next_cursor };
        }),
    );

    app.get(
      '/v1/wants/:id',
      {
        config: { access: EVERYONE },
        schema: { operationId: 'getWant', tags: ['listings'], params: ById, response: { 200: Want } },
      },
      ({ params }) =>
        database.transaction(async (tx) => {
          const found = await findWant(tx, params.id);
          if (!found) throw new Problem('not_found', 'There is no such want.');
          return showWant(tx, found);
        }),
    );

    app.post(
      '/v1/wants/:id/withdrawal',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'withdrawWant',
          tags: ['listings'],
          params: ById,
          response: { 201: Want },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.want.withdraw', () =>
          create(request, reply, database, async (tx) =>
            showWant(tx, await withdrawWant(tx, request.params.id, caller, clock.now())),
          ),
        );
      },
    );

    app.post(
      '/v1/wants/:id/answers',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'answerWant',
          tags: ['listings'],
          description: 'Points an own listing out to who wants such patents, and is told of it.',
          params: ById,
          body: Closed({ listing_id: Id }),
          response: { 201: Answer },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.want.answer', () =>
          create(request, reply, database, (tx) =>
            answerWant(tx, request.params.id, request.body.listing_id, caller, clock.now()),
          ),
        );
      },
    );
  };
