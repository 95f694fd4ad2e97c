/** Chinese terms that are taken up and were not introduced. */
import { isUniqueZh } from '../lexicon-zh.ts';
import type { ReadClaim } from '../parse.ts';
import { hasBasis, isInherited, type Reading } from '../reading.ts';
import { firstNamed, type Inventory, inventoryOf, type Naming, namingOf, type TakenUp, takenUpIn } from '../terms-zh.ts';
import type { Missing } from './antecedent.ts';

/** A term has as many characters at least, its ordinal apart, unless it must end before. */
const LEAST_characters = 2;
/** Of a term that nothing introduces as much is quoted. */
const QUOTED_characters = 10;
const ORDINAL = /^第[一二三四五六七八九十\d]+/;

type Names = (term: string) => boolean;

export function missingChinese(reading: Reading): Missing[] {
  const inventory = inventoryOf(reading.claims);
  const namings = new Map(reading.claims.map((claim) => [claim, namingOf(claim.text)]));
  return reading.claims
    .filter((claim) => hasBasis(reading, claim))
    .flatMap((claim) =>
      takenUpIn(claim).flatMap((taken) => {
        const term = missingTerm(claim, taken, inventory, namesBefore(reading, claim, taken, namings, inventory));
        return term === null ? [] : [{ claim, start: taken.start, end: taken.from + term.length, term }];
      }),
    );
}

function namesBefore(
  reading: Reading,
  claim: ReadClaim,
  { start }: TakenUp,
  namings: ReadonlyMap<ReadClaim, Naming>,
  inventory: Inventory,
): Names {
  return (term) => {
    const names = (each: ReadClaim, limit: number) => firstNamed(namings.get(each)!, term, inventory) < limit;
    return names(claim, start) || isInherited(reading, claim, (ancestor) => names(ancestor, Number.POSITIVE_INFINITY));
  };
}

/** @returns null where the longest beginning that was named is the term */
function missingTerm({ text }: ReadClaim, { from, ends }: TakenUp, inventory: Inventory, isNamed: Names): string | null {
  const window = text.slice(from, ends.at(-1));
  const soft = ends.map((end) => end - from);
  const ordinal = ORDINAL.exec(window)?.[0].length ?? 0;
  const least = Math.min(ordinal + LEAST_characters, soft.find((each) => each > ordinal) ?? window.length);
  for (let length = window.length; length >= least; length--) {
    const term = window.slice(0, length);
    if (!isUniqueZh(term) && !isNamed(term) && !isNamedInParts(term, isNamed)) continue;
    const rest = window.slice(length);
    const noun = soft.includes(length) ? null : nounAt(rest, inventory);
    return noun === null ? null : term + noun;
  }
  const cut = soft.find((each) => each >= ordinal + LEAST_characters) ?? window.length;
  return window.slice(0, Math.min(cut, ordinal + QUOTED_characters));
}

/** 壳体 of 转子壳体, after a rotor was named and somewhere a 壳体 is. */
function nounAt(rest: string, { by_key }: Inventory): string | null {
  return by_key.get(rest.slice(0, LEAST_characters))?.find((term) => rest.startsWith(term)) ?? null;
}

/** 金属壳体 after a 壳体 of 金属. */
function isNamedInParts(term: string, isNamed: Names): boolean {
  if (ORDINAL.test(term)) return false;
  for (let cut = LEAST_characters; cut <= term.length - LEAST_characters; cut++)
    if (isNamed(term.slice(cut)) && isNamed(term.slice(0, cut))) return true;
  return false;
}
