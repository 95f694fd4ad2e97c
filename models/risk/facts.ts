/** What the risk rules read of one pledge on one day. Plain data, gathered by `src/risk/facts.ts`. */
import type { CalendarDate, LegalState } from '../types.ts';

export interface PatentRisk {
  patent_id: string;
  legal_state: LegalState;
  legal_state_since: CalendarDate | null;
  expires_on: CalendarDate | null;
  /** The annuity that falls due next; null when none is left. */
  next_annuity: { patent_year: number; due_on: CalendarDate; amount_minor: number } | null;
  /** Annuities already due for which neither a payment is proven nor enough time without a notice has passed. */
  unconfirmed_annuities: { patent_year: number; due_on: CalendarDate; grace_until: CalendarDate }[];
  /** Probability that the right lapses within twelve months, or has lapsed unseen; null when unknown. */
  lapse_probability: number | null;
  /** Day on which the source last told of this register; null when never. */
  source_seen_on: CalendarDate | null;
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
  patents: PatentRisk[];
}
