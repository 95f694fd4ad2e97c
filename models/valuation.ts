/**
 * The valuation of one patent as collateral: legal gate, lapse risk, methods, reconciliation, haircut.
 *
 *   range = reconciled value in force * P(in force | no notice yet);  collateral = range.mid (1 - haircut)
 * Deterministic: equal inputs give equal bytes; sums run in a fixed order; nothing is read but the inputs.
 * The range carries the spread of values given the models, not the standard error of the lapse model.
 *
 * Status: `worthless` (all zero) when the right is known to have ended or its nominal term is over; `unknown` (nulls
 * and a named failure) when the state is not known, the right is not granted or no method could run.
 * Units: major units of VALUATION_CURRENCY; probabilities as shares; dates in the office's day.
 * Errors: missing or impossible facts are failures; a text that is no date throws RangeError.
 * Worked: reconciled mid 100,000, P(in force) .9, haircut .5: mid 90,000, collateral 45,000.
 */
import { annuityDue, CNIPA_CURRENCY, CNIPA_OFFICE, expiresOn } from './annuity/cnipa.ts';
import type { Assumptions } from './assumptions.ts';
import { parseDate } from './calendar.ts';
import { collateralValue, legalGate } from './collateral.ts';
import { predictLapse } from './lapse/predict.ts';
import type { LapseModel, LapsePrediction } from './lapse/types.ts';
import type { CalendarDate, Failure, MethodResult, PatentFacts, Range, Revenue, Step } from './types.ts';
import { LAPSE_REQUIREMENTS, METHODS, runMethods, unmet } from './value/methods.ts';
import { reconcile } from './value/reconcile.ts';

export const VALUATION_MODEL = 'pledgewatch-valuation/1';
export const VALUATION_CURRENCY = CNIPA_CURRENCY;

export interface ValuationInputs {
  as_of: CalendarDate;
  facts: PatentFacts;
  lapse_model: LapseModel;
  revenue: Revenue | null;
  assumptions: Assumptions;
}

export interface Valuation {
  as_of: CalendarDate;
  currency: string;
  status: 'valued' | 'worthless' | 'unknown';
  /** Reconciled, times in-force probability and legal gate; zeros when worthless, null when unknown. */
  range: Range | null;
  /** `range.mid` after the haircut; 0 when worthless, null when unknown. */
  collateral: number | null;
  in_force_probability: number | null;
  lapse_probability_12m: { value: number; standard_error: number } | null;
  next_annuity: {
    patent_year: number;
    due_on: CalendarDate;
    grace_until: CalendarDate;
    amount: number;
    currency: string;
  } | null;
  expires_on: CalendarDate | null;
  methods: Record<string, MethodResult>;
  /** Why the status is `unknown`. */
  failure: Failure | null;
  /** From facts to number, in order. */
  explanation: Step[];
}

export function valuePatent(inputs: ValuationInputs): Valuation {
  const { as_of, facts } = inputs;
  parseDate(as_of);
  const expires_on = facts.office === CNIPA_OFFICE ? expiresOn(facts.right_type, facts.filed_on) : null;
  const ended = endOfRight(facts, as_of, expires_on);
  const gateStep = legalStep(facts, ended);
  if (ended !== null) return { ...empty(as_of, expires_on), ...worthless(), explanation: [gateStep] };
  const predictable = unmet(LAPSE_REQUIREMENTS, { ...inputs, lapse: null }) === null;
  const lapse = predictable ? predictLapse(inputs.lapse_model, facts, facts.granted_on!, as_of) : null;
  const methods = runMethods({ ...inputs, lapse });
  const state = { ...empty(as_of, expires_on), methods, ...outlook(inputs, lapse) };
  const lapseSteps = lapse === null ? [] : [lapseStep(inputs.lapse_model, lapse)];
  const valued = METHODS.flatMap(({ id }) => {
    const result = methods[id]!;
    return result.ok ? [{ id, ...result }] : [];
  });
  if (valued.length === 0 || lapse === null) {
    return { ...state, failure: firstFailure(methods), explanation: [gateStep, ...lapseSteps] };
  }
  const joined = reconcile(valued.map(({ range }) => range));
  const range = scale(joined.range, lapse.in_force_probability);
  const haircut = inputs.assumptions.haircut.value;
  const collateral = collateralValue(range.mid, haircut);
  return {
    ...state,
    status: 'valued',
    range,
    collateral,
    explanation: [
      gateStep,
      ...lapseSteps,
      ...valued.flatMap(({ steps }) => steps),
      reconcileStep(
        valued.map(({ id }) => id),
        joined,
      ),
      collateralStep(range, collateral, lapse.in_force_probability, inputs.assumptions),
    ],
  };
}

