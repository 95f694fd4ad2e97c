/** The value flow as a picture that stands alone: the chart of the page under its keys, and under a heading where it needs one. */
import type { ComponentChildren } from 'preact';
import type { CalendarDate } from '../../../models/types.ts';
import { FLOW_KEYS, type Flow, ValueFlowChart } from '../charts/value-flow.tsx';
import type { Words } from '../language/words.ts';

export interface FlowPictureProps {
  flow: Flow;
  words: Words;
  /** Of the whole, in pixels; the height follows. */
  width: number;
  /** None where the title stands outside of the picture. */
  heading: { title: string; note: string } | null;
  from?: CalendarDate;
  to?: CalendarDate;
  /** What a picture for a browser brings along, such as its style. */
  children?: ComponentChildren;
}

const EDGE = 28;
const HEADING = 84;
const KEYS = 34;
const KEY_STEP = 140;

export function FlowPicture(props: FlowPictureProps) {
  const { flow, words, width, heading, from, to, children } = props;
  const edge = heading ? EDGE : 0;
  const head = heading ? HEADING : 0;
  const chart = ValueFlowChart({
    ...{ flow, words, hrefOf: null, width: width - 2 * edge },
    ...(from && { from }),
    ...(to && { to }),
  });
  const { height, 'aria-label': summary } = chart.props as { height: number; 'aria-label': string };
  const whole = head + KEYS + height + edge;
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} ${whole}`}
      width={width}
      height={whole}
      role="img"
    >
      <title>{heading?.title ?? summary}</title>
      {children}
      {heading && (
        <>
          <text class="c-heading" x={edge} y={40}>
            {heading.title}
          </text>
          <text class="c-heading-note" x={edge} y={66}>
            {heading.note}
          </text>
        </>
      )}
      {FLOW_KEYS.map(({ name, mark }, index) => (
        <g key={name} transform={`translate(${edge + index * KEY_STEP} ${head})`}>
          {mark}
          <text class="c-row" x={34} y={11}>
            {words.say(name)}
          </text>
        </g>
      ))}
      <g transform={`translate(${edge} ${head + KEYS})`}>{chart}</g>
    </svg>
  );
}
