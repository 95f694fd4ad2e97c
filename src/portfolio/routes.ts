import { randomInt } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { MAX_DRAWS } from '../../models/portfolio/stress.ts';
import { HORIZONS_days } from '../../models/risk/projection.ts';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import type { Caller } from '../accounts/store.ts';
import { asOf } from '../clock.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { AsOfQuery, Closed, Currency, Id, Instant, Minor, Nullable } from '../http/schemas.ts';
import { tagAnswer, Unchanged } from '../http/tags.ts';
import type { Service } from '../service.ts';
import { summaryOf } from './kept-summaries.ts';
import { patentPositions, pledgePositions, positionsDigest } from './store.ts';
import { MAX_LAPSE_MULTIPLIER, stressFigures, stressPortfolio } from './stress.ts';

const MAX_SEED = 2 ** 32 - 1;

const Count = Type.Integer({ minimum: 0 });
const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

const Concentration = Type.Object({
  herfindahl: Share('sum of squared shares: 1 where all hangs on one'),
  groups: Type.Array(
    Type.Object({ group: Type.String(), amount_minor: Minor, share: Share('of the whole') }),
  ),
});

const BankQuery = {
  bank_id: Type.Optional({ ...Id, description: 'staff: one bank’s portfolio; all banks if left out' }),
};

const Portfolio = Type.Object(
  {
    currency: Currency,
    known_at: Instant,
    pledges: Count,
    patents: Count,
    outstanding_minor: Minor,
    unknown_minor: { ...Minor, description: 'outstanding of pledges whose value is unknown' },
    value: Type.Object(
      { low_minor: Minor, mid_minor: Minor, high_minor: Minor },
      { description: 'sums of the pledges’ own ends: the widest reading, as if all moved together' },
    ),
    weighted_ltv_bp: Nullable(
      Type.Integer({ description: 'outstanding over value, where the value is known' }),
    ),
    statuses: Type.Object({ compliant: Count, warning: Count, breach: Count, unknown: Count }),
    expected_breaches: Type.Array(
      Type.Object({ horizon_days: Count, pledges: Type.Number({ minimum: 0 }) }),
      { description: 'sum of the chances that were stated with the values' },
    ),
    concentrations: Type.Object({
      technology_field: Concentration,
      office: Concentration,
      right_type: Concentration,
      expiry_year: Concentration,
      firm: Concentration,
      maturity_year: Concentration,
    }),
  },
  {
    description: 'live pledges as last valued by the instant; patents by value, firms and maturities by loan',
  },
);

const StressRequest = Closed({
  value_fall: Type.Optional(Share('share by which every value falls')),
  technology_falls: Type.Optional(
    Type.Array(
      Closed({
        technology_field: Type.Integer({ minimum: 1, maximum: 35, description: 'WIPO technology field' }),
        fall: Share('share by which values of the field fall besides'),
      }),
      { maxItems: 35 },
    ),
  ),
  lapse_multiplier: Type.Optional(
    Type.Number({ minimum: 0, maximum: MAX_LAPSE_MULTIPLIER, description: 'every lapse chance times this' }),
  ),
  challenge_probability: Type.Optional(Share('that a patent is challenged within the year')),
  draws: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_DRAWS })),
  seed: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: MAX_SEED,
      description: 'the same gives the same figures; drawn if left out',
    }),
  ),
});

const Figures = Type.Object({
  mean: Type.Integer(),
  p05: Type.Integer(),
  p10: Type.Integer(),
  p50: Type.Integer(),
  p90: Type.Integer(),
  p95: Type.Integer(),
});

const Simulated = Type.Object({
  value_minor: { ...Figures, description: 'true value of the portfolio, in minor units' },
  breaches: { ...Figures, description: 'pledges over their breach limit by stated value' },
  uncovered_minor: { ...Figures, description: 'loans beyond the true value of their own pledge' },
  worst: Type.Array(Type.Object({ pledge_id: Id, breach_probability: Share('share of the draws') })),
});

const Stress = Type.Object({
  currency: Currency,
  pledges: Count,
  patents: Count,
  left_out: { ...Count, description: 'pledges whose value is unknown' },
  draws: Count,
  seed: Count,
  calm: Simulated,
  stressed: Simulated,
});

export const portfolioRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/portfolio',
      {
        config: { access: ['bank', 'staff'] },
        schema: {
          operationId: 'getPortfolio',
          tags: ['portfolio'],
          description:
            'Exposure, value, loan-to-value, statuses, expected breaches and concentrations. With If-None-Match 304 while nothing has changed.',
          querystring: Closed({ ...BankQuery, ...AsOfQuery }),
          response: { 200: Portfolio, 304: Unchanged },
        },
      },
      async (request, reply) => {
        const { bank_id, as_of } = request.query;
        const known_at = asOf(clock, as_of);
        const bank = bankOf(callerOfGuarded(request), bank_id);
        const digest = await positionsDigest(database.sql, bank, known_at);
        if (tagAnswer(request, reply, digest).unchanged) return null;
        const { expected_breaches, concentrations, ...summary } = await summaryOf(database.sql, digest, () =>
          pledgePositions(database.sql, bank, known_at),
        );
        return {
          currency: VALUATION_CURRENCY,
          known_at,
          ...summary,
          expected_breaches: HORIZONS_days.map((horizon_days, i) => ({
            horizon_days,
            pledges: expected_breaches[i]!,
          })),
          concentrations: Object.fromEntries(
            Object.entries(concentrations).map(([name, { herfindahl, groups }]) => [
              name,
              {
                herfindahl,
                groups: groups.map(({ group, amount, share }) => ({ group, amount_minor: amount, share })),
              },
            ]),
          ) as Type.Static<typeof Portfolio>['concentrations'],
        };
      },
    );

    app.post(
      '/v1/portfolio/stress',
      {
        config: { access: ['bank', 'staff'], scope: 'read' },
        schema: {
          operationId: 'stressPortfolio',
          tags: ['portfolio'],
          description:
            'The portfolio one year on, simulated with and without shocks that its patents share; the same seed gives the same figures.',
          querystring: Closed({ ...BankQuery, ...AsOfQuery }),
          body: StressRequest,
          response: { 200: Stress },
        },
      },
      async (request) => {
        const { bank_id, as_of } = request.query;
        const bank = bankOf(callerOfGuarded(request), bank_id);
        const pledges = await pledgePositions(database.sql, bank, asOf(clock, as_of));
        const patents = await patentPositions(database.sql, pledges);
        const { draws, seed = randomInt(MAX_SEED), technology_falls = [], ...given } = request.body;
        const field_falls = Object.fromEntries(
          technology_falls.map((each) => [each.technology_field, each.fall]),
        );
        const shocks = { ...given, field_falls };
        const { calm, stressed, pledge_ids, ...counts } = await stressPortfolio(pledges, patents, {
          shocks,
          draws,
          seed,
        });
        return {
          currency: VALUATION_CURRENCY,
          ...counts,
          calm: stressFigures(calm, pledge_ids),
          stressed: stressFigures(stressed, pledge_ids),
        };
      },
    );
  };

/** Whose portfolio it is; null for that of all banks. */
function bankOf({ kind, organisation_id }: Caller, asked: string | undefined): string | null {
  if (kind !== 'bank') return asked ?? null;
  if (asked === undefined || asked === organisation_id) return organisation_id;
  throw new Problem('not_found', 'There is no such portfolio.');
}
