/** The value of a pledge before, during and after its contract: flags, value with band and loan, loan-to-value, on one time axis. */
import type { Severity } from '../../../models/risk/rule.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { PHASES, type Phase } from '../../pledges/lifecycle.ts';
import type { PledgeMove, PledgeValue } from '../../pledges/store.ts';
import type { Words } from '../language/words.ts';
import { ruleTitle } from '../parts/terms.ts';
import { Area, DayAxis, type Frame, NumberAxis } from './axes.tsx';
import { SeverityMark } from './marks.tsx';
import { dayNumber, linear, place, type Scale, stepBand, stepPath, ticks } from './scale.ts';

export interface FlowFlag {
  id: string;
  rule: string;
  severity: Severity;
  opened_as_of: CalendarDate;
  cleared_as_of: CalendarDate | null;
  evidence: Readonly<Record<string, number | string | null>>;
}

export interface Flow {
  currency: string;
  principal_minor: number;
  ltv_target_bp: number;
  ltv_warning_bp: number;
  ltv_breach_bp: number;
  points: readonly PledgeValue[];
  moves: readonly PledgeMove[];
  flags: readonly FlowFlag[];
}

interface Props {
  flow: Flow;
  words: Words;
  /** Pixels; the height follows from what is shown. */
  width: number;
  /** Where a flag leads; null in a picture that stands alone. */
  hrefOf: ((flag: FlowFlag) => string) | null;
  from?: CalendarDate;
  to?: CalendarDate;
}

/** What is drawn how, in a field of 26 by 14. */
export const FLOW_KEYS = [
  { name: 'chart.value', mark: <path class="c-value" d="M0 7H26" /> },
  { name: 'chart.band', mark: <rect class="c-band" y="1" width="26" height="12" /> },
  { name: 'chart.loan', mark: <path class="c-loan" d="M0 7H26" /> },
  { name: 'chart.ratio', mark: <path class="c-ratio" d="M0 7H26" /> },
] as const;

const MONEY_HEIGHT = 240;
const RATIO_HEIGHT = 120;
const GAP = 58;
const ROW = 22;
const NARROW = 600;
/** Room for the name of a day on its axis. */
const DAY_WIDTH = 88;
const GRAVITY: readonly Severity[] = ['critical', 'warning', 'info'];

export function ValueFlowChart({ flow, words, width, hrefOf, from, to }: Props) {
  const shown = within(flow, from, to);
  const narrow = width < NARROW;
  const left = narrow ? 60 : 190;
  const right = narrow ? 8 : 92;
  const [first, last] = spanOf(shown, from, to);
  const x = linear(dayNumber(first), dayNumber(last), left, width - right);
  const rows = rowsOf(shown.flags);
  const row_height = narrow ? ROW + 14 : ROW;
  const flags: Frame = { left, right: width - right, top: 30, height: Math.max(1, rows.length) * row_height };
  const money: Frame = { ...flags, top: flags.top + flags.height + GAP, height: MONEY_HEIGHT };
  const ratio: Frame = { ...flags, top: money.top + MONEY_HEIGHT + GAP, height: RATIO_HEIGHT };
  const height = ratio.top + RATIO_HEIGHT + 26;
  return (
    <svg
      class="chart-svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role={hrefOf ? 'group' : 'img'}
      aria-label={summaryOf(shown, words)}
      data-days={shown.points.map(({ as_of }) => x(dayNumber(as_of))).join(' ')}
    >
      <title>{summaryOf(shown, words)}</title>
      {phasesOf(shown, first, last).map((phase) => (
        <Phases key={phase.phase} {...phase} {...{ x, words, narrow }} frames={[flags, money, ratio]} />
      ))}
      <Money {...{ flow: shown, words, frame: money, x, narrow }} />
      <Ratio {...{ flow: shown, words, frame: ratio, x, narrow }} />
      <Notices {...{ flags: shown.flags, words, x }} frames={[flags, money, ratio]} />
      {rows.map((row, index) => (
        <FlagRow
          key={row.rule}
          row={row}
          y={flags.top + index * row_height + row_height - ROW / 2}
          {...{ x, words, narrow, hrefOf, last }}
        />
      ))}
      {rows.length === 0 && (
        <text class="c-note" x={left} y={flags.top + ROW / 2 + 4}>
          {words.say('chart.no_flags')}
        </text>
      )}
      <DayAxis
        from={first}
        to={last}
        x={x}
        frame={ratio}
        words={words}
        count={narrow ? 4 : Math.floor((width - right - left) / DAY_WIDTH)}
      />
    </svg>
  );
}

