/** What people do with their own account. Each is written down in the chain of their organisation. */
import { Problem } from '../errors.ts';
import { removePasskey } from './passkeys.ts';
import { requireGoodPassword } from './passwords.ts';
import { beginTotp, confirmTotp, hasSecondFactor, type Owner, removeTotp } from './second-factor.ts';
import { say } from './sentences.ts';
import { endSession, endSessions, type StartedSession } from './sessions.ts';
import { changePassword, type Needed, note, proveAgain, wordsAbout } from './sign-in.ts';
import { findPerson } from './store.ts';

/** Whose session acts. */
export interface Acting extends Owner {
  session_id: string;
}

/** Ends one of the own sessions. @throws Problem `not_found` */
export async function endOwnSession(service: Needed, owner: Owner, id: string): Promise<void> {
  if (!(await endSession(service.system.sql, owner.person_id, id)))
    throw new Problem('not_found', 'There is no such session.');
  await noteEnded(service, owner, [id]);
}

/** Ends all of the own sessions but this one. */
export async function endOtherSessions(service: Needed, { session_id, ...owner }: Acting): Promise<void> {
  if ((await endSessions(service.system.sql, owner.person_id, session_id)) > 0)
    await noteEnded(service, owner, ['others']);
}

function noteEnded(service: Needed, owner: Owner, sessions: readonly string[]): Promise<void> {
  return service.system.transaction((tx) => note(tx, service, owner, 'person.sessions_ended', { sessions }));
}

/**
 * @returns the session under a new secret
 * @throws Problem `bad_request` for a password that will not do, `refused` when the proof is wrong
 */
export async function replacePassword(
  service: Needed,
  { person_id, session_id }: Acting,
  proof: { password: string; code?: string | undefined },
  new_password: string,
): Promise<StartedSession> {
  requireGoodPassword(new_password, await wordsAbout(service, person_id), '/body/new_password');
  if (!(await proveAgain(service, { person_id, session_id }, proof)))
    throw new Problem('refused', say('secret_wrong'));
  return changePassword(service, person_id, session_id, new_password);
}

/** @throws Problem `conflict` when there is one already */
export async function beginSecondFactor(
  { system, vault }: Needed,
  owner: Owner,
): Promise<{ secret: string; uri: string }> {
  if (await hasSecondFactor(system.sql, owner.person_id)) throw new Problem('conflict', say('factor_exists'));
  const { email } = (await findPerson(system.sql, vault, owner.person_id))!;
  return system.transaction((tx) => beginTotp(tx, vault, owner, email));
}

/**
 * @returns recovery codes, shown this once
 * @throws Problem `conflict` when it counts already, `refused` when the code is wrong
 */
export async function confirmSecondFactor(service: Needed, owner: Owner, code: string): Promise<string[]> {
  const recovery_codes = await service.system.transaction(async (tx) => {
    if (await hasSecondFactor(tx, owner.person_id)) throw new Problem('conflict', say('factor_counts'));
    const codes = await confirmTotp(tx, service.vault, owner, code);
    if (codes) await note(tx, service, owner, 'person.second_factor_added', {});
    return codes;
  });
  if (!recovery_codes) throw new Problem('refused', say('code_wrong'));
  return recovery_codes;
}

export function removeSecondFactor(service: Needed, owner: Owner): Promise<void> {
  return service.system.transaction(async (tx) => {
    await removeTotp(tx, owner.person_id);
    await note(tx, service, owner, 'person.second_factor_removed', {});
  });
}

/** @throws Problem `not_found` */
export function removeOwnPasskey(service: Needed, owner: Owner, id: string): Promise<void> {
  return service.system.transaction(async (tx) => {
    if (!(await removePasskey(tx, owner.person_id, id)))
      throw new Problem('not_found', 'There is no such passkey.');
    await note(tx, service, owner, 'person.passkey_removed', {});
  });
}
