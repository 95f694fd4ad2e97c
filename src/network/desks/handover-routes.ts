/** Clients that go from one desk to another. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id, OneOf, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { ANSWERS, answerHandover, askHandover, HANDOVER_STATES, listHandovers } from './handovers.ts';
import { Handover, Name, OfClient } from './schemas.ts';

const access = EVERYONE;
const tags = ['network'];

export const handoverRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/v1/desks/:id/clients/:client_id/handovers',
      {
        config: { access },
        schema: {
          operationId: 'askHandover',
          tags,
          description: 'Asks another desk to take a client over, with its open tasks and its history.',
          params: OfClient,
          body: Closed({ to_desk_id: Id, reason: Name(500, 'why, for the other desk to read') }),
          response: { 201: Handover },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id: desk_id, client_id } = request.params;
          return askHandover(tx, { desk_id, client_id }, request.body, callerOfGuarded(request), clock.now());
        }),
    );

    app.get(
      '/v1/desk-handovers',
      {
        config: { access },
        schema: {
          operationId: 'listHandovers',
          tags,
          description: 'Hand-overs from and to the desks that the caller sees, in order of id.',
          querystring: Closed({
            ...PageQuery,
            state: Type.Optional(OneOf(HANDOVER_STATES, 'of hand-overs')),
          }),
          response: { 200: Page(Handover) },
        },
      },
      async (request) => {
        const { limit, cursor = '', state } = request.query;
        return page(await listHandovers(database.sql, state, cursor, limit + 1), limit, ({ id }) => id);
      },
    );

    app.post(
      '/v1/desk-handovers/:handover_id/answers',
      {
        config: { access },
        schema: {
          operationId: 'answerHandover',
          tags,
          description: 'The desk that was asked accepts or declines; the one that asked withdraws.',
          params: Closed({ handover_id: Id }),
          body: Closed({ answer: OneOf(ANSWERS, 'to the hand-over') }),
          response: { 201: Handover },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { handover_id } = request.params;
          return answerHandover(tx, handover_id, request.body.answer, callerOfGuarded(request), clock.now());
        }),
    );
  };
