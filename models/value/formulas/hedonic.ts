/**
 * Market comparables: what deals in similar patents say of a price, shrunk to a prior where deals are few.
 *
 *   log price = a + x'b + sum of yearly index steps up to the year of the deal + e,  e ~ N(0, s^2)
 * with independent normal priors on a, b and each step, and s^2 known as well as from v0 deals (normal-inverse-gamma):
 *   L = L0 + X'X,  m = L^-1 (L0 m0 + X'y),  v = v0 + n
 *   s^2 = (v0 s0^2 + |y - X m|^2 + (m - m0)' L0 (m - m0)) / v,  L0 = diag(s0^2 / sd_j^2)
 *   log price of the subject ~ x'm + s sqrt(1 + x' L^-1 x) t_v
 * Ridge regression about m0. A year without deals keeps the level before it and widens the interval.
 * With fewer than LEAST_DEALS the deals are not used at all and `basis` says so.
 *
 * Source: conjugate Bayesian linear regression (Gelman et al., Bayesian Data Analysis [M]); time-dummy hedonic index.
 * Units: prices in one currency, nominal; features as the prior names them (counts best as logarithms).
 * Cost: deals times the square of features and years. Domain: price > 0, sd > 0, v0 >= 4, deals of the fifty years up
 * to the valuation year.
 * Errors: not_finite, not_whole, out_of_range, feature_count, deal_after_valuation, singular.
 * Worked: no features, prior log price N(log 100, 1), s0 = .5, v0 = 4, no deals: mid 100, high
 * 100 exp(1.5332 .5 sqrt(1 + 4)) = 555.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { FormulaFailure, requireBetween, requireFinite } from '../../failure.ts';
import { type Quantiles, quantilesOf } from '../../quantiles.ts';
import { requirePositive, requireWhole } from './domain-checks.ts';
import { studentQuantile } from './student-quantile.ts';

/** Fewer deals than this say more about who dealt than about the market. */
export const LEAST_DEALS = 8;

/** An older deal is taken for a slip: it would ask for one index step a year. */
const GREATEST_AGE_YEARS = 50;

export interface Deal {
  price: number;
  year: number;
  features: readonly number[];
  /** Brought in from outside, or made on this platform; both count alike. */
  source: 'imported' | 'own';
}

export interface NormalPrior {
  mean: number;
  sd: number;
}

export interface HedonicPrior {
  /** Log price in the first year at features 0. */
  intercept: NormalPrior;
  coefficients: readonly NormalPrior[];
  /** Standard deviation of a year's step of the log price index; its mean is 0. */
  index_step_sd: number;
  noise_sd: number;
  /** How many deals the prior's noise_sd is worth. */
  worth_in_deals: number;
}

/** Posterior, as plain data that may be stored. */
export interface HedonicModel {
  basis: 'deals_and_prior' | 'prior_only';
  deals: { imported: number; own: number };
  first_year: number;
  valuation_year: number;
  /** Intercept, coefficients, index steps from the year after `first_year` on. */
  mean: number[];
  /** Over the noise variance. */
  covariance: number[][];
  noise_variance: number;
  degrees_of_freedom: number;
}

export interface IndexLevel {
  year: number;
  level: number;
}

export function fitHedonic(
  deals: readonly Deal[],
  prior: HedonicPrior,
  valuation_year: number,
): HedonicModel {
  requirePrior(prior);
  requireWhole('valuation_year', valuation_year, 1);
  for (const deal of deals) requireDeal(deal, prior.coefficients.length, valuation_year);
  const used = deals.length < LEAST_DEALS ? [] : deals;
  const first_year = used.reduce((least, { year }) => Math.min(least, year), valuation_year);
  const own = deals.filter(({ source }) => source === 'own').length;
  return {
    basis: used.length === 0 ? 'prior_only' : 'deals_and_prior',
    deals: { imported: deals.length - own, own },
    first_year,
    valuation_year,
    ...posterior(used, prior, first_year, valuation_year),
  };
}

