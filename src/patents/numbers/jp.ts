/**
 * Japanese numbers. Applications: year and serial, `特願2007-550210`, before 2000 with the year of the era,
 * `特願平7-123456`; utility models `実願`. DOCDB: ten digits from 2000, serial and two-digit year before. EPODOC [M]:
 * year, 0, six-digit serial, U for utility models. Publications: `2008123456` A, `H0812345` A before 2000, seven
 * digits for patents. The last week of Showa (64) is read as Heisei 1.
 * Worked: JP 35736199 A = JP19990357361 = 特願平11-357361.
 */
import { type NumberForm, type OfficeForms, type Reading, sameForm } from './number.ts';

const ERAS: Record<string, number> = { S: 1925, 昭: 1925, H: 1988, 平: 1988 };
const HEISEI_FROM = 1989;
const LONG_FROM = 2000;
/** Serials from here are translations of international applications, 特表. */
const TRANSLATIONS_FROM = 500_000;

function eraYear(year: number): string {
  return year >= HEISEI_FROM ? `平${year - 1988}` : `昭${year - 1925}`;
}

function reading(year: string, serial: string, kind: string): Reading {
  return { number: year + serial.padStart(6, '0'), kind };
}

const docdb: NumberForm = {
  read(core, kind) {
    const long = /^(20\d\d)(\d{6})$/.exec(core);
    if (long) return reading(long[1]!, long[2]!, kind ?? 'A');
    const short = /^([1-9]\d{0,5})(\d\d)$/.exec(core);
    return short && Number(short[2]) >= 26 ? reading(`19${short[2]}`, short[1]!, kind ?? 'A') : null;
  },
  print({ number }) {
    if (Number(number.slice(0, 4)) >= LONG_FROM) return number;
    return `${Number(number.slice(4))}${number.slice(2, 4)}`;
  },
};

const epodoc: NumberForm = {
  read(core) {
    const parts = /^((?:19|20)\d\d)0(\d{6})(U?)$/.exec(core);
    return parts && reading(parts[1]!, parts[2]!, parts[3] || 'A');
  },
  print: ({ number, kind }) => `${number.slice(0, 4)}0${number.slice(4)}${kind === 'U' ? 'U' : ''}`,
};

const original: NumberForm = {
  read(core) {
    const parts = /^(特願|実願)?(?:([SH昭平])(\d{1,2})|((?:19|20)\d\d))-?(\d{1,6})$/.exec(core);
    if (!parts) return null;
    const year = parts[4] ?? String(ERAS[parts[2]!]! + Number(parts[3]));
    return reading(year, parts[5]!, parts[1] === '実願' ? 'U' : 'A');
  },
  print({ number, kind }) {
    const year = Number(number.slice(0, 4));
    const written = year >= LONG_FROM ? String(year) : eraYear(year);
    const serial = year >= LONG_FROM ? number.slice(4) : String(Number(number.slice(4)));
    return `${kind === 'U' ? '実願' : '特願'}${written}-${serial}`;
  },
};

const publication = sameForm(/^(?:20\d{8}|[SH]\d{2}\d{1,6}|[1-9]\d{5,6})$/);

const original_publication: NumberForm = {
  read(core) {
    const patent = /^(?:特許)?第?([1-9]\d{6})号?$/.exec(core);
    if (patent) return { number: patent[1]! };
    const parts = /^(?:特開|特表)?(?:([SH昭平])(\d{1,2})|(20\d\d))-(\d{1,6})$/.exec(core);
    if (!parts) return null;
    if (parts[3] !== undefined) return { number: parts[3] + parts[4]!.padStart(6, '0'), kind: 'A' };
    const era = ERAS[parts[1]!] === ERAS.S ? 'S' : 'H';
    return { number: `${era}${parts[2]!.padStart(2, '0')}${parts[4]}`, kind: 'A' };
  },
  print({ number }) {
    if (/^\d{7}$/.test(number)) return `特許第${number}号`;
    const parts = /^(20\d\d|[SH]\d\d)(\d{1,6})$/.exec(number);
    if (!parts) return null;
    const year = parts[1]!
      .replace('S', '昭')
      .replace('H', '平')
      .replace(/(?<=[昭平])0/, '');
    const name = Number(parts[2]) >= TRANSLATIONS_FROM ? '特表' : '特開';
    return `${name}${year}-${parts[2]}`;
  },
};

export const JP: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: {
    docdb: publication,
    epodoc: publication,
    original: original_publication,
    google: publication,
  },
};
