/**
 * Adapters of PatentsView: the bulk tables of patents and of applications (tab separated), and patents as its interface
 * gives them, in one answer or one a line.
 *
 * Patents go by patent number; only `g_application` tells the application too, and hangs the record on it. Other bulk
 * tables are parts of a patent over several rows: they have no record of their own here.
 * CPC groups stand for the classes where no IPC is told (35 technology fields agree in 99 of 100 patents).
 */
import type { Readable } from 'node:stream';
import type { CalendarDate } from '../../../models/types.ts';
import { classSymbol } from './epo/numbers.ts';
import { calendarDate, notBefore, shown } from './fields.ts';
import { readLines } from './lines.ts';
import {
  type ClassRecord,
  type PartyRecord,
  type PatentRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalRecord,
  type SourceAdapter,
  type SourceRecord,
  type TextRecord,
} from './record.ts';
import type { Row } from './table.ts';
import {
  dateAt,
  type JsonObject,
  objectsAt,
  parseItem,
  readJsonItems,
  textAt,
  tidyText,
} from './uspto/json.ts';
import {
  type Converted,
  classSymbols,
  filedSignal,
  grantedSignal,
  usApplicationNumber,
  usPatent,
  usPatentNumber,
} from './uspto/patents.ts';
import { readRows } from './uspto/rows.ts';

const PATENT_COLUMNS = [
  'patent_id',
  'patent_type',
  'patent_date',
  'patent_title',
  'wipo_kind',
  'num_claims',
  'withdrawn',
] as const;

const APPLICATION_COLUMNS = [
  'application_id',
  'patent_id',
  'patent_application_type',
  'filing_date',
] as const;

/** Kinds of document that are rights; defensive publications and statutory registrations are none. */
const RIGHTS = ['utility', 'design', 'plant', 'reissue'];

/** Assignee types: 4 US and 5 foreign individual; a leading 1 is a part interest. */
const INDIVIDUAL = /^1?[45]$/;
const ASSIGNEE = /^1?[2-9]$/;

export const patentsviewPatents: SourceAdapter = {
  id: 'patentsview-patents',
  describe: 'PatentsView bulk table of granted patents (g_patent, tab separated)',
  recognises: (head) => headerOf(head).slice(0, 3).join() === 'patent_id,patent_type,patent_date',
  read: (input) => readTabbed(input, PATENT_COLUMNS, convertPatent),
};

export const patentsviewApplications: SourceAdapter = {
  id: 'patentsview-applications',
  describe: 'PatentsView bulk table of applications of granted patents (g_application, tab separated)',
  recognises: (head) => headerOf(head).slice(0, 2).join() === 'application_id,patent_id',
  read: (input) => readTabbed(input, APPLICATION_COLUMNS, convertApplication),
};

