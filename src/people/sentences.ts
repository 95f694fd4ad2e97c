/** What is said of people, their invitations, second factors and passkeys. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  role_unknown: 'A {role} has no role {given}; give one of {person_role}.',
  address_taken: 'This address has an account already; sign in, or ask for an invitation to another.',
  invitation_over: 'There is no such invitation, or no longer; ask for another.',
  account_recovery_over:
    'There is no such way back, or no longer; ask an administrator of your organisation for another.',
  password_at_fault: '{pointer} {fault}',
  password_short:
    'has {length} characters; give {least} or more, such as four words that have nothing to do with each other.',
  password_long: 'has {length} characters; give {most} or fewer.',
  password_common:
    'is made of common passwords, runs of letters and what others know of you; take words that nobody would guess.',
  secret_wrong: 'The password or the code is not right.',
  factor_exists: 'There is a second factor; remove it first.',
  factor_counts: 'The second factor counts already.',
  code_wrong: 'The code is not right; take the next one.',
  passkey_unasked: 'This is no answer to a challenge that waits; ask for another.',
  passkeys_full: 'A person has {count} passkeys at the most; remove one first.',
  passkey_again: 'This passkey is registered already.',
  session_ended: 'The session was ended; sign in again.',
} as const;

export const say = sentencesOf(SENTENCES);
