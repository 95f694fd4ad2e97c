/**
 * The valuation methods, and what each requires before it runs.
 *
 * A method whose requirements are not met answers with the first unmet one's named failure; it never throws for
 * missing facts. The order of METHODS is the order of reconciliation and of the explanation.
 * Range: central 80 % and median of the value of a patent in force on `as_of`, major units of CNIPA_CURRENCY.
 * Worked: see renewal.ts and relief-from-royalty.ts.
 */
import { CNIPA_CURRENCY, CNIPA_OFFICE, expiresOn, patentYear } from '../annuity/cnipa.ts';
import type { Assumptions } from '../assumptions.ts';
import { addYears, yearsBetween } from '../calendar.ts';
import { legalGate } from '../collateral.ts';
import { patentCovariates } from '../lapse/covariates.ts';
import { survivalPath } from '../lapse/predict.ts';
import type { LapseModel, LapsePrediction } from '../lapse/types.ts';
import type { CalendarDate, Failure, MethodResult, PatentFacts, Revenue } from '../types.ts';
import { reliefFromRoyalty, royaltyBase } from './relief-from-royalty.ts';
import { type RenewalPosition, renewalMean, renewalRange, renewalThresholds } from './renewal.ts';
import { commonSigma, fitReturnLocation } from './renewal-fit.ts';
import { royaltyRateQuantile } from './royalty-rates.ts';

export interface MethodInputs {
  as_of: CalendarDate;
  facts: PatentFacts;
  lapse_model: LapseModel;
  /** Null when LAPSE_REQUIREMENTS are not met. */
  lapse: LapsePrediction | null;
  revenue: Revenue | null;
  assumptions: Assumptions;
}

export type Requirement =
  | 'in_force'
  | 'granted'
  | 'fee_schedule'
  | 'covariates'
  | 'renewal_decision'
  | 'revenue';

export interface Method {
  id: string;
  version: number;
  title: string;
  requires: readonly Requirement[];
  run: (inputs: MethodInputs) => MethodResult;
}

const REQUIREMENTS: Record<Requirement, (inputs: MethodInputs) => Failure | null> = {
  in_force: ({ facts }) => {
    const gate = legalGate(facts.legal_state);
    if (gate.status === 'unknown') return gate.failure;
    if (gate.status === 'open') return null;
    return {
      code: 'not_in_force',
      message: `The right is ${facts.legal_state}; there is nothing left to value.`,
    };
  },
  granted: ({ facts, as_of }) => {
    const { filed_on, granted_on } = facts;
    if (granted_on === null || granted_on > as_of) {
      return { code: 'not_granted', message: `No grant is known on ${as_of}; supply the date of grant.` };
    }
    if (granted_on >= filed_on) return null;
    return {
      code: 'grant_before_filing',
      message: `Granted ${granted_on}, filed ${filed_on}; mend the dates.`,
    };
  },
  fee_schedule: ({ facts }) =>
    facts.office === CNIPA_OFFICE
      ? null
      : {
          code: 'no_fee_schedule',
          message: `No annuity schedule for office ${facts.office}; only CN has one.`,
        },
  covariates: ({ facts }) =>
    patentCovariates(facts).every((value) => value === null || Number.isFinite(value))
      ? null
      : {
          code: 'covariate_invalid',
          message: 'A covariate of the lapse model is not finite; give a number or null.',
        },
  renewal_decision: ({ lapse }) =>
    lapse !== null && lapse.annuities.length > 0
      ? null
      : {
          code: 'no_renewal_decision',
          message: 'No annuity falls due between grant and expiry; use another method.',
        },
  revenue: ({ revenue }) => {
    if (revenue === null) {
      return { code: 'revenue_missing', message: 'No revenue is declared; ask the pledgor for it.' };
    }
    if (revenue.currency !== CNIPA_CURRENCY) {
      return {
        code: 'currency_mismatch',
        message: `Revenue is in ${revenue.currency}; give it in ${CNIPA_CURRENCY}.`,
      };
    }
    if (Number.isFinite(revenue.annual) && revenue.annual > 0) return null;
    return {
      code: 'revenue_not_positive',
      message: `Revenue is ${revenue.annual}; the method needs one above 0.`,
    };
  },
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
    const failure = REQUIREMENTS[requirement](inputs);
    if (failure !== null) return failure;
  }
  return null;
}

export const METHODS: readonly Method[] = [
  {
    id: 'renewal',
    version: 1,
    title: 'Renewal option value',
    requires: [...LAPSE_REQUIREMENTS, 'renewal_decision'],
    run: runRenewal,
  },
  {
    id: 'relief_from_royalty',
    version: 1,
    title: 'Relief from royalty',
    requires: [...LAPSE_REQUIREMENTS, 'revenue'],
    run: runReliefFromRoyalty,
  },
];

