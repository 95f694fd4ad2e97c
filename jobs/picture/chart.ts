/** The value flow of one pledge as SVG: flags, value with band and loan, loan-to-value, on one time axis. Pure. */
import * as echarts from 'echarts';
import { toMajor } from '../../models/money.ts';
import { PHASES, type Phase } from '../../src/pledges/lifecycle.ts';
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
const HEIGHT = 830;
const FONT = 'Helvetica, Arial, sans-serif';

/** Okabe and Ito's palette, told apart by every kind of colour vision, on greys; severities differ in shape as well. */
const INK = '#1f2933';
const MUTED = '#5b6670';
const FAINT = '#e6eaee';
const SHADE = '#f4f6f8';
const VALUE = '#0072b2';
const BAND = '#cfe4f1';
const SEVERITIES = {
  info: { color: '#8a949e', symbol: 'rect', size: 7 },
  warning: { color: '#e69f00', symbol: 'circle', size: 9 },
  critical: { color: '#d55e00', symbol: 'diamond', size: 13 },
} as const;

/** Rows of the flags, gravest first, in words that fit beside them. */
const RULE_TITLES: Readonly<Record<string, string>> = {
  right_ended: 'patent lapsed',
  ltv_breach: 'loan-to-value breach',
  ltv_warning: 'loan-to-value warning',
  value_drop: 'value fell',
  lapse_likely: 'lapse likely',
  annuity_overdue: 'annuity not proven paid',
  annuity_due: 'annuity falls due',
  expiry_before_maturity: 'term ends before the loan',
  data_stale: 'register silent',
};

const LEFT = 196;
const RIGHT = 92;
const FLAGS = { top: 142, height: 176 };
const MONEY = { top: 366, height: 260 };
const RATIO = { top: 674, height: 112 };
const GRIDS = [FLAGS, MONEY, RATIO];

/** Draws a pledge that was registered, defaulted and lost a patent. */
export function drawValueFlow(flow: FlowPicture): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(optionOf(flow));
    // A reader that cannot see the picture is told what it is.
    return `${chart.renderToSVGString().replace('>', ' role="img"><title>Value flow of a pledge</title>')}\n`;
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}

function optionOf(flow: FlowPicture): echarts.EChartsOption {
  const raised = Object.keys(RULE_TITLES).filter((id) => flow.flags.some(({ rule }) => rule === id));
  const span = { min: flow.points[0]!.as_of, max: flow.points.at(-1)!.as_of };
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT, color: INK },
    title: [heading(flow), ...panelTitles(flow)],
    legend: [
      { ...LEGEND, top: FLAGS.top - 46, data: Object.keys(SEVERITIES) },
      { ...LEGEND, top: MONEY.top - 32, data: MONEY_KEY },
    ],
    grid: GRIDS.map((grid) => ({ left: LEFT, right: RIGHT, ...grid })),
    xAxis: GRIDS.map((grid, gridIndex) => ({ ...timeAxis(grid === RATIO), gridIndex, ...span })),
    yAxis: [
      { ...RULE_AXIS, gridIndex: 0, data: raised.map((id) => RULE_TITLES[id]!).toReversed() },
      { ...NUMBER_AXIS, gridIndex: 1, min: 0 },
      { ...NUMBER_AXIS, gridIndex: 2, ...ratioBounds(flow), interval: 10 },
    ],
    series: [
      ...flagSeries(flow),
      ...moneySeries(flow),
      ratioSeries(flow),
      ...GRIDS.map((_, grid) => backdrop(flow, grid)),
    ],
  };
}

const LEGEND: echarts.LegendComponentOption = {
  left: LEFT + 150,
  itemWidth: 18,
  itemHeight: 9,
  itemGap: 22,
  selectedMode: false,
  textStyle: { color: INK, fontSize: 12 },
};

/** A thick bar, an area and a broken line, as in the panel. */
const MONEY_KEY = [
  { name: 'value', icon: 'path://M0 7h36v4H0z' },
  { name: '80 % band', icon: 'rect' },
  { name: 'loan outstanding', icon: 'path://M0 7h10v4H0zM13 7h10v4H13zM26 7h10v4H26z' },
];

