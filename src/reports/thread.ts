/** A report as PDF, on a thread of its own: setting its pages takes a good part of a second. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportPdf } from './pdf/pdf.ts';
import type { ReportTask } from './routes.ts';
import { valuationReport } from './valuation-report.ts';

const { content, language } = workerData as ReportTask;
parentPort!.postMessage(await reportPdf(valuationReport(content, language)));
