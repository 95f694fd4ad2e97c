/** What holds for every route, and the routes of accounts, endpoints, health and the demonstration's calendar. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import type { FastifyError, FastifyInstance } from 'fastify';
import pino from 'pino';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { foundCalendar, openCalendar } from '../../src/demonstration/calendar.ts';
import { toProblem } from '../../src/http/problems.ts';
import { openapiFiles } from '../../src/openapi-file.ts';
import { leaseLanes, settleLane } from '../../src/outbox/lanes.ts';
import { ACTIONS, type Action } from '../../src/people/roles.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { buildService, type Party, type ProblemAnswer, STARTS_AT, UNHURRIED } from '../service.ts';

const OPENAPI = fileURLToPath(new URL('../../openapi/', import.meta.url));
/** Routes that need no key; one of them has a secret in its address, which no caller of these tests knows. */
const SECRET_ADDRESS = '/v1/covenants/feeds/{id}/{secret}.ics';
const OPTIONS_ADDRESS = '/v1/sessions/passkey-options';
const STATEMENTS_ADDRESS = '/v1/marks/products/{id}/statements';
const PUBLIC = [
  '/healthz',
  '/readyz',
  '/v1/event-types',
  '/.well-known/jwks.json',
  SECRET_ADDRESS,
  OPTIONS_ADDRESS,
  '/v1/marks/verification',
  '/v1/marks/keys',
  STATEMENTS_ADDRESS,
];
/** What is asked for is missing, or no mark is named. */
const PUBLIC_STATUSES: Record<string, number> = {
  [SECRET_ADDRESS]: 404,
  [OPTIONS_ADDRESS]: 201,
  '/v1/marks/verification': 400,
  [STATEMENTS_ADDRESS]: 404,
};
/** They ask for something in their body first. */
const PUBLIC_WRITES = [
  'POST /v1/sessions',
  'POST /v1/sessions/second-factor',
  'POST /v1/sessions/passkey',
  'POST /v1/sessions/provider',
  'POST /v1/sessions/provider/answers',
  'POST /v1/invitations/acceptances',
  'POST /v1/account-recoveries/acceptances',
  'POST /v1/marks/claims',
];
const HOOK = { url: 'https://receiver.example/hook' };
const MISSING_PATENT = '00000000-0000-8000-8000-000000000000';

interface Listed<Item> {
  data: Item[];
  next_cursor: string | null;
}
type WithId = { id: string };
type Endpoint = { id: string; url: string; state: string; disabled_reason: string | null; secret: string };
type Operation = {
  operationId: string;
  security?: unknown[];
  'x-access'?: { kinds: string[]; action: string };
  parameters?: { name: string; required?: boolean; schema: { default?: unknown } }[];
  requestBody?: { content: Record<string, { schema: { required?: string[]; properties?: object } }> };
  responses: Record<string, unknown>;
};

const service = await buildService(t);
const { app, database, vault, call, bank_a, bank_b, firm_a, firm_b, staff } = service;
const document = app.swagger() as unknown as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase() as 'GET',
    path,
    operation,
  })),
);

/** Every route that is served, read from the router's own drawing of its tree. */
function servedRoutes(served: FastifyInstance): string[] {
  const prefixes: string[] = [];
  return served
    .printRoutes({ commonPrefix: false })
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [, indent, part, methods] = /^(.*?)[├└]── (\S+) \((.*)\)$/.exec(line)!;
      const depth = indent!.length / 4;
      prefixes[depth] = (prefixes[depth - 1] ?? '') + part;
      return methods!.split(', ').map((method) => `${method} ${prefixes[depth]}`);
    });
}

const filled = (path: string) =>
  path.replace('{patent_id}', MISSING_PATENT).replaceAll(/\{\w+\}/g, 'missing');

const newPledge = (bank: Party, firm: Party, patent_id: string) => ({
  bank_id: bank.id,
  firm_id: firm.id,
  patents: [{ patent_id, annual_revenue_minor: 300_000_000 }],
  currency: 'CNY',
  principal_minor: 1_000_000,
  matures_on: '2011-06-10',
});

async function count(table: string): Promise<number> {
  const [row] = await database.sql<{ count: number }[]>`select count(*) from ${database.sql(table)}`;
  return row!.count;
}

t.test('every route that is served is described, and every described one is served', async (t) => {
  const described = operations.map(({ method, path }) => `${method} ${path}`);
  // Pages are for people and in no document (test/pages).
  const served = servedRoutes(app)
    .filter((route) => !route.startsWith('HEAD '))
    .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'))
    .filter((route) => route.includes(' /v1/') || described.includes(route));
  t.same(described.sort(), served.sort());
});

t.test('every operation has a name of its own, says who may call it and how it can fail', async (t) => {
  const names = operations.map(({ operation }) => operation.operationId);
  t.equal(new Set(names).size, names.length);
  for (const { method, path, operation } of operations) {
    t.match(operation.operationId, /^[a-z][A-Za-z]+$/, `${method} ${path}`);
    const is_public = PUBLIC.includes(path) || PUBLIC_WRITES.includes(`${method} ${path}`);
    t.equal(operation.security === undefined, is_public, `${method} ${path} security`);
    const { kinds = [], action } = operation['x-access'] ?? {};
    t.equal(
      kinds.length > 0 && ACTIONS.includes(action as Action),
      !is_public,
      'which kinds, and which action',
    );
    for (const status of ['4XX', '5XX'])
      t.hasStrict(operation.responses[status], { content: { 'application/problem+json': {} } });
  }
});

