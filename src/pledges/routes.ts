import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import type { Caller } from '../accounts/store.ts';
import { attemptOwn } from '../audit/refusal.ts';
import { asOf } from '../clock.ts';
import { and, eq, gt } from '../db/drizzle.ts';
import { given, query, rowsOf } from '../db/list.ts';
import { pledge } from '../db/schema.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import {
  AsOfQuery,
  Closed,
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
} from '../http/schemas.ts';
import { tagAnswer, Unchanged } from '../http/tags.ts';
import { visibleTo } from '../http/visible.ts';
import { recent } from '../recent.ts';
import { withStatus } from '../risk/status.ts';
import { flagsOf } from '../risk/store.ts';
import type { Service } from '../service.ts';
import { attemptChange } from './attempt.ts';
import { flowDigest } from './flow-digest.ts';
import { MAX_PATENTS, MOVE_DETAILS, type MoveTarget, PHASES } from './lifecycle.ts';
import { requestOwn } from './request.ts';
import { LoanToValue, Pledge, PledgedUse, PledgeWithPatents, State, Status, shown } from './schemas.ts';
import { movePledge, proveAnnuity, repay } from './service.ts';
import { findPledge, movesOf, type Pledge as StoredPledge, valuesOf } from './store.ts';
import { IfMatch, pledgeTag, requireMatch, versionOf } from './version.ts';

/** Some tens of kilobytes each. */
const KEPT_FLOWS = 500;

const ById = Closed({ id: Id });

const NewPledge = Closed({
  bank_id: Id,
  firm_id: Id,
  patents: Type.Array(PledgedUse, { minItems: 1, maxItems: MAX_PATENTS }),
  currency: Type.Literal(VALUATION_CURRENCY, { description: 'patents are valued in this currency' }),
  principal_minor: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'the loan asked for; the bank’s offer follows with the proposal',
  }),
  matures_on: Day,
  loan_to_value: Type.Optional(LoanToValue),
});

type MoveBody = { to: MoveTarget } & Record<string, unknown>;

/** The target first, so that a fault is told of the move that was meant. */
const MoveBody = Type.Unsafe<MoveBody>({
  allOf: [
    Type.Object({ to: OneOf(Object.keys(MOVE_DETAILS) as MoveTarget[], 'the next state') }),
    {
      type: 'object',
      required: ['to'],
      discriminator: { propertyName: 'to' },
      oneOf: Object.entries(MOVE_DETAILS).map(([to, detail]) =>
        Closed({ to: Type.Literal(to), ...detail.properties }, { description: `to ${to}` }),
      ),
    },
  ],
});

const Move = Type.Object({
  from_state: Nullable(State),
  to_state: State,
  moved_on: Day,
  moved_at: Instant,
  detail: Type.Record(Type.String(), Type.Unknown()),
});

const ValuePoint = Type.Object({
  as_of: Day,
  phase: OneOf(['before', 'during', 'after'], 'phase of the contract on that day'),
  state: State,
  status: OneOf(['valued', 'worthless', 'unknown'], 'whether there is a number'),
  low_minor: Nullable(Minor),
  mid_minor: Nullable(Minor),
  high_minor: Nullable(Minor),
  collateral_minor: Nullable(Minor),
  outstanding_minor: Minor,
  ltv_bp: Nullable(Type.Integer()),
  model_version_id: Type.String(),
  known_at: Instant,
  patents: Type.Array(
    Type.Object({
      patent_id: PatentId,
      valuation_id: Type.String(),
      status: Type.String(),
      mid_minor: Nullable(Minor),
      lapse_probability: Nullable(Type.Number()),
    }),
  ),
});

const FlowFlag = Type.Object({
  id: Id,
  rule: Type.String(),
  severity: Type.String(),
  state: Type.String(),
  patent_id: Nullable(PatentId),
  opened_as_of: Day,
  cleared_as_of: Nullable(Day),
  evidence: Type.Unknown(),
});

const ValueFlow = Type.Object(
  {
    pledge: Type.Object(Pledge.properties, {
      description: 'as it stands now, whatever the instant asked for',
    }),
    points: Type.Array(ValuePoint, { description: 'value, band and loan, one point a day that was valued' }),
    moves: Type.Array(Move),
    flags: Type.Array(FlowFlag),
  },
  { description: 'the value over all three phases as one series' },
);

