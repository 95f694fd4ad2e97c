/** What the risk rules read of one pledge on one day. Plain data, gathered by `src/risk/facts.ts`. Null is not known. */
import type { ClaimFragility } from '../claims/fragility.ts';
import { loanToValueBp } from '../collateral.ts';
import type { CalendarDate, LegalState } from '../types.ts';

export interface UnconfirmedAnnuity {
  patent_year: number;
  due_on: CalendarDate;
  grace_until: CalendarDate;
}

/** A change in the register, by its publication. */
export interface RegisterEntry {
  kind: string;
  published_on: CalendarDate;
}

/** A right of another over the patent, still open in the register. */
export interface OpenEncumbrance {
  kind: 'pledge' | 'seizure' | 'security_interest' | 'unspecified';
  number: string | null;
  opened_on: CalendarDate;
}

export interface PatentRisk {
  patent_id: string;
  /** What it adds to the pledge's value; null while that is not known. */
  mid_minor: number | null;
  /** What it added when the contract was approved; null before that. */
  approved_value_minor: number | null;
  legal_state: LegalState;
  legal_state_since: CalendarDate | null;
  /** Publication of the restoration that revived the right; null when there was none. */
  restored_on: CalendarDate | null;
  expires_on: CalendarDate | null;
  /** The annuity that falls due next; null when none is left. */
  next_annuity: { patent_year: number; due_on: CalendarDate; amount_minor: number } | null;
  /**
   * Annuities already due for which neither a payment is proven nor enough time without a notice has passed; null where
   * the office's calendar is not modelled.
   */
  unconfirmed_annuities: UnconfirmedAnnuity[] | null;
  /** Probability that the right lapses within twelve months, or has lapsed unseen. */
  lapse_probability: number | null;
  /** Day on which the source last told of this register; null when never. */
  source_seen_on: CalendarDate | null;
  /** Days of silence after which that source is late; null where the rule's own limit counts. */
  source_late_after_days: number | null;
  /** Records of the source’s last run that read any, and those of them that could not be read; null when none did. */
  source_records: { read: number; quarantined: number } | null;
  /** Requests for invalidation; null, as in the next three, where the source tells of no such entries. */
  invalidation_requests: RegisterEntry[] | null;
  /** Claims were lost while the right lived on. */
  partly_invalidated: boolean | null;
  /** Transfers and licences since the contract was registered that the bank has not consented to. */
  unconsented: RegisterEntry[] | null;
  /** Rights of others; the pledge's own registration is left out. */
  other_encumbrances: OpenEncumbrance[] | null;
  /** Members of the family that ended in a main market; null while the family is not known. */
  family_ended: { office: string; ended_on: CalendarDate }[] | null;
  /** Citations a year over those of the cohort, as the slope of the last years; null while citations are not known. */
  citation_slope: number | null;
  /** How the claims would stand an attack by their text; null while that is not known. */
  claims: ClaimFragility | null;
}

/** What is reported of the borrower, its loan and the right's disputes (borrower-facts.ts). */
export const REPORT_KINDS = [
  'overdue',
  'rating_notches_down',
  'tax_arrears',
  'deregistered',
  'key_inventor_left',
  'revenue_fall_bp',
  'litigation',
] as const;

export type ReportKind = (typeof REPORT_KINDS)[number];

export interface Report {
  /** Notches or basis points; of the other kinds 1 is so and 0 no more. */
  amount: number;
  effective_on: CalendarDate;
}

export interface PledgeRisk {
  as_of: CalendarDate;
  matures_on: CalendarDate;
  outstanding_minor: number;
  ltv_warning_bp: number;
  ltv_breach_bp: number;
  /** Outstanding over value, in basis points; null while the value is unknown or nil. */
  ltv_bp: number | null;
  value_status: 'valued' | 'worthless' | 'unknown';
  mid_minor: number | null;
  /** Value when the contract was approved; null before that. */
  approved_value_minor: number | null;
  /** Standardised residuals of the pledge's changed values, oldest first; null while their spread is not known. */
  value_residuals: readonly number[] | null;
  reports: Partial<Record<ReportKind, Report>>;
  patents: PatentRisk[];
}

/**
 * What the rules would read had some patents never been pledged: the others, for the share of the loan that they had of
 * the approved value. Where one of them has no known value, or had none, nothing is known of them all.
 */
export function factsWithout(facts: PledgeRisk, patent_ids: ReadonlySet<string>): PledgeRisk {
  const patents = facts.patents.filter(({ patent_id }) => !patent_ids.has(patent_id));
  const mid_minor = sumOf(patents.map((patent) => patent.mid_minor));
  const approved_value_minor = sumOf(patents.map((patent) => patent.approved_value_minor));
  const outstanding_minor = shareOf(
    facts.outstanding_minor,
    approved_value_minor,
    facts.approved_value_minor,
  );
  return {
    ...facts,
    patents,
    outstanding_minor,
    ltv_bp: mid_minor === null ? null : loanToValueBp(outstanding_minor, mid_minor),
    value_status: mid_minor === null ? 'unknown' : mid_minor === 0 ? 'worthless' : 'valued',
    mid_minor,
    approved_value_minor,
    // The scatter of a part is not that of the whole.
    value_residuals: null,
  };
}

function sumOf(amounts: readonly (number | null)[]): number | null {
  return amounts.reduce((sum, amount) => (sum === null || amount === null ? null : sum + amount), 0);
}

/** All of it where either value is not known: a loan is not made to look smaller than it may be. */
function shareOf(amount_minor: number, part: number | null, whole: number | null): number {
  return part === null || !whole ? amount_minor : Math.round((amount_minor * part) / whole);
}
