/** Global Trade Item Numbers, of 8, 12, 13 or 14 digits, of which the last is a check digit (GS1 General Specifications, 7.9). */
const LENGTHS = [8, 12, 13, 14];
const LONGEST = 14;

/** @returns its 14 digits, or null for what is none */
export function gtinOf(text: string): string | null {
  const digits = text.replaceAll(/[\s-]/g, '');
  if (!/^\d+$/.test(digits) || !LENGTHS.includes(digits.length)) return null;
  const whole = digits.padStart(LONGEST, '0');
  const sum = [...whole].reduce(
    (total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 3 : 1),
    0,
  );
  return sum % 10 === 0 && Number(whole) > 0 ? whole : null;
}
