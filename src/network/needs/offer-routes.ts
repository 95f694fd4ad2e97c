import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id, Page, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { Asked, MEMBERS } from './need-routes.ts';
import { postOffer, withdrawOffer } from './offer-service.ts';
import { findOffer, offers } from './offer-store.ts';
import { cursorOf, Kind, Offer, OfferBody, placeIn } from './schemas.ts';

export const offerRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/network/offers',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'postOffer',
          tags: ['network'],
          description:
            'Says what can be had, for everybody to read: patents, technology, or the services of an agency or expert.',
          body: OfferBody,
          response: { 201: Offer },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'network.offer.post', () =>
          create(request, reply, database, (tx) => postOffer(tx, request.body, caller, clock.now())),
        );
      },
    );

    app.get(
      '/v1/network/offers',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listOffers',
          tags: ['network'],
          description: 'The latest first.',
          querystring: Closed({ ...Asked, kind: Type.Optional(Kind) }),
          response: { 200: Page(Offer) },
        },
      },
      async (request) => {
        const { own, kind, region, field, q, limit, cursor } = request.query;
        const found = await offers(database.sql, { own, kind, region, field, q }, limit + 1, placeIn(cursor));
        return page(found, limit, cursorOf);
      },
    );

    app.get(
      '/v1/network/offers/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getOffer',
          tags: ['network'],
          params: Closed({ id: Id }),
          response: { 200: Type.Object({ ...Offer.properties, own: Type.Boolean() }) },
        },
      },
      (request) => findOffer(database.sql, request.params.id),
    );

    app.post(
      '/v1/network/offers/:id/withdrawal',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'withdrawOffer',
          tags: ['network'],
          description: 'Takes an own offer down; introductions that were made stay.',
          params: Closed({ id: Id }),
          response: { 201: Offer },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'network.offer.withdraw', () =>
          create(request, reply, database, (tx) => withdrawOffer(tx, request.params.id, caller, clock.now())),
        );
      },
    );
  };