export const pledgeRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    /** As they were sent, by their tag, which is of one reader. */
    const flows = recent<string>(KEPT_FLOWS);
    app.post(
      '/v1/pledges',
      {
        config: { access: ['bank', 'firm'] },
        schema: {
          operationId: 'requestPledge',
          tags: ['pledges'],
          description: 'Requests a pledge contract; its patents are valued at once.',
          body: NewPledge,
          response: { 201: PledgeWithPatents },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        // There is no pledge yet that another could know of.
        return attemptOwn(service, caller, 'pledge.request', () =>
          create(request, reply, database, async (tx) => {
            const requested = await requestOwn(tx, request.body, caller, clock.now());
            return { ...shown(requested.pledge), patents: requested.patents, proposal: null };
          }),
        );
      },
    );

    app.get(
      '/v1/pledges',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listPledges',
          tags: ['pledges'],
          description: 'The own organisation’s pledges; staff see all.',
          querystring: Closed({ ...PageQuery, state: Type.Optional(State) }),
          response: { 200: Page(Type.Object({ ...Pledge.properties, status: Status })) },
        },
      },
      async (request) => {
        const { limit, cursor, state } = request.query;
        const rows = await rowsOf<StoredPledge>(
          database.sql,
          query
            .select()
            .from(pledge)
            .where(
              and(
                ...given(
                  visibleTo(callerOfGuarded(request), pledge),
                  state && eq(pledge.state, state),
                  cursor && gt(pledge.id, cursor),
                ),
              ),
            )
            .orderBy(pledge.id)
            .limit(limit + 1),
        );
        const assessed = await withStatus(database.sql, rows.map(shown), clock.now());
        return page(assessed, limit, (row) => row.id);
      },
    );

    app.get(
      '/v1/pledges/:id',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getPledge',
          tags: ['pledges'],
          description: 'A pledge with its patents; the header ETag names the version for If-Match.',
          params: ById,
          response: { 200: Type.Object({ ...PledgeWithPatents.properties, status: Status }) },
        },
      },
      async (request, reply) => {
        const found = await find(request.params.id, callerOfGuarded(request));
        const [assessed] = await withStatus(database.sql, [found], clock.now());
        const { tag, patents, proposal } = await versionOf(database.sql, assessed!);
        reply.header('etag', tag);
        return { ...shown(found), status: assessed!.status, patents, proposal };
      },
    );

    app.post(
      '/v1/pledges/:id/moves',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'movePledge',
          tags: ['pledges'],
          description:
            'Moves the contract to its next state; each move states what it requires. If-Match may be left out.',
          params: ById,
          headers: IfMatch,
          body: MoveBody,
          response: { 201: Pledge },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const pledge_id = request.params.id;
        return attemptChange(service, { caller, pledge_id, action: 'pledge.move' }, () =>
          create(request, reply, database, async (tx) => {
            const { to, ...detail } = request.body;
            await requireMatch(tx, request, pledge_id, clock.now());
            const moved = await movePledge(tx, pledge_id, to, detail, caller, clock.now());
            const [assessed] = await withStatus(tx, [moved], clock.now());
            reply.header('etag', await pledgeTag(tx, assessed!));
            return shown(moved);
          }),
        );
      },
    );

    app.post(
      '/v1/pledges/:id/repayments',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'recordRepayment',
          tags: ['pledges'],
          params: ById,
          headers: IfMatch,
          body: Closed({
            amount_minor: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
            paid_on: Day,
          }),
          response: { 201: Type.Object({ outstanding_minor: Minor }) },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const pledge_id = request.params.id;
        return attemptChange(service, { caller, pledge_id, action: 'pledge.repayment' }, () =>
          create(request, reply, database, async (tx) => {
            const { amount_minor, paid_on } = request.body;
            await requireMatch(tx, request, pledge_id, clock.now());
            return {
              outstanding_minor: await repay(tx, pledge_id, amount_minor, paid_on, caller, clock.now()),
            };
          }),
        );
      },
    );

    app.post(
      '/v1/pledges/:id/annuity-payments',
      {
        config: { access: ['bank', 'firm'] },
        schema: {
          operationId: 'proveAnnuity',
          tags: ['pledges'],
          description: 'Proves that an annuity was paid: the Chinese register publishes no payments.',
          params: ById,
          body: Closed({
            patent_id: PatentId,
            patent_year: Type.Integer({
              minimum: 1,
              maximum: 20,
              description: 'year of the term it pays for',
            }),
            paid_on: Day,
            evidence: Type.String({ minLength: 1, maxLength: 500, description: 'receipt number or address' }),
          }),
          response: { 201: Type.Object({ pledge_id: Id, patent_id: PatentId, patent_year: Type.Integer() }) },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const pledge_id = request.params.id;
        return attemptChange(service, { caller, pledge_id, action: 'annuity.proof' }, () =>
          create(request, reply, database, async (tx) => {
            const { patent_id, patent_year } = request.body;
            await proveAnnuity(tx, pledge_id, request.body, caller, clock.now());
            return { pledge_id, patent_id, patent_year };
          }),
        );
      },
    );

    app.get(
      '/v1/pledges/:id/value-flow',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getValueFlow',
          tags: ['pledges'],
          description:
            'Value, band, loan and flags before, during and after the contract, as known at an instant. With If-None-Match 304 while nothing has changed.',
          params: ById,
          querystring: Closed(AsOfQuery),
          response: { 200: ValueFlow, 304: Unchanged },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const caller = callerOfGuarded(request);
        const known_at = asOf(clock, request.query.as_of);
        // Before what follows: at worst it is older than that, and the next question gets the whole answer.
        const digest = await flowDigest(database.sql, id, known_at);
        if (digest === null) throw new Problem('not_found', 'There is no such pledge.');
        const { tag, unchanged } = tagAnswer(request, reply, digest);
        if (unchanged) return null;
        const flow = await flows(tag, async () =>
          String(reply.serializeInput(await readFlow(id, caller, known_at), '200')),
        );
        return reply.type('application/json; charset=utf-8').send(flow as never);
      },
    );

    async function readFlow(id: string, caller: Caller, known_at: Date) {
      const [found, points, moves, flags] = await database.transaction((tx) =>
        Promise.all([
          findPledge(tx, id, caller),
          valuesOf(tx, id, known_at),
          movesOf(tx, id, known_at),
          flagsOf(tx, id, known_at),
        ]),
      );
      if (!found) throw new Problem('not_found', 'There is no such pledge.');
      return {
        pledge: shown(found),
        points: points.map((point) => ({ ...point, phase: PHASES[point.state] })),
        moves,
        flags,
      };
    }

    async function find(id: string, caller: Caller): Promise<StoredPledge> {
      const found = await findPledge(database.sql, id, caller);
      if (!found) throw new Problem('not_found', 'There is no such pledge.');
      return found;
    }
  };
