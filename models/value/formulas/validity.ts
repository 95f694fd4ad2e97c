/**
 * Probability that a patent would stand, and how a challenge moves it.
 *
 *   odds' = odds * L(event), hence p' = p L / (p L + 1 - p), event by event
 * A patent that nobody has challenged keeps its prior: about half of the patents litigated to judgment fall, but only
 * 1 to 2 % are litigated, and those are no sample of the rest. L of a filed challenge is set so that the prior of .85
 * goes to the .5 of the litigated. A survived challenge more than undoes it: survivors are worth more (Harhoff,
 * Scherer and Vopel), though by how much is ours. A withdrawn challenge decides nothing: what the filing left stays.
 * A decision in part narrows the claims and is no event here: value what is left of them instead.
 *
 * Source: Bayes; Allison and Lemley (half invalid) and base rate of litigation (read); the figures
 * marked unverified are ours.
 * Units: probability. Domain: 0 <= prior < 1. Errors: not_finite, out_of_range.
 * Worked: .85 filed: .5; then survived: odds 1 * 34/3, .918919; then invalidated: 0.
 */
import { FormulaFailure, requireBetween } from '../../failure.ts';
import type { ChallengeEvent } from '../../types.ts';

export interface ValidityFigure {
  value: number;
  source: string;
  verified: boolean;
}

export const UNCHALLENGED_VALIDITY: ValidityFigure = {
  value: 0.85,
  source: 'ours: illustrative, above the half that stand in court',
  verified: false,
};

export const CHALLENGE_LIKELIHOOD_RATIOS: Readonly<Record<ChallengeEvent, ValidityFigure>> = {
  challenge_filed: {
    value: 3 / 17,
    source: 'ours: takes .85 to the half of Allison and Lemley',
    verified: false,
  },
  challenge_withdrawn: { value: 1, source: 'ours: nothing was decided', verified: false },
  challenge_survived: {
    value: 34 / 3,
    source: 'ours: undoes the filing and doubles the odds; sign after Harhoff, Scherer and Vopel',
    verified: false,
  },
  invalidated_in_full: { value: 0, source: 'by definition', verified: true },
};

/** Validity after the events, in order of time; the prior itself when there are none. */
export function validityProbability(prior: number, events: readonly ChallengeEvent[]): number {
  requireBetween('prior', prior, 0, 1);
  if (prior === 1) {
    throw new FormulaFailure(
      'out_of_range',
      'prior is 1, which no event could ever move; give a probability below 1.',
    );
  }
  return events.reduce((probability, event) => {
    const weighted = probability * CHALLENGE_LIKELIHOOD_RATIOS[event].value;
    return weighted / (weighted + 1 - probability);
  }, prior);
}
