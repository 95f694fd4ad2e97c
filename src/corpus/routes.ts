import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { EVERYONE } from '../http/guard.ts';
import { Closed, Currency, Day, Minor, Nullable, OneOf, PatentId } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { indicativeValue } from './read.ts';

const IndicativeValue = Type.Object(
  {
    patent_id: PatentId,
    as_of: Day,
    status: OneOf(['valued', 'worthless', 'unknown'], 'unknown: its register has been silent for too long'),
    currency: Currency,
    low_minor: Nullable(Minor),
    mid_minor: Nullable(Minor),
    high_minor: Nullable(Minor),
    collateral_minor: Nullable({ ...Minor, description: 'after the haircut' }),
    changes_on: Nullable({ ...Day, description: 'on which it changes by itself; null when never again' }),
    series: Type.Array(Type.Object({ as_of: Day, mid_minor: Nullable(Minor) }), {
      description: 'earliest first; a point where the value moved by a tenth, of followed patents every one',
    }),
  },
  { description: 'from what is public alone: an indication, and no appraisal of a pledge' },
);

export const corpusRoutes =
  ({ database }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/patents/:patent_id/indicative-value',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getIndicativeValue',
          tags: ['patents'],
          description: 'The value of a patent by the last valuation of all patents, and how it has moved.',
          params: Closed({ patent_id: PatentId }),
          response: { 200: IndicativeValue },
        },
      },
      async ({ params: { patent_id } }) => {
        const value = await indicativeValue(database.sql, patent_id);
        if (!value) throw new Problem('not_found', 'There is no such patent, or it was not valued yet.');
        return { patent_id, ...value };
      },
    );
  };
