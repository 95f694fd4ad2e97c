/** What a rule of form is: one fault, where it stands, and what mends it. */
import type { Reading } from './reading.ts';
import type { ApplicationPart, FindingSeverity } from './types.ts';

export interface Raised {
  claim: number | null;
  part: ApplicationPart;
  start: number;
  end: number;
  values?: Readonly<Record<string, string | number>>;
  /** Where it differs from the rule's. */
  severity?: FindingSeverity;
}

export interface ClaimRule {
  code: string;
  severity: FindingSeverity;
  /** With `{name}` for each of the values, and `{claim}` and `{quote}`. */
  message: string;
  remedy: string;
  check(reading: Reading): Raised[];
}

/** Of one place in a claim, counted from the claim's beginning. */
export function inClaim(
  claim: { number: number; start: number },
  from: number,
  to: number,
  values: Raised['values'] = {},
): Raised {
  return { claim: claim.number, part: 'claims', start: claim.start + from, end: claim.start + to, values };
}

/** Of a claim as a whole, shown by its beginning. */
export function ofClaim(
  claim: { number: number; start: number; end: number },
  values: Raised['values'] = {},
): Raised {
  return inClaim(claim, 0, Math.min(claim.end - claim.start, SHOWN_characters), values);
}

const SHOWN_characters = 80;
