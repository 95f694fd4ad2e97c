/** Runs the tests that answer rows of the mission: file by file, those that are named and no others. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MissionRow } from './rows.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** For the named tests of one file, on a slow machine. */
const FILE_LIMIT_ms = 900_000;

export type Result = 'passed' | 'failed' | 'not run';

export interface RowResult {
  row: string;
  /** File and name. */
  test: string;
  result: Result;
}

export async function runRows(
  rows: readonly MissionRow[],
  on_progress: (told: string, share: number) => void,
): Promise<RowResult[]> {
  const results = new Map<string, Result>();
  const files = Map.groupBy(
    rows.flatMap((row) => row.tests),
    ({ file }) => file,
  );
  let done = 0;
  for (const [file, tests] of files) {
    const names = [...new Set(tests.map(({ name }) => name))];
    for (const [name, result] of resultsIn(await outputOf(file, names), names))
      results.set(keyOf(file, name), result);
    on_progress(file, ++done / files.size);
  }
  return rows.flatMap(({ row, tests }) =>
    tests.map(({ file, name }) => ({
      row,
      test: keyOf(file, name),
      result: results.get(keyOf(file, name)) ?? 'not run',
    })),
  );
}

const keyOf = (file: string, name: string) => `${file}: ${name}`;

/** @returns what the file says in TAP, whatever its exit code: points that are missing in it were not run */
function outputOf(file: string, names: readonly string[]): Promise<string> {
  const quoted = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  const env = {
    ...process.env,
    TAP_GREP: `/^(${quoted.join('|')})$/`,
    TAP_TIMEOUT: String(FILE_LIMIT_ms / 1000),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: FILE_LIMIT_ms,
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

/** Of the outermost points; one that was skipped was not run. */
function resultsIn(output: string, names: readonly string[]): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const line of output.split('\n')) {
    const [, not, told] = /^(not )?ok \d+ - (.*)$/.exec(line) ?? [];
    const name = names.find(
      (each) => told === each || told?.startsWith(`${each} #`) || told?.startsWith(`${each} {`),
    );
    if (name !== undefined && !/ # SKIP/i.test(line)) results.set(name, not ? 'failed' : 'passed');
  }
  return results;
}