function within(flow: Flow, from: CalendarDate | undefined, to: CalendarDate | undefined): Flow {
  if (!from && !to) return flow;
  const start = from ?? '0000-01-01';
  const end = to ?? '9999-12-31';
  // The point before the span holds into it.
  const before = flow.points.findLast(({ as_of }) => as_of < start);
  const points = flow.points.filter(({ as_of }) => as_of >= start && as_of <= end);
  return {
    ...flow,
    points: before ? [{ ...before, as_of: start }, ...points] : points,
    flags: flow.flags.filter(
      ({ opened_as_of, cleared_as_of }) => opened_as_of <= end && (cleared_as_of ?? end) >= start,
    ),
  };
}

function spanOf({ points }: Flow, from?: CalendarDate, to?: CalendarDate): [CalendarDate, CalendarDate] {
  const first = from ?? points[0]!.as_of;
  return [first, to ?? points.at(-1)!.as_of];
}

function summaryOf({ points, currency }: Flow, words: Words): string {
  const [first, last] = [points[0]!, points.at(-1)!];
  const amount = (minor: number | null) =>
    minor === null ? words.say('term.unknown') : words.briefMoney(minor, currency);
  return words.say('chart.flow_summary', {
    from: words.day(first.as_of),
    to: words.day(last.as_of),
    start: amount(first.mid_minor),
    end: amount(last.mid_minor),
    loan: words.briefMoney(last.outstanding_minor, currency),
  });
}

interface PhaseSpan {
  phase: Phase;
  from: CalendarDate;
  to: CalendarDate;
}

/** The phases that the moves mark out within a span. */
function phasesOf({ moves }: Flow, first: CalendarDate, last: CalendarDate): PhaseSpan[] {
  const spans: PhaseSpan[] = [{ phase: 'before', from: first, to: last }];
  for (const { to_state, moved_on } of moves) {
    const phase = PHASES[to_state];
    const open = spans.at(-1)!;
    if (phase === open.phase) continue;
    open.to = moved_on;
    spans.push({ phase, from: moved_on, to: last });
  }
  return spans
    .map((span) => ({
      ...span,
      from: span.from < first ? first : span.from,
      to: span.to > last ? last : span.to,
    }))
    .filter(({ from, to }) => from < to);
}

function Phases(props: PhaseSpan & { x: Scale; words: Words; narrow: boolean; frames: readonly Frame[] }) {
  const { phase, from, to, x, words, narrow, frames } = props;
  const [start, end] = [x(dayNumber(from)), x(dayNumber(to))];
  const room = end - start > (narrow ? 52 : 70);
  return (
    <g>
      {frames.map(({ top, height }) => (
        <rect
          key={top}
          class={`c-phase c-phase-${phase}`}
          x={start}
          y={top - 4}
          width={place(end - start)}
          height={height + 8}
        />
      ))}
      <path class="c-phase-line" d={`M${start} 16V${frames.at(-1)!.top + frames.at(-1)!.height + 4}`} />
      {room && (
        <text class="c-phase-name" x={start + 5} y={18}>
          {words.say(`phase.${phase}`)}
        </text>
      )}
    </g>
  );
}

interface Row {
  rule: string;
  severity: Severity;
  flags: FlowFlag[];
}

/** One row a rule, the gravest first. */
function rowsOf(flags: readonly FlowFlag[]): Row[] {
  const byRule = Map.groupBy(flags, ({ rule }) => rule);
  const gravity = ({ severity }: { severity: Severity }) => GRAVITY.indexOf(severity);
  return [...byRule]
    .map(([rule, own]) => ({
      rule,
      flags: own,
      severity: own.toSorted((a, b) => gravity(a) - gravity(b))[0]!.severity,
    }))
    .sort((a, b) => gravity(a) - gravity(b) || (a.rule < b.rule ? -1 : 1));
}

interface FlagRowProps {
  row: Row;
  y: number;
  x: Scale;
  words: Words;
  narrow: boolean;
  hrefOf: Props['hrefOf'];
  last: CalendarDate;
}

