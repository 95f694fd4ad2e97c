/** A chart as a file, on a thread of its own: setting a page or filling a picture takes a good part of a second. */
import { parentPort, workerData } from 'node:worker_threads';
import { chartPdf, type Headed } from './pdf.ts';
import { chartPng } from './png.ts';
import { shapesOf } from './shapes.ts';
import { chartStyle } from './style.ts';

export type PictureTask = { markup: string } & ({ form: 'png' } | ({ form: 'pdf' } & Headed));

const task = workerData as PictureTask;
const drawn = shapesOf(task.markup, await chartStyle());
const { form: _form, markup: _markup, ...headed } = task as { form: 'pdf'; markup: string } & Headed;
parentPort!.postMessage(task.form === 'png' ? await chartPng(drawn) : await chartPdf(drawn, headed));
