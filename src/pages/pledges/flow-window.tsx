/** What of a value flow is shown: a span by name, or any days by steps of zooming, each step an address. */
import { addDays, daysBetween } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { dateOf } from '../../clock.ts';
import { AskForm, Choice, DayField } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import type { PledgeShown } from './read.ts';

export const SPANS = ['all', 'contract', 'years_3', 'year_1'] as const;
export type Span = (typeof SPANS)[number];

export interface FlowWindow {
  span: Span;
  /** Days zoomed to, within the span of all points; null where the span says. */
  days: { first: CalendarDate; last: CalendarDate } | null;
}

const LEAST_days = 60;

export function FlowControls({
  shown,
  as_of,
  window,
}: {
  shown: PledgeShown;
  as_of: CalendarDate | null;
  window: FlowWindow;
}) {
  const { words, now } = useView();
  const { pledge } = shown;
  return (
    <AskForm action={`/pledges/${pledge.id}`}>
      <Choice
        name="span"
        label={words.say('flow.span')}
        chosen={window.span}
        options={SPANS.map((value) => ({ value, text: words.say(`span.${value}`) }))}
      />
      <DayField
        name="as_of"
        label={words.say('flow.as_of')}
        value={as_of ?? ''}
        min={pledge.requested_on}
        max={dateOf(now)}
        slider
      />
    </AskForm>
  );
}

/** First and last day that a span shows. */
function spanDays({ points, moves }: PledgeShown, span: Span): { from?: CalendarDate; to?: CalendarDate } {
  const last = points.at(-1)!.as_of;
  const first = points[0]!.as_of;
  const back = (years: number) => {
    const day = `${Number(last.slice(0, 4)) - years}${last.slice(4)}`.replace('02-29', '02-28');
    return day < first ? {} : { from: day, to: last };
  };
  if (span === 'years_3') return back(3);
  if (span === 'year_1') return back(1);
  if (span === 'all') return {};
  const begun = moves.find(({ to_state }) => to_state === 'active')?.moved_on;
  return begun === undefined || begun >= last ? {} : { from: begun, to: last };
}

/** First and last day that the chart shows. */
export function windowDays(shown: PledgeShown, { span, days }: FlowWindow) {
  if (days === null || days.first >= days.last) return spanDays(shown, span);
  const [begin, end] = [shown.points[0]!.as_of, shown.points.at(-1)!.as_of];
  const from = days.first < begin ? begin : days.first;
  const to = days.last > end ? end : days.last;
  return from < to ? { from, to } : {};
}

export const ZOOMS = { in: '+', out: '-', earlier: 'PageUp', later: 'PageDown' } as const;
type Zoom = keyof typeof ZOOMS;

/** Days after a step: half or twice as long about the same middle, or half a length on. */
export function zoomed(
  zoom: Zoom,
  now: { first: CalendarDate; last: CalendarDate },
  all: { first: CalendarDate; last: CalendarDate },
): { first: CalendarDate; last: CalendarDate } | null {
  const length = daysBetween(now.first, now.last);
  const next = Math.max(
    LEAST_days,
    { in: length / 2, out: length * 2, earlier: length, later: length }[zoom],
  );
  const shift = { in: 0, out: 0, earlier: -length / 2, later: length / 2 }[zoom];
  const start = addDays(now.first, Math.round((length - next) / 2 + shift));
  const longest = daysBetween(all.first, all.last);
  const room = Math.round(Math.min(next, longest));
  const latest = addDays(all.last, -room);
  const bounded = start < all.first ? all.first : start > latest ? latest : start;
  const first = bounded < all.first ? all.first : bounded;
  const last = addDays(first, room);
  return first === now.first && last === now.last ? null : { first, last };
}

/** Steps of zooming as links; the chart takes their keys where scripts run. */
export function ZoomLinks({
  shown,
  as_of,
  window,
}: {
  shown: PledgeShown;
  as_of: CalendarDate | null;
  window: FlowWindow;
}) {
  const { words } = useView();
  const all = { first: shown.points[0]!.as_of, last: shown.points.at(-1)!.as_of };
  const { from = all.first, to = all.last } = windowDays(shown, window);
  const hrefOf = (days: { first: CalendarDate; last: CalendarDate }) =>
    `/pledges/${shown.pledge.id}?${new URLSearchParams({ span: window.span, as_of: as_of ?? '', ...days })}#flow`;
  return (
    <nav class="zoom" aria-label={words.say('zoom.label')}>
      {(Object.keys(ZOOMS) as Zoom[]).map((zoom) => {
        const days = zoomed(zoom, { first: from, last: to }, all);
        return (
          days && (
            <a
              key={zoom}
              class="button"
              href={hrefOf(days)}
              data-zoom={ZOOMS[zoom]}
              aria-keyshortcuts={ZOOMS[zoom]}
            >
              {words.say(`zoom.${zoom}`)}
            </a>
          )
        );
      })}
    </nav>
  );
}
