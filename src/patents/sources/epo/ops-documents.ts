/**
 * The documents of an EPO OPS answer (XML): each `exchange-document`, and each `ops:family-member` with the
 * `exchange-document` inside it, is one. Elements are gathered as they are written; what they mean is decided in
 * epo-bibliography.ts. The layouts are those of OPS 3.2, published-data biblio and family.
 */
import type { Readable } from 'node:stream';
import { shown } from '../fields.ts';
import { type QuarantinedRecord, SourceFormatError } from '../record.ts';
import { readXml, type XmlToken } from '../xml.ts';
import { bibliographicRecord, type DocumentRecord } from './bibliography.ts';
import {
  MAX_DOCUMENT_CHARS,
  type RawApplicant,
  type RawCitation,
  type RawDocument,
  type RawId,
  type RawPriority,
} from './raw-document.ts';

/** What an element without text costs. */
const ELEMENT_CHARS = 16;

const DOCUMENT_ELEMENTS = ['exchange-document', 'family-member'];
const ID_PARTS = ['country', 'doc-number', 'kind', 'date'];
const CPC_PARTS = ['section', 'class', 'subclass', 'main-group', 'subgroup'];

type OpenToken = Extract<XmlToken, { kind: 'open' }>;
type CloseToken = Extract<XmlToken, { kind: 'close' }>;

/** Where the reading stands: the document, and the parts of it that are open. */
interface Position {
  depth: number;
  document: RawDocument | null;
  id: RawId | null;
  priority: RawPriority | null;
  citation: RawCitation | null;
  applicant: RawApplicant | null;
  /** Scheme and parts of one `patent-classification`. */
  classification: Map<string, string>;
}

const NOTHING_OPEN = { id: null, priority: null, citation: null, applicant: null };

/** @throws {SourceFormatError} not well-formed, not an OPS answer, or documents inside documents */
export async function* readOpsDocuments(input: Readable): AsyncGenerator<DocumentRecord | QuarantinedRecord> {
  const at: Position = { depth: 0, document: null, ...NOTHING_OPEN, classification: new Map() };
  for await (const token of readXml(input)) {
    if (token.kind === 'open') openElement(at, token);
    else if (closeElement(at, token)) {
      yield bibliographicRecord(at.document!);
      at.document = null;
    }
  }
}

function openElement(at: Position, token: OpenToken): void {
  const { name, attributes, line } = token;
  if (at.depth === 0 && name !== 'world-patent-data')
    throw new SourceFormatError(
      `XML, line ${line}: the root is "${shown(name)}", it must be "world-patent-data". Give an OPS answer.`,
    );
  at.depth += 1;
  if (DOCUMENT_ELEMENTS.includes(name)) openDocument(at, token);
  const { document } = at;
  if (!document || !afford(document, '')) return;
  if (name === 'document-id') at.id = { form: attributes.get('document-id-type') ?? '', parts: new Map() };
  if (name === 'priority-claim') at.priority = { ids: [], active: '' };
  if (name === 'citation')
    at.citation = {
      phase: kept(document, attributes.get('cited-phase')),
      by: kept(document, attributes.get('cited-by')),
      cited: [],
      literature: '',
      categories: [],
    };
  if (name === 'applicant') at.applicant = { form: kept(document, attributes.get('data-format')), name: '' };
  if (name === 'invention-title')
    document.titles.push({ language: kept(document, attributes.get('lang')), text: '' });
  if (name === 'abstract')
    document.abstracts.push({ language: kept(document, attributes.get('lang')), text: '' });
  if (name === 'patent-classification') at.classification = new Map();
  if (name === 'classification-scheme')
    at.classification.set('scheme', kept(document, attributes.get('scheme')));
}

