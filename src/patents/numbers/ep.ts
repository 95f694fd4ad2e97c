/**
 * European numbers. Applications: two-digit year, six-digit serial, check digit `10167109.7`; DOCDB without the check
 * digit; EPODOC with the whole year and a zero before the serial. Publications: up to seven digits, which Google
 * pads with zeros [M].
 * Worked: EP 10167109 A = EP20100167109 = 10167109.7.
 */
import { luhnCheckDigit } from './check-digits.ts';
import { type NumberForm, type OfficeForms, requireCheckDigit, sameForm, yearFrom1978 } from './number.ts';

const docdb = sameForm(/^\d{8}$/);

const epodoc: NumberForm = {
  read(core) {
    const parts = /^(\d{4})0(\d{6})$/.exec(core);
    const number = parts && parts[1]!.slice(2) + parts[2]!;
    return number && yearFrom1978(number.slice(0, 2)) === Number(parts[1]) ? { number, kind: 'A' } : null;
  },
  print: ({ number }) => `${yearFrom1978(number.slice(0, 2))}0${number.slice(2)}`,
};

const original: NumberForm = {
  read(core) {
    const parts = /^(\d{8})(?:\.(\d))?$/.exec(core);
    if (!parts) return null;
    requireCheckDigit(parts[2], luhnCheckDigit(parts[1]!), parts[1]!);
    return { number: parts[1]!, kind: 'A' };
  },
  print: ({ number }) => `${number}.${luhnCheckDigit(number)}`,
};

const publication: NumberForm = {
  read: (core) => (/^\d{1,7}$/.test(core) ? { number: String(Number(core)) } : null),
  print: ({ number }) => number,
};

export const EP: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: {
    docdb: publication,
    epodoc: publication,
    original: publication,
    google: { read: publication.read, print: ({ number }) => number.padStart(7, '0') },
  },
};