t.test('what has a default may be left out', async (t) => {
  for (const { method, path, operation } of operations) {
    for (const { name, required, schema } of operation.parameters ?? [])
      if (schema.default !== undefined) t.equal(required, false, `${method} ${path} ${name}`);
    const body = operation.requestBody?.content['application/json']?.schema;
    for (const [name, schema] of Object.entries(body?.properties ?? {}))
      if ('default' in schema) t.notOk(body?.required?.includes(name), `${method} ${path} ${name}`);
  }
});

t.test('every whole number of a request has a least and a greatest value', async (t) => {
  const unbounded = (schema: unknown, place: string): string[] => {
    if (schema === null || typeof schema !== 'object') return [];
    const { type, minimum, maximum, enum: values } = schema as Record<string, unknown>;
    const open = type === 'integer' && !values && (minimum === undefined || maximum === undefined);
    const inner = Object.entries(schema).flatMap(([step, each]) => unbounded(each, `${place}/${step}`));
    return open ? [place, ...inner] : inner;
  };
  for (const { method, path, operation } of operations)
    t.same(unbounded([operation.parameters, operation.requestBody], `${method} ${path}`), []);
  const settings = { version: 1e308, settings: {} };
  t.equal((await call(bank_a.key, 'POST', '/v1/rule-sets', settings)).status, 400);
});

t.test('a route that does not say who may call it keeps the service from starting', async (t) => {
  const { guardRoutes } = await import('../../src/http/guard.ts');
  const { countRates } = await import('../../src/http/rates.ts');
  const { default: Fastify } = await import('fastify');
  const open = Fastify();
  guardRoutes(open, database, await countRates(open, UNHURRIED));
  t.throws(() => open.get('/open', async () => 'all'), /route GET \/open does not say who may call it/);
  await open.close();
});

t.test('without a valid key every route but the public ones answers 401', async (t) => {
  const revoked = `pwk_${'0'.repeat(16)}_${'A'.repeat(43)}`;
  for (const { method, path } of operations) {
    const is_public_write = PUBLIC_WRITES.includes(`${method} ${path}`);
    const open = is_public_write ? 400 : (PUBLIC_STATUSES[path] ?? 200);
    const expected = is_public_write || PUBLIC.includes(path) ? open : 401;
    for (const key of [null, 'nonsense', revoked, `${bank_a.key}x`]) {
      const { status, headers } = await call(key, method, filled(path));
      t.equal(status, expected, `${method} ${path}`);
      if (expected === 401) t.equal(headers['www-authenticate'], 'Bearer realm="pledgewatch"');
    }
  }
  t.equal((await call(null, 'HEAD', '/v1/pledges')).status, 401);
});

t.test('the scheme of the header is read in any case', async (t) => {
  const headers = { authorization: `bearer ${bank_a.key}` };
  t.equal((await app.inject({ url: '/v1/pledges', headers })).statusCode, 200);
});

t.test('a key of the wrong kind is answered 403 before anything is read', async (t) => {
  const cases: [Party, 'GET' | 'POST', string][] = [
    [bank_a, 'POST', '/v1/organisations'],
    [bank_a, 'GET', `/v1/patents/${MISSING_PATENT}/valuations`],
    [staff, 'POST', '/v1/pledges'],
    [firm_a, 'POST', '/v1/pledges/missing/repayments'],
    [staff, 'POST', '/v1/pledges/missing/annuity-payments'],
    [bank_a, 'POST', '/v1/reviews/missing/claims'],
    [firm_a, 'GET', '/v1/reviews'],
    [firm_a, 'POST', '/v1/demonstration/calendar'],
  ];
  for (const [party, method, url] of cases) {
    const { status, body } = await call(party.key, method, url);
    t.equal(status, 403, url);
    t.equal(body.code, 'forbidden');
  }
});

