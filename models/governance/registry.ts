/**
 * The record of a model version and what it may be used for: plain data and pure checks.
 *
 * Materiality = exposure x purpose x inherent risk, each 1 (low) to 3 (high); inherent risk is the greatest of
 * complexity, assumptions and data quality. Tier 1 from 12, tier 2 from 4, tier 3 below. The levels are a choice of
 * ours after the tailoring by materiality of SR 26-2 (2026-04-17), in place of SR 11-7 (secondary sources).
 * A version may be used from the day of its approval by somebody other than its author, until the day its review is
 * due, within its limits. A trigger calls for a review; it does not stop the use by itself.
 * Units: calendar dates. Errors: RangeError for a text that is no date; out_of_range and not_whole for a level.
 * Worked: exposure 3, purpose 2, complexity 1, assumptions 2, data quality 2: 12, tier 1.
 */
import { addMonths, parseDate } from '../calendar.ts';
import { FormulaFailure, requireBetween } from '../failure.ts';
import type { CalendarDate, RightType } from '../types.ts';

/** Ours; a yearly review is custom, no longer a rule in the US. */
export const REVIEW_MONTHS = 12;
const TIER_1_FROM = 12;
const TIER_2_FROM = 4;

/** Each from 1 (low) to 3 (high). */
export interface Materiality {
  /** How much lending rests on it. */
  exposure: number;
  /** 3: decides a limit or an alarm alone; 1: for information. */
  purpose: number;
  complexity: number;
  assumptions: number;
  /** 3: poor. */
  data_quality: number;
}

export interface UseLimits {
  purposes: readonly string[];
  /** WIPO ST.3 codes. */
  offices: readonly string[];
  right_types: readonly RightType[];
}

export interface ModelVersion {
  id: string;
  kind: string;
  version: string;
  parameters_hash: string;
  /** Identifies the data it was fitted to. */
  training_snapshot: string;
  trained_to: CalendarDate;
  materiality: Materiality;
  author: string;
  /** Null until reviewed. */
  reviewer: string | null;
  approved_at: CalendarDate | null;
  review_due: CalendarDate | null;
  /** Codes of events that call for a review at once. */
  review_triggers: readonly string[];
  limits: UseLimits;
}

export interface IntendedUse {
  on: CalendarDate;
  purpose: string;
  office: string;
  right_type: RightType;
}

export interface UseDecision {
  allowed: boolean;
  /** Why not; [] when allowed. */
  reasons: string[];
}

export function materialityTier(materiality: Materiality): 1 | 2 | 3 {
  for (const [name, level] of Object.entries(materiality)) {
    requireBetween(name, level, 1, 3);
    if (!Number.isInteger(level))
      throw new FormulaFailure('not_whole', `${name} is ${level}; give 1, 2 or 3.`);
  }
  const { exposure, purpose, complexity, assumptions, data_quality } = materiality;
  const product = exposure * purpose * Math.max(complexity, assumptions, data_quality);
  return product >= TIER_1_FROM ? 1 : product >= TIER_2_FROM ? 2 : 3;
}

/** The day the next review is due after an approval. */
export function nextReview(approved_at: CalendarDate, months: number = REVIEW_MONTHS): CalendarDate {
  return addMonths(approved_at, months);
}

export function mayBeUsed(model: ModelVersion, use: IntendedUse): UseDecision {
  parseDate(use.on);
  const reasons = [...approvalFaults(model, use.on), ...limitFaults(model.limits, use)];
  return { allowed: reasons.length === 0, reasons };
}

/** Why a review is due on a day, given the codes of events since the approval; [] when it is not. */
export function reviewDue(model: ModelVersion, on: CalendarDate, events: readonly string[]): string[] {
  parseDate(on);
  const { review_due, review_triggers } = model;
  const fired = review_triggers.filter((trigger) => events.includes(trigger));
  const date = review_due === null ? ['no review date is set'] : [];
  if (review_due !== null && on >= review_due) date.push(`the review was due on ${review_due}`);
  return [...date, ...fired.map((trigger) => `'${trigger}' happened`)];
}

function approvalFaults({ author, reviewer, approved_at, review_due }: ModelVersion, on: CalendarDate) {
  const faults: string[] = [];
  if (reviewer === null) faults.push('nobody has reviewed it');
  if (reviewer === author) faults.push(`${author} is both author and reviewer`);
  if (approved_at === null) faults.push('it is not approved');
  if (approved_at !== null && on < approved_at) faults.push(`it is approved only from ${approved_at}`);
  if (review_due === null) faults.push('no review date is set');
  if (review_due !== null && on >= review_due) faults.push(`its review was due on ${review_due}`);
  return faults;
}

function limitFaults({ purposes, offices, right_types }: UseLimits, use: IntendedUse) {
  const faults: string[] = [];
  if (!purposes.includes(use.purpose)) faults.push(`purpose '${use.purpose}' is outside its limits`);
  if (!offices.includes(use.office)) faults.push(`office '${use.office}' is outside its limits`);
  if (!right_types.includes(use.right_type))
    faults.push(`right type '${use.right_type}' is outside its limits`);
  return faults;
}
