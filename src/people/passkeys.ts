/**
 * Passkeys (WebAuthn level 3): registered by somebody who is signed in, and enough to sign in, since the authenticator has verified
 * the person. A challenge is a ticket: random, kept as a hash, good for one answer and a few minutes.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from '@simplewebauthn/server';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { say } from './sentences.ts';
import { type Needed, note, notTooSoon, refused, type SignInOutcome, started } from './sign-in.ts';
import { findLogin, type Login, type Person } from './store.ts';
import { issueTicket, TICKET_MINUTES, type TicketPurpose, takeTicket } from './tickets.ts';

/** Loaded by the first who needs it: it is an eighth of what the service has to load, and many have no passkeys. */
const library = () => import('@simplewebauthn/server');

const MAX_PASSKEYS = 10;
const TIMEOUT_ms = TICKET_MINUTES * 60_000;
const VERIFIED = { userVerification: 'required', residentKey: 'required' } as const;

/** A passkey as its owner sees it. */
export interface Passkey {
  id: string;
  label: string;
  created_at: Date;
  last_used_at: Date | null;
}

type Owner = Pick<Person, 'id' | 'organisation_id' | 'name' | 'email'>;

/** @param public_url origin under which browsers reach the service; passkeys are for its host */
export async function beginPasskey(
  { system }: Needed,
  { id: person_id, name, email }: Owner,
  public_url: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library();
  const challenge = await issueTicket(system.sql, 'passkey_registration', { person_id });
  const known = await passkeysOf(system.sql, person_id);
  return generateRegistrationOptions({
    rpName: 'Pledgewatch',
    rpID: new URL(public_url).hostname,
    userID: new Uint8Array(Buffer.from(person_id)),
    userName: email,
    userDisplayName: name,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_ms,
    attestationType: 'none',
    authenticatorSelection: VERIFIED,
    excludeCredentials: known.map(({ id }) => ({ id })),
  });
}

/** @throws Problem `refused` when the answer is not to a challenge of this person, or is none; `conflict` beyond the limit */
export async function addPasskey(
  service: Needed,
  { id: person_id, organisation_id }: Owner,
  label: string,
  response: RegistrationResponseJSON,
  public_url: string,
): Promise<Passkey> {
  const { verifyRegistrationResponse } = await library();
  const verified = await withChallenge((expectedChallenge) =>
    verifyRegistrationResponse({ response, expectedChallenge, ...expected(public_url) }),
  );
  return service.system.transaction(async (tx) => {
    const ticket = verified && (await takeTicket(tx, 'passkey_registration', verified.challenge));
    const credential = verified?.result.registrationInfo?.credential;
    if (!credential || ticket?.person_id !== person_id) throw new Problem('refused', say('passkey_unasked'));
    if ((await passkeysOf(tx, person_id)).length >= MAX_PASSKEYS)
      throw new Problem('conflict', say('passkeys_full', { count: MAX_PASSKEYS }));
    const made = await insertPasskey(tx, person_id, label, credential);
    await note(tx, service, { person_id, organisation_id }, 'person.passkey_added', { label });
    return made;
  });
}

async function insertPasskey(
  tx: Transaction,
  person_id: string,
  label: string,
  { id, publicKey, counter }: WebAuthnCredential,
): Promise<Passkey> {
  const row = { credential_id: id, person_id, label, public_key: Buffer.from(publicKey), counter };
  const [made] = await tx<{ created_at: Date }[]>`
    insert into passkey ${tx(row)} on conflict do nothing returning created_at`;
  if (!made) throw new Problem('conflict', say('passkey_again'));
  return { id, label, created_at: made.created_at, last_used_at: null };
}

export async function passkeysOf(sql: Sql, person_id: string): Promise<Passkey[]> {
  return sql<Passkey[]>`select credential_id as id, label, created_at, last_used_at from passkey
    where person_id = ${person_id} order by created_at, credential_id`;
}

/** @returns false when the person has no such passkey */
export async function removePasskey(sql: Sql, person_id: string, id: string): Promise<boolean> {
  return (
    (await sql`delete from passkey where credential_id = ${id} and person_id = ${person_id}`).count === 1
  );
}

export async function removePasskeys(sql: Sql, person_id: string): Promise<void> {
  await sql`delete from passkey where person_id = ${person_id}`;
}

/** Names nobody: the authenticator knows whose passkeys it holds. */
export async function beginPasskeySignIn(
  { system }: Needed,
  public_url: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  const challenge = await issueTicket(system.sql, 'passkey_sign_in', {});
  return generateAuthenticationOptions({
    rpID: new URL(public_url).hostname,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_ms,
    userVerification: 'required',
  });
}

/** @param replaced secret of the session that the browser had before, which ends */
export async function signInWithPasskey(
  service: Needed,
  response: AuthenticationResponseJSON,
  public_url: string,
  replaced: string | null,
): Promise<SignInOutcome> {
  // Before the transaction, whose connection the first of all would hold while it loads.
  await library();
  return notTooSoon(async () => {
    const { login, verified } = await service.system.transaction((tx) => answered(tx, response, public_url));
    if (!login || !verified) return refused(service, login, 'passkey');
    return started(service, login, 'passkey', replaced);
  });
}

/** Whose passkey answered, and whether it did; two with one counter wait for each other on its row. */
async function answered(
  tx: Transaction,
  response: AuthenticationResponseJSON,
  public_url: string,
): Promise<{ login: Login | null; verified: boolean }> {
  const [row] = await tx<{ person_id: string; public_key: Buffer; counter: number }[]>`
    select person_id, public_key, counter from passkey where credential_id = ${response.id} for update`;
  const login = row ? await findLogin(tx, row) : null;
  if (!row || !login) return { login: null, verified: false };
  const { public_key, counter } = row;
  const { verifyAuthenticationResponse } = await library();
  const credential = { id: response.id, publicKey: new Uint8Array(public_key), counter };
  const outcome = await withChallenge((expectedChallenge) =>
    verifyAuthenticationResponse({ response, expectedChallenge, credential, ...expected(public_url) }),
  );
  const purpose: TicketPurpose = 'passkey_sign_in';
  const waited = outcome && (await takeTicket(tx, purpose, outcome.challenge)) !== null;
  if (!outcome?.result.verified || !waited) return { login, verified: false };
  await tx`update passkey set counter = ${outcome.result.authenticationInfo.newCounter}, last_used_at = now()
    where credential_id = ${response.id}`;
  return { login, verified: true };
}

function expected(public_url: string) {
  return {
    expectedOrigin: public_url,
    expectedRPID: new URL(public_url).hostname,
    requireUserVerification: true,
  };
}

/** What was verified, and the challenge that it answers; null when it cannot be verified, for whatever reason. */
async function withChallenge<T>(
  verify: (expectedChallenge: (challenge: string) => boolean) => Promise<T>,
): Promise<{ result: T; challenge: string } | null> {
  let answers = '';
  try {
    const result = await verify((challenge) => {
      answers = challenge;
      return true;
    });
    return { result, challenge: answers };
  } catch {
    return null;
  }
}
