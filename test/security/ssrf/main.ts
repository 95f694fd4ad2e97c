/** `npm run security:ssrf`: can webhooks and downloads be aimed at inner networks? */
import { parseArgs } from 'node:util';
import { run } from '../../../src/command.ts';
import { MAX_SEED, whole } from '../../arguments.ts';
import { holds, runSsrf, type SsrfReport } from './run.ts';

const MAX_DRAWN = 100_000;
const DEFAULTS = { drawn: '300', seed: '1' };

const HELP = `npm run security:ssrf -- [--drawn N] [--seed N] [--json]

Tries to aim webhooks and downloads at addresses that are not public: spellings, names, mixed and changing answers,
redirects. Nothing leaves loopback: canaries stand there for everything that is not public. Ends with 0 when no canary
was reached, every case ended as it should, and a guard that checks in the lookup alone does reach them.

  --drawn N   random spellings of random addresses, besides the fixed cases (default ${DEFAULTS.drawn})
  --seed N    which (default ${DEFAULTS.seed})
  --json      print the report as one line of JSON
  --help      this text
`;

await run(async () => {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const;
  const { values } = parseArgs({
    options: {
      drawn: text('drawn'),
      seed: text('seed'),
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const report = await runSsrf({
    drawn: whole('drawn', values.drawn, 0, MAX_DRAWN),
    seed: whole('seed', values.seed, 0, MAX_SEED),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
  if (!holds(report)) process.exitCode = 1;
});

function reportText({ failures, ...report }: SsrfReport): string {
  const { cases, refused, redirected, passed, unexpected, canary_hits, lookup_only_hits } = report;
  return [
    `Tried       ${cases} cases (seed ${report.seed}) in ${report.seconds} s`,
    `Ended       ${refused} refused, ${redirected} redirected and not followed, ${passed} let through, ${unexpected} otherwise than they should`,
    `Canaries    ${canary_hits} connections; ${lookup_only_hits} through a guard that checks in the lookup alone`,
    ...failures,
    '',
  ].join('\n');
}
