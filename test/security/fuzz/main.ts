/** `npm run security:fuzz`: does the service answer anything that may be asked of it as its OpenAPI document says? */
import { parseArgs } from 'node:util';
import { progressBar } from '../../../jobs/progress.ts';
import { run } from '../../../src/command.ts';
import { MAX_SEED, whole } from '../../arguments.ts';
import { type FuzzReport, holds, runFuzz } from './run.ts';

const MAX_REQUESTS = 100_000_000;
const DEFAULTS = { requests: '20000', seed: '1' };

const HELP = `npm run security:fuzz -- [--requests N] [--seed N] [--json]

Sends requests made from the OpenAPI document to a service of its own on loopback, about half of them broken on purpose:
types, lengths, fields, numbers, encodings, nesting, content types, keys, other organisations' ids. Ends with 0 when no
answer was a 5xx, none was undeclared in status, type or body, none told of the inside, at least 30 % of the requests were
accepted, and the service did not grow by 50 MB.

  --requests N   how many (default ${DEFAULTS.requests})
  --seed N       which (default ${DEFAULTS.seed}); what they name is told by the service's answers
  --json         print the report as one line of JSON
  --help         this text
`;

await run(async () => {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const;
  const { values } = parseArgs({
    options: {
      requests: text('requests'),
      seed: text('seed'),
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const options = {
    requests: whole('requests', values.requests, 1, MAX_REQUESTS),
    seed: whole('seed', values.seed, 0, MAX_SEED),
    memory: true,
  };
  const report = await runFuzz(options, progressBar('fuzz'));
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
  if (!holds(report)) process.exitCode = 1;
});

function reportText(report: FuzzReport): string {
  const { requests, seconds, seed, server_errors, undeclared, leaks, operations, never_accepted } = report;
  return [
    `Asked       ${requests} requests (seed ${seed}) in ${seconds} s, ${Math.round(report.valid_share * 100)} % accepted`,
    `Faults      ${server_errors} server errors, ${undeclared} undeclared answers, ${leaks} leaks`,
    `Reached     ${operations - never_accepted.length} of ${operations} operations${never_accepted.length > 0 ? `; not ${never_accepted.join(', ')}` : ''}`,
    `Memory      ${report.rss_growth_mb} MB more`,
    ...report.failures.flatMap(({ what, curl }) => [what, `  ${curl}`]),
    '',
  ].join('\n');
}
