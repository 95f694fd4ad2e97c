/** Servers and hours over the size of the corpus, both on scales of logarithms. Pure. */
import * as echarts from 'echarts';
import type { Plan } from '../../models/capacity/plan.ts';
import { count } from './text.ts';

const WIDTH = 900;
const HEIGHT = 460;
/** Okabe and Ito's palette, told apart by every kind of colour vision; the lines differ in their symbols as well. */
const LINES: readonly [string, string, string, (plan: Plan) => number][] = [
  ['servers', '#000000', 'rect', ({ servers }) => servers],
  ['TB in all', '#0072b2', 'circle', ({ bytes }) => bytes / 1e12],
  ['first load, h', '#d55e00', 'triangle', (plan) => Math.max(plan.first_load_hours, plan.counting_hours)],
  ['revaluation, h', '#009e73', 'diamond', ({ revaluation_hours }) => revaluation_hours],
  ['words, p99 in s', '#e69f00', 'pin', ({ words_p99_ms }) => words_p99_ms / 1000],
];

export function drawPlans(plans: readonly Plan[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' },
      legend: { top: 12, data: LINES.map(([name]) => name) },
      grid: { left: 60, right: 30, top: 56, bottom: 56 },
      xAxis: {
        type: 'log',
        name: 'patents',
        nameLocation: 'middle',
        nameGap: 32,
        min: plans[0]!.patents,
        max: plans.at(-1)!.patents,
        axisLabel: { formatter: (patents: number) => count(patents) },
      },
      yAxis: { type: 'log' },
      series: LINES.map(([name, color, symbol, of]) => ({
        type: 'line',
        name,
        symbol,
        symbolSize: 8,
        color,
        data: plans.map((plan) => [plan.patents, Number(of(plan).toPrecision(3))]),
      })),
    });
    return `${chart.renderToSVGString().replace('>', ' role="img"><title>What a corpus of patents needs</title>')}\n`;
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}
