/** What is promised of each delivery and of the feed: signatures, keys, headers, versions, order, examples. */
import { createPublicKey, verify as verifyBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { deliverDue } from '../../jobs/deliver.ts';
import { emitEvents } from '../../src/outbox/emit.ts';
import { numberStreams } from '../../src/outbox/feed.ts';
import { hearEvents, type Listener, MAX_ATTEMPTS } from '../../src/outbox/hear.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { EVENT_TYPES } from '../../src/webhooks/events.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { newKeyPair, newSecret } from '../../src/webhooks/sign.ts';
import type { Jwk } from '../../src/webhooks/signing-keys.ts';
import { verify } from '../../src/webhooks/verify.ts';
import { openReceiver, type Received } from '../receiver.ts';
import { buildService, type Party, STARTS_AT } from '../service.ts';

/** By path. */
const received = new Map<string, Received[]>();
const HOST = await openReceiver(t, (event, answer) => {
  received.set(event.path, [...(received.get(event.path) ?? []), event]);
  answer.writeHead(204).end();
});
const allowed = { allowed_hosts: [HOST] };
const service = await buildService(t, { guard: createAddressGuard(allowed) });
const { database, vault, call, bank_a, bank_b, firm_a, firm_b, staff } = service;
const { sql } = database;
const sender = createSender(allowed);
t.teardown(() => sender.close());
const means = { database, vault, sender, log: pino({ level: 'silent' }) };

const ENDPOINTS = '/v1/webhooks/endpoints';
const nowSeconds = () => Math.floor(Date.now() / 1000);
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

interface Endpoint {
  id: string;
  payload_version: string;
  header_names: string[];
  public_keys: string[];
  secret: string;
}

async function subscribe(path: string, given: object = {}, key = bank_a.key): Promise<Endpoint> {
  const answer = await call<Endpoint>(key, 'POST', ENDPOINTS, { url: `http://${HOST}${path}`, ...given });
  if (answer.status !== 201) throw new Error(`subscribing: ${answer.text}`);
  return answer.body;
}

/** Has the endpoint sent a test event. @returns what arrived at its path */
async function tested({ id }: Endpoint, path: string): Promise<Received> {
  await call(bank_a.key, 'POST', `${ENDPOINTS}/${id}/test`);
  await deliverDue(means);
  return received.get(path)!.at(-1)!;
}

const jwks = async () => (await call<{ keys: Jwk[] }>(null, 'GET', '/.well-known/jwks.json')).body.keys;
const versionsOf = ({ headers }: Received) =>
  headers['webhook-signature']!.split(' ').map((each) => each.split(',')[0]);

/** Everything that a refused request must leave as it was. */
async function state(): Promise<unknown> {
  return sql`select (select json_agg(endpoint order by id) from endpoint) as endpoints,
    (select count(*) from event) as events, (select count(*) from delivery) as deliveries,
    (select count(*) from idempotency_key) as keys`;
}

t.test('each delivery carries v1 of its endpoint and v1a of the published key', async (t) => {
  const endpoint = await subscribe('/both');
  const event = await tested(endpoint, '/both');
  t.same(versionsOf(event), ['v1', 'v1a']);
  new Webhook(endpoint.secret).verify(event.body, event.headers);
  for (const key of [endpoint.secret, ...endpoint.public_keys])
    t.equal(verify(event.headers, event.body, [key], nowSeconds()).ok, true, key.slice(0, 5));
  const [jwk] = await jwks();
  t.match(jwk, { kty: 'OKP', crv: 'Ed25519', use: 'sig', kid: /^[\w-]{43}$/ });
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures } = event.headers;
  const signed = Buffer.from(`${id}.${time}.${event.body}`);
  const ed25519 = Buffer.from(signatures!.split(' v1a,')[1]!, 'base64');
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  t.equal(verifyBytes(null, signed, key, ed25519), true);
});

