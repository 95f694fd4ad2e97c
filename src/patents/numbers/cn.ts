/**
 * Chinese numbers. Applications: `YYTNNNNN.C` until 2003, `YYYYTNNNNNNN.C` since; DOCDB without check digit; EPODOC
 * [M] with four-digit year, type digit and serial of at least six digits. Publications: seven digits, nine since 2007.
 * Worked: CN 201710117081 A = CN20171117081 = 201710117081.7.
 */
import { withCheckDigit } from '../sources/cnipa/application-number.ts';
import { type NumberForm, type OfficeForms, type Reading, requireCheckDigit, sameForms } from './number.ts';

/** Year from which numbers have twelve digits, during which both forms were given. */
const TWELVE_DIGITS_FROM = 2003;
const KINDS: Record<string, string> = { 1: 'A', 2: 'U', 3: 'S', 8: 'A', 9: 'U' };

function reading(digits: string): Reading | null {
  const kind = KINDS[digits[digits.length === 12 ? 4 : 2]!];
  return kind === undefined ? null : { number: withCheckDigit(digits), kind };
}

const docdb: NumberForm = {
  read: (core) => (/^(\d{8}|\d{12})$/.test(core) ? reading(core) : null),
  print: ({ number }) => number.slice(0, -2),
};

/** The year 2003 has numbers of both lengths, and this form tells them by nothing: it is read from 2004 on or before. */
const epodoc: NumberForm = {
  read(core) {
    const parts = /^(\d{4})([12389])(\d{6,7})$/.exec(core);
    if (!parts || (parts[3]!.length === 7 && parts[3]!.startsWith('0'))) return null;
    const [year, type, serial] = [parts[1]!, parts[2]!, parts[3]!];
    if (Number(year) === TWELVE_DIGITS_FROM) return null;
    if (Number(year) > TWELVE_DIGITS_FROM) return reading(year + type + serial.padStart(7, '0'));
    return serial.startsWith('0') && serial.length === 6
      ? reading(year.slice(2) + type + serial.slice(1))
      : null;
  },
  print({ number }) {
    const digits = number.slice(0, -2);
    if (digits.length === 12) {
      if (Number(digits.slice(0, 4)) <= TWELVE_DIGITS_FROM) return null;
      return digits.slice(0, 5) + String(Number(digits.slice(5))).padStart(6, '0');
    }
    const century = Number(digits.slice(0, 2)) >= 85 ? '19' : '20';
    if (century + digits.slice(0, 2) === String(TWELVE_DIGITS_FROM)) return null;
    return `${century}${digits.slice(0, 3)}0${digits.slice(3)}`;
  },
};

const original: NumberForm = {
  read(core) {
    const parts = /^(\d{12}|\d{8})(?:\.?([\dX]))?$/.exec(core);
    const found = parts && reading(parts[1]!);
    if (found) requireCheckDigit(parts[2], found.number.at(-1)!, parts[1]!);
    return found;
  },
  print: ({ number }) => number,
};

export const CN: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: sameForms(/^(?:[1-9]\d{6}|[1-9]\d{8}|8[5-9]\d{6,7})$/),
};
