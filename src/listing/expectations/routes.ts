import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { BINDING_days, MOST_RANGES, REST_days } from '../../../models/expectation.ts';
import { ORGANISATION_KINDS } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Currency, Id, Instant, Minor, Nullable, OneOf } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { consentToMidpoint, ownExpectations, submitRange } from './service.ts';

/** Staff are no side of a deal. */
export const SIDES_OF_DEALS = { access: ORGANISATION_KINDS.filter((kind) => kind !== 'staff') };

const Expectation = Type.Object({
  id: Id,
  deal_id: Id,
  side: OneOf(['seller', 'buyer'], 'the own one'),
  round: Type.Integer(),
  low_minor: { ...Minor, description: 'of the own range, which nobody else is told' },
  high_minor: Minor,
  currency: Currency,
  submitted_at: Instant,
  binds_until: Instant,
  state: OneOf(['waiting', 'expired', 'answered'], 'waiting for the range of the other side'),
  overlap: Nullable(Type.Boolean({ description: 'all that is told of the other side’s range' })),
  consented: Type.Boolean({ description: 'the own consent to learning the midpoint' }),
  midpoint_minor: Nullable({ ...Minor, description: 'of the overlap, once both sides consented' }),
});

const ByDeal = Closed({ id: Id });

export const expectationRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, vault, clock } = service;
    app.get(
      '/v1/listing-deals/:id/expectations',
      {
        config: SIDES_OF_DEALS,
        schema: {
          operationId: 'listExpectations',
          tags: ['listings'],
          description: 'The own ranges on a deal, first round first, and what is told of the other side’s.',
          params: ByDeal,
          response: { 200: Type.Object({ data: Type.Array(Expectation) }) },
        },
      },
      async ({ params }) => ({
        data: await database.transaction((tx) => ownExpectations(tx, vault, params.id, clock.now())),
      }),
    );

    app.post(
      '/v1/listing-deals/:id/expectations',
      {
        config: SIDES_OF_DEALS,
        schema: {
          operationId: 'submitExpectation',
          tags: ['listings'],
          description: `Submits the range that the own side expects, sealed. When the other side has submitted to the same round, both are told whether the ranges overlap and nothing else. A range stands for ${BINDING_days} days, is neither changed nor withdrawn, and after a no both rest for ${REST_days}; a side has ${MOST_RANGES} on a deal.`,
          params: ByDeal,
          body: Closed({ low_minor: Minor, high_minor: Minor }),
          response: { 201: Expectation },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'expectation.submit', () =>
          create(
            request,
            reply,
            database,
            (tx) => submitRange(tx, vault, request.params.id, request.body, caller, clock.now()),
            { vault },
          ),
        );
      },
    );

    app.post(
      '/v1/listing-deals/:id/expectations/consent',
      {
        config: SIDES_OF_DEALS,
        schema: {
          operationId: 'consentToMidpoint',
          tags: ['listings'],
          description:
            'Consents to both sides’ learning the midpoint of the overlap. Who consented alone learns nothing and is not told of.',
          params: ByDeal,
          response: { 201: Expectation },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'expectation.consent', () =>
          create(
            request,
            reply,
            database,
            (tx) => consentToMidpoint(tx, vault, request.params.id, caller, clock.now()),
            { vault },
          ),
        );
      },
    );
  };
