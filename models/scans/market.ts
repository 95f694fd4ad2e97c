/**
 * A made market: goods that are shipped, sold, taken along, resold and talked about, and counterfeits with copies of their marks.
 *
 * What makes honest goods look like copies is in it: scans at the factory, in the shop and by the buyer's friends; travellers;
 * resales; grey exports out of the territory; links that are shared and opened all over for a day or two; devices that tell no
 * place, or a wrong one, for as long as they are used; collectors who scan again and again. A counterfeiter buys one item and
 * prints its mark on some dozens or hundreds, which are sold over weeks or months in a few markets and scanned by their buyers
 * a little less than honest goods are.
 * Source: rates are ours [M]; none is measured. Units: days as milliseconds, shares. Domain: serials > 0. Errors: none.
 */
import { chance, type Random, standardNormal, uniform, wholeNumber } from '../simulation/draws.ts';
import { countryOf, type Place } from './places.ts';
import { DAY_ms, type Goods, type Scan } from './signs.ts';

export interface MadeMark {
  goods: Goods;
  /** In the order of time, those of honest goods and of copies together. */
  scans: Scan[];
  cloned: boolean;
  /** Of counterfeits; null where there was none. */
  first_copy_scan_ms: number | null;
}

export const OBSERVED_DAYS = 365;
export const CLONED_SHARE = 0.01;
const SERIALS_PER_LOT = 500;

/** Where goods are sold and scanned, each region as likely. */
const MARKETS: Readonly<Record<string, readonly Place[]>> = regionsOf({
  CN: 'AH BJ CQ FJ GD HA HB HE HN JS JX LN SC SD SH SN SX TJ YN ZJ',
  US: 'CA TX NY FL IL WA PA OH GA NC',
  RU: 'MOW SPE NVS SVE KDA PRI',
  DE: 'BE BW BY HE HH NI NW SN',
  FR: 'IDF ARA PAC OCC NAQ HDF',
  GB: 'ENG SCT WLS NIR',
  JP: '13 14 27 23 01 40',
  KR: '11 26 41 28 27',
  IN: 'MH DL KA TN UP WB GJ',
  VN: 'HN SG DN HP',
  TH: '10 50 83 20',
  PL: 'MZ MA SL DS WP',
  AE: 'DU AZ SH',
  BR: 'SP RJ MG RS PR',
});
const COUNTRIES = Object.keys(MARKETS);

/** Shares of things, and of devices. */
const TRIED_AT_FACTORY = 0.03;
const SCANNED_IN_SHOP = 0.2;
const SCANNED_BY_BUYER = 0.3;
const SCANNED_AGAIN = 0.35;
const SHOWN_TO_A_FRIEND = 0.08;
const TAKEN_ALONG = 0.05;
const RESOLD = 0.04;
const SHARED_LINK = 0.006;
const COLLECTED = 0.008;
const GREY_EXPORT = 0.01;
const NO_PLACE = 0.12;
const WRONG_COUNTRY = 0.012;
const WRONG_REGION = 0.04;
const NO_TERRITORY = 0.25;
/** Of copied marks, those whose labels leaked from the printer and were used before the goods were shipped. */
const LEAKED = 0.1;
/** Of honest buyers' scans, those that buyers of counterfeits make. */
const COPY_SCANNED = 0.7;

export function makeMarket(serials: number, random: Random): MadeMark[] {
  const marks: MadeMark[] = [];
  while (marks.length < serials) {
    const lot = makeLot(random);
    const count = Math.min(SERIALS_PER_LOT, serials - marks.length);
    for (let n = 0; n < count; n++) marks.push(makeMark(lot, random));
  }
  return marks;
}

interface Lot {
  goods: Goods & { shipped_ms: number };
  factory: Place;
  sold_in: readonly string[];
}

function makeLot(random: Random): Lot {
  const home = chance(0.5, random) ? 'CN' : pick(COUNTRIES, random);
  const sold_in = [home, ...Array.from({ length: wholeNumber(0, 3, random) }, () => pick(COUNTRIES, random))];
  const shipped_ms = wholeNumber(5, 120, random) * DAY_ms;
  const territory = chance(NO_TERRITORY, random) ? [] : [...new Set(sold_in)];
  return { goods: { shipped_ms, territory }, factory: placeIn(home, random), sold_in };
}

