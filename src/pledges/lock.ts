import type { Caller } from '../accounts/store.ts';
import type { Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { changedAt, findPledge, type Pledge } from './store.ts';

/**
 * Holds a pledge until the end of the transaction. What is written under the lock is dated no earlier than what was
 * written before it, though the clock was read before the wait, or on another server: the later statement counts.
 * @throws Problem `not_found` when the caller may not see it
 */
export async function lockPledge(
  tx: Transaction,
  id: string,
  caller: Caller,
  asked_at: Date,
): Promise<{ pledge: Pledge; now: Date }> {
  const pledge = await findPledge(tx, id, caller, true);
  if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
  const changed_at = await changedAt(tx, id);
  return { pledge, now: changed_at > asked_at ? changed_at : asked_at };
}
