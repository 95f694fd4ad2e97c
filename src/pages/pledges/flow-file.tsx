/** The value flow of a pledge as a file: what the page shows of it, in the reader's language. */
import { renderToString } from 'preact-render-to-string';
import type { CalendarDate } from '../../../models/types.ts';
import { Problem } from '../../errors.ts';
import { onThread } from '../../thread.ts';
import type { PictureTask } from '../charts/picture/thread.ts';
import type { Words } from '../language/words.ts';
import { FlowPicture } from './flow-picture.tsx';
import { type FlowWindow, windowDays } from './flow-window.tsx';
import { pledgeName } from './pledge-page.tsx';
import { flowOf, type PledgeShown } from './read.ts';

export const PICTURE_FORMS = ['png', 'pdf'] as const;

/** In pixels; a page of paper has room for less. */
const WIDTH = { png: 1120, pdf: 680 };
const LIMIT_ms = 30_000;

const draw = onThread<PictureTask, Uint8Array>({
  module: new URL('../charts/picture/thread.ts', import.meta.url),
  name: 'chart',
  limit_ms: LIMIT_ms,
  remedy: 'ask again when the service has less to do',
});

interface Asked {
  shown: PledgeShown;
  window: FlowWindow;
  known_on: CalendarDate;
  words: Words;
}

/**
 * Nothing of now is in it: what is known on a day gives the same bytes under one version of the program.
 * @throws Problem `conflict` when there is no value yet, or another chart is under way
 */
export async function flowFile(
  form: (typeof PICTURE_FORMS)[number],
  { shown, window, known_on, words }: Asked,
): Promise<Buffer> {
  if (shown.points.length === 0)
    throw new Problem('conflict', 'The pledge has no value yet; ask again after its valuation.');
  const title = words.say('flow.of', { pledge: pledgeName(shown.patents, words) });
  const note = words.say('flow.known', { id: shown.pledge.id, day: words.day(known_on) });
  const heading = form === 'png' ? { title, note } : null;
  const days = windowDays(shown, window);
  const markup = renderToString(
    <FlowPicture flow={flowOf(shown)} {...{ words, heading, ...days }} width={WIDTH[form]} />,
  );
  const about = { title, note, language: words.language, made_at: new Date(`${known_on}T00:00:00Z`) };
  return Buffer.from(await draw(form === 'png' ? { form, markup } : { form, markup, ...about }));
}
