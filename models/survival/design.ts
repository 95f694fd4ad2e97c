/**
 * The rows (1, x_i) of a regression, and the sums over them that its likelihood needs: X b, X'w, X' diag(w) X.
 *
 * Rows lie one after another in one typed array; sums run in the order of the rows.
 * Domain: finite covariates, as many in every row, none of them constant (the leading 1 is the constant).
 * Errors: `empty_sample`, `length_mismatch`, `not_finite`, `singular` (a constant covariate).
 * Cost: n p values, n p^2 operations a cross product.
 * Worked: x = 2, 5: X'X = [[2, 7], [7, 29]].
 */
import type { Matrix } from 'ml-matrix';
import { FormulaFailure } from '../failure.ts';
import { symmetric } from './linear-algebra.ts';

export interface Design {
  rows: Float64Array;
  count: number;
  /** Values a row, the leading 1 included. */
  width: number;
}

/** A covariate that varies by less than this share of its size is a constant written with rounding errors. */
const LEAST_RELATIVE_SPREAD = 1e-10;

/** @throws FormulaFailure as the header says; `count` is the number of outcomes. */
export function designOf(covariates: readonly (readonly number[])[], count: number): Design {
  requireRows(covariates, count);
  const width = 1 + covariates[0]!.length;
  const rows = new Float64Array(count * width);
  for (const [index, values] of covariates.entries()) {
    rows[index * width] = 1;
    rows.set(values, index * width + 1);
  }
  const design = { rows, count, width };
  for (let column = 1; column < width; column++) requireVariation(design, column);
  return design;
}

/** The same rows with each covariate less its mean, and the means. */
export function centred({ rows, count, width }: Design): { design: Design; means: number[] } {
  const sums = weightedSum({ rows, count, width }, new Float64Array(count).fill(1));
  const means = sums.slice(1).map((sum) => sum / count);
  const moved = rows.map((value, index) => (index % width === 0 ? 1 : value - means[(index % width) - 1]!));
  return { design: { rows: moved, count, width }, means };
}

/** X b */
export function linearPredictors(
  { rows, count, width }: Design,
  coefficients: readonly number[],
): Float64Array {
  const predictors = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += rows[i * width + j]! * coefficients[j]!;
    predictors[i] = sum;
  }
  return predictors;
}

/** X'w */
export function weightedSum({ rows, count, width }: Design, weights: Float64Array): number[] {
  const sums = Array<number>(width).fill(0);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) sums[j]! += rows[i * width + j]! * weights[i]!;
  }
  return sums;
}

/** X' diag(w) X */
export function weightedCross({ rows, count, width }: Design, weights: Float64Array): Matrix {
  const sums = new Float64Array(width * width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) {
      const weighted = weights[i]! * rows[i * width + j]!;
      for (let k = 0; k <= j; k++) sums[j * width + k]! += weighted * rows[i * width + k]!;
    }
  }
  return symmetric(width, (row, column) => sums[row * width + column]!);
}

/** @throws FormulaFailure `empty_sample`, `length_mismatch` or `not_finite`; `count` is the number of outcomes */
export function requireRows(covariates: readonly (readonly number[])[], count: number): void {
  if (count === 0) throw new FormulaFailure('empty_sample', 'There are 0 outcomes; give at least one.');
  if (covariates.length !== count) {
    throw new FormulaFailure(
      'length_mismatch',
      `There are ${covariates.length} covariate rows for ${count} outcomes; give one row each.`,
    );
  }
  for (const [index, values] of covariates.entries()) requireRow(values, index, covariates[0]!.length);
}

/** The covariates of one subject. @throws FormulaFailure `length_mismatch` or `not_finite` */
export function requireRow(values: readonly number[], index: number, width: number): void {
  if (values.length !== width) {
    throw new FormulaFailure(
      'length_mismatch',
      `Row ${index} has ${values.length} covariates where ${width} are due; give as many in every row.`,
    );
  }
  const column = values.findIndex((value) => !Number.isFinite(value));
  if (column >= 0) {
    throw new FormulaFailure(
      'not_finite',
      `covariate ${column} of row ${index} is ${values[column]}; give a finite number or leave the row out.`,
    );
  }
}

function requireVariation({ rows, count, width }: Design, column: number): void {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    least = Math.min(least, rows[i * width + column]!);
    most = Math.max(most, rows[i * width + column]!);
  }
  if (most - least > LEAST_RELATIVE_SPREAD * Math.max(Math.abs(least), Math.abs(most))) return;
  throw new FormulaFailure(
    'singular',
    `covariate ${column - 1} is ${least} in every row that counts; leave it out.`,
  );
}
