/** `npm run security:ssrf` at a third of its size, and that it sees a hole. */
import { randomInt } from 'node:crypto';
import t from 'tap';
import { holds, runSsrf } from './ssrf/run.ts';

t.test('no spelling, name, changing answer or redirect leads to what is not public', async (t) => {
  const report = await runSsrf({ drawn: 100, seed: randomInt(1_000_000_000) });
  t.comment(JSON.stringify(report));
  t.match(report, { canary_hits: 0, unexpected: 0 }, `seed ${report.seed}`);
  t.ok(report.cases >= 350 && report.passed >= 10 && report.redirected >= 15, 'all kinds were tried');
  t.ok(report.lookup_only_hits > 100, 'a guard that checks in the lookup alone is walked around');
  t.ok(holds(report));
});

t.test('a run that shows nothing, or a hole, does not hold', async (t) => {
  const good = {
    ...{ cases: 120, refused: 100, redirected: 10, passed: 10, seconds: 1, seed: 1, failures: [] },
    ...{ canary_hits: 0, unexpected: 0, lookup_only_hits: 1 },
  };
  t.ok(holds(good));
  for (const bad of [{ cases: 119 }, { canary_hits: 1 }, { unexpected: 1 }, { lookup_only_hits: 0 }])
    t.notOk(holds({ ...good, ...bad }), JSON.stringify(bad));
});
