/**
 * British numbers. Applications: two-digit year, five-digit serial, check digit, `9820012.4`; DOCDB without the check
 * digit, from 2010 with the whole year; EPODOC [M] with the whole year and 00. Numbers of before 1978 are not read.
 * Publications: seven digits from 2000001.
 * Worked: GB 201012056 A = GB20100012056 = 1012056.6.
 */
import { luhnCheckDigit } from './check-digits.ts';
import { type NumberForm, type OfficeForms, requireCheckDigit, sameForms, yearFrom1978 } from './number.ts';

const LONG_FROM = 2010;
/** Two-digit years from 1978 to 2077 less those that numbers of before 1978 would take. */
const LAST_YEAR = 2039;

function reading(number: string, year: number) {
  return year >= 1978 && year <= LAST_YEAR && yearFrom1978(number.slice(0, 2)) === year
    ? { number, kind: 'A' }
    : null;
}

const docdb: NumberForm = {
  read(core) {
    const long = /^(20\d\d)(\d{5})$/.exec(core);
    if (long) return Number(long[1]) >= LONG_FROM ? reading(core.slice(2), Number(long[1])) : null;
    const short = /^\d{7}$/.test(core) ? yearFrom1978(core.slice(0, 2)) : LONG_FROM;
    return short < LONG_FROM ? reading(core, short) : null;
  },
  print({ number }) {
    const year = yearFrom1978(number.slice(0, 2));
    return year >= LONG_FROM ? `${year}${number.slice(2)}` : number;
  },
};

const epodoc: NumberForm = {
  read(core) {
    const parts = /^(\d{4})00(\d{5})$/.exec(core);
    return parts && reading(parts[1]!.slice(2) + parts[2]!, Number(parts[1]));
  },
  print: ({ number }) => `${yearFrom1978(number.slice(0, 2))}00${number.slice(2)}`,
};

const original: NumberForm = {
  read(core) {
    const parts = /^(\d{7})(?:\.(\d))?$/.exec(core);
    const found = parts && reading(parts[1]!, yearFrom1978(parts[1]!.slice(0, 2)));
    if (found) requireCheckDigit(parts[2], luhnCheckDigit(parts[1]!), parts[1]!);
    return found;
  },
  print: ({ number }) => `${number}.${luhnCheckDigit(number)}`,
};

export const GB: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: sameForms(/^[1-9]\d{5,6}$/),
};
