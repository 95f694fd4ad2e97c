/** The value flow as a table and as CSV, and the key of its chart. */
import { toMajor } from '../../../models/money.ts';
import { csvOf } from '../../csv.ts';
import { PHASES } from '../../pledges/lifecycle.ts';
import type { PledgeValue } from '../../pledges/store.ts';
import { FLOW_KEYS } from '../charts/value-flow.tsx';
import { Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';

export function FlowTable({ points, currency }: { points: readonly PledgeValue[]; currency: string }) {
  const { words } = useView();
  const money = (minor: number | null) =>
    minor === null ? words.say('term.unknown') : words.money(minor, currency);
  return (
    <Table<PledgeValue>
      caption={words.say('flow.title')}
      empty={words.say('flow.none')}
      rows={points}
      keyOf={({ as_of }) => as_of}
      columns={[
        { head: words.say('flow.day'), cell: ({ as_of }) => words.day(as_of) },
        { head: words.say('flow.phase'), cell: ({ state }) => words.say(`phase.${PHASES[state]}`) },
        { head: words.say('flow.low'), kind: 'number', cell: ({ low_minor }) => money(low_minor) },
        { head: words.say('flow.value'), kind: 'number', cell: ({ mid_minor }) => money(mid_minor) },
        { head: words.say('flow.high'), kind: 'number', cell: ({ high_minor }) => money(high_minor) },
        {
          head: words.say('flow.loan'),
          kind: 'number',
          cell: ({ outstanding_minor }) => money(outstanding_minor),
        },
        {
          head: words.say('flow.ltv'),
          kind: 'number',
          cell: ({ ltv_bp }) => (ltv_bp ? words.percent(ltv_bp) : words.say('term.none')),
        },
      ]}
    />
  );
}

export function FlowKeys() {
  const { words } = useView();
  return (
    <ul class="keys">
      {FLOW_KEYS.map(({ name, mark }) => (
        <li key={name}>
          <svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">
            {mark}
          </svg>
          {words.say(name)}
        </li>
      ))}
    </ul>
  );
}

const COLUMNS = [
  'as_of',
  'phase',
  'state',
  'status',
  'currency',
  'low',
  'mid',
  'high',
  'collateral',
  'outstanding',
  'loan_to_value',
  'model_version_id',
] as const;

/** One line a point, amounts in major units, ratios as fractions; an unknown number is left empty (RFC 4180). */
export function flowCsv(points: readonly PledgeValue[], currency: string): string {
  const amount = (minor: number | null) => (minor === null ? null : toMajor(minor, currency));
  const lines = points.map((point) => [
    point.as_of,
    PHASES[point.state],
    point.state,
    point.status,
    currency,
    amount(point.low_minor),
    amount(point.mid_minor),
    amount(point.high_minor),
    amount(point.collateral_minor),
    amount(point.outstanding_minor),
    point.ltv_bp === null ? null : point.ltv_bp / 10_000,
    point.model_version_id,
  ]);
  return csvOf([COLUMNS, ...lines]);
}
