/** Geometry of the charts: numbers to places, and places to the text of a path. No markup, no colours, no words. */

/** Places are rounded to a tenth of a pixel: smaller files, and the same bytes on every machine. */
export function place(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}

export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

/**
 * Maps `from`..`to` onto `start`..`end` in pixels, in a straight line; values outside are held at the ends.
 * A span of nothing lies at the start.
 */
export function linear(from: number, to: number, start: number, end: number): Scale {
  const scale = (value: number) => {
    const share = to === from ? 0 : (value - from) / (to - from);
    return place(start + Math.min(1, Math.max(0, share)) * (end - start));
  };
  return Object.assign(scale, { from, to });
}

/**
 * Round numbers from `from` to `to`, about `count` of them: steps of 1, 2 or 5 times a power of ten.
 * Worked: ticks(0, 7, 4) = 0, 2, 4, 6.
 */
export function ticks(from: number, to: number, count: number): number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

const DAY_MS = 86_400_000;

/** Days since 1970 of a calendar date. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

/** Months between ticks, from which the least that gives no more than `count` is taken. */
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120];
const MONTH_DAYS = 30.4;

export interface DayTick {
  day: string;
  /** Whether ticks are whole years, and so are told as years. */
  yearly: boolean;
}

/** First days of months between two calendar dates, at most about `count`. */
export function dayTicks(from: string, to: string, count: number): DayTick[] {
  const months = (dayNumber(to) - dayNumber(from)) / MONTH_DAYS;
  const step = MONTH_STEPS.find((each) => months / each <= count) ?? MONTH_STEPS.at(-1)!;
  const made: DayTick[] = [];
  const [year, month] = from.split('-').map(Number) as [number, number];
  for (let at = Math.ceil((year * 12 + month - 1) / step) * step; ; at += step) {
    const day = `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}-01`;
    if (day > to) return made;
    if (day >= from) made.push({ day, yearly: step >= 12 });
  }
}

export interface Point {
  x: number;
  /** Null where there is no number: the line breaks there. */
  y: number | null;
}

/** A line that holds each number until the next one replaces it; the last holds up to `end`. */
export function stepPath(points: readonly Point[], end: number): string {
  return runs(points)
    .map((run) => {
      const [first] = run;
      const steps = run.slice(1).map(({ x, y }) => `H${x}V${y}`);
      return `M${first!.x} ${first!.y}${steps.join('')}H${place(run.end ?? end)}`;
    })
    .join('');
}

/** The area between two step lines. */
export function stepBand(
  points: readonly { x: number; low: number | null; high: number | null }[],
  end: number,
) {
  const highs = runs(points.map(({ x, high }) => ({ x, y: high })));
  const lows = runs(points.map(({ x, low }) => ({ x, y: low })));
  return highs
    .map((run, index) => {
      const under = lows[index]!;
      const last = place(run.end ?? end);
      const above = run.slice(1).map(({ x, y }) => `H${x}V${y}`);
      const below = under.toReversed().map(({ x, y }) => `V${y}H${x}`);
      return `M${run[0]!.x} ${run[0]!.y}${above.join('')}H${last}${below.join('')}Z`;
    })
    .join('');
}

type Run = { x: number; y: number }[] & { end?: number };

/** Stretches with numbers, and where the number ended that each closes with. */
function runs(points: readonly Point[]): Run[] {
  const found: Run[] = [];
  let open: Run | null = null;
  for (const { x, y } of points) {
    if (y === null) {
      if (open) open.end = x;
      open = null;
      continue;
    }
    if (!open) {
      open = [];
      found.push(open);
    }
    open.push({ x, y });
  }
  return found;
}

/** A straight line through points. */
export function linePath(points: readonly { x: number; y: number }[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
}
