/** A list of clients as rows of cells, whatever file it came in; read once, in order, never all at once. */
import { Problem } from '../../errors.ts';
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

/** What keeps a file from being read, named once for all of it. */
export function refuseFile(reason: string, remedy: string): Problem {
  return new Problem('refused', `The file cannot be imported: ${reason}. ${remedy}.`);
}

/** Rows that say something, within the limits. @throws Problem `refused` at the first row too many */
export async function* bounded(rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow> {
  let count = 0;
  for await (const row of rows) {
    if (row.fault === undefined && row.cells.every(({ text, formula }) => text === '' && !formula)) continue;
    // The header is one more.
    if (count++ > MAX_ROWS)
      throw refuseFile(
        `it has more than ${MAX_ROWS} rows (limit MAX_ROWS)`,
        'Split it into several files and import each',
      );
    if (row.cells.length > MAX_COLUMNS)
      throw refuseFile(
        `row ${row.line} has more than ${MAX_COLUMNS} columns (limit MAX_COLUMNS)`,
        'Leave out what is not of the clients',
      );
    const long = row.cells.findIndex(({ text }) => text.length > MAX_CELL_CHARS);
    yield long === -1
      ? row
      : { ...row, cells: [], fault: `cell ${long + 1} is longer than ${MAX_CELL_CHARS} characters` };
  }
}
