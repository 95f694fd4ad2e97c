import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { DECISIONS } from '../../models/review.ts';
import { SEVERITIES } from '../../models/risk/rule.ts';
import { RULES } from '../../models/risk/rules.ts';
import { STATUSES } from '../../models/risk/status.ts';
import { asOf } from '../clock.ts';
import { and, eq, getTableColumns, gt } from '../db/drizzle.ts';
import { given, query, rowsOf } from '../db/list.ts';
import { flag, pledge } from '../db/schema.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import {
  AsOfQuery,
  Closed,
  Day,
  Id,
  Instant,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
} from '../http/schemas.ts';
import { visibleTo } from '../http/visible.ts';
import { findPledge } from '../pledges/store.ts';
import type { Service } from '../service.ts';
import { statusesOf } from './status.ts';
import type { Flag as StoredFlag } from './store.ts';

const FLAG_STATES = ['open', 'decided', 'cleared'] as const;

const Flag = Type.Object({
  id: Id,
  pledge_id: Id,
  patent_id: Nullable(PatentId),
  occasion: Type.String({ description: 'tells findings of one rule apart, such as the year of an annuity' }),
  rule: Type.String(),
  rule_version: Type.Integer(),
  severity: OneOf(SEVERITIES, 'how grave'),
  state: OneOf(FLAG_STATES, 'open, decided by staff, or cleared by its rule'),
  opened_as_of: Day,
  opened_at: Instant,
  evidence: Type.Record(Type.String(), Type.Unknown()),
  case_key: Type.String({ description: 'names the finding that caused it: flags of one cause share it' }),
  inhibited_by: Nullable(Type.String({ description: 'the finding that says the same more gravely' })),
  told_at: Nullable(Instant),
  cleared_as_of: Nullable(Day),
  cleared_at: Nullable(Instant),
  decision: Nullable(OneOf(DECISIONS, 'what staff decided')),
  decision_note: Nullable(Type.String()),
  decided_at: Nullable(Instant),
});

const Rule = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  group: Type.String(),
  severity: Type.String(),
  event_type: Type.String(),
  title: Type.String(),
  essential: Type.Boolean({ description: 'without its facts nobody can call a pledge compliant' }),
  parameters: Type.Record(
    Type.String(),
    Type.Object({ default: Type.Number(), least: Type.Number(), most: Type.Number(), unit: Type.String() }),
    { description: 'thresholds that a bank may set' },
  ),
});

const Status = OneOf(STATUSES, 'of the pledge; unknown where a breach could hide behind missing facts');

export const riskRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/rules',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listRules',
          tags: ['risk'],
          description: 'The catalogue of risk rules, with the thresholds that a bank may set.',
          response: { 200: Type.Object({ data: Type.Array(Rule) }) },
        },
      },
      async () => ({ data: RULES.map(({ evaluate: _evaluate, ...rule }) => rule) }),
    );

    app.get(
      '/v1/flags',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listFlags',
          tags: ['risk'],
          description: 'Flags on the own organisation’s pledges, oldest first; staff see all.',
          querystring: Closed({
            ...PageQuery,
            state: Type.Optional(OneOf(FLAG_STATES, 'only those')),
            rule: Type.Optional(
              OneOf(
                RULES.map((rule) => rule.id),
                'only of that rule',
              ),
            ),
            pledge_id: Type.Optional(Id),
          }),
          response: { 200: Page(Flag) },
        },
      },
      async (request) => {
        const { limit, cursor, state, rule, pledge_id } = request.query;
        const rows = await rowsOf<StoredFlag>(
          database.sql,
          query
            .select(getTableColumns(flag))
            .from(flag)
            .innerJoin(pledge, eq(pledge.id, flag.pledge_id))
            .where(
              and(
                ...given(
                  visibleTo(callerOfGuarded(request), pledge),
                  state && eq(flag.state, state),
                  rule && eq(flag.rule, rule),
                  pledge_id && eq(flag.pledge_id, pledge_id),
                  cursor && gt(flag.id, cursor),
                ),
              ),
            )
            .orderBy(flag.id)
            .limit(limit + 1),
        );
        return page(rows.map(shown), limit, (row) => row.id);
      },
    );

    app.get(
      '/v1/pledges/:id/status',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getPledgeStatus',
          tags: ['risk'],
          description: 'The status of a pledge as known at an instant, and how it became so, newest first.',
          params: Closed({ id: Id }),
          querystring: Closed(AsOfQuery),
          response: {
            200: Type.Object({
              status: Nullable(Status),
              since: Nullable(Instant),
              history: Type.Array(Type.Object({ status: Status, known_at: Instant })),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        if (!(await findPledge(database.sql, id, callerOfGuarded(request))))
          throw new Problem('not_found', 'There is no such pledge.');
        const { as_of } = request.query;
        const history = await statusesOf(database.sql, id, asOf(clock, as_of));
        const [latest] = history;
        return { status: latest?.status ?? null, since: latest?.known_at ?? null, history };
      },
    );
  };

function shown(stored: StoredFlag) {
  return stored as unknown as Type.Static<typeof Flag>;
}