t.test('signing keys rotate with an overlap in which old and new sign', async (t) => {
  const endpoint = await subscribe('/keys');
  const [old] = await jwks();
  t.equal((await call(bank_a.key, 'POST', '/v1/webhooks/signing-keys')).status, 403);
  t.equal((await jwks()).length, 1);
  const rotated = await call<{ key: Jwk; public_key: string }>(
    staff.key,
    'POST',
    '/v1/webhooks/signing-keys',
  );
  t.equal(rotated.status, 201);
  t.same(
    (await jwks()).map(({ kid }) => kid),
    [rotated.body.key.kid, old!.kid],
  );
  const event = await tested(endpoint, '/keys');
  t.same(versionsOf(event), ['v1', 'v1a', 'v1a']);
  const { body } = await call<{ data: Endpoint[] }>(bank_a.key, 'GET', ENDPOINTS);
  const { public_keys } = body.data.find(({ id }) => id === endpoint.id)!;
  t.same(public_keys, [rotated.body.public_key, ...endpoint.public_keys]);
  for (const key of public_keys) t.equal(verify(event.headers, event.body, [key], nowSeconds()).ok, true);

  const [overlap] = await sql`select extract(epoch from signs_until - now()) / 3600 as hours
    from signing_key where signs_until is not null`;
  t.ok(Number(overlap!.hours) > 23.9 && Number(overlap!.hours) <= 24);
  await sql`update signing_key set signs_until = now() where signs_until is not null`;
  t.same(versionsOf(await tested(endpoint, '/keys')), ['v1', 'v1a']);

  const parallel = Array.from({ length: 8 }, () =>
    call(staff.key, 'POST', '/v1/webhooks/signing-keys').then(({ status }) => status),
  );
  t.same(new Set(await Promise.all(parallel)), new Set([201]));
  const [today] = await sql`select count(*) from signing_key where signs_until is null`;
  t.equal(today!.count, 1);
});

t.test('an endpoint is pinned to a version of the payload, which each delivery names', async (t) => {
  const endpoint = await subscribe('/version', { payload_version: '2026-11-22' });
  t.equal((await subscribe('/newest')).payload_version, '2026-11-22', 'the newest by default');
  t.equal((await tested(endpoint, '/version')).headers['pledgewatch-payload-version'], '2026-11-22');
  const before = await state();
  const url = `http://${HOST}/version`;
  const { status, body } = await call(bank_a.key, 'POST', ENDPOINTS, { url, payload_version: '2020-01-01' });
  t.equal(status, 400);
  t.same(body.errors, [{ pointer: '/body/payload_version', detail: 'must be one of 2026-11-22' }]);
  t.same(await state(), before);
});

t.test('own headers go with each delivery, and no answer gives their values back', async (t) => {
  const own = { Authorization: 'Bearer canary-8f31', 'x-Tenant': 'a b' };
  const endpoint = await subscribe('/headers', { headers: own });
  t.same(endpoint.header_names, ['authorization', 'x-tenant']);
  t.hasStrict((await tested(endpoint, '/headers')).headers, {
    authorization: 'Bearer canary-8f31',
    'x-tenant': 'a b',
    'content-type': 'application/json',
  });
  const url = `${ENDPOINTS}/${endpoint.id}`;
  const answers = [
    await call(bank_a.key, 'GET', ENDPOINTS),
    await call(bank_a.key, 'GET', `${url}/deliveries`),
    await call(bank_a.key, 'PATCH', url, { state: 'enabled' }),
    await call<Endpoint>(bank_a.key, 'PUT', `${url}/headers`, { headers: { 'X-Key': 'canary-2' } }),
  ];
  for (const { status, text } of answers) {
    t.equal(status, 200);
    t.notMatch(text, /canary/);
  }
  const { headers: sent } = await tested(endpoint, '/headers');
  t.equal(sent['x-key'], 'canary-2');
  t.equal(sent.authorization, undefined, 'all were replaced');
  t.equal((await call(bank_b.key, 'PUT', `${url}/headers`, { headers: {} })).status, 404);
});

