/** Amounts as people type them. */
import { toMinor } from '../../../models/money.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { say } from '../sentences.ts';
import { amountOf } from '../valuation/read.ts';
import { faultAt } from './fault.ts';

/** @throws Problem `refused` naming the field, for what is no amount */
export function minorTyped(text: string, field: string): number {
  const major = amountOf(text);
  if (major != null) return toMinor(major, VALUATION_CURRENCY);
  throw faultAt(field, say('field_no_amount'), 'refused');
}
