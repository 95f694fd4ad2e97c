/**
 * Draws from the common distributions, each from one uniform number.
 *
 * Inverse transform: x = F^-1(u). The seeded generator gives multiples of 2^-32 from 0 on; half a step is added where u
 * may be neither 0 nor 1, so that a normal draw is never infinite.
 * Source: Devroye 1986, ch. 2 [M]. Units: those of the arguments. Domain: first <= last, share from 0 to 1. Errors: none.
 * Worked: a generator that gives .5: wholeNumber(1, 5) is 3, chance(.6) true, the normal draw 2.9e-10.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';

/** Uniform numbers in [0, 1), such as those of mulberry32. */
export type Random = () => number;

const HALF_STEP = 2 ** -33;

/** Between 0 and 1, never either. */
export function uniform(random: Random): number {
  return random() + HALF_STEP;
}

export function standardNormal(random: Random): number {
  return normalQuantile(uniform(random), 0, 1);
}

/** Whole number from `first` to `last`, each as likely. */
export function wholeNumber(first: number, last: number, random: Random): number {
  return first + Math.floor(random() * (last - first + 1));
}

/** Whether something came to pass that does so with chance `share`. */
export function chance(share: number, random: Random): boolean {
  return random() < share;
}