const RULE_AXIS: echarts.YAXisComponentOption = {
  type: 'category',
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: INK, fontSize: 12 },
};

const NUMBER_AXIS: echarts.YAXisComponentOption = {
  type: 'value',
  axisLabel: { color: MUTED, fontSize: 12 },
  splitLine: { lineStyle: { color: FAINT } },
};

function timeAxis(labelled: boolean): echarts.XAXisComponentOption {
  return {
    type: 'time',
    axisLine: { onZero: false, lineStyle: { color: MUTED } },
    axisTick: { show: labelled },
    axisLabel: { show: labelled, color: MUTED, fontSize: 12, formatter: '{yyyy}-{MM}', hideOverlap: true },
  };
}

function heading({ patents }: FlowPicture): echarts.TitleComponentOption {
  const numbers = patents.map(({ office, application_number }) => `${office} ${application_number}`);
  return {
    text: `Value flow of a pledge on patent ${numbers.join(', ')}`,
    subtext:
      'Patent, dates and termination notice are real. Bank, firm, revenue and loan are invented for the demonstration.',
    left: 28,
    top: 20,
    itemGap: 8,
    textStyle: { fontSize: 22, fontWeight: 600, color: INK },
    subtextStyle: { fontSize: 14, color: MUTED },
  };
}

function panelTitles({ pledge }: FlowPicture): echarts.TitleComponentOption[] {
  const texts = [
    'Risk flags, raised to cleared',
    `Value, million ${pledge.currency}`,
    'Loan-to-value, %, while there is a value',
  ];
  const tops = [FLAGS.top - 48, MONEY.top - 34, RATIO.top - 34];
  return texts.map((text, panel) => ({
    text,
    left: 28,
    top: tops[panel]!,
    textStyle: { fontSize: 14, fontWeight: 600, color: INK },
  }));
}

/** One symbol where each flag was raised, and a line as long as it stood. */
function flagSeries({ flags, points }: FlowPicture): echarts.SeriesOption[] {
  const end = points.at(-1)!.as_of;
  return Object.entries(SEVERITIES).map(([name, { color, symbol, size }]) => {
    const own = flags.filter(({ severity }) => severity === name);
    const rows = own.map((flag) => ({
      row: RULE_TITLES[flag.rule]!,
      from: flag.opened_as_of,
      to: flag.cleared_as_of ?? end,
    }));
    return {
      name,
      type: 'scatter',
      symbol,
      symbolSize: size,
      itemStyle: { color },
      z: 5,
      data: rows.map(({ row, from }) => [from, row]),
      markLine: {
        symbol: 'none',
        silent: true,
        label: { show: false },
        lineStyle: { color, width: 4, type: 'solid', opacity: 0.45 },
        data: rows.map(
          ({ row, from, to }) => [{ coord: [from, row] }, { coord: [to, row] }] as const,
        ) as never,
      },
    };
  });
}

/** Steps, because a number holds until the next one replaces it. */
const STEP = { type: 'line', step: 'end', symbol: 'none', silent: true } as const;

function moneySeries({ pledge, points, moves, flags }: FlowPicture): echarts.SeriesOption[] {
  const million = (minor: number | null) => (minor === null ? null : toMajor(minor, pledge.currency) / 1e6);
  const disbursed_on = moves.find(({ to_state }) => to_state === 'active')!.moved_on;
  const owed = points.filter(({ as_of }) => as_of > disbursed_on);
  const panel = { ...STEP, xAxisIndex: 1, yAxisIndex: 1 };
  return [
    {
      ...panel,
      stack: 'band',
      lineStyle: { opacity: 0 },
      data: points.map(({ as_of, low_minor }) => [as_of, million(low_minor)]),
    },
    {
      ...panel,
      name: '80 % band',
      stack: 'band',
      color: BAND,
      lineStyle: { opacity: 0 },
      areaStyle: { color: BAND, opacity: 0.75 },
      data: points.map(({ as_of, low_minor, high_minor }) => [
        as_of,
        low_minor === null || high_minor === null ? null : million(high_minor - low_minor),
      ]),
    },
    {
      ...panel,
      name: 'value',
      color: VALUE,
      z: 4,
      lineStyle: { width: 3 },
      data: points.map(({ as_of, mid_minor }) => [as_of, million(mid_minor)]),
    },
    {
      ...panel,
      name: 'loan outstanding',
      color: INK,
      z: 4,
      lineStyle: { width: 2, type: [6, 3] },
      data: [
        [disbursed_on, million(pledge.principal_minor)],
        ...owed.map(({ as_of, outstanding_minor }) => [as_of, million(outstanding_minor)]),
      ],
      markLine: noticeLine(flags),
    },
  ];
}

