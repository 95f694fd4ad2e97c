/** A report as PDF, on a thread of its own: setting its pages takes a good part of a second. */
import { answerTasks } from '../thread.ts';
import { reportPdf } from './pdf/pdf.ts';
import type { ReportTask } from './routes.ts';
import { valuationReport } from './valuation-report.ts';

answerTasks(({ content, language }: ReportTask) => reportPdf(valuationReport(content, language)));
