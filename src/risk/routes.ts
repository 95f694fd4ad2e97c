import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { and, eq, getTableColumns, gt } from 'drizzle-orm';
import Type from 'typebox';
import { DECISIONS } from '../../models/review.ts';
import { RULES } from '../../models/risk/rules.ts';
import { given, query, rowsOf } from '../db/list.ts';
import { flag, pledge } from '../db/schema.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import {
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
import type { Service } from '../service.ts';
import type { Flag as StoredFlag } from './store.ts';

const FLAG_STATES = ['open', 'decided', 'cleared'] as const;

const Flag = Type.Object({
  id: Id,
  pledge_id: Id,
  patent_id: Nullable(PatentId),
  occasion: Type.String({ description: 'tells findings of one rule apart, such as the year of an annuity' }),
  rule: Type.String(),
  rule_version: Type.Integer(),
  severity: OneOf(['info', 'warning', 'critical'], 'how grave'),
  state: OneOf(FLAG_STATES, 'open, decided by staff, or cleared by its rule'),
  opened_as_of: Day,
  opened_at: Instant,
  evidence: Type.Record(Type.String(), Type.Unknown()),
  cleared_as_of: Nullable(Day),
  cleared_at: Nullable(Instant),
  decision: Nullable(OneOf(DECISIONS, 'what staff decided')),
  decision_note: Nullable(Type.String()),
  decided_at: Nullable(Instant),
});

const Rule = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  severity: Type.String(),
  event_type: Type.String(),
  title: Type.String(),
});

export const riskRoutes =
  ({ database }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/rules',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listRules',
          tags: ['risk'],
          description: 'The risk rules in force.',
          response: { 200: Type.Object({ data: Type.Array(Rule) }) },
        },
      },
      async () => ({ data: RULES.map(({ evaluate: _evaluate, ...rule }) => rule) }),
    );

    app.get(
      '/v1/flags',
      {
        config: { access: EVERYONE },
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
  };

function shown(stored: StoredFlag) {
  return stored as unknown as Type.Static<typeof Flag>;
}
