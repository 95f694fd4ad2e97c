/** People in a test: accounts made straight in the database, and sessions as a page of the service would bring them. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../src/db/client.ts';
import { hashPassword } from '../src/people/passwords.ts';
import { beginSession, csrfTokenOf } from '../src/people/sessions.ts';
import { createPerson } from '../src/people/store.ts';
import type { Vault } from '../src/secrets/vault.ts';

export const PASSWORD = 'lantern orbit thimble seven';
const PASSWORD_HASH = await hashPassword(PASSWORD);

interface Where {
  database: Database;
  vault: Vault;
}

export interface TestPerson {
  id: string;
  email: string;
}

export async function addPerson(
  { database, vault }: Where,
  organisation_id: string,
  role: string,
): Promise<TestPerson> {
  const email = `${randomBytes(6).toString('hex')}@mail.example`;
  const given = {
    organisation_id,
    role,
    name: 'A Person',
    email,
    invited_by: 'test',
    password: PASSWORD_HASH,
  };
  const made = await database.transaction((tx) => createPerson(tx, vault, given, new Date()));
  return { id: made!.id, email };
}

export interface BrowserSession {
  id: string;
  /** Cookie and token. */
  headers: Record<string, string>;
}

export async function openSession(
  { database }: Pick<Where, 'database'>,
  person_id: string,
): Promise<BrowserSession> {
  const { id, token } = await database.transaction((tx) => beginSession(tx, person_id));
  return { id, headers: headersOf(token) };
}

export function headersOf(token: string): Record<string, string> {
  return { cookie: `__Host-session=${token}`, 'x-csrf-token': csrfTokenOf(token) };
}

/** A passkey that nobody has the private key of. @returns its id */
export async function addPasskey({ database }: Pick<Where, 'database'>, person_id: string): Promise<string> {
  const credential_id = randomBytes(16).toString('base64url');
  const row = { credential_id, person_id, label: 'lost', public_key: Buffer.alloc(1), counter: 0 };
  await database.sql`insert into passkey ${database.sql(row)}`;
  return credential_id;
}
