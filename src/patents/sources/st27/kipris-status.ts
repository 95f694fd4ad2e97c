/**
 * Adapter of the Korean register's answers about legal status (KIPRIS Plus, `legStatusST27InfoSearchService`, XML):
 * each `legalStatusST27Info` is one event of one application.
 *
 * The detailed event stands in `detailedEventCode` or in `detailLawEventCode`. An answer that reports an error, and
 * one without any event, is refused as a whole: it does not say that nothing happened.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { calendarDate, earliest, notBefore, shown } from '../fields.ts';
import {
  type AcceptedRecord,
  patentRecord,
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
  SourceFormatError,
} from '../record.ts';
import { readXml } from '../xml.ts';
import { checkCategory, type StatusEvent } from './event-code.ts';
import { koreanApplicationNumber } from './korean-number.ts';
import { statusSignal } from './signal.ts';

const ITEM = 'legalStatusST27Info';
/** All fields of one event; an event has some twenty short ones. */
const MAX_ITEM_CHARS = 65_536;

/** Fields that add to the event, by their name in the detail. */
const DETAIL_NAMES: Record<string, string> = {
  serial_number: 'supplySerialNumber',
  registration_number: 'registrationNumber',
  trial_number: 'trialNumber',
  opposition_number: 'demurrerNumber',
};

/** The other spelling of the field. */
const OTHER_SPELLING = 'detailLawEventCode';

interface Item {
  line: number;
  fields: Map<string, string>;
  chars: number;
  /** Name of a field that stands twice with different values, or null. */
  contradiction: string | null;
}

type Fields = ReadonlyMap<string, string>;

export const kiprisStatus: SourceAdapter = {
  id: 'kipris-status',
  describe: 'Korean legal status, ST.27 (XML of KIPRIS Plus)',
  recognises: (head) => new RegExp(`<${ITEM}[\\s/>]`).test(head),
  read: async function* (input) {
    let item: Item | null = null;
    let items = 0;
    for await (const token of readXml(input)) {
      if (token.kind === 'open') {
        if (token.name === ITEM)
          item = { line: token.line, fields: new Map(), chars: 0, contradiction: null };
        continue;
      }
      if (token.name === 'resultCode') checkResult(token.text.trim(), token.line);
      if (item && token.parent === ITEM) keepField(item, token.name, token.text.trim());
      if (token.name !== ITEM || !item) continue;
      items += 1;
      yield convert(item);
      item = null;
    }
    if (items === 0)
      throw new SourceFormatError(
        `XML: there is no ${ITEM}. Ask for an application number that the service knows.`,
      );
  },
};

function checkResult(code: string, line: number): void {
  if (['', '0', '00'].includes(code)) return;
  const remedy = code === '31' ? 'Subscribe to the legal status service.' : 'Ask the service again.';
  throw new SourceFormatError(
    `XML, line ${line}: the service answered with error "${shown(code)}". ${remedy}`,
  );
}

function keepField(item: Item, name: string, text: string): void {
  item.chars += text.length;
  if (item.chars > MAX_ITEM_CHARS || text === '') return;
  const field = name === OTHER_SPELLING ? 'detailedEventCode' : name;
  if ((item.fields.get(field) ?? text) !== text) item.contradiction = field;
  item.fields.set(field, text);
}

function convert({ line, fields, chars, contradiction }: Item) {
  const raw = [...fields].map(([name, text]) => `${name}=${text}`).join(' ');
  return recordOrQuarantine(line, raw, () => {
    if (chars > MAX_ITEM_CHARS)
      throw new RejectedField(ITEM, `the event is longer than ${MAX_ITEM_CHARS} characters`, 'too_long');
    if (raw.includes('\uFFFD')) throw new RejectedField(ITEM, 'not UTF-8', 'encoding');
    if (contradiction) throw new RejectedField(contradiction, 'stands twice with different values');
    return recordOf(fields);
  });
}

function recordOf(fields: Fields): Omit<AcceptedRecord, 'ok' | 'line'> {
  const application = koreanApplicationNumber(fields.get('applicationNumber') ?? '', 'applicationNumber');
  const filed_on = day(fields, 'applicationDate');
  const first_day = filed_on ?? `${application.year}-01-01`;
  const on = notBefore(
    calendarDate(fields.get('eventDate') ?? '', 'eventDate'),
    'eventDate',
    first_day,
    'filing',
  );
  const times = { year: application.year, filed_on, laid_open_on: laidOpenOn(fields) };
  const signal = statusSignal(eventOf(fields), 'KR', on, times);
  const added = Object.entries(DETAIL_NAMES).flatMap(([name, field]) =>
    fields.has(field) ? [[name, fields.get(field)!]] : [],
  );
  return {
    patent: patentRecord({
      office: 'KR',
      application_number: application.number,
      right_type: application.right_type,
      publication_number: publicationNumber(fields),
      filed_on,
    }),
    signals: [{ ...signal, detail: { ...signal.detail, ...Object.fromEntries(added) } }],
  };
}

function eventOf(fields: Fields): StatusEvent {
  const event = {
    state: part(fields, 'stateCode', /^[AN]?$/),
    previous_stage: part(fields, 'previousStageCode', /^[0-6]?$/),
    current_stage: part(fields, 'currentStageCode', /^[0-6]?$/),
    key_event: part(fields, 'keyEventCode', /^[A-Z]\d\d$/),
    detailed_event: part(fields, 'detailedEventCode', /^(?:[A-Z]\d\d)?$/),
    indicator: part(fields, 'eventIndicatorCode', /^(?:[A-Za-z]{3})?$/).toLowerCase(),
    national_code: part(fields, 'nationalEventCode', /^[A-Z0-9]*$/),
  };
  checkCategory(event, 'keyEventCode');
  return event;
}

function part(fields: Fields, name: string, form: RegExp): string {
  const text = fields.get(name) ?? '';
  if (!form.test(text))
    throw new RejectedField(name, text === '' ? 'is missing' : `"${shown(text)}" is not a code of ST.27`);
  return text;
}

function laidOpenOn(fields: Fields): CalendarDate | null {
  const days = ['openingDate', 'publicationDate', 'registrationDate'].map((name) => day(fields, name));
  return earliest(days.filter((told) => told !== null));
}

function day(fields: Fields, name: string): CalendarDate | null {
  const text = fields.get(name);
  return text === undefined ? null : calendarDate(text, name);
}

/** DOCDB drops the type of right from the number under which an application is laid open: 2014-0090000. */
function publicationNumber(fields: Fields): string | null {
  return (
    /^\d{2}-?(\d{4})-?(\d{7})$/
      .exec(fields.get('openNumber') ?? '')
      ?.slice(1)
      .join('') ?? null
  );
}
