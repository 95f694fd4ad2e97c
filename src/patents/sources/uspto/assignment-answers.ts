/**
 * Adapters of answers of the USPTO's assignment search: XML, JSON, and a table harvested from them with one recorded
 * document a row. Each property of a document is one record, as in the daily files.
 *
 * The XML gives each member of the properties as an array of its own, all of one length; JSON gives properties.
 * The table lists patents and applications apart: they belong together only where there are as many of each as
 * properties. The office writes NULL and 0001-01-01 for nothing.
 */
import type { CalendarDate } from '../../../../models/types.ts';
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
import { dateAt, type JsonObject, objectsAt, parseItem, readJsonItems, textAt } from './json.ts';
import { type Converted, usApplicationNumber, usPatent, usPatentNumber } from './patents.ts';
import { readRows } from './rows.ts';

/** Text of one document of an XML answer. */
const MAX_DOCUMENT_CHARS = 4_194_304;

const PROPERTY_MEMBERS = ['applNum', 'patNum', 'filingDate', 'issueDate', 'publDate', 'inventionTitle'];
const ASSIGNOR_MEMBERS = ['patAssignorName', 'patAssignorExDate'];

const COLUMNS = [
  'reel_frame',
  'recorded',
  'conveyance',
  'assignors',
  'exec',
  'assignees',
  'patents',
  'appls',
  'n_properties',
] as const;

