/**
 * The triangular distribution: least, most likely and greatest, as an expert states them.
 *
 *   quantile(p) = a + sqrt(p (b - a)(m - a)) for p <= (m - a) / (b - a), else b - sqrt((1 - p)(b - a)(b - m))
 *   mean = (a + m + b) / 3
 *
 * Source: algebra. Units: those of its ends. Domain: a <= m <= b, a < b, 0 <= p <= 1. Errors: not_finite, out_of_range,
 * not_ordered. Worked: (.02, .04, .06) has the quantiles .03414214 at .25, .04 at .5 and mean .04.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../../failure.ts';

export interface Triangular {
  least: number;
  likeliest: number;
  greatest: number;
}

/** @throws FormulaFailure `not_finite` or `not_ordered` */
export function requireTriangular(name: string, { least, likeliest, greatest }: Triangular): void {
  for (const value of [least, likeliest, greatest]) requireFinite(name, value);
  if (least <= likeliest && likeliest <= greatest && least < greatest) return;
  throw new FormulaFailure(
    'not_ordered',
    `${name} is ${least}, ${likeliest}, ${greatest}; give least, likeliest and greatest in rising order.`,
  );
}

export function triangularQuantile(p: number, distribution: Triangular): number {
  requireBetween('p', p, 0, 1);
  requireTriangular('triangular', distribution);
  const { least, likeliest, greatest } = distribution;
  const width = greatest - least;
  const below = likeliest - least;
  return p * width <= below
    ? least + Math.sqrt(p * width * below)
    : greatest - Math.sqrt((1 - p) * width * (greatest - likeliest));
}

export function triangularMean(distribution: Triangular): number {
  requireTriangular('triangular', distribution);
  return (distribution.least + distribution.likeliest + distribution.greatest) / 3;
}
