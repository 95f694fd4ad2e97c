import type { FastifyInstance } from 'fastify';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Id } from '../../http/schemas.ts';
import { valuationReport } from '../../reports/valuation-report.ts';
import type { Service } from '../../service.ts';
import { valuationAgain } from '../../valuations/again.ts';
import { pagesOf } from '../serve.ts';
import { ReportPage } from './report-page.tsx';

export function reportPages(app: FastifyInstance, service: Service): void {
  const page = pagesOf(app, service);
  page(
    '/pledges/:id/valuations/:valuation_id/report',
    { access: PLEDGE_KINDS, params: Closed({ id: Id, valuation_id: Id }) },
    async ({ params: { id: pledge_id, valuation_id }, request, view }) => {
      const { sql } = service.database;
      const content = await valuationAgain(sql, callerOfGuarded(request), pledge_id, valuation_id);
      const report = valuationReport(content, view.words.language);
      return {
        title: `${report.title}, ${report.subject}`,
        body: <ReportPage {...{ report, pledge_id, valuation_id }} />,
      };
    },
  );
}
