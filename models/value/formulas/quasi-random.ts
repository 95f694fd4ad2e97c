/**
 * Quasi-random points: Halton's sequence, rotated by a seed.
 *
 *   x_ij = frac(radical inverse of i in base p_j + shift_j),  i = 1, 2, ...;  p_j the j-th prime
 * The points fill the unit cube evenly, so the error of a mean falls nearly as 1 / n instead of 1 / sqrt(n). The shift
 * (Cranley and Patterson 1976) makes each point uniform, so different seeds tell the error.
 *
 * Source: Halton 1960; rotation: Cranley and Patterson 1976 [M]. Units: none; every coordinate is inside (0, 1).
 * Domain: 1 to 8 dimensions (beyond them the larger bases need too many points), n >= 1, seed of 32 bits.
 * Errors: not_whole, out_of_range.
 * Worked: the radical inverse of 6 in base 2 is .011 binary = 3/8, in base 3 it is .02 ternary = 2/9.
 */
import { mulberry32 } from '../../random.ts';
import { requireWhole } from './domain-checks.ts';

const BASES = [2, 3, 5, 7, 11, 13, 17, 19] as const;

/** The digits of `index` in `base`, mirrored about the point. */
export function radicalInverse(index: number, base: number): number {
  let inverse = 0;
  let place = 1 / base;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    inverse += (rest % base) * place;
    place /= base;
  }
  return inverse;
}

/** `count` points one after another; each array is a point. */
export function quasiRandomPoints(count: number, dimensions: number, seed: number): number[][] {
  requireWhole('count', count, 1);
  requireWhole('dimensions', dimensions, 1, BASES.length);
  requireWhole('seed', seed, 0, 2 ** 32 - 1);
  const random = mulberry32(seed);
  const bases = BASES.slice(0, dimensions);
  const shifts = bases.map(random);
  return Array.from({ length: count }, (_, index) =>
    bases.map((base, dimension) => rotated(radicalInverse(index + 1, base) + shifts[dimension]!)),
  );
}

/** Fraction of a sum of two shares, held off 0, where an inverse distribution is infinite. */
function rotated(sum: number): number {
  return Math.max(sum - Math.floor(sum), Number.EPSILON);
}
