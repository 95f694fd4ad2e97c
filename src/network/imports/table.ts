/** A list of clients as rows of cells, whatever file it came in; read once, in order, never all at once. */
import { Problem } from '../../errors.ts';
import { say } from '../sentences.ts';
import { MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS } from './limits.ts';

export interface Cell {
  text: string;
  /** It holds a formula, which is never evaluated; `text` is what was kept beside it. */
  formula: boolean;
}

export interface TableRow {
  /** Line of the file, or row of the sheet, from 1. */
  line: number;
  cells: readonly Cell[];
  /** Why the row cannot be read. */
  fault?: string;
}

export interface TableFile {
  format: 'csv' | 'xlsx';
  /** That the text was read in. */
  encoding: string;
  rows: AsyncIterable<TableRow>;
}

export function tooWide(line: number): Problem {
  return new Problem('refused', say('list_too_wide', { line, count: MAX_COLUMNS }));
}

/** Rows that say something, within the limits. @throws Problem `refused` at the first row too many */
export async function* bounded(rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow> {
  let count = 0;
  for await (const row of rows) {
    if (row.fault === undefined && row.cells.every(({ text, formula }) => text === '' && !formula)) continue;
    // The header is one more.
    if (count++ > MAX_ROWS) throw new Problem('refused', say('list_too_long', { count: MAX_ROWS }));
    if (row.cells.length > MAX_COLUMNS) throw tooWide(row.line);
    const long = row.cells.findIndex(({ text }) => text.length > MAX_CELL_CHARS);
    yield long === -1
      ? row
      : { ...row, cells: [], fault: `cell ${long + 1} is longer than ${MAX_CELL_CHARS} characters` };
  }
}
