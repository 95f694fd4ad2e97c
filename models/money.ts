/**
 * Money across the boundary: integer minor units outside `models/`, float major units inside.
 *
 * Formula: minor = round half even(major * 10^exponent), taken on the shortest decimal of `major`, so that
 * 1.005 counts as the half that it reads as. Exponents: ISO 4217 list one.
 * Domain: safe integers (|minor| <= 2^53 - 1). Errors: RangeError naming value, rule and remedy.
 * Worked: toMinor(1.005, 'CNY') = 100; toMinor(1.015, 'CNY') = 102; toMinor(1234, 'JPY') = 1234.
 */

const EXPONENT_TWO =
  'AED AUD BRL BYN CAD CHF CNY CZK DKK EUR GBP HKD IDR ILS INR KZT MXN MYR NOK NZD PHP PLN RUB SAR SEK SGD THB TRY TWD USD ZAR';

const EXPONENT: ReadonlyMap<string, number> = new Map([
  ...EXPONENT_TWO.split(' ').map((code) => [code, 2] as const),
  ...['CLP', 'ISK', 'JPY', 'KRW', 'UGX', 'VND'].map((code) => [code, 0] as const),
  ...['BHD', 'JOD', 'KWD', 'OMR', 'TND'].map((code) => [code, 3] as const),
]);

/** Below it a double is within 2^-19 of any decimal that it stands for, and so is its product with a power of ten. */
const MOST_SCALED = 2 ** 33;
const NEAR_HALF = 2 ** -16;

/** Decimal places of the minor unit; RangeError for a code that is not in the table. */
export function currencyExponent(currency: string): number {
  const exponent = EXPONENT.get(currency);
  if (exponent === undefined) {
    throw new RangeError(
      `currency '${currency}' is not known: use one of the ISO 4217 codes in models/money.ts`,
    );
  }
  return exponent;
}

/** Integer minor units of an amount in major units, rounded half to even. */
export function toMinor(major: number, currency: string): number {
  const exponent = currencyExponent(currency);
  const scaled = major * 10 ** exponent;
  if (isFarFromHalf(scaled)) return Math.round(scaled) + 0;
  const [digits, power = '0'] = String(major).split('e');
  const minor = roundHalfEven(Number(`${digits}e${Number(power) + exponent}`));
  requireSafe(minor, `${major} ${currency} in minor units`);
  return minor;
}

/** Major units of integer minor units. */
export function toMajor(minor: number, currency: string): number {
  requireSafe(minor, `minor amount of ${currency}`);
  return minor / 10 ** currencyExponent(currency);
}

/** Exact decimal text with the code first: formatMinor(-105, 'CNY') = 'CNY -1.05'. */
export function formatMinor(minor: number, currency: string): string {
  requireSafe(minor, `minor amount of ${currency}`);
  const exponent = currencyExponent(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = exponent === 0 ? '' : `.${digits.slice(-exponent)}`;
  return `${currency} ${minor < 0 ? '-' : ''}${whole}${fraction}`;
}

/** Far enough that neither the product's own rounding nor the decimal's can cross a half: most amounts are. */
function isFarFromHalf(scaled: number): boolean {
  const beyond = Math.abs(scaled);
  return beyond < MOST_SCALED && Math.abs(beyond - Math.floor(beyond) - 0.5) > NEAR_HALF;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const above = value - floor;
  const up = above > 0.5 || (above === 0.5 && floor % 2 !== 0);
  return (up ? floor + 1 : floor) + 0;
}

function requireSafe(minor: number, what: string): void {
  if (!Number.isSafeInteger(minor)) {
    throw new RangeError(`${what} is ${minor}: an amount must be a whole number of minor units below 2^53`);
  }
}
