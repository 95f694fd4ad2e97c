/** `npm run migrate`: brings a server's database up to date as its owner, which no serving process may be. */
import { parseArgs } from 'node:util';
import { run } from '../command.ts';
import { loadConfig } from '../config.ts';
import { StartupError } from '../errors.ts';
import { connect, type Database } from './client.ts';
import { distribute, requireCoordinator } from './distribute.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './open.ts';
import { type Shard, shardsOf } from './shards.ts';

const HELP = `npm run migrate -- [--distribute] [--json]

Brings the database of DATABASE_OWNER_URL up to date and makes the roles pledgewatch_app and pledgewatch_worker. That login
owns the tables; the first time it must be allowed to create roles. The embedded database needs no such command.

  --distribute  then spreads the tables about patents over the servers of a Citus cluster, whose coordinator
                DATABASE_OWNER_URL leads to (docs/operate.md); may be said again
  --json        print one line of JSON
  --help        this text
`;

interface Done {
  applied: string[];
  /** With --distribute: tables that were distributed, and shards by server. */
  distributed?: string[];
  shards?: Record<string, number>;
}

await run(async () => {
  const { values } = parseArgs({
    options: { distribute: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { database_owner_url } = loadConfig(process.env);
  if (database_owner_url === null)
    throw new StartupError(
      'Environment variable DATABASE_OWNER_URL is not set: give the address of the server with the login that owns the database.',
    );
  const owner = connect(database_owner_url, { max: 1 });
  try {
    if (values.distribute) await requireCoordinator(owner.sql);
    const done: Done = { applied: await migrate(owner, MIGRATIONS) };
    if (values.distribute) Object.assign(done, await spread(owner));
    process.stdout.write(values.json ? `${JSON.stringify(done)}\n` : text(done));
  } finally {
    await owner.close();
  }
});

async function spread(owner: Database): Promise<Required<Pick<Done, 'distributed' | 'shards'>>> {
  const distributed = await distribute(owner);
  const shards = Object.groupBy(await shardsOf(owner.sql), serverOf);
  return {
    distributed,
    shards: Object.fromEntries(Object.entries(shards).map(([server, held]) => [server, held!.length])),
  };
}

function serverOf({ node }: Shard): string {
  return node === null ? 'this server' : `${node.host}:${node.port}`;
}

function text({ applied, distributed = [], shards = {} }: Done): string {
  const lines = [
    ...applied,
    ...distributed.map((table) => `${table} distributed`),
    ...Object.entries(shards).map(([server, count]) => `${server}: ${count} shards`),
  ];
  return lines.map((line) => `${line}\n`).join('') || 'nothing to do\n';
}
