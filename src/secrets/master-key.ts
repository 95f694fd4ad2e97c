/** Where the master key comes from: the setting MASTER_KEY, or with the embedded database a file beside its data. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Config, masterKeyFrom } from '../config.ts';
import type { Database } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import { newMasterKey } from './vault.ts';

/** In PLEDGEWATCH_HOME, with mode 0600; holds what MASTER_KEY would. */
export const MASTER_KEY_FILE = 'master.key';

/**
 * The master key of this installation. With the embedded database, which one process at a time has, it is made on the
 * first start.
 * @throws StartupError when there is none, or none any more, with how to make one or what to put back
 */
export async function masterKeyOf(
  { master_key, database_url, home }: Pick<Config, 'master_key' | 'database_url' | 'home'>,
  database: Database,
): Promise<Buffer> {
  if (master_key !== null) return master_key;
  if (database_url !== null)
    throw new StartupError(
      'Environment variable MASTER_KEY is not set: give every server and worker the same, made once by "openssl rand -base64 32" and kept apart from the database (docs/operate.md).',
    );
  const file = path.join(home, MASTER_KEY_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return makeFile(file, database);
  const kept = masterKeyFrom(text.trim());
  if (kept !== null) return kept;
  throw new StartupError(
    `${file} does not hold a master key, which is 32 bytes in base64: put back the file that this database was begun with.`,
  );
}

async function makeFile(file: string, { sql }: Database): Promise<Buffer> {
  if ((await sql`select from data_key limit 1`).count > 0)
    throw new StartupError(
      `${file} is missing, and without it the secrets in this database do not open: put it back from your backup (docs/operate.md).`,
    );
  const made = newMasterKey();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${made.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return made;
}