/** The day on which the gazette printed that the right had ended. */
function noticeLine(flags: readonly StandingFlag[]): echarts.MarkLineComponentOption {
  const days = flags.flatMap(({ rule, evidence }) =>
    rule === 'right_ended' ? [String(evidence.published_on)] : [],
  );
  return {
    symbol: 'none',
    silent: true,
    lineStyle: { color: SEVERITIES.critical.color, width: 2, type: 'solid' },
    label: { color: INK, fontSize: 12, fontWeight: 600, position: 'end', distance: 6 },
    data: days.map((day) => ({
      xAxis: day,
      label: { formatter: `termination notice in the gazette, ${day}` },
    })),
  };
}

function ratioSeries({ pledge, points }: FlowPicture): echarts.SeriesOption {
  const limits = [
    { name: 'target', bp: pledge.ltv_target_bp, color: MUTED },
    { name: 'warning', bp: pledge.ltv_warning_bp, color: SEVERITIES.warning.color },
    { name: 'breach', bp: pledge.ltv_breach_bp, color: SEVERITIES.critical.color },
  ];
  return {
    ...STEP,
    xAxisIndex: 2,
    yAxisIndex: 2,
    color: INK,
    z: 4,
    lineStyle: { width: 2.5 },
    data: points.map(({ as_of, ltv_bp }) => [as_of, ltv_bp === null || ltv_bp === 0 ? null : ltv_bp / 100]),
    markLine: {
      symbol: 'none',
      silent: true,
      label: { position: 'end', color: INK, fontSize: 12 },
      data: limits.map(({ name, bp, color }) => ({
        yAxis: bp / 100,
        lineStyle: { color, width: 1.5, type: [5, 4] },
        label: { formatter: `${name} ${bp / 100}` },
      })),
    },
  };
}

/** Room for the ratio and its limits, in steps of ten. */
function ratioBounds({ pledge, points }: FlowPicture): { min: number; max: number } {
  const ratios = points.flatMap(({ ltv_bp }) => (ltv_bp ? [ltv_bp / 100] : []));
  return {
    min: 10 * Math.floor(Math.min(pledge.ltv_target_bp / 100 - 1, ...ratios) / 10),
    max: 10 * Math.ceil(Math.max(pledge.ltv_breach_bp / 100 + 1, ...ratios) / 10),
  };
}

/** The three phases as shades behind a panel, named above the first one; where nothing is worth anything, that. */
function backdrop({ points, moves }: FlowPicture, grid: number): echarts.SeriesOption {
  const start = points[0]!.as_of;
  const end = points.at(-1)!.as_of;
  const turn = (phase: Phase) => moves.find(({ to_state }) => PHASES[to_state] === phase)!.moved_on;
  const phases = [
    { name: 'before', from: start, to: turn('during'), color: SHADE },
    { name: 'during the contract', from: turn('during'), to: turn('after'), color: '#ffffff' },
    { name: 'after', from: turn('after'), to: end, color: SHADE },
  ];
  return {
    type: 'line',
    xAxisIndex: grid,
    yAxisIndex: grid,
    silent: true,
    data: [],
    markArea: {
      silent: true,
      label: { show: grid === 0, position: 'top', color: MUTED, fontSize: 13 },
      data: phases.map(({ name, from, to, color }) => [
        { name, xAxis: from, itemStyle: { color, borderColor: FAINT, borderWidth: 1 } },
        { xAxis: to },
      ]),
    },
  };
}
