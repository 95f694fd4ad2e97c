/** Sheets of labels on a thread of their own: codes and pages of some hundred take seconds. */
import { answerTasks } from '../../thread.ts';
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

answerTasks(async ({ form, title, marks, on, made_at }: SheetTask) => {
  const labels = marks.map((mark) => labelOf(mark, on));
  return form === 'pdf' ? await labelsPdf({ title, labels, made_at }) : Buffer.from(sheetSvg(labels));
});
