/** Tables on a sheet: rows stay whole, the head stands again on each page. */
import type { ReportColumn, Row } from '../report.ts';
import { ACCENT, COLUMN, HAIR, INK, PAPER, QUIET, type Setting, type Sheet, type Structure } from './sheet.ts';

const GAP = 10;
const PAD = 3.2;
const CELL: Setting = { size: 8.6, weight: 400, colour: INK };
const HEAD: Setting = { size: 7.8, weight: 700, colour: QUIET };
const NAME: Setting = { size: 8.6, weight: 400, colour: QUIET };

interface Set {
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

/** Names beside values, without a head. */
export function setFacts(sheet: Sheet, parent: Structure, rows: readonly Row[]) {
  const columns = [{ head: '', share: 0.32 }, { head: '', share: 0.68 }];
  setRows(sheet, openTable(sheet, parent), { columns, first: NAME, tags: ['TH', 'TD'] }, rows, null);
}

export function setTable(sheet: Sheet, parent: Structure, columns: readonly ReportColumn[], rows: readonly Row[]) {
  const plan = { columns, first: CELL, tags: columns.map(() => 'TD') };
  setRows(sheet, openTable(sheet, parent), plan, rows, columns.map(({ head }) => head));
}

function openTable(sheet: Sheet, parent: Structure): Structure {
  const table = sheet.document.struct('Table');
  parent.add(table);
  return table;
}

function setRows(sheet: Sheet, table: Structure, plan: Plan, rows: readonly Row[], heads: Row | null) {
  const set = rows.map((row) => wrap(sheet, plan, row, 'row'));
  const head = heads && wrap(sheet, plan, heads, 'head');
  sheet.need((head?.height ?? 0) + set.slice(0, 2).reduce((sum, { height }) => sum + height, 0));
  if (head) setRow(sheet, table, plan, head, 'head');
  set.forEach((row, index) => {
    // The last row does not stand alone over the page.
    const with_next = index === set.length - 2 ? set[index + 1]!.height : 0;
    if (sheet.need(row.height + with_next) && head) sheet.ornament(() => draw(sheet, plan, head, 'head'));
    setRow(sheet, table, plan, row, 'row');
  });
  table.end();
  sheet.y += 9;
}

function wrap(sheet: Sheet, plan: Plan, row: Row, kind: Kind): Set {
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

function setRow(sheet: Sheet, table: Structure, plan: Plan, row: Set, kind: Kind) {
  const { document } = sheet;
  const element = document.struct('TR');
  table.add(element);
  row.lines.forEach((_, index) => {
    const tag = kind === 'head' ? 'TH' : plan.tags[index]!;
    const english = kind === 'row' && plan.columns[index]!.english;
    const cell = document.struct(tag, english ? { lang: 'en' } : {});
    if (tag === 'TH')
      cell.dictionary.data.A = { O: 'Table', Scope: kind === 'head' ? 'Column' : 'Row' };
    element.add(cell);
    cell.add(() => drawCell(sheet, plan, row, index, kind));
    cell.end();
  });
  element.end();
  finish(sheet, row, kind);
}

/** The whole row again, for the eye. */
function draw(sheet: Sheet, plan: Plan, row: Set, kind: Kind) {
  row.lines.forEach((_, index) => {
    drawCell(sheet, plan, row, index, kind);
  });
  sheet.y += row.height;
}

function drawCell(sheet: Sheet, plan: Plan, row: Set, index: number, kind: Kind) {
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

function finish(sheet: Sheet, { height }: Set, kind: Kind) {
  sheet.y += height;
  sheet.rule(kind === 'head' ? ACCENT : HAIR, kind === 'head' ? 0.8 : 0.4);
}