/** Price of such patents sold in the model's valuation year. */
export function hedonicPrice(model: HedonicModel, features: readonly number[]): Quantiles {
  const { mean, covariance, first_year, valuation_year, noise_variance, degrees_of_freedom } = model;
  const row = designRow(features, valuation_year, first_year, valuation_year);
  if (row.length !== mean.length)
    throw featureCount(features.length, features.length + mean.length - row.length);
  for (const feature of features) requireFinite('feature', feature);
  const leverage = dot(
    row,
    covariance.map((line) => dot(line, row)),
  );
  const scale = Math.sqrt(noise_variance * (1 + leverage));
  const middle = dot(row, mean);
  return quantilesOf((p) =>
    requireFinite('price', Math.exp(middle + studentQuantile(p, degrees_of_freedom) * scale)),
  );
}

/** Price level by year, 1 in the first. */
export function hedonicIndex({ mean, first_year, valuation_year }: HedonicModel): IndexLevel[] {
  const steps = mean.slice(mean.length - (valuation_year - first_year));
  let log_level = 0;
  return [0, ...steps].map((step, index) => {
    log_level += step;
    return { year: first_year + index, level: Math.exp(log_level) };
  });
}

function posterior(deals: readonly Deal[], prior: HedonicPrior, first_year: number, last_year: number) {
  const steps = Array<NormalPrior>(last_year - first_year).fill({ mean: 0, sd: prior.index_step_sd });
  const priors = [prior.intercept, ...prior.coefficients, ...steps];
  const weights = priors.map(({ sd }) => (prior.noise_sd / sd) ** 2);
  const precision = Matrix.diag(weights);
  const right = Matrix.columnVector(priors.map(({ mean }, j) => weights[j]! * mean));
  const rows = deals.map(({ features, year }) => designRow(features, year, first_year, last_year));
  const logs = deals.map(({ price }) => Math.log(price));
  if (rows.length > 0) {
    const design = new Matrix(rows);
    precision.add(design.transpose().mmul(design));
    right.add(design.transpose().mmul(Matrix.columnVector(logs)));
  }
  const factor = new CholeskyDecomposition(precision);
  if (!factor.isPositiveDefinite())
    throw new FormulaFailure('singular', 'The deals do not fit together with the prior; scale the features.');
  const mean = factor.solve(right).to1DArray();
  const noise =
    prior.worth_in_deals * prior.noise_sd ** 2 +
    sum(rows.map((row, i) => (logs[i]! - dot(row, mean)) ** 2)) +
    sum(mean.map((value, j) => weights[j]! * (value - priors[j]!.mean) ** 2));
  const degrees_of_freedom = prior.worth_in_deals + deals.length;
  return {
    mean,
    covariance: factor.solve(Matrix.eye(priors.length)).to2DArray(),
    noise_variance: noise / degrees_of_freedom,
    degrees_of_freedom,
  };
}

/** 1, the features, and 1 for every index step up to the year. */
function designRow(
  features: readonly number[],
  year: number,
  first_year: number,
  last_year: number,
): number[] {
  const steps = Array.from({ length: last_year - first_year }, (_, k) => (year > first_year + k ? 1 : 0));
  return [1, ...features, ...steps];
}

function requireDeal({ price, year, features }: Deal, expected: number, valuation_year: number): void {
  requirePositive('price', price);
  requireWhole('year', year, valuation_year - GREATEST_AGE_YEARS);
  for (const feature of features) requireFinite('feature', feature);
  if (features.length !== expected) throw featureCount(features.length, expected);
  if (year <= valuation_year) return;
  throw new FormulaFailure(
    'deal_after_valuation',
    `A deal of ${year} was not known in ${valuation_year}; leave it out.`,
  );
}

function requirePrior(prior: HedonicPrior): void {
  for (const { mean, sd } of [prior.intercept, ...prior.coefficients]) {
    requireFinite('prior mean', mean);
    requirePositive('prior sd', sd);
  }
  requirePositive('index_step_sd', prior.index_step_sd);
  requirePositive('noise_sd', prior.noise_sd);
  requireBetween('worth_in_deals', prior.worth_in_deals, 4, Number.MAX_SAFE_INTEGER);
}

function featureCount(given: number, expected: number): FormulaFailure {
  return new FormulaFailure(
    'feature_count',
    `There are ${given} features; give the ${expected} of the prior.`,
  );
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((total, value, index) => total + value * right[index]!, 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
