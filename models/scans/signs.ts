/**
 * What the scans of one mark tell of whether more than one thing bears it.
 *
 * A visit is what was scanned in one place within an hour. A stay is all visits within two days from its first; a link that is
 * shared is one stay, however many open it, and a thing that is sold, taken along and resold makes few. Counted are visits,
 * stays, stays with a place and with a country not seen before, moves (stays that share no place with the one before), stays
 * outside of where the goods are sold, visits before they were shipped, the most visits in a day, and pairs of visits that
 * nobody could travel between.
 * Source: ours; that places and times of scans tell copies is common practice in the field. Units: milliseconds of the epoch,
 * kilometres an hour, counts. Domain: scans in any order; a place may be unknown, and then counts as a visit alone.
 * Errors: none.
 * Worked: CN-GD and ten minutes later RU-MOW: two visits, one stay with two places, one impossible pair between countries.
 */
import { apart, countryOf, type Place } from './places.ts';

export interface Scan {
  at_ms: number;
  /** Null: not told. */
  place: Place | null;
}

/** What is known of the goods beforehand. */
export interface Goods {
  /** Null: not told. */
  shipped_ms: number | null;
  /** Countries where they are sold; empty: anywhere. */
  territory: readonly string[];
}

export interface Signs {
  visits: number;
  stays: number;
  stays_in_new_places: number;
  stays_in_new_countries: number;
  moves: number;
  outside_territory: number;
  before_shipping: number;
  most_in_a_day: number;
  /** Between two countries. */
  impossible_pairs: number;
  /** When the later visit of the last such pair was; null for none. */
  impossible_ms: number | null;
}

const HOUR_ms = 3_600_000;
export const DAY_ms = 24 * HOUR_ms;
const STAY_ms = 2 * DAY_ms;
/** An airliner's, with nothing for the way to and from it. */
const FASTEST_km_per_hour = 900;
/** Below this a pair tells of coarse places, not of speed. */
const LEAST_APART_km = 100;
/** Before the day of shipping: goods are packed and tried. */
const PACKING_ms = 7 * DAY_ms;

export function signsOf(scans: readonly Scan[], { shipped_ms, territory }: Goods): Signs {
  const visits = visitsOf(scans);
  const placed = visits.filter((visit): visit is Visit => visit.place !== null);
  const stays = staysOf(placed);
  const impossible = placed.filter((visit, index) => index > 0 && isImpossible(placed[index - 1]!, visit));
  const outside = (place: Place) => territory.length > 0 && !territory.includes(countryOf(place));
  return {
    visits: visits.length,
    stays: stays.length,
    stays_in_new_places: withNews(stays),
    stays_in_new_countries: withNews(stays.map((places) => new Set([...places].map(countryOf)))),
    moves: stays.filter((places, index) => index > 0 && !meets(places, stays[index - 1]!)).length,
    outside_territory: stays.filter((places) => [...places].some(outside)).length,
    before_shipping:
      shipped_ms === null ? 0 : visits.filter(({ at_ms }) => at_ms < shipped_ms - PACKING_ms).length,
    most_in_a_day: mostInADay(visits),
    impossible_pairs: impossible.length,
    impossible_ms: impossible.at(-1)?.at_ms ?? null,
  };
}

type Visit = Scan & { place: Place };

/** Who tells no place and then one, or is seen by who does, is one visit. */
function visitsOf(scans: readonly Scan[]): Scan[] {
  const last = new Map<Place | null, number>();
  const sorted = scans.toSorted((one, other) => one.at_ms - other.at_ms);
  return sorted.filter(({ at_ms, place }, index) => {
    const before_ms = last.get(place);
    last.set(place, at_ms);
    if (before_ms !== undefined && at_ms - before_ms <= HOUR_ms) return false;
    const near = [sorted[index - 1], sorted[index + 1]].filter((other) => other && other.place !== null);
    return place !== null || near.every((other) => Math.abs(other!.at_ms - at_ms) > HOUR_ms);
  });
}

/** The places of each stay. */
function staysOf(visits: readonly Visit[]): Set<Place>[] {
  const stays: { from_ms: number; places: Set<Place> }[] = [];
  for (const { at_ms, place } of visits) {
    const stay = stays.at(-1);
    if (stay && at_ms - stay.from_ms <= STAY_ms) stay.places.add(place);
    else stays.push({ from_ms: at_ms, places: new Set([place]) });
  }
  return stays.map(({ places }) => places);
}

function meets(one: ReadonlySet<Place>, other: ReadonlySet<Place>): boolean {
  return [...one].some((place) => other.has(place));
}

/** How many sets hold something that none before them did. */
function withNews(sets: readonly ReadonlySet<string>[]): number {
  const seen = new Set<string>();
  let count = 0;
  for (const set of sets) {
    if ([...set].some((each) => !seen.has(each))) count++;
    for (const each of set) seen.add(each);
  }
  return count;
}

function isImpossible(from: Visit, to: Visit): boolean {
  if (countryOf(from.place) === countryOf(to.place)) return false;
  const kilometres = apart(from.place, to.place);
  if (kilometres === null || kilometres < LEAST_APART_km) return false;
  return kilometres > (FASTEST_km_per_hour * (to.at_ms - from.at_ms)) / HOUR_ms;
}

function mostInADay(visits: readonly Scan[]): number {
  let first = 0;
  let most = 0;
  for (const [index, { at_ms }] of visits.entries()) {
    while (at_ms - visits[first]!.at_ms > DAY_ms) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