t.test('headers that are not the owner’s to set are refused by name', async (t) => {
  const { id } = await subscribe('/refused');
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`x-${n}`, 'v']));
  const before = await state();
  const refused: [headers: object, pointer: string][] = [
    ...['Webhook-Id', 'webhook-signature', 'HOST', 'content-length', 'Content-Type', 'transfer-encoding'].map(
      (name): [object, string] => [{ [name]: 'v' }, `/body/headers/${name}`],
    ),
    [{ 'pledgewatch-payload-version': '1' }, '/body/headers/pledgewatch-payload-version'],
    [{ 'x y': 'v' }, '/body/headers/x y'],
    [{ 'x/y': 'v' }, '/body/headers/x~1y'],
    [{ '': 'v' }, '/body/headers/'],
    [{ ['x'.repeat(65)]: 'v' }, `/body/headers/${'x'.repeat(65)}`],
    [{ 'X-A': 'canary', 'x-a': 'canary' }, '/body/headers/x-a'],
    [{ 'x-a': 'canary', 'X-A': 'canary' }, '/body/headers/X-A'],
    ...['', ' canary', 'canary\r\nhost: evil', 'canary\n', 'канарейка', 'c'.repeat(1025)].map(
      (value): [object, string] => [{ 'x-a': value }, '/body/headers/x-a'],
    ),
    [{ 'x-a': 7 }, '/body/headers/x-a'],
    [many, '/body/headers'],
  ];
  for (const [given, pointer] of refused) {
    const answers = [
      await call(bank_a.key, 'POST', ENDPOINTS, { url: `http://${HOST}/`, headers: given }),
      await call(bank_a.key, 'PUT', `${ENDPOINTS}/${id}/headers`, { headers: given }),
    ];
    for (const { status, text, body } of answers) {
      t.equal(status, 400, JSON.stringify(given));
      t.equal(body.errors?.[0]?.pointer, pointer);
      t.notMatch(text, /canary|канарейка/);
    }
  }
  t.same(await state(), before);
});

t.test('an owner’s own secret signs, from the start or from a rotation on', async (t) => {
  const [first, second] = [secretOf(24), newSecret()];
  const endpoint = await subscribe('/secret', { secret: first });
  t.equal(endpoint.secret, first);
  const once = await tested(endpoint, '/secret');
  t.equal(verify(once.headers, once.body, [first], nowSeconds()).ok, true);
  const rotate = `${ENDPOINTS}/${endpoint.id}/secret`;
  t.same((await call(bank_a.key, 'POST', rotate, { secret: second })).body, { secret: second });
  const both = await tested(endpoint, '/secret');
  for (const secret of [first, second]) new Webhook(secret).verify(both.body, both.headers);
  const generated = await call<{ secret: string }>(bank_a.key, 'POST', rotate);
  t.match(generated.body.secret, /^whsec_/);
});

t.test('a secret of wrong length or spelling is refused with the reason, unrepeated', async (t) => {
  const { id } = await subscribe('/wrong-secret');
  const before = await state();
  const wrong: [secret: string, reason: RegExp][] = [
    [secretOf(23), /24 to 64 bytes, this one has 23/],
    [secretOf(65), /24 to 64 bytes, this one has 65/],
    ['whsec_', /24 to 64 bytes, this one has 0/],
    [secretOf(32).replace('whsec_', ''), /starts with "whsec_"/],
    [secretOf(32).replace('=', ''), /padded base64/],
    [newKeyPair().private_key, /starts with "whsec_"/],
  ];
  for (const [secret, reason] of wrong) {
    for (const url of [ENDPOINTS, `${ENDPOINTS}/${id}/secret`]) {
      const given = url === ENDPOINTS ? { url: `http://${HOST}/`, secret } : { secret };
      const { status, body, text } = await call(bank_a.key, 'POST', url, given);
      t.equal(status, 400, secret);
      t.match(body.detail, reason);
      t.equal(body.errors?.[0]?.pointer, '/body/secret');
      if (secret.length > 10) t.notOk(text.includes(secret));
    }
  }
  t.same(await state(), before);
});

