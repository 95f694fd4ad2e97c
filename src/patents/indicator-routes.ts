import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { INDICATORS, VARIANTS } from '../../models/indicators/raw-indicators.ts';
import { asOf, dateOf } from '../clock.ts';
import { Problem } from '../errors.ts';
import { EVERYONE } from '../http/guard.ts';
import { AsOfQuery, Closed, Day, Nullable, OneOf, PatentId, WithDefault } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { standings } from './cohorts.ts';
import { COHORT_INDICATORS } from './derive-indicators.ts';
import { patentIndicators } from './indicators.ts';

const DEFAULT_WINDOW_YEARS = 5;
const MAX_WINDOW_YEARS = 20;

const Indicators = Type.Object({
  patent_id: PatentId,
  as_of: Day,
  values: Type.Record(Type.String(), Nullable(Type.Number()), {
    description: 'each in its own unit; null where its facts are not known or it is not defined',
  }),
  variants: Type.Record(Type.String(), Type.String(), { description: 'which definition each one follows' }),
  truncated: Type.Array(OneOf(INDICATORS, 'may still grow, since its window is open')),
  citations: Type.Object({
    window_years: Type.Integer(),
    window_truncated: Type.Boolean(),
    by_field: Type.Array(
      Type.Object({
        field: Nullable(Type.Integer({ minimum: 1, maximum: 35, description: 'WIPO technology field' })),
        citing_families: Type.Integer({ minimum: 1 }),
      }),
    ),
    lifetime: Nullable(
      Type.Object({ estimate: Type.Number(), method: Type.String() }, { description: 'families, expected' }),
    ),
  }),
});

const Cohort = Type.Object({
  patent_id: PatentId,
  field: Nullable(Type.Integer({ minimum: 1, maximum: 35, description: 'WIPO technology field' })),
  filing_year: Nullable(Type.Integer()),
  indicators: Type.Array(
    Type.Object({
      indicator: OneOf(
        COHORT_INDICATORS,
        'patents that cite within the window, cited documents, claims, offices',
      ),
      value: Type.Integer({ minimum: 0 }),
      rank: Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'share of the cohort that has less, half of the equals with it',
      }),
      cohort: Type.Object({
        count: Type.Integer({ minimum: 1, description: 'patents of which the value is known' }),
        small: Type.Boolean({ description: 'too few for percentiles to be trusted' }),
        mean: Type.Number(),
        p1: Type.Number(),
        p98: Type.Number(),
        p99: Type.Number(),
      }),
    }),
  ),
});

export const indicatorRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/patents/:patent_id/indicators',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getPatentIndicators',
          tags: ['patents'],
          description:
            'Quality indicators as the OECD defines them, and citing families by field within a window, as known at an instant.',
          params: Closed({ patent_id: PatentId }),
          querystring: Closed({
            ...AsOfQuery,
            window_years: WithDefault(
              Type.Integer({ minimum: 1, maximum: MAX_WINDOW_YEARS, default: DEFAULT_WINDOW_YEARS }),
            ),
          }),
          response: { 200: Indicators },
        },
      },
      async (request) => {
        const { patent_id } = request.params;
        const { window_years, as_of } = request.query;
        const known_at = asOf(clock, as_of);
        const found = await patentIndicators(database.sql, patent_id, window_years, known_at);
        if (found === null) throw new Problem('not_found', 'No such patent was known then.');
        if (!found.ok)
          throw new Problem(
            'conflict',
            `What is known of the patent contradicts itself: ${found.failure.message}`,
          );
        const { raw, by_field, window_truncated, lifetime } = found.value;
        return {
          patent_id,
          as_of: dateOf(known_at),
          values: raw.values,
          variants: { ...VARIANTS },
          truncated: raw.truncated,
          citations: { window_years, window_truncated, by_field, lifetime },
        };
      },
    );

    app.get(
      '/v1/patents/:patent_id/cohort',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getPatentCohort',
          tags: ['patents'],
          description:
            'Where a patent stands among those of its technology field and filing year, as the database stands; without entries until its last news is counted.',
          params: Closed({ patent_id: PatentId }),
          response: { 200: Cohort },
        },
      },
      async (request) => {
        const { patent_id } = request.params;
        const [patent] = await database.sql`select from patent where patent_id = ${patent_id}`;
        if (!patent) throw new Problem('not_found', 'No such patent is known.');
        const standing = (await standings(database.sql, [patent_id])).get(patent_id);
        return { patent_id, ...(standing ?? { field: null, filing_year: null, indicators: [] }) };
      },
    );
  };
