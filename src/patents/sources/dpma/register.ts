/**
 * Adapter of the register of the German office (DPMAregister, XML in the manner of ST.36): each `dpma-patent-document` is
 * one record, an application or patent with its whole course.
 *
 * An event became public on the day of its gazette where one is told; else on its own day, but never before the first
 * publication, since the register of an application opens with it. The grant takes effect when it is published (Patent
 * Act, section 58); the later day on which it becomes final grants nothing anew. The register tells the next annual fee
 * that is due, which no other source of the office does.
 */
import type { CalendarDate, RightType } from '../../../../models/types.ts';
import { calendarDate, notBefore, shown } from '../fields.ts';
import { legalMeaning } from '../legal-codes.ts';
import {
  type CitedRecord,
  type PartyRecord,
  type PriorityRecord,
  patentRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalKind,
  type SignalRecord,
  type SourceAdapter,
} from '../record.ts';
import { writtenApplication, writtenPublication } from '../written-numbers.ts';
import { elementsAt, readXmlTrees, requireWhole, textAt, type XmlElement } from '../xml-tree.ts';

const BIBLIOGRAPHY = 'bibliographic-data';
const OWN = `${BIBLIOGRAPHY}/office-specific-bib-data`;
const RIGHT_TYPES: Record<string, RightType> = { patent: 'invention', gebrauchsmuster: 'utility_model' };

const IN_FORCE = 'anhaengig-in-kraft';
const ENDINGS: readonly SignalKind[] = ['lapsed', 'expired', 'surrendered', 'invalidated'];

export const dpmaRegister: SourceAdapter = {
  id: 'dpma-register',
  describe: 'German register (XML, dpma-patent-document)',
  recognises: (head) => /<(?:[\w-]+:)?dpma-patent-document[\s>]/.test(head),
  read: async function* (input) {
    for await (const tree of readXmlTrees(input, 'dpma-patent-document'))
      yield recordOrQuarantine(tree.root.line, numberText(tree.root), () => convert(requireWhole(tree)));
  },
};

function numberText(root: XmlElement): string {
  return textAt(root, `${BIBLIOGRAPHY}/application-reference/document-id/doc-number`);
}

function convert(root: XmlElement) {
  const number = writtenApplication(`DE ${numberText(root)}`);
  if (!number)
    throw new RejectedField('application-reference', `"${shown(numberText(root))}" is not a German number`);
  const right_type = RIGHT_TYPES[textAt(root, `${OWN}/type-of-ip-right`)];
  if (!right_type)
    throw new RejectedField(
      'type-of-ip-right',
      `"${shown(textAt(root, `${OWN}/type-of-ip-right`))}" is neither a patent nor a utility model`,
    );
  const filed_on = dayAt(root, `${BIBLIOGRAPHY}/application-reference/document-id/date`);
  const public_since = dayAt(root, `${OWN}/date-of-first-publication`);
  if (filed_on && public_since) notBefore(public_since, 'date-of-first-publication', filed_on, 'filing');
  const granted_on = dayAt(root, `${OWN}/date-of-publication-of-grant`);
  const priorities = prioritiesOf(root);
  const [last] = elementsAt(root, `${BIBLIOGRAPHY}/publication-references/publication-reference`).slice(-1);
  const publication = last && publicationOf(last, root);
  const ipc = ipcOf(root);
  const agents = partiesAt(root, 'agents/agent', 'agent');
  return {
    patent: patentRecord({
      office: number.office,
      application_number: number.number,
      right_type,
      publication_number: publication?.number ?? null,
      kind: publication?.kind ?? null,
      filed_on,
      priority_on: priorities.map((claim) => claim.filed_on ?? '').sort()[0] || null,
      title: textAt(root, `${BIBLIOGRAPHY}/invention-title`) || null,
      ipc,
      domestic_applicant: domesticApplicant(root),
      agency: agents.length > 0 || null,
    }),
    signals: [
      ...courseSignals(filed_on, public_since, granted_on),
      ...elementsAt(root, 'events/event-data').map((event) => eventSignal(event, public_since, granted_on)),
      ...feeSignals(root),
      ...(granted_on ? standingSignals(root) : []),
    ],
    ...(publication && { publication }),
    parties: [
      ...partiesAt(root, 'applicants/applicant', granted_on === null ? 'applicant' : 'owner'),
      ...agents,
    ],
    priorities,
    classes: ipc.map((symbol) => ({ scheme: 'IPC' as const, symbol })),
    citations: citationsOf(root),
    texts: elementsAt(root, `${OWN}/abstract`).map(({ text }) => ({
      part: 'abstract' as const,
      language: 'de',
      text,
    })),
  };
}

