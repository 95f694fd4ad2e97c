/** `npm run migrate`: brings a server's database up to date as its owner, which no serving process may be. */
import { parseArgs } from 'node:util';
import { run } from '../command.ts';
import { loadConfig } from '../config.ts';
import { StartupError } from '../errors.ts';
import { connect } from './client.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './open.ts';

const HELP = `npm run migrate -- [--json]

Brings the database of DATABASE_OWNER_URL up to date and makes the roles pledgewatch_app and pledgewatch_worker. That login
owns the tables; the first time it must be allowed to create roles. The embedded database needs no such command.
`;

await run(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const { database_owner_url } = loadConfig(process.env);
  if (database_owner_url === null)
    throw new StartupError(
      'Environment variable DATABASE_OWNER_URL is not set: give the address of the server with the login that owns the database.',
    );
  const owner = connect(database_owner_url, { max: 1 });
  try {
    const applied = await migrate(owner, MIGRATIONS);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ applied })}\n`
        : applied.map((name) => `${name}\n`).join('') || 'nothing to do\n',
    );
  } finally {
    await owner.close();
  }
});