t.test('what belongs to others looks exactly like what is missing', async (t) => {
  const made = await call<WithId>(
    firm_a.key,
    'POST',
    '/v1/pledges',
    newPledge(bank_a, firm_a, service.takePatent()),
  );
  const endpoint = await call<Endpoint>(bank_a.key, 'POST', '/v1/webhooks/endpoints', HOOK);
  const tested = await call<{ delivery_id: string }>(
    bank_a.key,
    'POST',
    `/v1/webhooks/endpoints/${endpoint.body.id}/test`,
  );
  const [key] = await database.sql<WithId[]>`select id from api_key where organisation_id = ${bank_a.id}`;
  const move = { to: 'withdrawn', reason: 'none' };
  const payment = { amount_minor: 1, paid_on: '2009-06-10' };
  const proof = { patent_id: MISSING_PATENT, patent_year: 5, paid_on: '2009-06-10', evidence: 'receipt' };
  const cases: ['GET' | 'POST' | 'PATCH' | 'DELETE', (id: string) => string, string, object?][] = [
    ['GET', (id) => `/v1/pledges/${id}`, made.body.id],
    ['GET', (id) => `/v1/pledges/${id}/value-flow`, made.body.id],
    ['POST', (id) => `/v1/pledges/${id}/moves`, made.body.id, move],
    ['POST', (id) => `/v1/pledges/${id}/repayments`, made.body.id, payment],
    ['POST', (id) => `/v1/pledges/${id}/annuity-payments`, made.body.id, proof],
    ['GET', (id) => `/v1/flags?pledge_id=${id}`, made.body.id],
    ['PATCH', (id) => `/v1/webhooks/endpoints/${id}`, endpoint.body.id, { state: 'disabled' }],
    ['DELETE', (id) => `/v1/webhooks/endpoints/${id}`, endpoint.body.id],
    ['POST', (id) => `/v1/webhooks/endpoints/${id}/secret`, endpoint.body.id],
    ['POST', (id) => `/v1/webhooks/endpoints/${id}/test`, endpoint.body.id],
    ['GET', (id) => `/v1/webhooks/endpoints/${id}/deliveries`, endpoint.body.id],
    ['GET', (id) => `/v1/webhooks/deliveries/${id}/attempts`, tested.body.delivery_id],
    ['POST', (id) => `/v1/webhooks/deliveries/${id}/replay`, tested.body.delivery_id],
    ['DELETE', (id) => `/v1/keys/${id}`, key!.id],
  ];
  const bare = (text: string) => text.replace(/"request_id":"[^"]+"/, '');
  for (const [method, url, id, body] of cases) {
    const foreign = await call(bank_b.key, method, url(id), body);
    const missing = await call(bank_b.key, method, url('missing'), body);
    t.equal(bare(foreign.text), bare(missing.text), `${method} ${url('...')}`);
    if (!url(id).includes('flags')) t.equal(foreign.status, 404);
  }
  t.equal((await call(bank_a.key, 'GET', `/v1/pledges/${made.body.id}`)).status, 200);
  t.same((await call<Listed<WithId>>(bank_b.key, 'GET', '/v1/pledges')).body.data, []);
  t.same((await call<Listed<WithId>>(firm_b.key, 'GET', '/v1/events')).body.data, []);
});

t.test('what pages tell of a schema by a code is the word of the validator in the API', async (t) => {
  const ajv = new Ajv2020({ formats: { date: /^\d{4}-\d\d-\d\d$/ } });
  const faulty: [object, unknown][] = [
    [{ type: 'string', maxLength: 3 }, 'four'],
    [{ type: 'string', minLength: 3 }, 'no'],
    [{ type: 'integer', maximum: 10_000 }, 10_001],
    [{ type: 'number', minimum: 0.5 }, 0],
    [{ type: 'string', format: 'date' }, 'today'],
    [{ type: 'string', pattern: '^[a-z]{2}$' }, '12'],
    [{ type: ['string', 'null'] }, 1],
    [{ type: 'integer' }, 'one'],
  ];
  for (const [schema, value] of faulty) {
    const validate = ajv.compile(schema);
    t.notOk(validate(value));
    const { message, keyword } = validate.errors![0]!;
    const { sentence, fields, ...problem } = toProblem({
      validation: validate.errors,
      validationContext: 'body',
    } as FastifyError);
    t.equal(fields[0]!.detail, message, keyword);
    t.equal(sentence?.text, `/body ${message}.`, keyword);
    t.equal(problem.code, 'bad_request');
  }
});

t.test('a body is neither coerced nor stripped, and the problem names the field', async (t) => {
  const good = newPledge(bank_a, firm_a, MISSING_PATENT);
  const [patent] = good.patents;
  const cases: [string, unknown][] = [
    ['/body/principal_minor', { ...good, principal_minor: null }],
    ['/body/principal_minor', { ...good, principal_minor: '12' }],
    ['/body/principal_minor', { ...good, principal_minor: 1.5 }],
    ['/body/principal_minor', { ...good, principal_minor: true }],
    ['/body/principal_minor', { ...good, principal_minor: 2 ** 53 }],
    ['/body/principal_minor', { ...good, principal_minor: undefined }],
    ['/body/principle_minor', { ...good, principle_minor: 1 }],
    ['/body/patents', { ...good, patents: patent }],
    ['/body/patents', { ...good, patents: [] }],
    ['/body/patents/0/patent_id', { ...good, patents: [{ patent_id: `urn:uuid:${MISSING_PATENT}` }] }],
    ['/body/patents/0/a~1b~0', { ...good, patents: [{ ...patent, 'a/b~': 1 }] }],
    ['/body/matures_on', { ...good, matures_on: '2011-02-29' }],
    ['/body/matures_on', { ...good, matures_on: '0000-01-01' }],
    ['/body/currency', { ...good, currency: 'USD' }],
    ['/body/bank_id', { ...good, bank_id: 'a\0' }],
    ['/body/bank_id', { ...good, bank_id: '\ud800' }],
    ['/body', null],
    ['/body', [good]],
  ];
  for (const [pointer, body] of cases) {
    const answer = await call(bank_a.key, 'POST', '/v1/pledges', body);
    t.equal(answer.status, 400, pointer);
    t.equal(answer.body.code, 'bad_request');
    t.equal(answer.body.errors?.[0]?.pointer, pointer, answer.body.detail);
    t.ok(answer.body.detail.startsWith(pointer), answer.body.detail);
  }
});

