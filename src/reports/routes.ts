import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import { Closed, Id, WithDefault } from '../http/schemas.ts';
import { say } from '../http/sentences.ts';
import { LANGUAGES, type Language } from '../pages/language/catalogue.ts';
import type { Service } from '../service.ts';
import { onThread } from '../thread.ts';
import { valuationAgain } from '../valuations/again.ts';
import type { ReceiptContent } from '../valuations/receipt.ts';

export interface ReportTask {
  content: ReceiptContent;
  language: Language;
}

const LIMIT_ms = 30_000;

const setPages = onThread<ReportTask, Uint8Array>({
  module: new URL('thread.ts', import.meta.url),
  name: 'report',
  limit_ms: LIMIT_ms,
  remedy: say('run_later'),
});

const Asked = Closed({
  language: WithDefault(
    Type.Unsafe<Language>(
      Type.String({ enum: [...LANGUAGES], default: 'en', description: 'English, Chinese or Russian' }),
    ),
  ),
});

export const reportRoutes =
  ({ database: { sql } }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/pledges/:id/valuations/:valuation_id/report',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getReport',
          tags: ['pledges'],
          description:
            'The collateral valuation report of one valuation of the value flow, as tagged PDF. It is made of the receipt alone: `npm run report` makes the same bytes from it without the service. 409 when the valuation cannot be reached again, or another report is being made.',
          params: Closed({ id: Id, valuation_id: Id }),
          querystring: Asked,
          response: {
            200: {
              description: 'PDF/UA-1, A4',
              content: { 'application/pdf': { schema: Type.String({ format: 'binary' }) } },
            },
          },
        },
      },
      async (request, reply) => {
        const { id, valuation_id } = request.params;
        const { language } = request.query;
        const content = await valuationAgain(sql, callerOfGuarded(request), id, valuation_id);
        const bytes = await setPages({ content, language });
        reply
          .type('application/pdf')
          .header('content-disposition', `inline; filename="${valuation_id}-${language}.pdf"`);
        return reply.send(Buffer.from(bytes) as never);
      },
    );
  };