export const patentsviewAnswer: SourceAdapter = {
  id: 'patentsview-answer',
  describe: 'PatentsView interface answer (JSON with patents)',
  recognises: (head) => /^\s*\{/.test(head) && /"patents"\s*:\s*\[/.test(head),
  read: async function* (input) {
    for await (const item of readJsonItems(input))
      if (item.bag === 'patents')
        yield recordOrQuarantine(item.line, item.raw, () => convertObject(parseItem(item)));
  },
};

export const patentsviewLines: SourceAdapter = {
  id: 'patentsview-lines',
  describe: 'PatentsView patents (JSON Lines)',
  recognises: (head) => /^\s*\{\s*"patent_id"/.test(head),
  read: async function* (input) {
    for await (const { number, text, problem } of readLines(input))
      yield recordOrQuarantine(number, text, () => convertObject(parseItem({ raw: text, problem })));
  },
};

function headerOf(head: string): string[] {
  const [first = ''] = head.split(/\r?\n/, 1);
  return first.split('\t').map((name) => name.replaceAll('"', '').trim());
}

async function* readTabbed<Column extends string>(
  input: Readable,
  columns: readonly Column[],
  convert: (row: Row<Column>) => Converted,
): AsyncGenerator<SourceRecord> {
  for await (const { line, raw, cells } of readRows(input, '\t', columns))
    yield recordOrQuarantine(line, raw, () => convert(cells()));
}

function convertPatent(row: Row<(typeof PATENT_COLUMNS)[number]>): Converted {
  const patent_number = usPatentNumber(row.patent_id, 'patent_id');
  const issued_on = calendarDate(row.patent_date, 'patent_date');
  requireRight(row.patent_type);
  if (!/^\d*$/.test(row.num_claims))
    throw new RejectedField('num_claims', `"${shown(row.num_claims)}" is not a number of claims`);
  return {
    patent: usPatent(null, patent_number, {
      kind: row.wipo_kind || null,
      title: tidyText(row.patent_title, 'patent_title') || null,
      // Zero is written for designs and old patents whose claims were not counted.
      claims: Number(row.num_claims) || null,
    }),
    signals: [row.withdrawn === '1' ? withdrawnSignal(issued_on) : grantedSignal(issued_on)],
  };
}

function requireRight(type: string): void {
  if (!RIGHTS.includes(type))
    throw new RejectedField('patent_type', `"${shown(type)}" is no right to exclude`);
}

/** A number given to a patent that was taken back before it was issued. */
function withdrawnSignal(issued_on: CalendarDate): SignalRecord {
  return {
    kind: 'withdrawn',
    category: 'B',
    source_code: 'withdrawn',
    effective_on: issued_on,
    published_on: issued_on,
    detail: {},
  };
}

/** The table has no day of grant, and so no day since when the filing is public: the filing day is a fact only. */
function convertApplication(row: Row<(typeof APPLICATION_COLUMNS)[number]>): Converted {
  const application = usApplicationNumber(row.application_id, 'application_id');
  const patent_number = usPatentNumber(row.patent_id, 'patent_id');
  const filed_on = row.filing_date === '' ? null : calendarDate(row.filing_date, 'filing_date');
  return { patent: usPatent(application, patent_number, { filed_on }), signals: [] };
}

function convertObject(object: JsonObject): Converted {
  const patent_number = usPatentNumber(textAt(object, 'patent_id') ?? '', 'patent_id');
  const type = textAt(object, 'patent_type');
  if (type !== null) requireRight(type);
  const [application = {}] = objectsAt(object, 'application');
  const filed_on = dateAt(application, 'filing_date');
  const granted_on = dateAt(object, 'patent_date');
  if (filed_on !== null && granted_on !== null) notBefore(granted_on, 'patent_date', filed_on, 'filing');
  const filed = filed_on !== null && granted_on !== null ? [filedSignal(filed_on, granted_on)] : [];
  return {
    patent: usPatent(null, patent_number, {
      filed_on,
      title: textAt(object, 'patent_title'),
      ipc: classesOf(object),
      ...applicantOf(object),
    }),
    signals: granted_on === null ? [] : [...filed, grantedSignal(granted_on)],
    publication: { office: 'US', number: patent_number, kind: null, published_on: granted_on },
    texts: textsOf(object),
    parties: [
      ...partiesOf(object, 'assignee', 'owner'),
      ...partiesOf(object, 'inventor', 'inventor'),
      ...partiesOf(object, 'attorney', 'agent'),
    ],
    classes: [...cpcOf(object).map(classIn('CPC')), ...ipcOf(object).map(classIn('IPC'))].filter(
      (told) => told !== null,
    ),
  };
}

/** An organisation, or a person by first and last name; the members of an assignee's name say `individual`. */
function partiesOf(
  object: JsonObject,
  what: 'assignee' | 'inventor' | 'attorney',
  role: PartyRecord['role'],
): PartyRecord[] {
  const person = what === 'assignee' ? 'assignee_individual' : what;
  return objectsAt(object, `${what}s`).flatMap((row) => {
    const parts = [`${what}_organization`, `${person}_name_first`, `${person}_name_last`];
    const name = parts.flatMap((part) => textAt(row, part) ?? []).join(' ');
    return name === '' ? [] : [{ role, name, country: textAt(row, `${what}_country`) }];
  });
}

function classIn(scheme: ClassRecord['scheme']): (text: string) => ClassRecord | null {
  return (text) => {
    const symbol = classSymbol(text);
    return symbol === null ? null : { scheme, symbol };
  };
}

function classesOf(object: JsonObject): string[] {
  const told = classSymbols(ipcOf(object));
  return told.length > 0 ? told : classSymbols(cpcOf(object));
}

function ipcOf(object: JsonObject): string[] {
  return objectsAt(object, 'ipcr').map((row) => {
    const part = (key: string) => textAt(row, key) ?? '';
    return `${part('ipc_section')}${part('ipc_class').padStart(2, '0')}${part('ipc_subclass')}${part('ipc_main_group')}/${part('ipc_subgroup')}`;
  });
}

function cpcOf(object: JsonObject): string[] {
  return objectsAt(object, 'cpc_current').map((row) => textAt(row, 'cpc_group_id') ?? '');
}

/** The office prints in English. */
function textsOf(object: JsonObject): TextRecord[] {
  const abstract = textAt(object, 'patent_abstract');
  return abstract === null ? [] : [{ part: 'abstract', language: 'en', text: abstract }];
}

/** Of the first assignee, for the owner at grant; without assignee the inventors own it, which no member says. */
function applicantOf(object: JsonObject): Pick<PatentRecord, 'individual_applicant' | 'domestic_applicant'> {
  const [first = {}] = objectsAt(object, 'assignees');
  const type = textAt(first, 'assignee_type') ?? '';
  const country = textAt(first, 'assignee_country');
  return {
    individual_applicant: ASSIGNEE.test(type) ? INDIVIDUAL.test(type) : null,
    domestic_applicant: country === null ? null : country === 'US',
  };
}
