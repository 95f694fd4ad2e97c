/**
 * Adapter of EPO OPS legal answers (INPADOC, XML): each `ops:legal` element is one record with one signal.
 *
 * An answer repeats the events of an application for each of its publications; a repeated event comes as a record
 * without signals. The key is authority, document, gazette day, code and all L5xx fields (OPS 3.2, `ops_legal.xsd`).
 *
 * A European patent is a bundle of national rights. An event that ends or revives it in one state says nothing of the
 * others, so it is kind `other` with its category, `detail.state` and `detail.kind_in_state`.
 */
import { hash } from 'node:crypto';
import type { CalendarDate, RightType } from '../../../../models/types.ts';
import { calendarDate, earliest, shown } from '../fields.ts';
import { legalMeaning, meaningThere } from '../legal-codes.ts';
import {
  type PatentRecord,
  patentRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../record.ts';
import { readXml, type XmlToken } from '../xml.ts';
import { officeForm } from './numbers.ts';

/** All fields of one event together. */
const MAX_EVENT_CHARS = 65_536;
/** Repeats stand near each other; what is further apart the store recognises. */
const MAX_REMEMBERED_EVENTS = 100_000;

/** L005EP, the type of right. */
const RIGHT_TYPES: Record<string, RightType> = { PI: 'invention', UM: 'utility_model' };

/** With all L5xx fields, what tells one event from another. */
const KEY_TAGS = ['L001EP', 'L003EP', 'L007EP', 'L008EP', 'L013EP'];

const DOCUMENT_PARTS = ['country', 'doc-number', 'kind', 'date'];

/** L5xx fields by what they tell; the others keep their tag. */
const DETAIL_NAMES: Record<string, string> = {
  L501EP: 'state',
  L502EP: 'national_code',
  L509EP: 'owner',
  L510EP: 'text',
  L517EP: 'representative',
  L518EP: 'payment_on',
  L519EP: 'opponent',
  L520EP: 'fee_year',
  L522EP: 'requester',
  L525EP: 'effective_on',
};

type DocumentId = ReadonlyMap<string, string>;

/** The member of the family in which an event stands. */
interface Member {
  application: DocumentId | null;
  publication: DocumentId | null;
  /** As written, unchecked. */
  earliest_priority: string | null;
}

interface LegalEvent {
  line: number;
  fields: Map<string, string>;
  chars: number;
}

export const epoOpsLegal: SourceAdapter = {
  id: 'epo-ops-legal',
  describe: 'EPO OPS legal events (XML, world-patent-data with legal="true")',
  recognises: (head) =>
    /<(?:[\w-]+:)?world-patent-data\s/.test(head) &&
    /<(?:[\w-]+:)?patent-family\s[^<>]*legal="true"/.test(head),
  read: async function* (input) {
    const reader = new OpsReader();
    for await (const token of readXml(input)) {
      const record = token.kind === 'open' ? reader.open(token) : reader.close(token);
      if (record) yield record;
    }
  },
};

/** Follows the elements of one answer; gives a record at the end of each event. */
class OpsReader {
  private depth = 0;
  private member: Member | null = null;
  private document: Map<string, string> | null = null;
  private event: LegalEvent | null = null;
  private readonly seen = new Set<string>();

  open(token: Extract<XmlToken, { kind: 'open' }>): null {
    if (this.depth === 0 && token.name !== 'world-patent-data')
      throw new SourceFormatError(
        `XML, line ${token.line}: the root is "${shown(token.name)}", it must be "world-patent-data". Give an OPS answer.`,
      );
    this.depth += 1;
    if (token.name === 'family-member')
      this.member = { application: null, publication: null, earliest_priority: null };
    if (token.name === 'document-id')
      this.document = token.attributes.get('document-id-type') === 'docdb' ? new Map() : null;
    if (token.name === 'legal' && this.event)
      throw new SourceFormatError(
        `XML, line ${token.line}: a legal event stands inside another. Fetch the file again from its source.`,
      );
    if (token.name === 'legal') this.event = { line: token.line, fields: new Map(), chars: 0 };
    return null;
  }

  close(token: Extract<XmlToken, { kind: 'close' }>): SourceRecord | null {
    this.depth -= 1;
    if (token.parent === 'document-id' && DOCUMENT_PARTS.includes(token.name))
      this.document?.set(token.name, token.text.trim());
    if (token.name === 'document-id') this.keepDocument(token.parent);
    if (token.name === 'family-member') this.member = null;
    if (this.event && /^L\d{3}EP$/.test(token.name)) keepField(this.event, token.name, token.text.trim());
    return token.name === 'legal' ? this.closeEvent() : null;
  }

  private keepDocument(parent: string): void {
    const { member, document } = this;
    this.document = null;
    if (!member || !document) return;
    if (parent === 'application-reference') member.application = document;
    if (parent === 'publication-reference') member.publication = document;
    const date = document.get('date') ?? '';
    if (parent === 'priority-claim' && date !== '')
      member.earliest_priority = earliest([date, member.earliest_priority ?? date]);
  }

  private closeEvent(): SourceRecord {
    const event = this.event!;
    this.event = null;
    const raw = [...event.fields].map(([tag, text]) => `${tag}=${text}`).join(' ');
    return recordOrQuarantine(event.line, raw, () => {
      checkText(event, raw);
      const patent = patentOf(event.fields, this.member);
      const signal = signalOf(event.fields);
      return { patent, signals: this.isRepeated(event.fields) ? [] : [signal] };
    });
  }

  private isRepeated(fields: ReadonlyMap<string, string>): boolean {
    const parts = [...fields].filter(([tag]) => tag.startsWith('L5') || KEY_TAGS.includes(tag));
    const key = hash('sha256', JSON.stringify(parts), 'base64');
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    if (this.seen.size > MAX_REMEMBERED_EVENTS) this.seen.delete(this.seen.values().next().value!);
    return false;
  }
}

function keepField(event: LegalEvent, tag: string, text: string): void {
  event.chars += text.length;
  if (event.chars > MAX_EVENT_CHARS || text === '') return;
  const before = event.fields.get(tag);
  event.fields.set(tag, before === undefined ? text : `${before}; ${text}`);
}

function checkText(event: LegalEvent, raw: string): void {
  if (event.chars > MAX_EVENT_CHARS)
    throw new RejectedField('legal', `the event is longer than ${MAX_EVENT_CHARS} characters`, 'too_long');
  if (raw.includes('\uFFFD')) throw new RejectedField('legal', 'not UTF-8', 'encoding');
}

function patentOf(fields: ReadonlyMap<string, string>, member: Member | null): PatentRecord {
  const authority = required(fields, 'L001EP', /^[A-Z]{2}$/);
  const number = required(fields, 'L003EP', /^[A-Z0-9]+$/);
  const right_type = RIGHT_TYPES[required(fields, 'L005EP', /^[A-Z]+$/)];
  if (!right_type)
    throw new RejectedField(
      'L005EP',
      `"${fields.get('L005EP')}" is neither PI nor UM, the types of right read here`,
    );
  const application =
    required(fields, 'L002EP', /^[FP]$/) === 'F'
      ? { office: authority, number, filed_on: filingDate(member, authority, number) }
      : applicationOf(member);
  const publication = member?.publication;
  const priority = member?.earliest_priority;
  const same_office = publication?.get('country') === application.office;
  return patentRecord({
    office: application.office,
    application_number: officeForm(
      application.office,
      application.number,
      right_type === 'invention' ? 'A' : 'U',
      'L003EP',
    ),
    right_type,
    publication_number: (same_office && publication?.get('doc-number')) || null,
    kind: (same_office && publication?.get('kind')) || null,
    filed_on: application.filed_on,
    priority_on: priority ? calendarDate(priority, 'priority-claim') : null,
  });
}

/** The event hangs on a publication: the application stands beside it in the member. */
function applicationOf(member: Member | null): {
  office: string;
  number: string;
  filed_on: CalendarDate | null;
} {
  const office = member?.application?.get('country') ?? '';
  const number = member?.application?.get('doc-number') ?? '';
  if (!/^[A-Z]{2}$/.test(office) || !/^[A-Z0-9]+$/.test(number))
    throw new RejectedField(
      'application-reference',
      'the event names a publication, and its application is missing',
      'missing',
    );
  return { office, number, filed_on: filingDate(member, office, number) };
}

function filingDate(member: Member | null, office: string, number: string): CalendarDate | null {
  const application = member?.application;
  const date = application?.get('date');
  const same = application?.get('country') === office && application.get('doc-number') === number;
  return same && date ? calendarDate(date, 'application-reference') : null;
}

function signalOf(fields: ReadonlyMap<string, string>): SignalRecord {
  const authority = required(fields, 'L001EP', /^[A-Z]{2}$/);
  const code = required(fields, 'L008EP', /^[A-Z0-9]{1,4}$/);
  const published_on = calendarDate(required(fields, 'L007EP', /./), 'L007EP');
  const detail = detailOf(fields);
  const { state, national_code, text = '' } = detail;
  // REG refers to a code of a national register: state and code together are the real one.
  const national = code === 'REG' && state !== undefined && national_code !== undefined;
  const source_code = national ? `${state}.${national_code}` : code;
  // The office took the event back: it says nothing but that.
  if (fields.get('L013EP') === 'D') {
    const undone = { ...detail, undoes_code: source_code, undoes_on: published_on };
    return { kind: 'deleted', category: 'Y', source_code, effective_on: null, published_on, detail: undone };
  }
  const meaning = legalMeaning(national ? state : authority, national ? national_code : code, text);
  return {
    ...meaningThere(authority, meaning, code, detail),
    source_code,
    effective_on: effectiveOn(fields),
    published_on,
  };
}

function detailOf(fields: ReadonlyMap<string, string>): Record<string, string> {
  const named = [...fields].filter(([tag]) => tag.startsWith('L5'));
  return Object.fromEntries(named.map(([tag, text]) => [DETAIL_NAMES[tag] ?? tag, text]));
}

function effectiveOn(fields: ReadonlyMap<string, string>): CalendarDate | null {
  const tag = fields.has('L525EP') ? 'L525EP' : 'L518EP';
  const text = fields.get(tag);
  return text === undefined ? null : calendarDate(text, tag);
}

function required(fields: ReadonlyMap<string, string>, tag: string, form: RegExp): string {
  const text = fields.get(tag);
  if (text === undefined) throw new RejectedField(tag, 'is missing', 'missing');
  if (!form.test(text)) throw new RejectedField(tag, `"${shown(text)}" does not have the form of this field`);
  return text;
}