/** Result of every method, by id. */
export function runMethods(inputs: MethodInputs): Record<string, MethodResult> {
  return Object.fromEntries(
    METHODS.map((method) => {
      const failure = unmet(method.requires, inputs);
      return [method.id, failure === null ? method.run(inputs) : { ok: false, failure }];
    }),
  );
}

function runRenewal({ as_of, facts, lapse_model, lapse, assumptions }: MethodInputs): MethodResult {
  const decay = assumptions.return_decay.value;
  const discount_factor = assumptions.renewal_discount_factor.value;
  const { annuities } = lapse!;
  const thresholds = renewalThresholds(
    annuities.map(({ amount }) => amount),
    decay,
  );
  const sigma = commonSigma(lapse_model, decay);
  const mu = fitReturnLocation(survivalPath(annuities.map(({ hazard }) => hazard)), thresholds, sigma);
  const position = renewalPosition(as_of, facts, lapse!, thresholds);
  const returns = { mu, sigma };
  const range = renewalRange(position, returns, decay, discount_factor);
  const mean = renewalMean(position, returns, decay, discount_factor);
  return {
    ok: true,
    range,
    steps: [
      {
        what: 'initial yearly return',
        formula: 'log r ~ N(mu, sigma^2), probit(1 - S) = (log z - mu) / sigma fitted to predicted survival',
        values: { mu, sigma, median_return: Math.exp(mu), least_return_shown: position.paid_threshold },
        source: 'Schankerman and Pakes 1986; minimum normit weights',
      },
      {
        what: 'renewal option value in force',
        formula: 'sum of discounted return less fee while return covers the fee',
        values: { decay, discount_factor, renewals_ahead: position.future.length, ...range, mean },
        source: 'Pakes and Schankerman 1984; decay and discount [M]',
      },
    ],
  };
}

function renewalPosition(
  as_of: CalendarDate,
  { filed_on }: PatentFacts,
  { annuities }: LapsePrediction,
  thresholds: number[],
): RenewalPosition {
  const year = patentYear(filed_on, as_of);
  const paid = annuities.filter(({ due_on }) => due_on <= as_of).length;
  return {
    remaining_share: yearsBetween(as_of, addYears(filed_on, year)),
    years_since_first: year - annuities[0]!.patent_year,
    paid_threshold: paid === 0 ? 0 : thresholds[paid - 1]!,
    future: annuities.slice(paid).map(({ amount, due_on }, index) => ({
      fee: amount,
      years_ahead: yearsBetween(as_of, due_on),
      years_since_first: paid + index,
      threshold: thresholds[paid + index]!,
    })),
  };
}

function runReliefFromRoyalty({ as_of, facts, lapse, revenue, assumptions }: MethodInputs): MethodResult {
  const ahead = lapse!.annuities.filter(({ due_on }) => due_on > as_of);
  const survival = survivalPath(ahead.map(({ hazard }) => hazard));
  const covered = revenue!.annual * assumptions.royalty_revenue_share.value;
  const years = yearsBetween(as_of, expiresOn(facts.right_type, facts.filed_on));
  const tax = assumptions.tax_rate.value;
  const discount = assumptions.royalty_discount_rate.value;
  const decay = assumptions.royalty_decay.value;
  const growth = assumptions.royalty_growth.value;
  const annuities = ahead.map(({ due_on, amount }, index) => ({
    years_ahead: yearsBetween(as_of, due_on),
    fee: amount,
    survival: survival[index]!,
  }));
  const base = royaltyBase({ revenue: covered, growth, decay, tax, discount, years, annuities });
  const rates = {
    low: royaltyRateQuantile(0.1),
    mid: royaltyRateQuantile(0.5),
    high: royaltyRateQuantile(0.9),
  };
  const range = {
    low: reliefFromRoyalty(base, rates.low),
    mid: reliefFromRoyalty(base, rates.mid),
    high: reliefFromRoyalty(base, rates.high),
  };
  return {
    ok: true,
    range,
    steps: [
      {
        what: 'present value of covered revenue after tax',
        formula: 'sum of survival * revenue * decay * (1 - tax), discounted from mid-year',
        values: {
          revenue: covered,
          years,
          growth,
          decay,
          tax,
          discount,
          taxed_revenue: base.revenue,
          taxed_fees: base.fees,
        },
        source: 'IVS 210; survival from the lapse model; rates ours or [M]',
      },
      {
        what: 'relief from royalty in force',
        formula: 'rate * taxed revenue - taxed fees, at the .1, .5, .9 quantile of royalty rates',
        values: { rate_low: rates.low, rate_mid: rates.mid, rate_high: rates.high, ...range },
        source: 'Parr, Royalty Rates for Technology, 6th ed.',
      },
    ],
  };
}
