/**
 * Adapter of the Patent Trial and Appeal Board's trials in the Open Data Portal: proceedings, and decisions with them.
 *
 * A petition (IPR, PGR, CBM) challenges the patent. A final written decision says in its title which of the challenged
 * claims are unpatentable; those that were not challenged stand, so even "all challenged" is a part of the patent, and
 * a title that says nothing changes nothing. Claims go by certificate when appeals are over (35 U.S.C. 318(b)), a day
 * that the answer does not tell: the effective day is null.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import {
  RejectedField,
  recordOrQuarantine,
  type SignalKind,
  type SignalRecord,
  type SourceAdapter,
} from '../record.ts';
import { dateAt, type JsonObject, objectAt, parseItem, readJsonItems, textAt } from './json.ts';
import { type Converted, later, usApplicationNumber, usPatent, usPatentNumber } from './patents.ts';

const BAGS = ['patentTrialProceedingDataBag', 'patentTrialDocumentDataBag'];

/** Derivation asks who invented first, not whether the claims hold. */
const CHALLENGES = ['IPR', 'PGR', 'CBM'];

/** What the title or outcome of a decision says, the first that fits. */
const OUTCOMES: readonly [RegExp, SignalKind, category: string, claims: string][] = [
  [/\bno challenged claims? (?:is |are )?unpatentable/i, 'other', 'M', 'none of the challenged'],
  [
    /\bsome challenged claims? (?:is |are )?unpatentable/i,
    'partly_invalidated',
    'M',
    'some of the challenged',
  ],
  [/\ball challenged claims? (?:is |are )?unpatentable/i, 'partly_invalidated', 'M', 'all of the challenged'],
  [/\ball claims? (?:of the patent )?(?:is |are )?(?:unpatentable|cancell?ed)/i, 'invalidated', 'H', 'all'],
];

export const usptoTrials: SourceAdapter = {
  id: 'uspto-trials',
  describe: 'USPTO Open Data Portal trials and their decisions (JSON)',
  recognises: (head) => /^\s*[{[]/.test(head) && /"patentTrial(?:Proceeding|Document)DataBag"\s*:/.test(head),
  read: async function* (input) {
    for await (const item of readJsonItems(input))
      if (BAGS.includes(item.bag))
        yield recordOrQuarantine(item.line, item.raw, () => convert(parseItem(item)));
  },
};

function convert(object: JsonObject): Converted {
  const owner = objectAt(object, 'patentOwnerData');
  const application = textAt(owner, 'applicationNumberText');
  const patent = textAt(owner, 'patentNumber');
  if (application === null && patent === null)
    throw new RejectedField('patentOwnerData', 'neither application nor patent is named', 'missing');
  const granted_on = dateAt(owner, 'grantDate');
  return {
    patent: usPatent(
      application && usApplicationNumber(application, 'applicationNumberText'),
      patent && usPatentNumber(patent, 'patentNumber'),
    ),
    signals: [...trialSignals(object, granted_on), ...decisionSignals(object, granted_on)],
  };
}

function trialSignals(object: JsonObject, granted_on: CalendarDate | null): SignalRecord[] {
  const meta = objectAt(object, 'trialMetaData');
  const trial = trialOf(object);
  const type = trial.slice(0, 3);
  const petitioner = textAt(objectAt(object, 'regularPetitionerData'), 'realPartyInInterestName');
  const status = textAt(meta, 'trialStatusCategory');
  const kind = CHALLENGES.includes(type) ? 'challenged' : 'other';
  const petition = { trial, ...(petitioner && { petitioner }) };
  const steps: [SignalKind, string, CalendarDate | null, Record<string, string>][] = [
    [kind, type, dateAt(meta, 'petitionFilingDate'), petition],
    ['other', 'institutionDecisionDate', dateAt(meta, 'institutionDecisionDate'), { trial }],
    ['other', 'terminationDate', dateAt(meta, 'terminationDate'), { trial, ...(status && { status }) }],
  ];
  return steps.flatMap(([kind, source_code, day, detail]) =>
    day === null
      ? []
      : [
          {
            kind,
            category: 'L',
            source_code,
            effective_on: day,
            published_on: later(day, granted_on ?? day),
            detail,
          },
        ],
  );
}

function trialOf(object: JsonObject): string {
  const trial = textAt(object, 'trialNumber') ?? '';
  if (!/^[A-Z]{3}\d{4}-\d{5}$/.test(trial))
    throw new RejectedField(
      'trialNumber',
      `"${trial.slice(0, 40)}" is not a trial number such as IPR2021-01599`,
    );
  return trial;
}

function decisionSignals(object: JsonObject, granted_on: CalendarDate | null): SignalRecord[] {
  const decision = objectAt(object, 'decisionData');
  const day = dateAt(decision, 'decisionIssueDate');
  if (day === null) return [];
  const document = objectAt(object, 'documentData');
  const outcome = textAt(decision, 'trialOutcomeCategory') ?? '';
  const title = textAt(document, 'documentTitleText') ?? '';
  const identifier = textAt(document, 'documentIdentifier');
  const [, kind, category, claims] =
    OUTCOMES.find(([words]) => words.test(`${outcome}. ${title}`)) ?? ([null, 'other', 'L', null] as const);
  return [
    {
      kind,
      category,
      source_code: outcome || 'decision',
      effective_on: claims === null ? day : null,
      published_on: later(day, granted_on ?? day),
      detail: {
        trial: trialOf(object),
        title,
        ...(claims && { claims_unpatentable: claims }),
        ...(identifier && { document: identifier }),
      },
    },
  ];
}
