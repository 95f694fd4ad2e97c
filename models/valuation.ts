/**
 * The valuation of one patent as collateral: legal gate, lapse risk, methods, reconciliation, validity, haircut.
 *
 *   if_valid = calibrated quantiles of the reconciled value of a patent that is in force and valid
 *   weighted = if_valid * P(in force | no notice yet) * P(valid);  collateral = weighted.p50 (1 - haircut)
 * The two chances stand apart from the quantiles, because a mixture with nothing would put its low quantiles at 0 and
 * tell no more. `weighted` is what a lender may reckon with; its ends are no quantiles of the mixture.
 * Deterministic: equal inputs give equal bytes; sums run in a fixed order; nothing is read but the inputs.
 *
 * Status: `worthless` (all zero) when the right is known to have ended or its nominal term is over; `unknown` (nulls
 * and a named failure) when the state is not known or stale, the right is not granted or no method could run.
 * Units: major units of VALUATION_CURRENCY; probabilities as shares; dates in the office's day.
 * Errors: missing or impossible facts are failures; a text that is no date throws RangeError.
 * Worked: reconciled p50 100,000, P(in force) .9, P(valid) .85, haircut .5: weighted 76,500, collateral 38,250.
 */
import { annuityDue, CNIPA_CURRENCY, CNIPA_OFFICE, expiresOn, patentYear } from './annuity/cnipa.ts';
import type { Assumption } from './assumptions.ts';
import { parseDate } from './calendar.ts';
import { legalGate } from './collateral.ts';
import { haircutOf } from './haircut.ts';
import type { CalibratedQuantiles, IntervalCalibration } from './interval/calibration.ts';
import { predictLapse } from './lapse/predict.ts';
import type { LapseModel, LapsePrediction } from './lapse/types.ts';
import type { Quantiles } from './quantiles.ts';
import type {
  CalendarDate,
  CohortRanks,
  DeclaredUse,
  Failure,
  MethodResult,
  PatentFacts,
  Step,
} from './types.ts';
import { PREMISES, type Premise, type PremiseValue, valueUnderPremise } from './value/formulas/premise.ts';
import { endOfRight, joinValues } from './value/join.ts';
import { METHODS, type Method, runMethods } from './value/methods.ts';
import type { Reconciled } from './value/reconcile.ts';
import { LAPSE_REQUIREMENTS, unmet } from './value/requirements.ts';
import type { StandingShift } from './value/standing.ts';
import { type ValuationSetting, ValuationTables } from './value/tables.ts';

export const VALUATION_MODEL = 'pledgewatch-valuation/2';
export const VALUATION_CURRENCY = CNIPA_CURRENCY;

export interface ValuationInputs extends ValuationSetting {
  facts: PatentFacts;
  declared: DeclaredUse | null;
}

export interface Valuation {
  as_of: CalendarDate;
  currency: string;
  status: 'valued' | 'worthless' | 'unknown';
  /** Value of a patent in force and valid; zeros when worthless, null when unknown. */
  if_valid: Quantiles | null;
  in_force_probability: number | null;
  validity_probability: number | null;
  /** `if_valid` times both chances. */
  weighted: Quantiles | null;
  /** `weighted.p50` after the haircut; 0 when worthless, null when unknown. */
  collateral: number | null;
  /** What `weighted.p50` would bring, by the manner of the sale. */
  premises: Record<Premise, PremiseValue> | null;
  /** Greatest value that a floor method gives; null when none ran. Not part of the value. */
  floor: number | null;
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
  const ended = endOfRight(facts, inputs, expires_on);
  const gateStep = legalStep(inputs, ended);
  if (ended !== null) return { ...empty(as_of, expires_on), ...worthless(), explanation: [gateStep] };
  const tables = new ValuationTables(inputs);
  const predictable = unmet(LAPSE_REQUIREMENTS, { ...inputs, tables, lapse: null }) === null;
  const lapse = predictable ? predictLapse(inputs.lapse_model, facts, facts.granted_on!, as_of) : null;
  const methods = runMethods({ ...inputs, tables, lapse });
  const state = { ...empty(as_of, expires_on), methods, ...outlook(inputs, lapse) };
  const known = [gateStep, ...(lapse === null ? [] : [lapseStep(inputs.lapse_model, lapse)])];
  const joined = resultsOf(methods, 'joined');
  if (joined.length === 0 || lapse === null)
    return { ...state, failure: firstFailure(methods), explanation: known };
  return { ...state, ...joinedValue(inputs, lapse, methods, known) };
}

type Result = Extract<MethodResult, { ok: true }> & Pick<Method, 'id' | 'log_error'>;

/** What was reached by methods of a role, in the order of METHODS. */
function resultsOf(methods: Record<string, MethodResult>, role: 'joined' | 'floor'): Result[] {
  return METHODS.flatMap((method) => {
    const result = methods[method.id]!;
    const { id, log_error } = method;
    return method.role === role && result.ok ? [{ id, log_error, ...result }] : [];
  });
}

