/** `npm run security:matrix`: may each role do what it should, to its own things, and nothing else? */
import { parseArgs } from 'node:util';
import { progressBar } from '../../../jobs/progress.ts';
import { run } from '../../../src/command.ts';
import { buildService } from '../../service.ts';
import { holds, type MatrixReport, runMatrix } from './run.ts';

const HELP = `npm run security:matrix -- [--json]

Asks every operation of the OpenAPI document as every role (nobody, keys that are unknown, revoked or expired, two banks and
their firms, staff, an agency, an expert, a buyer, keys for reading) about things of each owner, missing, ended and malformed ones, and holds the answers against the
table test/security/matrix/expected.ts. Ends with 0 when no answer is unexplained, no foreign thing was answered, foreign and
missing were byte for byte alike, and no refusal left a row behind.

  --json  print the report as one line of JSON
  --help  this text
`;

await run(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const service = await buildService({ teardown: (step) => undo.unshift(step) });
    const show = progressBar('matrix');
    const report = await runMatrix(service, (done, all) => show(`${done} of ${all} operations`, done / all));
    tell(report, values.json === true);
  } finally {
    for (const step of undo) await step();
  }
});

function tell(report: MatrixReport, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
  if (!holds(report)) process.exitCode = 1;
}

function reportText(report: MatrixReport): string {
  const { operations, roles, cells, seconds, failures, ...faults } = report;
  return [
    `Asked   ${cells} cells: ${operations} operations, ${roles} roles, in ${seconds} s`,
    `Faults  ${Object.entries(faults)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    ...failures.map((failure) => `  ${failure}`),
    '',
  ].join('\n');
}
