/**
 * One Chinese gazette notice into a patent and its signals: the event, and the grant where the notice tells its day.
 *
 * The day of the gazette is the day from which anyone could know, never the day in law: a termination for an unpaid
 * annuity took effect a year and more before its notice. Parties, registration and contract numbers stand in the
 * detail; a pledge is registered, changed and cancelled under one `registration_number`, over many patents.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { calendarDate, notBefore } from '../fields.ts';
import { legalMeaning } from '../legal-codes.ts';
import { type AcceptedRecord, patentRecord, RejectedField, type SignalRecord } from '../record.ts';
import { cnApplicationNumber } from './application-number.ts';
import { correctsDocument } from './notice-titles.ts';

/** Days in law, the end of something before its start: the cancellation of a pledge may repeat its first day. */
const EFFECTIVE_DAYS = [
  'terminated_on',
  'surrendered_on',
  'released_on',
  'changed_on',
  'decided_on',
  'registered_on',
  'recorded_on',
];

const OTHER_DAYS = ['granted_on', 'original_decision_on'];

/** Said elsewhere in the record. */
const NOT_DETAIL = ['title', 'title_group', 'number', 'published_on', 'filed_on', 'patent_title'];

export interface Notice {
  code: string;
  /** As `ZL 201710117081.7`. */
  number: string;
  /** As written, unchecked. */
  published_on: string;
  /** Day in law that stands beside the fields, if any. */
  effective_on: string | null;
  /** Names of `NOTICE_LABELS`. */
  values: ReadonlyMap<string, string>;
}

/** @throws {RejectedField} by the names of `NOTICE_LABELS` */
export function noticeRecord(notice: Notice): Omit<AcceptedRecord, 'ok' | 'line'> {
  const { values } = notice;
  const application = cnApplicationNumber(notice.number.replace(/^ZL/, '').replaceAll(' ', ''), 'number');
  const published_on = notBefore(
    calendarDate(notice.published_on, 'published_on'),
    'published_on',
    `${application.year}-01-01`,
    'the year of the number, which begins',
  );
  const filed_on = optionalDay(values, 'filed_on');
  // A divisional keeps the filing day of its parent, so its number may be of a later year, never of an earlier one.
  if (filed_on !== null && Number(filed_on.slice(0, 4)) > application.year)
    throw new RejectedField('filed_on', `filed on ${filed_on}, but the number is of ${application.year}`);
  return {
    patent: patentRecord({
      office: 'CN',
      application_number: application.number,
      right_type: application.right_type,
      filed_on,
      title: values.get('patent_title') ?? null,
      // The notice has the main symbol alone, and facts would take it for all of them: it stands in the detail.
    }),
    signals: signals(notice, published_on, filed_on),
  };
}

function signals(notice: Notice, published_on: CalendarDate, filed_on: CalendarDate | null): SignalRecord[] {
  const { code, values } = notice;
  const detail = detailOf(values);
  const told_day = EFFECTIVE_DAYS.map((name) => detail[name]).find((day) => day !== undefined);
  const granted_on = detail.granted_on ?? null;
  if (granted_on !== null && granted_on > published_on)
    throw new RejectedField(
      'granted_on',
      `${granted_on} is after the notice of ${published_on}`,
      'date_order',
    );
  if (granted_on !== null && filed_on !== null) notBefore(granted_on, 'granted_on', filed_on, 'filing');
  const meaning = correctsDocument(code)
    ? { kind: 'other' as const, category: 'P' }
    : legalMeaning('CN', code, '');
  const own_day = told_day ?? (notice.effective_on && calendarDate(notice.effective_on, 'effective_on'));
  const event: SignalRecord = {
    ...meaning,
    source_code: code,
    // A grant takes effect on the day of its notice (Patent Law of China, articles 39 and 40 [M]).
    effective_on: meaning.kind === 'granted' ? (granted_on ?? published_on) : (own_day ?? null),
    published_on,
    detail,
  };
  return granted_on === null || meaning.kind === 'granted' ? [event] : [grant(granted_on), event];
}

function grant(on: CalendarDate): SignalRecord {
  return {
    kind: 'granted',
    category: 'F',
    source_code: 'granted_on',
    effective_on: on,
    published_on: on,
    detail: {},
  };
}

function detailOf(values: ReadonlyMap<string, string>): Record<string, string> {
  const days = [...EFFECTIVE_DAYS, ...OTHER_DAYS];
  return Object.fromEntries(
    [...values]
      .filter(([name]) => !NOT_DETAIL.includes(name))
      .map(([name, text]) => [name, days.includes(name) ? calendarDate(text, name) : text]),
  );
}

function optionalDay(values: ReadonlyMap<string, string>, name: string): CalendarDate | null {
  const text = values.get(name);
  return text === undefined ? null : calendarDate(text, name);
}
