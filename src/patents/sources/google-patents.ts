/**
 * Adapter of Google Patents public data (BigQuery `patents-public-data.patents.publications`): one publication a
 * record, as JSON Lines, or as CSV of those of its columns that are not nested.
 *
 * Days are whole numbers YYYYMMDD, 0 is none. The family, owners, priorities and cited publications stand in the detail of
 * the signal of the publication too. A grant without its day has
 * `effective_on` null. A `granted` record does not tell when the application was published: its filing was public on
 * the day of this publication at the latest.
 */
import type { CalendarDate, RightType } from '../../../models/types.ts';
import { kindMeaning } from '../numbers/kinds.ts';
import { classSymbol } from './epo/numbers.ts';
import { calendarDate, notBefore, shown } from './fields.ts';
import { type JsonObject, readJsonLines, valueAt } from './mapped/lines.ts';
import { numberField } from './mapped/record.ts';
import { readNamedColumns } from './mapped/table.ts';
import {
  type AcceptedRecord,
  type CitedRecord,
  type ClassRecord,
  type PartyRecord,
  patentRecord,
  RejectedField,
  type SignalRecord,
  type SourceAdapter,
  SourceFormatError,
  type TextRecord,
} from './record.ts';
import { writtenApplication, writtenPublication } from './written-numbers.ts';

const REQUIRED = ['publication_number', 'application_number', 'publication_date'];
/** What a flat export can have besides. */
const OPTIONAL = ['application_kind', 'family_id', 'filing_date', 'grant_date', 'priority_date', 'title'];

/** Letter of `application_kind` [M]: patent, utility model, international, design, translation. */
const RIGHT_TYPES: Record<string, RightType> = {
  A: 'invention',
  U: 'utility_model',
  W: 'invention',
  F: 'design',
  T: 'invention',
};

export const googlePatents: SourceAdapter = {
  id: 'google-patents',
  describe: 'Google Patents publications (JSON Lines, BigQuery columns)',
  recognises: (head) => head.startsWith('{') && /"publication_number"\s*:\s*"[A-Z]{2}-/.test(head),
  read: (input) => readJsonLines(input, convert),
};

const HYPHENATED = /\b[A-Z]{2}-[A-Z0-9]+-[A-Z]\d?\b/;

export const googlePatentsTable: SourceAdapter = {
  id: 'google-patents-table',
  describe: 'Google Patents publications (CSV, BigQuery columns that are not nested)',
  recognises: (head) => {
    const [header, row = ''] = head.split(/\r?\n/);
    const columns = header!.split(',');
    // Lens has these columns too, and writes numbers without hyphens.
    return REQUIRED.every((column) => columns.includes(column)) && (row === '' || HYPHENATED.test(row));
  },
  read: (input) =>
    readNamedColumns(input, ',', checkHeader, (cell) =>
      convert(Object.fromEntries([...REQUIRED, ...OPTIONAL].map((column) => [column, cell(column)]))),
    ),
};

function checkHeader(header: readonly string[]): void {
  for (const column of REQUIRED)
    if (!header.includes(column))
      throw new SourceFormatError(
        `Header: column "${column}" is missing. Give a file with ${REQUIRED.join(', ')}, and if there ${OPTIONAL.join(', ')}.`,
      );
}

function convert(row: JsonObject): Omit<AcceptedRecord, 'ok' | 'line'> {
  const publication = numberField(text(row, 'publication_number'), 'publication_number', null, 'publication');
  const application = numberField(text(row, 'application_number'), 'application_number', null, 'application');
  const published_on = day(row, 'publication_date');
  if (!published_on)
    throw new RejectedField('publication_date', 'the day of the publication is missing', 'missing');
  const filed_on = day(row, 'filing_date');
  if (filed_on) notBefore(published_on, 'publication_date', filed_on, 'filing');
  const priority_on = day(row, 'priority_date');
  if (filed_on && priority_on && priority_on > filed_on)
    throw new RejectedField('priority_date', `${priority_on} is after filing on ${filed_on}`, 'date_order');
  const meaning = kindMeaning(publication.office, publication.kind ?? '', published_on);
  return {
    patent: patentRecord({
      office: application.office,
      application_number: application.number,
      right_type: rightType(row, meaning?.right_type),
      publication_number: publication.number,
      kind: publication.kind,
      filed_on,
      priority_on,
      title: title(row),
      ipc: list(row, 'ipc').map((item) => text(item, 'code').replace(/\s/g, '')),
      domestic_applicant: domestic(row, application.office),
    }),
    signals: signals(row, publication.kind ?? '', filed_on, published_on, meaning?.granted ?? null),
    publication: {
      office: publication.office,
      number: publication.number,
      kind: publication.kind,
      published_on,
    },
    parties: [
      ...parties(row, 'assignee_harmonized', 'owner'),
      ...parties(row, 'inventor_harmonized', 'inventor'),
    ],
    priorities: list(row, 'priority_claim').flatMap((claim) => {
      const application = writtenApplication(text(claim, 'application_number'));
      return application ? [{ ...application, filed_on: day(claim, 'filing_date') }] : [];
    }),
    classes: [...classes(row, 'cpc', 'CPC'), ...classes(row, 'ipc', 'IPC')],
    citations: list(row, 'citation').flatMap(citation),
    texts: [
      ...texts(row, 'title_localized', 'title'),
      ...texts(row, 'abstract_localized', 'abstract'),
      ...texts(row, 'claims_localized', 'claims'),
    ],
  };
}

