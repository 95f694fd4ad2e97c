/**
 * Baseline cumulative hazard of a Cox fit, with what its standard error needs.
 *
 *   H_0(t) = sum over events up to t of 1 / W_i;  Q(t) = sum 1 / W_i^2;  G(t) = sum mean_i / W_i
 * W_i is the total weight and mean_i the weighted mean covariate of the i-th event in cox-risk-sets.ts, so ties are
 * treated as in the fit (Breslow 1974; Efron 1977). It is the hazard of a subject at the covariate means of the fit.
 * Source: Therneau and Grambsch 2000, ch. 10; Link 1984 for Q and G.
 * Units: hazard in events. Errors: none on the sets of a fit. Cost: one pass.
 * Worked: the Breslow fit of cox.ts, mean covariate 1/2: exp(-b / 2) H_0 = 1/3 at 6, 4/3 at 9.
 */
import { type RiskSets, visitEvents } from './cox-risk-sets.ts';
import { linearPredictors } from './design.ts';

/** From `time` on to the next step. */
export interface BaselineStep {
  time: number;
  cumulative_hazard: number;
  /** Q: variance of the cumulative hazard, were the coefficients known. */
  variance: number;
  /** G: cumulative hazard times the mean covariates, these centred as in the fit. */
  mean_hazard: number[];
}

/** One step for every distinct event time, in order. */
export function baselineHazard(sets: RiskSets, coefficients: readonly number[]): BaselineStep[] {
  const steps: BaselineStep[] = [];
  const weights = linearPredictors(sets.design, [0, ...coefficients]).map(Math.exp);
  visitEvents(sets, weights, (moments, time) => {
    if (steps.at(-1)?.time !== time) {
      steps.push({ time, cumulative_hazard: 0, variance: 0, mean_hazard: coefficients.map(() => 0) });
    }
    const step = steps.at(-1)!;
    const total = moments[0]!;
    step.cumulative_hazard += 1 / total;
    step.variance += 1 / total ** 2;
    for (const j of coefficients.keys())
      step.mean_hazard[j]! += moments[(j + 1) * sets.design.width]! / total ** 2;
  });
  return cumulated(steps.reverse());
}

function cumulated(increments: BaselineStep[]): BaselineStep[] {
  for (const [index, step] of increments.entries()) {
    const before = increments[index - 1];
    if (before === undefined) continue;
    step.cumulative_hazard += before.cumulative_hazard;
    step.variance += before.variance;
    for (const j of step.mean_hazard.keys()) step.mean_hazard[j]! += before.mean_hazard[j]!;
  }
  return increments;
}
