/** Claims that say the same, and independent claims of one category beside each other (EPC rule 43(2)). */
import type { ReadClaim } from '../parse.ts';
import { type ClaimRule, ofClaim } from '../rule.ts';

export const DUPLICATE: ClaimRule = {
  code: 'duplicate_claim',
  severity: 'warning',
  message: 'Claim {claim} says the same as claim {reference}.',
  remedy: 'Take one of the two out.',
  check: ({ claims }) => {
    const known = new Map<string, ReadClaim>();
    return claims.flatMap((claim) => {
      const key = claim.text.toLowerCase().replace(/[\s\p{P}]+/gu, '');
      const first = known.get(key);
      if (first === undefined) known.set(key, claim);
      return first === undefined || key === '' ? [] : [ofClaim(claim, { reference: first.number })];
    });
  },
};

export const INDEPENDENTS: ClaimRule = {
  code: 'independents_of_a_category',
  severity: 'info',
  message: 'Claim {claim} is another independent claim for a {category}, beside claim {reference}.',
  remedy:
    'Keep one a category, unless they are for products that work together, for uses, or for alternatives.',
  check: ({ claims, application: { form } }) => {
    if (form !== 'EP') return [];
    const known = new Map<string, ReadClaim>();
    return claims.flatMap((claim) => {
      if (claim.depends_on.length > 0 || claim.text === '') return [];
      const first = known.get(claim.category);
      if (first === undefined) known.set(claim.category, claim);
      return first === undefined
        ? []
        : [ofClaim(claim, { category: claim.category, reference: first.number })];
    });
  },
};
