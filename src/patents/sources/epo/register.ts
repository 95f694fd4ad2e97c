/**
 * Adapter of the European Patent Register (OPS register service, XML): each `register-document` is one record, with what
 * the answer has of bibliography, states of the dossier, events and procedural steps. Events and steps name no
 * application themselves: an answer without bibliography has nothing to hang them on and is quarantined.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { shown } from '../fields.ts';
import {
  type CitedRecord,
  type PartyRecord,
  patentRecord,
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
} from '../record.ts';
import { writtenPublication } from '../written-numbers.ts';
import { elementsAt, readXmlTrees, requireWhole, textAt, type XmlElement } from '../xml-tree.ts';
import { classSymbol } from './numbers.ts';
import {
  changedOn,
  dayAt,
  documentSignals,
  entrySignals,
  type Holders,
  holderSignals,
  lapseSignals,
  type Published,
  stateSignals,
} from './register-signals.ts';

const BIBLIOGRAPHY = 'bibliographic-data';

export const epoRegister: SourceAdapter = {
  id: 'epo-register',
  describe: 'European Patent Register (XML, OPS register answers with bibliography)',
  recognises: (head) =>
    /<(?:[\w-]+:)?world-patent-data\s/.test(head) && /<(?:[\w-]+:)?register-documents?[\s>]/.test(head),
  read: async function* (input) {
    for await (const tree of readXmlTrees(input, 'register-document'))
      yield recordOrQuarantine(tree.root.line, rawOf(tree.root), () => convert(requireWhole(tree)));
  },
};

function rawOf(root: XmlElement): string {
  const application = elementsAt(root, `${BIBLIOGRAPHY}/application-reference/document-id`)[0];
  return [...(application?.children ?? []).map(({ text }) => text), root.attributes.get('status') ?? ''].join(
    ' ',
  );
}

function convert(root: XmlElement) {
  const application = `${BIBLIOGRAPHY}/application-reference/document-id`;
  const number = textAt(root, `${application}/doc-number`);
  if (number === '')
    throw new RejectedField(
      'application-reference',
      'is missing: ask for the bibliography together with events and procedural steps',
      'missing',
    );
  if (textAt(root, `${application}/country`) !== 'EP' || !/^\d{8}$/.test(number))
    throw new RejectedField(
      'application-reference',
      `"${shown(number)}" is not a European application number`,
    );
  const filed_on = dayAt(root, `${application}/date`);
  const published = publishedOf(root);
  const [first] = published;
  const last = published.at(-1);
  const holders = listsOf(root, 'applicants', 'applicant');
  const granted = published.some(({ kind }) => kind.startsWith('B'));
  const ipc = ipcOf(root);
  const since = (day: CalendarDate) => (first && first.on > day ? first.on : day);
  return {
    patent: patentRecord({
      office: 'EP',
      application_number: number,
      right_type: 'invention',
      publication_number: last?.number ?? null,
      kind: last?.kind ?? null,
      filed_on,
      title: titlesOf(root)[0]?.text ?? null,
      ipc,
      agency: elementsAt(root, `${BIBLIOGRAPHY}/parties/agents/agent`).length > 0 || null,
    }),
    signals: [
      ...published.flatMap((document) => documentSignals(document, filed_on)),
      ...stateSignals(root, since),
      ...holderSignals(holders, since),
      ...lapseSignals(root),
      ...entrySignals(
        root,
        'events-data/dossier-event',
        'event-code',
        'event-text',
        'event-date/date',
        since,
      ),
      ...entrySignals(
        root,
        'procedural-data/procedural-step',
        'procedural-step-code',
        'procedural-step-text',
        'procedural-step-date/date',
        since,
      ),
    ],
    ...(last && {
      publication: { office: 'EP', number: last.number, kind: last.kind, published_on: last.on },
    }),
    parties: [
      ...partiesOf(holders.at(-1), granted ? 'owner' : 'applicant'),
      ...partiesOf(listsOf(root, 'agents', 'agent').at(-1), 'agent'),
    ],
    classes: ipc.map((symbol) => ({ scheme: 'IPC' as const, symbol })),
    citations: citationsOf(root),
    texts: titlesOf(root)
      .slice(1)
      .map((title) => ({ part: 'title' as const, ...title })),
  };
}

function publishedOf(root: XmlElement): Published[] {
  const documents = elementsAt(root, `${BIBLIOGRAPHY}/publication-reference/document-id`).map((id) => {
    const on = dayAt(id, 'date');
    if (on === null) throw new RejectedField('publication-reference', 'the date is missing', 'missing');
    return { number: textAt(id, 'doc-number').replace(/^0+/, ''), kind: textAt(id, 'kind'), on };
  });
  return documents.toSorted((a, b) => (a.on < b.on ? -1 : 1));
}

function partiesOf(list: Holders | undefined, role: PartyRecord['role']): PartyRecord[] {
  return (list?.names ?? []).map(({ name, country }) => ({ role, name, country }));
}

/** Each list of applicants or agents that ever stood, the oldest first. */
function listsOf(root: XmlElement, lists_name: string, party_name: string): Holders[] {
  const lists = elementsAt(root, `${BIBLIOGRAPHY}/parties/${lists_name}`).map((list) => ({
    changed_on: changedOn(list),
    names: elementsAt(list, party_name).map((party) => ({
      name: textAt(party, 'addressbook/name'),
      country: textAt(party, 'addressbook/address/country') || null,
    })),
  }));
  return lists.toSorted((a, b) => ((a.changed_on ?? '') < (b.changed_on ?? '') ? -1 : 1));
}

/** English first; each change of a title repeats those of the other languages. */
function titlesOf(root: XmlElement): { language: string | null; text: string }[] {
  const titles = elementsAt(root, `${BIBLIOGRAPHY}/invention-title`).map(({ attributes, text }) => ({
    language: attributes.get('lang') ?? null,
    text,
  }));
  const told = titles.filter(
    ({ language, text }, i) => text !== '' && titles.findIndex((one) => one.language === language) === i,
  );
  return told.toSorted((a, b) => Number(b.language === 'en') - Number(a.language === 'en'));
}

/** `H04W84/20, // H04W88/04`: what follows the slashes is indexing. The first list is the present one. */
function ipcOf(root: XmlElement): string[] {
  const [text = ''] = elementsAt(root, `${BIBLIOGRAPHY}/classifications-ipcr/classification-ipcr/text`).map(
    (element) => element.text,
  );
  const symbols = text.replace(/\/\/.*$/, '').split(',');
  return [...new Set(symbols.flatMap((symbol) => classSymbol(symbol) ?? []))];
}

function citationsOf(root: XmlElement): CitedRecord[] {
  return elementsAt(root, `${BIBLIOGRAPHY}/references-cited/citation`).flatMap((citation): CitedRecord[] => {
    const id = 'patcit/document-id';
    const written = textAt(citation, `${id}/country`) + textAt(citation, `${id}/doc-number`);
    const cited = written === '' ? null : writtenPublication(written);
    const literature = textAt(citation, 'nplcit/text');
    const cited_reference = cited ? null : written || literature || null;
    if (cited === null && cited_reference === null) return [];
    const phase = citation.attributes.get('cited-phase') ?? null;
    return [
      {
        cited,
        cited_application: null,
        cited_reference,
        literature: written === '',
        phase,
        by: phase === 'applicant' ? 'applicant' : 'examiner',
        categories: elementsAt(citation, 'category').map(({ text }) => text),
      },
    ];
  });
}
