/** The value flow of one pledge as a picture that stands alone: the chart of the pages, with its colours inside. */
import { readFile } from 'node:fs/promises';
import { renderToString } from 'preact-render-to-string';
import { FLOW_KEYS, ValueFlowChart } from '../../src/pages/charts/value-flow.tsx';
import { wordsIn } from '../../src/pages/language/words.ts';
import type { Pledge, PledgedPatent, PledgeMove, PledgeValue } from '../../src/pledges/store.ts';
import type { StandingFlag } from '../../src/risk/store.ts';

export interface FlowPicture {
  pledge: Pledge;
  patents: readonly PledgedPatent[];
  points: readonly PledgeValue[];
  moves: readonly PledgeMove[];
  flags: readonly StandingFlag[];
}

const WIDTH = 1120;
const EDGE = 28;
const HEAD = 118;
const KEY_STEP = 140;
const PAGES = new URL('../../src/pages/', import.meta.url);
const STYLE = `text { font-family: Helvetica, Arial, sans-serif; }
.p-heading { font-size: 22px; font-weight: 600; fill: var(--ink); }
.p-note { font-size: 14px; fill: var(--quiet); }`;

/** Draws a pledge that was registered, defaulted and lost a patent. */
export async function drawValueFlow({ pledge, patents, ...flow }: FlowPicture): Promise<string> {
  const words = wordsIn('en');
  const chart = renderToString(
    <ValueFlowChart flow={{ ...pledge, ...flow }} words={words} width={WIDTH - 2 * EDGE} hrefOf={null} />,
  );
  const height = Number(/ height="(\d+)"/.exec(chart)![1]) + HEAD + EDGE;
  const numbers = patents.map(({ office, application_number }) => `${office} ${application_number}`);
  const [title, note] = [
    `Value flow of a pledge on patent ${numbers.join(', ')}`,
    'Patent, dates and termination notice are real. Bank, firm, revenue and loan are invented for the demonstration.',
  ];
  return `${renderToString(
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${WIDTH} ${height}`}
      width={WIDTH}
      height={height}
      role="img"
    >
      <title>{title}</title>
      <style>{await styleOf()}</style>
      <rect width={WIDTH} height={height} fill="#ffffff" />
      <text class="p-heading" x={EDGE} y={40}>
        {title}
      </text>
      <text class="p-note" x={EDGE} y={66}>
        {note}
      </text>
      {FLOW_KEYS.map(({ name, mark }, index) => (
        <g key={name} transform={`translate(${EDGE + index * KEY_STEP} 84)`}>
          {mark}
          <text class="c-row" x={34} y={11}>
            {words.say(name)}
          </text>
        </g>
      ))}
      <g transform={`translate(${EDGE} ${HEAD})`} dangerouslySetInnerHTML={{ __html: chart }} />
    </svg>,
  )}\n`;
}

/** The marks of the charts, and the light one of each token. */
async function styleOf(): Promise<string> {
  const [tokens, marks] = await Promise.all(
    ['style.css', 'charts/charts.css'].map((name) => readFile(new URL(name, PAGES), 'utf8')),
  );
  const light = [...tokens!.matchAll(/(--[\w-]+): light-dark\((#\w+), #\w+\);/g)].map(
    ([, name, colour]) => `${name}: ${colour};`,
  );
  return `:root { ${light.join(' ')} }\n${STYLE}\n${marks!.replace(/\/\*.*?\*\/\n/s, '').replace(/\.chart-svg \{.*?\}\n/s, '')}`;
}
