/** A chart of a page as a file, in the reader's language. */
import { renderToString } from 'preact-render-to-string';
import type { CalendarDate } from '../../../../models/types.ts';
import { say } from '../../../http/sentences.ts';
import { onThread } from '../../../thread.ts';
import type { Words } from '../../language/words.ts';
import { type Chart, ChartPicture } from './chart-picture.tsx';
import type { PictureTask } from './thread.ts';

export const PICTURE_FORMS = ['png', 'pdf'] as const;
export type PictureForm = (typeof PICTURE_FORMS)[number];

/** In pixels; a page of paper has room for less. */
const WIDTH = { png: 1120, pdf: 680 };
const LIMIT_ms = 30_000;

const draw = onThread<PictureTask, Uint8Array>({
  module: new URL('thread.ts', import.meta.url),
  name: 'chart',
  limit_ms: LIMIT_ms,
  remedy: say('run_later'),
});

export interface Titled {
  chart: Chart;
  title: string;
  /** Under the title. */
  note: string;
  known_on: CalendarDate;
  words: Words;
}

/**
 * Nothing of now is in it: what is known on a day gives the same bytes under one version of the program.
 * @throws Problem `conflict` when another chart is under way
 */
export async function chartFile(
  form: PictureForm,
  { chart, title, note, known_on, words }: Titled,
): Promise<Buffer> {
  const heading = form === 'png' ? { title, note } : null;
  const markup = renderToString(<ChartPicture {...{ chart, words, heading }} width={WIDTH[form]} />);
  const about = { title, note, language: words.language, made_at: new Date(`${known_on}T00:00:00Z`) };
  return Buffer.from(await draw(form === 'png' ? { form, markup } : { form, markup, ...about }));
}
