/** Databases for tests on a server that is there already: DATABASE_URL, one PostgreSQL or the coordinator of a Citus cluster. */
import { randomBytes } from 'node:crypto';
import { again, connect, type Database, type Sql } from '../src/db/client.ts';
import { distribute, hasCitus } from '../src/db/distribute.ts';
import { migrate } from '../src/db/migrate.ts';
import { APP_ROLE, WORKER_ROLE } from '../src/db/tenancy.ts';

/** A database of a test; `remove` drops it. */
export interface Server {
  /** For other processes, as the login that serves. */
  url: string;
  owner_url: string;
  remove(): Promise<void>;
}

const DUPLICATE_DATABASE = '42P04';
const OBJECT_IN_USE = '55006';
/** Another test file is making the template. */
const NO_SUCH_DATABASE = '3D000';
const LEAVING_ATTEMPTS = 8;

/**
 * A clone of a migrated template, which is made when there is none yet. On a cluster, which DATABASE_URL names by a database
 * with the extension and its workers, every server gets a database of that name, and the tables are distributed.
 * @param fingerprint tells templates apart
 */
export async function cloneOn(server_url: string, migrations: string, fingerprint: string): Promise<Server> {
  const template = `pledgewatch_template_${fingerprint}`;
  const name = `pledgewatch_test_${randomBytes(6).toString('hex')}`;
  const cluster = await openCluster(server_url);
  const [known] = await cluster.first.sql`select 1 from pg_database where datname = ${template}`;
  if (!known) await makeTemplate(cluster, migrations, template);
  await onEach(cluster, ({ sql }) =>
    again([OBJECT_IN_USE, NO_SUCH_DATABASE], LEAVING_ATTEMPTS, () =>
      sql.unsafe(`create database ${name} template ${template}`),
    ),
  );
  const password = randomBytes(16).toString('hex');
  await cluster.first.sql.unsafe(
    `create role ${name} login noinherit password '${password}' in role ${APP_ROLE}, ${WORKER_ROLE}`,
  );
  const owner_url = withDatabase(server_url, name);
  return {
    url: Object.assign(new URL(owner_url), { username: name, password }).href,
    owner_url,
    async remove() {
      await onEach(cluster, ({ sql }) => sql.unsafe(`drop database ${name} with (force)`));
      await cluster.first.sql.unsafe(`drop role ${name}`);
      await onEach(cluster, (server) => server.close());
    },
  };
}

interface Cluster {
  /** The coordinator, or the only one. */
  first: Database;
  urls: string[];
  servers: Database[];
  /** Null where there is no Citus. */
  workers: { host: string; port: number }[] | null;
}

async function openCluster(url: string): Promise<Cluster> {
  const first = connect(url, { max: 1 });
  await first.check();
  const workers = (await hasCitus(first.sql))
    ? [
        ...(await first.sql<
          { host: string; port: number }[]
        >`select nodename as host, nodeport as port from pg_dist_node
          where noderole = 'primary' and groupid <> 0 order by groupid`),
      ]
    : null;
  const others = (workers ?? []).map(
    ({ host, port }) => Object.assign(new URL(url), { hostname: host, port: String(port) }).href,
  );
  return {
    first,
    workers,
    urls: [url, ...others],
    servers: [first, ...others.map((other) => connect(other, { max: 1 }))],
  };
}

async function onEach(cluster: Cluster, work: (server: Database) => Promise<unknown>): Promise<void> {
  for (const server of cluster.servers) await work(server);
}

async function makeTemplate(cluster: Cluster, migrations: string, template: string): Promise<void> {
  const draft = `pledgewatch_draft_${randomBytes(6).toString('hex')}`;
  await onEach(cluster, ({ sql }) => sql.unsafe(`create database ${draft}`));
  if (cluster.workers !== null) await join(cluster, draft);
  const database = connect(withDatabase(cluster.urls[0]!, draft));
  await migrate(database, migrations);
  if (cluster.workers !== null) {
    for (const role of [APP_ROLE, WORKER_ROLE]) await database.sql.unsafe(`alter role ${role} login`);
    await distribute(database);
  }
  await database.close();
  try {
    // The coordinator last: where it has the template, all of them have.
    for (const { sql } of cluster.servers.toReversed()) await rename(sql, draft, template);
  } catch (error) {
    if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
    await onEach(cluster, ({ sql }) => sql.unsafe(`drop database ${draft} with (force)`));
  }
}

/** Makes the databases `name` of all servers one cluster. */
async function join(cluster: Cluster, name: string): Promise<void> {
  for (const url of cluster.urls) {
    const server = connect(withDatabase(url, name), { max: 1 });
    await server.sql`create extension citus`;
    await server.close();
  }
  const coordinator = connect(withDatabase(cluster.urls[0]!, name), { max: 1 });
  const { hostname, port } = new URL(cluster.urls[0]!);
  await coordinator.sql`select citus_set_coordinator_host(${hostname}, ${Number(port)})`;
  for (const { host, port } of cluster.workers!)
    await coordinator.sql`select citus_add_node(${host}, ${port})`;
  await coordinator.close();
}

/** Sessions that were closed just now may still be leaving, and Citus keeps one of its own while others are there. */
async function rename(sql: Sql, draft: string, template: string): Promise<void> {
  await again([OBJECT_IN_USE], LEAVING_ATTEMPTS, async () => {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${draft}`;
    await sql.unsafe(`alter database ${draft} rename to ${template}`);
  });
}

function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
