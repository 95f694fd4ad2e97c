/** Plain data of the lapse hazard model: what goes in, what comes out. No behaviour. */
import type { CalendarDate, Failure, PatentFacts } from '../types.ts';

/** One granted patent as known on the training day. */
export interface LapseHistory {
  facts: PatentFacts;
  granted_on: CalendarDate;
  /** Day on which the termination for an unpaid annuity was published. */
  terminated_notice_on: CalendarDate | null;
  /** Day on which the right ended for another reason (surrender, invalidation). */
  otherwise_ended_on: CalendarDate | null;
}

/** Independent Gaussian prior of one coefficient, on the logit scale. */
export interface Prior {
  mean: number;
  sd: number;
}

/** A fitted model: JSON all through, so that it can be stored, hashed and replayed. */
export interface LapseModel {
  id: string;
  version: string;
  trained_to: CalendarDate;
  covariates: string[];
  coefficients: number[];
  /** Posterior covariance of the coefficients (inverse Hessian at the mode). */
  covariance: number[][];
  /** Training mean by patent covariate: what it is centred at, and what stands in for a missing one. */
  imputation_means: Record<string, number>;
  prior: Prior[];
  /** Annuity due dates seen. */
  rows: number;
  /** Of these, left unpaid. */
  events: number;
  patents: number;
  /** Histories left out for a fault in them. */
  excluded: number;
  /** Missing covariate values that were replaced by a mean, by covariate. */
  imputed: Record<string, number>;
  converged: boolean;
  iterations: number;
}

export type LapseFit = { ok: true; model: LapseModel } | { ok: false; failure: Failure };

/** One annuity with the chance that it stays unpaid. */
export interface AnnuityHazard {
  patent_year: number;
  due_on: CalendarDate;
  amount: number;
  hazard: number;
  standard_error: number;
  /** Proven to be paid: the hazard is what the model had said before. */
  paid: boolean;
}

export interface LapsePrediction {
  /** Every annuity from grant to the end of the term, in order of time. */
  annuities: AnnuityHazard[];
  /** Chance that the right is still in force, no notice having come. */
  in_force_probability: number;
  /** Chance that an annuity falls due within twelve months and stays unpaid. */
  lapse_probability_12m: { value: number; standard_error: number };
  /** Covariates that were not known and replaced by the training mean. */
  imputed: string[];
}
