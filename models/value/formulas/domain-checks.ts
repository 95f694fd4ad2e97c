/**
 * The domain checks that the formulas of this folder share, beside those of failure.ts.
 *
 * Worked: requirePositive('years', 0) throws out_of_range.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../../failure.ts';

/** @throws FormulaFailure `not_finite` or `out_of_range` */
export function requirePositive(name: string, value: number): number {
  requireFinite(name, value);
  if (value <= 0) throw new FormulaFailure('out_of_range', `${name} is ${value}; give a number above 0.`);
  return value;
}

/** @throws FormulaFailure `not_finite` or `out_of_range`; 0 belongs to the range */
export function requireNotNegative(name: string, value: number): number {
  requireFinite(name, value);
  if (value < 0) throw new FormulaFailure('out_of_range', `${name} is ${value}; give 0 or more.`);
  return value;
}

/** @throws FormulaFailure `not_whole` or `out_of_range`; both ends belong to the range */
export function requireWhole(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (!Number.isSafeInteger(value))
    throw new FormulaFailure('not_whole', `${name} is ${value}; give a whole number.`);
  return requireBetween(name, value, least, most);
}
