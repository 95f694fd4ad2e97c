/**
 * Chinese application numbers: `YYTNNNNN.C` until 2003, `YYYYTNNNNNNN.C` since; T is the type of right, C the check
 * digit. Check digit: digits times the weights 2..9,2..5, summed, modulo 11, 10 written X.
 * Source: CNIPA standard ZC 0006 as remembered; the rule holds for all 2,766 numbers of the bundled file.
 * Worked: 00118464 -> (0*2+0*3+1*4+1*5+8*6+4*7+6*8+4*9) mod 11 = 169 mod 11 = 4 -> 00118464.4.
 */
import type { RightType } from '../../../../models/types.ts';
import { shown } from '../fields.ts';
import { plainCode } from '../plain-text.ts';
import { RejectedField } from '../record.ts';

const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/** Type digit; 8 and 9 are international applications in the Chinese phase. 2, 3 and 9 from memory. */
const RIGHT_TYPES: Record<string, RightType> = {
  1: 'invention',
  2: 'utility_model',
  3: 'design',
  8: 'invention',
  9: 'utility_model',
};

/** Two-digit years: the Chinese office took its first applications in 1985. */
const FIRST_TWO_DIGIT_YEAR = 85;

export interface CnApplicationNumber {
  /** With check digit, as `00118464.4`. */
  number: string;
  /** Year in which the number was given. */
  year: number;
  right_type: RightType;
}

/** @param digits eight or twelve, without check digit, as DOCDB has them */
export function withCheckDigit(digits: string): string {
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * WEIGHTS[i]!, 0);
  return `${digits}.${sum % 11 === 10 ? 'X' : sum % 11}`;
}

/**
 * @param written with check digit, with or without `CN` before and the point
 * @throws {RejectedField} other form, wrong check digit or unknown type of right
 */
export function cnApplicationNumber(written: string, field: string): CnApplicationNumber {
  const text = plainCode(written);
  const digits = /^(?:CN)?(\d{12}|\d{8})\.?([\dX])$/.exec(text)?.[1];
  if (digits === undefined)
    throw new RejectedField(field, `"${shown(text)}" is not a Chinese application number with check digit`);
  const number = withCheckDigit(digits);
  if (number.at(-1) !== text.at(-1))
    throw new RejectedField(
      field,
      `check digit ${text.at(-1)} is wrong, ${digits} has ${number.at(-1)}`,
      'check_digit',
    );
  const year_digits = digits.length === 12 ? 4 : 2;
  const right_type = RIGHT_TYPES[digits[year_digits]!];
  if (!right_type)
    throw new RejectedField(field, `type digit ${digits[year_digits]} stands for no type of right`);
  return { number, year: fullYear(Number(digits.slice(0, year_digits))), right_type };
}

function fullYear(year: number): number {
  if (year > 99) return year;
  return year >= FIRST_TWO_DIGIT_YEAR ? 1900 + year : 2000 + year;
}
