/** What the server does for every request before a route sees it: headers, origins, proxies, rates, limits. */
import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import pino, { type Logger } from 'pino';
import t from 'tap';
import { mintKey } from '../../src/accounts/keys.ts';
import { createOrganisation, issueKey } from '../../src/accounts/store.ts';
import { buildApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { MAX_CONNECTIONS, MAX_REQUESTS_PER_SOCKET, RATE_WINDOW_SECONDS } from '../../src/http/limits.ts';
import { openLog } from '../../src/log.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { createTestDatabase, MASTER_KEY } from '../database.ts';

const { database, requests } = await createTestDatabase(t);
const [fresh] = await database.sql<{ keys: number }[]>`select count(*)::int as keys from api_key`;
const keys = await database.transaction(async (tx) => {
  const now = systemClock.now();
  const bank = await createOrganisation(tx, { kind: 'bank', name: 'Bank', demonstration: false }, now);
  const issue = async () => (await issueKey(tx, bank.id, 'test', now)).key;
  return [await issue(), await issue()] as const;
});
const STRICT =
  "default-src 'none';object-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";
const NO_KEY = null;

async function appWith(
  environment: Record<string, string> = {},
  log: Logger = pino({ level: 'silent' }),
): Promise<FastifyInstance> {
  const guard = createAddressGuard({ allowed_hosts: [] });
  const service = {
    database: requests,
    system: database,
    vault: createVault(database, MASTER_KEY),
    clock: systemClock,
    guard,
    calendar: null,
    onNews: () => {},
  };
  const http = loadConfig(environment);
  const app = await buildApp({ service, log, version: '0.0.0', http });
  t.teardown(() => app.close());
  return app;
}

function ask(
  app: FastifyInstance,
  url: string,
  key: string | null,
  given: { from?: string; headers?: Record<string, string>; method?: 'GET' | 'OPTIONS' } = {},
): Promise<LightMyRequestResponse> {
  const { from = '127.0.0.1', headers = {}, method = 'GET' } = given;
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  return app.inject({ method, url, remoteAddress: from, headers: { ...authorization, ...headers } });
}

/** As it is without settings. */
const app = await appWith();
await app.listen({ host: '127.0.0.1', port: 0 });

t.test('every answer forbids browsers to run, load, frame, guess or keep it', async (t) => {
  const answers = [
    await ask(app, '/healthz', NO_KEY),
    await ask(app, '/v1/pledges', keys[0]),
    await ask(app, '/v1/pledges', NO_KEY),
    await ask(app, '/v1/pledges?limit=many', keys[0]),
    await ask(app, '/nowhere', NO_KEY),
    await ask(app, '/openapi.json', NO_KEY),
    await ask(app, '/%zz', NO_KEY),
    await ask(app, `/v1/pledges/${'x'.repeat(500)}`, keys[0]),
  ];
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 401, 400, 404, 200, 400, 400],
  );
  for (const { headers } of answers) {
    t.match(headers, {
      'content-security-policy': STRICT,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-type': /^application\/(problem\+json|json; charset=utf-8)$/,
    });
    for (const name of ['strict-transport-security', 'access-control-allow-origin', 'server', 'x-powered-by'])
      t.notOk(name in headers, name);
  }
});

t.test('Strict-Transport-Security is sent where the operator asks for it', async (t) => {
  const app = await appWith({ HSTS_MAX_AGE_SECONDS: '31536000' });
  const { headers } = await ask(app, '/healthz', NO_KEY);
  t.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
});

t.test(
  'the page at /docs loads under its own policy, which lets its own files run and nothing else',
  async (t) => {
    const page = await ask(app, '/docs', NO_KEY);
    const policy = String(page.headers['content-security-policy']);
    t.match(policy, "script-src 'self';");
    t.notMatch(policy, /script-src[^;]*unsafe|https?:|\*/);
    const scripts = [...page.body.matchAll(/<script\b([^>]*)>([^<]*)<\/script>/g)];
    t.ok(scripts.length >= 3);
    for (const [, attributes, inline] of scripts) {
      t.equal(inline!.trim(), '', 'no inline script, which the policy would stop');
      const file = await ask(app, /src="([^"]+)"/.exec(attributes!)![1]!, NO_KEY);
      t.equal(file.statusCode, 200);
      t.match(file.headers['content-type'], /javascript/);
    }
    for (const [, href] of page.body.matchAll(/<link rel="stylesheet"[^>]*href="([^"]+)"/g))
      t.equal((await ask(app, href!, NO_KEY)).statusCode, 200);
    t.notMatch(page.body, /\son\w+=|(src|href)="https?:/);
  },
);

