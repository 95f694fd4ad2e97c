import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { cureTo, loanToValueRange } from '../../../models/risk/loan-to-value.ts';
import { asOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import {
  AsOfQuery,
  BasisPoints,
  Closed,
  Currency,
  Day,
  Id,
  Minor,
  Nullable,
  OneOf,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { findPledge, latestValues } from '../store.ts';
import { latestOutlook } from './store.ts';

const Ratio = Nullable(
  Type.Integer({ minimum: 0, description: 'basis points; null against a worthless or unknown value' }),
);

const Cure = Type.Object({
  limit_bp: BasisPoints,
  pay_minor: Type.Integer({ minimum: 0, description: 'repayment that reaches the limit' }),
  add_value_minor: Type.Integer({ minimum: 0, description: 'or value of patents added instead' }),
});

const Share = Type.Number({ minimum: 0, maximum: 1 });

const Outlook = Type.Object(
  {
    pledge_id: Id,
    as_of: Nullable(Day),
    currency: Currency,
    status: OneOf(['valued', 'worthless', 'unknown'], 'of the value'),
    outstanding_minor: Minor,
    loan_to_value: Type.Object(
      { low_bp: Ratio, mid_bp: Ratio, high_bp: Ratio },
      { description: 'from the central 80 % of the value: its high end gives the low ratio' },
    ),
    limits: Type.Object({ target_bp: BasisPoints, warning_bp: BasisPoints, breach_bp: BasisPoints }),
    cures: Nullable(
      Type.Object(
        { to_target: Cure, to_breach: Cure },
        { description: 'zero where the limit is kept; null while the value is unknown' },
      ),
    ),
    horizons: Type.Array(
      Type.Object({
        horizon_days: Type.Integer(),
        projected_minor: Type.Integer({ description: 'value then, if no notice comes' }),
        notice_probability: Type.Number({
          minimum: 0,
          maximum: 1,
          description: 'that at least one patent gets a termination notice by then',
        }),
        log_sd: Type.Number({ minimum: 0, description: 'spread of log values around the projection' }),
        breach_probability: { ...Share, description: 'that the ratio is over its breach limit by then' },
      }),
      { description: 'as stated with the latest point; empty while nothing is owed or the value is unknown' },
    ),
  },
  { description: 'loan-to-value now as a range, and what is to be expected of it' },
);

export const outlookRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/pledges/:id/outlook',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getOutlook',
          tags: ['pledges'],
          description:
            'Loan-to-value as a range, chances of a breach within 30, 90 and 180 days, and what would cure one.',
          params: Closed({ id: Id }),
          querystring: Closed(AsOfQuery),
          response: { 200: Outlook },
        },
      },
      async (request) => {
        const { id } = request.params;
        const pledge = await findPledge(database.sql, id, callerOfGuarded(request));
        if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
        const { as_of } = request.query;
        const known_at = asOf(clock, as_of);
        const value = (await latestValues(database.sql, [id], known_at)).get(id);
        const { low_minor, mid_minor, high_minor, outstanding_minor = 0 } = value ?? {};
        const known = low_minor != null && mid_minor != null && high_minor != null;
        const { ltv_target_bp, ltv_warning_bp, ltv_breach_bp } = pledge;
        const cure = (limit_bp: number) => ({ limit_bp, ...cureTo(outstanding_minor, mid_minor!, limit_bp) });
        return {
          pledge_id: id,
          as_of: value?.as_of ?? null,
          currency: pledge.currency,
          status: value?.status ?? 'unknown',
          outstanding_minor,
          loan_to_value: known
            ? loanToValueRange(outstanding_minor, { low_minor, mid_minor, high_minor })
            : { low_bp: null, mid_bp: null, high_bp: null },
          limits: { target_bp: ltv_target_bp, warning_bp: ltv_warning_bp, breach_bp: ltv_breach_bp },
          cures: known ? { to_target: cure(ltv_target_bp), to_breach: cure(ltv_breach_bp) } : null,
          horizons: await latestOutlook(database.sql, id, known_at),
        };
      },
    );
  };
