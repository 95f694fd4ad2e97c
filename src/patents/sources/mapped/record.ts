/**
 * The mapping file of plain CSV and JSON Lines, and what it makes of the values of one record.
 *
 * {"office": "DE", "dates": "DD.MM.YYYY", "fields": {"application_number": "Aktenzeichen", "filed_on": "Anmeldetag"}}
 *
 * `fields` names the column, or for JSON the path with points, of each field; `application_number` must be there.
 * `office` stands where the record names none; `delimiter` parts columns and `list_separator` classes and owners.
 * `claims` is their number, `claims_text` what they say.
 * An event has `event_code`, `event_on` (the day on which it became public), and if told `event_effective_on` and
 * `event_text`; several events of a patent are several records.
 */
import { attempt } from '../../../../models/failure.ts';
import type { CalendarDate, RightType } from '../../../../models/types.ts';
import { kindMeaning } from '../../numbers/kinds.ts';
import type { KindOfNumber, PatentNumber } from '../../numbers/number.ts';
import { readNumber } from '../../numbers/read-number.ts';
import { calendarDate, notBefore, shown } from '../fields.ts';
import { legalMeaning } from '../legal-codes.ts';
import { plainCode } from '../plain-text.ts';
import {
  type AcceptedRecord,
  patentRecord,
  RejectedField,
  type SignalKind,
  type SignalRecord,
  SourceFormatError,
} from '../record.ts';

const FIELDS = [
  'office',
  'application_number',
  'publication_number',
  'kind',
  'right_type',
  'filed_on',
  'priority_on',
  'published_on',
  'granted_on',
  'title',
  'abstract',
  'claims_text',
  'owner',
  'claims',
  'ipc',
  'event_code',
  'event_on',
  'event_effective_on',
  'event_text',
] as const;
export type MappedField = (typeof FIELDS)[number];

const DATE_FORMS = {
  'YYYY-MM-DD': /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/,
  YYYYMMDD: /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})$/,
  'DD.MM.YYYY': /^(?<day>\d{2})\.(?<month>\d{2})\.(?<year>\d{4})$/,
  'DD/MM/YYYY': /^(?<day>\d{2})\/(?<month>\d{2})\/(?<year>\d{4})$/,
  'MM/DD/YYYY': /^(?<month>\d{2})\/(?<day>\d{2})\/(?<year>\d{4})$/,
} as const;
export type DateForm = keyof typeof DATE_FORMS;

const KEYS = ['office', 'dates', 'delimiter', 'list_separator', 'fields'];
const DELIMITERS = [',', ';', '\t', '|'];
const RIGHT_TYPES: readonly string[] = ['invention', 'utility_model', 'design'] satisfies RightType[];

export interface Mapping {
  office: string | null;
  dates: DateForm;
  delimiter: string;
  list_separator: string;
  fields: Partial<Record<MappedField, string>>;
}

/** Text of a field; empty where the record does not tell it. */
export type Values = (field: MappedField) => string;

/** @throws {SourceFormatError} naming the key, the rule and the remedy */
export function readMapping(json: unknown): Mapping {
  const mapping = entriesOf(json, 'the mapping');
  for (const key of Object.keys(mapping))
    if (!KEYS.includes(key)) throw wrong(key, 'there is no such key', `use one of ${KEYS.join(', ')}`);
  const office = mapping.office ?? null;
  if (office !== null && !(typeof office === 'string' && /^[A-Z]{2}$/.test(office)))
    throw wrong('office', 'it must be two capital letters', 'give the WIPO code, such as "DE"');
  return {
    office,
    dates: oneOf('dates', mapping.dates ?? 'YYYY-MM-DD', Object.keys(DATE_FORMS)) as DateForm,
    delimiter: oneOf('delimiter', mapping.delimiter ?? ',', DELIMITERS),
    list_separator: oneOf('list_separator', mapping.list_separator ?? ';', DELIMITERS),
    fields: readFields(mapping.fields, office),
  };
}

function readFields(json: unknown, office: string | null): Mapping['fields'] {
  const fields = entriesOf(json, 'fields');
  for (const [field, column] of Object.entries(fields)) {
    if (!FIELDS.some((known) => known === field))
      throw wrong(`fields.${field}`, 'there is no such field', `use one of ${FIELDS.join(', ')}`);
    if (typeof column !== 'string' || column.trim() === '')
      throw wrong(`fields.${field}`, 'it must be text that is not empty', 'name the column or path');
  }
  const missing = (field: MappedField, why: string) => {
    if (fields[field] === undefined)
      throw wrong(`fields.${field}`, why, 'name the column or path that has it');
  };
  missing('application_number', 'it is missing, and no patent is known without it');
  if (office === null) missing('office', 'it is missing, and there is no office for the whole file');
  if (fields.event_code !== undefined)
    missing('event_on', 'an event needs the day on which it became public');
  if (fields.granted_on === undefined && fields.filed_on !== undefined && fields.event_code === undefined)
    missing('published_on', 'a filing needs the day on which it became public');
  return fields as Mapping['fields'];
}

function entriesOf(json: unknown, key: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw wrong(key, 'it must be an object', 'write it in braces');
  return json as Record<string, unknown>;
}

function oneOf(key: string, value: unknown, allowed: readonly string[]): string {
  if (!allowed.some((one) => one === value))
    throw wrong(
      key,
      `${shown(String(JSON.stringify(value)))} is not allowed`,
      `use one of ${JSON.stringify(allowed)}`,
    );
  return value as string;
}

function wrong(key: string, rule: string, remedy: string): SourceFormatError {
  return new SourceFormatError(`Mapping, key "${key}": ${rule}; ${remedy}.`);
}

