/**
 * Adapter of the USPTO's daily assignment files (`adYYYYMMDD.xml`, PADX): each patent property of a recorded document
 * is one record, for the document is an event of each of its patents.
 *
 * The documents of a property stand as application (kind X0), publication (A1...) and grant (B1..., S1, E1, P2...).
 * Properties of foreign or international applications are quarantined: they have no US application to hang on.
 * A purged document gives an event of category Y with its reel and frame.
 */
import { Readable } from 'node:stream';
import type { CalendarDate } from '../../../../models/types.ts';
import { decode } from '../decode.ts';
import { calendarDate, earliest, shown } from '../fields.ts';
import {
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../record.ts';
import { readXml, type XmlToken } from '../xml.ts';
import { type Conveyance, conveyanceSignal } from './conveyance.ts';
import { tidyText } from './json.ts';
import { type Converted, usApplicationNumber, usPatent, usPatentNumber } from './patents.ts';

/** Parties of one document, and documents of one property, that are kept; the largest known have some hundreds. */
const MAX_PARTIES = 2000;
const MAX_DOCUMENTS = 20;
/** The declarations that these files carry have some four thousand characters. */
const MAX_DECLARATION_CHARS = 65_536;

type Fields = Map<string, string>;

interface Recorded {
  line: number;
  fields: Fields;
  assignors: string[];
  assignees: string[];
  executed: string[];
  properties: number;
}

interface Property {
  line: number;
  title: string;
  documents: Fields[];
}

export const usptoAssignments: SourceAdapter = {
  id: 'uspto-assignments',
  describe: 'USPTO recorded assignments (daily XML, us-patent-assignments)',
  recognises: (head) => /<(?:!DOCTYPE )?us-patent-assignments\b/.test(head),
  read: async function* (input) {
    const reader = new AssignmentReader();
    for await (const token of readXml(Readable.from(withoutDeclarations(input)))) {
      const record = token.kind === 'open' ? reader.open(token) : reader.close(token);
      if (record) yield record;
    }
  },
};

/**
 * The files carry the declarations of their elements inside. Those may go: they add nothing. A declaration of an
 * entity stays, and with it the whole, which the XML reader refuses.
 */
async function* withoutDeclarations(input: Readable): AsyncGenerator<string> {
  let head: string | null = '';
  for await (const piece of decode(input)) {
    if (head === null) {
      yield piece;
      continue;
    }
    head += piece;
    const waits = !/<us-patent-assignments\b/.test(head) && head.length <= MAX_DECLARATION_CHARS;
    if (waits) continue;
    yield stripped(head);
    head = null;
  }
  if (head !== null) yield stripped(head);
}

function stripped(head: string): string {
  const start = head.indexOf('<!DOCTYPE us-patent-assignments');
  const root = head.search(/<us-patent-assignments\b/);
  if (start === -1 || root < start) return head;
  const declarations = head.slice(start, root);
  if (/<!ENTITY|%/.test(declarations) || !/>\s*$/.test(declarations)) return head;
  return head.slice(0, start) + declarations.replace(/[^\n]/g, '') + head.slice(root);
}

/** Follows the elements of one file; gives a record at the end of each property. */
class AssignmentReader {
  private depth = 0;
  private recorded: Recorded | null = null;
  private property: Property | null = null;
  private document: Fields | null = null;

  open(token: Extract<XmlToken, { kind: 'open' }>): null {
    if (this.depth === 0 && token.name !== 'us-patent-assignments')
      throw new SourceFormatError(
        `XML, line ${token.line}: the root is "${shown(token.name)}", it must be "us-patent-assignments". Give a daily assignment file.`,
      );
    this.depth += 1;
    if (token.name === 'patent-assignment')
      this.recorded = {
        line: token.line,
        fields: new Map(),
        assignors: [],
        assignees: [],
        executed: [],
        properties: 0,
      };
    if (token.name === 'patent-property') this.property = { line: token.line, title: '', documents: [] };
    if (token.name === 'document-id') this.document = new Map();
    return null;
  }

  close(token: Extract<XmlToken, { kind: 'close' }>): SourceRecord | null {
    this.depth -= 1;
    const { recorded, property } = this;
    if (!recorded) return null;
    this.keep(recorded, token.name, token.parent, token.text.trim());
    if (token.name === 'patent-property' && property) {
      recorded.properties += 1;
      this.property = null;
      return recordOrQuarantine(property.line, rawOf(recorded, property), () => convert(recorded, property));
    }
    if (token.name !== 'patent-assignment') return null;
    this.recorded = null;
    return recorded.properties > 0 ? null : withoutProperty(recorded);
  }

  private keep(recorded: Recorded, name: string, parent: string, text: string): void {
    const { property, document } = this;
    if (parent === 'assignment-record') recorded.fields.set(name, text);
    if (name === 'date' && parent === 'recorded-date') recorded.fields.set('recorded-date/date', text);
    if (name === 'name' && parent === 'patent-assignor') keepParty(recorded.assignors, text);
    if (name === 'name' && parent === 'patent-assignee') keepParty(recorded.assignees, text);
    if (name === 'date' && parent === 'execution-date') keepParty(recorded.executed, text);
    if (document && parent === 'document-id') document.set(name, text);
    if (property && name === 'invention-title') property.title = text;
    if (property && document && name === 'document-id') {
      if (property.documents.length < MAX_DOCUMENTS) property.documents.push(document);
      this.document = null;
    }
  }
}

function keepParty(parties: string[], text: string): void {
  if (text !== '' && parties.length < MAX_PARTIES) parties.push(text);
}

function rawOf(recorded: Recorded, property: Property | null): string {
  const documents = property?.documents.map((document) => [...document.values()].join(' ')) ?? [];
  return [...recorded.fields.values(), ...documents].filter((text) => text !== '').join(' | ');
}

function withoutProperty(recorded: Recorded): SourceRecord {
  return recordOrQuarantine(recorded.line, rawOf(recorded, null), () => {
    throw new RejectedField('patent-properties', 'the document names no patent', 'missing');
  });
}

function convert(recorded: Recorded, { title, documents }: Property): Converted {
  if ([rawOf(recorded, null), title, ...recorded.assignors, ...recorded.assignees].join().includes('\uFFFD'))
    throw new RejectedField('patent-assignment', 'not UTF-8', 'encoding');
  const application = documents.find((document) => document.get('kind') === 'X0');
  const grant = documents.find((document) => /^[BSEPH]\d?$/.test(document.get('kind') ?? ''));
  const publication = documents.find((document) => /^A\d?$/.test(document.get('kind') ?? ''));
  requireUnitedStates(application ?? grant, documents);
  const application_number =
    application && usApplicationNumber(application.get('doc-number') ?? '', 'doc-number');
  const patent_number = grant && usPatentNumber(grant.get('doc-number') ?? '', 'doc-number');
  const published = [publication, grant].map(dateOf).filter((date) => date !== null);
  return {
    patent: usPatent(application_number ?? null, patent_number ?? null, {
      kind: grant?.get('kind') ?? null,
      filed_on: dateOf(application),
      title: tidyText(title, 'invention-title') || null,
    }),
    signals: [conveyanceSignal(conveyanceOf(recorded), earliest(published))],
  };
}

function requireUnitedStates(document: Fields | undefined, documents: readonly Fields[]): void {
  if (document && (document.get('country') ?? 'US') === 'US') return;
  const found = documents.map((each) => `${each.get('country')} ${each.get('kind')}`).join(', ');
  throw new RejectedField('document-id', `no US application or patent among "${shown(found)}"`);
}

/** @returns null where the day is missing or told in part only */
function dateOf(document: Fields | undefined): CalendarDate | null {
  const text = document?.get('date') ?? '';
  return text === '' || /^\d{4}(?:00|\d\d00)/.test(text) ? null : calendarDate(text, 'date');
}

function conveyanceOf({ fields, assignors, assignees, executed }: Recorded): Conveyance {
  return {
    reel: fields.get('reel-no') ?? '',
    frame: fields.get('frame-no') ?? '',
    text: fields.get('conveyance-text') ?? '',
    recorded_on: calendarDate(
      fields.get('recorded-date/date') ?? fields.get('recorded-date') ?? '',
      'recorded-date',
    ),
    executed,
    assignors,
    assignees,
    purged: fields.get('purge-indicator') === 'Y',
  };
}
