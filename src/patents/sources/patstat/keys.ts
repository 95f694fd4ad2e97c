/**
 * What the surrogate keys of PATSTAT stand for. Most tables name an application or a publication by its key only, so
 * rows of tls201_appln and tls211_pat_publn are remembered for the rows that follow; a row that is joined with the
 * columns of its application needs none. Memory is bounded: the oldest are forgotten.
 */
import type { CalendarDate, RightType } from '../../../../models/types.ts';
import { applicationNumber, type PublicationNumber } from '../epo/numbers.ts';
import { calendarDate, shown } from '../fields.ts';
import { RejectedField } from '../record.ts';
import type { PatstatRow } from './table.ts';

/** Some 100 MB when full. */
const MAX_REMEMBERED = 200_000;

/** Not applicable, in every date column. */
const NO_DATE = '9999-12-31';

const RIGHT_TYPES: Record<string, RightType> = { PI: 'invention', UM: 'utility_model', DP: 'design' };

export interface PatstatApplication {
  office: string;
  application_number: string;
  /** DOCDB kind. */
  kind: string;
  right_type: RightType;
  filed_on: CalendarDate | null;
  /** Of the application, its priorities, its international application and others related to it. */
  earliest_filed_on: CalendarDate | null;
  /** Null as long as it is not published. */
  published_on: CalendarDate | null;
  /** Null where not told. `N` says that no sign of a grant is known, not that there is none. */
  granted: boolean | null;
}

export interface PatstatPublication {
  application_id: string;
  publication: PublicationNumber;
  published_on: CalendarDate | null;
}

export interface PatstatKeys {
  applications: Map<string, PatstatApplication>;
  publications: Map<string, PatstatPublication>;
}

export function patstatKeys(): PatstatKeys {
  return { applications: new Map(), publications: new Map() };
}

/** A copy: a part of a text may keep the whole text, here a piece of the file, in memory. */
export function owned(text: string): string {
  return Buffer.from(text).toString();
}

export function remember<Value>(known: Map<string, Value>, key: string, value: Value): void {
  known.set(key, value);
  if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value!);
}

/** @throws {RejectedField} not a positive whole number */
export function keyIn(row: PatstatRow, column: string): string {
  const key = row(column);
  if (!/^[1-9]\d{0,11}$/.test(key))
    throw new RejectedField(column, `"${shown(key)}" is not a key of PATSTAT`);
  return key;
}

/** @throws {RejectedField} a date that cannot be; the sentinel and an empty cell are null */
export function dateIn(row: PatstatRow, column: string): CalendarDate | null {
  const text = row(column);
  return text === '' || text === NO_DATE ? null : calendarDate(text, column);
}

/** Y and N, in editions before 2018 1 and 0. @throws {RejectedField} anything else */
export function flagIn(row: PatstatRow, column: string): boolean | null {
  const text = row(column);
  if (text === '') return null;
  if (!['Y', 'N', '1', '0'].includes(text))
    throw new RejectedField(column, `"${shown(text)}" is neither Y nor N`);
  return text === 'Y' || text === '1';
}

/** @throws {RejectedField} the application is neither in the row nor remembered */
export function applicationOfRow(row: PatstatRow, known: PatstatKeys): PatstatApplication {
  if (row('appln_nr') !== '') return applicationIn(row);
  return knownApplication(keyIn(row, 'appln_id'), 'appln_id', known);
}

export function knownApplication(key: string, field: string, known: PatstatKeys): PatstatApplication {
  const application = known.applications.get(key);
  if (!application)
    throw new RejectedField(
      field,
      `application ${key} is not known: put its row of tls201_appln before, at most ${MAX_REMEMBERED} rows`,
    );
  return application;
}

/** @param row with the columns of tls201_appln; those of dates may be missing */
export function applicationIn(row: PatstatRow): PatstatApplication {
  const kind = row('appln_kind');
  if (kind === 'D2')
    throw new RejectedField('appln_kind', 'D2 is an application made up for a document without one');
  const right_type = RIGHT_TYPES[row('ipr_type')];
  if (!right_type)
    throw new RejectedField('ipr_type', `"${shown(row('ipr_type'))}" is none of PI, UM and DP`);
  const { office, number } = numberIn(row, kind);
  return {
    office,
    application_number: owned(number),
    kind,
    right_type,
    filed_on: dateIn(row, 'appln_filing_date'),
    earliest_filed_on: dateIn(row, 'earliest_filing_date'),
    published_on: dateIn(row, 'earliest_publn_date'),
    granted: flagIn(row, 'granted'),
  };
}

/** Since 2018 an international application has authority WO and its receiving office in a column of its own. */
function numberIn(row: PatstatRow, kind: string): { office: string; number: string } {
  const authority = row('appln_auth');
  if (authority !== 'WO') return applicationNumber(authority, row('appln_nr'), kind, 'appln_nr');
  if (row('receiving_office') === '')
    throw new RejectedField(
      'receiving_office',
      'is missing: the number of an application under WO needs it',
      'missing',
    );
  return applicationNumber(row('receiving_office'), row('appln_nr'), 'W', 'appln_nr');
}
