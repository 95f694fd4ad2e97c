/**
 * Isolation in the database (docs/decisions/0023-row-level-security.md). A request's statements run as the role
 * `pledgewatch_app`, in transactions that carry the caller's organisation; row-level security shows them what that
 * organisation may see, and with no organisation nothing that belongs to one. Jobs run as `pledgewatch_worker`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type postgres from 'postgres';
import type { OrganisationKind } from '../accounts/store.ts';
import type { Database, Transaction } from './client.ts';
import type { DriverQuery } from './deadline.ts';
import { inItsTransaction } from './single.ts';

/** Roles of the database that migrations/0039 makes: of requests, and of jobs. */
export const APP_ROLE = 'pledgewatch_app';
export const WORKER_ROLE = 'pledgewatch_worker';

/** Whose transactions those of a request are. */
export interface Tenant {
  organisation_id: string;
  kind: OrganisationKind;
  /** The person who acts, or who issued the key. */
  person_id?: string;
}

const acting = new AsyncLocalStorage<Tenant>();
/** Those that stand where their tenant does, and have not reached over to another. */
const ofTenants = new WeakSet<Transaction>();

/** Runs `work`, all that it awaits included, for a tenant. */
export function actFor<T>({ organisation_id, kind, person_id }: Tenant, work: () => T): T {
  return acting.run({ organisation_id, kind, ...(person_id !== undefined && { person_id }) }, work);
}

/**
 * The database as requests see it. What stands outside of `actFor` has no tenant.
 * @param database whose connections have the role `pledgewatch_app`
 */
export function tenantDatabase(database: Database): Database {
  const transaction: Database['transaction'] = (work) =>
    database.transaction((tx) => {
      ofTenants.add(tx);
      return work(tx);
    }, opening());
  return { ...database, transaction, sql: eachInItsTransaction(database.sql as postgres.Sql, transaction) };
}

/**
 * Writes of a request that reach over to another organisation: the events and audit entries that the other party of a
 * pledge gets too, and the question whether a patent is pledged elsewhere. Nothing read here may go into an answer.
 */
export async function acrossTenants<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  if (!ofTenants.has(tx)) return work();
  become(tx, WORKER_ROLE);
  ofTenants.delete(tx);
  try {
    return await work();
  } finally {
    ofTenants.add(tx);
    become(tx, APP_ROLE);
  }
}

/**
 * Declares the tenant until the transaction ends; without `local` the connection's next user would have it too. It goes out
 * with `begin`, as a text of its own that takes no parameters, in statements that need no plan.
 */
function opening(): string {
  const { organisation_id = '', kind = '', person_id = '' } = acting.getStore() ?? {};
  const set = Object.entries({ organisation_id, kind, actor: person_id }).map(([name, word]) => {
    if (!/^\w*$/.test(word)) throw new Error('a tenant has no such id or kind');
    return `set local app.${name} = '${word}'`;
  });
  return set.join('; ');
}

/** Not waited for: what follows is sent with it and, were it to fail, would fail in the transaction that it broke. */
function become(tx: Transaction, role: string): void {
  tx`select set_config('role', ${role}, true)`.execute();
}

/** A single statement gets a transaction to itself, for the tenant is declared for a transaction at a time. */
function eachInItsTransaction(sql: postgres.Sql, transaction: Database['transaction']): postgres.Sql {
  const send = (made: unknown, again: (tx: Transaction) => unknown) => {
    if (made instanceof Promise)
      inItsTransaction(sql, opening, made as DriverQuery, () => transaction(async (tx) => again(tx)));
    return made;
  };
  const unsafe = (...args: Parameters<typeof sql.unsafe>) =>
    send(sql.unsafe(...args), (tx) => tx.unsafe(...args));
  return new Proxy(sql, {
    apply: (target, self, args: Parameters<Transaction>) =>
      send(Reflect.apply(target, self, args), (tx) => tx(...args)),
    get: (target, name) => (name === 'unsafe' ? unsafe : Reflect.get(target, name)),
  });
}
