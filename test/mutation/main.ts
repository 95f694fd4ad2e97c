/** `npm run mutation`: do the tests notice when the code that guards is changed? */
import { parseArgs } from 'node:util';
import { run, UsageError } from '../../src/command.ts';
import { LEAST_SCORE, type MutationReport, runMutation, type Survivor, type Tally } from './run.ts';
import { TARGETS } from './targets.ts';

const NAME_WIDTH = 32;

const HELP = `npm run mutation -- [--json] [FILE...]

Changes the code of identity, guard, signing and policy in one small place at a time (Stryker), in a copy of the project,
and runs the tests that must notice. Ends with 0 when ${LEAST_SCORE * 100} % of the mutants or more were noticed: killed by a test that
failed, or by tests that did not end (timeout). Which files and which tests: test/mutation/targets.ts. What each surviving
mutant means: docs/mutation.md. Takes minutes for each target; survivors are told as they are found.

  FILE        mutate these alone, such as src/webhooks/sign.ts (default: all of the list)
  --json      print the report as one line of JSON
  --help      this text
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const report = await runMutation(chosen(positionals), tell);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
  if (report.score < LEAST_SCORE) process.exitCode = 1;
});

function chosen(files: readonly string[]) {
  if (files.length === 0) return TARGETS;
  const listed = TARGETS.flatMap(({ mutate }) => mutate);
  const unknown = files.find((file) => !listed.includes(file));
  if (unknown !== undefined)
    throw new UsageError(
      `${unknown} is none of the files that are mutated; give one of ${listed.join(', ')}.`,
    );
  const narrowed = TARGETS.map(({ mutate, noticed_by }) => ({
    mutate: mutate.filter((file) => files.includes(file)),
    noticed_by,
  }));
  return narrowed.filter(({ mutate }) => mutate.length > 0);
}

function tell(tested: number, survivor: Survivor | null): void {
  if (survivor) process.stderr.write(`${survivorText(survivor)}\n`);
  else if (tested % 10 === 0) process.stderr.write(`${tested} mutants tested\n`);
}

function survivorText({ file, line, mutator, replacement }: Survivor): string {
  return `survived  ${file}:${line}  ${mutator}  ${replacement.replaceAll(/\s+/g, ' ').slice(0, 100)}`;
}

function reportText({ files, survivors, seconds, ...all }: MutationReport): string {
  return [
    ...files.map(({ file, ...tally }) => tallyText(file, tally)),
    tallyText('all', all),
    `in ${seconds} s`,
    ...survivors.map(survivorText),
    '',
  ].join('\n');
}

function tallyText(name: string, { mutants, killed, timeout, survived, crashed, score }: Tally): string {
  return `${name.padEnd(NAME_WIDTH)} ${(score * 100).toFixed(2)} % of ${mutants} mutants: ${killed} killed, ${timeout} timed out, ${survived} survived, ${crashed} crashed`;
}
