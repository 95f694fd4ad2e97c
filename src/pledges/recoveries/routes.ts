import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { RECOVERY_PRIOR } from '../../../models/recovery.ts';
import { asOf } from '../../clock.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { AsOfQuery, Closed } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { recoveryTable } from './ledger.ts';

const Share = Type.Number({ minimum: 0, maximum: 1 });
const Haircut = Type.Integer({ minimum: 0, maximum: 10_000, description: 'basis points' });

const Estimate = Type.Object({
  right_type: Type.String({ description: '`all` for the pool; `mixed` for several kinds under one pledge' }),
  route: Type.String({ description: 'of disposal; `all` for the pool' }),
  disposals: Type.Integer(),
  low_share: Share,
  share: { ...Share, description: 'of the appraised value, after costs; low and high: its central 80 %' },
  high_share: Share,
  haircut_bp: Haircut,
  cautious_haircut_bp: { ...Haircut, description: 'basis points, from low_share' },
});

const Recoveries = Type.Object({
  prior: Type.Object({
    verified: Type.Boolean(),
    source: Type.String(),
    mean_share: Share,
    group_sd: Type.Number(),
    observation_sd: Type.Number(),
  }),
  estimates: Type.Array(Estimate, { description: 'the pool first' }),
});

export const recoveryEstimateRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/recoveries',
      {
        config: { access: ['bank', 'staff'] },
        schema: {
          operationId: 'getRecoveries',
          tags: ['pledges'],
          description:
            'What disposals brought of the appraised value, by kind of right and route, and the haircut that is proposed from it. A proposal: the haircut in force does not change by itself.',
          querystring: Closed(AsOfQuery),
          response: { 200: Recoveries },
        },
      },
      async (request) => {
        const { as_of } = request.query;
        const known_at = asOf(clock, as_of);
        const estimates = await recoveryTable(database.sql, callerOfGuarded(request), known_at);
        return { prior: RECOVERY_PRIOR, estimates };
      },
    );
  };
