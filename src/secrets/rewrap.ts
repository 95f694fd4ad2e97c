/** `npm run secrets:rewrap`: puts a new master key in the place of the one before; what is sealed stays as it is. */
import { parseArgs } from 'node:util';
import { run } from '../command.ts';
import { loadConfig } from '../config.ts';
import { StartupError } from '../errors.ts';
import { openForCommand } from '../process.ts';
import { rewrap } from './rewrap-keys.ts';
import { masterIdOf } from './vault.ts';

const HELP = `npm run secrets:rewrap -- [--json]

Wraps the data keys in the database of DATABASE_URL (or the embedded one) with MASTER_KEY, the new master key, that
PREVIOUS_MASTER_KEY wrapped. All or none; what is sealed with them is left as it is. End every server and worker first,
and start them with the new one. Prints how many were wrapped anew.
`;

await run(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const config = loadConfig(process.env);
  const { master_key, previous_master_key } = config;
  if (master_key === null || previous_master_key === null)
    throw new StartupError(
      'Environment variables MASTER_KEY, the new one, and PREVIOUS_MASTER_KEY are both needed: make the new one with "openssl rand -base64 32".',
    );
  const { database, close } = await openForCommand(config);
  try {
    const rewrapped = await rewrap(database, previous_master_key, master_key);
    const ids = { from: masterIdOf(previous_master_key), to: masterIdOf(master_key) };
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ rewrapped, ...ids })}\n`
        : `${rewrapped} data keys re-wrapped from master key ${ids.from} to ${ids.to}\n`,
    );
  } finally {
    await close();
  }
});
