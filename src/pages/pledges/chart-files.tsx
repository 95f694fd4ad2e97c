/** The charts of a pledge's page as pictures to take away: what the page shows of them. */
import type { CalendarDate } from '../../../models/types.ts';
import { Problem } from '../../errors.ts';
import type { PledgeWaterfall } from '../../pledges/waterfall/bars.ts';
import { chartFile, type PictureForm } from '../charts/picture/file.tsx';
import { FLOW_KEYS, ValueFlowChart } from '../charts/value-flow.tsx';
import { WaterfallChart } from '../charts/waterfall.tsx';
import type { Words } from '../language/words.ts';
import { say } from '../sentences.ts';
import { type FlowWindow, windowDays } from './flow-window.tsx';
import { pledgeName } from './pledge-page.tsx';
import { flowOf, type PledgeShown } from './read.ts';

export interface Asked {
  shown: PledgeShown;
  known_on: CalendarDate;
  words: Words;
}

/** @throws Problem `conflict` when there is no value yet, or another chart is under way */
export async function flowFile(
  form: PictureForm,
  { shown, known_on, words }: Asked,
  window: FlowWindow,
): Promise<Buffer> {
  if (shown.points.length === 0) throw new Problem('conflict', say('chart_of_no_value'));
  const flow = flowOf(shown);
  const days = windowDays(shown, window);
  return chartFile(form, {
    chart: {
      keys: FLOW_KEYS,
      draw: (width) => ValueFlowChart({ flow, words, width, hrefOf: null, ...days }),
    },
    title: words.say('flow.of', { pledge: pledgeName(shown.patents, words) }),
    note: words.say('flow.known', { id: shown.pledge.id, day: words.day(known_on) }),
    known_on,
    words,
  });
}

/** @throws Problem `conflict` when another chart is under way */
export async function changeFile(
  form: PictureForm,
  { shown, known_on, words }: Asked,
  waterfall: PledgeWaterfall,
): Promise<Buffer> {
  const [from_label, to_label] = [words.day(waterfall.from), words.day(waterfall.to)];
  const { currency } = waterfall;
  return chartFile(form, {
    chart: {
      keys: [],
      draw: (width) =>
        WaterfallChart({ waterfall, currency, words, width, from_label, to_label, hrefOf: () => null }),
    },
    title: words.say('change.of', { pledge: pledgeName(shown.patents, words) }),
    note: words.say('change.known', {
      id: shown.pledge.id,
      currency,
      from: from_label,
      to: to_label,
      day: words.day(known_on),
    }),
    known_on,
    words,
  });
}
