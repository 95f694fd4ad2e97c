/** Tables on a sheet: rows stay whole, the head stands again on each page. */
import type { Block, ReportColumn, Row } from '../report.ts';
import {
  ACCENT,
  COLUMN,
  HAIR,
  INK,
  PAPER,
  QUIET,
  type Setting,
  type Sheet,
  type Structure,
} from './sheet.ts';

const GAP = 10;
const PAD = 2.8;
const AFTER = 9;
/** A table up to this height is not parted. */
const KEPT_WHOLE = 240;
const CELL: Setting = { size: 8.6, weight: 400, colour: INK };
const HEAD: Setting = { size: 7.8, weight: 700, colour: QUIET };
const NAME: Setting = { size: 8.6, weight: 400, colour: QUIET };

interface SetRow {
  lines: string[][];
  height: number;
}

type Kind = 'head' | 'row';

interface Plan {
  columns: readonly ReportColumn[];
  /** The setting of the first column, which names its row where there is no head. */
  first: Setting;
  tags: readonly string[];
}

type TableBlock = Extract<Block, { rows: readonly Row[] }>;

export function setTable(sheet: Sheet, parent: Structure, block: TableBlock) {
  const table = sheet.document.struct('Table');
  parent.add(table);
  const { plan, head, rows } = measure(sheet, block);
  if (head) setRow(sheet, table, plan, head, 'head');
  rows.forEach((row, index) => {
    // The last row does not stand alone over the page.
    const with_next = index === rows.length - 2 ? rows[index + 1]!.height : 0;
    if (sheet.need(row.height + with_next) && head) repeat(sheet, plan, head);
    setRow(sheet, table, plan, row, 'row');
  });
  table.end();
  sheet.y += AFTER;
}

/** What must be left on a page to begin it there: all of a short table, else its head and first rows. */
export function leastHeight(sheet: Sheet, block: TableBlock): number {
  const { head, rows } = measure(sheet, block);
  const heightOf = (some: readonly SetRow[]) =>
    some.reduce((sum, { height }) => sum + height, head?.height ?? 0);
  const whole = heightOf(rows);
  return whole <= KEPT_WHOLE ? whole : heightOf(rows.slice(0, 2));
}

function measure(sheet: Sheet, block: TableBlock): { plan: Plan; head: SetRow | null; rows: SetRow[] } {
  const plan = planOf(block);
  const wrapped = (row: Row, kind: Kind) => wrap(sheet, plan, row, kind);
  return {
    plan,
    head:
      block.kind === 'table'
        ? wrapped(
            block.columns.map(({ head }) => head),
            'head',
          )
        : null,
    rows: block.rows.map((row) => wrapped(row, 'row')),
  };
}

/** Facts are names beside values, without a head. */
function planOf(block: TableBlock): Plan {
  if (block.kind === 'table')
    return { columns: block.columns, first: CELL, tags: block.columns.map(() => 'TD') };
  const columns = [0.32, 0.68].map((share) => ({ head: '', share }));
  return { columns, first: NAME, tags: ['TH', 'TD'] };
}

function wrap(sheet: Sheet, plan: Plan, row: Row, kind: Kind): SetRow {
  const lines = row.map((text, index) =>
    sheet.linesOf(text, plan.columns[index]!.share * COLUMN - GAP, settingOf(plan, index, kind)),
  );
  const most = Math.max(...lines.map(({ length }) => length));
  return { lines, height: sheet.heightOf(most, kind === 'head' ? HEAD : CELL) + 2 * PAD };
}

function settingOf({ first }: Plan, index: number, kind: Kind): Setting {
  if (kind === 'head') return HEAD;
  return index === 0 ? first : CELL;
}

function setRow(sheet: Sheet, table: Structure, plan: Plan, row: SetRow, kind: Kind) {
  const { document } = sheet;
  const element = document.struct('TR');
  table.add(element);
  row.lines.forEach((_, index) => {
    const tag = kind === 'head' ? 'TH' : plan.tags[index]!;
    const english = kind === 'row' && plan.columns[index]!.english;
    const cell = document.struct(tag, english ? { lang: 'en' } : {});
    if (tag === 'TH') scopeOf(cell).A = { O: 'Table', Scope: kind === 'head' ? 'Column' : 'Row' };
    element.add(cell);
    cell.add(() => drawCell(sheet, plan, row, index, kind));
    cell.end();
  });
  element.end();
  finish(sheet, row, kind);
}

/** The head again on another page, for the eye. */
function repeat(sheet: Sheet, plan: Plan, head: SetRow) {
  sheet.ornament(() =>
    head.lines.forEach((_, index) => {
      drawCell(sheet, plan, head, index, 'head');
    }),
  );
  finish(sheet, head, 'head');
}

function drawCell(sheet: Sheet, plan: Plan, row: SetRow, index: number, kind: Kind) {
  const start = PAPER.left + plan.columns.slice(0, index).reduce((sum, { share }) => sum + share * COLUMN, 0);
  const { number, share } = plan.columns[index]!;
  const last = index === plan.columns.length - 1;
  const end = start + share * COLUMN - (last ? 0 : GAP);
  const setting = settingOf(plan, index, kind);
  row.lines[index]!.forEach((line, place) => {
    const top = sheet.y + PAD + sheet.heightOf(place, setting);
    sheet.line(line, number ? end : start, top, setting, number ? 'end' : 'start');
  });
}

/** What the library's types leave out: the entries of an element. */
function scopeOf(cell: Structure): Record<string, unknown> {
  return (cell as unknown as { dictionary: { data: Record<string, unknown> } }).dictionary.data;
}

function finish(sheet: Sheet, { height }: SetRow, kind: Kind) {
  sheet.y += height;
  sheet.rule(kind === 'head' ? ACCENT : HAIR, kind === 'head' ? 0.8 : 0.4);
}
