/**
 * German numbers. Since 2004 type (10 patent, 20 utility model, 11 and 21 international), year and six-digit serial,
 * `10 2010 006 316.9`; 1995 to 2003 type digit, two-digit year and five digits, `199 18 959.5`; before that patents
 * have the year less 50, `P 43 21 206.9`, and utility models the year, `G 88 03 128.6`. A publication has the number of
 * its application. EPODOC [M]: year, two-digit type and a serial of at least five digits, U for utility models;
 * before 1995 year and the seven digits for patents, year, 00 and serial for utility models.
 * Worked: DE 19918959 A = DE19991018959 = 199 18 959.5.
 */
import { germanCheckDigit } from './check-digits.ts';
import { type NumberForm, type OfficeForms, type Reading, requireCheckDigit, sameForm } from './number.ts';

const NUMBER = /^(?:(?:10|20|11|21)20(?:0[4-9]|[1-9]\d)\d{6}|[12](?:9[5-9]|0[0-4])\d{5}|[2-9]\d{6})$/;
/** Seven digits below this are patents of the years 1970 to 1994, those above utility models. */
const UTILITY_MODELS_FROM = '4500000';

function kindOf(number: string): string {
  const utility = number.length === 7 ? number >= UTILITY_MODELS_FROM : number.startsWith('2');
  return utility ? 'U' : 'A';
}

function reading(number: string): Reading | null {
  return NUMBER.test(number) ? { number, kind: kindOf(number) } : null;
}

const docdb = { read: reading, print: sameForm(NUMBER).print };

function fullYear(two_digits: string): string {
  return (Number(two_digits) >= 68 ? '19' : '20') + two_digits;
}

const epodoc: NumberForm = {
  read(core) {
    const parts = /^((?:19|20)\d\d)(\d{7,8})U?$/.exec(core);
    if (!parts) return null;
    const [year, rest] = [parts[1]!, parts[2]!];
    const found = reading(fromEpodoc(year, rest));
    return found && printEpodoc(found.number) === core ? found : null;
  },
  print: ({ number }) => printEpodoc(number),
};

function printEpodoc(number: string): string {
  const suffix = kindOf(number) === 'U' ? 'U' : '';
  if (number.length === 12)
    return (
      number.slice(2, 6) + number.slice(0, 2) + String(Number(number.slice(6))).padStart(5, '0') + suffix
    );
  if (number.length === 8) return `${fullYear(number.slice(1, 3))}${number[0]}0${number.slice(3)}${suffix}`;
  if (suffix === '') return `19${Number(number.slice(0, 2)) + 50}${number}`;
  return `19${number.slice(0, 2)}00${number.slice(2)}U`;
}

function fromEpodoc(year: string, rest: string): string {
  if (Number(year) >= 2004) return rest.slice(0, 2) + year + rest.slice(2).padStart(6, '0');
  if (Number(year) >= 1995) return rest[0]! + year.slice(2) + rest.slice(2);
  return rest.startsWith('00') ? year.slice(2) + rest.slice(2) : rest;
}

const original: NumberForm = {
  read(core) {
    const parts = /^[PG]?(\d{7,8}|\d{12})(?:\.([\dX]))?$/.exec(core);
    const found = parts && reading(parts[1]!);
    if (found) requireCheckDigit(parts[2], germanCheckDigit(parts[1]!), parts[1]!);
    return found;
  },
  print({ number }) {
    const check = germanCheckDigit(number);
    if (number.length === 12)
      return `${number.replace(/^(\d\d)(\d{4})(\d{3})(\d{3})$/, '$1 $2 $3 $4')}.${check}`;
    if (number.length === 8) return `${number.replace(/^(\d{3})(\d\d)(\d{3})$/, '$1 $2 $3')}.${check}`;
    const letter = kindOf(number) === 'U' ? 'G' : 'P';
    return `${letter} ${number.replace(/^(\d\d)(\d\d)(\d{3})$/, '$1 $2 $3')}.${check}`;
  },
};

/** The first publications, before the present numbers, have up to seven digits. */
const plain = sameForm(/^(?:[1-9]\d{0,7}|(?:10|20|11|21|50|60)(?:19|20)\d{8})$/);
/** Kind A without a digit is an application; publications are A1, B4 and so on. */
const publication: NumberForm = {
  read: (core, kind) => (kind === 'A' ? null : plain.read(core, kind)),
  print: plain.print,
};

export const DE: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: { docdb: publication, epodoc: publication, original: publication, google: publication },
};
