/** Whom docs/models/walkthrough.md follows: one real patent of the bundled file, valued as on one day. */
import { CNIPA_CURRENCY } from '../../models/annuity/cnipa.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import type { LapsePrediction } from '../../models/lapse/types.ts';
import type { CalendarDate } from '../../models/types.ts';
import { type Valuation, type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import { readGranted } from '../bundled-file.ts';

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
  // Notices are those of the whole file, which fitLapse reads up to AS_OF alone.
  const histories = await readGranted();
  const fit = fitLapse(histories, AS_OF);
  if (!fit.ok) throw new Error(fit.failure.message);
  const chosen = histories.find(({ facts }) => facts.application_number === APPLICATION_NUMBER);
  if (chosen === undefined) throw new Error(`The file holds no granted patent ${APPLICATION_NUMBER}.`);
  const { granted_on, terminated_notice_on: later_notice_on } = chosen;
  const facts = { ...chosen.facts, register_seen_on: AS_OF };
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
