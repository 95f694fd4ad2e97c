/**
 * References to other claims: to an earlier one that there is.
 * Source: EPC rule 43(4), PCT rule 6.4, and the Chinese rule that a dependent claim refers to preceding claims only.
 */
import type { ReadClaim } from '../parse.ts';
import type { Reading } from '../reading.ts';
import { type ClaimRule, inClaim, ofClaim, type Raised } from '../rule.ts';

/** Each reference to a number for which the test holds, once a number. */
function references(
  { claims }: Reading,
  holds: (number: number, claim: ReadClaim, index: number) => boolean,
): Raised[] {
  return claims.flatMap((claim, index) => {
    const told = new Set<number>();
    return claim.references.flatMap(({ start, end, numbers }) =>
      numbers
        .filter((number) => !told.has(number) && holds(number, claim, index))
        .slice(0, 1)
        .map((reference) => {
          told.add(reference);
          return inClaim(claim, start, end, { reference });
        }),
    );
  });
}

export const MISSING: ClaimRule = {
  code: 'dependency_missing',
  severity: 'error',
  message: 'Claim {claim} refers to claim {reference}, and there is none.',
  remedy: 'Refer to an earlier claim that there is, or add the missing one before it.',
  check: (reading) => references(reading, (number) => !reading.by_number.has(number)),
};

export const SELF: ClaimRule = {
  code: 'dependency_self',
  severity: 'error',
  message: 'Claim {claim} refers to itself.',
  remedy: 'Refer to an earlier claim.',
  check: (reading) => references(reading, (number, claim) => number === claim.number),
};

export const FORWARD: ClaimRule = {
  code: 'dependency_forward',
  severity: 'error',
  message: 'Claim {claim} refers to claim {reference}, which comes after it.',
  remedy: 'Put the claim behind the one that it refers to, or refer to an earlier one.',
  check: (reading) => {
    const places = new Map(reading.claims.map(({ number }, index) => [number, index]));
    return references(
      reading,
      (number, claim, index) => number !== claim.number && (places.get(number) ?? -1) > index,
    );
  },
};

export const CIRCULAR: ClaimRule = {
  code: 'dependency_circular',
  severity: 'error',
  message: 'Claim {claim} depends on itself through claim {reference}.',
  remedy: 'Break the circle: one of its claims must stand alone or depend on a claim outside it.',
  check: (reading) =>
    circles(reading).flatMap((members) =>
      members.map((claim) => {
        const reference = claim.depends_on.find((number) => members.some((each) => each.number === number));
        return ofClaim(claim, { reference: reference! });
      }),
    ),
};

/** Sets of claims of which each depends on each, by Tarjan's algorithm; claims that only name themselves are left out. */
function circles({ claims, by_number }: Reading): ReadClaim[][] {
  const order = new Map<ReadClaim, number>();
  const low = new Map<ReadClaim, number>();
  const stack: ReadClaim[] = [];
  const on_stack = new Set<ReadClaim>();
  const found: ReadClaim[][] = [];
  const visit = (claim: ReadClaim): void => {
    order.set(claim, order.size);
    low.set(claim, order.get(claim)!);
    stack.push(claim);
    on_stack.add(claim);
    for (const number of claim.depends_on) {
      const next = by_number.get(number);
      if (next === undefined || next === claim) continue;
      if (!order.has(next)) visit(next);
      if (on_stack.has(next)) low.set(claim, Math.min(low.get(claim)!, low.get(next)!));
    }
    if (low.get(claim) !== order.get(claim)) return;
    const members = stack.splice(stack.indexOf(claim));
    for (const member of members) on_stack.delete(member);
    if (members.length > 1) found.push(members);
  };
  for (const claim of claims) if (!order.has(claim)) visit(claim);
  return found;
}
