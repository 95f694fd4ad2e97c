/** Chinese terms that are taken up and were not introduced. */
import { isUniqueZh, ordinalAt } from '../lexicon-zh.ts';
import type { ReadClaim } from '../parse.ts';
import { hasBasis, isInherited, type Reading } from '../reading.ts';
import {
  type Inventory,
  inventoryOf,
  type Naming,
  namedAt,
  namingOf,
  type TakenUp,
  takenUpIn,
} from '../terms-zh.ts';
import type { Missing } from './antecedent.ts';

/** A term has as many characters at least, its ordinal apart, unless it must end before. */
const LEAST_characters = 2;
/** Of a term that nothing introduces as much is quoted. */
const QUOTED_characters = 10;

interface Before {
  /** In these characters, be it within a longer word. */
  isSaid(term: string): boolean;
  /** As a term. */
  isNamed(term: string): boolean;
  /** As the beginning of a list of numbered things. */
  isJoined(beginning: string): boolean;
}

export function missingChinese(reading: Reading): Missing[] {
  const inventory = inventoryOf(reading.claims);
  const namings = new Map(reading.claims.map((claim) => [claim, namingOf(claim.text)]));
  return reading.claims
    .filter((claim) => hasBasis(reading, claim))
    .flatMap((claim) =>
      takenUpIn(claim).flatMap((taken) => {
        const term = missingTerm(claim, taken, inventory, before(reading, claim, taken, namings, inventory));
        return term === null ? [] : [{ claim, start: taken.start, end: taken.from + term.length, term }];
      }),
    );
}

function before(
  reading: Reading,
  claim: ReadClaim,
  { start }: TakenUp,
  namings: ReadonlyMap<ReadClaim, Naming>,
  inventory: Inventory,
): Before {
  const holds = (in_claim: (naming: Naming, limit: number) => boolean) =>
    in_claim(namings.get(claim)!, start) ||
    isInherited(reading, claim, (ancestor) => in_claim(namings.get(ancestor)!, Number.POSITIVE_INFINITY));
  return {
    isSaid: (term) => holds((naming, limit) => namedAt(naming, term, inventory).said < limit),
    isNamed: (term) => holds((naming, limit) => namedAt(naming, term, inventory).named < limit),
    isJoined: (beginning) => holds(({ joined }, limit) => (joined.get(beginning) ?? limit) < limit),
  };
}

/** @returns null where the longest beginning that was named is the term */
function missingTerm(
  { text }: ReadClaim,
  { from, ends }: TakenUp,
  inventory: Inventory,
  known: Before,
): string | null {
  const window = text.slice(from, ends.at(-1));
  const soft = ends.map((end) => end - from);
  const ordinal = ordinalAt(window, 0);
  const least = Math.min(ordinal + LEAST_characters, soft.find((each) => each > ordinal) ?? window.length);
  const length = introducedLength(window, ordinal, least, soft, known);
  if (length !== null) {
    const noun = soft.includes(length) ? null : nounAt(window.slice(length), inventory);
    return noun === null ? null : window.slice(0, length) + noun;
  }
  const cut = soft.find((each) => each >= ordinal + LEAST_characters) ?? window.length;
  return window.slice(0, Math.min(cut, ordinal + QUOTED_characters));
}

/** How much of a window was introduced: the longest beginning that was named, or is put together of what was. */
function introducedLength(
  window: string,
  ordinal: number,
  least: number,
  soft: readonly number[],
  known: Before,
): number | null {
  let longest: number | null = null;
  // What was never said has no longer beginning that was named.
  for (let length = least; length <= window.length; length++) {
    const term = window.slice(0, length);
    if (isUniqueZh(term) || known.isNamed(term)) longest = length;
    else if (!known.isSaid(term)) break;
  }
  if (longest !== null) return longest;
  if (ordinal > 0) return coordinatedLength(window, ordinal, known);
  return soft.findLast((length) => length >= least && isNamedInParts(window.slice(0, length), known)) ?? null;
}

/** 壳体 of 转子壳体, after a rotor was named and somewhere a 壳体 is. */
function nounAt(rest: string, { by_key }: Inventory): string | null {
  return by_key.get(rest.slice(0, LEAST_characters))?.find((term) => rest.startsWith(term)) ?? null;
}

/** 第一电极 after 第一和第二电极, 第一行植物 after 第一行和第二行植物. */
function coordinatedLength(window: string, ordinal: number, known: Before): number | null {
  const is_joined = [ordinal, ordinal + 1].some((length) => known.isJoined(window.slice(0, length)));
  if (!is_joined) return null;
  for (let length = window.length; length > ordinal; length--)
    if (known.isNamed(window.slice(ordinal, length))) return length;
  return null;
}

/** 金属壳体 after a 壳体 of 金属. */
function isNamedInParts(term: string, { isNamed }: Before): boolean {
  for (let cut = LEAST_characters; cut <= term.length - LEAST_characters; cut++)
    if (isNamed(term.slice(cut)) && isNamed(term.slice(0, cut))) return true;
  return false;
}
