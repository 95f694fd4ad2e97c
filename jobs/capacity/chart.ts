/** Servers and hours over the size of the corpus, both on scales of logarithms, as SVG. Pure. */
import type { Plan } from '../../models/capacity/plan.ts';
import { count } from './text.ts';

const WIDTH = 900;
const HEIGHT = 460;
/** The plot within; at its right the lines are named where they end. */
const PLOT = { left: 60, right: 750, top: 20, bottom: 400 };
/** Names at the end of lines stand no closer to each other. */
const LINE_HEIGHT = 15;
/** Okabe and Ito's palette, told apart by every kind of colour vision; the lines differ in their dashes as well. */
const LINES: readonly { name: string; color: string; dashes: string; of: (plan: Plan) => number }[] = [
  { name: 'servers', color: '#000000', dashes: '', of: ({ servers }) => servers },
  { name: 'TB in all', color: '#0072b2', dashes: '8 3', of: ({ bytes }) => bytes / 1e12 },
  {
    name: 'first load, h',
    color: '#d55e00',
    dashes: '2 3',
    of: (plan) => Math.max(plan.first_load_hours, plan.counting_hours),
  },
  {
    name: 'revaluation, h',
    color: '#009e73',
    dashes: '10 3 2 3',
    of: ({ revaluation_hours }) => revaluation_hours,
  },
  { name: 'words, p99 in s', color: '#a06a00', dashes: '5 5', of: ({ words_p99_ms }) => words_p99_ms / 1000 },
];

type Scale = (value: number) => number;

export function drawPlans(plans: readonly Plan[]): string {
  const values = plans.flatMap((plan) => LINES.map(({ of }) => of(plan)));
  const decades = {
    low: Math.floor(Math.log10(Math.min(...values))),
    high: Math.ceil(Math.log10(Math.max(...values))),
  };
  const x = logarithmic(plans[0]!.patents, plans.at(-1)!.patents, PLOT.left, PLOT.right);
  const y = logarithmic(10 ** decades.low, 10 ** decades.high, PLOT.bottom, PLOT.top);
  const ends = LINES.map((line) => ({ ...line, at: y(line.of(plans.at(-1)!)) }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="12">
<title>What a corpus of patents needs</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${axes(plans, decades, x, y)}
${LINES.map((line) => drawLine(plans, line, x, y)).join('\n')}
${named(ends)}
</svg>
`;
}

function logarithmic(from: number, to: number, first: number, last: number): Scale {
  return (value) => first + (Math.log(value / from) / Math.log(to / from)) * (last - first);
}

function axes(
  plans: readonly Plan[],
  { low, high }: { low: number; high: number },
  x: Scale,
  y: Scale,
): string {
  const powers = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return [
    ...powers.map((power) => {
      const at = y(power).toFixed(1);
      return `<path d="M${PLOT.left} ${at}H${PLOT.right}" stroke="#d8dee3"/><text x="${PLOT.left - 8}" y="${at}" dy="4" text-anchor="end">${power}</text>`;
    }),
    ...plans
      .filter(({ patents }) => Number.isInteger(Math.log10(patents)))
      .map(
        ({ patents }) =>
          `<text x="${x(patents).toFixed(1)}" y="${PLOT.bottom + 20}" text-anchor="middle">${count(patents)}</text>`,
      ),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 44}" text-anchor="middle">patents</text>`,
  ].join('\n');
}

function drawLine(
  plans: readonly Plan[],
  { color, dashes, of }: (typeof LINES)[number],
  x: Scale,
  y: Scale,
): string {
  const points = plans.map((plan) => `${x(plan.patents).toFixed(1)} ${y(of(plan)).toFixed(1)}`);
  return `<path d="M${points.join('L')}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}"/>`;
}

/** From the top down, each far enough from the one above it. */
function named(ends: readonly { name: string; color: string; at: number }[]): string {
  let above = Number.NEGATIVE_INFINITY;
  return [...ends]
    .sort((a, b) => a.at - b.at)
    .map(({ name, color, at }) => {
      above = Math.max(at, above + LINE_HEIGHT);
      return `<text x="${PLOT.right + 8}" y="${above.toFixed(1)}" dy="4" fill="${color}">${name}</text>`;
    })
    .join('\n');
}
