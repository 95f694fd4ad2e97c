/**
 * Tables of which an adapter takes some columns, found by name: comma or tab between cells, a record a line, so that a
 * quote that is never closed spoils its own line. Unlike `table.ts`, a row may become several records or none.
 */
import type { Readable } from 'node:stream';
import { type Line, readLines } from '../lines.ts';
import { RejectedField, SourceFormatError } from '../record.ts';
import { cells, type Row } from '../table.ts';

export interface TableRow<Column extends string> {
  line: number;
  raw: string;
  /** @throws {RejectedField} the line cannot be read */
  cells: () => Row<Column>;
}

/** @throws {SourceFormatError} the header is missing or lacks one of the columns */
export async function* readRows<Column extends string>(
  input: Readable,
  delimiter: ',' | '\t',
  columns: readonly Column[],
): AsyncGenerator<TableRow<Column>> {
  let header: string[] | null = null;
  for await (const line of readLines(input)) {
    if (header === null) header = requireHeader(line, delimiter, columns);
    else {
      const names = header;
      yield { line: line.number, raw: line.text, cells: () => rowOf(line, delimiter, names) };
    }
  }
  if (header === null)
    throw new SourceFormatError(`The file is empty: it must start with ${columns.join(delimiter)}.`);
}

function requireHeader(line: Line, delimiter: string, columns: readonly string[]): string[] {
  const names = headerOf(line, delimiter);
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length === 0) return names;
  throw new SourceFormatError(
    `Header, line ${line.number}: no column ${missing.join(', ')}. Give the file with the columns ${columns.join(', ')}.`,
  );
}

function headerOf(line: Line, delimiter: string): string[] {
  try {
    return cells(line, delimiter);
  } catch (error) {
    if (error instanceof RejectedField) return [];
    throw error;
  }
}

function rowOf<Column extends string>(line: Line, delimiter: string, names: readonly string[]): Row<Column> {
  const values = cells(line, delimiter);
  if (values.length !== names.length)
    throw new RejectedField(
      'line',
      `${values.length} columns, the header has ${names.length}`,
      'broken_record',
    );
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as Row<Column>;
}
