/** Indicator tables and scores: what is loaded whole or not at all, whose it is, and that a score adds up. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { verifyChain } from '../../src/audit/verify.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

interface Table {
  id: string;
  shipped: boolean;
  standard_version: string;
  scenarios: string[];
  level_counts: number[];
  verified_share: number;
  sources: string[];
  loaded_at: string | null;
}
interface WholeTable extends Table {
  scale: { least: number; most: number };
  nodes: { indicator_code: string; parent: string | null; weights: Record<string, number> }[];
}
interface Score {
  number: number;
  patent_id: string;
  table_id: string;
  score: number;
  verified: boolean;
  leaf_count: number;
  missing_count: number;
  missing: string[] | null;
  contributions:
    | { indicator_code: string; score: number; effective_weight: number; contribution: number }[]
    | null;
  input_sha256: string;
  scored_by: string;
}
interface Listed<Item> {
  data: Item[];
  next_cursor: string | null;
}
type Row = Record<string, string>;

const service = await buildService(t);
const { database, call, bank_a, bank_b, firm_a, firm_b, staff } = service;
const TABLES = '/v1/scoring/tables';
const SCALE = { least: 0, most: 10 };

const row = (indicator_code: string, parent: string, weight: string, change: Row = {}): Row => ({
  standard_version: 'Licensed 1',
  indicator_code,
  name: `name of ${indicator_code}`,
  parent,
  scenario: 'pledge',
  weight,
  verified: 'true',
  source: 'page 1',
  ...change,
});

/** Two branches, three leaves: .5 (.25, .75) and .5 (1). */
const goodRows = (): Row[] => [
  row('A', '', '.5'),
  row('A1', 'A', '.25'),
  row('A2', 'A', '.75', { verified: 'false', source: 'page 2' }),
  row('B', '', '0.5'),
  row('B1', 'B', '1'),
];

const load = (party: Party, rows: unknown, scale: unknown = SCALE) =>
  call<Table & ProblemAnswer>(party.key, 'POST', TABLES, { scale, rows });

const listed = async (party: Party) =>
  (await call<Listed<Table>>(party.key, 'GET', TABLES)).body.data.map(({ id }) => id);

const [shipped] = (await call<Listed<Table>>(firm_b.key, 'GET', TABLES)).body.data;
const leaves = await leavesOf(firm_b, shipped!.id);
const patents = [service.takePatent(), service.takePatent()] as const;
const pledge = await requested(bank_a, firm_a, patents);
const SCORES = `/v1/pledges/${pledge}/scores`;

async function leavesOf(party: Party, id: string): Promise<string[]> {
  const { body } = await call<WholeTable>(party.key, 'GET', `${TABLES}/${id}`);
  const parents = new Set(body.nodes.map(({ parent }) => parent));
  return body.nodes.map(({ indicator_code }) => indicator_code).filter((code) => !parents.has(code));
}

async function requested(bank: Party, firm: Party, patent_ids: readonly string[]): Promise<string> {
  const { body } = await call<{ id: string }>(firm.key, 'POST', '/v1/pledges', {
    bank_id: bank.id,
    firm_id: firm.id,
    patents: patent_ids.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  });
  return body.id;
}

const score = (party: Party, change: object = {}, url = SCORES, headers = {}) =>
  call<Score & ProblemAnswer>(
    party.key,
    'POST',
    url,
    {
      table_id: shipped!.id,
      scenario: 'pledge',
      patent_id: patents[0],
      scores: { [leaves[0]!]: 80 },
      ...change,
    },
    headers,
  );

/** Row counts of all that scoring may write, and what it may not touch. */
async function written() {
  const [counts] = await database.sql`select (select count(*) from scoring_table) as tables,
    (select count(*) from pledge_score) as scores, (select count(*) from audit_entry) as entries,
    (select count(*) from event) as events, (select count(*) from pledge_stale) as stale,
    (select md5(string_agg(value::text, '' order by value::text)) from pledge_valuation value) as values,
    (select md5(string_agg(pledge::text, '' order by id)) from pledge) as pledges`;
  return counts;
}

async function isRefused(
  t: Test,
  ask: () => Promise<{ status: number; body: ProblemAnswer }>,
  status: number,
  reason: RegExp,
): Promise<ProblemAnswer> {
  const before = await written();
  const { status: answered, body } = await ask();
  t.equal(answered, status, body.detail);
  t.match(body.detail, reason);
  t.same(await written(), before, 'nothing is written');
  return body;
}

