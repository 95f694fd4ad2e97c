/**
 * The sums over risk sets from which Cox's partial likelihood and baseline hazard are made, one for every event.
 *
 * With u_i = (1, x_i) and w_i = exp(b'x_i), the l-th of d events at one time (l = 0 .. d - 1) has the matrix
 *   M = sum_{at risk} w_i u_i u_i' - (l / d) sum_{events of that time} w_i u_i u_i'       (Efron 1977)
 *   M = sum_{at risk} w_i u_i u_i'                                                        (Breslow 1974)
 * so M[0,0] is the total weight and M[j,0] / M[0,0] the weighted mean of covariate j. M is symmetric: only its lower
 * triangle is filled.
 * Rows before the first event are in no sum and left out; covariates are centred at the mean of the rest, which
 * keeps exp in range and moves no estimate.
 * Domain: see times.ts and design.ts. Errors: theirs, `no_covariates`.
 * Cost: one sort; (p + 1)^2 operations a row and an event, in a single pass from the last time to the first.
 * Worked: the six subjects of cox.ts, b = 0: total weights Efron 6, 4, 3, 1 (log L -log 72); Breslow 6, 4, 4, 1.
 */
import { FormulaFailure } from '../failure.ts';
import { centred, type Design, designOf, requireRows } from './design.ts';
import { type Observation, requireEvents } from './times.ts';

/** How events at one time are ordered: `efron` as one after another, `breslow` all from the full risk set. */
export type Ties = 'efron' | 'breslow';

/** Rows from the last time to the first. */
export interface RiskSets {
  sorted: Observation[];
  design: Design;
  covariate_means: number[];
  ties: Ties;
}

/** Sees the matrix M of one event, M[j,k] at j * width + k for k <= j; it is overwritten after the call. */
export type EventVisitor = (moments: Float64Array, time: number) => void;

export function riskSetsOf(
  observations: readonly Observation[],
  covariates: readonly (readonly number[])[],
  ties: Ties,
): RiskSets {
  requireEvents(observations);
  requireRows(covariates, observations.length);
  if (covariates[0]!.length === 0) {
    throw new FormulaFailure('no_covariates', 'The rows hold 0 covariates; give one, or use Kaplan-Meier.');
  }
  const first_event = observations.reduce(
    (least, { time, event }) => (event ? Math.min(least, time) : least),
    Number.POSITIVE_INFINITY,
  );
  const order = [...observations.keys()]
    .filter((index) => observations[index]!.time >= first_event)
    .sort((a, b) => observations[b]!.time - observations[a]!.time);
  const kept = designOf(
    order.map((index) => covariates[index]!),
    order.length,
  );
  const { design, means } = centred(kept);
  return { sorted: order.map((index) => observations[index]!), design, covariate_means: means, ties };
}

/** Calls `visit` for every event, from the last time to the first. */
export function visitEvents(sets: RiskSets, weights: Float64Array, visit: EventVisitor): void {
  const { sorted, design, ties } = sets;
  const size = design.width ** 2;
  const at_risk = new Float64Array(size);
  const dying = new Float64Array(size);
  const moments = new Float64Array(size);
  for (let from = 0; from < sorted.length; ) {
    const { time } = sorted[from]!;
    let events = 0;
    dying.fill(0);
    for (; from < sorted.length && sorted[from]!.time === time; from++) {
      addMoments(at_risk, design, from, weights[from]!);
      if (!sorted[from]!.event) continue;
      addMoments(dying, design, from, weights[from]!);
      events++;
    }
    for (let before = 0; before < events; before++) {
      const gone = ties === 'efron' ? before / events : 0;
      for (let cell = 0; cell < size; cell++) moments[cell] = at_risk[cell]! - gone * dying[cell]!;
      visit(moments, time);
    }
  }
}

function addMoments(sums: Float64Array, { rows, width }: Design, row: number, weight: number): void {
  for (let j = 0; j < width; j++) {
    const weighted = weight * rows[row * width + j]!;
    for (let k = 0; k <= j; k++) sums[j * width + k]! += weighted * rows[row * width + k]!;
  }
}
