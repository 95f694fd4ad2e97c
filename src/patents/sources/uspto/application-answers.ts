/**
 * Adapter of answers of the Open Data Portal that are one object about one application: its metadata, its foreign
 * priorities (both with names in the manner of `ApplicationNumber`), and the list of its documents.
 *
 * The list of documents tells days of office actions and fees; they became public when the application was published,
 * which the notices of publication and issue in the list date.
 */
import type { Readable } from 'node:stream';
import type { CalendarDate } from '../../../../models/types.ts';
import { decode } from '../decode.ts';
import { earliest } from '../fields.ts';
import {
  type PartyRecord,
  type PriorityRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalRecord,
  type SourceAdapter,
  SourceFormatError,
} from '../record.ts';
import { writtenApplication } from '../written-numbers.ts';
import { dateAt, type JsonObject, objectsAt, parseItem, textAt, textsAt } from './json.ts';
import {
  type Converted,
  classSymbols,
  filedSignal,
  grantedSignal,
  later,
  usApplicationNumber,
  usPatent,
  usPatentNumber,
} from './patents.ts';

const MAX_ANSWER_CHARS = 4_194_304;

/** Documents that the office sends or makes when it publishes the application or the patent. */
const PUBLISHING_DOCUMENTS = ['NTC.PUB', 'EGRANT.NTF', 'EGRANT.PDF'];

/** Offices as the portal names them; the others stay without code, and their priorities are left out. */
const OFFICES: Record<string, string> = {
  CHINA: 'CN',
  'EUROPEAN PATENT OFFICE (EPO)': 'EP',
  GERMANY: 'DE',
  JAPAN: 'JP',
  'REPUBLIC OF KOREA': 'KR',
  'UNITED KINGDOM': 'GB',
};

export const usptoApplicationAnswers: SourceAdapter = {
  id: 'uspto-application',
  describe:
    'USPTO Open Data Portal answers about one application: metadata, foreign priority, documents (JSON)',
  recognises: (head) =>
    /^\s*\{/.test(head) &&
    (/"documentBag"\s*:/.test(head) ||
      (/^\s*\{\s*"ApplicationNumber"\s*:/.test(head) && /"(?:FilingDate|Claims)"\s*:/.test(head))),
  read: async function* (input) {
    const raw = await wholeText(input);
    yield recordOrQuarantine(1, raw, () => convert(parseItem({ raw, problem: null })));
  },
};

async function wholeText(input: Readable): Promise<string> {
  let text = '';
  for await (const piece of decode(input)) {
    text += piece;
    if (text.length > MAX_ANSWER_CHARS)
      throw new SourceFormatError(
        `The answer is longer than ${MAX_ANSWER_CHARS} characters. Ask for one application at a time.`,
      );
  }
  return text;
}

function convert(object: JsonObject): Converted {
  if (Object.hasOwn(object, 'documentBag')) return documents(objectsAt(object, 'documentBag'));
  return Object.hasOwn(object, 'Claims') ? priorities(object) : metadata(object);
}

function numberOf(object: JsonObject, key = 'ApplicationNumber'): string {
  return usApplicationNumber(textAt(object, key) ?? '', key);
}

function metadata(object: JsonObject): Converted {
  const patent_text = textAt(object, 'PatentNumber');
  const patent_number = patent_text && usPatentNumber(patent_text, 'PatentNumber');
  const filed_on = dateAt(object, 'FilingDate');
  const published_on = dateAt(object, 'EarliestPublicationDate');
  const granted_on = dateAt(object, 'GrantDate');
  const public_since = earliest([published_on, granted_on].filter((day) => day !== null));
  const published: SignalRecord[] =
    published_on === null
      ? []
      : [
          {
            kind: 'published',
            category: 'Q',
            source_code: 'EarliestPublicationDate',
            effective_on: published_on,
            published_on,
            detail: {},
          },
        ];
  return {
    patent: usPatent(numberOf(object), patent_number, {
      filed_on,
      title: textAt(object, 'InventionTitle'),
      ipc: classSymbols(textsAt(object, 'CpcClassificationBag')),
    }),
    signals: [
      ...(filed_on && public_since ? [filedSignal(filed_on, public_since)] : []),
      ...published,
      ...(granted_on ? [grantedSignal(granted_on)] : []),
    ],
    parties: [
      ...objectsAt(object, 'Applicants').map((person) =>
        party('applicant', textAt(person, 'ApplicantNameText'), person),
      ),
      ...objectsAt(object, 'Inventors').map((person) =>
        party('inventor', textAt(person, 'InventorNameText'), person),
      ),
    ].filter(({ name }) => name !== ''),
  };
}

function party(role: PartyRecord['role'], name: string | null, person: JsonObject): PartyRecord {
  const [address = {}] = objectsAt(person, 'CorrespondenceAddressBag');
  return { role, name: name ?? '', country: textAt(person, 'CountryCode') ?? textAt(address, 'CountryCode') };
}

function priorities(object: JsonObject): Converted {
  const claims = objectsAt(object, 'Claims').flatMap((claim): PriorityRecord[] => {
    const office = OFFICES[textAt(claim, 'IPOfficeName') ?? ''];
    const number = textAt(claim, 'ApplicationNumber');
    if (office === undefined || number === null) return [];
    return [
      {
        ...(writtenApplication(`${office} ${number}`) ?? { office, number }),
        filed_on: dateAt(claim, 'FilingDate'),
      },
    ];
  });
  const priority_on = earliest(claims.flatMap(({ filed_on }) => filed_on ?? []));
  return { patent: usPatent(numberOf(object), null, { priority_on }), signals: [], priorities: claims };
}

function documents(bag: readonly JsonObject[]): Converted {
  const [first] = bag;
  if (!first) throw new RejectedField('documentBag', 'is empty: it names no application', 'missing');
  const days = bag.map((document) => ({
    document,
    day: documentDay(document),
    code: textAt(document, 'documentCode'),
  }));
  const public_since = earliest(
    days.filter(({ code }) => PUBLISHING_DOCUMENTS.includes(code ?? '')).map(({ day }) => day),
  );
  if (public_since === null)
    throw new RejectedField(
      'documentBag',
      'no notice of publication or issue tells since when this is public',
      'missing',
    );
  return {
    patent: usPatent(numberOf(first, 'applicationNumberText'), null),
    signals: days.map(
      ({ document, day, code }): SignalRecord => ({
        kind: 'other',
        category: 'Z',
        source_code: `document ${code ?? ''}`.trim(),
        effective_on: day,
        published_on: later(day, public_since),
        detail: { description: textAt(document, 'documentCodeDescriptionText') ?? '' },
      }),
    ),
  };
}

function documentDay(document: JsonObject): CalendarDate {
  const day = dateAt(document, 'officialDate');
  if (day === null) throw new RejectedField('officialDate', 'is missing', 'missing');
  return day;
}
