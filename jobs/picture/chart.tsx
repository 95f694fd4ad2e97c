/** The value flow of one pledge as a picture that stands alone: the chart of the pages, with its colours inside. */
import { renderToString } from 'preact-render-to-string';
import { ChartPicture } from '../../src/pages/charts/picture/chart-picture.tsx';
import { chartStyle } from '../../src/pages/charts/picture/style.ts';
import { FLOW_KEYS, ValueFlowChart } from '../../src/pages/charts/value-flow.tsx';
import { wordsIn } from '../../src/pages/language/words.ts';
import type { Pledge, PledgedPatent, PledgeMove, PledgeValue } from '../../src/pledges/store.ts';
import type { StandingFlag } from '../../src/risk/store.ts';

export interface PictureFlow {
  pledge: Pledge;
  patents: readonly PledgedPatent[];
  points: readonly PledgeValue[];
  moves: readonly PledgeMove[];
  flags: readonly StandingFlag[];
}

const WIDTH = 1120;

/** Draws a pledge that was registered, defaulted and lost a patent. */
export async function drawValueFlow({ pledge, patents, ...flow }: PictureFlow): Promise<string> {
  const words = wordsIn('en');
  const numbers = patents.map(({ office, application_number }) => `${office} ${application_number}`);
  const heading = {
    title: `Value flow of a pledge on patent ${numbers.join(', ')}`,
    note: 'Patent, dates and termination notice are real. Bank, firm, revenue and loan are invented for the demonstration.',
  };
  const chart = {
    keys: FLOW_KEYS,
    draw: (width: number) => ValueFlowChart({ flow: { ...pledge, ...flow }, words, width, hrefOf: null }),
  };
  const { css } = await chartStyle();
  return `${renderToString(
    <ChartPicture {...{ chart, words, heading }} width={WIDTH}>
      <style>{`text { font-family: Helvetica, Arial, sans-serif; }\n${css}`}</style>
      <rect width="100%" height="100%" fill="#ffffff" />
    </ChartPicture>,
  )}\n`;
}
