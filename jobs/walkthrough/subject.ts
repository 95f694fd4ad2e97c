/** Whom docs/models/walkthrough.md follows: one real patent of the bundled file, valued as on one day. */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CNIPA_CURRENCY, expiresOn } from '../../models/annuity/cnipa.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import type { LapseHistory, LapsePrediction } from '../../models/lapse/types.ts';
import { legalHistory } from '../../models/legal-state.ts';
import type { CalendarDate } from '../../models/types.ts';
import { type Valuation, type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import type { AcceptedRecord } from '../../src/patents/sources/record.ts';
import { technologyField } from '../../src/patents/technology-field.ts';

const FILE = fileURLToPath(new URL('../../data/cn_patents.csv', import.meta.url));
/** A firm's patent with seven annuities left, so that every sum fits on a page, and with a notice to compare with. */
const APPLICATION_NUMBER = '00131104.2';
const AS_OF = '2013-01-01';
/** Invented: the file tells of no use. */
const DECLARED = {
  currency: CNIPA_CURRENCY,
  annual_revenue: 10_000_000,
  industry: 'pharma_and_biotech',
  launch: null,
  reproduction_cost: null,
};

export interface Subject {
  inputs: ValuationInputs;
  valuation: Valuation;
  lapse: LapsePrediction;
  /** What became known of the patent after the valuation date. */
  later_notice_on: CalendarDate | null;
}

export async function readSubject(): Promise<Subject> {
  const histories: LapseHistory[] = [];
  for await (const record of cnSample.read(createReadStream(FILE))) {
    const history = record.ok ? historyOf(record) : null;
    if (history !== null) histories.push(history);
  }
  const fit = fitLapse(histories, AS_OF);
  if (!fit.ok) throw new Error(fit.failure.message);
  const chosen = histories.find(({ facts }) => facts.application_number === APPLICATION_NUMBER);
  if (chosen === undefined) throw new Error(`${FILE} holds no granted patent ${APPLICATION_NUMBER}.`);
  const { facts, granted_on, terminated_notice_on: later_notice_on } = chosen;
  const inputs: ValuationInputs = {
    as_of: AS_OF,
    facts,
    lapse_model: fit.model,
    declared: DECLARED,
    market: null,
    calibration: null,
    assumptions: DEFAULT_ASSUMPTIONS,
  };
  const lapse = predictLapse(fit.model, facts, granted_on, AS_OF);
  return { inputs, valuation: valuePatent(inputs), lapse, later_notice_on };
}

/** The facts are those known on AS_OF; the notice is the one of the whole file, which fitLapse reads up to AS_OF alone. */
function historyOf({ patent, signals }: AcceptedRecord): LapseHistory | null {
  const { office, application_number, right_type, claims, ipc } = patent;
  const { individual_applicant, domestic_applicant, agency } = patent;
  const filed_on = patent.filed_on!;
  const granted = signals.find(({ kind }) => kind === 'granted');
  if (granted === undefined) return null;
  const lapsed = signals.find(({ kind }) => kind === 'lapsed');
  const known = signals.filter(({ published_on }) => published_on <= AS_OF);
  const legal = legalHistory(known, expiresOn(right_type, filed_on), AS_OF);
  return {
    granted_on: granted.published_on,
    terminated_notice_on: lapsed?.published_on ?? null,
    otherwise_ended_on: null,
    facts: {
      office,
      application_number,
      right_type,
      filed_on,
      granted_on: legal.granted_on,
      legal_state: legal.state,
      legal_state_since: legal.since,
      claims,
      ipc,
      individual_applicant,
      domestic_applicant,
      agency,
      technology_field: technologyField(ipc[0]!),
      paid_through: null,
      challenges: [],
      register_seen_on: AS_OF,
    },
  };
}
