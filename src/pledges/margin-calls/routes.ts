import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day, Id, Instant, Minor, Nullable, OneOf, WithDefault } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { attemptChange } from '../attempt.ts';
import { findPledge } from '../store.ts';
import {
  callMargin,
  closeMarginCall,
  DEFAULT_CURE_WORKING_DAYS,
  MARGIN_CALL_OUTCOMES,
  marginCallsOf,
} from './service.ts';

const MAX_CURE_WORKING_DAYS = 120;

const MarginCall = Type.Object({
  id: Id,
  pledge_id: Id,
  called_on: Day,
  due_on: Day,
  shortfall_minor: { ...Minor, description: 'repayment that reaches the target, on the day of the call' },
  state: OneOf(['open', ...MARGIN_CALL_OUTCOMES], 'of the call'),
  called_at: Instant,
  closed_at: Nullable(Instant),
});

export const marginCallRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/pledges/:id/margin-calls',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'callMargin',
          tags: ['pledges'],
          description: 'Asks for the cure of a breach within so many working days.',
          params: Closed({ id: Id }),
          body: Closed({
            working_days: WithDefault(
              Type.Integer({
                minimum: 1,
                maximum: MAX_CURE_WORKING_DAYS,
                default: DEFAULT_CURE_WORKING_DAYS,
              }),
            ),
            calendar: WithDefault(
              Type.Unsafe<'CN' | 'weekdays'>(
                Type.String({ enum: ['CN', 'weekdays'], default: 'CN', description: 'of working days' }),
              ),
            ),
          }),
          response: {
            201: Type.Object({
              ...MarginCall.properties,
              weekday_only_years: Type.Array(Type.Integer(), {
                description: 'years whose holidays are not known here: counted by weekdays alone',
              }),
            }),
          },
        },
      },
      (request, reply) => {
        const { id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.margin_call' }, () =>
          create(request, reply, database, async (tx) => {
            const { call, weekday_only_years } = await callMargin(tx, id, request.body, caller, clock.now());
            return { ...call, weekday_only_years };
          }),
        );
      },
    );

    app.post(
      '/v1/pledges/:id/margin-calls/:call_id/outcomes',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'closeMarginCall',
          tags: ['pledges'],
          description:
            'Says how a margin call ended: met, expired after its day, or withdrawn with a reason.',
          params: Closed({ id: Id, call_id: Id }),
          body: Closed({
            outcome: OneOf(MARGIN_CALL_OUTCOMES, 'how it ended'),
            reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
          }),
          response: { 201: MarginCall },
        },
      },
      (request, reply) => {
        const { id, call_id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.margin_call' }, () =>
          create(request, reply, database, (tx) =>
            closeMarginCall(tx, id, call_id, request.body, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/pledges/:id/margin-calls',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listMarginCalls',
          tags: ['pledges'],
          params: Closed({ id: Id }),
          response: { 200: Type.Object({ data: Type.Array(MarginCall) }) },
        },
      },
      async (request) => {
        const { id } = request.params;
        if (!(await findPledge(database.sql, id, callerOfGuarded(request))))
          throw new Problem('not_found', 'There is no such pledge.');
        return { data: await marginCallsOf(database.sql, id) };
      },
    );
  };
