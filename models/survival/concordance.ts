/**
 * Harrell's concordance: how often the subject with the higher risk has the event first.
 *
 * A pair is comparable when the earlier time is an event; of two equal times, when one is an event and the other is
 * censored (it outlived the event). Pairs of events at one time are left out. Equal risks count one half:
 *   C = (concordant + tied / 2) / (concordant + discordant + tied)
 * Source: Harrell, Lee and Mark 1996, in the convention of R's survival package. 1/2 is chance.
 * Units: none; only the order of risks counts. Domain: see times.ts; finite risks.
 * Errors: those of times.ts, `no_events`, `length_mismatch`, `not_finite`, `no_comparable_pairs`.
 * Cost: O(n log n): times from last to first, the risks seen so far counted in a Fenwick tree (Fenwick 1994).
 * Worked: times 1, 2, 3+ with risks 3, 1, 2: pairs 1-2 and 1-3 concordant, 2-3 discordant: C = 2/3.
 */
import { FormulaFailure } from '../failure.ts';
import { type Observation, requireEvents } from './times.ts';

export interface Concordance {
  value: number;
  concordant: number;
  discordant: number;
  tied: number;
}

interface Ranked extends Observation {
  rank: number;
}

export function concordance(observations: readonly Observation[], risks: readonly number[]): Concordance {
  requireEvents(observations);
  requireRisks(risks, observations.length);
  const ranks = ranksOf(risks);
  const ranked = observations.map(({ time, event }, index) => ({ time, event, rank: ranks[index]! }));
  const { concordant, discordant, tied } = countPairs(ranked);
  const comparable = concordant + discordant + tied;
  if (comparable === 0) {
    throw new FormulaFailure(
      'no_comparable_pairs',
      `None of ${observations.length} observations outlives an event; give more observations.`,
    );
  }
  return { value: (concordant + tied / 2) / comparable, concordant, discordant, tied };
}

function countPairs(ranked: Ranked[]) {
  // Of equal times the censored come first: they outlived the events.
  ranked.sort((a, b) => b.time - a.time || Number(a.event) - Number(b.event));
  const seen = new Float64Array(ranked.length + 1);
  const pairs = { concordant: 0, discordant: 0, tied: 0 };
  let inserted = 0;
  for (const [index, { time, event, rank }] of ranked.entries()) {
    if (!event) continue;
    // Everyone before the first event of this time has outlived it.
    if (ranked[index - 1]?.time !== time || !ranked[index - 1]!.event) {
      for (; inserted < index; inserted++) insert(seen, ranked[inserted]!.rank);
    }
    const below = countUpTo(seen, rank - 1);
    const upTo = countUpTo(seen, rank);
    pairs.concordant += below;
    pairs.tied += upTo - below;
    pairs.discordant += inserted - upTo;
  }
  return pairs;
}

/** Ranks from 1; equal risks share one. */
function ranksOf(risks: readonly number[]): number[] {
  const distinct = [...new Set(risks)].sort((a, b) => a - b);
  const rankOf = new Map(distinct.map((risk, index) => [risk, index + 1]));
  return risks.map((risk) => rankOf.get(risk)!);
}

/** Fenwick tree: adds one at `rank`. */
function insert(tree: Float64Array, rank: number): void {
  for (let node = rank; node < tree.length; node += node & -node) tree[node]!++;
}

/** Fenwick tree: how many were added at ranks up to `rank`. */
function countUpTo(tree: Float64Array, rank: number): number {
  let count = 0;
  for (let node = rank; node > 0; node -= node & -node) count += tree[node]!;
  return count;
}

function requireRisks(risks: readonly number[], count: number): void {
  if (risks.length !== count) {
    throw new FormulaFailure('length_mismatch', `There are ${risks.length} risks for ${count} observations.`);
  }
  const index = risks.findIndex((risk) => !Number.isFinite(risk));
  if (index >= 0) {
    throw new FormulaFailure('not_finite', `risk ${index} is ${risks[index]}; give a finite number.`);
  }
}
