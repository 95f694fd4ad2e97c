import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ORGANISATION_KINDS } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id, Page, PageQuery, page, WithDefault } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { MAX_MATCHES, matchesOf } from '../matching/match.ts';
import { closeNeed, postNeed } from './need-service.ts';
import { findNeed, needs, ownNeed } from './need-store.ts';
import { cursorOf, Field, Match, Need, NeedBody, placeIn, Region } from './schemas.ts';

/** Staff operate the network and see what is posted, as everybody does; they take no part in it. */
export const MEMBERS = ORGANISATION_KINDS.filter((kind) => kind !== 'staff');
const DEFAULT_MATCHES = 20;

export const Asked = {
  ...PageQuery,
  own: WithDefault(
    Type.Boolean({ default: false, description: 'one’s own, whatever their state; else all that are open' }),
  ),
  region: Type.Optional(Region),
  field: Type.Optional(Field),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'words' })),
};

export const needRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/network/needs',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'postNeed',
          tags: ['network'],
          description:
            'Says what is needed, for everybody to read. One that goes against itself is refused with every place where it does; one that says the same as another of one’s own that is open is a conflict, and those that say almost the same are told.',
          body: NeedBody,
          response: { 201: Type.Object({ ...Need.properties, similar: Type.Array(Id) }) },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'network.need.post', () =>
          create(request, reply, database, (tx) => postNeed(tx, request.body, caller, clock.now())),
        );
      },
    );

    app.get(
      '/v1/network/needs',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listNeeds',
          tags: ['network'],
          description: 'The latest first.',
          querystring: Closed(Asked),
          response: { 200: Page(Need) },
        },
      },
      async (request) => {
        const { own, region, field, q, limit, cursor } = request.query;
        const found = await needs(database.sql, { own, region, field, q }, limit + 1, placeIn(cursor));
        return page(found, limit, cursorOf);
      },
    );

    app.get(
      '/v1/network/needs/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getNeed',
          tags: ['network'],
          params: Closed({ id: Id }),
          response: { 200: Type.Object({ ...Need.properties, own: Type.Boolean() }) },
        },
      },
      (request) => findNeed(database.sql, request.params.id),
    );

    app.get(
      '/v1/network/needs/:id/matches',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'listMatches',
          tags: ['network'],
          description:
            'What may meet an own need, best first, each with its reasons: offers, and patents in force that nobody offers here.',
          params: Closed({ id: Id }),
          querystring: Closed({
            limit: WithDefault(
              Type.Integer({
                minimum: 1,
                maximum: MAX_MATCHES,
                default: DEFAULT_MATCHES,
                description: 'matches',
              }),
            ),
          }),
          response: { 200: Type.Object({ data: Type.Array(Match) }) },
        },
      },
      async (request) => {
        const need = await ownNeed(database.sql, request.params.id);
        return { data: await matchesOf(database.sql, need, request.query.limit) };
      },
    );

    app.post(
      '/v1/network/needs/:id/closure',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'closeNeed',
          tags: ['network'],
          description: 'Takes an own need down: met elsewhere, or not needed any more.',
          params: Closed({ id: Id }),
          response: { 201: Need },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'network.need.close', () =>
          create(request, reply, database, (tx) => closeNeed(tx, request.params.id, caller, clock.now())),
        );
      },
    );
  };
