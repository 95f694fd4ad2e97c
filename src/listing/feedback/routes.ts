import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import {
  Closed,
  Currency,
  Day,
  Id,
  Instant,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { DEAL_KINDS } from '../deals/machine.ts';
import { listProceeds } from './store.ts';

const Proceeds = Type.Object({
  deal_id: Id,
  kind: OneOf(DEAL_KINDS, 'what was dealt in'),
  patent_ids: Type.Array(PatentId),
  price_minor: Minor,
  costs_minor: Minor,
  currency: Currency,
  dealt_on: Day,
  value_minor: Nullable({ ...Minor, description: 'as last valued before the deal, before the haircut' }),
  predicted_minor: Nullable({ ...Minor, description: 'after the haircut' }),
  pledge_id: Nullable(Type.String({ description: 'that was disposed of by it' })),
  comparable_id: Nullable(Type.String({ description: 'the deal that the market method learns from it' })),
  booked_at: Instant,
});

export const feedbackRoutes =
  ({ database }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/listing-proceeds',
      {
        config: { access: ['staff'] },
        schema: {
          operationId: 'listProceeds',
          tags: ['listings'],
          description:
            'What closed deals brought beside what the models had said before, and what each taught: in order of deal id. No party is named.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Proceeds) },
        },
      },
      async ({ query: { limit, cursor = '' } }) => {
        const rows = await listProceeds(database.sql, cursor, limit + 1);
        return page(rows, limit, ({ deal_id }) => deal_id);
      },
    );
  };