/** @throws {RejectedField} named as in the mapping */
export function mappedRecord(mapping: Mapping, values: Values): Omit<AcceptedRecord, 'ok' | 'line'> {
  const office = values('office') || mapping.office;
  if (!office || !/^[A-Z]{2}$/.test(office))
    throw new RejectedField('office', `"${shown(office ?? '')}" is not an office of two capital letters`);
  const date = (field: MappedField) =>
    values(field) === '' ? null : mappedDate(values(field), field, mapping.dates);
  const filed_on = date('filed_on');
  const publication =
    values('publication_number') === ''
      ? null
      : numberField(values('publication_number'), 'publication_number', office, 'publication');
  const application = numberField(values('application_number'), 'application_number', office, 'application');
  const kind = values('kind') || publication?.kind || null;
  const published_on = inOrder(date('published_on'), 'published_on', filed_on);
  return {
    patent: patentRecord({
      office: application.office,
      application_number: application.number,
      right_type: rightType(values('right_type'), application, kind),
      publication_number: publication?.number ?? null,
      kind,
      filed_on,
      priority_on: date('priority_on'),
      title: values('title') || null,
      claims: claims(values('claims')),
      ipc: listed(values('ipc').replace(/[^\S\t]/g, ''), mapping),
    }),
    signals: signals(application.office, values, date, filed_on, published_on),
    ...(publication && {
      publication: { office: publication.office, number: publication.number, kind, published_on },
    }),
    parties: listed(values('owner'), mapping).map((name) => ({
      role: 'owner' as const,
      name,
      country: null,
    })),
    texts: [
      { part: 'abstract' as const, language: null, text: values('abstract') },
      { part: 'claims' as const, language: null, text: values('claims_text') },
    ].filter(({ text }) => text !== ''),
  };
}

/** What ends a right, and so cannot stand before its grant. */
const ENDINGS: readonly SignalKind[] = ['lapsed', 'expired', 'surrendered', 'invalidated'];

function listed(text: string, { list_separator }: Mapping): string[] {
  return text
    .split(list_separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function signals(
  office: string,
  values: Values,
  date: (field: MappedField) => CalendarDate | null,
  filed_on: CalendarDate | null,
  published_on: CalendarDate | null,
): SignalRecord[] {
  const found: SignalRecord[] = [];
  const add = (
    kind: SignalKind,
    category: string,
    code: string,
    on: CalendarDate | null,
    known: CalendarDate,
  ) => found.push({ kind, category, source_code: code, effective_on: on, published_on: known, detail: {} });
  const granted_on = inOrder(date('granted_on'), 'granted_on', filed_on);
  const public_on = published_on ?? granted_on;
  if (filed_on && public_on) add('filed', 'A', 'filed_on', filed_on, public_on);
  if (published_on) add('published', 'Q', 'published_on', published_on, published_on);
  if (granted_on)
    add(
      'granted',
      'F',
      'granted_on',
      granted_on,
      published_on && published_on > granted_on ? published_on : granted_on,
    );
  const code = values('event_code');
  if (code === '') return found;
  const event_on = date('event_on');
  if (!event_on) throw new RejectedField('event_on', `event ${shown(code)} has no day`, 'missing');
  const text = values('event_text');
  const { kind, category } = legalMeaning(office, code, text);
  inOrder(event_on, 'event_on', filed_on);
  if (granted_on && ENDINGS.includes(kind)) notBefore(event_on, 'event_on', granted_on, 'grant');
  add(kind, category, code, date('event_effective_on'), event_on);
  if (text !== '') found.at(-1)!.detail = { text };
  return found;
}

/** A number of an office that reads it in one of its forms. */
export function numberField(
  text: string,
  field: string,
  office: string | null,
  kind_of_number: KindOfNumber,
): PatentNumber {
  if (text === '') throw new RejectedField(field, 'the number is missing', 'missing');
  const read = attempt(() =>
    readNumber(text, office === null ? { kind_of_number } : { office, kind_of_number }),
  );
  if (!read.ok) {
    const code = read.failure.code === 'check_digit_wrong' ? 'check_digit' : 'value';
    throw new RejectedField(field, read.failure.message, code);
  }
  if (office !== null && read.value.office !== office)
    throw new RejectedField(field, `"${shown(text)}" is a number of ${read.value.office}, not of ${office}`);
  return read.value;
}

function mappedDate(text: string, field: string, form: DateForm): CalendarDate {
  const parts = DATE_FORMS[form].exec(plainCode(text))?.groups;
  if (!parts) throw new RejectedField(field, `"${shown(text)}" is not a date of the form ${form}`, 'date');
  return calendarDate(`${parts.year}-${parts.month}-${parts.day}`, field);
}

function inOrder(
  date: CalendarDate | null,
  field: string,
  filed_on: CalendarDate | null,
): CalendarDate | null {
  return date && filed_on ? notBefore(date, field, filed_on, 'filing') : date;
}

function rightType(text: string, application: PatentNumber, kind: string | null): RightType {
  if (RIGHT_TYPES.includes(text)) return text as RightType;
  if (text !== '')
    throw new RejectedField('right_type', `"${shown(text)}" is none of ${RIGHT_TYPES.join(', ')}`);
  if (application.kind === 'U') return 'utility_model';
  if (application.kind === 'F' || application.kind === 'S') return 'design';
  return (kind === null ? null : kindMeaning(application.office, kind, null)?.right_type) ?? 'invention';
}

function claims(text: string): number | null {
  if (text === '') return null;
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new RejectedField('claims', `"${shown(text)}" is not a whole number from 1 to 9999`);
  return Number(text);
}
