/**
 * The plain data that passes between the models and the service. Nothing here has behaviour.
 *
 * Dates are calendar dates in the office's own day. Money inside `models/` is a float in major units
 * of `currency`; `money.ts` turns it into integer minor units at the boundary.
 */

/** ISO 8601 calendar date, `YYYY-MM-DD`. */
export type CalendarDate = string;

/** What is protected: decides term and fee schedule. */
export type RightType = 'invention' | 'utility_model' | 'design';

/** State of the right in law, as far as the signals known at the time tell. */
export type LegalState =
  | 'pending'
  | 'in_force'
  | 'lapsed'
  | 'expired'
  | 'refused'
  | 'withdrawn'
  | 'surrendered'
  | 'invalidated'
  | 'unknown';

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
}

/** Yearly revenue of the products that the patent covers, as declared by the pledgor. */
export interface Revenue {
  /** Major units of `currency`, next twelve months. */
  annual: number;
  currency: string;
}

/** A value range in major units: `low` and `high` bound the central 80 %, `mid` is the median. */
export interface Range {
  low: number;
  mid: number;
  high: number;
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

/** What a valuation method returns. */
export type MethodResult = { ok: true; range: Range; steps: Step[] } | { ok: false; failure: Failure };