function dayAt(element: XmlElement, path: string): CalendarDate | null {
  const text = textAt(element, path);
  return text === '' ? null : calendarDate(text, path.replace(/^.*\//, ''));
}

function courseSignals(
  filed_on: CalendarDate | null,
  public_since: CalendarDate | null,
  granted_on: CalendarDate | null,
): SignalRecord[] {
  const found: SignalRecord[] = [];
  const add = (
    kind: SignalRecord['kind'],
    category: string,
    source_code: string,
    on: CalendarDate,
    since = on,
  ) => found.push({ kind, category, source_code, effective_on: on, published_on: since, detail: {} });
  if (filed_on && public_since) add('filed', 'A', 'application-reference', filed_on, public_since);
  if (public_since) add('published', 'Q', 'date-of-first-publication', public_since);
  if (granted_on) add('granted', 'F', 'date-of-publication-of-grant', granted_on);
  return found;
}

function eventSignal(
  event: XmlElement,
  public_since: CalendarDate | null,
  granted_on: CalendarDate | null,
): SignalRecord {
  const code = textAt(event, 'procedural-status');
  if (!/^[A-Z]\d{3,4}$/.test(code))
    throw new RejectedField('procedural-status', `"${shown(code)}" is not a code of the register`);
  const happened_on = dayAt(event, 'date-of-procedural-status');
  if (happened_on === null) throw new RejectedField('date-of-procedural-status', 'is missing', 'missing');
  const gazette = dayAt(event, 'publication-info/publication-date');
  const told_on = gazette ?? happened_on;
  const published_on = public_since && public_since > told_on ? public_since : told_on;
  const signal = { source_code: code, effective_on: happened_on, published_on, detail: detailOf(event) };
  return { ...meaningOf(code, happened_on, granted_on, signal.detail), ...signal };
}

function meaningOf(
  code: string,
  happened_on: CalendarDate,
  granted_on: CalendarDate | null,
  { owner, previous_owner }: Record<string, string>,
): Pick<SignalRecord, 'kind' | 'category'> {
  const meaning = legalMeaning('DE', code, '');
  // The published grant is told beside the events; one that becomes final says nothing of a day in law.
  if (meaning.kind === 'granted') return { kind: 'other', category: 'F' };
  // An unpaid fee ends the right, and before grant the application.
  if (meaning.kind === 'lapsed' && (granted_on === null || happened_on < granted_on))
    return { kind: 'withdrawn', category: 'B' };
  // The office writes a new address or spelling as a change of the holder too.
  if (meaning.kind === 'transferred' && sameNames(owner, previous_owner))
    return { kind: 'other', category: 'R' };
  return meaning;
}

function sameNames(a = '', b = ''): boolean {
  const plain = (names: string) => names.toLowerCase().replace(/[^\p{L}\p{N};]/gu, '');
  return plain(a) === plain(b);
}

function detailOf(event: XmlElement): Record<string, string> {
  const names = (list: string) =>
    elementsAt(event, `${list}/applicant/addressbook/name`)
      .map(({ text }) => text)
      .join('; ');
  const documents = elementsAt(event, 'published-documents/document').map(({ text }) => text);
  const told = {
    procedure: textAt(event, 'type-of-procedure'),
    owner: names('applicants-structured'),
    previous_owner: names('previous-applicants-structured'),
    documents: documents.join('; '),
  };
  return Object.fromEntries(Object.entries(told).filter(([, text]) => text !== ''));
}

/** `pat-zer-jahr-18`: what is paid reaches to the end of the seventeenth year. */
function feeSignals(root: XmlElement): SignalRecord[] {
  const due_on = dayAt(root, `${OWN}/due-date`);
  const updated_on = dayAt(root, `${OWN}/date-last-register-update`);
  const fee_year = /-(\d{1,2})$/.exec(textAt(root, `${OWN}/due-date-fee`))?.[1];
  if (due_on === null || updated_on === null || fee_year === undefined) return [];
  const detail = { due_on, fee_year };
  return [
    {
      kind: 'other',
      category: 'U',
      source_code: 'due-date',
      effective_on: null,
      published_on: updated_on,
      detail,
    },
  ];
}

/** A right that ended and yet is in force was restored, on a day that the register does not tell. */
function standingSignals(root: XmlElement): SignalRecord[] {
  const updated_on = dayAt(root, `${OWN}/date-last-register-update`);
  const status = textAt(root, `${OWN}/status`);
  const ended = elementsAt(root, 'events/event-data/procedural-status').some(({ text }) =>
    ENDINGS.includes(legalMeaning('DE', text, '').kind),
  );
  if (status !== IN_FORCE || !ended || updated_on === null) return [];
  const told = { source_code: 'status', effective_on: null, published_on: updated_on, detail: { status } };
  return [{ kind: 'restored', category: 'K', ...told }];
}

function publicationOf(reference: XmlElement, root: XmlElement) {
  const [office, number, kind] = ['country', 'doc-number', 'kind'].map((part) =>
    textAt(reference, `document-id/${part}`),
  ) as [string, string, string];
  if (!/^[A-Z]{2}$/.test(office) || !/^\d{1,14}$/.test(number))
    throw new RejectedField('publication-reference', `"${shown(office + number)}" is not a publication`);
  const told = elementsAt(root, 'events/event-data').find((event) =>
    elementsAt(event, 'published-documents/document').some(({ text }) => text === office + number + kind),
  );
  return {
    office,
    number,
    kind: kind || null,
    published_on: told ? dayAt(told, 'publication-info/publication-date') : null,
  };
}

function partiesAt(root: XmlElement, path: string, role: PartyRecord['role']): PartyRecord[] {
  return elementsAt(root, `${BIBLIOGRAPHY}/parties/${path}`).map((party) => ({
    role,
    name: textAt(party, 'addressbook/name'),
    country: textAt(party, 'addressbook/address/country') || null,
  }));
}

function domesticApplicant(root: XmlElement): boolean | null {
  const country = textAt(root, `${BIBLIOGRAPHY}/parties/applicants/applicant/addressbook/address/country`);
  return country === '' ? null : country === 'DE';
}

/** Numbers stand with their check digit and without its point. */
function prioritiesOf(root: XmlElement): PriorityRecord[] {
  return elementsAt(root, `${BIBLIOGRAPHY}/priority-claims/priority-claim`).flatMap((claim) => {
    const [office, number] = [textAt(claim, 'country'), textAt(claim, 'doc-number')];
    if (!/^[A-Z]{2}$/.test(office) || number === '') return [];
    const pointed = office === 'DE' ? number.replace(/^(\d{12}|\d{8})(\d)$/, '$1.$2') : number;
    const known = writtenApplication(`${office} ${pointed}`) ?? { office, number };
    return [{ ...known, filed_on: dayAt(claim, 'date') }];
  });
}

/** `E05B0063080000` is E05B63/08. */
function ipcOf(root: XmlElement): string[] {
  return elementsAt(root, `${BIBLIOGRAPHY}/classifications-ipcr/classification-ipcr/text`).map(({ text }) => {
    const parts = /^([A-H]\d{2}[A-Z])(\d{4})(\d{2,6})$/.exec(text.replace(/\s/g, ''));
    if (!parts) throw new RejectedField('classification-ipcr', `"${shown(text)}" is not an IPC symbol`);
    return `${parts[1]}${Number(parts[2])}/${parts[3]!.replace(/(?<=^\d{2,})0+$/, '')}`;
  });
}

function citationsOf(root: XmlElement): CitedRecord[] {
  const told = { cited_application: null, phase: null, by: 'examiner' as const };
  const patents = elementsAt(root, `${BIBLIOGRAPHY}/references-cited/citation/patcit`).map((patcit) => {
    const written = textAt(patcit, 'document-id/doc-number');
    // DE000019750293A1: the number is filled up to twelve places.
    const parts = /^([A-Z]{2})0*([A-Z]?\d+)([A-Z]\d?)$/.exec(written);
    const cited = parts && writtenPublication(`${parts[1]} ${parts[2]} ${parts[3]}`);
    const categories = elementsAt(patcit, 'relevance-ind').map(({ text }) => text);
    return { ...told, cited, cited_reference: cited ? null : written, literature: false, categories };
  });
  const literature = elementsAt(root, `${BIBLIOGRAPHY}/references-cited/citation/nplcit/text`).map(
    ({ text }) => ({
      ...told,
      cited: null,
      cited_reference: text,
      literature: true,
      categories: [],
    }),
  );
  return [...patents, ...literature].filter((one) => one.cited || one.cited_reference);
}
