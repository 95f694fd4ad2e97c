/**
 * Korean numbers: type (10 patent, 20 utility model), year and seven-digit serial, `10-2013-0012345`; DOCDB and
 * EPODOC without the type, which the kind tells there (EPODOC [M]: suffix U). Registrations: type and seven digits,
 * `10-1234567`. An application and its publication have the same shape, so a hint must tell them apart.
 * Worked: KR 20130012345 A = KR20130012345 = 10-2013-0012345.
 */
import { type NumberForm, type OfficeForms, type PatentNumber, sameForm } from './number.ts';

const TYPES: Record<string, string> = { A: '10', U: '20' };

function typed(core: string, kind: string): { number: string; kind: string } | null {
  const type = TYPES[kind];
  return type === undefined || !/^(?:19|20)\d{9}$/.test(core) ? null : { number: type + core, kind };
}

function kindOf(number: string): string {
  return number.startsWith('20') ? 'U' : 'A';
}

const docdb: NumberForm = {
  read: (core, kind) => typed(core, kind ?? 'A'),
  print: ({ number }) => number.slice(2),
};

const epodoc: NumberForm = {
  read: (core) => (core.endsWith('U') ? typed(core.slice(0, -1), 'U') : typed(core, 'A')),
  print: ({ number }) => `${number.slice(2)}${kindOf(number) === 'U' ? 'U' : ''}`,
};

const original: NumberForm = {
  read(core) {
    const parts = /^([12]0)-?((?:19|20)\d\d)-?(\d{7})$/.exec(core);
    return parts && { number: parts[1]! + parts[2]! + parts[3]!, kind: kindOf(parts[1]!) };
  },
  print: ({ number }) => `${number.slice(0, 2)}-${number.slice(2, 6)}-${number.slice(6)}`,
};

const publication = sameForm(/^(?:(?:19|20)\d{9}|[12]0\d{7})$/);

const original_publication: NumberForm = {
  read(core) {
    const registered = /^([12]0)-?(\d{7})$/.exec(core);
    if (registered) return { number: registered[1]! + registered[2]! };
    const parts = /^([12]0)-?((?:19|20)\d\d)-?(\d{7})$/.exec(core);
    return parts && { number: parts[2]! + parts[3]!, kind: kindOf(parts[1]!) };
  },
  print({ number, kind }: PatentNumber) {
    if (number.length === 9) return `${number.slice(0, 2)}-${number.slice(2)}`;
    const type = TYPES[kind?.[0] ?? ''];
    return type === undefined ? null : `${type}-${number.slice(0, 4)}-${number.slice(4)}`;
  },
};

export const KR: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: {
    docdb: publication,
    epodoc: publication,
    original: original_publication,
    google: publication,
  },
};
