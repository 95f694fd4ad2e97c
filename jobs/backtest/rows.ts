/** Reads a file in the layout of data/cn_patents.csv for the backtest: granted patents, and every row that is left out. */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import type { GrantFacts, GrantHistory } from '../../models/termination/types.ts';
import type { CalendarDate } from '../../models/types.ts';
import { StartupError } from '../../src/errors.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import { readLines } from '../../src/patents/sources/lines.ts';
import type { AcceptedRecord, SignalKind } from '../../src/patents/sources/record.ts';

export interface BadRow {
  line: number;
  field: string;
  reason: string;
}

export interface BacktestRows {
  file: string;
  /** Rows under the header. */
  read: number;
  bad: BadRow[];
  /** Sound rows of applications without a grant. */
  not_granted: number;
  /** Granted patents by day of grant; those of one day in the order of the file. */
  granted: GrantHistory[];
}

type Cells = Record<string, string>;
type Fault = Omit<BadRow, 'line'>;

/** @throws StartupError naming the file: it cannot be opened or has another layout */
export async function readBacktestRows(file: string): Promise<BacktestRows> {
  const rows: BacktestRows = { file, read: 0, bad: [], not_granted: 0, granted: [] };
  try {
    await readInto(rows, await readFile(file));
  } catch (error) {
    throw new StartupError(`${file}: ${(error as Error).message}`);
  }
  rows.granted.sort(
    ({ facts: a }, { facts: b }) => Number(a.granted_on > b.granted_on) - Number(a.granted_on < b.granted_on),
  );
  return rows;
}

/** The adapter judges each row as ingestion does; the columns that it has no use for are read beside it. */
async function readInto(rows: BacktestRows, bytes: Buffer): Promise<void> {
  const firstLines = new Map<string, number>();
  const records = cnSample.read(Readable.from([bytes]));
  let table: Awaited<ReturnType<typeof linesOf>> | null = null;
  for await (const record of records) {
    rows.read++;
    // Only now, since the adapter has found the header sound.
    table ??= await linesOf(bytes);
    const cells = record.ok ? cellsOf(table.header, table.lines.get(record.line)!) : {};
    const fault = record.ok ? (repeated(record, firstLines) ?? badCell(cells)) : record;
    if (fault !== null) rows.bad.push({ line: record.line, field: fault.field, reason: fault.reason });
    else if (record.ok) take(rows, record, cells);
  }
}

function take(rows: BacktestRows, record: AcceptedRecord, cells: Cells): void {
  const granted_on = dayOf(record, 'granted');
  if (granted_on === null) rows.not_granted++;
  else rows.granted.push({ facts: factsOf(record, cells, granted_on), notice_on: dayOf(record, 'lapsed') });
}

/** A patent that stands twice would be learnt from and measured on. */
function repeated({ line, patent }: AcceptedRecord, firstLines: Map<string, number>): Fault | null {
  const first = firstLines.get(patent.application_number);
  if (first !== undefined) return { field: 'app_num', reason: `repeats line ${first}` };
  firstLines.set(patent.application_number, line);
  return null;
}

function cellsOf(header: readonly string[], line: string): Cells {
  const values = split(line);
  return Object.fromEntries(header.map((column, i) => [column, values[i] ?? '']));
}

function factsOf(record: AcceptedRecord, cells: Cells, granted_on: CalendarDate): GrantFacts {
  const { patent } = record;
  return {
    application_number: patent.application_number,
    right_type: patent.right_type,
    filed_on: patent.filed_on!,
    granted_on,
    claims: patent.claims,
    ipc: patent.ipc,
    applicants: known(cells.total_applicant) === null ? null : Number(cells.total_applicant),
    company: flag(cells.type1_company),
    university: flag(cells.type2_university),
    individual: patent.individual_applicant,
    domestic: patent.domestic_applicant,
    agency: patent.agency,
    region: known(cells.nation_province_code_2),
  };
}

/** What each column beyond the adapter's may hold besides nothing: a shifted row shows here too. */
const FORMS: readonly [column: string, form: RegExp, rule: string][] = [
  ['total_applicant', /^\d{1,3}$/, 'a count'],
  ['type1_company', /^[01]$/, '0 or 1'],
  ['type2_university', /^[01]$/, '0 or 1'],
  ['nation_province_code_2', /^(\d{2}|[A-Z]{2})$/, 'a province of two digits or a country of two letters'],
];

function badCell(cells: Cells): Fault | null {
  for (const [field, form, rule] of FORMS) {
    const text = known(cells[field]);
    if (text !== null && !form.test(text)) return { field, reason: `"${text.slice(0, 40)}" is not ${rule}` };
  }
  return null;
}

/** The text of each line, and the columns that the first one names. */
async function linesOf(bytes: Buffer): Promise<{ header: string[]; lines: Map<number, string> }> {
  const lines = new Map<number, string>();
  for await (const { number, text } of readLines(Readable.from([bytes]))) lines.set(number, text);
  const [first] = lines.values();
  return { header: split(first ?? ''), lines };
}

function split(line: string): string[] {
  return parse(line, { trim: true, record_delimiter: '\n' })[0] ?? [];
}

function dayOf({ signals }: AcceptedRecord, kind: SignalKind): CalendarDate | null {
  const signal = signals.find((candidate) => candidate.kind === kind);
  return signal ? (signal.effective_on ?? signal.published_on) : null;
}

function known(text: string | undefined): string | null {
  return text === undefined || text === '' || text === 'NA' ? null : text;
}

function flag(text: string | undefined): boolean | null {
  const value = known(text);
  return value === null ? null : value === '1';
}
