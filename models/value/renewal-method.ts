/**
 * The renewal method: what the owner's renewals so far, and those that are likely, say of the value.
 *
 * Formulas: renewal.ts and renewal-fit.ts. Quantiles of the value in force, major units of CNIPA_CURRENCY.
 * An annuity proven to be paid shows at least the return that justified it, and costs nothing any more.
 * Worked: docs/models/walkthrough.md.
 */
import { wholeYearsBetween } from '../calendar.ts';
import { inForceProbability } from '../lapse/predict.ts';
import type { Quantiles } from '../quantiles.ts';
import type { MethodResult, ValuedFacts } from '../types.ts';
import { type RenewalSchedule, renewalMean, renewalQuantiles } from './renewal.ts';
import type { MethodInputs } from './requirements.ts';
import type { Course, ShownReturn, Term, ValuationTables } from './tables.ts';

/** A granted right on its way through its annuities. */
export interface AnnuityPosition {
  term: Term;
  course: Course;
  /** Anniversary of the first annuity. */
  first_due: number;
  /** Annuities proven to be paid. */
  paid: number;
}

export function annuityPosition(facts: ValuedFacts, tables: ValuationTables): AnnuityPosition {
  const term = tables.term(facts.right_type, facts.filed_on);
  const first_due = Math.min(term.anniversaries, wholeYearsBetween(facts.filed_on, facts.granted_on!));
  const course = tables.course(facts, term, first_due);
  const proven = (facts.paid_through ?? 0) - course.first_year + 1;
  return { term, course, first_due, paid: Math.max(0, Math.min(course.fees.length, proven)) };
}

/** Chance that the right is in force, no notice having come. */
export function stillInForce({ term, course, first_due, paid }: AnnuityPosition): number {
  const hazards: number[] = [];
  const shares: number[] = [];
  for (let place = Math.max(term.first_open, first_due + paid); place < term.passed; place++) {
    hazards.push(course.hazards[place - first_due]!);
    shares.push(term.unpublished[place]!);
  }
  return inForceProbability(hazards, shares);
}

export interface RenewalWorth {
  schedule: RenewalSchedule;
  shown: ShownReturn;
  quantiles: Quantiles;
}

export function renewalWorth(
  { term, course, first_due, paid }: AnnuityPosition,
  tables: ValuationTables,
): RenewalWorth {
  const { fees, thresholds, first_year } = course;
  const next = Math.max(0, term.passed - first_due);
  const shown = tables.shownReturn(course, Math.max(next, paid));
  const schedule: RenewalSchedule = {
    remaining_share: term.remaining_share,
    retained_now: (1 - tables.setting.assumptions.return_decay.value) ** (term.patent_year - first_year),
    paid_threshold: shown.paid_threshold,
    ...{ next, paid, fees, thresholds },
    retained: tables.retained,
    discounts: term.discounts,
    first_discount: first_due,
  };
  return { schedule, shown, quantiles: renewalQuantiles(schedule, shown.quantiles) };
}

export function renewalMethod({ facts, tables }: MethodInputs): Extract<MethodResult, { ok: true }> {
  const { sigma } = tables;
  const { return_decay, renewal_discount_factor } = tables.setting.assumptions;
  const { schedule, shown, quantiles } = renewalWorth(annuityPosition(facts, tables), tables);
  const { mu, paid_threshold } = shown;
  const mean = renewalMean(schedule, { mu, sigma });
  return {
    ok: true,
    quantiles,
    steps: [
      {
        what: 'initial yearly return',
        formula: 'log r ~ N(mu, sigma^2), probit(1 - S) = (log z - mu) / sigma fitted to predicted survival',
        values: { mu, sigma, median_return: Math.exp(mu), least_return_shown: paid_threshold },
        source: 'Schankerman and Pakes 1986; minimum normit weights',
      },
      {
        what: 'renewal option value in force',
        formula: 'sum of discounted return less fee while return covers the fee',
        values: {
          decay: return_decay.value,
          discount_factor: renewal_discount_factor.value,
          renewals_ahead: schedule.fees.length - schedule.next,
          ...quantiles,
          mean,
        },
        source: 'Pakes and Schankerman 1984; decay and discount [M]',
      },
    ],
  };
}