function FlagRow({ row, y, x, words, narrow, hrefOf, last }: FlagRowProps) {
  const title = ruleTitle(row.rule, words);
  return (
    <g>
      <text
        class="c-row"
        x={narrow ? x(x.from) : x(x.from) - 12}
        y={narrow ? y - 11 : y + 4}
        text-anchor={narrow ? 'start' : 'end'}
      >
        {title}
      </text>
      {row.flags.map((flag) => {
        const [start, end] = [x(dayNumber(flag.opened_as_of)), x(dayNumber(flag.cleared_as_of ?? last))];
        const told = words.say('chart.flag', {
          rule: title,
          severity: words.say(`severity.${flag.severity}`),
          day: words.day(flag.opened_as_of),
        });
        const mark = (
          <>
            <path
              class={`c-stood c-${flag.severity}`}
              d={`M${start} ${y}H${place(Math.max(end, start + 1))}`}
            />
            <SeverityMark severity={flag.severity} x={start} y={y} title={told} />
          </>
        );
        return hrefOf ? (
          <a key={flag.id} href={hrefOf(flag)} aria-label={told}>
            {mark}
          </a>
        ) : (
          <g key={flag.id}>{mark}</g>
        );
      })}
    </g>
  );
}

/** The two lines that names of notices stand in; one without room is told by its flag alone. */
const NOTICE_LINES = [-38, -24];
const NOTICE_GAP = 6;
/** Of the name of a notice, in pixels, with room to spare. */
const [LETTER_WIDTH, IDEOGRAPH_WIDTH] = [7, 12.5];

function noticeWidth(name: string): number {
  const ideographs = name.match(/\p{Script=Han}/gu)?.length ?? 0;
  return (name.length - ideographs) * LETTER_WIDTH + ideographs * IDEOGRAPH_WIDTH + NOTICE_GAP;
}

interface NoticesProps {
  flags: readonly FlowFlag[];
  words: Words;
  x: Scale;
  frames: readonly [Frame, Frame, Frame];
}

/** The days on which the gazette printed that a right had ended, through all panels. */
function Notices({ flags, words, x, frames: [first, money, last] }: NoticesProps) {
  const days = new Set(
    flags.flatMap(({ rule, evidence }) => (rule === 'right_ended' ? [String(evidence.published_on)] : [])),
  );
  const taken_to = NOTICE_LINES.map(() => 0);
  return [...days].sort().map((day) => {
    const at = x(dayNumber(day));
    const name = words.say('chart.notice', { day: words.day(day) });
    const width = noticeWidth(name);
    const is_late = at + width > first.right;
    const end = is_late ? Math.max(at, width) : at + width;
    const line = taken_to.findIndex((taken) => end - width >= taken);
    if (line !== -1) taken_to[line] = end;
    return (
      <g key={day}>
        <path class="c-notice" d={`M${at} ${first.top}V${last.top + last.height}`} />
        {line !== -1 && (
          <text
            class="c-notice-name"
            x={place(is_late ? end - NOTICE_GAP : at + NOTICE_GAP)}
            y={money.top + NOTICE_LINES[line]!}
            text-anchor={is_late ? 'end' : 'start'}
          >
            {name}
          </text>
        )}
      </g>
    );
  });
}

interface PanelProps {
  flow: Flow;
  words: Words;
  frame: Frame;
  x: Scale;
  narrow: boolean;
}

/** How far over the value and the loan the axis goes at most for the band's sake. */
const BAND_ROOM = 2.5;

/** Highest amount of the money panel in minor units, and whether the band goes on above it. */
export function moneyTop({ points, principal_minor }: Flow): { top: number; cut: boolean } {
  const told = Math.max(
    1,
    ...points.flatMap(({ mid_minor, outstanding_minor }) => [mid_minor ?? 0, outstanding_minor]),
    points.some(({ outstanding_minor }) => outstanding_minor > 0) ? principal_minor : 0,
  );
  const band = Math.max(0, ...points.map(({ high_minor }) => high_minor ?? 0));
  const top = Math.max(told * 1.08, Math.min(band * 1.02, told * BAND_ROOM));
  return { top, cut: band > top };
}

function Money({ flow, words, frame, x, narrow }: PanelProps) {
  const { points, currency } = flow;
  const { top, cut } = moneyTop(flow);
  const y = linear(0, top, frame.top + frame.height, frame.top);
  const at = ({ as_of }: PledgeValue) => x(dayNumber(as_of));
  const or = (minor: number | null) => (minor === null ? null : y(minor));
  const end = frame.right;
  const band = points.map((point) => ({
    x: at(point),
    low: or(point.low_minor),
    high: or(point.high_minor),
  }));
  const loan = points.map((point) => ({
    x: at(point),
    y: point.outstanding_minor > 0 ? y(point.outstanding_minor) : null,
  }));
  const value = points.map((point) => ({ x: at(point), y: or(point.mid_minor) }));
  return (
    <g>
      <PanelTitle frame={frame} text={words.say('chart.money_panel', { currency })} narrow={narrow} />
      <NumberAxis
        frame={frame}
        y={y}
        values={ticks(0, top, 4)}
        tell={(minor) => words.shortMoney(minor, currency)}
      />
      <Area class="c-band" d={stepBand(band, end)} />
      <path class="c-loan" d={stepPath(loan, end)} />
      <path class="c-value" d={stepPath(value, end)} />
      {cut && (
        <text class="c-note" x={frame.right} y={frame.top - 6} text-anchor="end">
          {words.say(narrow ? 'chart.band_cut_short' : 'chart.band_cut')}
        </text>
      )}
      <EndLabels {...{ flow, words, frame, y, narrow }} />
    </g>
  );
}

