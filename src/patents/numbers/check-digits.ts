/**
 * Check digits of application numbers; the Chinese one is in `../sources/cn-application-number.ts`.
 *
 * EP, GB: digits times 1 and 2 in turn, so that the last of EP has 2 and the last of GB too, the digits of the
 * products summed; what lacks to the next ten. DE: digits from the right times 2, 3, 4 and so on, summed; what lacks
 * to the next multiple of eleven, ten written X.
 * Source [M], tried on the priorities of the bundled Chinese file: GB 98 of 98, DE 125 of 126, EP 46 of 47 (the two
 * others are slips of that file); on the file names of the German register 14 of 14.
 * Worked: EP 10167109: 1+0+1+(1+2)+7+2+0+(1+8) = 23, so 7. DE 102010006316:
 * 6*2+1*3+3*4+6*5+1*9+2*11+1*13 = 101 and 9 are 110, so 9.
 */

/** EP (8 digits) and GB (7 digits). */
export function luhnCheckDigit(digits: string): string {
  const products = [...digits].reverse().map((digit, i) => Number(digit) * (i % 2 === 0 ? 2 : 1));
  const sum = products.reduce((total, product) => total + Math.floor(product / 10) + (product % 10), 0);
  return String((10 - (sum % 10)) % 10);
}

/** DE, 7, 8 or 12 digits. */
export function germanCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, i) => total + Number(digit) * (i + 2), 0);
  const lacking = (11 - (sum % 11)) % 11;
  return lacking === 10 ? 'X' : String(lacking);
}
