/**
 * International numbers. Applications: `PCT/AU2014/001067`, `PCT/US03/27415` before 2004; DOCDB writes them under the
 * receiving office, `AU 2014001067 W` and `US 0327415 W`, and EPODOC [M] `WO2014AU01067`. The `core` of the first and
 * of Google's starts with the receiving office here. Publications: two-digit year and five digits until June 2002,
 * six until 2003, four-digit year and six digits since; other writers fill all to ten digits.
 * Worked: WO 2002/054790 = WO 02054790 A2; the first number of six digits is taken as 02/050000 [M].
 */
import { type NumberForm, type OfficeForms, type Reading, yearFrom1978 } from './number.ts';

const LONG_FROM = 2004;
const SIX_DIGITS_FROM = '2002050000';

function application(country: string, year: number, serial: string): Reading {
  return { number: `PCT/${country}${year}/${serial.padStart(6, '0')}`, kind: 'W' };
}

function partsOf(number: string): { country: string; year: number; serial: string } {
  return { country: number.slice(4, 6), year: Number(number.slice(6, 10)), serial: number.slice(11) };
}

/** Serial with as few digits as the form has; a longer one keeps all of its own. */
function atLeast(digits: number, serial: string): string {
  return String(Number(serial)).padStart(digits, '0');
}

const docdb: NumberForm = {
  read(core) {
    const long = /^([A-Z]{2})(20\d\d)0?(\d{6})$/.exec(core);
    if (long && Number(long[2]) >= LONG_FROM) return application(long[1]!, Number(long[2]), long[3]!);
    const short = /^([A-Z]{2})(\d\d)(\d{5})$/.exec(core);
    return short && application(short[1]!, yearFrom1978(short[2]!), short[3]!);
  },
  print({ number }) {
    const { country, year, serial } = partsOf(number);
    if (year >= LONG_FROM) return `${country}${year}${serial}`;
    return Number(serial) > 99_999 ? null : `${country}${String(year).slice(2)}${serial.slice(1)}`;
  },
};

const epodoc: NumberForm = {
  read(core) {
    const parts = /^((?:19|20)\d\d)([A-Z]{2})(\d{5,6})$/.exec(core);
    return parts && application(parts[2]!, Number(parts[1]), parts[3]!);
  },
  print({ number }) {
    const { country, year, serial } = partsOf(number);
    return `${year}${country}${atLeast(5, serial)}`;
  },
};

const original: NumberForm = {
  read(core) {
    const parts = /^PCT\/([A-Z]{2})(\d{4}|\d{2})\/(\d{5,6})$/.exec(core);
    if (!parts) return null;
    const year = parts[2]!.length === 2 ? yearFrom1978(parts[2]!) : Number(parts[2]);
    return application(parts[1]!, year, parts[3]!);
  },
  print({ number }) {
    const { country, year, serial } = partsOf(number);
    if (year >= LONG_FROM) return number;
    return `PCT/${country}${String(year).slice(2)}/${atLeast(5, serial)}`;
  },
};

/** From the ten digits that tell all to DOCDB's number. */
function publicationNumber(year: number, serial: string): string {
  const long = `${year}${serial.padStart(6, '0')}`;
  if (year >= LONG_FROM) return long;
  return long >= SIX_DIGITS_FROM ? long.slice(2) : long.slice(2, 4) + long.slice(5);
}

const publication: NumberForm = {
  read(core) {
    const parts = /^((?:19|20)\d\d)\/?(\d{6})$/.exec(core) ?? /^(\d\d)\/?(\d{5,6})$/.exec(core);
    if (!parts) return null;
    const year = parts[1]!.length === 2 ? yearFrom1978(parts[1]!) : Number(parts[1]);
    const fits = year < 2002 ? Number(parts[2]) <= 99_999 : true;
    return fits ? { number: publicationNumber(year, parts[2]!) } : null;
  },
  print: ({ number }) => number,
};

const original_publication: NumberForm = {
  read: publication.read,
  print: ({ number }) => number.replace(/^(\d{4}(?=\d{6}$)|\d\d)/, '$1/'),
};

export const WO: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: {
    docdb: publication,
    epodoc: publication,
    original: original_publication,
    google: publication,
  },
};
