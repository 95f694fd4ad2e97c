/**
 * Weights of the reasons from what became of introductions: logistic regression drawn towards the weights before (ridge).
 *
 *   maximise sum [y eta - log(1 + exp eta)] - sum (w_k - w0_k)^2 / (2 s^2), eta = a + sum w_k x_k, s = 1
 * The prior makes the maximum single and finite however few or one-sided the outcomes are. A weight stays between 0 and
 * twice that before, so no reason ever speaks against an offer for being better.
 * Source: Hoerl and Kennard 1970, le Cessie and van Houwelingen 1992 [M]. Same outcomes, same weights: nothing is drawn.
 * Errors: those of newton.ts. Worked: no outcomes: the weights before.
 */
import { Matrix } from 'ml-matrix';
import { logistic } from '../lapse/logit.ts';
import { maximise, type Objective } from '../survival/newton.ts';
import { type Outcomes, pairOf, type Tally } from './outcomes.ts';
import { PRIOR_WEIGHTS, REASONS, type Reasons, type Weights } from './reasons.ts';

export interface Lesson {
  profile: string;
  kind: string;
  reasons: Reasons;
  /** To a meeting or a deal. */
  came: boolean;
}

/** Least and most, as multiples of the weight before. */
const BOUNDS = [0, 2] as const;

export function learnWeights(lessons: readonly Lesson[], prior: Weights = PRIOR_WEIGHTS): Weights {
  const before = [prior.constant, ...REASONS.map((reason) => prior.of[reason])];
  const rows = lessons.map(({ reasons }) => [1, ...REASONS.map((reason) => reasons[reason])]);
  const came = lessons.map((lesson) => Number(lesson.came));
  const { at } = maximise(posterior(rows, came, before), before);
  const [constant, ...weights] = at;
  const within = (weight: number, usual: number) =>
    Math.min(BOUNDS[1] * usual, Math.max(BOUNDS[0] * usual, weight));
  return {
    constant: constant!,
    of: Object.fromEntries(
      REASONS.map((reason, place) => [reason, within(weights[place]!, prior.of[reason])]),
    ) as Reasons,
  };
}

function posterior(
  rows: readonly (readonly number[])[],
  came: readonly number[],
  before: readonly number[],
): (at: readonly number[]) => Objective {
  const width = before.length;
  return (at) => {
    let value = -at.reduce((sum, weight, k) => sum + (weight - before[k]!) ** 2, 0) / 2;
    const gradient = at.map((weight, k) => before[k]! - weight);
    const information = Matrix.eye(width, width);
    for (const [n, row] of rows.entries()) {
      const eta = row.reduce((sum, x, k) => sum + x * at[k]!, 0);
      const chance = logistic(eta);
      value += came[n]! * eta - Math.max(0, eta) - Math.log1p(Math.exp(-Math.abs(eta)));
      for (const [k, x] of row.entries()) {
        gradient[k]! += (came[n]! - chance) * x;
        for (const [j, other] of row.entries())
          information.set(k, j, information.get(k, j) + chance * (1 - chance) * x * other);
      }
    }
    return { value, gradient, information };
  };
}

/** How introductions went, in all and by pair. */
export function tally(lessons: readonly Pick<Lesson, 'profile' | 'kind' | 'came'>[]): Outcomes {
  const count = (of: readonly Pick<Lesson, 'came'>[]): Tally => ({
    over: of.length,
    came: of.filter(({ came }) => came).length,
  });
  const pairs = Map.groupBy(lessons, ({ profile, kind }) => pairOf(profile, kind));
  return {
    all: count(lessons),
    pairs: Object.fromEntries([...pairs].map(([pair, of]) => [pair, count(of)])),
  };
}
