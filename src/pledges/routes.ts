import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { and, eq, gt } from 'drizzle-orm';
import Type from 'typebox';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import { ROYALTY_PRIORS } from '../../models/value/formulas/royalty-prior.ts';
import { CAUSES } from '../../models/waterfall.ts';
import { findOrganisation } from '../accounts/store.ts';
import { asOf } from '../clock.ts';
import { given, query, rowsOf } from '../db/list.ts';
import { pledge } from '../db/schema.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import {
  AsOfQuery,
  BasisPoints,
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
} from '../http/schemas.ts';
import { visibleTo } from '../http/visible.ts';
import { flagsOf } from '../risk/store.ts';
import type { Service } from '../service.ts';
import { attemptChange, attemptRequest } from './attempt.ts';
import { MOVE_DETAILS, type MoveTarget, PHASES, type PledgeState } from './lifecycle.ts';
import { movePledge, proveAnnuity, repay, requestPledge } from './service.ts';
import { findPledge, movesOf, pledgedPatents, type Pledge as StoredPledge, valuesOf } from './store.ts';
import { IfMatch, pledgeTag, requireMatch } from './version.ts';
import { pledgeWaterfall } from './waterfall.ts';

const MAX_PATENTS = 100;
/** CNY 10 billion: the values of as many patents as a pledge may hold still add up exactly. */
const MAX_DECLARED_MINOR = 1_000_000_000_000;
const State = OneOf(Object.keys(PHASES) as PledgeState[], 'state of the contract');
const ById = Closed({ id: Id });

/** Limits in force where the request names none: bank practice of 30 % on invention patents. */
const DEFAULT_LTV = { target_bp: 3000, warning_bp: 4000, breach_bp: 5000 };

const declared = (description: string) =>
  Type.Integer({ minimum: 1, maximum: MAX_DECLARED_MINOR, description });

const PledgedPatent = Type.Object({
  patent_id: PatentId,
  office: Type.String(),
  application_number: Type.String(),
  annual_revenue_minor: Nullable(Minor),
  industry: Nullable(Type.String()),
  launch_value_minor: Nullable(Minor),
  development_cost_minor: Nullable(Minor),
  reproduction_cost_minor: Nullable(Minor),
});

const Pledge = Type.Object({
  id: Id,
  bank_id: Id,
  firm_id: Id,
  state: State,
  phase: OneOf(['before', 'during', 'after'], 'before, during or after the contract'),
  currency: Currency,
  principal_minor: Minor,
  requested_on: Day,
  matures_on: Day,
  ltv_target_bp: BasisPoints,
  ltv_warning_bp: BasisPoints,
  ltv_breach_bp: BasisPoints,
  approved_value_minor: Nullable(Minor),
  registration_number: Nullable(Type.String()),
  demonstration: Type.Boolean({ description: 'invented for the demonstration' }),
  created_at: Instant,
});

const PledgeWithPatents = Type.Object({ ...Pledge.properties, patents: Type.Array(PledgedPatent) });

const NewPledge = Closed({
  bank_id: Id,
  firm_id: Id,
  patents: Type.Array(
    Closed({
      patent_id: PatentId,
      annual_revenue_minor: Type.Optional(
        declared('yearly revenue of the products it covers, as the firm declares it'),
      ),
      industry: Type.Optional(
        OneOf(Object.keys(ROYALTY_PRIORS), 'industry of these products: decides the royalty rates'),
      ),
      launch: Type.Optional(
        Closed(
          {
            value_minor: declared('present value of its cash flows if launched today'),
            development_cost_minor: declared('present value of what is still to be spent on it'),
          },
          { description: 'a product that is not yet on the market' },
        ),
      ),
      reproduction_cost_minor: Type.Optional(declared('what developing the same again would cost today')),
    }),
    { minItems: 1, maxItems: MAX_PATENTS },
  ),
  currency: Type.Literal(VALUATION_CURRENCY, { description: 'patents are valued in this currency' }),
  principal_minor: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'the loan asked for; the bank’s offer follows with the proposal',
  }),
  matures_on: Day,
  loan_to_value: Type.Optional(
    Closed({ target_bp: BasisPoints, warning_bp: BasisPoints, breach_bp: BasisPoints }),
  ),
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

const Waterfall = {
  from_minor: Minor,
  bars: Type.Array(
    Type.Object({
      cause: OneOf(
        CAUSES,
        'what changed; `residual` is what the stored figures differ from recomputed ones by',
      ),
      change_minor: Type.Integer(),
    }),
  ),
  to_minor: Minor,
};