t.test('pages of other origins may read answers only when their origin is listed', async (t) => {
  const ours = { origin: 'https://desk.bank.example' };
  const theirs = { origin: 'https://desk.bank.example.attacker.example' };
  const preflight = { 'access-control-request-method': 'POST' };
  t.notOk((await ask(app, '/healthz', NO_KEY, { headers: ours })).headers['access-control-allow-origin']);
  const open = await appWith({ CORS_ORIGINS: `https://other.example,${ours.origin}` });
  const read = await ask(open, '/v1/pledges', keys[0], { headers: ours });
  t.match(read.headers, { 'access-control-allow-origin': ours.origin, vary: /Origin/i });
  t.match(read.headers['access-control-expose-headers'], /etag.*retry-after/);
  t.notOk('access-control-allow-credentials' in read.headers);
  const asked = await ask(open, '/v1/pledges', NO_KEY, {
    method: 'OPTIONS',
    headers: { ...ours, ...preflight },
  });
  t.equal(asked.statusCode, 204);
  t.match(asked.headers['access-control-allow-headers'], /authorization/);
  for (const headers of [theirs, { origin: 'null' }]) {
    const refused = await ask(open, '/v1/pledges', keys[0], { headers });
    t.notOk(refused.headers['access-control-allow-origin'], headers.origin);
    const before = await ask(open, '/v1/pledges', NO_KEY, {
      method: 'OPTIONS',
      headers: { ...headers, ...preflight },
    });
    t.notOk(before.headers['access-control-allow-origin'], headers.origin);
  }
});

t.test('a key has a budget of its own, told in each answer, and 429 says when to come again', async (t) => {
  const app = await appWith({ KEY_REQUESTS_PER_MINUTE: '3' });
  for (const left of [2, 1, 0]) {
    const { statusCode, headers } = await ask(app, '/v1/pledges', keys[0]);
    t.equal(statusCode, 200);
    t.equal(headers['ratelimit-policy'], '"key";q=3;w=60');
    t.match(headers.ratelimit, new RegExp(`^"key";r=${left};t=(60|5\\d)$`));
  }
  const refused = await ask(app, '/v1/pledges', keys[0]);
  t.equal(refused.statusCode, 429);
  t.match(refused.headers['content-type'], 'application/problem+json');
  t.match(refused.json(), { status: 429, code: 'rate_limited', detail: /3 requests in 60 seconds/ });
  t.match(refused.headers['retry-after'], /^(60|5\d)$/);
  t.equal((await ask(app, '/v1/pledges', keys[1])).statusCode, 200, 'another key of the same organisation');
  const later_ms = Date.now() + RATE_WINDOW_SECONDS * 1000;
  const now = t.intercept(Date, 'now', { value: () => later_ms });
  t.equal((await ask(app, '/v1/pledges', keys[0])).statusCode, 200, 'the next window');
  now.restore();
});

t.test('refused keys are counted apart, by address, and hold up no valid key from there', async (t) => {
  const app = await appWith({ REFUSED_KEYS_PER_MINUTE: '2', ADDRESS_REQUESTS_PER_MINUTE: '2' });
  const wrong = `${keys[0].slice(0, -1)}${keys[0].endsWith('A') ? 'B' : 'A'}`;
  const statuses = [];
  for (const key of [wrong, NO_KEY, wrong, NO_KEY])
    statuses.push((await ask(app, '/v1/pledges', key)).statusCode);
  t.same(statuses, [401, 401, 429, 429]);
  t.equal((await ask(app, '/v1/pledges', keys[0])).statusCode, 200);
  t.equal((await ask(app, '/v1/pledges', wrong, { from: '192.0.2.7' })).statusCode, 401);
  t.equal((await ask(app, '/v1/event-types', NO_KEY)).statusCode, 200, 'public routes have their own');
  t.equal((await ask(app, '/docs/', NO_KEY)).statusCode, 200);
  t.equal((await ask(app, '/nowhere', NO_KEY)).statusCode, 429, 'unknown addresses count too');
});

