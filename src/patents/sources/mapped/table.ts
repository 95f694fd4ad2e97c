/**
 * Plain CSV with a mapping file, and the reader of tables whose columns are found by name. One record a line; columns
 * may stand in any order, and those that nobody asks for are left aside.
 */
import type { Readable } from 'node:stream';
import { type Line, readLines } from '../lines.ts';
import {
  type AcceptedRecord,
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../record.ts';
import { cells } from '../table.ts';
import { type MappedField, type Mapping, mappedRecord } from './record.ts';

/** Text of a column, empty where the file has no such column. */
export type Cell = (column: string) => string;

export function mappedTable(mapping: Mapping): SourceAdapter {
  const columns = Object.entries(mapping.fields);
  return {
    id: 'mapped-table',
    describe: 'CSV with a mapping file',
    recognises: (head) => {
      const line = { number: 1, text: head.split(/\r?\n/)[0]!, problem: null };
      const header = headerCells(line, mapping.delimiter);
      return columns.every(([, column]) => header.includes(column));
    },
    read: (input) =>
      readNamedColumns(
        input,
        mapping.delimiter,
        (header) => {
          for (const [field, column] of columns)
            if (!header.includes(column))
              throw new SourceFormatError(
                `Mapping, key "fields.${field}": the file has no column "${column}"; name one of ${header.join(', ')}.`,
              );
        },
        (cell) =>
          mappedRecord(mapping, (field: MappedField) => {
            const column = mapping.fields[field];
            return column === undefined ? '' : cell(column);
          }),
      ),
  };
}

/**
 * @param check throws `SourceFormatError` where the header will not do
 * @param convert throws `RejectedField` to quarantine the row
 * @throws {SourceFormatError} no header, or a column that stands twice in it
 */
export async function* readNamedColumns(
  input: Readable,
  delimiter: string,
  check: (header: readonly string[]) => void,
  convert: (cell: Cell) => Omit<AcceptedRecord, 'ok' | 'line'>,
): AsyncGenerator<SourceRecord> {
  let places: Map<string, number> | null = null;
  for await (const line of readLines(input)) {
    if (places === null) {
      const header = headerCells(line, delimiter);
      const twice = header.find((column, i) => header.indexOf(column) !== i);
      if (twice !== undefined)
        throw new SourceFormatError(
          `Header, line ${line.number}: column "${twice}" stands twice. Rename one of them.`,
        );
      check(header);
      places = new Map(header.map((column, i) => [column, i]));
      continue;
    }
    const known = places;
    yield recordOrQuarantine(line.number, line.text, () => convert(cellsOf(line, delimiter, known)));
  }
  if (places === null)
    throw new SourceFormatError('The file is empty: it must start with the names of its columns.');
}

function cellsOf(line: Line, delimiter: string, places: ReadonlyMap<string, number>): Cell {
  const values = cells(line, delimiter);
  if (values.length !== places.size)
    throw new RejectedField(
      'line',
      `${values.length} columns, the header has ${places.size}`,
      'broken_record',
    );
  return (column) => {
    const place = places.get(column);
    return place === undefined ? '' : values[place]!;
  };
}

function headerCells(line: Line, delimiter: string): string[] {
  try {
    return cells(line, delimiter);
  } catch (error) {
    if (error instanceof RejectedField) return [line.text.slice(0, 200)];
    throw error;
  }
}
