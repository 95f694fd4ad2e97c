/**
 * United States numbers. An application has a series code and a six-digit serial, `13/167,395`. DOCDB writes it
 * `201113167395` (year, series, serial) from series 13 on, and provisionals and designs from 2011 on; before, serial
 * with two-digit year, without series. A few have the other form all the same, and read as well. EPODOC [M] has
 * year, 0 and serial in place of the latter, and a suffix P for provisionals and F for designs.
 *
 * The series follows from year and serial by the office's list of first years [M]: in the year of a change the
 * serials of the old series are high, those of the new one low.
 * Worked: US 87124404 A -> 2004, serial 871244, series 10 -> 10/871,244.
 */
import type { NumberForm, NumberForms, OfficeForms, PatentNumber, Reading } from './number.ts';

const LONG_FROM_SERIES = '13';
const LONG_FROM = 2011;
/** Series by the year of their first application. */
const FIRST_YEARS: Record<'A' | 'P' | 'F', readonly [year: number, series: string][]> = {
  A: [
    [1935, '02'],
    [1948, '03'],
    [1960, '04'],
    [1970, '05'],
    [1979, '06'],
    [1987, '07'],
    [1993, '08'],
    [1997, '09'],
    [2001, '10'],
    [2004, '11'],
    [2007, '12'],
    [2011, '13'],
  ],
  P: [
    [1995, '60'],
    [2007, '61'],
  ],
  F: [[1992, '29']],
};

/** @returns null before the first series that this knows */
function seriesOf(kind: string, year: number, serial: string): string | null {
  const list = FIRST_YEARS[kind as 'A' | 'P' | 'F'] ?? [];
  const at = list.findLastIndex(([first]) => first <= year);
  const changing = list[at]?.[0] === year && Number(serial) >= 500_000;
  return list[changing ? at - 1 : at]?.[1] ?? null;
}

function kindOfSeries(series: string): string {
  if (series >= '60' && series <= '63') return 'P';
  return series === '29' ? 'F' : 'A';
}

function longReading(core: string): Reading | null {
  const parts = /^((?:19|20)\d\d)(\d{2})(\d{6})$/.exec(core);
  if (!parts) return null;
  return { number: parts[2]! + parts[3]!, kind: kindOfSeries(parts[2]!), year: Number(parts[1]) };
}

function shortReading(year: number, serial: string, kind: string): Reading | null {
  const series = seriesOf(kind, year, serial);
  return series === null ? null : { number: series + serial, kind, year };
}

function isLong({ number, year }: PatentNumber): boolean {
  if (year === null) return false;
  const series = number.slice(0, 2);
  return kindOfSeries(series) === 'A' ? series >= LONG_FROM_SERIES : year >= LONG_FROM;
}

/** A number whose series does not follow from year and serial has no short form. */
function shortParts({ number, year }: PatentNumber): { year: number; serial: string } | null {
  const [series, serial] = [number.slice(0, 2), number.slice(2)];
  if (year === null || seriesOf(kindOfSeries(series), year, serial) !== series) return null;
  return { year, serial };
}

const docdb: NumberForm = {
  read(core, kind) {
    const parts = /^(\d{1,6})(\d\d)$/.exec(core);
    if (!parts) return longReading(core);
    const two = Number(parts[2]);
    return shortReading(two >= 30 ? 1900 + two : 2000 + two, parts[1]!.padStart(6, '0'), kind ?? 'A');
  },
  print(number) {
    if (isLong(number)) return `${number.year}${number.number}`;
    const parts = shortParts(number);
    return parts && `${Number(parts.serial)}${String(parts.year).slice(2)}`;
  },
};

const epodoc: NumberForm = {
  read(core) {
    const parts = /^((?:19|20)\d\d)0(\d{6})([PF]?)$/.exec(core);
    return parts
      ? shortReading(Number(parts[1]), parts[2]!, parts[3] || 'A')
      : longReading(core.replace(/[PF]$/, ''));
  },
  print(number) {
    const kind = kindOfSeries(number.number.slice(0, 2));
    const suffix = kind === 'A' ? '' : kind;
    if (isLong(number)) return `${number.year}${number.number}${suffix}`;
    const parts = shortParts(number);
    return parts && `${parts.year}0${parts.serial}${suffix}`;
  },
};

const original: NumberForm = {
  read(core) {
    const parts = /^(\d{2})\/?(\d{3}),?(\d{3})$/.exec(core);
    return parts && { number: parts[1]! + parts[2]! + parts[3]!, kind: kindOfSeries(parts[1]!) };
  },
  print: ({ number }) => `${number.slice(0, 2)}/${number.slice(2, 5)},${number.slice(5)}`,
};

const PUBLICATION = /^(?:20\d{8}|[1-9]\d{0,7}|(?:RE|PP|D|H|T)[1-9]\d{0,6})$/;

/**
 * DOCDB drops the first 0 of the serial of a published application: 2012/0057518 is 2012057518. Kind A ended with
 * 2000, before patents had eight digits.
 */
const publication: NumberForm = {
  read(core, kind) {
    if (kind === 'A' && /^\d{8,}$/.test(core)) return null;
    const long = /^(20\d\d)\/?0(\d{6})$/.exec(core);
    const plain = long
      ? long[1]! + long[2]!
      : core.replaceAll(',', '').replace(/^0*(RE|PP|D|H|T|)0*(?=\d)/, '$1');
    return PUBLICATION.test(plain) ? { number: plain } : null;
  },
  print: ({ number }) => number,
};

/** The office groups digits by three and keeps the whole serial of a published application. */
const original_publication: NumberForm = {
  read: publication.read,
  print({ number }) {
    if (/^20\d{8}$/.test(number)) return `${number.slice(0, 4)}/0${number.slice(4)}`;
    return number.replace(/\d(?=(?:\d{3})+$)/g, '$&,');
  },
};

const publications: NumberForms = {
  docdb: publication,
  epodoc: publication,
  original: original_publication,
  google: publication,
};

export const US: OfficeForms = {
  application: { docdb, epodoc, original, google: docdb },
  publication: publications,
};

/** The 13 characters of the maintenance fee file: `0000004593999`, `000000RE35000`. */
export const maintenanceFeeNumber: NumberForm = {
  read: (core, kind) => (core.length === 13 ? publication.read(core, kind) : null),
  print({ number }) {
    const [, letters = '', digits = ''] = /^([A-Z]*)(\d+)$/.exec(number) ?? [];
    if (!PUBLICATION.test(number) || number.length > 8) return null;
    const filled = letters === '' ? digits : letters + digits.padStart(7 - letters.length, '0');
    return filled.padStart(13, '0');
  },
};
