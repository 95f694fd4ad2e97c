import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { LIQUIDITY_CLASSES } from '../../../models/haircut.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { asOf } from '../../clock.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { AsOfQuery, Closed, Id, Instant, Nullable, OneOf } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { classHaircuts, decideHaircut, proposeHaircuts } from './service.ts';
import { listProposals } from './store.ts';

const SHOWN_PROPOSALS = 100;
const DECISIONS = ['adopted', 'refused'] as const;

const Bp = Type.Integer({ minimum: 0, maximum: 10_000, description: 'basis points' });
const LiquidityClass = OneOf(LIQUIDITY_CLASSES, 'kind of right');

const Estimate = Type.Object({
  disposals: Type.Integer(),
  realised_share: Nullable(
    Type.Number({ description: 'mean of what they brought of the value before the haircut, after costs' }),
  ),
  credibility: Type.Number({ description: 'weight of the disposals against the prior, 0 to 1' }),
  low_bp: Bp,
  target_bp: { ...Bp, description: 'basis points; low and high: its central 80 %' },
  high_bp: Bp,
  before_bp: { ...Bp, description: 'basis points, in force' },
  after_bp: { ...Bp, description: 'basis points, one bounded move towards the target' },
});

const Proposal = Type.Object({
  id: Id,
  liquidity_class: LiquidityClass,
  before_bp: Bp,
  after_bp: Bp,
  estimate: Estimate,
  proposed_by: Type.String({ description: 'a person, a key, or `calibration` for the monthly job' }),
  proposed_at: Instant,
  state: OneOf(['open', 'superseded', ...DECISIONS], 'superseded: a later one of its class stands'),
  note: Nullable(Type.String()),
  decided_by: Nullable(Type.String()),
  decided_at: Nullable(Instant),
});

const Haircuts = Type.Object({
  haircuts: Type.Array(
    Type.Object({
      liquidity_class: LiquidityClass,
      haircut_bp: { ...Bp, description: 'basis points, in force' },
      source: Type.String(),
      estimate: Estimate,
    }),
  ),
  proposals: Type.Array(Proposal, { description: 'newest first' }),
});

const STAFF = { access: ['staff'] } as const;

export const haircutRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.get(
      '/v1/haircuts',
      {
        config: STAFF,
        schema: {
          operationId: 'getHaircuts',
          tags: ['models'],
          description: `The haircut in force of each class of liquidity, what disposals ask for, and the last ${SHOWN_PROPOSALS} proposals.`,
          querystring: Closed(AsOfQuery),
          response: { 200: Haircuts },
        },
      },
      async (request) => {
        const haircuts = await classHaircuts(database.sql, asOf(clock, request.query.as_of));
        return {
          haircuts: haircuts.map(({ liquidity_class, source, estimate }) => ({
            liquidity_class,
            haircut_bp: estimate.before_bp,
            source,
            estimate,
          })),
          proposals: await listProposals(database.sql, { limit: SHOWN_PROPOSALS }),
        };
      },
    );

    app.post(
      '/v1/haircuts/proposals',
      {
        config: { ...STAFF, scope: 'operate' },
        schema: {
          operationId: 'proposeHaircuts',
          tags: ['models'],
          description:
            'Proposes the haircuts that disposals ask for, as the monthly calibration does; none where none moves. Nobody can state a number of one’s own.',
          response: { 201: Type.Object({ data: Type.Array(Proposal) }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => ({
          data: await proposeHaircuts(tx, callerOfGuarded(request), clock.now()),
        })),
    );

    app.post(
      '/v1/haircuts/proposals/:id/decision',
      {
        config: { ...STAFF, scope: 'decide' },
        schema: {
          operationId: 'decideHaircut',
          tags: ['models'],
          description:
            'Adopts or refuses a proposal; who proposed may not. Valuations take an adopted haircut from then on; contracts keep the one that was written down with them.',
          params: Closed({ id: Id }),
          body: Closed({
            decision: OneOf(DECISIONS, 'what is decided'),
            note: Type.String({ minLength: 1, maxLength: 2000 }),
          }),
          response: { 201: Proposal },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'haircut.decide', () =>
          create(request, reply, database, (tx) =>
            decideHaircut(tx, request.params.id, request.body, caller, clock.now()),
          ),
        );
      },
    );
  };
