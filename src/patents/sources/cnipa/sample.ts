/**
 * Adapter of the bundled Chinese file: one application a row, followed from filing to the end of 2017.
 *
 * `terminate` is the day of the gazette notice that the right ended for an unpaid annual fee. The right itself ended
 * some 14 months earlier (half of the notices stand 1.9 to 2.1 months after a filing anniversary, six months of grace
 * and the office's delay before it); the file does not tell that day, so `effective_on` is null. `reject`,
 * `app_withdraw` and `recover` are notices too. A gazette day before the publication of the application was public
 * with that publication only.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { calendarDate, earliest, notBefore, shown } from '../fields.ts';
import {
  type AcceptedRecord,
  RejectedField,
  type SignalKind,
  type SignalRecord,
  type SourceAdapter,
} from '../record.ts';
import { type Row, readTable } from '../table.ts';
import { type CnApplicationNumber, cnApplicationNumber } from './application-number.ts';

const COLUMNS = [
  'app_num',
  'main_IPC',
  'IPC',
  'pub_date',
  'pub_num',
  'app_date',
  'priority',
  'Int_filing',
  'IPCcount',
  'total_applicant',
  'type1_company',
  'type2_university',
  'type3_individual',
  'total_inventers',
  'if_agency',
  'total_agents',
  'total_claims',
  'paid_claims',
  'nation_province_code_2',
  'Chinese',
  'divisional_app',
  'substantive_review',
  'reject',
  'app_withdraw',
  'recover',
  'grant',
  'terminate',
] as const;

type Column = (typeof COLUMNS)[number];
type CnRow = Row<Column>;

/** No application has more; a larger number is a shifted column or a mangled cell. */
const MAX_CLAIMS = 5_000;

/** Columns of later events: kind, ST.27 category, and whether the day is also the day in law. */
const EVENTS: readonly [Column, SignalKind, string, boolean][] = [
  ['substantive_review', 'examination_requested', 'D', true],
  ['reject', 'refused', 'B', false],
  ['app_withdraw', 'withdrawn', 'B', false],
  ['grant', 'granted', 'F', true],
  ['terminate', 'lapsed', 'H', false],
  ['recover', 'restored', 'K', false],
];

export const cnSample: SourceAdapter = {
  id: 'cn-sample',
  describe: 'Chinese applications with their course to the end of 2017 (CSV, 27 columns)',
  recognises: (head) => head.startsWith('app_num,'),
  read: (input) => readTable(input, COLUMNS, convert),
};

function convert(row: CnRow): Omit<AcceptedRecord, 'ok' | 'line'> {
  const application = cnApplicationNumber(row.app_num, 'app_num');
  const filed_on = calendarDate(row.app_date, 'app_date');
  checkYear(application, filed_on, row);
  const published_on = notBefore(calendarDate(row.pub_date, 'pub_date'), 'pub_date', filed_on, 'filing');
  const publication = /^CN(\d{7,9})([A-Z])$/.exec(row.pub_num);
  if (!publication)
    throw new RejectedField(
      'pub_num',
      `"${shown(row.pub_num)}" is not a Chinese publication number with kind`,
    );
  return {
    patent: {
      office: 'CN',
      application_number: application.number,
      right_type: application.right_type,
      publication_number: publication[1]!,
      kind: publication[2]!,
      filed_on,
      priority_on: earliestPriority(row.priority, filed_on),
      title: null,
      claims: claims(row.total_claims),
      ipc: ipc(row.IPC),
      individual_applicant: flag(row, 'type3_individual'),
      domestic_applicant: flag(row, 'Chinese'),
      agency: flag(row, 'if_agency'),
    },
    signals: signals(row, filed_on, published_on),
  };
}

function signals(row: CnRow, filed_on: CalendarDate, published_on: CalendarDate): SignalRecord[] {
  const found: SignalRecord[] = [
    signal('filed', 'A', 'app_date', filed_on, published_on),
    signal('published', 'Q', 'pub_date', published_on, published_on),
  ];
  let granted_on: CalendarDate | null = null;
  for (const [column, kind, category, in_law] of EVENTS) {
    if (missing(row[column])) continue;
    const on = notBefore(calendarDate(row[column], column), column, filed_on, 'filing');
    if (kind === 'granted') granted_on = on;
    if (kind === 'lapsed') {
      if (granted_on === null) throw new RejectedField(column, `terminated on ${on} without a grant`);
      notBefore(on, column, granted_on, 'grant');
    }
    // What is restored before a grant is the application, category C; after it the right.
    const revived = kind === 'restored' && (granted_on === null || on < granted_on) ? 'C' : category;
    found.push(signal(kind, revived, column, in_law ? on : null, on < published_on ? published_on : on));
  }
  return found;
}

function signal(
  kind: SignalKind,
  category: string,
  source_code: Column,
  effective_on: CalendarDate | null,
  published_on: CalendarDate,
): SignalRecord {
  return { kind, category, source_code, effective_on, published_on, detail: {} };
}

/** A divisional keeps the filing day of its parent, so its number may be of a later year. */
function checkYear(application: CnApplicationNumber, filed_on: CalendarDate, row: CnRow): void {
  const filed_year = Number(filed_on.slice(0, 4));
  const fits = row.divisional_app === '1' ? application.year >= filed_year : application.year === filed_year;
  if (!fits)
    throw new RejectedField('app_date', `filed on ${filed_on}, but the number is of ${application.year}`);
}

/** `1998.12.18 US 60/112,717;1999.10.22 US 60/161,221` */
function earliestPriority(text: string, filed_on: CalendarDate): CalendarDate | null {
  if (missing(text)) return null;
  const dates = text.split(';').map((claim) => calendarDate(claim.trim().slice(0, 10), 'priority'));
  const first = earliest(dates)!;
  if (first > filed_on)
    throw new RejectedField('priority', `${first} is after filing on ${filed_on}`, 'date_order');
  return first;
}

function claims(text: string): number {
  if (missing(text)) throw new RejectedField('total_claims', 'the number of claims is missing', 'missing');
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > MAX_CLAIMS)
    throw new RejectedField('total_claims', `"${shown(text)}" is not a whole number from 1 to ${MAX_CLAIMS}`);
  return Number(text);
}

/** What follows `//` is indexing codes of earlier IPC editions, no classification of the invention. */
function ipc(text: string): string[] {
  const symbols = text
    .split(';')
    .map((symbol) => symbol.trim())
    .filter((symbol) => symbol !== '' && !symbol.startsWith('//'));
  const wrong = symbols.find((symbol) => !/^[A-H]\d{2}[A-Z]/.test(symbol));
  if (wrong !== undefined) throw new RejectedField('IPC', `"${shown(wrong)}" is not an IPC symbol`);
  if (symbols.length === 0) throw new RejectedField('IPC', 'the classification is missing', 'missing');
  return symbols;
}

function flag(row: CnRow, column: Column): boolean | null {
  if (missing(row[column])) return null;
  if (row[column] !== '0' && row[column] !== '1')
    throw new RejectedField(column, `"${shown(row[column])}" is neither 0 nor 1`);
  return row[column] === '1';
}

function missing(text: string): boolean {
  return text === '' || text === 'NA';
}
