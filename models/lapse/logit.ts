/**
 * Logistic regression with independent Gaussian priors, by Newton's method (penalised IRLS).
 *
 * Maximises sum_i [y_i eta_i - log(1 + exp eta_i)] - 1/2 sum_j ((b_j - m_j) / s_j)^2, eta = X b.
 * Strictly concave for finite s: one mode, finite even when the rows are separated or hold no event.
 * Covariance: inverse of the negative Hessian at the mode (Laplace approximation of the posterior).
 * Source: McCullagh and Nelder 1989, ch. 4; Gelman et al. 2008 for the weak prior.
 * Domain: finite X, y in {0, 1}. Errors: none; `converged` is false when the step limit was reached.
 * Worked: no rows, prior mean -2, sd .5: coefficient -2, variance .25.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Prior } from './types.ts';

const MAX_ITERATIONS = 50;
const MAX_HALVINGS = 30;
const STEP_TOLERANCE = 1e-10;

export interface LogitFit {
  coefficients: number[];
  covariance: number[][];
  converged: boolean;
  iterations: number;
}

/** `design` holds the rows one after another, each as long as `prior`. */
export function fitLogit(design: Float64Array, outcome: Uint8Array, prior: readonly Prior[]): LogitFit {
  let coefficients = prior.map(({ mean }) => mean);
  let objective = logPosterior(design, outcome, prior, coefficients);
  let converged = false;
  let iterations = 0;
  while (!converged && iterations < MAX_ITERATIONS) {
    iterations++;
    const { gradient, information } = derivatives(design, outcome, prior, coefficients);
    const step = new CholeskyDecomposition(information).solve(Matrix.columnVector(gradient)).to1DArray();
    let scale = 1;
    let next = move(coefficients, step, scale);
    let nextObjective = logPosterior(design, outcome, prior, next);
    for (let halving = 0; nextObjective < objective && halving < MAX_HALVINGS; halving++) {
      scale /= 2;
      next = move(coefficients, step, scale);
      nextObjective = logPosterior(design, outcome, prior, next);
    }
    converged = Math.max(...step.map(Math.abs)) < STEP_TOLERANCE;
    coefficients = next;
    objective = nextObjective;
  }
  const { information } = derivatives(design, outcome, prior, coefficients);
  const covariance = new CholeskyDecomposition(information).solve(Matrix.eye(prior.length)).to2DArray();
  return { coefficients, covariance, converged, iterations };
}

/** 1 / (1 + exp(-eta)), without overflow. */
export function logistic(eta: number): number {
  if (eta >= 0) return 1 / (1 + Math.exp(-eta));
  const odds = Math.exp(eta);
  return odds / (1 + odds);
}

function move(from: number[], step: number[], scale: number): number[] {
  return from.map((value, index) => value + scale * step[index]!);
}

function predictor(design: Float64Array, start: number, coefficients: number[]): number {
  let eta = 0;
  for (let j = 0; j < coefficients.length; j++) eta += design[start + j]! * coefficients[j]!;
  return eta;
}

function logPosterior(
  design: Float64Array,
  outcome: Uint8Array,
  prior: readonly Prior[],
  at: number[],
): number {
  let sum = 0;
  for (let i = 0; i < outcome.length; i++) {
    const eta = predictor(design, i * at.length, at);
    sum += outcome[i]! * eta - Math.max(eta, 0) - Math.log1p(Math.exp(-Math.abs(eta)));
  }
  for (const [j, { mean, sd }] of prior.entries()) sum -= ((at[j]! - mean) / sd) ** 2 / 2;
  return sum;
}

function derivatives(design: Float64Array, outcome: Uint8Array, prior: readonly Prior[], at: number[]) {
  const width = at.length;
  const gradient = prior.map(({ mean, sd }, j) => (mean - at[j]!) / sd ** 2);
  const information = Matrix.diag(prior.map(({ sd }) => sd ** -2));
  for (let i = 0; i < outcome.length; i++) {
    const start = i * width;
    const probability = logistic(predictor(design, start, at));
    const residual = outcome[i]! - probability;
    const weight = probability * (1 - probability);
    for (let j = 0; j < width; j++) {
      const x = design[start + j]!;
      gradient[j]! += x * residual;
      for (let k = 0; k <= j; k++) {
        information.set(j, k, information.get(j, k) + weight * x * design[start + k]!);
      }
    }
  }
  for (let j = 0; j < width; j++) for (let k = 0; k < j; k++) information.set(k, j, information.get(j, k));
  return { gradient, information };
}
