/**
 * Maintenance fees of the USPTO: three payments, each in a window before its due day or in six months of grace after it.
 *
 * Due 3.5, 7.5 and 11.5 years from grant; expired 4, 8 and 12 years from grant when unpaid. Not asked for designs and plants.
 * A small entity pays 40 %, a micro entity 20 %. Source: fee schedule in force from 2025-01-19 as published by a law firm
 * (read); rules: MPEP 2520. Units: USD. Errors: FormulaFailure `no_fee`.
 * Worked: a large entity pays 2,150 + 4,040 + 8,280 = 14,470, a small one 5,788, a micro one 2,894.
 */
import { FormulaFailure } from '../failure.ts';

export type EntitySize = 'large' | 'small' | 'micro';

export interface MaintenanceFee {
  stage: 1 | 2 | 3;
  /** Years from grant. */
  due_years: number;
  expires_years: number;
  amounts: Readonly<Record<EntitySize, number>>;
}

export const USPTO_FEES: readonly MaintenanceFee[] = [
  { stage: 1, due_years: 3.5, expires_years: 4, amounts: { large: 2150, small: 860, micro: 430 } },
  { stage: 2, due_years: 7.5, expires_years: 8, amounts: { large: 4040, small: 1616, micro: 808 } },
  { stage: 3, due_years: 11.5, expires_years: 12, amounts: { large: 8280, small: 3312, micro: 1656 } },
];

/** For a payment in the six months of grace. */
export const USPTO_SURCHARGE: Readonly<Record<EntitySize, number>> = { large: 540, small: 216, micro: 108 };

/** What is to be paid at a stage. */
export function maintenanceFee(stage: number, size: EntitySize, in_grace: boolean): number {
  const fee = USPTO_FEES.find((each) => each.stage === stage);
  if (!fee)
    throw new FormulaFailure('no_fee', `There is no maintenance fee of stage ${stage}; give 1, 2 or 3.`);
  return fee.amounts[size] + (in_grace ? USPTO_SURCHARGE[size] : 0);
}
