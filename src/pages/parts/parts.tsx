/** What pages are put together from. */
import type { ComponentChildren } from 'preact';
import type { Severity } from '../../../models/risk/rule.ts';
import type { PledgeStatus } from '../../../models/risk/status.ts';
import { SeverityIcon } from '../charts/marks.tsx';
import { useView } from '../view.ts';

/** A part of a page: its name in the margin, the matter beside it. */
export function Section(props: { id?: string; title: string; note?: string; children: ComponentChildren }) {
  const { id, title, note, children } = props;
  return (
    <section class="ledger" id={id}>
      <header>
        <h2>{title}</h2>
        {note && <p class="muted">{note}</p>}
      </header>
      <div class="matter">{children}</div>
    </section>
  );
}

export interface Fact {
  label: string;
  value: ComponentChildren;
  note?: ComponentChildren;
}

/** The figures that a page is about, in one ruled strip. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ label, value, note }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span class="figure">{value}</span>
            {note && <span class="muted">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the end, under each other; what is short stands in one line. */
  kind?: 'number' | 'short';
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Fragment that leads to the row. */
  idOf?: (row: Row) => string;
  empty: string;
}

/**
 * On a narrow screen each row stands as a block with its names beside the cells. The roles say what the changed display
 * would take away.
 */
export function Table<Row>({ caption, columns, rows, keyOf, idOf, empty }: TableProps<Row>) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <table role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, kind }) => (
            <th key={head} role="columnheader" scope="col" class={kind}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" id={idOf?.(row)}>
            {columns.map(({ head, cell, kind }) => (
              <td key={head} role="cell" class={kind} data-head={head}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FigureProps {
  title: string;
  /** Draws at a width in pixels: once for wide screens and paper, once for narrow ones. */
  draw: (width: number) => ComponentChildren;
  wide: number;
  table: ComponentChildren;
  keys?: ComponentChildren;
}

const NARROW_WIDTH = 358;

/** A chart, its key, and the same as a table. */
export function Figure({ title, draw, wide, table, keys }: FigureProps) {
  const { words } = useView();
  return (
    <figure class="chart">
      <figcaption class="unseen">{title}</figcaption>
      {keys}
      <div class="wide" data-chart>
        {draw(wide)}
      </div>
      <div class="narrow">{draw(NARROW_WIDTH)}</div>
      <details>
        <summary>{words.say('chart.as_table')}</summary>
        {table}
      </details>
    </figure>
  );
}

export function SeverityMarked({ severity }: { severity: Severity }) {
  const { words } = useView();
  return (
    <span class={`marked severity-${severity}`}>
      <SeverityIcon severity={severity} />
      {words.say(`severity.${severity}`)}
    </span>
  );
}

const STATUS_SHAPES: Record<PledgeStatus, string> = {
  compliant: 'M-6 0-2 4.5 6-4.5',
  warning: 'M0-6.5 6.5 5h-13Z',
  breach: 'M0-7.5 7.5 0 0 7.5-7.5 0Z',
  unknown: 'M-3.5-3a3.5 3.5 0 1 1 5 3.2C.4.8 0 1.4 0 2.6M0 5.4v1.2',
};

/** Where a loan stands by its own limits, by shape, colour and word. */
export function StatusMarked({ status }: { status: PledgeStatus | null }) {
  const { words } = useView();
  if (status === null) return <span class="muted">{words.say('status.none')}</span>;
  return (
    <span class={`marked status-${status}`}>
      <svg class="icon" viewBox="-9 -9 18 18" width="14" height="14" aria-hidden="true">
        <path d={STATUS_SHAPES[status]} />
      </svg>
      {words.say(`status.${status}`)}
    </span>
  );
}

/** A form that asks by address, and so works with the back button and without scripts. */
export function AskForm({ action, children }: { action: string; children: ComponentChildren }) {
  const { words } = useView();
  return (
    <form class="ask" method="get" action={action}>
      {children}
      <button type="submit">{words.say('form.show')}</button>
    </form>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  chosen: string;
  options: readonly { value: string; text: string }[];
}

export function Choice({ name, label, chosen, options }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        {options.map(({ value, text }) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface DayFieldProps {
  name: string;
  label: string;
  value: string;
  min?: string;
  max?: string;
  /** Whether a slider stands beside it. */
  slider?: boolean;
}

export function DayField({ name, label, value, min, max, slider }: DayFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="date" name={name} value={value} min={min} max={max} data-day-slider={slider} />
    </label>
  );
}

/** A field of a form that asks by address. */
export function TextAsked({ name, label, value }: { name: string; label: string; value: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="text" name={name} value={value} />
    </label>
  );
}
