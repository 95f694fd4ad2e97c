/**
 * Comma-separated text: UTF-8, UTF-16 with its mark, or GB18030, told or detected. Bytes that are no UTF-8 are read as GB18030
 * only if they are that throughout; a delimiter is the comma, semicolon or tab of which the first line has most.
 */
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse';
import { Problem } from '../../errors.ts';
import { say } from '../sentences.ts';
import { MAX_CELL_CHARS, MAX_COLUMNS } from './limits.ts';
import type { Cell, TableFile, TableRow } from './table.ts';

export const ENCODINGS = ['utf-8', 'utf-16le', 'gb18030'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const DELIMITERS = [',', ';', '\t'] as const;
const MAX_RECORD_CHARS = MAX_CELL_CHARS * MAX_COLUMNS;
const PIECE_CHARS = 65_536;

export function readCsv(bytes: Buffer, told: Encoding | null): TableFile {
  const { encoding, text } = decoded(bytes, told);
  return { format: 'csv', encoding, rows: rowsOf(text) };
}

function decoded(bytes: Buffer, told: Encoding | null): { encoding: Encoding; text: string } {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? (['utf-16le'] as const) : null;
  const tried: readonly Encoding[] = told ? [told] : (marked ?? ['utf-8', 'gb18030']);
  for (const encoding of tried) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (!text.includes('\0')) return { encoding, text };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new Problem('refused', say('list_encoding', { encodings: tried.join(' nor in ') }));
}

async function* rowsOf(text: string): AsyncGenerator<TableRow> {
  const parser = Readable.from(piecesOf(text)).pipe(
    parse({
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      trim: true,
      max_record_size: MAX_RECORD_CHARS,
    }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>)
      yield { line: info.lines, cells: record.map(cellOf) };
  } catch (error) {
    throw new Problem('refused', say('list_lines', { error: (error as Error).message.slice(0, 200) }));
  }
}

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE_CHARS) yield text.slice(at, at + PIECE_CHARS);
}

function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const times = (sign: string) => first.split(sign).length;
  return DELIMITERS.reduce((most, each) => (times(each) > times(most) ? each : most));
}

/** What a spreadsheet would evaluate. A telephone number or a dash is no formula. */
function cellOf(text: string): Cell {
  return { text, formula: text.startsWith('=') || /^[+\-@][^\d\s()+-]/.test(text) };
}
