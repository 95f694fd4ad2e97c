/**
 * Adapter of a log of Chinese notices as comma-separated rows (`patent_change_log` of public gazette parsers). The
 * notice itself stands in `raw_data`, over several lines: a row starts where a line starts with a number and a code.
 *
 * `source` is the day of the gazette where the row was read from XML, and a file name where it was read from a PDF.
 * `pub_date` is the day of the gazette for some events and the day in law for the others; where neither column has the
 * day of the gazette, nobody can say when the notice became public, and the row is quarantined.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { shown } from '../fields.ts';
import { type Problem, readLines } from '../lines.ts';
import { RejectedField, recordOrQuarantine, type SourceAdapter, SourceFormatError } from '../record.ts';
import { noticeFields } from './notice-fields.ts';
import { type Notice, noticeRecord } from './notice-record.ts';
import { noticeCode } from './notice-titles.ts';

const COLUMNS = [
  'id',
  'code',
  'pub_date',
  'patent_num',
  'raw_data',
  'change_id',
  'source',
  'before_change',
  'after_change',
] as const;

type Row = Record<(typeof COLUMNS)[number], string>;

const HEADER = COLUMNS.join(',');
const ROW_START = /^"?\d{1,12}"?,"?[A-Z]{2}\d{2}"?,/;
const MAX_ROW_CHARS = 65_536;

/** Events whose `pub_date` is the day of the gazette. */
const DATED_BY_GAZETTE = ['CF01', 'CX01', 'DD01', 'RR01', 'TR01', 'TA01', 'CP01', 'CP02', 'CP03'];

export const cnipaNoticeLog: SourceAdapter = {
  id: 'cnipa-notice-log',
  describe: 'Chinese gazette notices as a log (CSV, 9 columns)',
  recognises: (head) => head.replaceAll('"', '').startsWith(HEADER),
  read: async function* (input) {
    let held: { line: number; text: string; problem: Problem | null } | null = null;
    let header = false;
    for await (const { number, text, problem } of readLines(input)) {
      if (!header) checkHeader(text);
      else if (held && !ROW_START.test(text)) {
        if (held.text.length <= MAX_ROW_CHARS) held.text += `\n${text}`;
        held.problem ??= problem;
      } else {
        if (held) yield convert(held);
        held = { line: number, text, problem };
      }
      header = true;
    }
    if (!header) throw new SourceFormatError(`The file is empty: it must start with ${HEADER}.`);
    if (held) yield convert(held);
  },
};

function checkHeader(text: string): void {
  if (text.replaceAll('"', '').trim() !== HEADER)
    throw new SourceFormatError(`Header, line 1: it is "${shown(text)}", it must be ${HEADER}.`);
}

function convert({ line, text, problem }: { line: number; text: string; problem: Problem | null }) {
  return recordOrQuarantine(line, text, () => {
    if (problem) throw new RejectedField('line', problem.reason, problem.code);
    if (text.length > MAX_ROW_CHARS)
      throw new RejectedField('line', `longer than ${MAX_ROW_CHARS} characters`, 'too_long');
    return noticeRecord(noticeOf(rowOf(text)));
  });
}

function rowOf(text: string): Row {
  const cells = parseRow(text);
  if (cells.length !== COLUMNS.length)
    throw new RejectedField(
      'line',
      `${cells.length} columns, the header has ${COLUMNS.length}`,
      'broken_record',
    );
  // Databases write NULL and \N for "no value".
  return Object.fromEntries(
    COLUMNS.map((column, i) => [column, /^(?:NULL|\\N)$/.test(cells[i]!) ? '' : cells[i]!]),
  ) as Row;
}

function parseRow(text: string): string[] {
  try {
    const rows: string[][] = parse(text, { trim: true });
    if (rows.length !== 1)
      throw new RejectedField('line', 'the text of raw_data is not within quotes', 'broken_record');
    return rows[0]!;
  } catch (error) {
    if (error instanceof CsvError)
      throw new RejectedField(
        'line',
        'a quote is out of place or never closed, or a column is missing',
        'broken_record',
      );
    throw error;
  }
}

function noticeOf(row: Row): Notice {
  const code = noticeCode(row.code);
  if (code === null)
    throw new RejectedField('code', `"${shown(row.code)}" is not the code of a known notice`);
  const { heading, values } = noticeFields(row.raw_data);
  const titled = noticeCode(heading);
  if (titled !== null && titled !== code)
    throw new RejectedField('raw_data', `the title is that of ${titled}, the code is ${code}`);
  const by_gazette = DATED_BY_GAZETTE.includes(code);
  const source_is_day = /^\d{4}[-.]?\d{2}[-.]?\d{2}$/.test(row.source);
  if (!source_is_day && !by_gazette)
    throw new RejectedField('source', `"${shown(row.source)}" does not tell the day of the gazette`);
  const changes = Object.entries({ change_before: row.before_change, change_after: row.after_change });
  return {
    code,
    number: row.patent_num,
    published_on: source_is_day ? row.source : row.pub_date,
    effective_on: by_gazette || row.pub_date === '' ? null : row.pub_date,
    values: new Map([...values, ...changes.filter(([, text]) => text !== '')]),
  };
}
