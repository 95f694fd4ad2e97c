/** `npm run demo`: the replay on a scratch database of its own, and its summary. */
import { parseArgs } from 'node:util';
import { run, UsageError } from '../src/command.ts';
import { createVault, newMasterKey } from '../src/secrets/vault.ts';
import { DEFAULT_REPLAY } from './history.ts';
import { progressBar } from './progress.ts';
import { replay } from './replay.ts';
import { summaryText } from './replay-summary.ts';
import { onScratch } from './scratch.ts';

const HELP = `npm run demo -- [--json] [--seed N]

Replays the real history of the bundled patents from 2004 to 2012 on a scratch database: contracts (invented, marked
as demonstrations), values, risk events, signed deliveries. Takes about a minute.

  --json     print the summary as one last line of JSON
  --seed N   which contracts are made (default ${DEFAULT_REPLAY.seed}); the same seed gives the same valuations
  --help     this text
`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      seed: { type: 'string', default: String(DEFAULT_REPLAY.seed) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (!/^\d{1,9}$/.test(values.seed))
    throw new UsageError(
      `--seed: "${values.seed}" is no whole number from 0 to 999999999; give one, such as --seed 7.`,
    );
  const seed = Number(values.seed);
  const { summary } = await onScratch((database, log) =>
    replay(database, createVault(database, newMasterKey()), {
      ...DEFAULT_REPLAY,
      seed,
      log,
      on_month: progressBar('replay'),
    }),
  );
  process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : summaryText(summary));
});
