/** Four eyes: what one person proposed, another lets be. A key sees with the eyes of the person who issued it. */
import type { Sentence } from '../../models/sentences.ts';
import type { Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Caller } from './store.ts';

/** Whose eyes these are; the key's own where no person issued it. */
export function eyesOf({ key_id, person_id }: Caller): string {
  return person_id ?? key_id;
}

/**
 * Holds a person who decides against those who proposed. Keys that no person issued are not held to it: whose they are cannot be
 * told, and an organisation may have one alone.
 * @param proposers ids of persons and keys; any one other than the caller will do
 * @param refusal what is said to who proposed
 * @throws Problem `refused`
 */
export async function requireOtherEyes(
  tx: Transaction,
  proposers: readonly string[],
  caller: Caller,
  refusal: Sentence,
): Promise<void> {
  if (caller.person_id === undefined || proposers.length === 0) return;
  const others = await tx`select from unnest(${proposers as string[]}::text[]) as proposer
    left join api_key on api_key.id = proposer left join person on person.id = issued_by
    where coalesce(person.id, proposer) <> ${caller.person_id} limit 1`;
  if (others.count === 0) throw new Problem('refused', refusal);
}