export const usptoAssignmentJson: SourceAdapter = {
  id: 'uspto-assignment-json',
  describe: 'USPTO assignment search answer (JSON)',
  recognises: (head) => /^\s*\{/.test(head) && head.includes('"docs"') && head.includes('"reelNo"'),
  read: async function* (input) {
    for await (const item of readJsonItems(input))
      yield* recordsOf(item.line, item.raw, () => parseItem(item));
  },
};

export const usptoAssignmentXml: SourceAdapter = {
  id: 'uspto-assignment-xml',
  describe: 'USPTO assignment search answer (XML)',
  recognises: (head) => /<response\b/.test(head) && head.includes('name="reelNo"'),
  read: async function* (input) {
    const reader = new AnswerReader();
    for await (const token of readXml(input)) {
      if (token.kind === 'open') reader.open(token);
      else {
        const found = reader.close(token);
        if (found) yield* recordsOf(found.line, rawOf(found), () => documentOf(found));
      }
    }
  },
};

export const usptoAssignmentTable: SourceAdapter = {
  id: 'uspto-assignment-table',
  describe: `USPTO recorded assignments (CSV, ${COLUMNS.length} columns, one document a row)`,
  recognises: (head) => head.startsWith('reel_frame,recorded,'),
  read: async function* (input) {
    for await (const { line, raw, cells } of readRows(input, ',', COLUMNS))
      yield* recordsOf(line, raw, () => documentOfRow(cells()));
  },
};

/**
 * A document that cannot be read is one record, a property that cannot one among the others: the first attempt tells
 * which of the two it is.
 */
function* recordsOf(line: number, raw: string, read: () => JsonObject): Generator<SourceRecord> {
  let properties: (() => Converted)[] = [];
  const record = recordOrQuarantine(line, raw, () => {
    properties = propertiesOf(read());
    return properties[0]!();
  });
  if (properties.length === 0) yield record;
  for (const convert of properties) yield recordOrQuarantine(line, raw, convert);
}

function propertiesOf(document: JsonObject): (() => Converted)[] {
  const conveyance = conveyanceOf(document);
  const properties = objectsAt(document, 'properties');
  if (properties.length === 0)
    throw new RejectedField('properties', 'the document names no patent', 'missing');
  return properties.map((property) => () => convert(conveyance, property));
}

function convert(conveyance: Conveyance, property: JsonObject): Converted {
  const application = toldAt(property, 'applNum');
  const patent = toldAt(property, 'patNum');
  if (application === null && patent === null)
    throw new RejectedField('applNum', 'neither a US application nor a patent is named', 'missing');
  const filed_on = dateAt(property, 'filingDate');
  const published = [dateAt(property, 'publDate'), dateAt(property, 'issueDate')];
  const public_since = earliest(published.filter((date) => date !== null));
  return {
    patent: usPatent(
      application && usApplicationNumber(application, 'applNum'),
      patent && usPatentNumber(patent, 'patNum'),
      { filed_on, title: toldAt(property, 'inventionTitle') },
    ),
    signals: [conveyanceSignal(conveyance, public_since)],
  };
}

function conveyanceOf(document: JsonObject): Conveyance {
  const assignors = objectsAt(document, 'assignors');
  const assignees = objectsAt(document, 'assignees');
  const told = (objects: readonly JsonObject[], key: string) =>
    objects.map((object) => toldAt(object, key)).filter((text) => text !== null);
  return {
    reel: textAt(document, 'reelNo') ?? '',
    frame: textAt(document, 'frameNo') ?? '',
    text: textAt(document, 'conveyanceText') ?? '',
    recorded_on: recordedOn(document),
    executed: told(assignors, 'patAssignorExDate'),
    assignors: told(assignors, 'patAssignorName'),
    assignees: told(assignees, 'patAssigneeName'),
    purged: textAt(document, 'purgeIndicator') === 'Y',
  };
}

function recordedOn(document: JsonObject): CalendarDate {
  const date = dateAt(document, 'recordedDate');
  if (date === null) throw new RejectedField('recordedDate', 'is missing', 'missing');
  return date;
}

function toldAt(object: JsonObject, key: string): string | null {
  const text = textAt(object, key);
  return text === 'NULL' ? null : text;
}

type Members = Map<string, string[]>;

interface Found {
  line: number;
  members: Members;
  chars: number;
}

/** Follows the elements of one XML answer: members are named by attribute, on the value or on the array about it. */
class AnswerReader {
  private readonly names: string[] = [];
  private found: Found | null = null;

  open(token: Extract<XmlToken, { kind: 'open' }>): void {
    if (this.names.length === 0 && token.name !== 'response')
      throw new SourceFormatError(
        `XML, line ${token.line}: the root is "${shown(token.name)}", it must be "response". Give an assignment search answer.`,
      );
    this.names.push(token.attributes.get('name') ?? '');
    if (token.name === 'doc') this.found = { line: token.line, members: new Map(), chars: 0 };
  }

  close(token: Extract<XmlToken, { kind: 'close' }>): Found | null {
    const name = this.names.pop() || this.names.at(-1) || '';
    const { found } = this;
    if (!found) return null;
    if (token.name === 'doc') {
      this.found = null;
      return found;
    }
    if (token.name === 'arr') return null;
    const text = token.text.trim();
    found.chars += text.length;
    if (found.chars > MAX_DOCUMENT_CHARS) return null;
    const values = found.members.get(name);
    if (values) values.push(text);
    else found.members.set(name, [text]);
    return null;
  }
}

function rawOf({ members }: Found): string {
  return [...members].map(([name, values]) => `${name}=${values.join('; ')}`).join(' ');
}

/** The same document in the form of JSON. */
function documentOf({ members, chars }: Found): JsonObject {
  if (chars > MAX_DOCUMENT_CHARS)
    throw new RejectedField('doc', `is longer than ${MAX_DOCUMENT_CHARS} characters`, 'too_long');
  if (rawOf({ line: 0, members, chars }).includes('\uFFFD'))
    throw new RejectedField('doc', 'not UTF-8', 'encoding');
  const single = [...members].map(([name, values]): [string, string] => [name, values[0]!]);
  return {
    ...Object.fromEntries(single),
    assignors: rowsOf(members, ASSIGNOR_MEMBERS),
    assignees: rowsOf(members, ['patAssigneeName']),
    properties: rowsOf(members, PROPERTY_MEMBERS),
  };
}

function rowsOf(members: Members, keys: readonly string[]): JsonObject[] {
  const told = keys.filter((key) => members.has(key));
  const lengths = new Set(told.map((key) => members.get(key)!.length));
  if (lengths.size > 1)
    throw new RejectedField(keys[0]!, `${told.join(', ')} have ${[...lengths].join(' and ')} values`);
  const [length = 0] = lengths;
  return Array.from({ length }, (_, i) => Object.fromEntries(told.map((key) => [key, members.get(key)![i]])));
}

/** The same document in the form of JSON. */
function documentOfRow(row: Readonly<Record<(typeof COLUMNS)[number], string>>): JsonObject {
  const reel_frame = /^(\d{1,6})-(\d{1,4})$/.exec(row.reel_frame);
  if (!reel_frame) throw new RejectedField('reel_frame', `"${shown(row.reel_frame)}" is not reel-frame`);
  calendarDate(row.recorded, 'recorded');
  const patents = listOf(row.patents);
  const applications = listOf(row.appls);
  const paired = patents.length === applications.length && String(patents.length) === row.n_properties;
  const alone = applications.length === 0 ? patents.map((patNum) => ({ patNum })) : [];
  return {
    reelNo: reel_frame[1],
    frameNo: reel_frame[2],
    conveyanceText: row.conveyance,
    recordedDate: row.recorded,
    assignors: [{ patAssignorName: row.assignors, patAssignorExDate: row.exec }],
    assignees: [{ patAssigneeName: row.assignees }],
    properties: [
      ...applications.map((applNum, i) => ({ applNum, ...(paired && { patNum: patents[i] }) })),
      ...alone,
    ],
  };
}

function listOf(cell: string): string[] {
  return cell.split(';').flatMap((part) => part.trim() || []);
}
