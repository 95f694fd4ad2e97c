/**
 * The plain data that passes between the models and the service. Nothing here has behaviour.
 *
 * Dates are calendar dates in the office's own day. Money inside `models/` is a float in major units
 * of `currency`; `money.ts` turns it into integer minor units at the boundary.
 */
import type { Quantiles } from './quantiles.ts';

/** ISO 8601 calendar date, `YYYY-MM-DD`. */
export type CalendarDate = string;

/** What is protected: decides term and fee schedule. */
export type RightType = 'invention' | 'utility_model' | 'design';

/** State of the right in law, as far as the signals known at the time tell. */
export const LEGAL_STATES = [
  'pending',
  'in_force',
  'lapsed',
  'expired',
  'refused',
  'withdrawn',
  'surrendered',
  'invalidated',
  'unknown',
] as const;
export type LegalState = (typeof LEGAL_STATES)[number];

/** Bibliographic facts of one patent as known on the valuation date. `null` means not known. */
export interface PatentFacts {
  /** WIPO ST.3 code of the office. */
  office: string;
  /** Application number in the office's own form, without the office code. */
  application_number: string;
  right_type: RightType;
  filed_on: CalendarDate;
  granted_on: CalendarDate | null;
  legal_state: LegalState;
  /** Day from which `legal_state` is publicly known. */
  legal_state_since: CalendarDate | null;
  claims: number | null;
  /** IPC symbols in the order of the document. */
  ipc: string[];
  /** Any applicant is a natural person. */
  individual_applicant: boolean | null;
  /** First applicant resides in the office's country. */
  domestic_applicant: boolean | null;
  /** Represented by a patent agency. */
  agency: boolean | null;
  /** WIPO technology field of the first IPC symbol, 1 to 35. */
  technology_field: number | null;
  /** Patent year up to which annuities are proven to be paid; null without any proof. */
  paid_through: number | null;
  /** What became known of attacks on the patent's validity, in order of time. */
  challenges: ChallengeEvent[];
  /** Day on which a source last told of the office's register. */
  register_seen_on: CalendarDate | null;
  /** The source of the register is over its time; left out while it is not. */
  register_late?: true;
  /** Left out while nothing is known of it. */
  standing?: CohortRanks;
}

/** Where a patent stands in its cohort, technology field by filing year: the share that has less, half of the equals with it. */
export interface CohortRanks {
  /** By patents that cite it within five years of its publication; null where not known or all are alike. */
  citation_rank: number | null;
  /** By offices of its family within five years of its filing. */
  family_rank: number | null;
}

/** Of the facts those that the value follows from. */
export type ValuedFacts = Pick<
  PatentFacts,
  | 'office'
  | 'right_type'
  | 'filed_on'
  | 'granted_on'
  | 'legal_state'
  | 'claims'
  | 'individual_applicant'
  | 'domestic_applicant'
  | 'agency'
  | 'technology_field'
  | 'paid_through'
  | 'challenges'
  | 'register_seen_on'
  | 'standing'
  | 'register_late'
> & { ipc: { readonly length: number } };

/** A step in an attack on a patent's validity. */
export type ChallengeEvent =
  | 'challenge_filed'
  | 'challenge_withdrawn'
  | 'challenge_survived'
  | 'invalidated_in_full';

/** What the pledgor declares of a patent's use, in major units of `currency`; null where nothing is declared. */
export interface DeclaredUse {
  currency: string;
  /** Revenue of the next twelve months from the products that the patent covers. */
  annual_revenue: number | null;
  /** Industry of those products, one of ROYALTY_PRIORS. */
  industry: string | null;
  /** A product that is not yet on the market. */
  launch: {
    /** Present value of its cash flows if launched today. */
    value: number;
    /** Present value of what is still to be spent on it. */
    development_cost: number;
  } | null;
  /** What developing the same again would cost today. */
  reproduction_cost: number | null;
}

/** One step of a calculation, kept with the valuation so that a reader can follow it. */
export interface Step {
  /** What was computed, a short noun phrase in English. */
  what: string;
  /** Formula in words or symbols. */
  formula: string;
  /** Named numbers that went in and came out. */
  values: Record<string, number | string>;
  /** Paper, law or table behind it; `[M]` where it is memory and unverified. */
  source: string;
}

/** Why a method gave no number. A failure is an answer, never an exception. */
export interface Failure {
  code: string;
  /** One sentence: what was missing or wrong, and what would mend it. */
  message: string;
}

/** What a valuation method returns: the distribution of the value in force, and how it was reached. */
export type MethodResult =
  | { ok: true; quantiles: Quantiles; steps: Step[] }
  | { ok: false; failure: Failure };
