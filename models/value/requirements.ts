/**
 * What a valuation method may require before it runs, each with the named failure of its absence.
 *
 * Worked: a patent without a known grant fails `granted` with code `not_granted`.
 */
import { CNIPA_CURRENCY, CNIPA_OFFICE } from '../annuity/cnipa.ts';
import type { Assumptions } from '../assumptions.ts';
import { legalGate } from '../collateral.ts';
import { patentCovariates } from '../lapse/covariates.ts';
import type { LapsePrediction } from '../lapse/types.ts';
import type { CalendarDate, DeclaredUse, Failure, ValuedFacts } from '../types.ts';
import type { HedonicModel } from './formulas/hedonic.ts';
import { ROYALTY_PRIORS } from './formulas/royalty-prior.ts';
import type { ValuationTables } from './tables.ts';

export interface MethodInputs {
  as_of: CalendarDate;
  facts: ValuedFacts;
  /** Null when LAPSE_REQUIREMENTS are not met. */
  lapse: LapsePrediction | null;
  declared: DeclaredUse | null;
  /** Fitted to recorded deals; null while there are none. */
  market: HedonicModel | null;
  assumptions: Assumptions;
  tables: ValuationTables;
}

export type Requirement = keyof typeof REQUIREMENTS;

const REQUIREMENTS = {
  in_force: ({ facts, as_of, assumptions }: MethodInputs): Failure | null => {
    const gate = legalGate(facts, as_of, assumptions.register_stale_after.value);
    if (gate.status === 'unknown') return gate.failure;
    if (gate.status === 'open') return null;
    return failure('not_in_force', `The right is ${facts.legal_state}; there is nothing left to value.`);
  },
  granted: ({ facts, as_of }: MethodInputs): Failure | null => {
    const { filed_on, granted_on } = facts;
    if (granted_on === null || granted_on > as_of)
      return failure('not_granted', `No grant is known on ${as_of}; supply the date of grant.`);
    if (granted_on >= filed_on) return null;
    return failure('grant_before_filing', `Granted ${granted_on}, filed ${filed_on}; mend the dates.`);
  },
  fee_schedule: ({ facts }: MethodInputs): Failure | null =>
    facts.office === CNIPA_OFFICE
      ? null
      : failure('no_fee_schedule', `No annuity schedule for office ${facts.office}; only CN has one.`),
  covariates: ({ facts }: MethodInputs): Failure | null => {
    if (facts.claims !== null && !(facts.claims >= 0))
      return failure('claims_invalid', `There are ${facts.claims} claims; give their number or null.`);
    const finite = patentCovariates(facts).every((value) => value === null || Number.isFinite(value));
    if (finite) return null;
    return failure(
      'covariate_invalid',
      'A covariate of the lapse model is not finite; give a number or null.',
    );
  },
  renewal_decision: ({ lapse }: MethodInputs): Failure | null =>
    lapse !== null && lapse.annuities.length > 0
      ? null
      : failure('no_renewal_decision', 'No annuity falls due between grant and expiry; use another method.'),
  currency: ({ declared }: MethodInputs): Failure | null =>
    declared === null || declared.currency === CNIPA_CURRENCY
      ? null
      : failure(
          'currency_mismatch',
          `The declared use is in ${declared.currency}; give it in ${CNIPA_CURRENCY}.`,
        ),
  revenue: ({ declared }: MethodInputs): Failure | null => {
    const revenue = declared?.annual_revenue ?? null;
    if (revenue === null)
      return failure('revenue_missing', 'No revenue is declared; ask the pledgor for it.');
    return positive('revenue', revenue);
  },
  industry: ({ declared }: MethodInputs): Failure | null => {
    const industry = declared?.industry ?? null;
    if (industry === null || Object.hasOwn(ROYALTY_PRIORS, industry)) return null;
    return failure(
      'industry_unknown',
      `No royalty rates for industry '${industry}'; choose one of the list.`,
    );
  },
  launch: ({ declared }: MethodInputs): Failure | null => {
    const launch = declared?.launch ?? null;
    if (launch === null) return failure('launch_missing', 'No product to be launched is declared.');
    return positive('launch_value', launch.value) ?? positive('development_cost', launch.development_cost);
  },
  reproduction_cost: ({ declared }: MethodInputs): Failure | null => {
    const cost = declared?.reproduction_cost ?? null;
    if (cost === null) return failure('reproduction_cost_missing', 'No cost of reproduction is declared.');
    return positive('reproduction_cost', cost);
  },
  deals: ({ market }: MethodInputs): Failure | null =>
    market !== null && market.basis === 'deals_and_prior'
      ? null
      : failure('deals_missing', 'Too few deals are recorded to compare with; record or import more.'),
};

/** What the lapse prediction requires, and with it every method. */
export const LAPSE_REQUIREMENTS: readonly Requirement[] = [
  'in_force',
  'granted',
  'fee_schedule',
  'covariates',
];

/** First unmet requirement, or null. */
export function unmet(requires: readonly Requirement[], inputs: MethodInputs): Failure | null {
  for (const requirement of requires) {
    const found = REQUIREMENTS[requirement](inputs);
    if (found !== null) return found;
  }
  return null;
}

function positive(name: string, value: number): Failure | null {
  if (Number.isFinite(value) && value > 0) return null;
  return failure(`${name}_not_positive`, `The declared ${name} is ${value}; the method needs one above 0.`);
}

function failure(code: string, message: string): Failure {
  return { code, message };
}