function makeMark({ goods, factory, sold_in }: Lot, random: Random): MadeMark {
  const honest: Scan[] = [];
  const sold_ms = goods.shipped_ms + waiting(35, random);
  const country = chance(GREY_EXPORT, random) ? pick(COUNTRIES, random) : pick(sold_in, random);
  const shop = placeIn(country, random);
  if (chance(TRIED_AT_FACTORY, random))
    honest.push(deviceIn(factory, random)(goods.shipped_ms - wholeNumber(0, 5, random) * DAY_ms));
  if (chance(SCANNED_IN_SHOP, random)) honest.push(deviceIn(shop, random)(sold_ms - waiting(5, random)));
  useOf(shop, sold_ms, 1, honest, random);
  if (chance(RESOLD, random)) {
    const to = chance(0.2, random) ? pick(COUNTRIES, random) : country;
    useOf(placeIn(to, random), sold_ms + 30 * DAY_ms + waiting(80, random), 1, honest, random);
  }
  if (chance(SHARED_LINK, random)) shareLink(country, sold_ms + waiting(20, random), honest, random);
  const cloned = chance(CLONED_SHARE, random);
  const copied_ms = chance(LEAKED, random)
    ? goods.shipped_ms - wholeNumber(0, 60, random) * DAY_ms
    : sold_ms + 10 * DAY_ms + waiting(40, random);
  const copies: Scan[] = cloned ? sellCopies(country, copied_ms, random) : [];
  const within = (scans: Scan[]) => scans.filter(({ at_ms }) => at_ms >= 0 && at_ms < OBSERVED_DAYS * DAY_ms);
  const seen = within(copies);
  return {
    goods,
    scans: within([...honest, ...copies]).sort((one, other) => one.at_ms - other.at_ms),
    cloned,
    first_copy_scan_ms: seen.length === 0 ? null : Math.min(...seen.map(({ at_ms }) => at_ms)),
  };
}

/** What a buyer does with a thing. @param eagerness of its scans, 1 for honest goods */
function useOf(place: Place, from_ms: number, eagerness: number, scans: Scan[], random: Random): void {
  const scan = deviceIn(place, random);
  if (chance(COLLECTED, random))
    for (let n = wholeNumber(8, 30, random); n > 0; n--) scans.push(scan(from_ms + waiting(80, random)));
  if (!chance(SCANNED_BY_BUYER * eagerness, random)) return;
  scans.push(scan(from_ms));
  let at_ms = from_ms;
  while (chance(SCANNED_AGAIN, random)) {
    at_ms += waiting(12, random);
    scans.push(scan(at_ms));
  }
  if (chance(SHOWN_TO_A_FRIEND, random)) scans.push(deviceIn(place, random)(from_ms + waiting(0.3, random)));
  if (chance(TAKEN_ALONG, random)) {
    const abroad = chance(0.4, random) ? pick(COUNTRIES, random) : countryOf(place);
    scans.push(deviceIn(placeIn(abroad, random), random)(from_ms + DAY_ms + waiting(30, random)));
  }
}

/** Most is opened within hours, by people of the country for the most part. */
function shareLink(country: string, from_ms: number, scans: Scan[], random: Random): void {
  for (let n = wholeNumber(3, 40, random); n > 0; n--) {
    const where = chance(0.85, random) ? country : pick(COUNTRIES, random);
    scans.push(deviceIn(placeIn(where, random), random)(from_ms + waiting(0.6, random)));
  }
}

function sellCopies(country: string, from_ms: number, random: Random): Scan[] {
  const scans: Scan[] = [];
  const copies = Math.round(Math.min(2_000, Math.max(10, 60 * Math.exp(0.8 * standardNormal(random)))));
  const over_ms = wholeNumber(30, 180, random) * DAY_ms;
  const markets = Array.from({ length: wholeNumber(1, 3, random) }, () =>
    chance(0.6, random) ? country : pick(COUNTRIES, random),
  );
  for (let n = 0; n < copies; n++) {
    const place = placeIn(pick(markets, random), random);
    useOf(place, from_ms + random() * over_ms, COPY_SCANNED, scans, random);
  }
  return scans;
}

/** A device that stands somewhere, and what it tells of that for as long as it is used. */
function deviceIn(place: Place, random: Random): (at_ms: number) => Scan {
  const told = chance(NO_PLACE, random)
    ? null
    : chance(WRONG_COUNTRY, random)
      ? placeIn(pick(COUNTRIES, random), random)
      : chance(WRONG_REGION, random)
        ? placeIn(countryOf(place), random)
        : place;
  return (at_ms) => ({ at_ms, place: told });
}

function placeIn(country: string, random: Random): Place {
  return pick(MARKETS[country]!, random);
}

/** Exponential. */
function waiting(mean_days: number, random: Random): number {
  return -Math.log(uniform(random)) * mean_days * DAY_ms;
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)]!;
}

function regionsOf(by_country: Record<string, string>): Record<string, Place[]> {
  return Object.fromEntries(
    Object.entries(by_country).map(([country, regions]) => [
      country,
      regions.split(' ').map((region) => `${country}-${region}`),
    ]),
  );
}
