import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ORGANISATION_KINDS } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import {
  Closed,
  Currency,
  Day,
  Id,
  Instant,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import {
  askExpert,
  engagementDetail,
  publishProfile,
  rateExpert,
  STEPS,
  shareEngagement,
  takeEngagementStep,
  writeOpinion,
} from './service.ts';
import { ENGAGEMENT_STATES, listEngagements, listExperts } from './store.ts';

/** Who may be engaged. */
export const EXPERTS = { access: ['expert', 'agency'] } as const;
/** Who may engage; staff take nobody's side. */
export const ENGAGING = { access: ORGANISATION_KINDS.filter((kind) => kind !== 'staff') };

const GREATEST_FIELD = 35;
const MOST_REGIONS = 50;
const MOST_SUMMARY_CHARS = 2_000;
const MOST_BRIEF_CHARS = 2_000;
export const MOST_OPINION_CHARS = 20_000;

export const Field = Type.Integer({
  minimum: 1,
  maximum: GREATEST_FIELD,
  description: 'WIPO technology field',
});
export const Region = Type.String({ pattern: '^[A-Z]{2}$', description: 'office or country, ISO 3166' });

const Profile = {
  summary: Type.String({ minLength: 1, maxLength: MOST_SUMMARY_CHARS }),
  fields: Type.Array(Field, { minItems: 1, maxItems: GREATEST_FIELD, uniqueItems: true }),
  regions: Type.Array(Region, { minItems: 1, maxItems: MOST_REGIONS, uniqueItems: true }),
  intermediary: Type.Boolean({ description: 'brings sellers and buyers together' }),
  open: Type.Boolean({ description: 'takes engagements, and is listed' }),
};

const Expert = Type.Object({
  organisation_id: Id,
  name: Type.String(),
  ...Profile,
  changed_at: Instant,
  rating: Nullable(Type.Number({ description: 'mean, 1 to 5' })),
  ratings: Type.Integer(),
});

const Subject = {
  deal_id: Nullable(Type.String({ description: 'a deal of the engager’s' })),
  patent_id: Nullable(PatentId),
  valuation_id: Nullable(Type.String({ description: 'of that patent, which the opinion stands beside' })),
};

const EngagementFields = {
  id: Id,
  engager_id: Id,
  engager_name: Type.String(),
  expert_id: Id,
  expert_name: Type.String(),
  ...Subject,
  brief: Type.String(),
  state: OneOf(ENGAGEMENT_STATES, 'the last step'),
  asked_at: Instant,
  changed_at: Instant,
};

const OpinionGiven = {
  text: Type.String({ minLength: 1, maxLength: MOST_OPINION_CHARS }),
  low_minor: Minor,
  mid_minor: Minor,
  high_minor: Minor,
  as_of: Day,
};

const Opinion = Type.Object({
  id: Id,
  version: Type.Integer(),
  ...OpinionGiven,
  currency: Currency,
  content_sha256: Type.String({
    pattern: '^[0-9a-f]{64}$',
    description:
      'over the canonical JSON of engagement_id, version, text, low_minor, mid_minor, high_minor, as_of and currency',
  }),
  author: Type.String({ description: 'the person who signed in and wrote it' }),
  written_at: Instant,
});

const Valuation = Type.Object({
  valuation_id: Id,
  as_of: Day,
  status: OneOf(['valued', 'worthless', 'unknown'], 'whether there is a number'),
  low_minor: Nullable(Minor),
  mid_minor: Nullable(Minor),
  high_minor: Nullable(Minor),
  collateral_minor: Nullable(Minor),
});

const Engagement = Type.Object(EngagementFields);
const EngagementDetail = Type.Object({
  ...EngagementFields,
  opinions: Type.Array(Opinion, { description: 'latest version first' }),
  valuation: Nullable(
    Type.Object(Valuation.properties, {
      description: 'what the models say, where the reader may know; no opinion replaces it',
    }),
  ),
  shared_with: Type.Array(Type.String()),
});

const ById = Closed({ id: Id });

export const expertRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.put(
      '/v1/experts/profile',
      {
        config: EXPERTS,
        schema: {
          operationId: 'publishExpertProfile',
          tags: ['experts'],
          description: 'Publishes the own organisation in the directory, under its own name.',
          body: Closed(Profile),
          response: { 200: Expert },
        },
      },
      (request) =>
        database.transaction((tx) => publishProfile(tx, request.body, callerOfGuarded(request), clock.now())),
    );

    app.get(
      '/v1/experts',
      {
        config: { access: ORGANISATION_KINDS },
        schema: {
          operationId: 'listExperts',
          tags: ['experts'],
          description: 'Experts and intermediaries that take engagements, in order of id.',
          querystring: Closed({
            ...PageQuery,
            field: Type.Optional(Field),
            region: Type.Optional(Region),
            intermediary: Type.Optional(Type.Boolean()),
          }),
          response: { 200: Page(Expert) },
        },
      },
      async ({ query: { limit, cursor = '', ...sought } }) => {
        const experts = await listExperts(database.sql, sought, cursor, limit + 1);
        return page(experts, limit, ({ organisation_id }) => organisation_id);
      },
    );

    app.post(
      '/v1/experts/engagements',
      {
        config: ENGAGING,
        schema: {
          operationId: 'askExpert',
          tags: ['experts'],
          description:
            'Asks an expert for an opinion on a patent, beside one of its valuations if wished, or on a deal. The expert reads who asks. One with a conflict of interest is refused: a party, who works for another side, owns the patent, or owns one that cites it or is cited by it.',
          body: Closed({
            expert_id: Id,
            deal_id: Type.Optional(Id),
            patent_id: Type.Optional(PatentId),
            valuation_id: Type.Optional(Id),
            brief: Type.String({ minLength: 1, maxLength: MOST_BRIEF_CHARS }),
          }),
          response: { 201: EngagementDetail },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { deal_id = null, valuation_id = null, ...body } = request.body;
        const patent_id = body.patent_id?.toLowerCase() ?? null;
        const given = { ...body, deal_id, patent_id, valuation_id };
        return attemptOwn(service, caller, 'expert.ask', () =>
          create(request, reply, database, (tx) => askExpert(tx, given, caller, clock.now())),
        );
      },
    );

    app.get(
      '/v1/experts/engagements',
      {
        config: ENGAGING,
        schema: {
          operationId: 'listExpertEngagements',
          tags: ['experts'],
          description:
            'Engagements that the own organisation asked for, was asked for or was shown, newest first.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Engagement) },
        },
      },
      async ({ query: { limit, cursor } }) => {
        const found = await listEngagements(database.sql, cursor, limit + 1);
        return page(found, limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/experts/engagements/:id',
      {
        config: ENGAGING,
        schema: {
          operationId: 'getExpertEngagement',
          tags: ['experts'],
          description: 'One engagement with its opinions, beside what the models say.',
          params: ById,
          response: { 200: EngagementDetail },
        },
      },
      ({ params }) => engagementDetail(database.sql, params.id, clock.now()),
    );

    app.post(
      '/v1/experts/engagements/:id/steps',
      {
        config: ENGAGING,
        schema: {
          operationId: 'stepExpertEngagement',
          tags: ['experts'],
          description:
            'The expert accepts or declines; the engager withdraws what was not taken yet; either ends it.',
          params: ById,
          body: Closed({ step: OneOf(STEPS, 'what is done') }),
          response: { 201: EngagementDetail },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'expert.step', () =>
          create(request, reply, database, (tx) =>
            takeEngagementStep(tx, request.params.id, request.body.step, caller, clock.now()),
          ),
        );
      },
    );

    app.post(
      '/v1/experts/engagements/:id/opinions',
      {
        config: { ...EXPERTS, people: true },
        schema: {
          operationId: 'writeOpinion',
          tags: ['experts'],
          description:
            'Writes an opinion or its next version, as the person who signed in; earlier versions stay.',
          params: ById,
          body: Closed(OpinionGiven),
          response: { 201: EngagementDetail },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'expert.write', () =>
          create(request, reply, database, (tx) =>
            writeOpinion(tx, request.params.id, request.body, caller, clock.now()),
          ),
        );
      },
    );

    app.post(
      '/v1/experts/engagements/:id/shares',
      {
        config: ENGAGING,
        schema: {
          operationId: 'shareExpertEngagement',
          tags: ['experts'],
          description: 'The engager shows it to one more organisation; that cannot be taken back.',
          params: ById,
          body: Closed({ organisation_id: Id }),
          response: { 201: EngagementDetail },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'expert.share', () =>
          create(request, reply, database, (tx) =>
            shareEngagement(tx, request.params.id, request.body.organisation_id, caller, clock.now()),
          ),
        );
      },
    );

    app.post(
      '/v1/experts/engagements/:id/rating',
      {
        config: ENGAGING,
        schema: {
          operationId: 'rateExpert',
          tags: ['experts'],
          description: 'The engager rates an opinion that was delivered, once. The directory shows the mean.',
          params: ById,
          body: Closed({ score: Type.Integer({ minimum: 1, maximum: 5 }) }),
          response: { 201: Expert },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'expert.rate', () =>
          create(request, reply, database, (tx) =>
            rateExpert(tx, request.params.id, request.body.score, caller, clock.now()),
          ),
        );
      },
    );
  };
