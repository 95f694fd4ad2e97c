/** Spreads the tables about patents over the servers of a Citus cluster, as distribution.ts declares it. */
import { StartupError } from '../errors.ts';
import type { Database, Sql, Transaction } from './client.ts';
import { DISTRIBUTED_TABLES, DISTRIBUTION_COLUMN } from './distribution.ts';
import { distributionFaults } from './distribution-faults.ts';
import { APP_ROLE, WORKER_ROLE } from './tenancy.ts';

/** Of one table: its rows are copied to where they belong. */
const TABLE_LIMIT_ms = 86_400_000;
const COORDINATOR_GROUP = 0;

/**
 * Table by table, each in a transaction of its own: a call that was cut short is finished by the next one, and one that finds
 * all of them distributed does nothing. Into how many shards is the server's own setting `citus.shard_count`.
 * @param owner a login that owns the tables, on the coordinator (`requireCoordinator`)
 * @returns the tables that this call distributed
 * @throws StartupError when a table breaks a rule of Citus, or a server refuses the roles of the service
 */
export async function distribute(owner: Database): Promise<string[]> {
  const faults = await distributionFaults(owner.sql);
  if (faults.length > 0)
    throw new StartupError(
      `The tables cannot be distributed, and are as they were: ${faults.join('; ')}. Mend that by a migration, or declare it in src/db/distribution.ts.`,
    );
  const before = await distributedTables(owner.sql);
  const left = DISTRIBUTED_TABLES.filter((table) => !before.includes(table));
  const patient = owner.sibling({ max: 1, statement_timeout_ms: TABLE_LIMIT_ms });
  try {
    for (const table of left)
      await patient.transaction(async (tx) => {
        // Those of ours only raise; Citus cannot tell them from others.
        await tx`select set_config('citus.enable_unsafe_triggers', 'on', true)`;
        const beside = table === DISTRIBUTED_TABLES[0] ? 'none' : DISTRIBUTED_TABLES[0]!;
        await tx`select create_distributed_table(${table}, ${DISTRIBUTION_COLUMN}, colocate_with => ${beside})`;
        await tx`select truncate_local_data_after_distributing_table(${table})`;
      });
  } finally {
    await patient.close();
  }
  await owner.transaction(requireRoles);
  return left;
}

/** What a request asks of another server is asked there as the role of the request. */
async function requireRoles(tx: Transaction): Promise<void> {
  for (const role of [APP_ROLE, WORKER_ROLE]) {
    await tx`select set_config('role', ${role}, true)`;
    await tx`select from patent limit 1`.catch((cause) => {
      throw new StartupError(
        `The tables are distributed, but a server of the cluster refuses the role ${role} (${cause.message}): as a superuser on the coordinator run "alter role ${APP_ROLE} login" and "alter role ${WORKER_ROLE} login", without a password (docs/operate.md), then this command again.`,
        { cause },
      );
    });
  }
}

/** @throws StartupError with what to do instead */
export async function requireCoordinator(sql: Sql): Promise<void> {
  if (!(await hasCitus(sql)))
    throw new StartupError(
      'This database cannot be distributed: it has no extension citus. Run "create extension citus" on the coordinator of a Citus cluster as a superuser, or leave --distribute out: one PostgreSQL needs nothing of it.',
    );
  const [node] = await sql<{ groupid: number }[]>`select groupid from pg_dist_local_group`;
  if (node!.groupid !== COORDINATOR_GROUP)
    throw new StartupError(
      'DATABASE_OWNER_URL leads to a worker of the Citus cluster: give the address of its coordinator.',
    );
}

export async function hasCitus(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`
    select exists (select from pg_extension where extname = 'citus') as there`;
  return row!.there;
}

async function distributedTables(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_dist_partition join pg_class on pg_class.oid = logicalrelid where partmethod = 'h'`;
  return rows.map(({ name }) => name);
}
