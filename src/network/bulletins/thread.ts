/** A bulletin as PDF, on a thread of its own. */
import { reportPdf } from '../../reports/pdf/pdf.ts';
import { answerTasks } from '../../thread.ts';
import type { BulletinTask } from './bulletin-routes.ts';
import { bulletinReport } from './report.ts';

answerTasks(({ content, language }: BulletinTask) => reportPdf(bulletinReport(content, language)));
