/** The database of a process: the server it names, or the embedded one; migrated and ready. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { connect, type Database } from './client.ts';
import { startEmbedded } from './embedded.ts';
import { migrate } from './migrate.ts';

export const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

export interface OpenDatabase {
  database: Database;
  /** Closes the connections, then stops the embedded server. */
  close(): Promise<void>;
}

/** @param folder where the embedded server keeps its data when `url` is null */
export async function openDatabase(url: string | null, folder: string, log: Logger): Promise<OpenDatabase> {
  const server = url === null ? await startEmbedded({ directory: path.join(folder, 'postgres') }) : null;
  const database = connect(url ?? server!.url);
  let closing = false;
  // Not awaited on purpose: the process ends over it, and the next start recovers the data.
  server?.exited.then(() => {
    if (!closing)
      throw new Error('The embedded PostgreSQL ended by itself; start again, it recovers its data.');
  });
  const close = async () => {
    closing = true;
    await database.close();
    await server?.stop();
  };
  try {
    await database.check();
    const applied = await migrate(database, MIGRATIONS);
    if (applied.length > 0) log.info({ applied }, 'migrated');
    return { database, close };
  } catch (error) {
    await close();
    throw error;
  }
}
