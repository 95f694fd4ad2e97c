/**
 * Adapter of the USPTO Open Data Portal's file wrappers, answers and bulk files alike: bibliographic record,
 * transactions, recorded assignments, term adjustment; and of its petition decisions.
 *
 * One file wrapper is one record. Partial answers (transactions or assignments alone) have the same shape with less in
 * it. What happened before the application was published or granted became public on that day; where neither is told,
 * on the day on which the portal gave the file.
 *
 * Term: 20 years from the earliest parent that is no provisional (`term_runs_from` of the filing, where there is one),
 * plus the days of the term adjustment, an event of category G.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { earliest, notBefore } from '../fields.ts';
import {
  type PartyRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalKind,
  type SignalRecord,
  type SourceAdapter,
} from '../record.ts';
import { conveyanceSignal } from './conveyance.ts';
import {
  dateAt,
  type JsonObject,
  objectAt,
  objectsAt,
  parseItem,
  readJsonItems,
  textAt,
  textsAt,
} from './json.ts';
import { feeMeaning } from './maintenance-fees.ts';
import {
  type Converted,
  classSymbols,
  feeExpiry,
  filedSignal,
  grantedSignal,
  later,
  usApplicationNumber,
  usPatent,
  usPatentNumber,
} from './patents.ts';

const BAGS: Record<string, (object: JsonObject) => Converted> = {
  patentFileWrapperDataBag: convertWrapper,
  petitionDecisionDataBag: convertPetition,
};

/** Transactions beside the fee events that matter to a lender: by code, or by the words of the description. */
const TRANSACTIONS: readonly [code: RegExp, description: RegExp, SignalKind, category: string][] = [
  [/^PG-ISSUE$/, /./, 'published', 'Q'],
  [/^(?:PGM\/|EPG\/)$/, /./, 'granted', 'F'],
  [/./, /^(?:Express )?Abandonment\b/i, 'withdrawn', 'B'],
  [/./, /Petition to Revive.*Granted/i, 'restored', 'C'],
];

/** Transactions that show the application or patent published. */
const PUBLISHING_CODES = ['PG-ISSUE', 'PGM/', 'EPG/'];

const EXPIRED_FOR_FEE = '250';

const ADJUSTMENT_MEMBERS: Record<string, string> = {
  adjustmentTotalQuantity: 'adjustment_days',
  aDelayQuantity: 'a_delay_days',
  bDelayQuantity: 'b_delay_days',
  cDelayQuantity: 'c_delay_days',
  overlappingDayQuantity: 'overlapping_days',
  applicantDayDelayQuantity: 'applicant_delay_days',
};

