/**
 * Log-rank test that k groups share one survival curve.
 *
 * At each event time with d events among n at risk, n_g of them in group g:
 *   E_g = sum d n_g / n;  V_gh = sum d (n - d) / (n - 1) (n_g / n) (1[g = h] - n_h / n);  chi2 = (O - E)' V^-1 (O - E)
 * over all groups but one, with as many degrees of freedom.
 * Source: Mantel 1966; Peto and Peto 1972. A group of which nobody was at risk at any event is left out of the test.
 * Units: none. Domain: see times.ts; at least two groups, at least one event.
 * Errors: those of times.ts, `too_few_groups`, `no_events`, `singular` (every event time ends all who are at risk).
 * The p-value is 1 - cdf, so one below 1e-16 comes out as 0. Cost: one sort, k^2 operations an event time.
 * Worked: 1, 1+, 6 against 6, 8+, 9 (+ censored): E 1 of 2 events, V 1/2, chi2 2, p .15730.
 */
import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import type { Matrix } from 'ml-matrix';
import { FormulaFailure } from '../failure.ts';
import { dot, inverse, symmetric } from './linear-algebra.ts';
import { type Observation, requireEvents, requireObservations } from './times.ts';

export interface LogRankTest {
  chi_square: number;
  degrees_of_freedom: number;
  p_value: number;
  /** Events by group. */
  observed: number[];
  /** Events by group, were there one curve. */
  expected: number[];
}

export function logRank(groups: readonly (readonly Observation[])[]): LogRankTest {
  if (groups.length < 2) {
    throw new FormulaFailure('too_few_groups', `There are ${groups.length} groups; give at least two.`);
  }
  for (const group of groups) requireObservations(group);
  requireEvents(groups.flat());
  const { observed, expected, variance } = tally(groups);
  const tested = expected.flatMap((value, group) => (value > 0 ? [group] : [])).slice(1);
  const inverted = tested.length === 0 ? null : inverse(variance.selection(tested, tested));
  if (inverted === null) {
    throw new FormulaFailure(
      'singular',
      'No event left anyone else at risk, so the groups cannot be told apart; give more observations.',
    );
  }
  const excess = tested.map((group) => observed[group]! - expected[group]!);
  const spread = inverted.to2DArray().map((row) => dot(row, excess));
  const chi_square = dot(excess, spread);
  const p_value = Math.max(0, 1 - chiSquareCdf(chi_square, tested.length));
  return { chi_square, degrees_of_freedom: tested.length, p_value, observed, expected };
}

function tally(groups: readonly (readonly Observation[])[]) {
  const at_risk = groups.map((group) => group.length);
  const observed = groups.map(() => 0);
  const expected = groups.map(() => 0);
  const variance = symmetric(groups.length, () => 0);
  for (const { leaving, events } of departures(groups)) {
    const deaths = sumOf(events);
    if (deaths > 0) {
      const total = sumOf(at_risk);
      const shares = at_risk.map((count) => count / total);
      for (const [group, share] of shares.entries()) {
        observed[group]! += events[group]!;
        expected[group]! += deaths * share;
      }
      if (total > 1) addVariance(variance, shares, (deaths * (total - deaths)) / (total - 1));
    }
    for (const [group, count] of leaving.entries()) at_risk[group]! -= count;
  }
  return { observed, expected, variance };
}

/** At each distinct time, in order, how many of each group leave and how many of these by the event. */
function departures(groups: readonly (readonly Observation[])[]) {
  const sorted = groups
    .flatMap((observations, group) => observations.map(({ time, event }) => ({ time, event, group })))
    .sort((a, b) => a.time - b.time);
  const times: { time: number; leaving: number[]; events: number[] }[] = [];
  for (const { time, event, group } of sorted) {
    if (times.at(-1)?.time !== time) {
      times.push({ time, leaving: groups.map(() => 0), events: groups.map(() => 0) });
    }
    const { leaving, events } = times.at(-1)!;
    leaving[group]!++;
    if (event) events[group]!++;
  }
  return times;
}

function addVariance(variance: Matrix, shares: readonly number[], factor: number): void {
  for (const [g, share] of shares.entries()) {
    for (const [h, other] of shares.entries()) {
      const covariance = share * (Number(g === h) - other);
      variance.set(g, h, variance.get(g, h) + factor * covariance);
    }
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
