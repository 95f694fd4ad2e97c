/** Wants as a reader sees them. */
import type { Transaction } from '../../db/client.ts';
import { type Shown, shownAs } from '../listings/read.ts';
import { answersOf, isOwnWant, type Want, type WantAnswer } from './store.ts';

export interface WantShown extends Omit<Want, 'pseudonym_id' | 'buyer_name'> {
  buyer: Shown;
  own: boolean;
  answers: WantAnswer[];
}

export async function showWant(
  tx: Transaction,
  { pseudonym_id, buyer_name, ...want }: Want,
): Promise<WantShown> {
  return {
    ...want,
    buyer: await shownAs(tx, pseudonym_id, buyer_name),
    own: await isOwnWant(tx, { pseudonym_id }),
    answers: await answersOf(tx, want.id),
  };
}
