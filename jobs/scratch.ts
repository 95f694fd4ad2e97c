/** Work on an embedded database of its own, which is thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino, { type Logger } from 'pino';
import type { Database } from '../src/db/client.ts';
import { openDatabase } from '../src/db/open.ts';
import { openLog } from '../src/log.ts';

/** @param work handed a migrated, empty database, and a log that tells warnings on standard error */
export async function onScratch<Result>(
  work: (database: Database, log: Logger) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-scratch-'));
  const log = openLog('warn', pino.destination(2));
  const { database, close } = await openDatabase(null, folder, log);
  try {
    return await work(database, log);
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}
