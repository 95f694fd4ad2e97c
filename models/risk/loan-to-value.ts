/**
 * Loan-to-value as a range, and what would cure a breach.
 *
 * The ends of the value's central 80 % give the ends of the ratio: the low value gives the high ratio. A cure by payment is
 * what must be paid back to reach a ratio; a cure by collateral is the value that must be added instead.
 *   pay = max(0, D - L V);  add = max(0, D / L - V), rounded up
 *
 * Units: integer minor units of one currency, basis points. Domain: amounts from 0, limits above 0.
 * Errors: RangeError of models/collateral.ts.
 * Worked (G19): D 3,000,000, V 7,000,000, L 3,000 bp: pay 900,000 or add 3,000,000.
 */
import { cureAmount, loanToValueBp } from '../collateral.ts';

const BP_PER_UNIT = 10_000;

export interface LoanToValueRange {
  /** From the high end of the value; null against a worthless one. */
  low_bp: number | null;
  mid_bp: number | null;
  high_bp: number | null;
}

export function loanToValueRange(
  outstanding_minor: number,
  value: { low_minor: number; mid_minor: number; high_minor: number },
): LoanToValueRange {
  return {
    low_bp: loanToValueBp(outstanding_minor, value.high_minor),
    mid_bp: loanToValueBp(outstanding_minor, value.mid_minor),
    high_bp: loanToValueBp(outstanding_minor, value.low_minor),
  };
}

export interface Cure {
  pay_minor: number;
  add_value_minor: number;
}

export function cureTo(outstanding_minor: number, value_minor: number, limit_bp: number): Cure {
  const needed = Math.ceil((outstanding_minor * BP_PER_UNIT) / limit_bp);
  return {
    pay_minor: cureAmount(outstanding_minor, value_minor, limit_bp / BP_PER_UNIT),
    add_value_minor: Math.max(0, needed - value_minor),
  };
}