t.test('a move that does not fit is told of the move that was meant', async (t) => {
  const url = '/v1/pledges/missing/moves';
  const pointerOf = async (body: object) =>
    (await call(bank_a.key, 'POST', url, body)).body.errors?.map((error) => error.pointer);
  t.same(await pointerOf({ to: 'proposed' }), ['/body/principal_minor']);
  t.same(await pointerOf({ to: 'proposed', principal_minor: '1' }), ['/body/principal_minor']);
  t.same(await pointerOf({ to: 'released', ground: 'none' }), ['/body/ground']);
  t.same(await pointerOf({ to: 'appraised', reason: 'extra' }), ['/body/reason']);
  t.same(await pointerOf({ to: 'nowhere' }), ['/body/to']);
  t.same(await pointerOf({}), ['/body/to']);
});

t.test('what is no proper JSON request is refused by its kind', async (t) => {
  const send = async (body: string, headers = {}) =>
    (await call(staff.key, 'POST', '/v1/organisations', body, headers)).body;
  t.hasStrict(await send('{"kind":'), { status: 400, code: 'bad_request' });
  t.hasStrict(await send(''), { status: 400, code: 'bad_request' });
  t.hasStrict(await send('{"kind":"bank","name":"x","__proto__":{"kind":"staff"}}'), { status: 400 });
  t.hasStrict(await send('{"kind":"bank","name":"x","constructor":{"prototype":{}}}'), { status: 400 });
  t.hasStrict(await send('{}', { 'content-length': '1' }), { status: 400, code: 'bad_request' });
  for (const type of ['text/plain', 'text/xml', 'application/x-www-form-urlencoded'])
    t.hasStrict(await send('kind=bank', { 'content-type': type }), {
      status: 415,
      code: 'media_type_unsupported',
    });
  t.hasStrict(await send(JSON.stringify({ kind: 'bank', name: 'x'.repeat(300_000) })), {
    status: 413,
    code: 'body_too_large',
  });
});

t.test('queries are read as their types, and refused where they are none', async (t) => {
  const bad = [
    '/v1/pledges?limit=0',
    '/v1/pledges?limit=201',
    '/v1/pledges?limit=many',
    '/v1/pledges?limit=1e400',
    `/v1/patents?limit=${'9'.repeat(400)}`,
    '/v1/pledges?sort=id',
    '/v1/pledges?state=unheard',
    '/v1/pledges?cursor=%00',
    '/v1/patents?cursor=nonsense',
    `/v1/patents/urn:uuid:${MISSING_PATENT}`,
    `/v1/pledges/${'a'.repeat(65)}`,
    ...[
      '2016-12-31T23:59:60Z',
      '2009-02-30T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-23:59',
    ].map((as_of) => `/v1/patents/${MISSING_PATENT}?as_of=${encodeURIComponent(as_of)}`),
  ];
  for (const url of bad) t.equal((await call(bank_a.key, 'GET', url)).status, 400, url);
  t.equal((await call(bank_a.key, 'GET', '/v1/pledges?limit=1')).status, 200);
});

t.test('a date from which the calendar ends is refused, and says so', async (t) => {
  const [row] = await database.sql<{ patent_id: string }[]>`
    select patent_id from signal where kind = 'granted' order by patent_id limit 1`;
  const last = encodeURIComponent('9999-12-31T23:59:59Z');
  for (const url of [
    '/v1/covenants?from=9999-12-31',
    `/v1/patents/${row!.patent_id}/indicators?as_of=${last}`,
  ]) {
    const { status, body } = await call(bank_a.key, 'GET', url);
    t.equal(status, 422, url);
    t.match(body.detail, /leads out of the calendar, to year 10000 .*; give one nearer to today\.$/);
  }
});

t.test('anybody is told the indicative value of a patent, once the corpus was valued', async (t) => {
  const patent_id = service.takePatent();
  const path = `/v1/patents/${patent_id}/indicative-value`;
  t.equal((await call(firm_a.key, 'GET', path)).status, 404);
  await database.sql`insert into corpus_value (patent_id, number, as_of, status, currency, low_minor, mid_minor, high_minor,
      collateral_minor, recorded_on, recorded_mid_minor)
    values (${patent_id}, 1, '2009-03-01', 'valued', 'CNY', 100, 200, 400, 50, '2009-02-01', 190)`;
  t.same((await call(firm_a.key, 'GET', path)).body, {
    patent_id,
    as_of: '2009-03-01',
    status: 'valued',
    currency: 'CNY',
    low_minor: 100,
    mid_minor: 200,
    high_minor: 400,
    collateral_minor: 50,
    changes_on: null,
    series: [{ as_of: '2009-02-01', mid_minor: 190 }],
  });
});

t.test('an unknown address or method is answered 404', async (t) => {
  for (const [method, url] of [
    ['GET', '/v1/nothing?a=1'],
    ['DELETE', '/v1/pledges'],
  ] as const) {
    const { status, headers, body } = await call(null, method, url);
    t.equal(status, 404);
    t.equal(headers['content-type'], 'application/problem+json');
    t.hasStrict(body, {
      code: 'not_found',
      detail: `There is no ${method} ${url.split('?')[0]}; see /docs.`,
    });
  }
});

