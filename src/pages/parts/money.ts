/** Amounts as people type them. */
import { toMinor } from '../../../models/money.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { Problem } from '../../errors.ts';
import { amountOf } from '../valuation/read.ts';

/** @throws Problem `refused` naming the field, for what is no amount */
export function minorTyped(text: string, field: string): number {
  const major = amountOf(text);
  if (major != null) return toMinor(major, VALUATION_CURRENCY);
  const detail = 'must be an amount, such as 1200000 or 1,200,000.50';
  throw new Problem('refused', `The form was not taken: ${field} ${detail}.`, [
    { pointer: `/body/${field}`, detail },
  ]);
}
