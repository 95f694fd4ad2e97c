/**
 * Which patents lie on which server, so that a bulk job can be given to a process beside them. On one server there is one
 * range that holds them all; on a Citus cluster one a shard.
 */
import type { Sql } from './client.ts';
import { hasCitus } from './distribute.ts';
import { DISTRIBUTED_TABLES } from './distribution.ts';

/** `uuid_hash(patent_id)` is an int4. */
const FIRST_HASH = -(2 ** 31);
const LAST_HASH = 2 ** 31 - 1;

export interface Shard {
  /** Of `uuid_hash(patent_id)`, both ends counted. */
  first_hash: number;
  last_hash: number;
  /** Server that holds these patents, as the coordinator reaches it; null: the one that was asked. */
  node: { host: string; port: number } | null;
  /** Of each distributed table, the table on that server that holds its rows of this range, and no others. */
  tables: Readonly<Record<string, string>>;
}

/** @returns by range, without gap or overlap, all hashes from the first to the last */
export async function shardsOf(sql: Sql): Promise<Shard[]> {
  if (!(await hasCitus(sql))) return [whole()];
  const shards = await sql<Shard[]>`
    select shardminvalue::int as first_hash, shardmaxvalue::int as last_hash,
      jsonb_build_object('host', nodename, 'port', nodeport) as node,
      jsonb_object_agg(relname, shard_name(logicalrelid, shardid)) as tables
    from pg_dist_shard join pg_dist_placement using (shardid)
      join pg_dist_node on pg_dist_node.groupid = pg_dist_placement.groupid and noderole = 'primary'
      join pg_class on pg_class.oid = logicalrelid
    where relname = any(${DISTRIBUTED_TABLES})
    group by 1, 2, 3 order by 1`;
  return shards.length === 0 ? [whole()] : [...shards];
}

function whole(): Shard {
  const tables = Object.fromEntries(DISTRIBUTED_TABLES.map((table) => [table, table]));
  return { first_hash: FIRST_HASH, last_hash: LAST_HASH, node: null, tables };
}