t.test('everyone finds the shipped table, which says that it is a placeholder', async (t) => {
  for (const party of [bank_a, firm_a, staff]) t.same(await listed(party), [shipped!.id]);
  t.hasStrict(shipped, {
    shipped: true,
    standard_version: 'GB/T 42748-2023 (placeholder)',
    scenarios: ['pledge'],
    level_counts: [3, 14, 27],
    verified_share: 0,
    loaded_at: null,
  });
  t.equal(leaves.length, 27);
  t.equal((await call(bank_a.key, 'GET', `${TABLES}/missing`)).status, 404);
});

t.test('a bank loads its own table, which nobody else can see or use', async (t) => {
  const { status, body } = await load(bank_a, goodRows());
  t.equal(status, 201);
  t.hasStrict(body, {
    shipped: false,
    standard_version: 'Licensed 1',
    scenarios: ['pledge'],
    level_counts: [2, 3],
    verified_share: 0.8,
    sources: ['page 1', 'page 2'],
  });
  const { body: whole } = await call<WholeTable>(bank_a.key, 'GET', `${TABLES}/${body.id}`);
  t.same(whole.scale, SCALE);
  t.hasStrict(whole.nodes[1], { indicator_code: 'A1', parent: 'A', weights: { pledge: 0.25 } });
  t.same(await listed(bank_a), [shipped!.id, body.id].sort());
  const missing = await call(bank_b.key, 'GET', `${TABLES}/${'0'.repeat(64)}`);
  for (const party of [bank_b, firm_a, staff]) {
    t.same(await listed(party), [shipped!.id]);
    const { status, body: problem } = await call(party.key, 'GET', `${TABLES}/${body.id}`);
    t.equal(status, 404);
    t.equal(problem.detail, missing.body.detail);
  }
  for (const party of [firm_a, staff])
    await isRefused(
      t,
      () => score(party, { table_id: body.id, scores: { A1: 1 } }),
      404,
      /no such scoring table/,
    );
  await isRefused(t, () => load(firm_a, goodRows()), 403, /bank or staff/);
  const [entry] = await database.sql<{ organisation_id: string; subject: string }[]>`
    select organisation_id, subject from audit_entry where action = 'scoring_table.loaded'`;
  t.same(entry, { organisation_id: bank_a.id, subject: body.id });
});