t.test('a /64 of IPv6 is one address', async (t) => {
  const app = await appWith({ ADDRESS_REQUESTS_PER_MINUTE: '1' });
  const statuses = [];
  for (const from of ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'])
    statuses.push((await ask(app, '/v1/event-types', NO_KEY, { from })).statusCode);
  t.same(statuses, [200, 429, 200]);
});

t.test('the probes of a supervisor are never held up', async (t) => {
  const app = await appWith({ ADDRESS_REQUESTS_PER_MINUTE: '1', REFUSED_KEYS_PER_MINUTE: '1' });
  for (let times = 0; times < 20; times++)
    for (const url of ['/healthz', '/readyz']) {
      const { statusCode, headers } = await ask(app, url, NO_KEY);
      t.equal(statusCode, 200, url);
      t.notOk('ratelimit' in headers);
    }
});

t.test('of any interleaving each budget lets through as much as it holds, and no more', async (t) => {
  const senders = [...keys.map((key) => ({ key, url: '/v1/pledges' })), { key: NO_KEY, url: '/nowhere' }];
  const budget = 3;
  const app = await appWith({ KEY_REQUESTS_PER_MINUTE: '3', ADDRESS_REQUESTS_PER_MINUTE: '3' });
  let now_ms = Date.now();
  t.intercept(Date, 'now', { value: () => now_ms });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: senders.length - 1 }), { maxLength: 20 }), async (order) => {
      now_ms += RATE_WINDOW_SECONDS * 1000;
      const passed = senders.map(() => 0);
      for (const sender of order) {
        const { key, url } = senders[sender]!;
        if ((await ask(app, url, key)).statusCode !== 429) passed[sender]! += 1;
      }
      const sent = senders.map((_, sender) => order.filter((each) => each === sender).length);
      const held = sent.map((count) => Math.min(count, budget));
      t.same(passed, held);
    }),
    { numRuns: 40 },
  );
});

