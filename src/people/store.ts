/** Persons. What tells who one is stands in `person_detail` alone, sealed; an address is found by its fingerprint. */
import type { OrganisationKind } from '../accounts/store.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { INSTALLATION, type Vault } from '../secrets/vault.ts';

export interface Person {
  id: string;
  organisation_id: string;
  role: string;
  name: string;
  email: string;
  created_at: Date;
  closed_at: Date | null;
}

type SealedPerson = Person;

/** Where a detail of a person is kept, for the vault of the organisation. */
export function detailPlace(person_id: string, detail: 'name' | 'email'): string {
  return `person_detail/${person_id}/${detail}`;
}

/** Large and small letters are the same in an address. */
export function fingerprintOf(vault: Vault, email: string): Promise<string> {
  return vault.fingerprint(INSTALLATION, 'email', email.toLowerCase());
}

export interface NewPerson {
  organisation_id: string;
  role: string;
  name: string;
  email: string;
  invited_by: string;
  /** Hash of one that was found good. */
  password: string;
}

/** @returns null when somebody has the address already */
export async function createPerson(
  tx: Transaction,
  vault: Vault,
  { organisation_id, role, name, email, invited_by, password }: NewPerson,
  now: Date,
): Promise<Person | null> {
  const id = newId('psn');
  const email_mac = await fingerprintOf(vault, email);
  const person = { id, organisation_id, role, invited_by, created_at: now };
  await tx`insert into person ${tx(person)}`;
  const detail = {
    person_id: id,
    organisation_id,
    name: await vault.seal(organisation_id, detailPlace(id, 'name'), name),
    email: await vault.seal(organisation_id, detailPlace(id, 'email'), email),
    email_mac,
  };
  const made = await tx`insert into person_detail ${tx(detail)} on conflict (email_mac) do nothing`;
  if (made.count === 0) return null;
  await tx`insert into person_login ${tx({ person_id: id, password })}`;
  return { id, organisation_id, role, name, email, created_at: now, closed_at: null };
}

/** Those of an organisation, oldest first, closed accounts included. */
export async function peopleOf(sql: Sql, vault: Vault, organisation_id: string): Promise<Person[]> {
  const rows = await sql<SealedPerson[]>`select person.*, name, email from person
    join person_detail on person_id = person.id where person.organisation_id = ${organisation_id}
    order by created_at, id`;
  return Promise.all(rows.map((row) => opened(vault, row)));
}

export async function findPerson(sql: Sql, vault: Vault, id: string): Promise<Person | null> {
  const [row] = await sql<SealedPerson[]>`select person.*, name, email from person
    join person_detail on person_id = person.id where person.id = ${id}`;
  return row ? opened(vault, row) : null;
}

async function opened(vault: Vault, row: SealedPerson): Promise<Person> {
  const { id, organisation_id } = row;
  return {
    ...row,
    name: await vault.open(organisation_id, detailPlace(id, 'name'), row.name),
    email: await vault.open(organisation_id, detailPlace(id, 'email'), row.email),
  };
}

/** How somebody proves who it is. */
export interface Login {
  person_id: string;
  organisation_id: string;
  kind: OrganisationKind;
  password: string;
  second_factor: boolean;
}

/** By person or address, of those whose account is open; for the database as the jobs see it. */
export async function findLogin(
  sql: Sql,
  by: { person_id: string } | { email_mac: string },
): Promise<Login | null> {
  const [row] = await sql<Login[]>`
    select person.id as person_id, person.organisation_id, kind, password, totp_since is not null as second_factor
    from person join person_login on person_login.person_id = person.id
    join organisation on organisation.id = organisation_id
    where closed_at is null and person.id = ${
      'person_id' in by
        ? by.person_id
        : sql`(select person_id from person_detail where email_mac = ${by.email_mac})`
    }`;
  return row ?? null;
}

/** @returns false when the organisation has no such open account */
export async function setRole(
  tx: Transaction,
  organisation_id: string,
  id: string,
  role: string,
): Promise<boolean> {
  const changed = await tx`update person set role = ${role}
    where id = ${id} and organisation_id = ${organisation_id} and closed_at is null`;
  return changed.count === 1;
}

/** @returns false when the organisation has no such open account */
export async function closeAccount(
  tx: Transaction,
  organisation_id: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const closed = await tx`update person set closed_at = ${now}
    where id = ${id} and organisation_id = ${organisation_id} and closed_at is null`;
  return closed.count === 1;
}

/** Whether the organisation has it; held until the end of the transaction. */
export async function isOpenAccount(tx: Transaction, organisation_id: string, id: string): Promise<boolean> {
  const found = await tx`select from person
    where id = ${id} and organisation_id = ${organisation_id} and closed_at is null for update`;
  return found.count === 1;
}