t.test('the same content is the same table, another content another, in each organisation', async (t) => {
  const first = (await load(staff, goodRows())).body;
  const before = await written();
  const again = await Promise.all(Array.from({ length: 5 }, () => load(staff, goodRows())));
  for (const { status, body } of again) t.same({ status, body }, { status: 201, body: first });
  t.same(await written(), before, 'loaded once');
  const parallel = await Promise.all(Array.from({ length: 5 }, () => load(bank_b, goodRows())));
  t.same(new Set(parallel.map(({ body }) => body.id)), new Set([first.id]));
  const [counts] = await database.sql<{ entries: number }[]>`select count(*) as entries from audit_entry
    where organisation_id = ${bank_b.id} and action = 'scoring_table.loaded'`;
  t.equal(counts!.entries, 1, 'of requests that come at once, one loads');
  const others: string[] = [];
  for (const most of [11, 12, 13, 14])
    others.push((await load(staff, goodRows(), { least: 0, most })).body.id);
  const all = [shipped!.id, first.id, ...others].sort();
  t.equal(new Set(all).size, 6);
  t.not(all.at(-1), shipped!.id, 'pages go on after the shipped one');

  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null && seen.length < all.length) {
    const { body }: { body: Listed<Table> } = await call<Listed<Table>>(
      staff.key,
      'GET',
      `${TABLES}?limit=1${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...body.data.map(({ id }) => id));
    cursor = body.next_cursor;
  }
  t.same(seen, all);
  t.equal(cursor, null);
});

t.test('the shipped table, loaded again, stays the shipped one', async (t) => {
  const { body } = await call<{ nodes: Record<string, unknown>[] }>(
    bank_b.key,
    'GET',
    `${TABLES}/${shipped!.id}`,
  );
  const rows = body.nodes.map(({ weights, parent, verified, ...node }) => ({
    ...node,
    standard_version: shipped!.standard_version,
    parent: parent ?? '',
    verified: String(verified),
    scenario: 'pledge',
    weight: String((weights as { pledge: number }).pledge),
  }));
  const before = await written();
  t.same((await load(bank_b, rows, { least: 0, most: 100 })).body, shipped);
  t.same(await written(), before);
});

const changed = (index: number, change: Row) =>
  goodRows().map((row, i) => (i === index ? { ...row, ...change } : row));

t.test('a table with any error is not loaded; each error names row, rule and remedy', async (t) => {
  const cases: [unknown, [pointer: string, detail: RegExp][]][] = [
    [changed(1, { weight: '35 %' }), [['/body/rows/1', /^row 2, bad_weight: .* write 35 % as 0\.35/]]],
    [changed(1, { weight: '.35' }), [['/body/rows/1', /^row 2, weights_not_one: .* sum to 1/]]],
    [
      changed(4, { weight: '2' }),
      [
        ['/body/rows/4', /weight_out_of_range/],
        ['/body/rows/4', /weights_not_one/],
      ],
    ],
    [changed(2, { verified: 'yes' }), [['/body/rows/2', /^row 3, bad_verified: .* write true or false/]]],
    [
      changed(3, { standard_version: '2' }),
      [['/body/rows/3', /^row 4, mixed_versions: .* load one version/]],
    ],
    [
      [{}, ...goodRows().slice(1)],
      [
        ...Array.from({ length: 7 }, () => ['/body/rows/0', /^row 1, missing_value: /] as [string, RegExp]),
        ...[1, 2, 3, 4].map((i) => [`/body/rows/${i}`, /mixed_versions/] as [string, RegExp]),
      ],
    ],
    [[...goodRows(), row('A', '', '.5')], [['/body/rows/5', /^row 6, duplicate_row: .* remove one/]]],
    [
      [...goodRows(), row('A', '', '.5', { scenario: 'sale', name: 'other' })],
      [['/body/rows/5', /^row 6, conflicting_rows: .* make them equal/]],
    ],
    [
      [...goodRows(), row('C', 'X', '1')],
      [['/body/rows/5', /^row 6, unknown_parent: .* add it or mend the code/]],
    ],
    [
      [...goodRows(), row('C', 'D', '1'), row('D', 'C', '1')],
      [
        ['/body/rows/5', /parent_cycle/],
        ['/body/rows/6', /^row 7, parent_cycle/],
      ],
    ],
    [
      [...goodRows(), row('B1', 'B', '1', { scenario: 'sale' })],
      ['A', 'A1', 'A2', 'B'].map((code, i) => [
        `/body/rows/${i}`,
        new RegExp(`weight_missing: '${code}' .* 0 if unused`),
      ]),
    ],
    [[], [['/body/rows', /^whole table, empty_table: .* load at least one/]]],
  ];
  for (const [rows, expected] of cases) {
    const { errors } = await isRefused(t, () => load(bank_b, rows), 422, /nothing was loaded/);
    for (const [pointer, detail] of expected)
      t.ok(
        errors!.some((error) => error.pointer === pointer && detail.test(error.detail)),
        `${pointer} ${detail}`,
        { errors },
      );
  }
  const scale = await isRefused(t, () => load(bank_b, goodRows(), { least: 5, most: 5 }), 422, /two ends/);
  t.equal(scale.errors![0]!.pointer, '/body/scale');
});

t.test('a table over a limit is refused, and of very many errors the first are listed', async (t) => {
  const many = Array.from({ length: 1001 }, (_, i) => row(`A${i}`, '', '1'));
  const short = many.map((row) => ({ indicator_code: row.indicator_code! }));
  await isRefused(t, () => load(bank_b, short), 400, /more than 1000/);
  const { errors } = await isRefused(
    t,
    () => load(bank_b, short.slice(1)),
    422,
    /6000 errors, the first 100 listed/,
  );
  t.equal(errors!.length, 100);
  const scenarios = Array.from({ length: 21 }, (_, i) => row('A', '', '1', { scenario: `s${i}` }));
  await isRefused(t, () => load(bank_b, scenarios), 422, /21 scenarios, at most 20/);
  t.equal((await load(bank_b, scenarios.slice(1))).body.scenarios.length, 20);
  await isRefused(t, () => load(bank_b, [{ ...row('A', '', '1'), wieght: '1' }]), 400, /wieght/);
});

t.test('names that JavaScript knows are names like others', async (t) => {
  const odd = ['__proto__', 'constructor', 'toString'];
  const rows = odd.map((code, i) => row(code, '', i === 0 ? '1' : '0', { scenario: 'constructor' }));
  const { status, body } = await load(bank_b, rows);
  t.equal(status, 201, body.detail);
  t.same(await leavesOf(bank_b, body.id), odd);
  await isRefused(t, () => score(bank_a, { scenario: 'toString' }), 422, /'toString' is not in the table/);
  await isRefused(t, () => score(bank_a, { scores: { toString: 1 } }), 422, /'toString' is no leaf/);
});

t.test('a score is the weighted sum, with its contributions and what was missing', async (t) => {
  const points: Record<string, number> = { L: 80, T: 70, E: 60 };
  const scores = Object.fromEntries(leaves.map((code) => [code, points[code[0]!]!]));
  const { status, body } = await score(firm_a, { scores });
  t.equal(status, 201);
  t.ok(Math.abs(body.score - 69.5) < 1e-9, '.35 * 80 + .25 * 70 + .40 * 60');
  t.hasStrict(body, { leaf_count: 27, missing_count: 0, missing: [], verified: false, scored_by: firm_a.id });
  t.match(body.input_sha256, /^[0-9a-f]{64}$/);
  t.equal(
    body.contributions!.reduce((sum, { contribution }) => sum + contribution, 0),
    body.score,
  );
  const { [leaves[0]!]: _, ...without } = scores;
  const partial = (await score(firm_a, { scores: without })).body;
  t.hasStrict(partial, { missing_count: 1, missing: [leaves[0]] });
  t.ok(Math.abs(partial.score - 69.5) < 1e-9, 'its siblings stand in for it, not 0');
  t.not(partial.input_sha256, body.input_sha256);
});

t.test('the contributions of any scores add up to the score', async () => {
  const scores = fc.dictionary(
    fc.constantFrom(...leaves),
    fc.double({ min: 0, max: 100, noNaN: true, noDefaultInfinity: true }),
    { minKeys: 1, noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(scores, async (scores) => {
      const { status, body } = await score(bank_a, { scores });
      const [stored] = (await call<Listed<Score>>(firm_a.key, 'GET', `${SCORES}?limit=1`)).body.data;
      const known = body.contributions!;
      const sum = (pick: (each: (typeof known)[number]) => number) =>
        known.reduce((sum, each) => sum + pick(each), 0);
      return (
        status === 201 &&
        JSON.stringify(stored) === JSON.stringify(body) &&
        sum((each) => each.contribution) === body.score &&
        Math.abs(sum((each) => each.effective_weight) - 1) < 1e-9 &&
        known.length + body.missing_count === body.leaf_count &&
        known.every((each) => Object.is(each.score, scores[each.indicator_code]! + 0))
      );
    }),
    { numRuns: 25 },
  );
});

t.test('a score changes nothing of the value, and leaves its trace with both parties', async (t) => {
  const flow = () => call(bank_a.key, 'GET', `/v1/pledges/${pledge}/value-flow`);
  const before = [await written(), (await flow()).text] as const;
  const { body } = await score(staff, { patent_id: patents[1].toUpperCase() });
  t.hasStrict(body, { patent_id: patents[1], scored_by: staff.id });
  const { scores, entries, ...rest } = (await written())!;
  const { scores: scores_before, entries: entries_before, ...rest_before } = before[0]!;
  t.same(rest, rest_before);
  t.equal((await flow()).text, before[1]);
  t.same([scores - scores_before, entries - entries_before], [1, 2]);
  const trace = await database.sql<{ organisation_id: string; detail: string }[]>`
    select organisation_id, detail from audit_entry where action = 'patent.scored'
      and (detail::jsonb ->> 'number')::integer = ${body.number} order by organisation_id`;
  t.same(
    trace.map(({ organisation_id }) => organisation_id),
    [bank_a.id, firm_a.id].sort(),
  );
  t.hasStrict(JSON.parse(trace[0]!.detail), { score: body.score, input_sha256: body.input_sha256 });
});

t.test('what does not fit pledge, table or scale is refused', async (t) => {
  const [leaf] = leaves;
  await isRefused(t, () => score(firm_a, { scores: { [leaf!]: 80, X9: 1 } }), 422, /'X9' is no leaf/);
  await isRefused(t, () => score(firm_a, { scores: { L: 80 } }), 422, /'L' is no leaf .* score leaves only/);
  await isRefused(
    t,
    () => score(firm_a, { scores: { [leaf!]: 100.5 } }),
    422,
    /100\.5; give a number from 0 to 100/,
  );
  await isRefused(t, () => score(firm_a, { scores: { [leaf!]: -1 } }), 422, /from 0 to 100/);
  await isRefused(t, () => score(firm_a, { scores: { [leaf!]: null } }), 400, /number/);
  await isRefused(t, () => score(firm_a, { scores: {} }), 422, /no leaf with a weight/);
  await isRefused(t, () => score(firm_a, { scenario: 'sale' }), 422, /choose one of pledge/);
  await isRefused(t, () => score(firm_a, { table_id: 'missing' }), 404, /no such scoring table/);
  await isRefused(
    t,
    () => score(firm_a, { patent_id: service.takePatent() }),
    422,
    /not part of this pledge/,
  );
  const huge = `{"table_id":"${shipped!.id}","scenario":"pledge","patent_id":"${patents[0]}","scores":{"${leaf}":1e999}}`;
  await isRefused(t, () => call(firm_a.key, 'POST', SCORES, huge), 400, /scores/);
});

t.test('another bank or firm finds neither pledge nor scores', async (t) => {
  for (const party of [bank_b, firm_b]) {
    await isRefused(t, () => score(party), 404, /no such pledge/);
    t.equal((await call(party.key, 'GET', SCORES)).status, 404);
  }
});

t.test(
  'by a bank’s own table the other parties see the score, and not what the table is made of',
  async (t) => {
    const { id } = (await load(bank_a, goodRows())).body;
    const { body } = await score(bank_a, { table_id: id, scores: { A1: 4, A2: 8 } });
    t.hasStrict(body, { score: 7, missing_count: 1, missing: ['B1'], table_id: id });
    t.same(
      body.contributions!.map(({ indicator_code, effective_weight }) => [indicator_code, effective_weight]),
      [
        ['A1', 0.25],
        ['A2', 0.75],
      ],
    );
    const newest = async (party: Party) =>
      (await call<Listed<Score>>(party.key, 'GET', `${SCORES}?limit=1`)).body.data[0];
    t.same(await newest(bank_a), body);
    for (const party of [firm_a, staff])
      t.same(await newest(party), { ...body, missing: null, contributions: null });
  },
);

t.test('scores are numbered without gaps, however parallel, and listed newest first', async (t) => {
  const patent_id = service.takePatent();
  const url = `/v1/pledges/${await requested(bank_b, firm_b, [patent_id])}/scores`;
  const made = await Promise.all(Array.from({ length: 7 }, () => score(bank_b, { patent_id }, url)));
  t.same(made.map(({ body }) => body.number).sort(), [1, 2, 3, 4, 5, 6, 7]);
  const once = () => score(bank_b, { patent_id }, url, { 'idempotency-key': 'score' });
  t.same([(await once()).body.number, (await once()).body.number], [8, 8]);
  const seen: number[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: { body: Listed<Score> } = await call<Listed<Score>>(
      firm_b.key,
      'GET',
      `${url}?limit=3${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...body.data.map(({ number }) => number));
    cursor = body.next_cursor;
  }
  t.same(seen, [8, 7, 6, 5, 4, 3, 2, 1]);
});

