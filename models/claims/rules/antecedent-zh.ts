/** Chinese terms that are taken up and were not introduced. */
import { DISTINGUISHING_ZH, isUniqueZh } from '../lexicon-zh.ts';
import type { ReadClaim } from '../parse.ts';
import { isInherited, type Reading } from '../reading.ts';
import {
  firstNamed,
  type Inventory,
  inventoryOf,
  type Naming,
  namingOf,
  type TakenUp,
  takenUpIn,
} from '../terms-zh.ts';
import type { Missing } from './antecedent.ts';

/** A word that only modifies has as many characters at least. */
const LEAST_characters = 2;

export function missingChinese(reading: Reading): Missing[] {
  const taken = new Map(reading.claims.map((claim) => [claim, takenUpIn(claim)]));
  const namings = new Map(reading.claims.map((claim) => [claim, namingOf(claim.text)]));
  const inventory = inventoryOf(
    reading.claims.flatMap((claim) =>
      taken.get(claim)!.map(({ from, ends }) => claim.text.slice(from, ends.at(-1))),
    ),
  );
  return reading.claims.flatMap((claim) =>
    taken
      .get(claim)!
      .filter((each) => !isIntroduced(reading, claim, each, namings, inventory))
      .map(({ start, from, ends }) => {
        const end = ends.find((each) => each - from >= LEAST_characters) ?? ends.at(-1)!;
        return { claim, start, end, term: claim.text.slice(from, end) };
      }),
  );
}

function isIntroduced(
  reading: Reading,
  claim: ReadClaim,
  { start, from, ends }: TakenUp,
  namings: ReadonlyMap<ReadClaim, Naming>,
  inventory: Inventory,
): boolean {
  const isNamed = (term: string) => {
    const names = (each: ReadClaim, limit: number) => firstNamed(namings.get(each)!, term, inventory) < limit;
    return (
      names(claim, start) ||
      isInherited(reading, claim, (ancestor) => names(ancestor, Number.POSITIVE_INFINITY))
    );
  };
  const candidates = ends
    .filter((end) => end - from >= LEAST_characters || end === ends.at(-1))
    .map((end) => claim.text.slice(from, end));
  return candidates.some((term) => isUniqueZh(term) || isNamed(term) || isNamedInParts(term, isNamed));
}

/** 金属壳体 after a 壳体 of 金属. */
function isNamedInParts(term: string, isNamed: (term: string) => boolean): boolean {
  if (DISTINGUISHING_ZH.test(term)) return false;
  for (let cut = LEAST_characters; cut <= term.length - LEAST_characters; cut++)
    if (isNamed(term.slice(cut)) && isNamed(term.slice(0, cut))) return true;
  return false;
}
