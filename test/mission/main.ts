/** `npm run mission`: is every row of what the service is for held by a test that passes? */
import { parseArgs } from 'node:util';
import { progressBar } from '../../jobs/progress.ts';
import { run } from '../../src/command.ts';
import { MISSION } from './rows.ts';
import { type RowResult, runRows } from './run.ts';

const HELP = `npm run mission -- [--json]

Runs the tests that answer each row of the mission (test/mission/rows.ts) and tells row, test and result. Ends with 0 when
every row has tests and all of them passed.

  --json  print the results as one line of JSON, with rows and rows_failed at its end
  --help  this text
`;

await run(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const results = await runRows(MISSION, progressBar('mission'));
  const failed = new Set(results.filter(({ result }) => result !== 'passed').map(({ row }) => row));
  const report = { results, rows: MISSION.length, rows_failed: failed.size };
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : textOf(report));
  if (report.rows_failed > 0) process.exitCode = 1;
});

function textOf({
  results,
  rows,
  rows_failed,
}: {
  results: RowResult[];
  rows: number;
  rows_failed: number;
}): string {
  const lines = [...Map.groupBy(results, ({ row }) => row)].flatMap(([row, own]) => [
    row,
    ...own.map(({ test, result }) => `  ${result.padEnd(8)}${test}`),
  ]);
  return [...lines, `${rows} rows, ${rows_failed} failed`, ''].join('\n');
}