t.test('other bad input is refused with the reason and changes nothing', async (t) => {
  const { id } = await subscribe('/bad');
  const before = await state();
  const url = `http://${HOST}/bad`;
  const bad: [url: string, body: unknown, status: number, reason: RegExp][] = [
    [ENDPOINTS, { url, event_types: ['pledge.unheard'] }, 400, /\/body\/event_types\/0 must be one of/],
    [`${ENDPOINTS}/${id}/simulate`, { type: 'pledge.unheard' }, 400, /\/body\/type must be one of/],
    [ENDPOINTS, { url: 'http://receiver.example/' }, 422, /https/],
    [ENDPOINTS, { url: 'https://10.1.2.3/' }, 422, /public/],
    [ENDPOINTS, { url: 'https://[::1]/' }, 422, /public/],
    [ENDPOINTS, { url, description: 'x'.repeat(262_144) }, 413, /too large/],
  ];
  for (const [address, body, status, reason] of bad) {
    const answer = await call(bank_a.key, 'POST', address, body, { 'idempotency-key': crypto.randomUUID() });
    t.equal(answer.status, status, answer.text.slice(0, 200));
    t.match(answer.body.detail, reason);
  }
  t.same(await state(), before);
});

interface FeedPage {
  data: {
    seq: number;
    id: string;
    type: string;
    body: { data: { pledge_id: string; pledge_seq: number } };
  }[];
  next_after: number;
  has_more: boolean;
}

const read = async (key: string, after: number | string = 0, limit = 200) =>
  (await call<FeedPage>(key, 'GET', `/v1/events?after=${after}&limit=${limit}`)).body;

async function pledgeOf(bank: Party, firm: Party) {
  const patents = [{ patent_id: service.takePatent(), annual_revenue_minor: 300_000_000 }];
  const loan = { currency: 'CNY', principal_minor: 1_000_000, matures_on: '2011-06-10' };
  const given = { bank_id: bank.id, firm_id: firm.id, patents, ...loan };
  const { body } = await call<{ id: string }>(bank.key, 'POST', '/v1/pledges', given);
  return { pledge_id: body.id, bank_id: bank.id, firm_id: firm.id };
}

/** Reads on from the head for as long as writers write, and then to the end. */
async function follow(key: string, writing: () => boolean): Promise<FeedPage['data']> {
  const seen: FeedPage['data'] = [];
  for (let [after, last] = [0, false]; ; ) {
    const page = await read(key, after, 7);
    seen.push(...page.data);
    after = page.next_after;
    if (last && !page.has_more) return seen;
    last = !writing();
  }
}

