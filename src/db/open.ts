/** The database of a process: the server it names, or the embedded one; migrated and ready. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { connect, type Database } from './client.ts';
import { type EmbeddedServer, startEmbedded } from './embedded.ts';
import { migrate, refuseUnmigrated } from './migrate.ts';
import { refusePrivileged } from './privileges.ts';
import { APP_ROLE, tenantDatabase, WORKER_ROLE } from './tenancy.ts';

export const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

export interface OpenDatabase {
  /** As the jobs see it: everything. */
  database: Database;
  /** As requests see it: what is the caller's. */
  requests: Database;
  /** With the login that serves, for threads with connections of their own. */
  url: string;
  /** Of the embedded server with the login that owns the database; null for another server. */
  owner_url: string | null;
  /** Closes the connections, then stops the embedded server. */
  close(): Promise<void>;
}

/**
 * @param url of a server that `npm run migrate` has brought up to date; null for the embedded one
 * @param folder where the embedded server keeps its data
 */
export async function openDatabase(url: string | null, folder: string, log: Logger): Promise<OpenDatabase> {
  const server = url === null ? await startEmbedded({ directory: path.join(folder, 'postgres') }) : null;
  const database = connect(url ?? server!.url, { role: WORKER_ROLE });
  const requests = tenantDatabase(connect(url ?? server!.url, { role: APP_ROLE }));
  let closing = false;
  // Not awaited on purpose: the process ends over it, and the next start recovers the data.
  server?.exited.then(() => {
    if (!closing)
      throw new Error('The embedded PostgreSQL ended by itself; start again, it recovers its data.');
  });
  const close = async () => {
    closing = true;
    await requests.close();
    await database.close();
    await server?.stop();
  };
  try {
    if (server) await migrateEmbedded(server, log);
    else {
      await database.check();
      await refusePrivileged(database);
      await refuseUnmigrated(database, MIGRATIONS);
    }
    return { database, requests, url: url ?? server!.url, owner_url: server?.owner_url ?? null, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function migrateEmbedded({ owner_url }: EmbeddedServer, log: Logger): Promise<void> {
  const owner = connect(owner_url, { max: 1 });
  try {
    const applied = await migrate(owner, MIGRATIONS);
    if (applied.length > 0) log.info({ applied }, 'migrated');
  } finally {
    await owner.close();
  }
}
