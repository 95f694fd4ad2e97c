/**
 * Maximum of a log-likelihood by Newton's method with step halving.
 *
 *   b <- b + s I(b)^-1 g(b), s = 1, 1/2, 1/4, ... until the value does not fall and I, the negative Hessian, can be
 *   inverted again.
 * It ends when g' I^-1 g, the squared length of the step in standard errors, is below 1e-18. The covariance of the
 * estimates is I^-1 there (observed information).
 * Two ways to have no maximum: I is singular from the start, when covariates are combinations of each other; or the
 * likelihood rises without end (separation, Albert and Anderson 1984): then I fades on the way, or every Newton step
 * still moves the separated rows by about 1 when nothing is left to gain, which `requireSettled` sees.
 * Source: Nocedal and Wright 2006, ch. 3 [M]. Domain: concave log-likelihoods, finite at the start.
 * Errors: `singular`, `separation`, `not_converged`.
 * Worked: value -(b - 3)^2: one step to 3, variance 1/2.
 */
import { Matrix } from 'ml-matrix';
import { FormulaFailure } from '../failure.ts';
import { type Design, linearPredictors } from './design.ts';
import { dot, inverse } from './linear-algebra.ts';

export interface Objective {
  value: number;
  gradient: number[];
  /** Negative Hessian. */
  information: Matrix;
}

export interface Maximum {
  at: number[];
  value: number;
  covariance: Matrix;
  /** The step that was too short to take. */
  last_step: number[];
  iterations: number;
}

const MOST_ITERATIONS = 100;
const MOST_HALVINGS = 50;
const SQUARED_STEP_TOLERANCE = 1e-18;
/** Log-likelihoods this close, absolutely and as a share of their size, differ by rounding alone. */
const ROUNDING = 1e-12;
/** A predictor that a converged fit would still move by more than this has no finite estimate. */
const MOST_PREDICTOR_MOVE = 1e-3;

/** A point of the search where the information can be inverted. */
interface Point extends Objective {
  at: number[];
  covariance: Matrix;
}

export function maximise(objective: (at: readonly number[]) => Objective, start: readonly number[]): Maximum {
  let point = pointAt(objective, start);
  if (point === null) throw singular();
  for (let iterations = 0; iterations < MOST_ITERATIONS; iterations++) {
    const { at, value, covariance }: Point = point;
    const last_step = newtonStep(point);
    if (dot(point.gradient, last_step) < SQUARED_STEP_TOLERANCE) {
      return { at, value, covariance, last_step, iterations };
    }
    point = uphill(objective, point, last_step);
  }
  throw runsAway(objective, point) ? separation() : notConverged(`${MOST_ITERATIONS} Newton steps`);
}

/** @throws FormulaFailure `separation` where the step that ended the search still moves a row of the design */
export function requireSettled(design: Design, last_step: readonly number[]): void {
  if (linearPredictors(design, last_step).some((move) => Math.abs(move) > MOST_PREDICTOR_MOVE)) {
    throw separation();
  }
}

function pointAt(objective: (at: readonly number[]) => Objective, at: readonly number[]): Point | null {
  const found = objective(at);
  const covariance = inverse(found.information);
  return covariance === null ? null : { ...found, at: [...at], covariance };
}

function newtonStep({ covariance, gradient }: Point): number[] {
  return covariance.mmul(Matrix.columnVector(gradient)).to1DArray();
}

function uphill(
  objective: (at: readonly number[]) => Objective,
  from: Point,
  step: readonly number[],
): Point {
  const least = from.value - ROUNDING * (1 + Math.abs(from.value));
  for (let halving = 0; halving < MOST_HALVINGS; halving++) {
    const point = pointAt(objective, moved(from.at, step, 2 ** -halving));
    if (point !== null && point.value >= least) return point;
  }
  throw runsAway(objective, from) ? separation() : notConverged(`${MOST_HALVINGS} halvings of a step`);
}

/** Whether the information fades where the next step leads. */
function runsAway(objective: (at: readonly number[]) => Objective, point: Point): boolean {
  return pointAt(objective, moved(point.at, newtonStep(point), 1)) === null;
}

function moved(from: readonly number[], step: readonly number[], share: number): number[] {
  return from.map((coordinate, index) => coordinate + share * step[index]!);
}

function singular(): FormulaFailure {
  return new FormulaFailure(
    'singular',
    'The information matrix is singular at the start; leave out a covariate that others add up to.',
  );
}

function separation(): FormulaFailure {
  return new FormulaFailure(
    'separation',
    'The likelihood rises without end, so an estimate is infinite; leave out or join covariates that part the outcomes.',
  );
}

function notConverged(spent: string): FormulaFailure {
  return new FormulaFailure(
    'not_converged',
    `No maximum after ${spent}; rescale the covariates or use fewer.`,
  );
}
