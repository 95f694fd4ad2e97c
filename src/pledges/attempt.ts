import type { Caller } from '../accounts/store.ts';
import { auditRefusal } from '../audit/refusal.ts';
import { Problem } from '../errors.ts';
import type { Service } from '../service.ts';
import { findPledge } from './store.ts';

/**
 * Makes a change of a pledge; what is refused to somebody who may see it goes to the chains of both parties.
 * @param action what is tried, such as `pledge.move`
 */
export async function attemptChange<T>(
  { database, clock }: Service,
  { caller, pledge_id, action }: { caller: Caller; pledge_id: string; action: string },
  change: () => Promise<T>,
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const pledge = error instanceof Problem ? await findPledge(database.sql, pledge_id, caller) : null;
    if (pledge)
      await auditRefusal(database, {
        caller,
        at: clock.now(),
        action,
        subject: pledge_id,
        organisation_ids: [pledge.bank_id, pledge.firm_id],
        problem: error as Problem,
      });
    throw error;
  }
}
