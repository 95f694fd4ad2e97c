/**
 * Adapter of Lens patent exports (CSV, 24 columns): one publication a row.
 *
 * Days are written DD/MM/YY, and the year is that of the week: the last days of December can bear the next year. For
 * the publication `publication_year` tells the real one; a filing in those days is not sure by a year, so it is left
 * out. The filing is in the last year of those two digits that is no later than that of the publication. The export tells no day of grant and no legal status: a
 * granted patent is known as such from its publication, `effective_on` null. Counts, families and priorities stand in the detail of the
 * signal of the publication too.
 */
import type { CalendarDate, RightType } from '../../../models/types.ts';
import { classSymbol } from './epo/numbers.ts';
import { calendarDate, earliest, notBefore, shown } from './fields.ts';
import { numberField } from './mapped/record.ts';
import {
  type AcceptedRecord,
  type ClassRecord,
  type PartyRecord,
  patentRecord,
  RejectedField,
  type SignalKind,
  type SignalRecord,
  type SourceAdapter,
} from './record.ts';
import { type Row, readTable } from './table.ts';
import { writtenApplication } from './written-numbers.ts';

const COLUMNS = [
  'number',
  'jurisdiction',
  'kind',
  'publication_number',
  'lens_id',
  'publication_date',
  'publication_year',
  'application_number',
  'application_date',
  'priority_numbers',
  'title',
  'applicants',
  'inventors',
  'url',
  'type',
  'full_text',
  'cited_count',
  'simple_family_size',
  'extended_family_size',
  'sequence_count',
  'cpc_classifications',
  'ipcr_classifications',
  'us_classifications',
  'npl_citation_ids',
] as const;

/** A week that holds 1 January begins on 26 December at the earliest. */
const FIRST_UNSURE_DAY = '26';

type LensRow = Row<(typeof COLUMNS)[number]>;

/** What a type of document says of the patent; an Australian limited patent is an innovation patent. */
const TYPES: Record<string, { kind: SignalKind; category: string; right_type: RightType }> = {
  'Patent Application': { kind: 'published', category: 'Q', right_type: 'invention' },
  'Granted Patent': { kind: 'granted', category: 'F', right_type: 'invention' },
  'Limited Patent': { kind: 'granted', category: 'F', right_type: 'utility_model' },
  'Design Right': { kind: 'granted', category: 'F', right_type: 'design' },
  'Amended Patent': { kind: 'other', category: 'P', right_type: 'invention' },
  'Amended Application': { kind: 'other', category: 'P', right_type: 'invention' },
  'Search report': { kind: 'other', category: 'Q', right_type: 'invention' },
  'Statutory Invention Registration': { kind: 'other', category: 'Q', right_type: 'invention' },
};

/** Columns that go to the detail as they are, by the name they have there. */
const DETAILS = {
  lens_id: 'lens_id',
  owners: 'applicants',
  cited_by_count: 'cited_count',
  simple_family_size: 'simple_family_size',
  extended_family_size: 'extended_family_size',
  cpc: 'cpc_classifications',
} as const;

export const lens: SourceAdapter = {
  id: 'lens',
  describe: 'Lens patent export (CSV, 24 columns)',
  recognises: (head) => head.startsWith('number,jurisdiction,kind,publication_number,lens_id,'),
  read: (input) => readTable(input, COLUMNS, convert),
};

function convert(row: LensRow): Omit<AcceptedRecord, 'ok' | 'line'> {
  const type = TYPES[row.type];
  if (!type)
    throw new RejectedField('type', `"${shown(row.type)}" is no type of document that is known here`);
  const publication = numberField(
    docdb(row.publication_number),
    'publication_number',
    row.jurisdiction,
    'publication',
  );
  const application = numberField(docdb(row.application_number), 'application_number', null, 'application');
  const published_on = publicationDay(row);
  const filed_on = filingDay(row, published_on);
  const priorities = list(row.priority_numbers);
  const priority_on = earliest(priorities.map(claimDay));
  return {
    patent: patentRecord({
      office: application.office,
      application_number: application.number,
      right_type: type.right_type,
      publication_number: publication.number,
      kind: publication.kind,
      filed_on,
      priority_on,
      title: row.title || null,
      ipc: list(row.ipcr_classifications),
    }),
    signals: signals(row, type, filed_on, published_on, priorities),
    publication: {
      office: publication.office,
      number: publication.number,
      kind: publication.kind,
      published_on,
    },
    parties: [...parties(row.applicants, 'applicant'), ...parties(row.inventors, 'inventor')],
    priorities: priorities.flatMap((claim) => {
      const application = writtenApplication(docdb(claim));
      return application ? [{ ...application, filed_on: claimDay(claim) }] : [];
    }),
    classes: [...classes(row.cpc_classifications, 'CPC'), ...classes(row.ipcr_classifications, 'IPC')],
  };
}

