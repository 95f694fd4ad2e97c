/** `npm run security:fuzz` at a thirtieth of its size and without its memory, and that it sees what is wrong with an answer. */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { judgeOf } from './fuzz/answers.ts';
import { holds, runFuzz } from './fuzz/run.ts';

const TEST_LIMIT_ms = 300_000;
t.setTimeout(TEST_LIMIT_ms);

t.test(
  'whatever is asked, the answer is one that the document has',
  { timeout: TEST_LIMIT_ms },
  async (t) => {
    const seed = randomInt(1_000_000_000);
    const report = await runFuzz({ requests: 3_000, seed, memory: false }, () => undefined);
    t.comment(JSON.stringify(report));
    t.match(report, { server_errors: 0, undeclared: 0, leaks: 0, failures: [] }, `seed ${seed}`);
    t.ok(report.valid_share >= 0.3, 'enough of it is accepted');
    t.ok(
      report.never_accepted.length < 0.6 * report.operations,
      'by as many operations as so few requests reach',
    );
  },
);

t.test('a run with a fault, too few accepted requests or growing memory does not hold', async (t) => {
  const good = {
    ...{ requests: 1, operations: 1, never_accepted: [], seconds: 1, seed: 1, failures: [] },
    ...{ server_errors: 0, undeclared: 0, leaks: 0, valid_share: 0.3, rss_growth_mb: 49 },
  };
  t.ok(holds(good));
  for (const bad of [
    { server_errors: 1 },
    { undeclared: 1 },
    { leaks: 1 },
    { valid_share: 0.29 },
    { rss_growth_mb: 50 },
  ])
    t.notOk(holds({ ...good, ...bad }), JSON.stringify(bad));
});

t.test('each fault of an answer is seen', async (t) => {
  const document = JSON.parse(await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'));
  const judge = judgeOf(document as object);
  const alive = { status: 'ok', calendar: '2010-01-01T00:00:00.000Z' };
  const problem = { type: 'x', title: 'x', status: 404, code: 'x', detail: 'x', request_id: 'x' };
  const kindOf = (status: number, type: string, body: unknown) =>
    judge('getHealth', 'GET', '/healthz', {
      status,
      headers: { 'content-type': type },
      text: typeof body === 'string' ? body : JSON.stringify(body),
    })?.kind;
  const json = 'application/json; charset=utf-8';
  const problem_json = 'application/problem+json';
  t.equal(kindOf(200, json, alive), undefined);
  t.equal(kindOf(404, problem_json, problem), undefined);
  t.equal(kindOf(500, problem_json, problem), 'server_error');
  t.equal(kindOf(201, json, alive), 'undeclared', 'the status');
  t.equal(kindOf(200, 'text/html', alive), 'undeclared', 'the type');
  t.equal(kindOf(200, json, { status: 'ok' }), 'undeclared', 'the body');
  t.equal(kindOf(404, json, problem), 'undeclared', 'a problem of another type');
  for (const detail of [
    'Error: x\n    at handle (file.ts:1:2)',
    'select id from pledge where id = 1',
    'invalid input syntax for type integer',
    'see dist/app.mjs',
    `pwk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
  ])
    t.equal(kindOf(404, problem_json, { ...problem, detail }), 'leak', detail);
});
