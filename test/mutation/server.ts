/** One PostgreSQL for all mutants of a run: each gets a database of its own on it, and leaves it behind when it ends badly. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../../src/db/client.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { openFolder } from '../database.ts';

const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

export interface MutantServer {
  /** As the superuser, who may make databases. */
  url: string;
  /** Removes the databases that stood here at the sweep before too: whoever made those has ended. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export async function startServer(): Promise<MutantServer> {
  const directory = await openFolder('pledgewatch-mutants-');
  // The superuser has no way in, so the file that says so is written anew between a first start and a second.
  const first = await startEmbedded({ directory, settings: SETTINGS });
  await writeFile(join(first.data_directory, 'pg_hba.conf'), 'local all all trust\n');
  await first.stop();
  const server = await startEmbedded({ directory, settings: SETTINGS });
  const url = Object.assign(new URL(server.owner_url), { username: 'postgres', pathname: '/postgres' }).href;
  const admin = connect(url, { max: 1 });
  let known = new Set<string>();
  return {
    url,
    async sweep() {
      const rows = await admin.sql<{ name: string }[]>`
        select datname as name from pg_database where datname like 'pledgewatch\_test\_%'`;
      for (const { name } of rows.filter(({ name }) => known.has(name)))
        await admin.sql.unsafe(`drop database if exists ${name} with (force)`);
      known = new Set(rows.map(({ name }) => name));
    },
    async close() {
      await admin.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
