/**
 * Numbers of the claims: consecutive Arabic numerals from 1, each with a claim behind it.
 * Source: EPC rule 43(5), PCT rule 6.1(b), Implementing Regulations of the Chinese Patent Law on numbering of claims.
 */
import { type ClaimRule, ofClaim, type Raised } from '../rule.ts';

export const NUMBERING: ClaimRule = {
  code: 'claim_number',
  severity: 'error',
  message: 'Claim {claim} stands where claim {expected} is expected.',
  remedy: 'Number the claims 1, 2, 3 and so on, each once, and mend the references to them.',
  check({ claims }) {
    const raised: Raised[] = [];
    let expected = 1;
    for (const claim of claims) {
      const is_alone = claims.length === 1 && !claim.is_numbered;
      if (!is_alone && (claim.number !== expected || !claim.is_numbered))
        raised.push(ofClaim(claim, { expected }));
      expected = claim.number + 1;
    }
    return raised;
  },
};

export const EMPTY_CLAIM: ClaimRule = {
  code: 'claim_empty',
  severity: 'error',
  message: 'Claim {claim} has a number and no text.',
  remedy: 'Write the claim, or take its number out and number the others anew.',
  check: ({ claims }) => claims.filter(({ text }) => !/\p{L}/u.test(text)).map((claim) => ofClaim(claim)),
};

export const NO_CLAIMS: ClaimRule = {
  code: 'no_claims',
  severity: 'error',
  message: 'There are no claims.',
  remedy: 'Write at least one claim.',
  check: ({ claims }) => (claims.length === 0 ? [{ claim: null, part: 'claims', start: 0, end: 0 }] : []),
};
