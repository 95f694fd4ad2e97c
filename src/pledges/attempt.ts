import type { Caller } from '../accounts/store.ts';
import { attempt } from '../audit/refusal.ts';
import type { Service } from '../service.ts';
import { findPledge } from './store.ts';

/**
 * Makes a change of a pledge; what is refused to somebody who may see it goes to the chains of both parties.
 * @param action what is tried, such as `pledge.move`
 */
export function attemptChange<T>(
  service: Service,
  { caller, pledge_id, action }: { caller: Caller; pledge_id: string; action: string },
  change: () => Promise<T>,
): Promise<T> {
  const heardBy = async () => {
    const pledge = await findPledge(service.database.sql, pledge_id, caller);
    return pledge ? [pledge.bank_id, pledge.firm_id] : [];
  };
  return attempt(service, { caller, action, subject: pledge_id }, heardBy, change);
}
