/**
 * From the value of a patent to what a lender may count on.
 *
 * Gate: in force 1, but unknown when the register has been silent for too long; lapsed, expired, refused, withdrawn, surrendered, invalidated 0; unknown stays unknown; pending is
 * not pledgeable (a pledge is registered on a granted right: CNIPA announcement 461 of 2021).
 * Collateral = value (1 - haircut). Loan-to-value = outstanding / value before the haircut.
 * Cure: what must be paid back to reach a target ratio: max(0, outstanding - target * value), rounded up.
 * Fall to breach: 1 - ltv / trigger.
 *
 * Units: `_minor` are integer minor units of one currency; ratios are shares. Errors: RangeError naming the value.
 * Worked: (G18) .30 against a trigger of .40 bears a fall of 25.0 %; (G19) debt 3.0 M, value 7.0 M, target .30: 0.9 M.
 */
import { daysBetween } from './calendar.ts';
import type { CalendarDate, Failure, PatentFacts } from './types.ts';

export type LegalGate =
  | { status: 'open' }
  | { status: 'worthless' }
  | { status: 'unknown'; failure: Failure };

const RATIO_SCALE = 1_000_000;
const BP_PER_UNIT = 10_000;
const MOST_TARGET = 2;
export const LTV_MAX_BP = 1_000_000_000;

/** @param stale_after_days how long the register may be silent before its last word counts for nothing */
export function legalGate(
  facts: Pick<PatentFacts, 'legal_state' | 'register_seen_on' | 'register_late'>,
  as_of: CalendarDate,
  stale_after_days: number,
): LegalGate {
  const { legal_state: state, register_seen_on, register_late = false } = facts;
  const silent =
    register_late || (register_seen_on !== null && daysBetween(register_seen_on, as_of) > stale_after_days);
  if (state === 'in_force' && silent) {
    return {
      status: 'unknown',
      failure: {
        code: 'register_stale',
        message: `The register was last heard of on ${register_seen_on}; bring its signals up to date.`,
      },
    };
  }
  if (state === 'in_force') return { status: 'open' };
  if (state === 'unknown') {
    return {
      status: 'unknown',
      failure: {
        code: 'legal_state_unknown',
        message: 'The legal state is not known; bring legal status signals up to date.',
      },
    };
  }
  if (state === 'pending') {
    return {
      status: 'unknown',
      failure: {
        code: 'not_granted',
        message: 'An application is not pledgeable; ask again once the patent is granted.',
      },
    };
  }
  return { status: 'worthless' };
}

/** Value after the haircut, major units. */
export function collateralValue(value: number, haircut: number): number {
  requireShare(haircut, 'haircut');
  return value * (1 - haircut);
}

/** Value after a haircut in basis points, integer minor units, rounded down: exact whatever the value. */
export function collateralMinor(value_minor: number, haircut_bp: number): number {
  requireAmount(value_minor, 'value_minor');
  requireShare(haircut_bp / BP_PER_UNIT, 'haircut_bp / 10000');
  return Number((BigInt(value_minor) * BigInt(BP_PER_UNIT - haircut_bp)) / BigInt(BP_PER_UNIT));
}

/** Loan-to-value; Infinity when a debt stands against nothing, 0 when nothing is owed. */
export function loanToValue(outstanding_minor: number, value_minor: number): number {
  requireAmount(outstanding_minor, 'outstanding_minor');
  requireAmount(value_minor, 'value_minor');
  return outstanding_minor === 0 ? 0 : outstanding_minor / value_minor;
}

/**
 * Loan-to-value in whole basis points, for storage; null against a worthless collateral.
 * Held at LTV_MAX_BP, which fits a 32-bit column and lies far over every limit.
 */
export function loanToValueBp(outstanding_minor: number, value_minor: number): number | null {
  const ratio = loanToValue(outstanding_minor, value_minor);
  return value_minor === 0 ? null : Math.min(LTV_MAX_BP, Math.round(ratio * BP_PER_UNIT));
}

/** Share of its value that the collateral may lose before `ltv` reaches `trigger`; negative once breached. */
export function fallToBreach(ltv: number, trigger: number): number {
  if (!(trigger > 0)) throw new RangeError(`trigger is ${trigger}: give a ratio above 0`);
  return 1 - ltv / trigger;
}

/** Least repayment, integer minor units, that brings the ratio to `target_ltv` (read to six decimals). */
export function cureAmount(outstanding_minor: number, value_minor: number, target_ltv: number): number {
  requireAmount(outstanding_minor, 'outstanding_minor');
  requireAmount(value_minor, 'value_minor');
  // A limit may lie over 1 where a loan has other security besides.
  if (!(target_ltv >= 0 && target_ltv <= MOST_TARGET))
    throw new RangeError(`target_ltv is ${target_ltv}: give a ratio between 0 and ${MOST_TARGET}`);
  const covered = (BigInt(value_minor) * BigInt(Math.round(target_ltv * RATIO_SCALE))) / BigInt(RATIO_SCALE);
  return Math.max(0, outstanding_minor - Number(covered));
}

function requireAmount(minor: number, name: string): void {
  if (!Number.isSafeInteger(minor) || minor < 0) {
    throw new RangeError(`${name} is ${minor}: give a whole, non-negative number of minor units`);
  }
}

function requireShare(value: number, name: string): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}: give a share between 0 and 1`);
}
