/** Claims and pages beyond what the filing fee covers (fees.ts): no fault, a cost. */
import { type FeeLine, filingFees } from '../fees.ts';
import type { Reading } from '../reading.ts';
import { type ClaimRule, ofClaim } from '../rule.ts';

function line({ application, claims }: Reading, of: FeeLine['of']): FeeLine | undefined {
  return filingFees(application, claims.length).find((each) => each.of === of);
}

function values({ count, amount, currency }: FeeLine): Record<string, string | number> {
  return { count, amount, currency };
}

export const CLAIMS_FEE: ClaimRule = {
  code: 'claims_fee',
  severity: 'info',
  message: 'From claim {claim} on, {count} claims cost {amount} {currency} more.',
  remedy: 'Join claims by alternatives, or take out what adds least; or pay.',
  check: (reading) => {
    const fee = line(reading, 'claims');
    const first = fee && reading.claims[reading.claims.length - fee.count];
    return fee && first ? [ofClaim(first, values(fee))] : [];
  },
};

export const PAGES_FEE: ClaimRule = {
  code: 'pages_fee',
  severity: 'info',
  message: 'Some {count} pages are beyond those that the filing fee covers: {amount} {currency} more.',
  remedy: 'Shorten the description; or pay.',
  check: (reading) => {
    const fee = line(reading, 'pages');
    return fee ? [{ claim: null, part: 'description', start: 0, end: 0, values: values(fee) }] : [];
  },
};