t.test('no value of any field makes the service fail', async () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', '9999-12-31', '0001-01-01', 2 ** 53 - 1, -1, 1e308, ''),
  );
  const bodies: [Party, string, Record<string, unknown>][] = [
    [staff, '/v1/organisations', { kind: 'bank', name: 'x' }],
    [firm_b, '/v1/pledges', newPledge(bank_b, firm_b, MISSING_PATENT)],
    [bank_b, '/v1/pledges/missing/moves', { to: 'withdrawn', reason: 'x' }],
    [bank_b, '/v1/pledges/missing/repayments', { amount_minor: 1, paid_on: '2009-06-10' }],
    [staff, '/v1/reviews/missing/submissions', { version: 0, decision: 'dismissed', note: 'x' }],
    [staff, '/v1/webhooks/endpoints', { ...HOOK, url: 'http://refused.example' }],
    [staff, '/v1/demonstration/calendar', { to: '2010-01-01T00:00:00Z' }],
  ];
  const change = fc.constantFrom(...bodies).chain(([party, url, body]) =>
    fc.record({
      party: fc.constant(party),
      url: fc.constant(url),
      body: fc
        .tuple(fc.constantFrom(...Object.keys(body)), value)
        .map(([field, changed]) => ({ ...body, [field]: changed })),
    }),
  );
  const query = fc
    .tuple(
      fc.constantFrom('cursor', 'state', 'limit', 'pledge_id', 'rule', 'as_of', 'office', 'type'),
      fc.constantFrom('/v1/patents', '/v1/flags', '/v1/events', `/v1/patents/${MISSING_PATENT}`),
      fc.string({ unit: 'grapheme' }),
    )
    .map(([name, url, text]) => `${url}?${name}=${encodeURIComponent(text)}`);
  await fc.assert(
    fc.asyncProperty(change, query, async ({ party, url, body }, get) => {
      const answers = [await call(party.key, 'POST', url, body), await call(party.key, 'GET', get)];
      return answers.every(({ status }) => status < 500);
    }),
    { numRuns: 150 },
  );
});

t.test('a failure inside is told without its reason', async (t) => {
  await database.sql`alter table flag rename to flag_away`;
  const { status, body, text } = await call(staff.key, 'GET', '/v1/flags');
  await database.sql`alter table flag_away rename to flag`;
  t.equal(status, 500);
  t.equal(body.code, 'internal');
  t.match(body.request_id, /./);
  t.notMatch(text, /relation|flag_away|stack|\.ts|postgres/i);
});

t.test(
  'an organisation is made with a key by staff, and a revoked key is worth nothing at once',
  async (t) => {
    const made = await call<WithId & { demonstration: boolean }>(staff.key, 'POST', '/v1/organisations', {
      kind: 'firm',
      name: '测试 firm',
    });
    t.equal(made.status, 201);
    const url = `/v1/organisations/${made.body.id}/keys`;
    const issued = await call<{ id: string; key: string }>(staff.key, 'POST', url, { label: 'first' });
    const own = await call<object>(issued.body.key, 'GET', '/v1/organisations/me');
    t.same(own.body, made.body);
    t.equal((await call(staff.key, 'POST', '/v1/organisations/missing/keys', { label: 'x' })).status, 404);
    t.equal((await call(issued.body.key, 'DELETE', `/v1/keys/${issued.body.id}`)).status, 204);
    t.equal((await call(issued.body.key, 'GET', '/v1/organisations/me')).status, 401);
  },
);

t.test('a key is good for its scopes, until its day, and is followed by another without a gap', async (t) => {
  const keys = `/v1/organisations/${firm_b.id}/keys`;
  const issue = (body: object) => call<{ id: string; key: string }>(staff.key, 'POST', keys, body);
  const { body: reading } = await issue({ label: 'reading', scopes: ['read'] });
  t.equal((await call(reading.key, 'GET', '/v1/pledges')).status, 200);
  const ask = { title: 'a method of making steel' };
  t.equal((await call(reading.key, 'POST', '/v1/prior-art', ask)).status, 200, 'asking, by POST');
  const wrote = await call(reading.key, 'POST', '/v1/covenants/feeds');
  t.equal(wrote.status, 403);
  t.match(wrote.body.detail, /needs a key with the scope write; this one has read/);
  const { body: writing } = await issue({ label: 'writing', scopes: ['write'] });
  t.equal((await call(writing.key, 'GET', '/v1/pledges')).status, 403);
  t.equal((await issue({ label: 'none', scopes: [] })).status, 400);

  const { body: short } = await issue({ label: 'short', expires_at: '2100-01-01T00:00:00Z' });
  t.equal((await call(short.key, 'GET', '/v1/pledges')).status, 200);
  const followed = await call<{ id: string; key: string }>(
    firm_b.key,
    'POST',
    `/v1/keys/${short.id}/rotations`,
  );
  const ends = (await call<{ data: { id: string; expires_at: string }[] }>(firm_b.key, 'GET', '/v1/keys'))
    .body;
  t.equal(
    ends.data.find(({ id }) => id === followed.body.id)!.expires_at,
    '2100-01-01T00:00:00.000Z',
    'what follows a key ends when it would have',
  );
  await database.sql`update api_key set expires_at = now() where id = ${short.id}`;
  t.equal((await call(short.key, 'GET', '/v1/pledges')).status, 401, 'its day is over');
  t.equal(
    (await call(firm_b.key, 'POST', `/v1/keys/${short.id}/rotations`)).status,
    404,
    'and nothing follows',
  );

  const rotate = (key: string) =>
    call<{ id: string; key: string }>(key, 'POST', `/v1/keys/${writing.id}/rotations`);
  t.equal((await rotate(firm_a.key)).status, 404, 'not by another');
  const { body: next } = await rotate(firm_b.key);
  for (const { key } of [writing, next])
    t.equal((await call(key, 'POST', '/v1/covenants/feeds')).status, 201, 'both, for a while');
  await database.sql`update api_key set expires_at = now() where id = ${writing.id} and expires_at < now() + interval '25 hours'`;
  t.equal((await call(writing.key, 'POST', '/v1/covenants/feeds')).status, 401);

  const { body, text } = await call<{ data: Record<string, unknown>[] }>(firm_b.key, 'GET', '/v1/keys');
  t.match(
    body.data.find(({ id }) => id === next.id),
    { label: 'writing', scopes: ['write'], expires_at: null },
  );
  t.type(body.data.find(({ id }) => id === next.id)!.last_used_at, 'string');
  t.notMatch(text, /secret|sha256/);
  const torn = next.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  t.equal((await call(torn, 'POST', '/v1/covenants/feeds')).status, 401, 'a wrong checksum');
  const bare = reading.key.slice(0, reading.key.lastIndexOf('_'));
  t.equal((await call(bare, 'GET', '/v1/pledges')).status, 200, 'keys of before had none');
});

