/**
 * The cohort of a patent, WIPO technology field by filing year, and how one indicator is spread in it.
 *
 *   key = field / filing year; summary = n, mean, percentiles 1, 98 and 99, small when n < 30.
 * Values are comparable only between patents of one technology and one age. One pass and one sort an indicator.
 * Source: Squicciarini, Dernis and Criscuolo 2013; WIPO IPC concordance, 35 fields (Schmoch 2008); least size 30 [R].
 * Errors: FormulaFailure `out_of_range`, `not_whole`, `date_invalid`, `cohort_empty`, `not_finite`.
 * Worked: field 15, filed 2013-12-12: '15/2013'.
 */
import { mean } from 'simple-statistics';
import { FormulaFailure, requireBetween } from '../failure.ts';
import type { CalendarDate } from '../types.ts';
import { requireCount, requireDate } from './checks.ts';
import { percentile } from './percentile.ts';

const WIPO_FIELDS = 35;
export const LEAST_COHORT = 30;

export interface CohortSummary {
  /** Patents for which the value is known. */
  count: number;
  /** Too few for percentiles to be trusted. */
  small: boolean;
  mean: number;
  p1: number;
  p98: number;
  p99: number;
}

export function cohortKey(wipo_field: number, filed_on: CalendarDate): string {
  requireCount('wipo_field', wipo_field, 1);
  requireBetween('wipo_field', wipo_field, 1, WIPO_FIELDS);
  return `${wipo_field}/${requireDate('filed_on', filed_on).slice(0, 4)}`;
}

export function summarise(values: readonly number[]): CohortSummary {
  if (values.length === 0)
    throw new FormulaFailure('cohort_empty', 'The cohort has no value; give at least one.');
  for (const value of values) requireBetween('cohort value', value, 0, Number.MAX_VALUE);
  const sorted = Float64Array.from(values).sort();
  return {
    count: values.length,
    small: values.length < LEAST_COHORT,
    mean: mean([...values]),
    p1: percentile(sorted, 0.01),
    p98: percentile(sorted, 0.98),
    p99: percentile(sorted, 0.99),
  };
}