/** The last numbers beside the ends of their lines, moved apart where they would touch. */
function EndLabels({ flow, words, frame, y, narrow }: Omit<PanelProps, 'x'> & { y: Scale }) {
  const last = flow.points.at(-1)!;
  if (narrow) return null;
  const told = [
    { name: words.say('chart.value'), minor: last.mid_minor, style: 'c-end-value' },
    { name: words.say('chart.loan'), minor: last.outstanding_minor || null, style: 'c-end-loan' },
  ]
    .filter(({ minor }) => minor !== null)
    .map((each) => ({ ...each, at: y(each.minor!) }))
    .sort((a, b) => a.at - b.at);
  if (told.length === 2 && told[1]!.at - told[0]!.at < 30) {
    const middle = Math.min((told[0]!.at + told[1]!.at) / 2, frame.top + frame.height - 22);
    told[0]!.at = middle - 16;
    told[1]!.at = middle + 16;
  }
  return (
    <g>
      {told.map(({ name, minor, style, at }) => (
        <text key={name} class={style} x={frame.right + 7} y={place(at)}>
          <tspan>{name}</tspan>
          <tspan class="c-figure" x={frame.right + 7} dy="14">
            {words.shortMoney(minor!, flow.currency)}
          </tspan>
        </text>
      ))}
    </g>
  );
}

/** The ratio axis ends here at the latest, so that a value near nothing leaves the limits legible. */
const RATIO_ROOM = 2;

function Ratio({ flow, words, frame, x, narrow }: PanelProps) {
  const { points, ltv_target_bp, ltv_warning_bp, ltv_breach_bp } = flow;
  const most = Math.max(0, ...points.map(({ ltv_bp }) => ltv_bp ?? 0));
  const top = Math.max(ltv_breach_bp * 1.25, Math.min(most * 1.05, ltv_breach_bp * RATIO_ROOM));
  const y = linear(0, top, frame.top + frame.height, frame.top);
  const line = points.map(({ as_of, ltv_bp }) => ({ x: x(dayNumber(as_of)), y: ltv_bp ? y(ltv_bp) : null }));
  const limits = [
    { name: 'target', bp: ltv_target_bp },
    { name: 'warning', bp: ltv_warning_bp },
    { name: 'breach', bp: ltv_breach_bp },
  ] as const;
  return (
    <g>
      <PanelTitle frame={frame} text={words.say('chart.ratio_panel')} narrow={narrow} />
      <rect
        class="c-zone-breach"
        x={frame.left}
        y={frame.top}
        width={frame.right - frame.left}
        height={place(y(ltv_breach_bp) - frame.top)}
      />
      <rect
        class="c-zone-warning"
        x={frame.left}
        y={y(ltv_breach_bp)}
        width={frame.right - frame.left}
        height={place(y(ltv_warning_bp) - y(ltv_breach_bp))}
      />
      <NumberAxis frame={frame} y={y} values={ticks(0, top, 3)} tell={(bp) => words.percent(bp, 0)} />
      {limits.map(({ name, bp }) => (
        <g key={name}>
          <path class={`c-limit c-limit-${name}`} d={`M${frame.left} ${y(bp)}H${frame.right}`} />
          {!narrow && (
            <text
              class="c-limit-name"
              x={frame.right + 7}
              y={place(y(bp) + (name === 'breach' ? -2 : name === 'target' ? 10 : 4))}
            >
              {words.say(`chart.limit_${name}`, { limit: words.percent(bp, 0) })}
            </text>
          )}
        </g>
      ))}
      <path class="c-ratio" d={stepPath(line, frame.right)} />
      {most > top && (
        <text class="c-note" x={frame.right} y={frame.top - 6} text-anchor="end">
          {words.say('chart.ratio_cut')}
        </text>
      )}
    </g>
  );
}

function PanelTitle({ frame, text, narrow }: { frame: Frame; text: string; narrow: boolean }) {
  return (
    <text class="c-title" x={0} y={frame.top + (narrow ? -12 : 4)}>
      {text}
    </text>
  );
}