async function walk(key: string, url: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Listed<Record<string, string>> = (
      await call<Listed<Record<string, string>>>(
        key,
        'GET',
        `${url}?limit=${limit}${cursor && `&cursor=${cursor}`}`,
      )
    ).body;
    ids.push(...page.data.map((item) => item.id ?? item.patent_id!));
    cursor = page.next_cursor;
  }
  return ids;
}

async function walkFeed(key: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let [after, has_more] = [0, true]; has_more; ) {
    const { body } = await call<{ data: WithId[]; next_after: number; has_more: boolean }>(
      key,
      'GET',
      `/v1/events?limit=${limit}&after=${after}`,
    );
    ids.push(...body.data.map(({ id }) => id));
    ({ next_after: after, has_more } = body);
  }
  return ids;
}

t.test('pages walk every item exactly once, in order', async (t) => {
  const { body: endpoint } = await call<Endpoint>(firm_a.key, 'POST', '/v1/webhooks/endpoints', HOOK);
  for (let n = 0; n < 5; n++) await call(firm_a.key, 'POST', `/v1/webhooks/endpoints/${endpoint.id}/test`);
  for (let n = 0; n < 4; n++)
    await call(firm_a.key, 'POST', '/v1/pledges', newPledge(bank_a, firm_a, service.takePatent()));
  const ids = async (query: Promise<{ id: string }[]>) => (await query).map((row) => row.id);
  const { sql } = database;
  t.same(
    await walk(staff.key, '/v1/patents', 200),
    await ids(sql`select patent_id as id from patent order by patent_id`),
  );
  const pledges = await ids(sql`select id from pledge where firm_id = ${firm_a.id} order by id`);
  const events = await ids(sql`select id from event where firm_id = ${firm_a.id} order by id`);
  const deliveries = await ids(
    sql`select id from delivery where endpoint_id = ${endpoint.id} order by id desc`,
  );
  t.ok(pledges.length > 4 && events.length > 4 && deliveries.length > 8);
  for (const limit of [1, 2, 3, 200]) {
    t.same(await walk(firm_a.key, '/v1/pledges', limit), pledges);
    t.same(await walkFeed(firm_a.key, limit), events);
    t.same(await walk(firm_a.key, `/v1/webhooks/endpoints/${endpoint.id}/deliveries`, limit), deliveries);
  }
  const typed = await call<Listed<{ type: string }>>(firm_a.key, 'GET', '/v1/events?type=pledge.withdrawn');
  t.same(typed.body.data, []);
});

t.test('an idempotency key has one effect, however often and however parallel', async (t) => {
  const once = (body: object, key = '"of the test"') =>
    call<Endpoint & ProblemAnswer>(firm_b.key, 'POST', '/v1/webhooks/endpoints', body, {
      'idempotency-key': key,
    });
  const answers = await Promise.all(Array.from({ length: 50 }, () => once(HOOK)));
  t.same(new Set(answers.map(({ status }) => status)), new Set([201]));
  t.equal(new Set(answers.map(({ text }) => text)).size, 1);
  t.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 49);
  const { body } = await call<Listed<Endpoint>>(firm_b.key, 'GET', '/v1/webhooks/endpoints');
  t.equal(body.data.length, 1);

  t.hasStrict((await once({ ...HOOK, description: 'other' })).body, {
    status: 422,
    code: 'idempotency_mismatch',
  });
  t.equal((await once({ ...HOOK, event_types: 'all' }, 'bare')).status, 400);
  t.equal((await once({ url: 'http://receiver.example' }, 'bare')).status, 422);
  t.equal((await once(HOOK, 'bare')).headers['idempotency-replayed'], undefined, 'refusals are not kept');
  t.equal((await once(HOOK, '""')).status, 400);
  t.equal((await once(HOOK, 'x'.repeat(256))).status, 400);
  const other = { 'idempotency-key': 'bare' };
  const answer = await call(staff.key, 'POST', '/v1/webhooks/endpoints', HOOK, other);
  t.equal(answer.headers['idempotency-replayed'], undefined, 'a key is its organisation’s own');
});