function parties(names: string, role: PartyRecord['role']): PartyRecord[] {
  return list(names).map((name) => ({ role, name, country: null }));
}

function classes(symbols: string, scheme: ClassRecord['scheme']): ClassRecord[] {
  return list(symbols).flatMap((written) => {
    const symbol = classSymbol(written);
    return symbol === null ? [] : [{ scheme, symbol }];
  });
}

function claimDay(claim: string): CalendarDate {
  return calendarDate(claim.slice(-8), 'priority_numbers');
}

function signals(
  row: LensRow,
  { kind, category }: { kind: SignalKind; category: string },
  filed_on: CalendarDate | null,
  published_on: CalendarDate,
  priorities: readonly string[],
): SignalRecord[] {
  const detail: Record<string, string> = {};
  for (const [name, column] of Object.entries(DETAILS))
    if (row[column] !== '') detail[name] = row[column].replaceAll(';;', '; ');
  if (priorities.length > 0) detail.priorities = priorities.map(applicationOf).join('; ');
  const publication: SignalRecord = {
    kind,
    category,
    source_code: row.kind,
    effective_on: kind === 'published' ? published_on : null,
    published_on,
    detail,
  };
  if (!filed_on) return [publication];
  const filing: SignalRecord = {
    kind: 'filed',
    category: 'A',
    source_code: 'application_date',
    effective_on: filed_on,
    published_on,
    detail: {},
  };
  return [filing, publication];
}

/** `US 2017/0090068 A1` and `EP 2135119 B8 20161012` without stroke and date. */
function docdb(text: string): string {
  return text.replace(/^([A-Z]{2} \d{4})[/ ](?=\d)/, '$1').replace(/ \d{8}$/, '');
}

/** In the office's own form where it can be read, so that families meet; else as written. */
function applicationOf(claim: string): string {
  const written = docdb(claim);
  const application = writtenApplication(written);
  return application ? `${application.office} ${application.number}` : written;
}

function publicationDay(row: LensRow): CalendarDate {
  if (!/^(?:1[89]|20)\d\d$/.test(row.publication_year))
    throw new RejectedField('publication_year', `"${shown(row.publication_year)}" is not a year`);
  const { day, month, year } = shortDay(row.publication_date, 'publication_date');
  const written = Number(year);
  const real = Number(row.publication_year) % 100;
  if (written !== real && !(isYearEnd(day, month) && written === (real + 1) % 100))
    throw new RejectedField(
      'publication_date',
      `${row.publication_date} is not in the year ${row.publication_year}`,
    );
  return calendarDate(`${row.publication_year}-${month}-${day}`, 'publication_date');
}

function filingDay(row: LensRow, published_on: CalendarDate): CalendarDate | null {
  const { day, month, year } = shortDay(row.application_date, 'application_date');
  if (isYearEnd(day, month)) return null;
  const century = Number(published_on.slice(0, 2)) - (year > published_on.slice(2, 4) ? 1 : 0);
  const filed_on = calendarDate(`${century}${year}-${month}-${day}`, 'application_date');
  notBefore(published_on, 'publication_date', filed_on, 'filing');
  return filed_on;
}

function isYearEnd(day: string, month: string): boolean {
  return month === '12' && day >= FIRST_UNSURE_DAY;
}

function shortDay(text: string, field: string): { day: string; month: string; year: string } {
  const parts = /^(\d{2})\/(\d{2})\/(\d{2})$/.exec(text);
  if (!parts) throw new RejectedField(field, `"${shown(text)}" is not a date of the form DD/MM/YY`);
  return { day: parts[1]!, month: parts[2]!, year: parts[3]! };
}

function list(text: string): string[] {
  return text
    .split(';;')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
