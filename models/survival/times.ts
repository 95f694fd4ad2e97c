/**
 * Observed times with right censoring: the data that every estimator of this folder takes, and its checks.
 *
 * An observation ends at `time` by the event (`event` true) or is lost from sight then, the event still to come.
 * At risk at t: every observation with time >= t, so what is censored at t is still at risk at t.
 * Units: one unit of time throughout, the caller's choice. Domain: finite times above 0, at least one observation.
 * Errors: `empty_sample`, `not_finite`, `time_not_positive`, `no_events`.
 * Worked: 1, 1+, 6, 6, 8+, 9 (+ censored): at risk 6, 4, 2, 1; events 1, 2, 0, 1.
 */
import { FormulaFailure } from '../failure.ts';

/** One subject, followed from time 0 to the event or to censoring. */
export interface Observation {
  time: number;
  event: boolean;
}

/** An estimate with its standard error; null where the formula for the error has no value. */
export interface Estimate {
  value: number;
  standard_error: number | null;
}

export interface TimeCount {
  time: number;
  at_risk: number;
  events: number;
}

/** @throws FormulaFailure `empty_sample`, `not_finite` or `time_not_positive` */
export function requireObservations(observations: readonly Observation[]): void {
  if (observations.length === 0) {
    throw new FormulaFailure('empty_sample', 'There are 0 observations; give at least one.');
  }
  for (const [index, { time }] of observations.entries()) {
    if (!Number.isFinite(time)) {
      throw new FormulaFailure(
        'not_finite',
        `time ${index} is ${time}; give a finite number or leave it out.`,
      );
    }
    if (time <= 0) {
      throw new FormulaFailure(
        'time_not_positive',
        `time ${index} is ${time}; give one above 0 or leave it out.`,
      );
    }
  }
}

/** @throws FormulaFailure `no_events`, and what `requireObservations` throws */
export function requireEvents(observations: readonly Observation[]): void {
  requireObservations(observations);
  if (!observations.some(({ event }) => event)) {
    throw new FormulaFailure(
      'no_events',
      `All ${observations.length} observations are censored; give at least one event.`,
    );
  }
}

/** Counts at every distinct time, events or not, in order of time. */
export function countsByTime(observations: readonly Observation[]): TimeCount[] {
  const sorted = observations.toSorted((a, b) => a.time - b.time);
  const counts: TimeCount[] = [];
  for (const [index, { time, event }] of sorted.entries()) {
    if (counts.at(-1)?.time !== time) counts.push({ time, at_risk: sorted.length - index, events: 0 });
    if (event) counts.at(-1)!.events++;
  }
  return counts;
}

/** The last of ordered steps at or before `time`; undefined before the first. */
export function stepAt<Step extends { time: number }>(
  steps: readonly Step[],
  time: number,
): Step | undefined {
  let below = 0;
  let above = steps.length;
  while (below < above) {
    const middle = (below + above) >> 1;
    if (steps[middle]!.time <= time) below = middle + 1;
    else above = middle;
  }
  return steps[below - 1];
}
