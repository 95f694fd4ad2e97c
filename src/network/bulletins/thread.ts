/** A bulletin as PDF, on a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportPdf } from '../../reports/pdf/pdf.ts';
import type { BulletinTask } from './bulletin-routes.ts';
import { bulletinReport } from './report.ts';

const { content, language } = workerData as BulletinTask;
parentPort!.postMessage(await reportPdf(bulletinReport(content, language)));