/** How the right ended, as far as known, or null. */
function endOfRight(facts: PatentFacts, as_of: CalendarDate, expires_on: CalendarDate | null): string | null {
  if (legalGate(facts.legal_state).status === 'worthless') return facts.legal_state;
  const over = expires_on !== null && as_of >= expires_on;
  return facts.legal_state === 'in_force' && over ? 'expired' : null;
}

function empty(as_of: CalendarDate, expires_on: CalendarDate | null): Omit<Valuation, 'explanation'> {
  return {
    as_of,
    currency: VALUATION_CURRENCY,
    status: 'unknown',
    range: null,
    collateral: null,
    in_force_probability: null,
    lapse_probability_12m: null,
    next_annuity: null,
    expires_on,
    methods: {},
    failure: null,
  };
}

function worthless() {
  return {
    status: 'worthless' as const,
    range: { low: 0, mid: 0, high: 0 },
    collateral: 0,
    in_force_probability: 0,
  };
}

function outlook({ facts, as_of }: ValuationInputs, lapse: LapsePrediction | null) {
  if (lapse === null) return {};
  return {
    in_force_probability: lapse.in_force_probability,
    lapse_probability_12m: lapse.lapse_probability_12m,
    next_annuity: annuityDue(facts.right_type, facts.filed_on, facts.granted_on!, as_of),
  };
}

function firstFailure(methods: Record<string, MethodResult>): Failure | null {
  for (const { id } of METHODS) {
    const result = methods[id]!;
    if (!result.ok) return result.failure;
  }
  return null;
}

function scale({ low, mid, high }: Range, factor: number): Range {
  return { low: low * factor, mid: mid * factor, high: high * factor };
}

function legalStep(facts: PatentFacts, ended: string | null): Step {
  return {
    what: 'legal state',
    formula: 'in force 1, ended 0, otherwise unknown',
    values: {
      legal_state: facts.legal_state,
      since: facts.legal_state_since ?? 'unknown',
      gate: ended !== null ? 0 : legalGate(facts.legal_state).status === 'open' ? 1 : 'unknown',
      ...(ended === null ? {} : { ended }),
    },
    source: 'legal status signals; nominal term [M]',
  };
}

function lapseStep(model: LapseModel, lapse: LapsePrediction): Step {
  const { value, standard_error } = lapse.lapse_probability_12m;
  return {
    what: 'lapse risk',
    formula: 'logit hazard at each annuity; Bayes on lapses not yet published',
    values: {
      lapse_model: model.id,
      in_force_probability: lapse.in_force_probability,
      lapse_probability_12m: value,
      standard_error,
      imputed: lapse.imputed.length === 0 ? 'none' : lapse.imputed.join(', '),
    },
    source: 'discrete-time survival, Singer and Willett 1993; measured notice delay',
  };
}

function reconcileStep(ids: string[], { range, weights, tau }: ReturnType<typeof reconcile>): Step {
  const shares = Object.fromEntries(ids.map((id, index) => [`weight_${id}`, weights[index]!]));
  return {
    what: 'reconciled value in force',
    formula: 'precision-weighted mean of log values; disagreement widens the range',
    values: { ...shares, tau, ...range },
    source: 'DerSimonian and Laird 1986',
  };
}

function collateralStep(range: Range, collateral: number, in_force: number, { haircut }: Assumptions): Step {
  return {
    what: 'collateral value',
    formula: 'reconciled value * in-force probability; mid * (1 - haircut)',
    values: { in_force_probability: in_force, ...range, haircut: haircut.value, collateral },
    source: haircut.source,
  };
}
