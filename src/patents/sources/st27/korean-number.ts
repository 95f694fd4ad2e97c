/**
 * Korean application numbers: two digits for the type of right, the year, a running number of seven digits.
 * Source: the office's own form; types 10 and 20 from memory [M].
 * Worked: 10-2013-0012345 -> 1020130012345, an invention filed in 2013.
 */
import type { RightType } from '../../../../models/types.ts';
import { shown } from '../fields.ts';
import { RejectedField } from '../record.ts';

const RIGHT_TYPES: Record<string, RightType> = { 10: 'invention', 20: 'utility_model' };
const FIRST_YEAR = 1946;

export interface KoreanApplicationNumber {
  /** Thirteen digits. */
  number: string;
  year: number;
  right_type: RightType;
}

/** @throws {RejectedField} other form, or a type of right that ST.27 does not cover */
export function koreanApplicationNumber(text: string, field: string): KoreanApplicationNumber {
  const parts = /^(\d{2})(-?)(\d{4})\2(\d{7})$/.exec(text);
  if (!parts)
    throw new RejectedField(field, `"${shown(text)}" is not a Korean application number of 13 digits`);
  const [, type = '', , year = '', running = ''] = parts;
  const right_type = RIGHT_TYPES[type];
  if (!right_type)
    throw new RejectedField(field, `type ${type} is neither a patent (10) nor a utility model (20)`);
  if (Number(year) < FIRST_YEAR)
    throw new RejectedField(field, `the year ${year} is before ${FIRST_YEAR}, the first of the office`);
  return { number: `${type}${year}${running}`, year: Number(year), right_type };
}
