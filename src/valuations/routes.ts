import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { canonicalJson } from '../canonical.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import { Closed, Id } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { signingKeys } from '../webhooks/signing-keys.ts';
import { valuationAgain } from './again.ts';
import { Receipt, signReceipt } from './receipt.ts';

export const valuationRoutes =
  ({ database: { sql }, vault }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/pledges/:id/valuations/:valuation_id/receipt',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getReceipt',
          tags: ['pledges'],
          description:
            'All that went into one valuation of the value flow and came out of it, recomputed and signed; `npm run recompute` checks it without the service. 409 when the code has changed since and it cannot be reached again.',
          params: Closed({ id: Id, valuation_id: Id }),
          response: { 200: Receipt },
        },
      },
      async (request, reply) => {
        const { id, valuation_id } = request.params;
        const content = await valuationAgain(sql, callerOfGuarded(request), id, valuation_id);
        const [newest] = await signingKeys(sql, vault);
        reply.type('application/json; charset=utf-8').serializer(canonicalJson);
        return signReceipt(content, newest!);
      },
    );
  };
