/**
 * Weibull accelerated failure time regression with right censoring, by maximum likelihood.
 *
 *   log T = a + b'x + scale W, W of the smallest extreme value; S(t | x) = exp(-exp z), z = (log t - a - b'x) / scale;
 *   log L = sum over events of (z - log scale - log t) - sum over all of exp z
 * Fitted in theta = (-a, -b, 1) / scale, where z = theta'(1, x, log t) and log L is concave (Burridge 1981 [M]), so that
 * Newton's method needs no care; the covariance moves to (a, b, log scale) by the Jacobian.
 * Source: Kalbfleisch and Prentice 2002, ch. 3; the parameters are those of R's survreg.
 * Units: a and scale in log time, so the unit of time is in a; exp b is the factor on time a unit of covariate.
 * Domain: see times.ts and design.ts; no covariate is needed; at least two different times.
 * Errors: those of times.ts, design.ts and newton.ts; `separation` also where the scale runs to 0.
 * Cost: n p^2 operations a Newton step (about 7 of them).
 * Worked: on data/cn_patents.csv in years on claims and Chinese: 2.09712, .187271, -.348028, scale .658775.
 */
import { Matrix } from 'ml-matrix';
import { max, standardDeviation } from 'simple-statistics';
import { FormulaFailure } from '../failure.ts';
import {
  type Design,
  designOf,
  linearPredictors,
  requireRows,
  weightedCross,
  weightedSum,
} from './design.ts';
import { maximise, type Objective, requireSettled } from './newton.ts';
import { type Observation, requireEvents } from './times.ts';

/** JSON all through, so that it can be stored and replayed. */
export interface WeibullFit {
  /** The constant a first, then b. */
  coefficients: number[];
  scale: number;
  /** Of a, b and, last, log scale. */
  standard_errors: number[];
  /** Of a, b and, last, log scale. */
  covariance: number[][];
  log_likelihood: number;
  observations: number;
  events: number;
  iterations: number;
}

export function fitWeibull(
  observations: readonly Observation[],
  covariates: readonly (readonly number[])[],
): WeibullFit {
  requireEvents(observations);
  requireRows(covariates, observations.length);
  requireTwoTimes(observations);
  const rows = covariates.map((values, index) => [...values, Math.log(observations[index]!.time)]);
  const design = designOf(rows, observations.length);
  const events = Float64Array.from(observations, ({ event }) => Number(event));
  const deaths = events.reduce((sum, event) => sum + event, 0);
  const maximum = maximise(logLikelihood(design, events), startOf(design, deaths));
  requireSettled(design, maximum.last_step);
  const scale = 1 / maximum.at.at(-1)!;
  const coefficients = maximum.at.slice(0, -1).map((value) => -value * scale);
  const jacobian = jacobianOf(coefficients, scale);
  const covariance = jacobian.mmul(maximum.covariance).mmul(jacobian.transpose()).to2DArray();
  return {
    coefficients,
    scale,
    standard_errors: covariance.map((row, index) => Math.sqrt(row[index]!)),
    covariance,
    log_likelihood: maximum.value,
    observations: observations.length,
    events: deaths,
    iterations: maximum.iterations,
  };
}

/** In theta; the last column of the design is log t. */
function logLikelihood(design: Design, events: Float64Array): (at: readonly number[]) => Objective {
  const last = design.width - 1;
  const sums = weightedSum(design, events);
  const deaths = sums[0]!;
  return (at) => {
    const shape = at[last]!;
    const predictors = linearPredictors(design, at);
    const hazards = predictors.map(Math.exp);
    const value = predictors.reduce(
      (sum, predictor, index) => sum + events[index]! * predictor - hazards[index]!,
      deaths * Math.log(shape) - sums[last]!,
    );
    const expected = weightedSum(design, hazards);
    const gradient = sums.map((sum, index) => sum - expected[index]!);
    gradient[last]! += deaths / shape;
    const information = weightedCross(design, hazards);
    information.set(last, last, information.get(last, last) + deaths / shape ** 2);
    return { value, gradient, information };
  };
}

/** No covariate: the shape that the spread of log t has in an uncensored sample, then the likeliest constant. */
function startOf({ rows, count, width }: Design, deaths: number): number[] {
  const log_times = Array.from({ length: count }, (_, index) => rows[(index + 1) * width - 1]!);
  const shape = Math.PI / (Math.sqrt(6) * standardDeviation(log_times));
  const latest = max(log_times);
  const hazard = log_times.reduce((sum, log_time) => sum + Math.exp(shape * (log_time - latest)), 0);
  return [Math.log(deaths / hazard) - shape * latest, ...Array<number>(width - 2).fill(0), shape];
}

/** Derivatives of (a, b, log scale) in theta. */
function jacobianOf(coefficients: readonly number[], scale: number): Matrix {
  const size = coefficients.length + 1;
  const jacobian = Matrix.eye(size).mul(-scale);
  for (const [index, value] of coefficients.entries()) jacobian.set(index, size - 1, -value * scale);
  return jacobian;
}

function requireTwoTimes(observations: readonly Observation[]): void {
  const { time } = observations[0]!;
  if (observations.some((other) => other.time !== time)) return;
  throw new FormulaFailure(
    'singular',
    `time is ${time} in all ${observations.length} observations; a scale needs two different times.`,
  );
}
