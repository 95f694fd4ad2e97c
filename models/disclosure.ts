/**
 * Counts of what belongs to somebody, told so that nobody is told apart.
 *
 * Formula: null below MIN_CELL_PARTIES distinct parties; else the count rounded down to a multiple of ROUNDED_TO, so that the
 * difference of two told sums does not tell a small one. Source: the usual rules of official statistics (minimum frequency
 * and fixed-base rounding). Domain: whole numbers from 0. Errors: RangeError for others.
 * Worked: 23 of 6 parties is told as 20; 23 of 4 parties is not told.
 */
export const MIN_CELL_PARTIES = 5;
export const ROUNDED_TO = 5;

export function disclosed(count: number, parties: number): number | null {
  if (![count, parties].every((each) => Number.isSafeInteger(each) && each >= 0))
    throw new RangeError(`${count} of ${parties} parties: give whole numbers from 0`);
  return parties < MIN_CELL_PARTIES ? null : count - (count % ROUNDED_TO);
}
