/**
 * A way back for somebody who lost the password, or the second factor too. An administrator of the own organisation, who knows the
 * person, hands over a secret that sets a new password, once and not for long. What may be lost with a device is taken away alone
 * where the administrator says that it is lost; whatever happens is in the chain of the organisation.
 */
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { removePasskeys } from './passkeys.ts';
import { hashPassword, requireGoodPassword } from './passwords.ts';
import { removeTotp } from './second-factor.ts';
import { say } from './sentences.ts';
import { endSessions } from './sessions.ts';
import { type Needed, note, wordsAbout } from './sign-in.ts';
import { findLogin, isOpenAccount, type Login } from './store.ts';
import { holdTicket, issueTicket, useTicket, withdrawTickets } from './tickets.ts';

export const RECOVERY_HOURS = 24;
/** `second_factor`: authenticator, recovery codes and passkeys, and with them the password. */
export const LOST = ['password', 'second_factor'] as const;
export type Lost = (typeof LOST)[number];

/**
 * The one before, if it waits, is worth nothing any more.
 * @returns the secret, which is shown this once
 * @throws Problem `not_found` when the organisation has no such open account
 */
export async function offerRecovery(
  tx: Transaction,
  { organisation_id, key_id: actor }: Caller,
  { person_id, lost }: { person_id: string; lost: Lost },
  now: Date,
): Promise<string> {
  if (!(await isOpenAccount(tx, organisation_id, person_id)))
    throw new Problem('not_found', 'There is no such person.');
  const token = await acrossTenants(tx, async () => {
    await withdrawTickets(tx, 'account_recovery', person_id);
    return issueTicket(tx, 'account_recovery', { person_id, detail: lost }, RECOVERY_HOURS * 60);
  });
  const entry = { at: now, actor, action: 'person.recovery_offered', subject: person_id, detail: { lost } };
  await appendAudit(tx, [{ organisation_id, ...entry }]);
  return token;
}

/**
 * Sets the password; every session of the person ends, and signing in is another step.
 * @throws Problem `not_found` when the secret is unknown, used, withdrawn or past its time; `bad_request` for a password that
 * will not do, which does not use it up
 */
export async function recoverAccount(
  service: Needed,
  { token, password }: { token: string; password: string },
): Promise<void> {
  await service.system.transaction(async (tx) => {
    const held = await holdTicket(tx, 'account_recovery', token);
    const login = held && (await findLogin(tx, { person_id: held.person_id! }));
    if (!login) throw new Problem('not_found', say('account_recovery_over'));
    requireGoodPassword(password, await wordsAbout(service, login.person_id), '/body/password');
    await open(tx, service, login, held.detail as Lost, await hashPassword(password));
    await useTicket(tx, token);
  });
}

async function open(
  tx: Transaction,
  service: Needed,
  login: Login,
  lost: Lost,
  password: string,
): Promise<void> {
  const { person_id } = login;
  await tx`update person_login set password = ${password} where person_id = ${person_id}`;
  if (lost === 'second_factor') {
    await removeTotp(tx, person_id);
    await removePasskeys(tx, person_id);
  }
  const sessions_ended = await endSessions(tx, person_id, null);
  await note(tx, service, login, 'person.recovered', { lost, sessions_ended });
}
