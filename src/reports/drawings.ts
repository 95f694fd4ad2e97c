/** The charts of a report: places from numbers. No markup, no colours. */
import { linear, place, ticks } from '../pages/charts/scale.ts';
import type { Drawing, Mark } from './report.ts';

const WIDTH = 480;
const NAMES = 190;
const EDGE = 22;
const ROW = 19;
const BAR = 8;
const FOOT = 20;

type Path = Drawing['paths'][number];
type Text = Drawing['texts'][number];

export interface Span {
  name: string;
  low: number;
  mid: number;
  high: number;
}

/** Each low to high as a bar with its median across, on one logarithmic scale. Amounts under 1 lie at its start. */
export function drawSpans(spans: readonly Span[], title: string, tell: (amount: number) => string): Drawing {
  const log = (amount: number) => Math.log10(Math.max(1, amount));
  const from = Math.floor(Math.min(...spans.map(({ low }) => log(low))));
  const to = Math.max(from + 1, Math.ceil(Math.max(...spans.map(({ high }) => log(high)))));
  const x = linear(from, to, NAMES, WIDTH - EDGE);
  const marks = spans.flatMap(({ low, mid, high }, index): Path[] => [
    { mark: 'band', d: bar(x(log(low)), Math.max(x(log(low)) + 1, x(log(high))), index) },
    { mark: 'value', d: `M${x(log(mid))} ${middle(index) - 7}v14` },
  ]);
  const powers = ticks(from, to, 6).filter(Number.isInteger);
  return {
    ...sheet(spans, title),
    paths: [...grid(powers.map(x), spans.length), ...marks],
    texts: [...namesOf(spans), ...scaleTexts(powers, x, spans.length, (power) => tell(10 ** power))],
  };
}

export interface Swing {
  name: string;
  less: number;
  more: number;
}

/** From no change, where a fifth less and a fifth more lead. */
export function drawSwings(
  swings: readonly Swing[],
  title: string,
  tell: (change: number) => string,
): Drawing {
  const ends = swings.flatMap(({ less, more }) => [less, more]);
  const x = linear(Math.min(0, ...ends), Math.max(0, ...ends), NAMES, WIDTH - EDGE);
  const arm = (change: number, index: number, mark: Mark): Path => ({
    mark,
    d: bar(Math.min(x(0), x(change)), Math.max(x(0), x(change)), index),
  });
  const values = ticks(x.from, x.to, 5);
  return {
    ...sheet(swings, title),
    paths: [
      ...grid(values.map(x), swings.length),
      ...swings.flatMap(({ less, more }, index) => [arm(less, index, 'down'), arm(more, index, 'up')]),
      { mark: 'base', d: `M${x(0)} 0V${swings.length * ROW}` },
    ],
    texts: [...namesOf(swings), ...scaleTexts(values, x, swings.length, tell)],
  };
}

function sheet(rows: readonly unknown[], title: string) {
  return { title, width: WIDTH, height: rows.length * ROW + FOOT };
}

function middle(index: number): number {
  return place((index + 0.5) * ROW);
}

function bar(from: number, to: number, index: number): string {
  const top = place(middle(index) - BAR / 2);
  return `M${from} ${top}H${to}V${place(top + BAR)}H${from}Z`;
}

function grid(places: readonly number[], rows: number): Path[] {
  return places.map((at) => ({ mark: 'grid', d: `M${at} 0V${rows * ROW}` }));
}

function namesOf(rows: readonly { name: string }[]): Text[] {
  return rows.map(({ name }, index) => ({
    x: NAMES - 8,
    y: place(middle(index) + 3),
    text: name,
    anchor: 'end',
  }));
}

function scaleTexts(
  values: readonly number[],
  x: (value: number) => number,
  rows: number,
  tell: (value: number) => string,
): Text[] {
  return values.map((value) => ({
    x: x(value),
    y: place(rows * ROW + 13),
    text: tell(value),
    anchor: 'middle',
  }));
}
