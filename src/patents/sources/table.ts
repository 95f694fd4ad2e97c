/**
 * Comma-separated files (RFC 4180, but one record a line) into source records.
 *
 * The layouts here never break a record over lines, so each line is parsed alone: a quote that is never closed spoils
 * its own line and not the rest of the file.
 */
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse/sync';
import { type Line, readLines } from './lines.ts';
import {
  type AcceptedRecord,
  RejectedField,
  recordOrQuarantine,
  SourceFormatError,
  type SourceRecord,
} from './record.ts';

export type Row<Column extends string> = Readonly<Record<Column, string>>;

/**
 * @param columns the header, exactly and in this order
 * @param convert throws `RejectedField` to quarantine the row
 * @throws {SourceFormatError} the header is missing or has other columns
 */
export async function* readTable<Column extends string>(
  input: Readable,
  columns: readonly Column[],
  convert: (row: Row<Column>) => Omit<AcceptedRecord, 'ok' | 'line'>,
): AsyncGenerator<SourceRecord> {
  let header = false;
  for await (const line of readLines(input)) {
    if (header) yield recordOrQuarantine(line.number, line.text, () => convert(rowOf(line, columns)));
    else checkHeader(line, columns);
    header = true;
  }
  if (!header) throw new SourceFormatError(`The file is empty: it must start with ${columns.join(',')}.`);
}

function checkHeader(line: Line, columns: readonly string[]): void {
  const found = headerCells(line);
  for (let i = 0; i < Math.max(found.length, columns.length); i += 1) {
    if (found[i] === columns[i]) continue;
    const has = found[i] === undefined ? 'is missing' : `is "${found[i]!.slice(0, 40)}"`;
    const rule = columns[i] === undefined ? 'there must be no such column' : `it must be "${columns[i]}"`;
    throw new SourceFormatError(
      `Header, line ${line.number}: column ${i + 1} ${has}, ${rule}. Give the file with the columns ${columns.join(',')}.`,
    );
  }
}

function headerCells(line: Line): string[] {
  try {
    return cells(line);
  } catch (error) {
    if (error instanceof RejectedField) return [line.text];
    throw error;
  }
}

function rowOf<Column extends string>(line: Line, columns: readonly Column[]): Row<Column> {
  const values = cells(line);
  if (values.length !== columns.length)
    throw new RejectedField(
      'line',
      `${values.length} columns, the header has ${columns.length}`,
      'broken_record',
    );
  const row = {} as Record<Column, string>;
  for (let i = 0; i < columns.length; i += 1) row[columns[i]!] = values[i]!;
  return row;
}

/** @throws {RejectedField} the line cannot be read */
export function cells(line: Line, delimiter = ','): string[] {
  if (line.problem) throw new RejectedField('line', line.problem.reason, line.problem.code);
  // Most lines have no quote, and splitting takes a tenth of the time of the parser.
  if (!line.text.includes('"')) return line.text.split(delimiter).map((cell) => cell.trim());
  try {
    return parse(line.text, { delimiter, trim: true, record_delimiter: '\n' })[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError)
      throw new RejectedField('line', 'a quote is out of place or never closed', 'broken_record');
    throw error;
  }
}
