/**
 * Runs the tests of a target for one mutant after the other in one process: packages are loaded once, the project's own
 * files, mutated ones and tests, anew for each mutant. That is many times faster than a process for each. Stryker loads
 * it as a plugin, in processes of its own whose folder is the copy of the project.
 */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { MutantRunOptions } from '@stryker-mutator/api/test-runner';
// Before the next, which it completes.
import '@tapjs/core';
import { Test, type TestOpts } from '@tapjs/test';
import { NOTICED_BY, type Noticing, RUNNER } from './targets.ts';

/** What a file of tests stands on; `tap-anew.ts` makes its `t` of it. */
export interface Standing {
  t: Test;
  only: readonly string[] | undefined;
  /** The test at work. */
  running: Test | null;
  /** The first test that failed, and by what. */
  failure: string | null;
  /** What comes of the round is known. */
  over: boolean;
}

declare global {
  var pledgewatch_standing: Standing;
}

const project = () => `${pathToFileURL(process.cwd()).href}/`;
const TAP_ANEW = new URL('tap-anew.ts', import.meta.url).href;

const POLL_ms = 50;
const GRACE_ms = 1_000;

let round = 0;

/** A query of its own for each round makes it another module. */
const anew = (url: string) => `${url}?round=${round}`;

registerHooks({
  resolve(specifier, context, next) {
    const from_project = context.parentURL?.startsWith(project());
    if (specifier === 'tap' && from_project) return { url: anew(TAP_ANEW), shortCircuit: true };
    const found = next(specifier, context);
    const is_ours = found.url.startsWith(project()) && !found.url.includes('/node_modules/');
    return is_ours ? { ...found, url: anew(found.url.replace(/\?.*/, '')) } : found;
  },
});

class AnewRunner {
  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    const failure = await failureUnder(undefined);
    return failure === null
      ? { status: 'complete', tests: [{ id: 'all', name: 'all', timeSpentMs: 0, status: 0 }] }
      : { status: 'error', errorMessage: failure };
  }

  async mutantRun({ activeMutant }: MutantRunOptions) {
    const failureMessage = await failureUnder(activeMutant.id);
    return failureMessage === null
      ? { status: 'survived', nrOfTests: 1 }
      : { status: 'killed', killedBy: ['all'], failureMessage, nrOfTests: 1 };
  }
}

/** @returns what failed first, or null when all passed */
async function failureUnder(activeMutant: string | undefined): Promise<string | null> {
  // Another object, so that what still runs of the round before keeps its own mutant.
  Object.assign(globalThis, { __stryker__: { activeMutant } });
  for (const noticing of JSON.parse(process.env[NOTICED_BY]!) as Noticing[]) {
    const failure = await firstFailure(noticing);
    if (failure !== null) return failure;
  }
  return null;
}

async function firstFailure({ file, only }: Noticing): Promise<string | null> {
  round += 1;
  const standing: Standing = { t: rootOf(`round ${round}`), only, running: null, failure: null, over: false };
  globalThis.pledgewatch_standing = standing;
  const ended = standing.t.test('all', async (t) => {
    standing.t = t;
    await import(pathToFileURL(path.resolve(file)).href).catch((error: Error) => {
      standing.failure = `${file} did not load: ${error.message}`;
    });
  });
  const results = await Promise.race([ended, failed(standing)]);
  standing.over = true;
  return standing.failure ?? (results?.ok ? null : `a test of ${file} failed`);
}

/** Of our own: the one that the package tap makes for a process speaks to the parent process, which is Stryker. */
function rootOf(name: string): Test {
  const root = new Test({ name } as TestOpts) as Test;
  root.resume();
  root.runMain(() => undefined);
  return root;
}

/** Ends a while after a test has failed, whether or not that test ever does: what waits in vain is left behind. */
async function failed(standing: Standing): Promise<null> {
  const passes = () => standing.failure === null && standing.running?.passing() !== false;
  while (!standing.over && passes()) await sleep(POLL_ms);
  await sleep(GRACE_ms);
  return null;
}

export const strykerPlugins = [{ kind: 'TestRunner', name: RUNNER, injectableClass: AnewRunner }];
