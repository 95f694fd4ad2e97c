/**
 * The little linear algebra that the fits share: dot product, symmetric matrix, inverse of a covariance.
 *
 * The inverse scales the matrix to a unit diagonal first, so that units of covariates decide nothing, then factors
 * it (Cholesky). A squared pivot is the share of one diagonal element that the others leave over.
 * Domain: symmetric matrices. Errors: none; `inverse` gives null where the matrix is not positive definite.
 * Worked: [[2, 1], [1, 2]] has inverse [[2/3, -1/3], [-1/3, 2/3]]; [[1, 1], [1, 1]] has none.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** A smaller squared pivot is rounding. */
const LEAST_PIVOT = 1e-12;

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** Symmetric matrix from its lower triangle. */
export function symmetric(size: number, lower: (row: number, column: number) => number): Matrix {
  const matrix = new Matrix(size, size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      matrix.set(row, column, lower(row, column));
      matrix.set(column, row, lower(row, column));
    }
  }
  return matrix;
}

/** Inverse of a positive definite matrix; null where it is singular to within LEAST_PIVOT. */
export function inverse(matrix: Matrix): Matrix | null {
  const size = matrix.rows;
  const scale = matrix.diagonal().map(Math.sqrt);
  if (!scale.every((value) => value > 0 && Number.isFinite(value))) return null;
  const scaled = symmetric(size, (row, column) => matrix.get(row, column) / (scale[row]! * scale[column]!));
  const factor = new CholeskyDecomposition(scaled);
  const pivots = factor.lowerTriangularMatrix.diagonal();
  if (!pivots.every((pivot) => pivot ** 2 > LEAST_PIVOT)) return null;
  const solved = factor.solve(Matrix.eye(size));
  return symmetric(size, (row, column) => solved.get(row, column) / (scale[row]! * scale[column]!));
}