const PledgeWaterfall = Type.Object({
  currency: Currency,
  from: Day,
  to: Day,
  ...Waterfall,
  patents: Type.Array(Type.Object({ patent_id: PatentId, ...Waterfall })),
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
        return attemptRequest(service, caller, () =>
          create(request, reply, database, async (tx) => {
            const { loan_to_value, patents, ...body } = request.body;
            const own = caller.kind === 'bank' ? body.bank_id : body.firm_id;
            if (own !== caller.organisation_id)
              throw new Problem(
                'refused',
                `The field ${caller.kind}_id must be your own organisation, ${caller.organisation_id}.`,
              );
            const parties = await acrossTenants(tx, () =>
              Promise.all([findOrganisation(tx, body.bank_id), findOrganisation(tx, body.firm_id)]),
            );
            if (parties[0]?.kind !== 'bank' || parties[1]?.kind !== 'firm')
              throw new Problem('refused', 'The fields bank_id and firm_id must name a bank and a firm.');
            const ids = patents.map((patent) => patent.patent_id.toLowerCase());
            if (new Set(ids).size < ids.length) throw new Problem('refused', 'A patent is named twice.');
            const stored = await requestPledge(
              tx,
              {
                ...body,
                ...ltvLimits(loan_to_value),
                patents: patents.map(({ launch, ...use }, index) => ({
                  ...use,
                  patent_id: ids[index]!,
                  ...(launch && {
                    launch_value_minor: launch.value_minor,
                    development_cost_minor: launch.development_cost_minor,
                  }),
                })),
              },
              caller,
              parties.some((party) => party?.demonstration),
              clock.now(),
            );
            return { ...shown(stored), patents: await pledgedPatents(tx, [stored.id]) };
          }),
        );
      },
    );

    app.get(
      '/v1/pledges',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listPledges',
          tags: ['pledges'],
          description: 'The own organisation’s pledges; staff see all.',
          querystring: Closed({ ...PageQuery, state: Type.Optional(State) }),
          response: { 200: Page(Pledge) },
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
        return page(rows.map(shown), limit, (row) => row.id);
      },
    );

    app.get(
      '/v1/pledges/:id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getPledge',
          tags: ['pledges'],
          description: 'A pledge with its patents; the header ETag names the version for If-Match.',
          params: ById,
          response: { 200: PledgeWithPatents },
        },
      },
      async (request, reply) => {
        const found = await find(request.params.id, callerOfGuarded(request));
        reply.header('etag', await pledgeTag(database.sql, found));
        return { ...shown(found), patents: await pledgedPatents(database.sql, [found.id]) };
      },
    );

    app.post(
      '/v1/pledges/:id/moves',
      {
        config: { access: EVERYONE },
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
            await requireMatch(tx, request, pledge_id);
            const moved = await movePledge(tx, pledge_id, to, detail, caller, clock.now());
            reply.header('etag', await pledgeTag(tx, moved));
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
            await requireMatch(tx, request, pledge_id);
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
        config: { access: EVERYONE },
        schema: {
          operationId: 'getValueFlow',
          tags: ['pledges'],
          description:
            'Value, band, loan and flags before, during and after the contract, as known at an instant.',
          params: ById,
          querystring: Closed(AsOfQuery),
          response: { 200: ValueFlow },
        },
      },
      async (request) => {
        const found = await find(request.params.id, callerOfGuarded(request));
        const known_at = request.query.as_of === undefined ? clock.now() : new Date(request.query.as_of);
        const [points, moves, flags] = await Promise.all([
          valuesOf(database.sql, found.id, known_at),
          movesOf(database.sql, found.id, known_at),
          flagsOf(database.sql, found.id, known_at),
        ]);
        return {
          pledge: shown(found),
          points: points.map((point) => ({ ...point, phase: PHASES[point.state] })),
          moves,
          flags,
        } as unknown as Type.Static<typeof ValueFlow>;
      },
    );

    app.get(
      '/v1/pledges/:id/waterfall',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getWaterfall',
          tags: ['pledges'],
          description:
            'Why the value changed between two days: one bar a cause, adding up exactly, for the pledge and for each patent.',
          params: ById,
          querystring: Closed({ from: Day, to: Day, ...AsOfQuery }),
          response: { 200: PledgeWaterfall },
        },
      },
      async (request) => {
        const { from, to, as_of } = request.query;
        if (from > to) throw new Problem('refused', `The field from, ${from}, is later than to, ${to}.`);
        const found = await find(request.params.id, callerOfGuarded(request));
        const known_at = asOf(clock, as_of);
        return pledgeWaterfall(database.sql, found, from, to, known_at);
      },
    );

    async function find(id: string, caller: ReturnType<typeof callerOfGuarded>): Promise<StoredPledge> {
      const found = await findPledge(database.sql, id, caller);
      if (!found) throw new Problem('not_found', 'There is no such pledge.');
      return found;
    }
  };

function ltvLimits(asked: Type.Static<typeof NewPledge>['loan_to_value']) {
  const { target_bp, warning_bp, breach_bp } = asked ?? DEFAULT_LTV;
  if (!(target_bp < warning_bp && warning_bp < breach_bp))
    throw new Problem('refused', 'The loan-to-value limits must rise: target_bp < warning_bp < breach_bp.');
  return { ltv_target_bp: target_bp, ltv_warning_bp: warning_bp, ltv_breach_bp: breach_bp };
}

function shown(stored: StoredPledge) {
  return { ...stored, phase: PHASES[stored.state] } as unknown as Type.Static<typeof Pledge>;
}