function joinedValue(
  inputs: ValuationInputs,
  lapse: LapsePrediction,
  methods: Record<string, MethodResult>,
  known: Step[],
) {
  const { facts, as_of, calibration, assumptions } = inputs;
  const results = resultsOf(methods, 'joined');
  const floors = resultsOf(methods, 'floor');
  const { reconciled, corrected, shift, if_valid, validity, weighted, collateral } = joinValues(
    results.map(({ quantiles, log_error }) => ({ quantiles, log_error: assumptions[log_error!].value })),
    facts,
    patentYear(facts.filed_on, as_of),
    lapse.in_force_probability,
    inputs,
  );
  return {
    status: 'valued' as const,
    if_valid,
    validity_probability: validity,
    weighted,
    collateral,
    premises: underPremises(weighted.p50),
    floor: floors.length === 0 ? null : Math.max(...floors.map(({ quantiles }) => quantiles.p50)),
    explanation: [
      ...known,
      ...[...results, ...floors].flatMap(({ steps }) => steps),
      reconcileStep(
        results.map(({ id }) => id),
        reconciled,
      ),
      calibrationStep(calibration, corrected),
      ...(shift ? [standingStep(facts.standing!, shift)] : []),
      validityStep(inputs, validity),
      collateralStep(
        weighted,
        collateral,
        lapse.in_force_probability,
        validity,
        haircutOf(assumptions, facts.right_type),
      ),
    ],
  };
}

function empty(as_of: CalendarDate, expires_on: CalendarDate | null): Omit<Valuation, 'explanation'> {
  return {
    as_of,
    currency: VALUATION_CURRENCY,
    status: 'unknown',
    if_valid: null,
    in_force_probability: null,
    validity_probability: null,
    weighted: null,
    collateral: null,
    premises: null,
    floor: null,
    lapse_probability_12m: null,
    next_annuity: null,
    expires_on,
    methods: {},
    failure: null,
  };
}

const NOTHING: Quantiles = { p05: 0, p10: 0, p25: 0, p50: 0, p75: 0, p90: 0, p95: 0 };

function worthless() {
  return {
    status: 'worthless' as const,
    if_valid: NOTHING,
    in_force_probability: 0,
    weighted: NOTHING,
    collateral: 0,
    premises: underPremises(0),
  };
}

function underPremises(value: number): Record<Premise, PremiseValue> {
  const names = Object.keys(PREMISES) as Premise[];
  return Object.fromEntries(names.map((premise) => [premise, valueUnderPremise(value, premise)])) as Record<
    Premise,
    PremiseValue
  >;
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
  for (const { id, role } of METHODS) {
    const result = methods[id]!;
    if (role === 'joined' && !result.ok) return result.failure;
  }
  return null;
}

function legalStep({ facts, as_of, assumptions }: ValuationInputs, ended: string | null): Step {
  const { status } = legalGate(facts, as_of, assumptions.register_stale_after.value);
  return {
    what: 'legal state',
    formula: 'in force 1, ended 0, otherwise or with a silent register unknown',
    values: {
      legal_state: facts.legal_state,
      since: facts.legal_state_since ?? 'unknown',
      register_seen_on: facts.register_seen_on ?? 'unknown',
      gate: ended !== null ? 0 : status === 'open' ? 1 : 'unknown',
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

function reconcileStep(ids: string[], { quantiles, weights, disagreement }: Reconciled): Step {
  const shares = Object.fromEntries(ids.map((id, index) => [`weight_${id}`, weights[index]!]));
  return {
    what: 'reconciled value in force',
    formula: 'mean of log values weighted by the precision of each method; disagreement widens the quantiles',
    values: { ...shares, disagreement, ...quantiles },
    source: 'logarithmic opinion pool, Genest and Zidek 1986',
  };
}

function calibrationStep(
  calibration: IntervalCalibration | null,
  corrected: CalibratedQuantiles | null,
): Step {
  return {
    what: 'interval',
    formula: 'conformal correction of each central interval, by field and age',
    values:
      calibration === null || corrected === null
        ? { basis: 'models alone: no value became known yet to correct by' }
        : {
            basis: calibration.basis,
            known_values: calibration.known_values,
            pool: corrected.pool,
            pool_size: corrected.pool_size,
            ...corrected.quantiles,
          },
    source: 'Romano, Patterson and Candes 2019; Vovk et al. 2005',
  };
}

function standingStep({ citation_rank, family_rank }: CohortRanks, shift: StandingShift): Step {
  return {
    what: 'place in the cohort',
    formula: 'value * exp(citation effect * z(citation rank) + family effect * z(family rank))',
    values: {
      citation_rank: citation_rank ?? 'unknown',
      family_rank: family_rank ?? 'unknown',
      citation_shift: shift.citations,
      family_shift: shift.family,
      factor: shift.factor,
    },
    source: 'ranks in technology field by filing year; effects [M], 0 where the assumptions name none',
  };
}

function validityStep({ facts, assumptions }: ValuationInputs, validity: number): Step {
  const { value, source } = assumptions.unchallenged_validity;
  return {
    what: 'validity',
    formula: 'prior odds times a likelihood ratio for each step of a challenge',
    values: {
      prior: value,
      challenges: facts.challenges.length === 0 ? 'none' : facts.challenges.join(', '),
      validity_probability: validity,
    },
    source,
  };
}

function collateralStep(
  weighted: Quantiles,
  collateral: number,
  in_force_probability: number,
  validity_probability: number,
  haircut: Assumption,
): Step {
  return {
    what: 'collateral value',
    formula: 'value if valid * in-force probability * validity probability; p50 * (1 - haircut)',
    values: { in_force_probability, validity_probability, ...weighted, haircut: haircut.value, collateral },
    source: haircut.source,
  };
}
