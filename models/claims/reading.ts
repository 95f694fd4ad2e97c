/** An application as the rules read it: its claims, what each inherits from, and what is looked up more than once. */
import { requireLength } from './limits.ts';
import { type ReadClaim, readClaims } from './parse.ts';
import { APPLICATION_PARTS, type ApplicationPart, type ApplicationText } from './types.ts';

export interface Reading {
  application: ApplicationText;
  claims: readonly ReadClaim[];
  /** The first claim of each number. */
  by_number: ReadonlyMap<number, ReadClaim>;
  /** Claims whose terms a claim may take up; see `parentsOf`. */
  parents: ReadonlyMap<ReadClaim, readonly ReadClaim[]>;
}

/** @throws FormulaFailure `too_long`, `too_many` */
export function readApplication(application: ApplicationText): Reading {
  for (const part of APPLICATION_PARTS) requireLength(part, application[part] ?? '');
  const claims = readClaims(application.claims, application.language);
  const by_number = new Map<number, ReadClaim>();
  for (const claim of claims) if (!by_number.has(claim.number)) by_number.set(claim.number, claim);
  const parents = new Map<ReadClaim, readonly ReadClaim[]>();
  for (const claim of claims) parents.set(claim, parentsOf(claim, by_number, parents));
  return { application, claims, by_number, parents };
}

/**
 * Of the claims that it depends on or names, those that bring less than the rest: a term must be introduced in each of
 * them. `Any of claims 1 to 9` is claim 1 alone where the others narrow it.
 */
function parentsOf(
  claim: ReadClaim,
  by_number: ReadonlyMap<number, ReadClaim>,
  parents: ReadonlyMap<ReadClaim, readonly ReadClaim[]>,
): ReadClaim[] {
  const numbers = claim.depends_on.length > 0 ? claim.depends_on : claim.refers_to;
  const named = new Set(numbers.flatMap((number) => by_number.get(number) ?? []));
  named.delete(claim);
  return [...named].filter((each) => {
    const own = parents.get(each) ?? [];
    return own.length === 0 || !own.every((parent) => named.has(parent));
  });
}

/** Whether a claim or, on every way back, one that it inherits from passes; a circle has no way back. */
export function isInherited(
  reading: Reading,
  claim: ReadClaim,
  passes: (ancestor: ReadClaim) => boolean,
): boolean {
  const known = new Map<ReadClaim, boolean>([[claim, true]]);
  const holds = (each: ReadClaim): boolean => {
    const before = known.get(each);
    if (before !== undefined) return before;
    known.set(each, true);
    const own = passes(each);
    const inherited = own || everyParent(each);
    known.set(each, inherited);
    return inherited;
  };
  const everyParent = (each: ReadClaim) => {
    const parents = reading.parents.get(each)!;
    return parents.length > 0 && parents.every(holds);
  };
  return everyParent(claim);
}

/** Whether every claim that it depends on is there: without it nobody can tell what is introduced. */
export function hasBasis({ by_number }: Reading, claim: ReadClaim): boolean {
  return claim.depends_on.every((number) => number !== claim.number && by_number.has(number));
}

export function textOf(application: ApplicationText, part: ApplicationPart): string {
  return application[part] ?? '';
}