export const usptoOpenData: SourceAdapter = {
  id: 'uspto-open-data',
  describe: 'USPTO Open Data Portal file wrappers and petition decisions (JSON)',
  recognises: (head) =>
    /^\s*[{[]/.test(head) && Object.keys(BAGS).some((bag) => new RegExp(`"${bag}"\\s*:`).test(head)),
  read: async function* (input) {
    for await (const item of readJsonItems(input))
      if (Object.hasOwn(BAGS, item.bag))
        yield recordOrQuarantine(item.line, item.raw, () => BAGS[item.bag]!(parseItem(item)));
  },
};

interface Wrapper {
  object: JsonObject;
  meta: JsonObject;
  patent_number: string | null;
  filed_on: CalendarDate | null;
  published_on: CalendarDate | null;
  granted_on: CalendarDate | null;
  public_since: CalendarDate | null;
}

function convertWrapper(object: JsonObject): Converted {
  const meta = objectAt(object, 'applicationMetaData');
  const patent_text = textAt(meta, 'patentNumber');
  const wrapper: Wrapper = {
    object,
    meta,
    patent_number: patent_text && usPatentNumber(patent_text, 'patentNumber'),
    filed_on: dateAt(meta, 'filingDate'),
    published_on: dateAt(meta, 'earliestPublicationDate'),
    granted_on: dateAt(meta, 'grantDate'),
    public_since: publicSince(object, meta),
  };
  return {
    patent: patentOf(wrapper),
    signals: [
      ...bibliographicSignals(wrapper),
      ...statusSignals(wrapper),
      ...objectsAt(object, 'eventDataBag').map((event) => transactionSignal(event, wrapper)),
      ...objectsAt(object, 'assignmentBag').map((bag) => assignmentSignal(bag, wrapper)),
      ...adjustmentSignals(wrapper),
    ],
    parties: agentsOf(object),
  };
}

/** Firms of the attorneys of record, each once: the wrapper lists every member of a firm, with its name in the address. */
function agentsOf(object: JsonObject): PartyRecord[] {
  const addresses = objectsAt(objectAt(object, 'recordAttorney'), 'attorneyBag').flatMap((attorney) =>
    objectsAt(attorney, 'attorneyAddressBag').slice(0, 1),
  );
  const firms = new Map(
    addresses.map((address) => [textAt(address, 'nameLineOneText') ?? '', textAt(address, 'countryCode')]),
  );
  firms.delete('');
  return [...firms].map(([name, country]) => ({ role: 'agent', name, country }));
}

function publicSince(object: JsonObject, meta: JsonObject): CalendarDate | null {
  const publishing = objectsAt(object, 'eventDataBag').filter((event) =>
    PUBLISHING_CODES.includes(textAt(event, 'eventCode') ?? ''),
  );
  const days = [
    dateAt(meta, 'earliestPublicationDate'),
    dateAt(meta, 'grantDate'),
    ...publishing.map((event) => dateAt(event, 'eventDate')),
  ];
  return earliest(days.filter((day) => day !== null)) ?? dateAt(object, 'lastIngestionDateTime');
}

function requirePublicSince({ public_since }: Wrapper): CalendarDate {
  if (public_since !== null) return public_since;
  throw new RejectedField(
    'applicationMetaData',
    'neither publication, grant nor lastIngestionDateTime tells since when this is public',
    'missing',
  );
}

function patentOf({ object, meta, patent_number, filed_on }: Wrapper) {
  const application = usApplicationNumber(
    textAt(object, 'applicationNumberText') ?? '',
    'applicationNumberText',
  );
  const publication = /^US(\d{11})(A\d)$/.exec(
    (textAt(meta, 'earliestPublicationNumber') ?? '').replace(/[\s/-]/g, ''),
  );
  const [applicant = {}] = objectsAt(meta, 'applicantBag');
  const [address = {}] = objectsAt(applicant, 'correspondenceAddressBag');
  const country = textAt(address, 'countryCode');
  return usPatent(application, patent_number, {
    publication_number: patent_number ?? publication?.[1] ?? null,
    kind: patent_number === null ? (publication?.[2] ?? null) : null,
    filed_on,
    priority_on: priorityOf(object, filed_on),
    title: textAt(meta, 'inventionTitle'),
    ipc: classSymbols(textsAt(meta, 'cpcClassificationBag')),
    domestic_applicant: country === null ? null : country === 'US',
    agency: objectsAt(objectAt(object, 'recordAttorney'), 'attorneyBag').length > 0 || null,
  });
}

function priorityOf(object: JsonObject, filed_on: CalendarDate | null): CalendarDate | null {
  const days = [
    ...objectsAt(object, 'parentContinuityBag').map((parent) =>
      dateAt(parent, 'parentApplicationFilingDate'),
    ),
    ...objectsAt(object, 'foreignPriorityBag').map((claim) => dateAt(claim, 'filingDate')),
  ];
  const priority_on = earliest(days.filter((day) => day !== null));
  if (priority_on !== null && filed_on !== null)
    notBefore(filed_on, 'filingDate', priority_on, 'the priority');
  return priority_on;
}

function bibliographicSignals(wrapper: Wrapper): SignalRecord[] {
  const { filed_on, published_on, granted_on, patent_number } = wrapper;
  const signals: SignalRecord[] = [];
  if (filed_on !== null) {
    const parents = objectsAt(wrapper.object, 'parentContinuityBag')
      .filter((parent) => textAt(parent, 'claimParentageTypeCode') !== 'PRO')
      .map((parent) => dateAt(parent, 'parentApplicationFilingDate'));
    const term_runs_from = earliest(parents.filter((day) => day !== null));
    signals.push(
      filedSignal(filed_on, requirePublicSince(wrapper), term_runs_from === null ? {} : { term_runs_from }),
    );
  }
  if (published_on !== null)
    signals.push(signalOn('published', 'Q', 'earliestPublicationDate', published_on));
  if (granted_on !== null)
    signals.push(grantedSignal(granted_on, patent_number === null ? {} : { patent_number }));
  return signals;
}

function signalOn(
  kind: SignalKind,
  category: string,
  source_code: string,
  day: CalendarDate,
  published_on = day,
  detail: Record<string, string> = {},
): SignalRecord {
  return { kind, category, source_code, effective_on: day, published_on, detail };
}

/** The present state tells of an end only; what led to it stands in the transactions. */
function statusSignals(wrapper: Wrapper): SignalRecord[] {
  const { meta, granted_on, patent_number } = wrapper;
  const day = dateAt(meta, 'applicationStatusDate');
  const status = textAt(meta, 'applicationStatusDescriptionText') ?? '';
  const code = textAt(meta, 'applicationStatusCode') ?? '';
  if (day === null) return [];
  const published_on = later(day, wrapper.public_since ?? day);
  const detail = { status };
  if (/^(?:Expressly )?Abandon/i.test(status))
    return [signalOn('withdrawn', 'B', `status ${code}`, day, published_on, detail)];
  if (code !== EXPIRED_FOR_FEE) return [];
  const expiry = granted_on && patent_number ? feeExpiry(patent_number, granted_on, published_on) : null;
  const lapsed = signalOn('lapsed', 'H', `status ${code}`, day, published_on, detail);
  return [{ ...lapsed, effective_on: expiry?.on ?? null }];
}

function transactionSignal(event: JsonObject, wrapper: Wrapper): SignalRecord {
  const day = dateAt(event, 'eventDate');
  const code = textAt(event, 'eventCode');
  if (day === null || code === null)
    throw new RejectedField('eventDataBag', 'an event lacks its day or code', 'missing');
  const description = textAt(event, 'eventDescriptionText') ?? '';
  const listed = TRANSACTIONS.find(([codes, words]) => codes.test(code) && words.test(description));
  const fee = feeMeaning(code);
  const kind = fee?.kind ?? listed?.[2] ?? 'other';
  const category = fee?.category ?? listed?.[3] ?? 'Z';
  const published_on = later(day, requirePublicSince(wrapper));
  const signal = signalOn(kind, category, code, day, published_on, description === '' ? {} : { description });
  if (kind !== 'lapsed') return signal;
  const { patent_number, granted_on } = wrapper;
  const expiry = patent_number && granted_on ? feeExpiry(patent_number, granted_on, day) : null;
  return { ...signal, effective_on: expiry?.on ?? null };
}

function assignmentSignal(bag: JsonObject, { public_since }: Wrapper): SignalRecord {
  const recorded_on = dateAt(bag, 'assignmentRecordedDate');
  if (recorded_on === null) throw new RejectedField('assignmentRecordedDate', 'is missing', 'missing');
  const assignors = objectsAt(bag, 'assignorBag');
  const told = (objects: readonly JsonObject[], key: string) =>
    objects.map((object) => textAt(object, key)).filter((text) => text !== null);
  const conveyance = {
    reel: textAt(bag, 'reelNumber') ?? '',
    frame: textAt(bag, 'frameNumber') ?? '',
    text: textAt(bag, 'conveyanceText') ?? '',
    recorded_on,
    executed: told(assignors, 'executionDate'),
    assignors: told(assignors, 'assignorName'),
    assignees: told(objectsAt(bag, 'assigneeBag'), 'assigneeNameText'),
    purged: false,
  };
  return conveyanceSignal(conveyance, public_since);
}

function adjustmentSignals({ object, granted_on }: Wrapper): SignalRecord[] {
  const adjustment = objectAt(object, 'patentTermAdjustmentData');
  const told = Object.entries(ADJUSTMENT_MEMBERS).map(
    ([key, name]) => [name, textAt(adjustment, key)] as const,
  );
  const detail = Object.fromEntries(told.filter((entry): entry is [string, string] => entry[1] !== null));
  if (Object.keys(detail).length === 0) return [];
  const history = objectsAt(adjustment, 'patentTermAdjustmentHistoryDataBag').map((row) =>
    dateAt(row, 'eventDate'),
  );
  const published_on =
    granted_on ??
    history
      .filter((day) => day !== null)
      .toSorted()
      .at(-1);
  if (published_on === undefined)
    throw new RejectedField(
      'patentTermAdjustmentData',
      'neither grant nor history tells since when it holds',
      'missing',
    );
  return [
    {
      kind: 'other',
      category: 'G',
      source_code: 'patentTermAdjustmentData',
      effective_on: granted_on,
      published_on,
      detail,
    },
  ];
}

function convertPetition(object: JsonObject): Converted {
  const application = usApplicationNumber(
    textAt(object, 'applicationNumberText') ?? '',
    'applicationNumberText',
  );
  const day = dateAt(object, 'decisionDate');
  if (day === null) throw new RejectedField('decisionDate', 'is missing', 'missing');
  const detail = {
    decision: textAt(object, 'decisionTypeCode') ?? '',
    considered: textsAt(object, 'petitionIssueConsideredTextBag').join('; '),
    rules: textsAt(object, 'ruleBag').join('; '),
  };
  // Decisions on applications never published are not opened: the portal tells no day of publication.
  const published_on = later(day, dateAt(object, 'lastIngestionDateTime') ?? day);
  const source_code = `petition ${textAt(object, 'decisionPetitionTypeCode') ?? ''}`.trim();
  return {
    patent: usPatent(application, null, { title: textAt(object, 'inventionTitle') }),
    signals: [signalOn('other', 'T', source_code, day, published_on, detail)],
  };
}
