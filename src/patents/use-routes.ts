import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { PLEDGE_KINDS } from '../http/guard.ts';
import { Closed, Day, Id, Instant, OneOf, PatentId } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { USE_CLASSES, useOfPatent } from './use.ts';

const Use = Type.Object({
  patent_id: PatentId,
  organisation_id: Id,
  month: { ...Day, description: 'its first day' },
  class: OneOf(USE_CLASSES, 'what was counted'),
  count: Type.Integer({ minimum: 0 }),
  known_at: Instant,
});

export const useRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/patents/:patent_id/use',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listPatentUse',
          tags: ['patents'],
          description:
            'Evidence that a patent is used, by month and class: goods sold and scanned under its mark, and marks that were copied. Of the own firm, and of firms that pledged the patent to the own bank. No value is computed from it.',
          params: Closed({ patent_id: PatentId }),
          response: { 200: Type.Object({ data: Type.Array(Use) }) },
        },
      },
      async ({ params }) => ({ data: await useOfPatent(database.sql, params.patent_id, clock.now()) }),
    );
  };