t.test('a reader at the head skips nothing and gets nothing twice, whoever writes', async (t) => {
  const pledges = [
    await pledgeOf(bank_a, firm_a),
    await pledgeOf(bank_a, firm_b),
    await pledgeOf(bank_a, firm_a),
    await pledgeOf(bank_b, firm_b),
  ];
  let writers = 6;
  const write = async (writer: number) => {
    for (let n = 0; n < 40; n++) {
      const rolled_back = n % 9 === 0;
      const emitting = database.transaction(async (tx) => {
        const data = { as_of: '2009-06-10', from: null, to: 'requested', detail: {} };
        const about = pledges[(writer + n) % pledges.length]!;
        const event = { type: 'pledge.requested', ...about, occurred_at: STARTS_AT, data };
        await emitEvents(tx, n % 3 === 0 ? [event, event] : [event]);
        // The id is made, the commit is yet to come.
        await sleep(Math.random() * 12);
        if (rolled_back) throw new Error('changed its mind');
      });
      await (rolled_back ? t.rejects(emitting, /changed its mind/) : emitting);
    }
    writers -= 1;
  };
  const writing = () => writers > 0;
  const readers = [bank_a, bank_a, bank_b, firm_a, firm_b, staff];
  const [, ...followed] = await Promise.all([
    Promise.all(Array.from({ length: writers }, (_, writer) => write(writer))),
    ...readers.map(({ key }) => follow(key, writing)),
  ]);
  for (const [n, { id }] of readers.entries()) {
    const seen = followed[n]!;
    const committed = await sql<{ id: string }[]>`select id from event
      where ${id} in (bank_id, firm_id) or ${id === staff.id} order by id`;
    t.same(
      seen.map((event) => event.id).sort(),
      committed.map((row) => row.id),
      'each once, none skipped',
    );
    t.ok(seen.length > 60);
    const numbers = seen.map(({ seq }) => seq);
    t.same(
      numbers,
      numbers.map((_, index) => index + 1),
      'numbered without gaps',
    );
    for (const [pledge_id, events] of Map.groupBy(seen, ({ body }) => body.data.pledge_id)) {
      const order = events.map(({ body }) => body.data.pledge_seq);
      if (pledge_id)
        t.same(
          order,
          [...order].sort((a, b) => a - b),
          'each pledge in order',
        );
    }
  }
  t.same(followed[0], followed[1], 'every reader meets the same order');
});

t.test('a feed that nobody reads is numbered all the same, once', async (t) => {
  await pledgeOf(bank_b, firm_a);
  const waiting = () => sql`select from event_feed where seq is null`;
  t.ok((await waiting()).count > 0);
  const [first, second] = await Promise.all([numberStreams(database), numberStreams(database)]);
  t.ok(first.streams_numbered + second.streams_numbered > 0);
  t.equal((await waiting()).count, 0);
  const [odd] = await sql`select count(*) from (select max(seq) - count(*) as gaps from event_feed
    group by stream) each where gaps <> 0`;
  t.equal(odd!.count, 0);
});

t.test(
  'a listener hears each event of its types once and in order, however many workers let it',
  async (t) => {
    const heard: string[] = [];
    const listener: Listener = {
      name: 'once',
      types: ['pledge.requested'],
      async hear(_tx, event) {
        heard.push(event.id);
      },
    };
    await pledgeOf(bank_b, firm_a);
    await Promise.all(Array.from({ length: 4 }, () => hearEvents(database, [listener], STARTS_AT)));
    await pledgeOf(bank_b, firm_a);
    await hearEvents(database, [listener], STARTS_AT);
    const events = await sql<{ id: string }[]>`select id from event_feed join event on id = event_id
    where stream = 'staff' and type = 'pledge.requested' order by seq`;
    t.ok(events.length > 2);
    t.same(
      heard,
      events.map((event) => event.id),
    );
    t.same(await hearEvents(database, [listener], STARTS_AT), { events_heard: 0, events_given_up: 0 });
  },
);

t.test('an event that a listener fails on is tried again, later and later, then set aside', async (t) => {
  const events = await sql<{ id: string }[]>`select id from event_feed join event on id = event_id
    where stream = 'staff' and type = 'pledge.requested' order by seq`;
  const bad = events[1]!.id;
  const heard: string[] = [];
  const listener: Listener = {
    name: 'failing',
    types: ['pledge.requested'],
    async hear(tx, event) {
      heard.push(event.id);
      await tx`insert into listener (name) values (${`side effect of ${event.id}`})`;
      if (event.id === bad) throw new Error('cannot');
    },
  };
  const at = (seconds: number) => new Date(STARTS_AT.getTime() + seconds * 1000);
  const hear = (seconds: number) => hearEvents(database, [listener], at(seconds));
  t.same(await hear(0), { events_heard: 1, events_given_up: 0 });
  t.same(await hear(0), { events_heard: 0, events_given_up: 0 }, 'not before its wait is over');
  for (let attempt = 2; attempt < MAX_ATTEMPTS; attempt++) await hear(100 * attempt);
  t.equal(heard.filter((id) => id === bad).length, MAX_ATTEMPTS - 1);
  const last = await hear(100 * MAX_ATTEMPTS);
  t.same(last, { events_heard: events.length - 2, events_given_up: 1 }, 'and the rest is heard');
  const [failure] = await sql`select event_id, error from listener_failure where name = 'failing'`;
  t.same(failure, { event_id: bad, error: 'Error: cannot' });
  const effects = await sql`select from listener where name like 'side effect%'`;
  t.equal(effects.count, events.length - 1, 'what a failed hearing did is undone');
});

