/**
 * Logistic regression by maximum likelihood, without a prior.
 *
 *   logit P(y = 1 | x) = a + b'x;  log L = sum [y eta - log(1 + exp eta)];  covariance (X' diag(p (1 - p)) X)^-1
 * Source: McCullagh and Nelder 1989, ch. 4. With few events, or rows that a covariate parts perfectly, the estimates
 * run away: this one then fails by name, the penalised fit of models/lapse/logit.ts does not.
 * Units: coefficients in log odds a unit of covariate. Domain: see design.ts; both outcomes occur.
 * Errors: those of design.ts and newton.ts, `no_events`, `only_events`. Cost: n p^2 operations a Newton step.
 * Worked: y 1 in 3 of 4 rows with x = 1 and in 1 of 4 with x = 0: a = -log 3 = -1.0986, b = 2 log 3 = 2.1972,
 * standard errors sqrt(4 / 3) = 1.1547, sqrt(8 / 3) = 1.6330.
 */
import { FormulaFailure } from '../failure.ts';
import { logistic } from '../lapse/logit.ts';
import { type Design, designOf, linearPredictors, weightedCross, weightedSum } from './design.ts';
import { maximise, type Objective, requireSettled } from './newton.ts';

/** JSON all through, so that it can be stored and replayed. */
export interface LogisticFit {
  /** The constant a first, then b. */
  coefficients: number[];
  standard_errors: number[];
  covariance: number[][];
  log_likelihood: number;
  observations: number;
  events: number;
  iterations: number;
}

export function fitLogistic(
  outcomes: readonly boolean[],
  covariates: readonly (readonly number[])[],
): LogisticFit {
  const design = designOf(covariates, outcomes.length);
  const events = Float64Array.from(outcomes, Number);
  const count = outcomes.filter(Boolean).length;
  if (count === 0 || count === outcomes.length) {
    throw new FormulaFailure(
      count === 0 ? 'no_events' : 'only_events',
      `There are ${count} events in ${outcomes.length} rows; give rows of both outcomes.`,
    );
  }
  const maximum = maximise(logLikelihood(design, events), Array<number>(design.width).fill(0));
  requireSettled(design, maximum.last_step);
  const covariance = maximum.covariance.to2DArray();
  return {
    coefficients: maximum.at,
    standard_errors: covariance.map((row, index) => Math.sqrt(row[index]!)),
    covariance,
    log_likelihood: maximum.value,
    observations: outcomes.length,
    events: count,
    iterations: maximum.iterations,
  };
}

function logLikelihood(design: Design, events: Float64Array): (at: readonly number[]) => Objective {
  return (at) => {
    const predictors = linearPredictors(design, at);
    const probabilities = predictors.map(logistic);
    const value = predictors.reduce(
      (sum, eta, index) =>
        sum + events[index]! * eta - Math.max(eta, 0) - Math.log1p(Math.exp(-Math.abs(eta))),
      0,
    );
    const residuals = events.map((event, index) => event - probabilities[index]!);
    const weights = probabilities.map((probability) => probability * (1 - probability));
    return {
      value,
      gradient: weightedSum(design, residuals),
      information: weightedCross(design, weights),
    };
  };
}
