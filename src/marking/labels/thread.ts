/** Sheets of labels on a thread of their own: codes and pages of some hundred take seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MadeMark } from '../marks/make.ts';
import { labelOf, type OnLabels } from './label.ts';
import { labelsPdf } from './pdf.ts';
import { sheetSvg } from './svg.ts';

export interface SheetTask {
  form: 'pdf' | 'svg';
  title: string;
  marks: MadeMark[];
  on: OnLabels;
  made_at: Date;
}

const { form, title, marks, on, made_at } = workerData as SheetTask;
const labels = marks.map((mark) => labelOf(mark, on));
parentPort!.postMessage(
  form === 'pdf' ? await labelsPdf({ title, labels, made_at }) : Buffer.from(sheetSvg(labels)),
);
