/** Where a number may lie: a strip of quantiles, a histogram, and two curves of chance beside each other. */
import type { ComponentChildren } from 'preact';
import type { CalibrationBin } from '../../../models/metrics/calibration-error.ts';
import type { Words } from '../language/words.ts';
import { type Frame, NumberAxis } from './axes.tsx';
import { linear, linePath, place, ticks } from './scale.ts';

interface StripProps {
  low: number;
  mid: number;
  high: number;
  /** What it is held against, such as a loan; null for none. */
  mark: number | null;
  /** End of the common axis, so that strips below each other compare. */
  most: number;
  title: string;
}

const STRIP = { width: 150, height: 18 };

/** Low to high as a bar, mid as a line across it, the mark as a broken one. */
export function QuantileStrip({ low, mid, high, mark, most, title }: StripProps) {
  const x = linear(0, Math.max(1, most), 1, STRIP.width - 1);
  const middle = STRIP.height / 2;
  const beyond = high > most;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${STRIP.width} ${STRIP.height}`}
      width={STRIP.width}
      height={STRIP.height}
      role="img"
    >
      <title>{title}</title>
      <path class="c-grid" d={`M1 ${middle}H${STRIP.width - 1}`} />
      <rect
        class="c-band"
        x={x(low)}
        y={middle - 4}
        width={place(Math.max(1, x(high) - x(low)))}
        height={8}
      />
      {beyond && <path class="c-beyond" d={`M${STRIP.width - 5} ${middle - 4}l4 4-4 4`} />}
      <path class="c-value" d={`M${x(mid)} ${middle - 7}v14`} />
      {mark !== null && <path class="c-loan" d={`M${x(mark)} 0v${STRIP.height}`} />}
    </svg>
  );
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** Equal bins over the span of the draws. */
export function binsOf(draws: readonly number[], count: number): Bin[] {
  const [from, to] = [Math.min(...draws), Math.max(...draws)];
  const width = (to - from) / count || 1;
  const bins = Array.from({ length: count }, (_, index) => ({
    from: from + index * width,
    to: from + (index + 1) * width,
    count: 0,
  }));
  for (const draw of draws) bins[Math.min(count - 1, Math.floor((draw - from) / width))]!.count += 1;
  return bins;
}

interface PlotProps {
  words: Words;
  width: number;
  title: string;
  tell: (value: number) => string;
}

const PLOT_HEIGHT = 180;

function frameOf(width: number): Frame {
  return { left: 52, right: width - 12, top: 12, height: PLOT_HEIGHT };
}

export function Histogram({ bins, words, width, title, tell }: PlotProps & { bins: readonly Bin[] }) {
  const frame = frameOf(width);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const x = linear(bins[0]!.from, bins.at(-1)!.to, frame.left, frame.right);
  const y = linear(0, most, frame.top + frame.height, frame.top);
  return (
    <Plot {...{ frame, width, title, tell }} x={x}>
      <NumberAxis frame={frame} y={y} values={ticks(0, most, 3)} tell={(count) => words.number(count)} />
      {bins.map((bin) => (
        <rect
          key={bin.from}
          class="c-bin"
          x={place(x(bin.from) + 0.5)}
          y={y(bin.count)}
          width={place(Math.max(0.5, x(bin.to) - x(bin.from) - 1))}
          height={place(frame.top + frame.height - y(bin.count))}
        />
      ))}
    </Plot>
  );
}

export interface Curve {
  name: string;
  style: 'calm' | 'stressed';
  /** Ascending values, each with the share of draws at or below it, 0..1. */
  points: readonly { value: number; share: number }[];
}

/** Shares of draws at or below a value: the further left a curve lies, the worse. Told apart by a broken line as well. */
export function StressCurves({
  curves,
  words,
  width,
  title,
  tell,
}: PlotProps & { curves: readonly Curve[] }) {
  const frame = frameOf(width);
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value));
  const x = linear(Math.min(...values), Math.max(...values), frame.left, frame.right);
  const y = linear(0, 1, frame.top + frame.height, frame.top);
  return (
    <Plot {...{ frame, width, title, tell }} x={x}>
      <NumberAxis
        frame={frame}
        y={y}
        values={[0, 0.25, 0.5, 0.75, 1]}
        tell={(share) => words.percent(share * 10_000, 0)}
      />
      {curves.map(({ name, style, points }) => (
        <g key={name}>
          <path
            class={`c-curve-${style}`}
            d={linePath(points.map(({ value, share }) => ({ x: x(value), y: y(share) })))}
          />
          <title>{name}</title>
        </g>
      ))}
    </Plot>
  );
}

/**
 * Stated chance across, share that came true upwards: on the diagonal what was said is what happened. Both axes end at the tenth
 * above all points.
 */
export function CalibrationPlot({
  bins,
  words,
  width,
  title,
}: Omit<PlotProps, 'tell'> & { bins: readonly CalibrationBin[] }) {
  const frame = { ...frameOf(width), height: Math.min(width - 64, 300) };
  const end =
    Math.ceil(10 * Math.max(0.1, ...bins.flatMap(({ stated, observed }) => [stated, observed]))) / 10;
  const x = linear(0, end, frame.left, frame.right);
  const y = linear(0, end, frame.top + frame.height, frame.top);
  const most = Math.max(1, ...bins.map(({ cases }) => cases));
  const percent = (share: number) => words.percent(share * 10_000, 0);
  return (
    <Plot {...{ frame, width, title }} x={x} tell={percent}>
      <NumberAxis frame={frame} y={y} values={ticks(0, end, 4)} tell={percent} />
      <path class="c-limit" d={`M${x(0)} ${y(0)}L${x(end)} ${y(end)}`} />
      <path
        class="c-value"
        d={linePath(bins.map(({ stated, observed }) => ({ x: x(stated), y: y(observed) })))}
      />
      {bins.map(({ stated, observed, cases }) => (
        <circle
          key={stated}
          class="c-dot"
          cx={x(stated)}
          cy={y(observed)}
          r={place(3 + 6 * Math.sqrt(cases / most))}
        />
      ))}
    </Plot>
  );
}

interface FrameProps {
  frame: Frame;
  width: number;
  title: string;
  x: ReturnType<typeof linear>;
  tell: (value: number) => string;
  children: ComponentChildren;
}

function Plot({ frame, width, title, x, tell, children }: FrameProps) {
  const bottom = frame.top + frame.height;
  const height = bottom + 26;
  return (
    <svg class="chart-svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>{title}</title>
      {children}
      {ticks(x.from, x.to, width < 500 ? 3 : 6).map((value) => (
        <text key={value} class="c-tick" x={x(value)} y={bottom + 18} text-anchor="middle">
          {tell(value)}
        </text>
      ))}
    </svg>
  );
}
