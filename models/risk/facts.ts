/** What the risk rules read of one pledge on one day. Plain data, gathered by `src/risk/facts.ts`. Null is not known. */
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
