/** What all charts have: the frame of a panel, a number axis at its left, a day axis under it. */
import type { Words } from '../language/words.ts';
import { dayNumber, dayTicks, type Scale } from './scale.ts';

/** A panel in pixels of the picture. */
export interface Frame {
  left: number;
  right: number;
  top: number;
  height: number;
}

interface NumberAxisProps {
  frame: Frame;
  y: Scale;
  values: readonly number[];
  tell: (value: number) => string;
}

export function NumberAxis({ frame, y, values, tell }: NumberAxisProps) {
  return (
    <g>
      {values.map((value) => (
        <g key={value}>
          <path class={value === 0 ? 'c-base' : 'c-grid'} d={`M${frame.left} ${y(value)}H${frame.right}`} />
          <text class="c-tick" x={frame.left - 8} y={y(value) + 4} text-anchor="end">
            {tell(value)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Beside the last day a picture has no room for more, where it is narrow. */
const HALF_A_NAME = 16;

interface DayAxisProps {
  from: string;
  to: string;
  x: Scale;
  /** The lowest panel; the axis hangs under it. */
  frame: Frame;
  words: Words;
  count: number;
}

export function DayAxis({ from, to, x, frame, words, count }: DayAxisProps) {
  const bottom = frame.top + frame.height;
  return (
    <g>
      {dayTicks(from, to, count).map(({ day, yearly }) => (
        <g key={day}>
          <path class="c-base" d={`M${x(dayNumber(day))} ${bottom}v5`} />
          <text
            class="c-tick"
            x={x(dayNumber(day))}
            y={bottom + 19}
            text-anchor={x(dayNumber(day)) + HALF_A_NAME > frame.right ? 'end' : 'middle'}
          >
            {yearly ? words.year(day) : words.month(day)}
          </text>
        </g>
      ))}
    </g>
  );
}

export function Area({ class: style, d }: { class: string; d: string }) {
  return d === '' ? null : <path class={style} d={d} />;
}