function openDocument(at: Position, { name, attributes, line }: OpenToken): void {
  const family_id = attributes.get('family-id') ?? '';
  if (at.document?.element === 'family-member' && name === 'exchange-document') {
    at.document.family_id ||= kept(at.document, family_id);
    return;
  }
  if (at.document)
    throw new SourceFormatError(
      `XML, line ${line}: ${name} stands inside ${at.document.element}. Fetch the file again from its source.`,
    );
  Object.assign(at, NOTHING_OPEN);
  at.document = {
    element: name,
    line,
    family_id: family_id.slice(0, 40),
    publication: [],
    application: [],
    priorities: [],
    ipc: [],
    cpc: [],
    applicants: [],
    titles: [],
    abstracts: [],
    citations: [],
    chars: 0,
    damaged: false,
  };
}

/** @returns whether the document ends here */
function closeElement(at: Position, { name, parent, text }: CloseToken): boolean {
  at.depth -= 1;
  const { document } = at;
  if (!document) return false;
  // Nothing more is kept of a document over its limit, only its end is looked for.
  if (document.chars > MAX_DOCUMENT_CHARS) return name === document.element;
  const { citation } = at;
  if (parent === 'document-id' && ID_PARTS.includes(name)) at.id?.parts.set(name, kept(document, text));
  if (parent === 'patent-classification' && CPC_PARTS.includes(name))
    at.classification.set(name, kept(document, text));
  if (parent === 'priority-claim' && name === 'priority-active-indicator' && at.priority)
    at.priority.active = kept(document, text);
  if (parent === 'applicant-name' && name === 'name' && at.applicant)
    at.applicant.name = kept(document, text);
  if (parent === 'classification-ipcr' && name === 'text') document.ipc.push(kept(document, text));
  if (name === 'invention-title' && document.titles.length > 0)
    document.titles.at(-1)!.text = kept(document, text);
  if (parent === 'abstract' && name === 'p' && document.abstracts.length > 0) {
    const abstract = document.abstracts.at(-1)!;
    abstract.text = `${abstract.text} ${kept(document, text)}`.trim();
  }
  if (name === 'category' && citation) citation.categories.push(kept(document, text));
  if (parent === 'nplcit' && name === 'text' && citation) citation.literature += kept(document, text);
  if (name === 'document-id') closeId(at, document, parent);
  closePart(at, document, name);
  return name === document.element;
}

function closeId(at: Position, document: RawDocument, parent: string): void {
  if (!at.id) return;
  if (parent === 'publication-reference') document.publication.push(at.id);
  if (parent === 'application-reference') document.application.push(at.id);
  if (parent === 'priority-claim') at.priority?.ids.push(at.id);
  if (parent === 'patcit') at.citation?.cited.push(at.id);
  at.id = null;
}

function closePart(at: Position, document: RawDocument, name: string): void {
  if (name === 'priority-claim' && at.priority) {
    document.priorities.push(at.priority);
    at.priority = null;
  }
  if (name === 'citation' && at.citation) {
    document.citations.push(at.citation);
    at.citation = null;
  }
  if (name === 'applicant' && at.applicant) {
    document.applicants.push(at.applicant);
    at.applicant = null;
  }
  if (name === 'patent-classification' && at.classification.get('scheme')?.startsWith('CPC')) {
    const [section = '', main = '', subclass = '', group = '', subgroup = ''] = CPC_PARTS.map((part) =>
      at.classification.get(part),
    );
    document.cpc.push(`${section}${main}${subclass}${group}/${subgroup}`);
  }
}

/** Counts a text, and says whether it still fits into the limit. */
function afford(document: RawDocument, text: string): boolean {
  document.chars += text.length + ELEMENT_CHARS;
  return document.chars <= MAX_DOCUMENT_CHARS;
}

/** The text with single spaces, or nothing once the document is over its limit. */
function kept(document: RawDocument, text = ''): string {
  if (text.includes('\uFFFD')) document.damaged = true;
  return afford(document, text) ? text.replace(/\s+/g, ' ').trim() : '';
}
