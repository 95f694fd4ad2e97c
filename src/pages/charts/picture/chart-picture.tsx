/** A chart as a picture that stands alone: the chart of a page under its keys, and under a heading where it needs one. */
import type { ComponentChildren, JSX } from 'preact';
import type { Key } from '../../language/catalogue.ts';
import type { Words } from '../../language/words.ts';

export interface Chart {
  keys: readonly { name: Key; mark: JSX.Element }[];
  /** The `svg` itself at a width in pixels, with its height and what it shows in its `aria-label`. */
  draw: (width: number) => JSX.Element;
}

export interface ChartPictureProps {
  chart: Chart;
  words: Words;
  /** Of the whole, in pixels; the height follows. */
  width: number;
  /** None where the title stands outside of the picture. */
  heading: { title: string; note: string } | null;
  /** What a picture for a browser brings along, such as its style. */
  children?: ComponentChildren;
}

const EDGE = 28;
const HEADING = 84;
const KEYS = 34;
const KEY_STEP = 140;

export function ChartPicture({ chart, words, width, heading, children }: ChartPictureProps) {
  const edge = heading ? EDGE : 0;
  const head = heading ? HEADING : 0;
  const top = head + (chart.keys.length > 0 ? KEYS : 0);
  const drawn = chart.draw(width - 2 * edge);
  const { height, 'aria-label': summary } = drawn.props as { height: number; 'aria-label': string };
  const whole = top + height + edge;
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
      {chart.keys.map(({ name, mark }, index) => (
        <g key={name} transform={`translate(${edge + index * KEY_STEP} ${head})`}>
          {mark}
          <text class="c-row" x={34} y={11}>
            {words.say(name)}
          </text>
        </g>
      ))}
      <g transform={`translate(${edge} ${top})`}>{drawn}</g>
    </svg>
  );
}