t.test('an endpoint that is not public is refused with the reason', async (t) => {
  const before = await count('endpoint');
  for (const url of [
    'http://receiver.example/hook',
    'https://127.0.0.1/hook',
    'https://[::1]/hook',
    'https://localhost/hook',
    'https://10.0.0.1/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:192.168.0.1]/hook',
    'https://2130706433/hook',
    'https://receiver.example:22/hook',
    'https://user:password@receiver.example/hook',
    'ftp://receiver.example',
    '/hook',
  ]) {
    const { status, body } = await call(bank_a.key, 'POST', '/v1/webhooks/endpoints', { url });
    t.equal(status, 422, url);
    t.equal(body.code, 'webhook_url_refused');
    t.same(body.errors, [{ pointer: '/body/url', detail: body.detail }]);
  }
  t.equal(await count('endpoint'), before);
});

t.test('a signing secret is shown once and in no answer after', async (t) => {
  const { body } = await call<Endpoint>(bank_a.key, 'POST', '/v1/webhooks/endpoints', HOOK);
  const url = `/v1/webhooks/endpoints/${body.id}`;
  t.match(body.secret, /^whsec_/);
  const rotated = await call<{ secret: string }>(bank_a.key, 'POST', `${url}/secret`);
  t.equal(rotated.status, 201);
  t.not(rotated.body.secret, body.secret);
  const [kept] = await database.sql`select secret, previous_secret, previous_secret_until > now() as overlaps
    from endpoint where id = ${body.id}`;
  const opened = (sealed: string) => vault.open(bank_a.id, `endpoint/${body.id}`, sealed);
  t.equal(await opened(kept!.secret), rotated.body.secret);
  t.equal(await opened(kept!.previous_secret), body.secret);
  t.equal(kept!.overlaps, true);
  const later = [
    await call(bank_a.key, 'GET', '/v1/webhooks/endpoints'),
    await call(bank_a.key, 'PATCH', url, { state: 'disabled' }),
    await call(bank_a.key, 'GET', `${url}/deliveries`),
    await call(bank_a.key, 'GET', '/v1/events'),
  ];
  for (const { status, text } of later) {
    t.equal(status, 200);
    t.notMatch(text, /secret|whsec_/);
  }
});

t.test(
  'an endpoint is disabled, enabled and deleted by its owner; events go to it while it is enabled',
  async (t) => {
    const { body } = await call<Endpoint>(bank_b.key, 'POST', '/v1/webhooks/endpoints', HOOK);
    const url = `/v1/webhooks/endpoints/${body.id}`;
    const request = () =>
      call(bank_b.key, 'POST', '/v1/pledges', newPledge(bank_b, firm_b, service.takePatent()));
    const open = async () =>
      (await call<Listed<{ outcome: string }>>(bank_b.key, 'GET', `${url}/deliveries`)).body.data.length;
    await request();
    t.equal(await open(), 1);
    const disabled = await call<Endpoint>(bank_b.key, 'PATCH', url, { state: 'disabled' });
    t.hasStrict(disabled.body, { state: 'disabled', disabled_reason: 'disabled by its owner' });
    await request();
    t.equal(await open(), 1);
    t.hasStrict((await call<Endpoint>(bank_b.key, 'PATCH', url, { state: 'enabled' })).body, {
      state: 'enabled',
      disabled_reason: null,
    });

    const tested = await call<{ event_id: string; delivery_id: string }>(bank_b.key, 'POST', `${url}/test`);
    const replay = `/v1/webhooks/deliveries/${tested.body.delivery_id}/replay`;
    const replayed = await call<{ event_id: string; delivery_id: string }>(bank_b.key, 'POST', replay);
    t.equal(replayed.body.event_id, tested.body.event_id);
    t.not(replayed.body.delivery_id, tested.body.delivery_id);
    t.equal(await open(), 3);

    const leased = (await leaseLanes(database.sql, vault, 100)).filter(
      (lane) => lane.endpoint_id === body.id,
    );
    t.equal(leased.length, 3);
    t.equal((await call(bank_b.key, 'DELETE', url)).status, 204);
    t.same((await call<Listed<Endpoint>>(bank_b.key, 'GET', '/v1/webhooks/endpoints')).body.data, []);
    for (const lane of leased) {
      const outcome = { delivered: lane.deliveries.map(({ id }) => id), attempts: [], failure: null };
      t.equal(await database.transaction((tx) => settleLane(tx, lane, outcome)), false, 'the lease is gone');
    }
    const [record] = await database.sql`select count(*), min(outcome) as outcome, min(reason) as reason
    from delivery_history where endpoint_id = ${body.id}`;
    t.same(record, { count: 3, outcome: 'dead', reason: 'endpoint deleted' });
    t.equal((await call(bank_b.key, 'POST', replay)).status, 404, 'nothing is sent to a deleted endpoint');
    t.equal((await call(bank_b.key, 'POST', `${url}/test`)).status, 404);
  },
);

