/**
 * What became of introductions, drawn towards what is usual: of an offer towards those of its pair, of a pair towards all.
 *
 *   all = (S + 10 * 0.3) / (N + 10);  pair = (s + 10 all) / (n + 10);  offer = (s_o + 5 pair) / (n_o + 5)
 * S, s, s_o count those that came to a meeting or a deal, N, n, n_o those that are over. A pair is who needs and what kind
 * of offer. The mean of a beta posterior whose prior is worth 10 or 5 introductions.
 * Source: beta-binomial shrinkage, Efron and Morris 1977 [M]; 0.3 before anything is known is judgement.
 * Errors: FormulaFailure `out_of_range`.
 * Worked: nothing known: 0.3; an offer with 5 of 5: (5 + 5 * 0.3) / 10 = 0.65.
 */
import { requireBetween } from '../failure.ts';

export interface Tally {
  over: number;
  came: number;
}

export interface Outcomes {
  all: Tally;
  /** By pairOf. */
  pairs: Readonly<Record<string, Tally>>;
}

export const NO_OUTCOMES: Outcomes = { all: { over: 0, came: 0 }, pairs: {} };

const USUAL = 0.3;
const PRIOR_OF_PAIR = 10;
const PRIOR_OF_OFFER = 5;
const NONE: Tally = { over: 0, came: 0 };

export function pairOf(profile: string, kind: string): string {
  return `${profile}:${kind}`;
}

export function outcomesReason({ all, pairs }: Outcomes, pair: string, offer: Tally = NONE): number {
  const overall = drawn(all, USUAL, PRIOR_OF_PAIR);
  return drawn(offer, drawn(pairs[pair] ?? NONE, overall, PRIOR_OF_PAIR), PRIOR_OF_OFFER);
}

function drawn({ over, came }: Tally, towards: number, worth: number): number {
  requireBetween('introductions that came to something', came, 0, over);
  return (came + worth * towards) / (over + worth);
}