t.test('the feed carries the ids and bytes of the webhooks, to each its own', async (t) => {
  await subscribe('/feed', {}, firm_b.key);
  const { next_after } = await read(firm_b.key, (await read(firm_b.key)).data.at(-1)!.seq);
  await pledgeOf(bank_b, firm_b);
  await deliverDue(means);
  const [sent] = received.get('/feed')!;
  const { data } = await read(firm_b.key, next_after);
  t.same(
    data.map(({ id }) => id),
    [sent!.headers['webhook-id']],
  );
  t.equal(JSON.stringify(data[0]!.body), sent!.body);
  t.same(
    (await read(bank_a.key)).data.filter(({ id }) => id === data[0]!.id),
    [],
    'not another bank’s',
  );
});

t.test('reading goes on after a number or an id, and refuses one that is not in the feed', async (t) => {
  const all = (await read(firm_b.key)).data;
  const third = all[2]!;
  for (const after of [third.seq, third.id]) t.same((await read(firm_b.key, after, 2)).data, all.slice(3, 5));
  const head = await read(firm_b.key, all.at(-1)!.id);
  t.same(head, { data: [], next_after: all.at(-1)!.seq, has_more: false });
  const alien = (await read(bank_a.key)).data.find(({ id }) => !all.some((own) => own.id === id))!;
  for (const after of [alien.id, 'evt_00000000000000000000000000', all.at(-1)!.seq + 1, -1, 'x', '1.5', '']) {
    const { status, body } = await call(firm_b.key, 'GET', `/v1/events?after=${after}`);
    t.equal(status, 400, String(after));
    t.equal(body.errors?.[0]?.pointer, '/querystring/after');
  }
});

t.test('an example of every event can be had, true to its schema, at one endpoint alone', async (t) => {
  const endpoint = await subscribe('/sandbox', { event_types: ['patent.lapsed'] });
  await subscribe('/bystander');
  const [, head] = [
    await read(bank_a.key),
    await sql`select count(*) from event_feed where stream = ${bank_a.id}`,
  ];
  for (const type of EVENT_TYPES) {
    const url = `${ENDPOINTS}/${endpoint.id}/simulate`;
    const { status, body } = await call<{ event_id: string }>(bank_a.key, 'POST', url, { type });
    t.equal(status, 201, type);
    await deliverDue(means);
    const event = received.get('/sandbox')!.at(-1)!;
    t.equal(event.headers['webhook-id'], body.event_id);
    t.equal(verify(event.headers, event.body, [endpoint.secret], nowSeconds()).ok, true);
    const told = JSON.parse(event.body) as { type: string; data: { simulated: boolean } };
    t.hasStrict(told, { type, data: { simulated: true, event_id: body.event_id } });
    const file = new URL(`../../openapi/events/${type}.json`, import.meta.url);
    const validate = formats.default(new Ajv2020()).compile(JSON.parse(await readFile(file, 'utf8')));
    t.ok(validate(told), type, { errors: validate.errors, body: event.body });
  }
  t.equal(received.get('/bystander'), undefined);
  t.same(await sql`select count(*) from event_feed where stream = ${bank_a.id}`, head, 'none is in the feed');
  const url = `${ENDPOINTS}/${endpoint.id}/simulate`;
  t.equal((await call(bank_b.key, 'POST', url, { type: 'patent.lapsed' })).status, 404);
});
