/** What an administrator does with the accounts of the own organisation. */
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Service } from '../service.ts';
import { requireRole } from './invitations.ts';
import { endSessions } from './sessions.ts';
import { closeAccount, isOpenAccount, setRole } from './store.ts';

type Needed = Pick<Service, 'database' | 'system' | 'clock'>;

/** From the next request on. @throws Problem `not_found`, or `refused` for a role that the kind does not have */
export function changeRole(service: Needed, caller: Caller, id: string, role: string): Promise<void> {
  const entry = { action: 'person.role_changed', detail: { role } };
  return manage(service, caller, id, entry, async (tx) => {
    const changed = await setRole(tx, caller.organisation_id, id, role);
    if (changed) requireRole(caller.kind, role);
    return changed;
  });
}

/** All its sessions end at once, and it never opens again. @throws Problem `not_found` */
export async function closePerson(service: Needed, caller: Caller, id: string): Promise<void> {
  await manage(service, caller, id, { action: 'person.closed', detail: {} }, (tx) =>
    closeAccount(tx, caller.organisation_id, id, service.clock.now()),
  );
  await endSessions(service.system.sql, id, null);
}

/** All at once; the account stays open. @throws Problem `not_found` */
export async function endSessionsOf(service: Needed, caller: Caller, id: string): Promise<void> {
  const entry = { action: 'person.sessions_ended', detail: { sessions: ['all'] } };
  await manage(service, caller, id, entry, (tx) => isOpenAccount(tx, caller.organisation_id, id));
  await endSessions(service.system.sql, id, null);
}

/** Does something with an open account of the own organisation, and writes it down. */
function manage(
  { database, clock }: Needed,
  { organisation_id, key_id: actor }: Caller,
  id: string,
  entry: { action: string; detail: Record<string, unknown> },
  work: (tx: Transaction) => Promise<boolean>,
): Promise<void> {
  return database.transaction(async (tx) => {
    if (!(await work(tx))) throw new Problem('not_found', 'There is no such person.');
    await appendAudit(tx, [{ organisation_id, at: clock.now(), actor, subject: id, ...entry }]);
  });
}
