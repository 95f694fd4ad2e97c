/**
 * A document of an EPO answer as one record: the application it belongs to, what the document says of it, and the
 * bibliography around it (family, priorities, classes, applicants, citations).
 *
 * A filing is told by the first document of an application only: a later one would date its publicity too late.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { calendarDate, earliest, notBefore, shown } from '../fields.ts';
import {
  type AcceptedRecord,
  type CitedRecord,
  type PartyRecord,
  type PatentRecord,
  patentRecord,
  type QuarantinedRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalRecord,
} from '../record.ts';
import { writtenApplication } from '../written-numbers.ts';
import { documentMeaning, rightTypeOfApplication } from './document-kinds.ts';
import { applicationNumber, classSymbol, joined, type PublicationNumber } from './numbers.ts';
import {
  MAX_DOCUMENT_CHARS,
  type RawCitation,
  type RawDocument,
  type RawId,
  type RawPriority,
} from './raw-document.ts';

/** One document or piece of literature that a published document cites: an edge of the citation graph. */
export interface CitationRecord {
  citing: PublicationNumber;
  /** Null where literature is cited, or a document whose number the source does not tell. */
  cited: PublicationNumber | null;
  /** What is cited otherwise: the literature as written, or the source's own key. */
  cited_reference: string | null;
  /** Publication of the cited document; null where not told or not a day. */
  cited_on: CalendarDate | null;
  /** Day from which anyone could know of the citation: the publication of the citing document. */
  published_on: CalendarDate;
  /** Stage of the procedure in the words of the source, as `national-search-report` or `SEA`. */
  phase: string | null;
  by: 'applicant' | 'examiner' | null;
  /** Search report categories, X, Y, A and so on, as they stand. */
  categories: string[];
}

export interface PriorityClaim {
  office: string;
  /** Of a claim in DOCDB form, the number under which the store has the application. */
  number: string;
  /** Null in EPODOC form, whose numbers differ from those of DOCDB. */
  kind: string | null;
  form: 'docdb' | 'epodoc';
  filed_on: CalendarDate | null;
  /** Whether it counts for the simple family; null where not told. */
  active: boolean | null;
}

export interface Bibliography {
  publication: PublicationNumber;
  /** Simple family in a bibliographic answer, extended family in a family answer. */
  family_id: string | null;
  priorities: PriorityClaim[];
  applicants: string[];
  cpc: string[];
  citations: CitationRecord[];
}

export interface DocumentRecord extends AcceptedRecord {
  bibliography: Bibliography;
}

/** Offices that have no nationals. */
const REGIONAL_OFFICES = ['AP', 'EA', 'EP', 'GC', 'OA', 'WO'];

export function bibliographicRecord(document: RawDocument): DocumentRecord | QuarantinedRecord {
  const ids = [...document.publication, ...document.application].map(({ form, parts }) => [
    form,
    ...parts.values(),
  ]);
  return recordOrQuarantine(document.line, JSON.stringify(ids), () => {
    if (document.chars > MAX_DOCUMENT_CHARS)
      throw new RejectedField(
        document.element,
        `the document is longer than ${MAX_DOCUMENT_CHARS} characters`,
        'too_long',
      );
    if (document.damaged) throw new RejectedField(document.element, 'not UTF-8', 'encoding');
    return recordOf(document);
  }) as DocumentRecord | QuarantinedRecord;
}

function recordOf(document: RawDocument): Omit<DocumentRecord, 'ok' | 'line'> {
  const publication = publicationNumber(document.publication);
  if (!publication?.kind)
    throw new RejectedField('publication-reference', 'office, number or kind is missing', 'missing');
  const published_on = dateOf(document.publication, 'publication-reference');
  if (published_on === null)
    throw new RejectedField('publication-reference', 'the date is missing', 'missing');
  const filed_on = dateOf(document.application, 'application-reference');
  if (filed_on !== null) notBefore(published_on, 'publication-reference', filed_on, 'filing');
  const bibliography: Bibliography = {
    publication,
    family_id: document.family_id || null,
    priorities: prioritiesOf(document.priorities),
    applicants: applicantsOf(document),
    cpc: [...new Set(document.cpc.flatMap((symbol) => classSymbol(symbol) ?? []))],
    citations: document.citations.map((citation) => citationOf(citation, publication, published_on)),
  };
  return {
    patent: patentOf(document, bibliography, filed_on),
    signals: signalsOf(bibliography, publication.kind, filed_on, published_on),
    bibliography,
    ...keptOf(document, bibliography, published_on),
  };
}

