/**
 * Logistic regression on sparse rows with a unit normal prior, by Newton's method with conjugate gradients.
 *
 * Minimises f(b) = sum_i [log(1 + exp eta_i) - y_i eta_i] + 1/2 b'b, eta = X b. Each step solves (X'WX + I) s = -grad f,
 * W = diag(p (1 - p)), by conjugate gradients, which need products with X alone: the cost is linear in the non-zero
 * values, and no matrix of columns by columns is made. Strictly convex: one minimum, finite for separated rows too.
 * Source: Nocedal and Wright 2006, ch. 7.1; Hestenes and Stiefel 1952. Scale the columns by prior deviations beforehand.
 * Domain: finite values, y 0 or 1. Errors: FormulaFailure `not_converged`.
 * Worked: one row of value 1 with y = 1: b solves b = 1 / (1 + exp b), b = .401058.
 */
import { FormulaFailure } from '../failure.ts';
import { logistic } from '../lapse/logit.ts';

/** Row i holds `values[k]` in `columns[k]` for k from `starts[i]` to `starts[i + 1]`. */
export interface SparseRows {
  starts: Int32Array;
  columns: Int32Array;
  values: Float64Array;
  width: number;
}

const MAX_STEPS = 100;
const MAX_HALVINGS = 40;
const GRADIENT_TOLERANCE = 1e-8;
/** Of the residual against the gradient: steps need not be exact for the gradient to vanish. */
const STEP_TOLERANCE = 1e-4;
const ROUNDING = 1e-12;

export function fitSparseLogit(rows: SparseRows, outcomes: Uint8Array): Float64Array {
  let at: Float64Array = new Float64Array(rows.width);
  for (let step = 0; step < MAX_STEPS; step++) {
    const eta = times(rows, at);
    const p = eta.map(logistic);
    const gradient = timesTransposed(
      rows,
      p.map((probability, i) => probability - outcomes[i]!),
    );
    for (let j = 0; j < at.length; j++) gradient[j]! += at[j]!;
    if (norm(gradient) < GRADIENT_TOLERANCE) return at;
    const weights = p.map((probability) => probability * (1 - probability));
    at = descend(rows, outcomes, at, newtonStep(rows, weights, gradient));
  }
  throw new FormulaFailure(
    'not_converged',
    `no optimum after ${MAX_STEPS} steps over ${outcomes.length} rows; look for covariates of huge size.`,
  );
}

/** Solves (X'WX + I) s = -gradient. */
function newtonStep(rows: SparseRows, weights: Float64Array, gradient: Float64Array): Float64Array {
  const step = new Float64Array(rows.width);
  const residual = gradient.map((g) => -g);
  let direction = residual.slice();
  let size = dot(residual, residual);
  const enough = size * STEP_TOLERANCE ** 2;
  for (let k = 0; k < rows.width && size > enough; k++) {
    const along = times(rows, direction);
    const curved = timesTransposed(
      rows,
      along.map((value, i) => value * weights[i]!),
    );
    for (let j = 0; j < curved.length; j++) curved[j]! += direction[j]!;
    const length = size / dot(direction, curved);
    for (let j = 0; j < step.length; j++) {
      step[j]! += length * direction[j]!;
      residual[j]! -= length * curved[j]!;
    }
    const next = dot(residual, residual);
    direction = direction.map((value, j) => residual[j]! + (next / size) * value);
    size = next;
  }
  return step;
}

/** Moves along the step, halved until the objective does not rise by more than its rounding. */
function descend(
  rows: SparseRows,
  outcomes: Uint8Array,
  from: Float64Array,
  step: Float64Array,
): Float64Array {
  const most = objective(rows, outcomes, from) * (1 + ROUNDING);
  let to = from;
  for (let halving = 0; halving < MAX_HALVINGS; halving++) {
    to = from.map((value, j) => value + step[j]! / 2 ** halving);
    if (objective(rows, outcomes, to) <= most) break;
  }
  return to;
}

function objective(rows: SparseRows, outcomes: Uint8Array, at: Float64Array): number {
  let sum = dot(at, at) / 2;
  for (const [i, eta] of times(rows, at).entries())
    sum += Math.max(eta, 0) + Math.log1p(Math.exp(-Math.abs(eta))) - outcomes[i]! * eta;
  return sum;
}

function times({ starts, columns, values }: SparseRows, vector: Float64Array): Float64Array {
  const product = new Float64Array(starts.length - 1);
  for (let i = 0; i < product.length; i++) {
    let sum = 0;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) sum += values[k]! * vector[columns[k]!]!;
    product[i] = sum;
  }
  return product;
}

function timesTransposed({ starts, columns, values, width }: SparseRows, vector: Float64Array): Float64Array {
  const product = new Float64Array(width);
  for (let i = 0; i < vector.length; i++)
    for (let k = starts[i]!; k < starts[i + 1]!; k++) product[columns[k]!]! += values[k]! * vector[i]!;
  return product;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}
