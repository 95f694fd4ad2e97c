/**
 * What the rules would have read of a granted patent on a past day, had it been pledged alone.
 *
 * Only what was public by the day takes part: the notice from its publication on, and a lapse model fitted on that day.
 * The contract is invented: granted patents are pledged for LOAN_TO_VALUE of their first value, the loan stays as it is
 * and falls due at every anniversary of the grant. Facts that no invented contract has or that a file of patents does not
 * hold (reports, consents, encumbrances of others, family, citations) are not known, and rules that need them answer so.
 * Domain: Chinese rights. Units: value in minor units.
 */
import { annuities, expiresOn } from '../annuity/cnipa.ts';
import type { Assumptions } from '../assumptions.ts';
import { addDays, addYears, wholeYearsBetween } from '../calendar.ts';
import { NOTICE_DELAY_days } from '../lapse/notice.ts';
import { predictLapse } from '../lapse/predict.ts';
import type { LapseModel } from '../lapse/types.ts';
import { toMinor } from '../money.ts';
import type { CalendarDate, LegalState, PatentFacts } from '../types.ts';
import { VALUATION_CURRENCY, valuePatent } from '../valuation.ts';
import type { PatentRisk, PledgeRisk } from './facts.ts';

const LOAN_TO_VALUE = 0.3;
const LTV_WARNING_BP = 4000;
const LTV_BREACH_BP = 5000;

export interface PatentHistory {
  /** Those that do not change: what is dated (challenges, payments, state of the register) takes no part. */
  facts: PatentFacts;
  granted_on: CalendarDate;
  /** Publication of the termination notice; null when none came while it was followed. */
  notice_on: CalendarDate | null;
  /** Publication of another end, such as a surrender; null when none came. */
  otherwise_ended: { on: CalendarDate; state: LegalState } | null;
  /** Attacks on the right; null where the source tells of none of any patent. */
  invalidation: Invalidation | null;
}

/** By publication. */
export interface Invalidation {
  requested_on: readonly CalendarDate[];
  /** When claims were first lost; null when none were. */
  partly_on: CalendarDate | null;
}

/** What the contract began with; nulls until a first value is known. */
export interface Contract {
  approved_value_minor: number | null;
  outstanding_minor: number;
}

export const NO_CONTRACT: Contract = { approved_value_minor: null, outstanding_minor: 0 };

export function legalStateOn(history: PatentHistory, day: CalendarDate): LegalState {
  return legalOn(history, day).state;
}

/** The state on a day, and since when it was known to be so. */
function legalOn(
  { facts, granted_on, notice_on, otherwise_ended }: PatentHistory,
  day: CalendarDate,
): { state: LegalState; since: CalendarDate } {
  if (notice_on !== null && notice_on <= day) return { state: 'lapsed', since: notice_on };
  if (otherwise_ended !== null && otherwise_ended.on <= day)
    return { state: otherwise_ended.state, since: otherwise_ended.on };
  const expires_on = expiresOn(facts.right_type, facts.filed_on);
  if (expires_on <= day) return { state: 'expired', since: expires_on };
  return { state: 'in_force', since: granted_on };
}

/**
 * @param model fitted on what was known on the day; null while there was nothing to fit
 * @param value_minor null when not valued
 */
export function riskOn(
  history: PatentHistory,
  day: CalendarDate,
  model: LapseModel | null,
  contract: Contract,
  value_minor: number | null,
): PledgeRisk {
  const { approved_value_minor, outstanding_minor } = contract;
  const ltv_bp = value_minor ? Math.round((10_000 * outstanding_minor) / value_minor) : null;
  const worthless = legalStateOn(history, day) !== 'in_force';
  const mid_minor = worthless ? 0 : value_minor;
  return {
    as_of: day,
    matures_on: addYears(history.granted_on, wholeYearsBetween(history.granted_on, day) + 1),
    outstanding_minor,
    ltv_warning_bp: LTV_WARNING_BP,
    ltv_breach_bp: LTV_BREACH_BP,
    ltv_bp,
    value_status: worthless ? 'worthless' : value_minor === null ? 'unknown' : 'valued',
    mid_minor,
    approved_value_minor,
    value_residuals: null,
    reports: {},
    patents: [{ ...rightOn(history, day, model), mid_minor, approved_value_minor }],
  };
}

function rightOn(
  history: PatentHistory,
  day: CalendarDate,
  model: LapseModel | null,
): Omit<PatentRisk, 'mid_minor' | 'approved_value_minor'> {
  const { facts, granted_on, invalidation } = history;
  const { state: legal_state, since: legal_state_since } = legalOn(history, day);
  const expires_on = expiresOn(facts.right_type, facts.filed_on);
  const due = annuities(facts.right_type, facts.filed_on, granted_on);
  const next = due.find(({ due_on }) => due_on > day) ?? null;
  return {
    patent_id: facts.application_number,
    legal_state,
    legal_state_since,
    restored_on: null,
    expires_on,
    next_annuity: next && {
      patent_year: next.patent_year,
      due_on: next.due_on,
      amount_minor: toMinor(next.amount, next.currency),
    },
    unconfirmed_annuities: due
      .filter(({ due_on }) => due_on < day && addDays(due_on, NOTICE_DELAY_days) >= day)
      .map(({ patent_year, due_on, grace_until }) => ({ patent_year, due_on, grace_until })),
    lapse_probability: model && legal_state === 'in_force' ? lapseProbability(model, history, day) : null,
    source_seen_on: day,
    source_late_after_days: null,
    source_records: null,
    invalidation_requests:
      invalidation && requestsBy(history, day).map((published_on) => ({ kind: 'challenged', published_on })),
    partly_invalidated: invalidation && invalidation.partly_on !== null && invalidation.partly_on <= day,
    unconsented: null,
    other_encumbrances: null,
    family_ended: null,
    citation_slope: null,
    claims: null,
  };
}

function requestsBy({ invalidation }: PatentHistory, day: CalendarDate): CalendarDate[] {
  return invalidation?.requested_on.filter((published_on) => published_on <= day) ?? [];
}

function lapseProbability(
  model: LapseModel,
  { facts, granted_on }: PatentHistory,
  day: CalendarDate,
): number {
  const { in_force_probability, lapse_probability_12m } = predictLapse(model, facts, granted_on, day);
  return 1 - in_force_probability + lapse_probability_12m.value;
}

/** Value of the patent on the day in minor units; null when it cannot be valued. */
export function valueOn(
  history: PatentHistory,
  day: CalendarDate,
  lapse_model: LapseModel,
  assumptions: Assumptions,
): number | null {
  const facts: PatentFacts = {
    ...history.facts,
    legal_state: legalStateOn(history, day),
    legal_state_since: history.granted_on,
    challenges: requestsBy(history, day).map(() => 'challenge_filed'),
    register_seen_on: day,
  };
  const inputs = {
    as_of: day,
    facts,
    lapse_model,
    assumptions,
    declared: null,
    market: null,
    calibration: null,
  };
  const { weighted } = valuePatent(inputs);
  return weighted && toMinor(weighted.p50, VALUATION_CURRENCY);
}

export function contractOf(first_value_minor: number): Contract {
  return {
    approved_value_minor: first_value_minor,
    outstanding_minor: Math.round(first_value_minor * LOAN_TO_VALUE),
  };
}