/** What the store keeps of the bibliography. */
function keptOf(document: RawDocument, told: Bibliography, published_on: CalendarDate) {
  return {
    publication: { ...told.publication, published_on },
    parties: told.applicants.map(applicantParty),
    priorities: told.priorities.map(({ office, number, form, filed_on }) => {
      const known = form === 'docdb' ? null : writtenApplication(office + number, 'epodoc');
      return { ...(known ?? { office, number }), filed_on };
    }),
    classes: [
      ...told.cpc.map((symbol) => ({ scheme: 'CPC' as const, symbol })),
      ...ipcOf(document).map((symbol) => ({ scheme: 'IPC' as const, symbol })),
    ],
    citations: told.citations.flatMap(keptCitation),
    texts: [
      ...document.titles.map((title) => ({ part: 'title' as const, ...title })),
      ...document.abstracts.map((abstract) => ({ part: 'abstract' as const, ...abstract })),
    ].filter(({ text }) => text !== ''),
  };
}

function applicantParty(name: string): PartyRecord {
  const [, plain = name, country = null] = /^(.*\S)\s*\[([A-Z]{2})\]$/.exec(name) ?? [];
  return { role: 'applicant', name: plain, country };
}

/** A citation that names nothing is none. */
function keptCitation(citation: CitationRecord): CitedRecord[] {
  const { cited, cited_reference, phase, by, categories } = citation;
  if (cited === null && cited_reference === null) return [];
  const literature = cited === null;
  return [{ cited, cited_application: null, cited_reference, literature, phase, by, categories }];
}

function patentOf(
  document: RawDocument,
  { publication, priorities, applicants }: Bibliography,
  filed_on: CalendarDate | null,
): PatentRecord {
  const [country = '', digits = '', kind = ''] = ['country', 'doc-number', 'kind'].map((part) =>
    partOf(document.application, 'docdb', part),
  );
  if (digits === '')
    throw new RejectedField('application-reference', 'the application is missing', 'missing');
  const { office, number } = applicationNumber(country, digits, kind, 'application-reference');
  return patentRecord({
    office,
    application_number: number,
    right_type: rightTypeOfApplication(kind),
    publication_number: publication.number,
    kind: publication.kind,
    filed_on,
    priority_on: earliestPriority(priorities, filed_on),
    title: titleOf(document),
    ipc: ipcOf(document),
    domestic_applicant: domesticApplicant(office, applicants),
  });
}

function signalsOf(
  bibliography: Bibliography,
  kind: string,
  filed_on: CalendarDate | null,
  published_on: CalendarDate,
): SignalRecord[] {
  const { opens, ...meaning } = documentMeaning(bibliography.publication.office, kind, published_on);
  const detail = detailOf(bibliography);
  const publication: SignalRecord = { ...meaning, source_code: kind, published_on, detail };
  if (!opens || filed_on === null) return [publication];
  return [
    {
      kind: 'filed',
      category: 'A',
      source_code: 'application-reference',
      effective_on: filed_on,
      published_on,
      detail: {},
    },
    publication,
  ];
}

function detailOf(bibliography: Bibliography): Record<string, string> {
  const { publication, family_id, priorities, applicants, cpc } = bibliography;
  const told = {
    publication: joined(publication),
    family_id: family_id ?? '',
    priorities: priorities.map((claim) => `${joined(claim)} ${claim.filed_on ?? ''}`.trim()).join('; '),
    applicants: applicants.join('; '),
    cpc: cpc.join('; '),
  };
  return Object.fromEntries(Object.entries(told).filter(([, text]) => text !== ''));
}

function partOf(ids: readonly RawId[], form: string, part: string): string {
  return ids.find((id) => id.form === form)?.parts.get(part) ?? '';
}