t.test('an endpoint receives only the types it asked for', async (t) => {
  const asked = { ...HOOK, event_types: ['pledge.withdrawn'] };
  const { body } = await call<Endpoint>(bank_b.key, 'POST', '/v1/webhooks/endpoints', asked);
  const given = newPledge(bank_b, firm_b, service.takePatent());
  const pledge = await call<WithId>(bank_b.key, 'POST', '/v1/pledges', given);
  const move = { to: 'withdrawn', reason: 'test' };
  await call(bank_b.key, 'POST', `/v1/pledges/${pledge.body.id}/moves`, move);
  const url = `/v1/webhooks/endpoints/${body.id}/deliveries`;
  const { body: sent } = await call<Listed<{ event_type: string }>>(bank_b.key, 'GET', url);
  t.same(
    sent.data.map(({ event_type }) => event_type),
    ['pledge.withdrawn'],
  );
});

t.test('an organisation has at most twenty endpoints, however parallel it asks', async (t) => {
  const made = await call<WithId>(staff.key, 'POST', '/v1/organisations', { kind: 'bank', name: 'Greedy' });
  const issued = await call<{ key: string }>(staff.key, 'POST', `/v1/organisations/${made.body.id}/keys`, {
    label: 'x',
  });
  const statuses = await Promise.all(
    Array.from({ length: 26 }, async () => {
      const answer = await call(issued.body.key, 'POST', '/v1/webhooks/endpoints', HOOK);
      return answer.status;
    }),
  );
  t.equal(statuses.filter((status) => status === 201).length, 20);
  t.equal(statuses.filter((status) => status === 422).length, 6);
});

t.test('the files of openapi/ are what the service says of itself', async (t) => {
  const files = await openapiFiles();
  for (const [path, text] of files) t.equal(await readFile(OPENAPI + path, 'utf8'), text, path);
  const events = (await readdir(`${OPENAPI}events`)).map((name) => `events/${name}`);
  t.same(['openapi.json', ...events].sort(), [...files.keys()].sort());
  for (const path of events) {
    const ajv = formats.default(new Ajv2020());
    t.ok(ajv.validateSchema(JSON.parse(files.get(path)!)), path);
    t.ok(ajv.compile(JSON.parse(files.get(path)!)), path);
  }
});

t.test('in earnest the calendar cannot be moved; in a demonstration staff move it forward', async (t) => {
  const url = '/v1/demonstration/calendar';
  const earnest = await call(staff.key, 'POST', url, { to: '2009-07-01T00:00:00Z' });
  t.hasStrict(earnest.body, { status: 409, code: 'conflict' });

  await foundCalendar(database, STARTS_AT);
  const calendar = await openCalendar(database);
  let news = 0;
  const guard = createAddressGuard({ allowed_hosts: [] });
  const given = {
    database: database,
    system: database,
    vault,
    clock: calendar!.clock,
    guard,
    calendar,
    onNews: () => void news++,
  };
  const staged = await buildApp({ service: given, log: pino({ level: 'silent' }), version: '0.0.0' });
  const move = (to: string) =>
    staged.inject({
      method: 'POST',
      url,
      payload: { to },
      headers: { authorization: `Bearer ${staff.key}` },
    });
  t.equal((await move('2009-06-01T00:00:00Z')).statusCode, 422, 'not back');
  t.equal((await move('2012-06-01T00:00:00Z')).statusCode, 422, 'not that far');
  t.equal(news, 0);
  const moved = await move('2009-07-01T00:00:00Z');
  t.match(moved.json().calendar, /^2009-07-01T00:00:0/);
  t.equal(news, 1);
  t.ok((await openCalendar(database))!.clock.now() >= new Date('2009-07-01T00:00:00Z'), 'it is kept');
  t.match((await staged.inject('/healthz')).json().calendar, /^2009-07-01/);
  await staged.close();
});

t.test('a service without its database is alive and not ready', async (t) => {
  const pool = database.sibling({ max: 2 });
  let shutting_down = false;
  const guard = createAddressGuard({ allowed_hosts: [] });
  const given = {
    database: pool,
    system: pool,
    vault,
    clock: service.clock,
    guard,
    calendar: null,
    onNews: () => {},
  };
  const log = pino({ level: 'silent' });
  const other = await buildApp({ service: given, log, version: '0.0.0', ready: () => !shutting_down });
  t.equal((await other.inject('/readyz')).statusCode, 200);
  shutting_down = true;
  const leaving = await other.inject('/readyz');
  t.equal(leaving.statusCode, 503);
  t.equal(leaving.headers.connection, 'close');
  shutting_down = false;
  await pool.close();
  const away = await other.inject('/readyz');
  t.equal(away.statusCode, 503);
  t.equal(away.headers['retry-after'], '5');
  t.equal(away.json().code, 'database_unavailable');
  t.equal((await other.inject('/healthz')).statusCode, 200);
  const headers = { authorization: `Bearer ${bank_a.key}` };
  const asked = await other.inject({ url: '/v1/pledges', headers });
  t.equal(asked.statusCode, 503);
  t.notMatch(asked.body, /CONNECTION|postgres/);
  await other.close();
});
