/**
 * Unified Social Credit Code of a Chinese legal person: 18 characters of 31, the last a check.
 *
 * Formula: check = (31 - sum of value(c_i) * 3^(i-1) mod 31, i = 1..17) mod 31, value = place in the alphabet, which has no
 * I, O, S, V, Z. Source: GB 32100-2015. Domain: text. Errors: none; what is no code is not valid.
 * Worked: 91350100M000100Y4 ends in 3: 91350100M000100Y43.
 */

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const BODY = /^[0-9A-HJ-NP-RTUW-Y]{17}$/;

/** @param body the first 17 characters */
export function registrationCheck(body: string): string | null {
  if (!BODY.test(body)) return null;
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    sum = (sum + ALPHABET.indexOf(character) * weight) % ALPHABET.length;
    weight = (weight * 3) % ALPHABET.length;
  }
  return ALPHABET[(ALPHABET.length - sum) % ALPHABET.length]!;
}

/** In capitals and without blanks or hyphens, as it is compared. */
export function registrationKey(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '');
}

export function isRegistrationNumber(text: string): boolean {
  return text.length === 18 && registrationCheck(text.slice(0, 17)) === text[17];
}
