import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { CAUSES } from '../../../models/waterfall.ts';
import { asOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { AsOfQuery, Closed, Currency, Day, Id, Minor, OneOf, PatentId } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { findPledge } from '../store.ts';
import { pledgeWaterfall } from './bars.ts';

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

export const waterfallRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/pledges/:id/waterfall',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getWaterfall',
          tags: ['pledges'],
          description:
            'Why the value changed between two days: one bar a cause, adding up exactly, for the pledge and for each patent.',
          params: Closed({ id: Id }),
          querystring: Closed({ from: Day, to: Day, ...AsOfQuery }),
          response: { 200: PledgeWaterfall },
        },
      },
      async (request) => {
        const { from, to, as_of } = request.query;
        if (from > to) throw new Problem('refused', `The field from, ${from}, is later than to, ${to}.`);
        const found = await findPledge(database.sql, request.params.id, callerOfGuarded(request));
        if (!found) throw new Problem('not_found', 'There is no such pledge.');
        const known_at = asOf(clock, as_of);
        return pledgeWaterfall(database.sql, found, from, to, known_at);
      },
    );
  };