function parties(row: JsonObject, field: string, role: PartyRecord['role']): PartyRecord[] {
  return list(row, field).flatMap((item) => {
    const name = text(item, 'name');
    return name === '' ? [] : [{ role, name, country: text(item, 'country_code') || null }];
  });
}

function classes(row: JsonObject, field: string, scheme: ClassRecord['scheme']): ClassRecord[] {
  const symbols = list(row, field).map((item) => classSymbol(text(item, 'code')));
  return symbols.flatMap((symbol) => (symbol === null ? [] : [{ scheme, symbol }]));
}

/** An empty number stands where literature is cited. */
function citation(item: JsonObject): CitedRecord[] {
  const written = text(item, 'publication_number');
  const reference = written || text(item, 'npl_text');
  if (reference === '') return [];
  const cited = writtenPublication(written);
  return [
    {
      cited,
      cited_application: null,
      cited_reference: cited ? null : reference,
      literature: written === '',
      phase: null,
      by: null,
      categories: text(item, 'category') === '' ? [] : [text(item, 'category')],
    },
  ];
}

function signals(
  row: JsonObject,
  kind: string,
  filed_on: CalendarDate | null,
  published_on: CalendarDate,
  granted: boolean | null,
): SignalRecord[] {
  const granted_on = day(row, 'grant_date');
  if (granted_on && filed_on) notBefore(granted_on, 'grant_date', filed_on, 'filing');
  const found: SignalRecord[] = [];
  if (filed_on)
    found.push({
      kind: 'filed',
      category: 'A',
      source_code: 'filing_date',
      effective_on: filed_on,
      published_on,
      detail: {},
    });
  if (granted || granted_on)
    found.push({
      kind: 'granted',
      category: 'F',
      source_code: granted_on ? 'grant_date' : kind,
      effective_on: granted_on,
      published_on: granted_on && granted_on > published_on ? granted_on : published_on,
      detail: {},
    });
  found.push({
    kind: granted ? 'other' : 'published',
    category: 'Q',
    source_code: kind || 'publication_date',
    effective_on: published_on,
    published_on,
    detail: detail(row),
  });
  return found;
}

function detail(row: JsonObject): Record<string, string> {
  const told = {
    family: text(row, 'family_id'),
    owners: list(row, 'assignee_harmonized').map((item) => text(item, 'name')),
    priorities: list(row, 'priority_claim').map(applicationOf),
    cited: list(row, 'citation').map((item) => text(item, 'publication_number')),
  };
  return Object.fromEntries(
    Object.entries(told)
      .map(
        ([key, value]) =>
          [
            key,
            [value]
              .flat()
              .filter((part) => part !== '')
              .join('; '),
          ] as const,
      )
      .filter(([, value]) => value !== ''),
  );
}

/** Priorities in the office's own form where it can be read, so that families meet; else as written. */
function applicationOf(claim: JsonObject): string {
  const written = text(claim, 'application_number');
  const application = writtenApplication(written);
  return application ? `${application.office} ${application.number}` : written;
}

function rightType(row: JsonObject, by_publication: RightType | undefined): RightType {
  const letter = text(row, 'application_kind');
  const right_type = by_publication ?? RIGHT_TYPES[letter === '' ? 'A' : letter];
  if (!right_type)
    throw new RejectedField('application_kind', `"${shown(letter)}" stands for no type of right`);
  return right_type;
}

function texts(row: JsonObject, field: string, part: TextRecord['part']): TextRecord[] {
  return list(row, field).map((item) => ({
    part,
    language: text(item, 'language') || null,
    text: text(item, 'text'),
  }));
}

/** English first; the languages of one title say the same. */
function title(row: JsonObject): string | null {
  const titles = list(row, 'title_localized');
  const chosen = titles.find((item) => text(item, 'language') === 'en') ?? titles[0];
  return (chosen ? text(chosen, 'text') : text(row, 'title')) || null;
}

/** Null where no owner has a country, and for offices that are no country. */
function domestic(row: JsonObject, office: string): boolean | null {
  if (office === 'EP' || office === 'WO') return null;
  const countries = list(row, 'assignee_harmonized')
    .map((item) => text(item, 'country_code'))
    .filter((country) => country !== '');
  return countries.length === 0 ? null : countries.includes(office);
}

function day(row: JsonObject, field: string): CalendarDate | null {
  const written = text(row, field);
  return written === '' || written === '0' ? null : calendarDate(written, field);
}

/** Text or number of a key of its own; empty where there is none. */
function text(row: JsonObject, field: string): string {
  const value = valueAt(row, field) ?? '';
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new RejectedField(field, 'it holds neither text nor a number');
  return String(value).trim();
}

function list(row: JsonObject, field: string): JsonObject[] {
  const value = valueAt(row, field) ?? [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'object' || item === null))
    throw new RejectedField(field, 'it is not a list of objects');
  return value;
}