t.test('neither tables nor scores can be changed, and the record of them is whole', async (t) => {
  const { sql } = database;
  await t.rejects(sql`update pledge_score set score = 1`, /append-only/);
  await t.rejects(sql`delete from pledge_score`, /append-only/);
  await t.rejects(sql`truncate pledge_score`, /append-only/);
  await t.rejects(sql`update scoring_table set key_id = 'x'`, /append-only/);
  await t.rejects(sql`delete from scoring_table`, /append-only/);
  await t.rejects(sql`truncate scoring_table cascade`, /append-only/);
  for (const { id } of [bank_a, bank_b, firm_a, staff])
    t.equal((await database.transaction((tx) => verifyChain(tx, id))).broken_at, null);
});

t.test('no value of any field makes the service fail', async () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', 1e308, -0, '', ' ', '__proto__'),
  );
  const field = fc.constantFrom('table_id', 'scenario', 'patent_id', 'scores');
  const column = fc.constantFrom(...Object.keys(row('A', '', '1')));
  await fc.assert(
    fc.asyncProperty(field, column, value, async (field, column, value) => {
      const answers = [
        await score(bank_a, { [field]: value }),
        await score(bank_a, { scores: { [String(value)]: 1, [leaves[0]!]: value } }),
        await load(bank_b, [{ ...row('A', '', '1'), [column]: value }]),
        await load(bank_b, goodRows(), { least: value, most: 1 }),
      ];
      return answers.every(({ status }) => status < 500);
    }),
    { numRuns: 60 },
  );
});
