import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Id, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { findEngagement, listEngagements, messagesOf } from './engagement-store.ts';
import { attemptOnEngagement, instruct, rate, sendMessage, takeStep } from './engagements.ts';
import { recomputeRatings } from './record.ts';
import { EngagementBody, MessageBody, NewInstruction, NewMessage, NewRating, StepBody } from './schemas.ts';

const PARTIES = { access: ['firm', 'agency'] as const };
const OfOne = Closed({ id: Id });

export const engagementRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, vault, clock } = service;
    app.post(
      '/v1/filing/engagements',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'instructAgency',
          tags: ['filing'],
          description:
            'Instructs an agency of the directory over an own draft (`filing.engagement.asked`). It reads the draft from its acceptance to the end of the engagement. A hard conflict of interest refuses; others must be named in `accepted_conflicts`.',
          body: NewInstruction,
          response: { 201: EngagementBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const subject = request.body.draft_id;
        return attemptOnEngagement(service, caller, { action: 'filing.engagement.ask', subject }, () =>
          create(request, reply, database, (tx) => instruct(tx, vault, request.body, caller, clock.now())),
        );
      },
    );

    app.get(
      '/v1/filing/engagements',
      {
        config: PARTIES,
        schema: {
          operationId: 'listEngagements',
          tags: ['filing'],
          description: 'Those that the own organisation is a party of, in order of id.',
          querystring: Closed({ ...PageQuery, draft_id: Type.Optional(Id) }),
          response: { 200: Page(EngagementBody) },
        },
      },
      async ({ query: { limit, cursor, draft_id } }) => {
        const asked = { draft_id, limit: limit + 1, ...(cursor && { after: cursor }) };
        return page(await listEngagements(database.sql, vault, asked), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/filing/engagements/:id',
      {
        config: PARTIES,
        schema: {
          operationId: 'getEngagement',
          tags: ['filing'],
          params: OfOne,
          response: { 200: EngagementBody },
        },
      },
      (request) => findEngagement(database.sql, vault, request.params.id),
    );

    app.post(
      '/v1/filing/engagements/:id/steps',
      {
        config: PARTIES,
        schema: {
          operationId: 'stepEngagement',
          tags: ['filing'],
          description:
            'The agency accepts or declines, the firm withdraws before that, either ends it afterwards; both are told (`filing.engagement.*`).',
          params: OfOne,
          body: StepBody,
          response: { 201: EngagementBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id: subject } = request.params;
        return attemptOnEngagement(service, caller, { action: 'filing.engagement.step', subject }, () =>
          create(request, reply, database, (tx) =>
            takeStep(tx, vault, subject, request.body.step, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/filing/engagements/:id/messages',
      {
        config: PARTIES,
        schema: {
          operationId: 'listEngagementMessages',
          tags: ['filing'],
          description: 'What the parties wrote, oldest first.',
          params: OfOne,
          querystring: Closed(PageQuery),
          response: { 200: Page(MessageBody) },
        },
      },
      async ({ params, query: { limit, cursor = '' } }) => {
        const engagement = await findEngagement(database.sql, vault, params.id);
        return page(
          await messagesOf(database.sql, vault, engagement, cursor, limit + 1),
          limit,
          ({ id }) => id,
        );
      },
    );

    app.post(
      '/v1/filing/engagements/:id/messages',
      {
        config: PARTIES,
        schema: {
          operationId: 'sendEngagementMessage',
          tags: ['filing'],
          description:
            'Writes to the other party until the engagement is over. It is told that there is a message (`filing.message.received`), without its words.',
          params: OfOne,
          body: NewMessage,
          response: { 201: MessageBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id: subject } = request.params;
        return attemptOnEngagement(service, caller, { action: 'filing.message.send', subject }, () =>
          create(request, reply, database, (tx) =>
            sendMessage(tx, vault, subject, request.body.body, caller, clock.now()),
          ),
        );
      },
    );

    app.post(
      '/v1/filing/engagements/:id/ratings',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'rateEngagement',
          tags: ['filing'],
          description:
            'Rates the work of an engagement that has ended, once. The directory shows ratings shrunk towards those of all agencies; the note is for the agency alone.',
          params: OfOne,
          body: NewRating,
          response: { 201: EngagementBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id: subject } = request.params;
        return attemptOnEngagement(service, caller, { action: 'filing.engagement.rate', subject }, () =>
          create(request, reply, database, async (tx) => {
            const rated = await rate(tx, vault, subject, request.body, caller, clock.now());
            await recomputeRatings(tx);
            return rated;
          }),
        );
      },
    );
  };
