/**
 * Tables of EPO PATSTAT Global as comma-separated files, recognised by the columns of their header: editions add, drop
 * and reorder columns, and an extract joins tables. Several tables may follow one another, each with its header.
 */
import { type Line, readLines } from '../lines.ts';
import { RejectedField, SourceFormatError } from '../record.ts';
import { cells } from '../table.ts';

/** Columns that a table must have; the order here is that of recognition, joined tables before `tls201_appln`. */
const COLUMNS = {
  tls231_inpadoc_legal_event:
    'appln_id event_auth event_code event_publn_date event_effective_date event_text',
  tls212_citation: 'pat_publn_id citn_id citn_origin cited_pat_publn_id cited_appln_id cited_npl_publn_id',
  tls204_appln_prior: 'appln_id prior_appln_id prior_appln_seq_nr',
  tls224_appln_cpc: 'appln_id cpc_class_symbol',
  tls211_pat_publn:
    'pat_publn_id publn_auth publn_nr publn_kind appln_id publn_date publn_first_grant publn_claims',
  tls201_appln:
    'appln_id appln_auth appln_nr appln_kind appln_filing_date ipr_type earliest_filing_date earliest_publn_date granted docdb_family_id',
} as const;

export type PatstatTable = keyof typeof COLUMNS;

/** Cells by column name; a column that the file does not have is the empty text. */
export type PatstatRow = (column: string) => string;

export interface PatstatHeader {
  table: PatstatTable;
  /** Position of each column. */
  columns: ReadonlyMap<string, number>;
}

export interface PatstatLine {
  line: Line;
  header: PatstatHeader;
}

/** @returns the table that the line is the header of, or null */
export function patstatHeader(text: string): PatstatHeader | null {
  // Rows start with a key, so few of them are tried.
  if (!/^["\s]*[a-z]/i.test(text)) return null;
  const columns = text.split(',').map((cell) => cell.replace(/^[\s"]+|[\s"]+$/g, '').toLowerCase());
  const table = (Object.keys(COLUMNS) as PatstatTable[]).find((name) =>
    COLUMNS[name].split(' ').every((column) => columns.includes(column)),
  );
  return table === undefined ? null : { table, columns: new Map(columns.map((column, i) => [column, i])) };
}

/** @throws {SourceFormatError} the file does not start with the header of a table that is known */
export async function* readPatstatLines(input: Parameters<typeof readLines>[0]): AsyncGenerator<PatstatLine> {
  let header: PatstatHeader | null = null;
  for await (const line of readLines(input)) {
    const next = patstatHeader(line.text);
    header = next ?? header;
    if (header === null) throw unknownTable(`line ${line.number} is not the header of a table known here`);
    if (next === null) yield { line, header };
  }
  if (header === null) throw unknownTable('the file is empty');
}

function unknownTable(problem: string): SourceFormatError {
  const known = Object.entries(COLUMNS).map(
    ([table, columns]) => `${table} (${columns.replaceAll(' ', ',')})`,
  );
  return new SourceFormatError(`PATSTAT: ${problem}. Start with the header of one of ${known.join('; ')}.`);
}

/** @throws {RejectedField} the line cannot be read, or has more or fewer cells than its header */
export function patstatRow({ line, header }: PatstatLine): PatstatRow {
  const values = cells(line);
  if (values.length !== header.columns.size)
    throw new RejectedField(
      'line',
      `${values.length} columns, the header has ${header.columns.size}`,
      'broken_record',
    );
  return (column) => values[header.columns.get(column) ?? -1] ?? '';
}
