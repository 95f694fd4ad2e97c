/** Mutates the files of a list by Stryker, and counts which mutants the tests noticed. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLevel, MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { listeners, REPORTER } from './reporter.ts';
import { startServer } from './server.ts';
import { NOTICED_BY, RUNNER, type Target } from './targets.ts';

/** Of all mutants this share must be noticed. */
export const LEAST_SCORE = 0.8;

/** Mutants after which a process begins anew, for each leaves its modules behind in it. */
const REUSE = 40;

/** Mutants between two sweeps of databases left behind. */
const SWEEP_EVERY = 50;

/** Besides what Stryker sets: in a copy of the project, with no look at types, which tsx does not see either. */
const OPTIONS: PartialStrykerOptions = {
  testRunner: RUNNER,
  // Pages are TSX, which Node does not read by itself.
  testRunnerNodeArgs: ['--import=tsx'],
  maxTestRunnerReuse: REUSE,
  coverageAnalysis: 'off',
  concurrency: 1,
  // So far above what the tests take that a machine at work elsewhere is not taken for an endless loop.
  timeoutMS: 20_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 15,
  tempDirName: '.pledgewatch/mutation',
  cleanTempDir: 'always',
  // Stryker would rewrite it with the interface of older compilers, and nothing in the copy reads it.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  ignorePatterns: ['/.pledgewatch', '/.tap', '/coverage'],
  plugins: ['reporter.ts', 'runner.ts'].map((name) => fileURLToPath(new URL(name, import.meta.url))),
  reporters: [REPORTER],
  logLevel: 'error' as LogLevel,
  allowEmpty: false,
};

export interface Tally {
  mutants: number;
  /** By a test that failed. */
  killed: number;
  /** By tests that did not end. */
  timeout: number;
  survived: number;
  /** Neither: the process of the tests ended. Not counted as noticed. */
  crashed: number;
  /** Share of the mutants that were noticed. */
  score: number;
}

export interface Survivor {
  /** From the root. */
  file: string;
  line: number;
  mutator: string;
  replacement: string;
}

export interface MutationReport extends Tally {
  files: (Tally & { file: string })[];
  survivors: Survivor[];
  seconds: number;
}

/** @param tell hears how many mutants were tested, and of each that survived */
export async function runMutation(
  targets: readonly Target[],
  tell: (tested: number, survivor: Survivor | null) => void,
): Promise<MutationReport> {
  const started_ms = performance.now();
  const server = await startServer();
  process.env.DATABASE_URL = server.url;
  // That of the project does not hold for the folder of the copy.
  process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL('tsconfig.json', import.meta.url));
  let tested = 0;
  const listen = (mutant: MutantResult) => {
    tested += 1;
    tell(tested, mutant.status === 'Survived' ? survivorOf(mutant) : null);
    // What it cannot remove goes with the folder at the end.
    if (tested % SWEEP_EVERY === 0) server.sweep().catch(() => undefined);
  };
  listeners.add(listen);
  try {
    const mutants: MutantResult[] = [];
    for (const target of targets) mutants.push(...(await mutantsOf(target)));
    return report(mutants, (performance.now() - started_ms) / 1000);
  } finally {
    listeners.delete(listen);
    await server.close();
  }
}

function mutantsOf({ mutate, noticed_by }: Target): Promise<MutantResult[]> {
  process.env[NOTICED_BY] = JSON.stringify(noticed_by);
  return new Stryker({ ...OPTIONS, mutate: [...mutate] }).runMutationTest();
}

function report(mutants: readonly MutantResult[], seconds: number): MutationReport {
  const files = [...Map.groupBy(mutants, fileOf)].map(([file, of]) => ({ file, ...tallyOf(of) }));
  const survivors = mutants.filter(({ status }) => status === 'Survived').map(survivorOf);
  return { ...tallyOf(mutants), files, survivors, seconds: Math.round(seconds) };
}

function tallyOf(mutants: readonly MutantResult[]): Tally {
  const count = (wanted: MutantResult['status']) => mutants.filter(({ status }) => status === wanted).length;
  const [killed, timeout, survived] = [count('Killed'), count('Timeout'), count('Survived')];
  const score = Math.floor(((killed + timeout) / mutants.length) * 10_000) / 10_000;
  const crashed = mutants.length - killed - timeout - survived;
  return { mutants: mutants.length, killed, timeout, survived, crashed, score };
}

function survivorOf(mutant: MutantResult): Survivor {
  const { mutatorName: mutator, replacement, location } = mutant;
  return { file: fileOf(mutant), line: location.start.line, mutator, replacement };
}

function fileOf({ fileName }: MutantResult): string {
  return path.relative(process.cwd(), fileName).replaceAll(path.sep, '/');
}
