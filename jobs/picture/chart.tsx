/** The value flow of one pledge as a picture that stands alone: the chart of the pages, with its colours inside. */
import { readFile } from 'node:fs/promises';
import { renderToString } from 'preact-render-to-string';
import { lightTokens } from '../../src/pages/charts/picture/style.ts';
import { wordsIn } from '../../src/pages/language/words.ts';
import { FlowPicture } from '../../src/pages/pledges/flow-picture.tsx';
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
const PAGES = new URL('../../src/pages/', import.meta.url);

/** Draws a pledge that was registered, defaulted and lost a patent. */
export async function drawValueFlow({ pledge, patents, ...flow }: PictureFlow): Promise<string> {
  const words = wordsIn('en');
  const numbers = patents.map(({ office, application_number }) => `${office} ${application_number}`);
  const heading = {
    title: `Value flow of a pledge on patent ${numbers.join(', ')}`,
    note: 'Patent, dates and termination notice are real. Bank, firm, revenue and loan are invented for the demonstration.',
  };
  return `${renderToString(
    <FlowPicture flow={{ ...pledge, ...flow }} {...{ words, heading }} width={WIDTH}>
      <style>{await styleOf()}</style>
      <rect width="100%" height="100%" fill="#ffffff" />
    </FlowPicture>,
  )}\n`;
}

/** The marks of the charts, and the light one of each token. */
async function styleOf(): Promise<string> {
  const [tokens, marks] = await Promise.all(
    ['style.css', 'charts/charts.css'].map((name) => readFile(new URL(name, PAGES), 'utf8')),
  );
  const light = [...lightTokens(tokens!)].map(([name, colour]) => `${name}: ${colour};`);
  return `:root { ${light.join(' ')} }\ntext { font-family: Helvetica, Arial, sans-serif; }\n${marks!.replace(/\/\*.*?\*\/\n/s, '').replace(/\.chart-svg \{.*?\}\n/s, '')}`;
}
