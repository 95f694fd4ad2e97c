/** Plans, who is on which, what is used of them, and what is charged for. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { csvOf } from '../../csv.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import {
  Closed,
  Currency,
  Day,
  Id,
  Instant,
  Minor,
  Month,
  Nullable,
  OneOf,
  WithDefault,
} from '../../http/schemas.ts';
import { monthOf } from '../../quotas/months.ts';
import { METERS, NEAR_PERCENT, usesOf } from '../../quotas/use.ts';
import type { Service } from '../../service.ts';
import { type Charge as Charged, chargesOf, listPlans, makePlan, planOf, subscribe } from './plans.ts';

const Quota = Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'uses a calendar month, UTC' });
const Count = Type.Integer({ minimum: 0 });
const Meters = <T>(of: T) =>
  Object.fromEntries(METERS.map((meter) => [meter, of])) as Record<(typeof METERS)[number], T>;
const Quotas = Closed(Meters(Type.Optional(Quota)), {
  description: 'what is left out is not counted',
});
const PlanFields = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  price_minor: { ...Minor, description: 'a month, minor units' },
  currency: Currency,
  quotas: Quotas,
};
const Plan = Type.Object({ id: Id, ...PlanFields, made_at: Instant });

const Usage = Type.Object({
  month: Day,
  plan: Nullable(Type.Object({ ...Plan.properties, from_on: Day })),
  meters: Type.Array(
    Type.Object({
      meter: OneOf(METERS, 'what is counted'),
      quota: Count,
      used: Count,
      near: Type.Boolean({ description: `${NEAR_PERCENT} % of the quota are used` }),
    }),
  ),
});

const Charge = Type.Object({
  organisation_id: Id,
  organisation: Type.String(),
  plan_id: Id,
  plan: Type.String(),
  month: Day,
  days: { ...Count, description: 'of the month on which the plan was in force' },
  price_minor: Minor,
  charge_minor: { ...Minor, description: 'the price by days, rounded half up' },
  currency: Currency,
  used: Type.Object(Meters(Count)),
  quota: Type.Object(Meters(Nullable(Count))),
});

const OPERATE = { access: ['staff'], scope: 'operate' } as const;
const tags = ['network'];

export const planRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/plans',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listPlans',
          tags,
          response: { 200: Type.Object({ data: Type.Array(Plan) }) },
        },
      },
      async () => ({ data: await listPlans(database.sql) }),
    );

    app.post(
      '/v1/plans',
      {
        config: OPERATE,
        schema: {
          operationId: 'makePlan',
          tags,
          description:
            'A package of services with quotas a month. It is never changed: make another in its place.',
          body: Closed(PlanFields),
          response: { 201: Plan },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          makePlan(tx, request.body, callerOfGuarded(request), clock.now()),
        ),
    );

    app.put(
      '/v1/organisations/:id/plan',
      {
        config: OPERATE,
        schema: {
          operationId: 'subscribeToPlan',
          tags,
          description:
            'Puts an organisation on a plan from today on, or on none. What it used this month stays used.',
          params: Closed({ id: Id }),
          body: Closed({ plan_id: Nullable(Id) }),
          response: {
            200: Type.Object({ plan_id: Nullable(Id), from_on: Nullable(Day) }),
          },
        },
      },
      async (request) => {
        const { plan_id } = request.body;
        const made = await database.transaction((tx) =>
          subscribe(tx, request.params.id, plan_id, callerOfGuarded(request), clock.now()),
        );
        return { plan_id, from_on: made?.from_on ?? null };
      },
    );

    app.get(
      '/v1/plan-usage',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getPlanUsage',
          tags,
          description: 'The own plan and what is used of it in a month. Without a plan nothing is counted.',
          querystring: Closed({ month: Type.Optional(Month) }),
          response: { 200: Usage },
        },
      },
      async (request) => {
        const { organisation_id } = callerOfGuarded(request);
        const { month: asked } = request.query;
        const month = asked === undefined ? monthOf(clock.now()) : `${asked}-01`;
        const meters = (await usesOf(database.sql, organisation_id, month)).map(({ meter, quota, used }) => {
          return { meter, quota, used, near: used > 0 && used * 100 >= quota * NEAR_PERCENT };
        });
        return { month, plan: await planOf(database.sql, organisation_id), meters };
      },
    );

    app.get(
      '/v1/plan-charges',
      {
        config: { access: ['staff'] },
        schema: {
          operationId: 'exportPlanCharges',
          tags,
          description:
            'Whoever had a plan in a month, for how many days, at what price, and what it used: for billing, as JSON or CSV.',
          querystring: Closed({
            month: Month,
            format: WithDefault({ ...OneOf(['json', 'csv'], 'of the answer'), default: 'json' }),
          }),
          response: {
            200: {
              description: 'one charge for each plan and organisation',
              content: {
                'application/json': { schema: Type.Object({ data: Type.Array(Charge) }) },
                'text/csv': { schema: Type.String() },
              },
            },
          },
        },
      },
      async (request, reply) => {
        const { month, format } = request.query;
        const data = await chargesOf(database.sql, `${month}-01`);
        if (format === 'json') return { data } as never;
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="charges-${month}.csv"`);
        return reply.send(chargesCsv(data) as never);
      },
    );
  };

const COLUMNS = ['organisation_id', 'organisation', 'plan_id', 'plan', 'month', 'days'] as const;
const MONEY = ['price_minor', 'charge_minor', 'currency'] as const;

function chargesCsv(charges: readonly Charged[]): string {
  const head = [...COLUMNS, ...MONEY, ...METERS.flatMap((meter) => [`${meter}_used`, `${meter}_quota`])];
  return csvOf([
    head,
    ...charges.map((charge) => [
      ...[...COLUMNS, ...MONEY].map((column) => charge[column]),
      ...METERS.flatMap((meter) => [charge.used[meter], charge.quota[meter]]),
    ]),
  ]);
}
