/** `npm run chaos`: deliveries under faults, and what came of them. */
import { parseArgs } from 'node:util';
import { progressBar } from '../../jobs/progress.ts';
import { run } from '../../src/command.ts';
import { MAX_SEED, whole } from '../arguments.ts';
import { keepsPromises, reportText } from './report.ts';
import { runChaos } from './run.ts';

const MAX_EVENTS = 1_000_000;
const MAX_FAULTS = 10_000;
const DEFAULTS = { events: '10000', kills: '200', restarts: '20', freezes: '20', seed: '1' };

const HELP = `npm run chaos -- [--events N] [--kills N] [--restarts N] [--freezes N] [--seed N] [--json]

Delivers signed events to faulty receivers on loopback, from a PostgreSQL of its own, while processes are killed and
frozen and the database is crashed. Ends with 0 when nothing was lost, reordered, stuck or sent without its commit,
and every duplicate had the same id and bytes. At the default size it takes about four minutes.

  --events N     events committed (default ${DEFAULTS.events}), each for a bank's and a firm's endpoints
  --kills N      SIGKILLs of a worker or the producer (default ${DEFAULTS.kills})
  --restarts N   immediate restarts of the database (default ${DEFAULTS.restarts})
  --freezes N    workers stopped past their lease (default ${DEFAULTS.freezes})
  --seed N       which fault strikes when (default ${DEFAULTS.seed}); the system's own timing is not repeated
  --json         print the report as one line of JSON
  --help         this text
`;

await run(async () => {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const;
  const { values } = parseArgs({
    options: {
      events: text('events'),
      kills: text('kills'),
      restarts: text('restarts'),
      freezes: text('freezes'),
      seed: text('seed'),
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const options = {
    events: whole('events', values.events, 1, MAX_EVENTS),
    kills: whole('kills', values.kills, 0, MAX_FAULTS),
    restarts: whole('restarts', values.restarts, 0, MAX_FAULTS),
    freezes: whole('freezes', values.freezes, 0, MAX_FAULTS),
    seed: whole('seed', values.seed, 0, MAX_SEED),
  };
  const { report, trace } = await runChaos(options, progressBar('chaos'));
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report, trace));
  if (!keepsPromises(report, options)) process.exitCode = 1;
});
