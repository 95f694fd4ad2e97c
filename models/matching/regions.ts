/**
 * Where something is, by code, and how far two places are from each other as administrations go.
 *
 * A country by ISO 3166-1 (`CN`), its subdivision by ISO 3166-2 (`CN-JS`), and in China a prefecture or county by the six
 * digits of GB/T 2260 (`320500`, `320505`), whose first two are the province. What has a patent office of its own is a
 * territory of its own here: `CN-HK`, `CN-MO` and `CN-TW` are read as `HK`, `MO` and `TW`.
 * Distance in steps: 0 the same, the same prefecture, or a subdivision and what is in it; 1 the same subdivision, or a whole
 * country and what is in it; 2 the same country; 3 elsewhere. Errors: FormulaFailure `region_unknown`.
 * Worked: levels of 320505 are CN, CN-JS, 320500, 320505; to CN-ZJ it is 2, to 320100 it is 1, to CN-JS 0.
 */
import { FormulaFailure } from '../failure.ts';
import type { Sentence } from '../sentences.ts';
import { say } from './sentences.ts';

export const FARTHEST = 3;

/** Provinces of GB/T 2260 by their two digits, as ISO 3166-2 has them. */
const PROVINCES: Readonly<Record<string, string>> = Object.fromEntries(
  (
    '11BJ 12TJ 13HE 14SX 15NM 21LN 22JL 23HL 31SH 32JS 33ZJ 34AH 35FJ 36JX 37SD 41HA 42HB 43HN 44GD 45GX 46HI 50CQ 51SC ' +
    '52GZ 53YN 54XZ 61SN 62GS 63QH 64NX 65XJ 71TW 81HK 82MO'
  )
    .split(' ')
    .map((each) => [each.slice(0, 2), `CN-${each.slice(2)}`]),
);
const OWN_OFFICES = ['CN-HK', 'CN-MO', 'CN-TW'];
/** What the digits are not set for: of a province no prefecture, of a prefecture no county. */
const WHOLE_PROVINCE = '0000';
const WHOLE_PREFECTURE = '00';

/** Subdivisions of China that have no office of their own. */
export const CHINESE_PROVINCES: readonly string[] = Object.values(PROVINCES).filter(
  (code) => !OWN_OFFICES.includes(code),
);

const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** The code as it is kept. @throws FormulaFailure `region_unknown` */
export function readRegion(text: string): string {
  const code = text.trim().toUpperCase();
  if (/^\d{6}$/.test(code)) return readDigits(code);
  if (!/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(code) || countries.of(code.slice(0, 2)) === undefined)
    throw unknown(text);
  if (code.startsWith('CN-') && !Object.values(PROVINCES).includes(code)) throw unknown(text);
  return OWN_OFFICES.includes(code) ? code.slice(3) : code;
}

function readDigits(code: string): string {
  const province = PROVINCES[code.slice(0, 2)];
  if (province === undefined) throw unknown(code);
  if (OWN_OFFICES.includes(province)) return province.slice(3);
  return code.endsWith(WHOLE_PROVINCE) ? province : code;
}

/** From the broad to the narrow, the code itself last. */
export function regionLevels(region: string): string[] {
  const code = readRegion(region);
  if (!/^\d/.test(code)) return code.length > 2 ? [code.slice(0, 2), code] : [code];
  const prefecture = code.slice(0, 4) + WHOLE_PREFECTURE;
  const levels = ['CN', PROVINCES[code.slice(0, 2)]!, prefecture];
  return code === prefecture ? levels : [...levels, code];
}

export function isWithin(region: string, outer: string): boolean {
  return regionLevels(region).includes(readRegion(outer));
}

export function regionDistance(a: string, b: string): number {
  const [one, other] = [regionLevels(a), regionLevels(b)];
  if (one.at(-1) === other.at(-1)) return 0;
  const common = one.filter((level) => other.includes(level)).length;
  const nested = common === Math.min(one.length, other.length);
  return Math.max(0, (nested ? FARTHEST - 1 : FARTHEST) - common);
}

/** Whether something there may be had: wanted nowhere in particular is everywhere, and what does not say where it is may be. */
export function leavesRegion(
  region: string | null,
  wanted: readonly string[],
  excluded: readonly string[],
): boolean {
  if (region === null) return true;
  if (excluded.some((outer) => isWithin(region, outer))) return false;
  return wanted.length === 0 || wanted.some((outer) => isWithin(region, outer) || isWithin(outer, region));
}

/** Why a text is no region, and what would be one. */
export function noRegion(text: string): Sentence {
  return say('region_unknown', { given: text });
}

function unknown(text: string): FormulaFailure {
  return new FormulaFailure('region_unknown', noRegion(text).text);
}
