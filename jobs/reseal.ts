/** `npm run secrets:reseal`: new data keys for what is sealed in the database, and all of it sealed under them. */
import { parseArgs } from 'node:util';
import { run, UsageError } from '../src/command.ts';
import { loadConfig } from '../src/config.ts';
import { openForCommand } from '../src/process.ts';
import { masterKeyOf } from '../src/secrets/master-key.ts';
import { type Resealed, reseal } from '../src/secrets/reseal.ts';
import { createVault } from '../src/secrets/vault.ts';
import { progressBar } from './progress.ts';

const HELP = `npm run secrets:reseal -- [--older-than HOURS] [--json]

Makes a new data key for each owner whose newest is older than that (24 hours if left out; 0 for every owner), in the
database of DATABASE_URL (or the embedded one), and seals under it what was sealed under those before. Servers and workers
may go on meanwhile. What was cut off is taken up by the same command. A text that does not open is told, left as it is, and
makes the exit code 1. Older data keys stay, wrapped, for backups.
`;
const DEFAULT_HOURS = '24';
const MAX_HOURS = 100_000;

await run(async () => {
  const { values } = parseArgs({
    options: {
      'older-than': { type: 'string', default: DEFAULT_HOURS },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const text = values['older-than'];
  const hours = Number(text);
  if (!/^\d+$/.test(text) || hours > MAX_HOURS)
    throw new UsageError(`--older-than: "${text}" is no number of hours from 0 to ${MAX_HOURS}.`);
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    const vault = createVault(database, await masterKeyOf(config, database));
    const show = progressBar('reseal');
    const done = await reseal(database, vault, hours, (at, all) => show(`${at} of ${all} texts`, at / all));
    tell(done, values.json === true);
  } finally {
    await close();
  }
});

function tell({ renewed, resealed, unopened }: Resealed, json: boolean): void {
  const messages = unopened.map(({ message }) => message);
  process.stdout.write(
    json
      ? `${JSON.stringify({ renewed, resealed, unopened: messages })}\n`
      : [`${renewed} data keys made, ${resealed} texts sealed anew`, ...messages, ''].join('\n'),
  );
  if (unopened.length > 0) process.exitCode = 1;
}
