import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { RECOVERY_PRIOR } from '../../../models/recovery.ts';
import { asOf } from '../../clock.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { AsOfQuery, Closed, Day, Id, Minor, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { realisedLedger, recoveryTable } from './ledger.ts';

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

const Realised = Type.Object({
  pledge_id: Id,
  right_type: Type.String({ description: 'of all its patents, or `mixed`' }),
  route: Type.String({ description: 'of disposal' }),
  disposed_on: Day,
  value_minor: { ...Minor, description: 'before the haircut, as last valued before the disposal began' },
  predicted_minor: { ...Minor, description: 'after the haircut' },
  realised_minor: { ...Minor, description: 'proceeds less costs' },
  realised_share: { ...Share, description: 'of the value before the haircut' },
  haircut_before_bp: { ...Haircut, description: 'basis points, that the prediction was made with' },
  haircut_after_bp: { ...Haircut, description: 'basis points, in force for its kind of right since' },
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

    app.get(
      '/v1/recoveries/ledger',
      {
        config: { access: ['bank', 'staff'] },
        schema: {
          operationId: 'listRealisedDisposals',
          tags: ['pledges'],
          description:
            'What each disposal brought beside what the models had predicted before it began: the own bank’s, all for staff, in order of pledge id.',
          querystring: Closed({ ...AsOfQuery, ...PageQuery }),
          response: { 200: Page(Realised) },
        },
      },
      async ({ query: { as_of, limit, cursor = '' } }) => {
        const rows = await realisedLedger(database.sql, asOf(clock, as_of), cursor, limit + 1);
        return page(rows, limit, ({ pledge_id }) => pledge_id);
      },
    );
  };
