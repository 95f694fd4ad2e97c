/**
 * From how many false alarms a year are borne to the threshold of the charts.
 *
 *   ARL0 = patents * checks a year / false alarms a year;  h solves ARL(k, h; no shift) = ARL0
 * for a one-sided CUSUM. A two-sided chart with ARL0 has the h of a one-sided one with 2 ARL0, since it gives two
 * kinds of false alarm. ARL rises with h, and its logarithm nearly as a line, so bisection on the logarithm is safe.
 * Source: Page 1954; tables of Lucas and Crosier 1982 [M].
 * Units: checks and alarms a year; ARL in checks; h in standard deviations. Only changed inputs make a check.
 * Domain: all positive; ARL0 above that of h = 0, 1 / Phi(-k). Errors: not_finite, out_of_range, run_length_too_long.
 * Worked: 5,000 patents monthly, 60 alarms a year: ARL0 = 1000; k = .5 gives h = 5.071.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { bisect } from 'simple-statistics';
import { FormulaFailure, requireBetween } from '../failure.ts';
import { cusumRunLength, LARGEST_THRESHOLD } from './run-length.ts';

const LEAST_THRESHOLD = 1e-9;
const THRESHOLD_TOLERANCE = 1e-7;
const LONGEST_RUN = 1e9;

export interface AlarmBudget {
  patents: number;
  checks_per_year: number;
  false_alarms_per_year: number;
}

/** ARL0, in checks. */
export function inControlRunLength(budget: AlarmBudget): number {
  const positive = (name: string, value: number) => requireBetween(name, value, Number.MIN_VALUE, 1e12);
  return (
    (positive('patents', budget.patents) * positive('checks per year', budget.checks_per_year)) /
    positive('false alarms per year', budget.false_alarms_per_year)
  );
}

/** h of a one-sided CUSUM whose average run length without a shift is `run_length`. */
export function cusumThreshold(run_length: number, reference_value: number): number {
  requireBetween('reference value k', reference_value, 0.01, 5);
  const shortest = 1 / normalCdf(-reference_value, 0, 1);
  requireBetween('run length', run_length, shortest * (1 + 1e-6), LONGEST_RUN);
  const excess = (threshold: number) =>
    Math.log(cusumRunLength({ reference_value, threshold }, 0) / run_length);
  let enough = 1;
  while (excess(enough) < 0) {
    if (enough >= LARGEST_THRESHOLD)
      throw new FormulaFailure(
        'run_length_too_long',
        `run length ${run_length} needs a threshold above ${LARGEST_THRESHOLD}; give a larger k than ${reference_value} or allow more alarms.`,
      );
    enough = Math.min(2 * enough, LARGEST_THRESHOLD);
  }
  return bisect(excess, LEAST_THRESHOLD, enough, 100, THRESHOLD_TOLERANCE);
}
