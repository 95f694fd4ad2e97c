/**
 * Whose invention it is: few owners have very many, most have one or two.
 *
 *   P(rank <= r) = log(1 + r / q) / log(1 + K / q), so that P(rank = r) is nearly proportional to 1 / (r + q)
 * Source: Zipf and Mandelbrot 1953 [M]; q = 10 and one owner for three inventions are ours: the largest then has about one
 * invention in a hundred. Units: ranks from 1. Domain: 0 <= u < 1, K >= 1. Errors: none.
 * Worked: K = 1,000, u = .5: rank 91.
 */
const OFFSET = 10;
const INVENTIONS_AN_OWNER = 3;

export function ownerRank(inventions: number, u: number): number {
  const owners = Math.max(1, Math.ceil(inventions / INVENTIONS_AN_OWNER));
  return rankAmong(owners, u);
}

export function rankAmong(owners: number, u: number): number {
  return Math.min(owners, 1 + Math.floor(OFFSET * Math.expm1(u * Math.log1p(owners / OFFSET))));
}