t.test(
  'X-Forwarded-For is believed from trusted proxies alone, and only for its last hop before them',
  async (t) => {
    const statusesOf = async (app: FastifyInstance, forwarded: string[], from: string) => {
      const statuses = [];
      for (const each of forwarded) {
        const headers = { 'x-forwarded-for': each };
        statuses.push((await ask(app, '/v1/event-types', NO_KEY, { from, headers })).statusCode);
      }
      return statuses;
    };
    const two = ['192.0.2.1', '192.0.2.2'];
    const one = { ADDRESS_REQUESTS_PER_MINUTE: '1' };
    t.same(await statusesOf(await appWith(one), two, '10.0.0.9'), [200, 429], 'nobody is trusted');
    const behind = { ...one, TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8' };
    t.same(await statusesOf(await appWith(behind), two, '10.0.0.9'), [200, 200]);
    t.same(await statusesOf(await appWith(behind), two, '203.0.113.5'), [200, 429], 'not from elsewhere');
    const invented = ['198.51.100.1, 192.0.2.1', '198.51.100.2, 192.0.2.1'];
    t.same(await statusesOf(await appWith(behind), invented, '10.0.0.9'), [200, 429], 'what a client wrote');
  },
);

t.test('a setting that does not fit keeps the service from starting, in one sentence', async (t) => {
  const misfits: [string, string][] = [
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '167772160'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://desk.bank.example/'],
    ['HSTS_MAX_AGE_SECONDS', '-1'],
    ['KEY_REQUESTS_PER_MINUTE', '0'],
    ['ADDRESS_REQUESTS_PER_MINUTE', 'many'],
    ['REFUSED_KEYS_PER_MINUTE', '1.5'],
  ];
  for (const [name, value] of misfits)
    t.throws(() => loadConfig({ [name]: value }), {
      message: new RegExp(`^Environment variable ${name}: ".*" does not fit; it must be .+\\.$`),
    });
});

/** Sends bytes on a connection of their own. @returns all that came back until the server closed it */
async function talk(app: FastifyInstance, bytes: string): Promise<string> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connectSocket(port, '127.0.0.1').setEncoding('utf8');
  let told = '';
  socket.on('data', (text) => {
    told += text;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return told;
}

t.test('what is no request is answered with a problem and the connection closed', async (t) => {
  const cases: [string, number, string][] = [
    ['certainly not HTTP\r\n\r\n', 400, 'bad_request'],
    [`GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
    [
      'POST /v1/pledges HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'bad_request',
    ],
    ['GET /healthz HTTP/1.1\r\n\r\n', 400, ''],
  ];
  for (const [bytes, status, code] of cases) {
    const told = await talk(app, bytes);
    t.match(told, new RegExp(`^HTTP/1.1 ${status} `));
    if (!code) continue;
    t.match(told, '\r\nx-content-type-options: nosniff\r\n');
    t.match(JSON.parse(told.split('\r\n\r\n')[1]!), { status, code });
  }
});

t.test('no header field is dropped in silence, however many there are', async (t) => {
  const many = 'x:1\r\n'.repeat(2_500);
  const head = `GET /v1/pledges HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
  t.match(await talk(app, `${head}${many}authorization: Bearer ${keys[0]}\r\n\r\n`), /^HTTP\/1.1 200 /);
});

t.test('a connection beyond the limit is closed, and methods that nobody serves are refused', async (t) => {
  t.equal(app.server.maxConnections, MAX_CONNECTIONS);
  t.equal(app.server.maxRequestsPerSocket, MAX_REQUESTS_PER_SOCKET);
  app.server.maxConnections = 1;
  const { port } = app.server.address() as AddressInfo;
  const first = connectSocket(port, '127.0.0.1');
  await once(app.server, 'connection');
  const request = 'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
  t.equal(await talk(app, request).catch(() => ''), '');
  first.destroy();
  await once(first, 'close');
  app.server.maxConnections = 2;
  t.match(await talk(app, request), /^HTTP\/1.1 200 /);
  t.match(await talk(app, request.replace('GET', 'TRACE')), /^HTTP\/1.1 404 /);
});

t.test('a new database knows no key; one has 256 random bits, of which only a hash is kept', async (t) => {
  t.equal(fresh!.keys, 0);
  const minted = Array.from({ length: 1_000 }, mintKey);
  t.equal(new Set(minted.map(({ key }) => key)).size, minted.length);
  for (const { key } of minted) t.equal(Buffer.from(key.slice(-43), 'base64url').length, 32);
  const rows = await database.sql`select to_jsonb(api_key)::text as row from api_key`;
  t.equal(rows.length, keys.length);
  for (const key of keys) t.notMatch(JSON.stringify(rows), key.slice(-43));
});

t.test('a key counts in its header alone, not in a cookie, the address or another scheme', async (t) => {
  const elsewhere: [string, Record<string, string>][] = [
    ['/v1/pledges', { cookie: `authorization=Bearer ${keys[0]}; key=${keys[0]}` }],
    [`/v1/pledges?authorization=${keys[0]}&key=${keys[0]}`, {}],
    ['/v1/pledges', { authorization: `Basic ${Buffer.from(`${keys[0]}:`).toString('base64')}` }],
    ['/v1/pledges', { 'x-api-key': keys[0] }],
  ];
  for (const [url, headers] of elsewhere)
    t.equal((await ask(app, url, NO_KEY, { headers })).statusCode, 401, url);
});

t.test('a parameter given twice is refused', async (t) => {
  t.equal((await ask(app, '/v1/pledges?limit=1', keys[0])).statusCode, 200);
  t.equal((await ask(app, '/v1/pledges?limit=1&limit=2', keys[0])).statusCode, 400);
});

t.test('no folder is listed and no file of the machine is served', async (t) => {
  for (const url of [
    '/docs/static/../../../package.json',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/.git/HEAD',
    '/package.json',
    '/src/server.ts',
  ])
    t.equal((await ask(app, url, NO_KEY)).statusCode, 404, url);
});

t.test(
  'refused keys and keys of the wrong kind are logged with time and address, without the key',
  async (t) => {
    const lines: string[] = [];
    const app = await appWith({}, openLog('info', { write: (line: string) => void lines.push(line) }));
    const from = '192.0.2.44';
    await ask(app, '/v1/pledges', `${keys[0].slice(0, -43)}${'A'.repeat(43)}`, { from });
    await ask(app, '/v1/fetches', keys[0], { from });
    const [refused, wrong_kind] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    t.match(refused, { msg: 'a request without a valid key was refused', address: from, left: 59 });
    t.match(wrong_kind, {
      msg: 'a key of the wrong kind was refused',
      address: from,
      organisation_id: /^org_/,
    });
    for (const line of [refused!, wrong_kind!]) {
      t.ok(Math.abs(Number(line.time) - Date.now()) < 60_000, 'milliseconds since 1970, UTC');
      t.ok(line.reqId, 'the id of the request, as the answer tells it');
    }
    t.notMatch(lines.join(''), 'pwk_');
  },
);
