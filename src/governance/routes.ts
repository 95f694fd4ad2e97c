import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { textsOf } from '../../models/sentences.ts';
import { dateOf } from '../clock.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed, Day, Id, Instant, Nullable, OneOf } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { listModels, modelHistory, promoteModel, type ReviewState, reviewModel } from './service.ts';
import { SHOWN_ROWS } from './store.ts';

const ROLES = ['champion', 'challenger', 'retired'] as const;
const DECISIONS = ['approved', 'refused'] as const;
const Level = Type.Integer({ minimum: 1, maximum: 3 });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const ModelId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'the specification with a point in place of its slash, such as pledgewatch-lapse.1',
});

const Version = Type.Object({
  id: Id,
  trained_to: Day,
  created_at: Instant,
  parameters_sha256: Sha256,
  rows: Type.Integer({ description: 'annuity due dates that it was fitted to' }),
  events: Type.Integer({ description: 'of these, left unpaid' }),
});

const Model = Type.Object({
  id: ModelId,
  specification: Type.String({ description: 'as valuations name it, such as pledgewatch-lapse/1' }),
  task: Type.String({ description: 'what it predicts; the models of one task are rivals' }),
  kind: Type.String(),
  role: OneOf(ROLES, 'the champion is what valuations run on'),
  author: Type.String(),
  materiality: Type.Object({
    exposure: Level,
    purpose: Level,
    complexity: Level,
    assumptions: Level,
    data_quality: Level,
  }),
  tier: Type.Integer({ minimum: 1, maximum: 3, description: 'from materiality; 1 weighs most' }),
  limits: Type.String({ description: 'what it may be used for' }),
  metric: Type.String({ description: 'what comparisons are decided by' }),
  metric_registered_on: Day,
  calibration_margin: Type.Number({
    description: 'by how much a challenger’s calibration error may be greater',
  }),
  review: Type.Object({
    state: OneOf(['due', 'current'], 'whether an approval is in force'),
    reasons: Type.Array(Type.String(), { description: 'why it is due' }),
    approved_by: Nullable(Id),
    approved_at: Nullable(Instant),
    due_on: Nullable(Day),
    triggers: Type.Array(Type.String(), { description: 'events that call for a review at once' }),
  }),
  latest_version: Nullable(Version),
});

const Review = Type.Object({
  decision: OneOf(DECISIONS, 'what was decided'),
  note: Type.String(),
  organisation_id: Id,
  key_id: Id,
  reviewed_at: Instant,
});

const Figures = Type.Object({
  specification: Type.String(),
  score: Type.Number({ description: 'by the registered metric' }),
  auc: Type.Number(),
  calibration_error: Type.Number(),
  expected_lapses: Type.Number(),
  calibration: Type.Optional(
    Type.Array(Type.Object({ stated: Type.Number(), observed: Type.Number(), cases: Type.Integer() }), {
      description: 'deciles of risk: mean chance stated and share that came true',
    }),
  ),
});

const Comparison = Type.Object({
  id: Id,
  champion_version_id: Id,
  challenger_version_id: Id,
  compared_at: Instant,
  promote: Type.Boolean({ description: 'whether it allows the challenger to be promoted' }),
  result: Type.Object({
    asked_on: Day,
    evaluated_on: Day,
    followed_to: Day,
    snapshot_sha256: Sha256,
    metric: Type.String(),
    patents: Type.Integer({ description: 'asked about' }),
    lapses: Type.Integer({ description: 'of these, annuities left unpaid' }),
    left_out: Type.Integer({ description: 'patents whose outcome could not be seen yet' }),
    champion: Figures,
    challenger: Figures,
    improvement: Type.Object(
      {
        estimate: Type.Number(),
        low: Type.Number(),
        high: Type.Number(),
        confidence: Type.Number(),
        resamples: Type.Integer(),
        seed: Type.Integer(),
      },
      { description: 'paired bootstrap; above 0 the challenger is better' },
    ),
    promote: Type.Boolean(),
    reasons: Type.Array(Type.String(), { description: 'what speaks against promotion' }),
  }),
});

const ModelHistory = Type.Object({
  ...Model.properties,
  versions: Type.Array(Version),
  reviews: Type.Array(Review),
  comparisons: Type.Array(Comparison),
});

const STAFF = { access: ['staff'] } as const;
const ById = Closed({ id: ModelId });

export const modelRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const today = () => dateOf(clock.now());

    app.get(
      '/v1/models',
      {
        config: STAFF,
        schema: {
          operationId: 'listModels',
          tags: ['models'],
          description: 'The registered model specifications, champions first.',
          response: { 200: Type.Object({ data: Type.Array(Model) }) },
        },
      },
      async () => ({ data: (await listModels(database.sql, today())).map(shown) }),
    );

    app.get(
      '/v1/models/:id',
      {
        config: STAFF,
        schema: {
          operationId: 'getModel',
          tags: ['models'],
          description: `One specification with its versions, reviews and comparisons, newest first, at most ${SHOWN_ROWS} of each.`,
          params: ById,
          response: { 200: ModelHistory },
        },
      },
      async (request) => shown(await modelHistory(database.sql, request.params.id, today())),
    );

    app.post(
      '/v1/models/:id/reviews',
      {
        config: { ...STAFF, scope: 'decide' },
        schema: {
          operationId: 'reviewModel',
          tags: ['models'],
          description:
            'Approves or refuses a specification; the last word counts. The author’s own keys may not. A refusal stops no valuation, it bars promotion.',
          params: ById,
          body: Closed({
            decision: OneOf(DECISIONS, 'what is decided'),
            note: Type.String({ minLength: 1, maxLength: 2000 }),
          }),
          response: { 201: Model },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) =>
          shown(
            await reviewModel(tx, request.params.id, request.body, callerOfGuarded(request), clock.now()),
          ),
        ),
    );

    app.post(
      '/v1/models/:id/promotion',
      {
        config: { ...STAFF, scope: 'decide' },
        schema: {
          operationId: 'promoteModel',
          tags: ['models'],
          description:
            'Makes a challenger the champion and retires the champion: only when valuations can run on it, its last comparison allows it, and a reviewer has approved it.',
          params: ById,
          body: Closed({ comparison_id: Id }),
          response: { 201: Model },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { comparison_id } = request.body;
          const caller = callerOfGuarded(request);
          return shown(await promoteModel(tx, request.params.id, comparison_id, caller, clock.now()));
        }),
    );
  };

function shown<T extends { review: ReviewState }>(model: T) {
  return { ...model, review: { ...model.review, reasons: textsOf(model.review.reasons) } };
}
