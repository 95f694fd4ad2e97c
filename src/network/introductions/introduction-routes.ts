import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import {
  INTRODUCTION_STATES,
  SIDES,
  stateAfter,
  stepsFor,
  TAKEN_STEPS,
} from '../../../models/matching/introduction.ts';
import { REASONS } from '../../../models/matching/reasons.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { latestLearnt } from '../matching/learnt.ts';
import { MEMBERS } from '../needs/need-routes.ts';
import { Kind, Profile, ReasonsBody } from '../needs/schemas.ts';
import { askIntroduction, findIntroduction, MAX_MESSAGE_CHARS, takeStep } from './service.ts';
import { type Introduction, introductionsOf } from './store.ts';

const Side = OneOf(SIDES, 'who needs, or who offers');
const Step = OneOf(TAKEN_STEPS, 'what is said');
const Name = Type.String();
const Party = Type.Object({ organisation_id: Id, name: Name });
const Weight = Type.Number();

const IntroductionBody = Type.Object({
  id: Id,
  state: OneOf(INTRODUCTION_STATES, 'the last step; deal once both have said so'),
  side: { ...Side, description: 'one’s own' },
  asked_by: Side,
  need: Type.Object({ id: Id, title: Name, display_name: Name, profile: Profile }),
  offer: Type.Object({ id: Id, kind: Kind, title: Name, display_name: Name, profile: Profile }),
  message: Type.String(),
  strength: Type.Number({ minimum: 0, maximum: 1 }),
  reasons: ReasonsBody,
  asked_at: Instant,
  changed_at: Instant,
  steps: Type.Array(Type.Object({ step: Type.String(), side: Nullable(Side), at: Instant }), {
    description: 'that were taken; of no side where the service took it',
  }),
  next: Type.Array(Step, { description: 'that may be taken now' }),
  parties: Nullable(
    Type.Object({ need: Party, offer: Party }, { description: 'who they are, once both consented' }),
  ),
});

export const introductionRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/network/introductions',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'askIntroduction',
          tags: ['network'],
          description:
            'Asks to be introduced, for an own need to an offer or for an own offer to a need. Who asks consents by it; who is asked consents or refuses. Before that neither learns more than the name that need or offer is shown under.',
          body: Closed({
            need_id: Id,
            offer_id: Id,
            message: Type.String({
              minLength: 1,
              maxLength: MAX_MESSAGE_CHARS,
              description: 'for the other side',
            }),
          }),
          response: { 201: IntroductionBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'network.introduction.ask', () =>
          create(request, reply, database, async (tx) =>
            shown(await askIntroduction(tx, request.body, caller, clock.now())),
          ),
        );
      },
    );

    app.get(
      '/v1/network/introductions',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'listIntroductions',
          tags: ['network'],
          description: 'Of own needs and offers, in order of id.',
          querystring: Closed({ ...PageQuery, need_id: Type.Optional(Id) }),
          response: { 200: Page(IntroductionBody) },
        },
      },
      async (request) => {
        const { limit, cursor, need_id } = request.query;
        const found = await introductionsOf(database.sql, {
          limit: limit + 1,
          ...(cursor !== undefined && { after: cursor }),
          ...(need_id !== undefined && { need_id }),
        });
        return page(found.map(shown), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/network/introductions/:id',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'getIntroduction',
          tags: ['network'],
          params: Closed({ id: Id }),
          response: { 200: IntroductionBody },
        },
      },
      async (request) => shown(await findIntroduction(database.sql, request.params.id)),
    );

    app.post(
      '/v1/network/introductions/:id/steps',
      {
        config: { access: MEMBERS },
        schema: {
          operationId: 'takeIntroductionStep',
          tags: ['network'],
          description:
            'Consents or refuses where one was asked, withdraws where one asked, and says what came of it: that both met, that there is a deal, which counts when both say it and closes the need, or nothing.',
          params: Closed({ id: Id }),
          body: Closed({ step: Step }),
          response: { 201: IntroductionBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'network.introduction.step', () =>
          create(request, reply, database, async (tx) =>
            shown(await takeStep(tx, request.params.id, request.body.step, caller, clock.now())),
          ),
        );
      },
    );

    app.get(
      '/v1/network/matching',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getMatching',
          tags: ['network'],
          description: 'How reasons are weighed now, and what was learnt from how introductions went.',
          response: {
            200: Type.Object({
              learnt_at: Nullable(Instant),
              introductions: Type.Integer({ minimum: 0, description: 'that are over, of all members' }),
              weights: Type.Object({
                constant: Weight,
                of: Type.Object(Object.fromEntries(REASONS.map((reason) => [reason, Weight]))),
              }),
            }),
          },
        },
      },
      async () => {
        const { outcomes: _, ...learnt } = await latestLearnt(database.sql);
        return learnt;
      },
    );
  };

function shown(introduction: Introduction) {
  const { need_id, need_title, need_name, need_profile, steps, asked_by, side, ...rest } = introduction;
  const { offer_id, offer_kind, offer_title, offer_name, offer_profile, ...same } = rest;
  return {
    ...same,
    side: side!,
    asked_by,
    state: stateAfter(steps),
    steps: steps.map(({ step, side: by, at }) => ({ step, side: by, at })),
    next: stepsFor(side!, asked_by, steps),
    need: { id: need_id, title: need_title, display_name: need_name, profile: need_profile },
    offer: {
      id: offer_id,
      kind: offer_kind,
      title: offer_title,
      display_name: offer_name,
      profile: offer_profile,
    },
  };
}
