/** A chart as a file, on a thread of its own: setting a page or filling a picture takes a good part of a second. */
import { answerTasks } from '../../../thread.ts';
import { chartPdf, type Headed } from './pdf.ts';
import { chartPng } from './png.ts';
import { shapesOf } from './shapes.ts';
import { chartStyle } from './style.ts';

export type PictureTask = { markup: string } & ({ form: 'png' } | ({ form: 'pdf' } & Headed));

const style = await chartStyle();

answerTasks(async (task: PictureTask) => {
  const drawn = shapesOf(task.markup, style);
  if (task.form === 'png') return chartPng(drawn);
  const { form: _form, markup: _markup, ...headed } = task;
  return chartPdf(drawn, headed);
});
