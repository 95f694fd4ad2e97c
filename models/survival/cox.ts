/**
 * Cox's proportional hazards regression: h(t | x) = h_0(t) exp(b'x), by maximum partial likelihood.
 *
 *   log L = sum over events of [b'x_i - log M_i[0,0]], M_i the risk-set sums of cox-risk-sets.ts;
 *   gradient sum (x_i - mean_i), information sum of the weighted covariances, both of the same M_i.
 * Source: Cox 1972; ties Efron 1977 or Breslow 1974; Therneau and Grambsch 2000, ch. 3. Fee dates make ties
 * massive: Breslow shrinks coefficients then, so Efron is the default.
 * Units: coefficients in log hazard ratio a unit of covariate; the unit of time does not matter.
 * Domain: see times.ts; a covariate that varies among those at risk at the first event. A function of ranks of time:
 * it cannot see past the last event.
 * Errors: those of times.ts, design.ts and newton.ts, `no_covariates`.
 * Cost: one sort, then n p^2 operations a Newton step (about 5 of them).
 * Worked: times 1, 1+, 6, 6, 8+, 9 (+ censored), x 1, 1, 1, 0, 0, 0: Breslow b = log((3 + sqrt 33) / 2) = 1.475285;
 * Efron 1.676857, log L -4.276666 at 0 and -3.358975 at b.
 */
import type { Matrix } from 'ml-matrix';
import { type BaselineStep, baselineHazard } from './cox-baseline.ts';
import { type RiskSets, riskSetsOf, type Ties, visitEvents } from './cox-risk-sets.ts';
import { linearPredictors, weightedSum } from './design.ts';
import { symmetric } from './linear-algebra.ts';
import { maximise, type Objective, requireSettled } from './newton.ts';
import type { Observation } from './times.ts';

/** JSON all through, so that it can be stored and replayed. */
export interface CoxFit {
  ties: Ties;
  coefficients: number[];
  standard_errors: number[];
  covariance: number[][];
  log_likelihood_null: number;
  log_likelihood: number;
  observations: number;
  events: number;
  iterations: number;
  /** What the baseline speaks of; see cox-baseline.ts. */
  covariate_means: number[];
  baseline: BaselineStep[];
  /** The longest time observed. */
  followed_to: number;
}

/** Share of a mean square that the running sums over risk sets may be off by. */
const ROUNDING = 1e-13;

export function fitCox(
  observations: readonly Observation[],
  covariates: readonly (readonly number[])[],
  ties: Ties = 'efron',
): CoxFit {
  const sets = riskSetsOf(observations, covariates, ties);
  const objective = partialLikelihood(sets);
  const start = sets.covariate_means.map(() => 0);
  const maximum = maximise(objective, start);
  requireSettled(sets.design, [0, ...maximum.last_step]);
  const covariance = maximum.covariance.to2DArray();
  return {
    ties,
    coefficients: maximum.at,
    standard_errors: covariance.map((row, index) => Math.sqrt(row[index]!)),
    covariance,
    log_likelihood_null: objective(start).value,
    log_likelihood: maximum.value,
    observations: observations.length,
    events: observations.filter(({ event }) => event).length,
    iterations: maximum.iterations,
    covariate_means: sets.covariate_means,
    baseline: baselineHazard(sets, maximum.at),
    followed_to: sets.sorted[0]!.time,
  };
}

function partialLikelihood(sets: RiskSets): (at: readonly number[]) => Objective {
  const { sorted, design } = sets;
  const { width } = design;
  const events = Float64Array.from(sorted, ({ event }) => Number(event));
  const covariate_sums = weightedSum(design, events).slice(1);
  return (at) => {
    const predictors = linearPredictors(design, [0, ...at]);
    let value = predictors.reduce((sum, predictor, index) => sum + predictor * events[index]!, 0);
    const gradient = [...covariate_sums];
    const covariances = new Float64Array(width * width);
    const squares = new Float64Array(width);
    visitEvents(sets, predictors.map(Math.exp), (moments) => {
      const total = moments[0]!;
      value -= Math.log(total);
      for (let j = 1; j < width; j++) {
        const mean = moments[j * width]! / total;
        gradient[j - 1]! -= mean;
        squares[j]! += moments[j * width + j]! / total;
        for (let k = 1; k <= j; k++) {
          covariances[j * width + k]! +=
            moments[j * width + k]! / total - (mean * moments[k * width]!) / total;
        }
      }
    });
    return { value, gradient, information: informationOf(covariances, squares) };
  };
}

/** A variance within the rounding of its mean square is 0: the likelihood is flat there. */
function informationOf(covariances: Float64Array, squares: Float64Array): Matrix {
  const width = squares.length;
  return symmetric(width - 1, (row, column) => {
    const covariance = covariances[(row + 1) * width + column + 1]!;
    return row === column && covariance < ROUNDING * squares[row + 1]! ? 0 : covariance;
  });
}
