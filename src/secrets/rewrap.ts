/** `npm run secrets:rewrap`: puts a new master key in the place of the one before; what is sealed stays as it is. */
import { parseArgs } from 'node:util';
import { run } from '../command.ts';
import { loadConfig } from '../config.ts';
import type { Database } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import { openForCommand } from '../process.ts';
import { masterIdOf, unwrap, wrap } from './vault.ts';

const HELP = `npm run secrets:rewrap -- [--json]

Wraps the data keys in the database of DATABASE_URL (or the embedded one) with MASTER_KEY, the new master key, that
PREVIOUS_MASTER_KEY wrapped. All or none; what is sealed with them is left as it is. End every server and worker first,
and start them with the new one. Prints how many were wrapped anew.
`;

/** @returns how many data keys are under the new master key now and were not before */
async function rewrap(database: Database, previous: Buffer, next: Buffer): Promise<number> {
  const [previous_id, master_id] = [masterIdOf(previous), masterIdOf(next)];
  return database.transaction(async (tx) => {
    const rows = await tx<{ owner: string; version: number; wrapped: string; master_id: string }[]>`
      select owner, version, wrapped, master_id from data_key where master_id <> ${master_id} for update`;
    for (const { owner, version, wrapped, master_id: found } of rows) {
      if (found !== previous_id)
        throw new StartupError(
          `The data key of ${owner} is wrapped by the master key ${found}, and PREVIOUS_MASTER_KEY is ${previous_id}: give that one. Nothing was changed.`,
        );
      const again = wrap(next, owner, version, unwrap(previous, owner, version, wrapped));
      await tx`update data_key set wrapped = ${again}, master_id = ${master_id}
        where owner = ${owner} and version = ${version}`;
    }
    return rows.length;
  });
}

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
