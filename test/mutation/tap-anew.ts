/** What a file of tests gets for `t` in a round of mutation: only the tests that concern it, and none after a failure. */
import type { Test } from '@tapjs/test';

type Run = (t: Test) => unknown;

const standing = globalThis.pledgewatch_standing;
const { t, only } = standing;

function test(name: string, ...rest: unknown[]): Promise<unknown> {
  if (only && !only.includes(name)) return Promise.resolve();
  const run = rest.at(-1) as Run;
  return t.test(name, async (own) => {
    if (standing.failure !== null) return;
    standing.running = own;
    try {
      await run(own);
    } catch (error) {
      standing.failure ??= `${name}: ${(error as Error).message}`;
      throw error;
    }
    if (!own.passing()) standing.failure ??= name;
  });
}

export default new Proxy(t, {
  get: (target, name) => {
    if (name === 'test') return test;
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? value.bind(target) : value;
  },
});
