/** Why a value changed between two days: one bar a cause, from the first value to the last, adding up exactly. */
import type { ComponentChildren } from 'preact';
import type { Bar, Cause, Waterfall } from '../../../models/waterfall.ts';
import type { Words } from '../language/words.ts';
import { type Frame, NumberAxis } from './axes.tsx';
import { linear, place, ticks } from './scale.ts';

interface Props {
  waterfall: Waterfall;
  currency: string;
  words: Words;
  width: number;
  from_label: string;
  to_label: string;
  /** Where the evidence of a cause stands; null where there is none to show. */
  hrefOf: (cause: Cause) => string | null;
}

const NARROW = 600;
/** Room for the name of a cause under its bar. */
const LEAST_STEP = 84;
const BAR_SHARE = 0.62;
const HEIGHT = 230;

interface Column {
  label: string;
  start: number;
  end: number;
  kind: 'total' | 'up' | 'down';
  href: string | null;
}

export function WaterfallChart(props: Props) {
  const { currency, words, width } = props;
  const columns = columnsOf(props);
  const most = Math.max(1, ...columns.flatMap(({ start, end }) => [start, end]));
  const drawn = { columns, most, currency, words, width };
  return width < NARROW || width / columns.length < LEAST_STEP ? lying(drawn) : standing(drawn);
}

/** Causes that changed nothing take no room. */
export function movingBars({ bars }: Waterfall): Bar[] {
  return bars.filter(({ change_minor }) => change_minor !== 0);
}

function columnsOf({ waterfall, words, from_label, to_label, hrefOf }: Props): Column[] {
  let reached = waterfall.from_minor;
  const moves = movingBars(waterfall).map(({ cause, change_minor }): Column => {
    const start = reached;
    reached += change_minor;
    return {
      label: words.say(`cause.${cause}`),
      start,
      end: reached,
      kind: change_minor > 0 ? 'up' : 'down',
      href: hrefOf(cause),
    };
  });
  return [
    { label: from_label, start: 0, end: waterfall.from_minor, kind: 'total', href: null },
    ...moves,
    { label: to_label, start: 0, end: waterfall.to_minor, kind: 'total', href: null },
  ];
}

interface DrawnProps {
  columns: readonly Column[];
  most: number;
  currency: string;
  words: Words;
  width: number;
}

/** A change carries its sign, so that no bar is told by colour alone. */
function told({ kind, start, end }: Column, { currency, words }: DrawnProps): string {
  if (kind === 'total') return words.shortMoney(end, currency);
  return `${end > start ? '+' : '−'}${words.shortMoney(Math.abs(end - start), currency)}`;
}

function summaryOf({ columns, words, currency }: DrawnProps): string {
  const [first, last] = [columns[0]!, columns.at(-1)!];
  return words.say('chart.waterfall_summary', {
    from: `${first.label}: ${words.briefMoney(first.end, currency)}`,
    to: `${last.label}: ${words.briefMoney(last.end, currency)}`,
  });
}

/** A picture, unless something in it can be followed. */
function roleOf(columns: readonly Column[]): 'img' | 'group' {
  return columns.some(({ href }) => href !== null) ? 'group' : 'img';
}

/** A bar leads to its evidence; what is written on it is the name of the link. */
function Linked({ href, children }: { href: string | null; children: ComponentChildren }) {
  return href === null ? <g>{children}</g> : <a href={href}>{children}</a>;
}

function standing(props: DrawnProps) {
  const { columns, most, currency, words, width } = props;
  const frame: Frame = { left: 64, right: width - 8, top: 22, height: HEIGHT };
  const y = linear(0, most * 1.08, frame.top + frame.height, frame.top);
  const step = (frame.right - frame.left) / columns.length;
  const bar = Math.min(72, step * BAR_SHARE);
  const height = frame.top + frame.height + 26;
  return (
    <svg
      class="chart-svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role={roleOf(columns)}
      aria-label={summaryOf(props)}
    >
      <NumberAxis
        frame={frame}
        y={y}
        values={ticks(0, most * 1.08, 4)}
        tell={(minor) => words.shortMoney(minor, currency)}
      />
      {columns.map((column, index) => {
        const middle = place(frame.left + step * (index + 0.5));
        const [top, bottom] = [y(Math.max(column.start, column.end)), y(Math.min(column.start, column.end))];
        const next = columns[index + 1];
        return (
          <Linked key={column.label} href={column.href}>
            <rect
              class={`c-bar-${column.kind}`}
              x={place(middle - bar / 2)}
              y={top}
              width={place(bar)}
              height={place(Math.max(1.5, bottom - top))}
            />
            {next && (
              <path class="c-link" d={`M${place(middle + bar / 2)} ${y(column.end)}h${place(step - bar)}`} />
            )}
            <text class="c-figure" x={middle} y={top - 6} text-anchor="middle">
              {told(column, props)}
            </text>
            <text class="c-tick" x={middle} y={frame.top + frame.height + 18} text-anchor="middle">
              {column.label}
            </text>
          </Linked>
        );
      })}
    </svg>
  );
}

const LINE = 40;

function lying(props: DrawnProps) {
  const { columns, most, width } = props;
  const x = linear(0, most, 0, width - 74);
  const height = columns.length * LINE + 4;
  return (
    <svg
      class="chart-svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role={roleOf(columns)}
      aria-label={summaryOf(props)}
    >
      {columns.map((column, index) => {
        const top = index * LINE;
        const [start, end] = [x(Math.min(column.start, column.end)), x(Math.max(column.start, column.end))];
        return (
          <Linked key={column.label} href={column.href}>
            <text class="c-tick" x={0} y={top + 13}>
              {column.label}
            </text>
            <rect
              class={`c-bar-${column.kind}`}
              x={start}
              y={top + 18}
              width={place(Math.max(1.5, end - start))}
              height={14}
            />
            <text class="c-figure" x={end + 6} y={top + 30}>
              {told(column, props)}
            </text>
          </Linked>
        );
      })}
    </svg>
  );
}