function publicationNumber(ids: readonly RawId[]): PublicationNumber | null {
  const office = partOf(ids, 'docdb', 'country');
  const number = partOf(ids, 'docdb', 'doc-number');
  if (!/^[A-Z]{2}$/.test(office) || !/^[A-Z0-9]{1,30}$/.test(number)) return null;
  const kind = partOf(ids, 'docdb', 'kind');
  return { office, number, kind: /^[A-Z]\d?$/.test(kind) ? kind : null };
}

/** The date may stand in any form of the number. */
function dateOf(ids: readonly RawId[], field: string): CalendarDate | null {
  const text = ids.map((id) => id.parts.get('date') ?? '').find((date) => date !== '');
  return text === undefined ? null : calendarDate(text, field);
}

/** A family answer with bibliography tells the priorities in both forms: those of DOCDB are taken. */
function prioritiesOf(claims: readonly RawPriority[]): PriorityClaim[] {
  const found = claims.flatMap((claim) => priorityOf(claim) ?? []);
  const docdb = found.filter((claim) => claim.form === 'docdb');
  return docdb.length > 0 ? docdb : found;
}

function priorityOf({ ids, active }: RawPriority): PriorityClaim | null {
  const told = { filed_on: dateOf(ids, 'priority-claim'), active: active === '' ? null : active === 'YES' };
  const docdb = publicationNumber(ids);
  if (docdb) {
    const { office, number, kind } = docdb;
    const application = applicationNumber(office, number, kind ?? '', 'priority-claim');
    return { ...application, kind, form: 'docdb', ...told };
  }
  const epodoc = /^([A-Z]{2})([A-Z0-9]{1,30})$/.exec(partOf(ids, 'epodoc', 'doc-number'));
  return epodoc && { office: epodoc[1]!, number: epodoc[2]!, kind: null, form: 'epodoc', ...told };
}

function earliestPriority(
  priorities: readonly PriorityClaim[],
  filed_on: CalendarDate | null,
): CalendarDate | null {
  const first = earliest(priorities.flatMap((claim) => claim.filed_on ?? []));
  if (first !== null && filed_on !== null && first > filed_on)
    throw new RejectedField('priority-claim', `${first} is after filing on ${filed_on}`, 'date_order');
  return first;
}

/** English where there is one. */
function titleOf({ titles }: RawDocument): string | null {
  const title = titles.find(({ language }) => language === 'en') ?? titles[0];
  return title?.text || null;
}

function ipcOf({ ipc }: RawDocument): string[] {
  const symbols = ipc.map((text) => {
    const symbol = classSymbol(text.replace(/ [A-Z].*$/, ''));
    if (symbol === null)
      throw new RejectedField('classification-ipcr', `"${shown(text)}" is not an IPC symbol`);
    return symbol;
  });
  return [...new Set(symbols)];
}

/** Names in the form that ends with the country, where there are any; the forms repeat the same persons. */
function applicantsOf({ applicants }: RawDocument): string[] {
  const form = ['epodoc', 'docdb', 'original'].find((wanted) =>
    applicants.some((one) => one.form === wanted),
  );
  const names = applicants.filter((one) => one.form === form).map((one) => one.name.replace(/[\s,]+$/, ''));
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Of the first-named applicant, `EXAMPLE OY [FI]`. */
function domesticApplicant(office: string, applicants: readonly string[]): boolean | null {
  const country = /\[([A-Z]{2})\]$/.exec(applicants[0] ?? '')?.[1];
  return country === undefined || REGIONAL_OFFICES.includes(office) ? null : country === office;
}

function citationOf(
  { phase, by, cited, literature, categories }: RawCitation,
  citing: PublicationNumber,
  published_on: CalendarDate,
): CitationRecord {
  return {
    citing,
    cited: publicationNumber(cited),
    cited_reference: literature || null,
    cited_on: dayOrNull(cited),
    published_on,
    phase: phase || null,
    by: by === 'examiner' || by === 'applicant' ? by : null,
    categories: [...new Set(categories.filter((category) => category !== ''))],
  };
}

/** Old documents have dates without month or day; that spoils no citation. */
function dayOrNull(ids: readonly RawId[]): CalendarDate | null {
  try {
    return dateOf(ids, 'citation');
  } catch (error) {
    if (error instanceof RejectedField) return null;
    throw error;
  }
}
