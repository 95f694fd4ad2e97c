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

/** Roles of the database that migrations/0039 makes: of requests, and of jobs. */
export const APP_ROLE = 'pledgewatch_app';
export const WORKER_ROLE = 'pledgewatch_worker';

/** Whose transactions those of a request are. */
export interface Tenant {
  organisation_id: string;
  kind: OrganisationKind;
}

const acting = new AsyncLocalStorage<Tenant>();
const ofTenants = new WeakSet<Transaction>();

/** Runs `work`, all that it awaits included, for a tenant. */
export function actFor<T>({ organisation_id, kind }: Tenant, work: () => T): T {
  return acting.run({ organisation_id, kind }, work);
}

/**
 * The database as requests see it. What stands outside of `actFor` has no tenant.
 * @param database whose connections have the role `pledgewatch_app`
 */
export function tenantDatabase(database: Database): Database {
  const transaction: Database['transaction'] = (work) =>
    database.transaction(async (tx) => {
      ofTenants.add(tx);
      await declare(tx);
      return work(tx);
    });
  return { ...database, transaction, sql: eachInItsTransaction(database.sql as postgres.Sql, transaction) };
}

/**
 * Writes of a request that reach over to another organisation: the events and audit entries that the other party of a
 * pledge gets too, and the question whether a patent is pledged elsewhere. Nothing read here may go into an answer.
 */
export async function acrossTenants<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  if (!ofTenants.has(tx)) return work();
  await become(tx, WORKER_ROLE);
  const result = await work();
  await become(tx, APP_ROLE);
  return result;
}

/** Until the transaction ends; a third argument of false would hand the tenant on to the connection's next user. */
async function declare(tx: Transaction): Promise<void> {
  const { organisation_id = '', kind = '' } = acting.getStore() ?? {};
  await tx`select set_config('app.organisation_id', ${organisation_id}, true), set_config('app.kind', ${kind}, true)`;
}

async function become(tx: Transaction, role: string): Promise<void> {
  await tx`select set_config('role', ${role}, true)`;
}

/** A single statement gets a transaction to itself, for the tenant is declared for a transaction at a time. */
function eachInItsTransaction(sql: postgres.Sql, transaction: Database['transaction']): postgres.Sql {
  const send = (made: unknown, again: (tx: Transaction) => unknown) => {
    if (made instanceof Promise) redirect(made as DriverQuery, () => transaction(async (tx) => again(tx)));
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

function redirect(query: DriverQuery, run: () => Promise<unknown>): void {
  query.handle = async () => {
    if (query.executed) return;
    query.executed = true;
    await run().then(query.resolve, query.reject);
  };
}
