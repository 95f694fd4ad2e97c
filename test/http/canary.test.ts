/**
 * Nothing that a caller sends comes out of the process: canaries go to every route in header, path, query and body, while
 * the database works, while it refuses every write with the row's own words, and while its tables are gone; then
 * all that the process has written is searched for them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino, { type Logger } from 'pino';
import t, { type Test as Tap } from 'tap';
import { showUnder } from '../../src/anonymity/service.ts';
import { buildApp } from '../../src/app.ts';
import { openLog } from '../../src/log.ts';
import { createPerson } from '../../src/people/store.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { MASTER_KEY, openFolder } from '../database.ts';
import { buildService, UNHURRIED } from '../service.ts';
import { type JsonSchema, sampleOf } from './sample.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CANARY = 'canary7f3qz';
/** A webhook's own secret is base64; the bytes of a request may be told as hex or as a list. */
const SECRET = Buffer.from(`${CANARY}-is-a-signing-secret`).toString('base64');
const SHAPES = [
  CANARY,
  SECRET,
  Buffer.from(CANARY).toString('hex'),
  [...Buffer.from(CANARY)].join(','),
  encodeURIComponent(SECRET),
];
/** What an answer may never tell. */
const INNARDS =
  /\bat .+:\d+:\d+|node_modules|\/src\/|\.ts:|\bselect\b.+\bfrom\b|\binsert into\b|\brelation "|\bcolumn "|Postgres|SQLSTATE|Failed query/i;
const START_LIMIT_MS = 120_000;
const BASE = new Date('2009-06-10T02:00:00Z');

interface Operation {
  parameters?: { name: string; in: string; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

const service = await buildService(t);
const { database, url: database_url, call, bank_a, firm_a, staff, agency } = service;
const patent_id = service.takePatent();
const made = await call<{ id: string }>(bank_a.key, 'POST', '/v1/pledges', {
  bank_id: bank_a.id,
  firm_id: firm_a.id,
  patents: [{ patent_id, annual_revenue_minor: 300_000_000 }],
  currency: 'CNY',
  principal_minor: 1_000_000,
  matures_on: '2011-06-10',
});
const endpoint = await call<{ id: string }>(bank_a.key, 'POST', '/v1/webhooks/endpoints', {
  url: `https://receiver.example/${CANARY}?token=${CANARY}`,
  description: CANARY,
  secret: `whsec_${SECRET}`,
});

const fetch_made = await call<{ id: string }>(staff.key, 'POST', '/v1/fetches', {
  name: CANARY,
  url: `https://register.example/${CANARY}`,
  cadence_hours: 1,
  headers: { 'x-register-key': CANARY },
});
const pseudonym = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pseudonyms', { display_name: CANARY });
const context = { kind: 'listing' as const, id: CANARY };
const showing = { organisation_id: firm_a.id, kind: 'firm' as const, key_id: 'key' };
await database.transaction((tx) => showUnder(tx, pseudonym.body.id, context, showing, service.clock.now()));
const identity_request = await call<{ id: string }>(
  agency.key,
  'POST',
  `/v1/pseudonyms/${pseudonym.body.id}/identity-requests`,
  { context, reason: CANARY },
);
const canary_listing = {
  title: CANARY,
  summary: CANARY,
  know_how: CANARY,
  contact: CANARY,
  kinds: ['sale'],
  channels: ['talk'],
  territories: ['CN'],
  patent_ids: [service.takePatent()],
  expires_on: '2010-06-10',
};
const listing = await call<{ id: string }>(firm_a.key, 'POST', '/v1/listings', canary_listing);
const listing_deal = await call<{ id: string }>(
  agency.key,
  'POST',
  `/v1/listings/${listing.body.id}/enquiries`,
  { channel: 'talk', message: CANARY },
);
const person = await database.transaction((tx) =>
  createPerson(
    tx,
    service.vault,
    {
      organisation_id: bank_a.id,
      role: 'officer',
      name: CANARY,
      email: `${CANARY}@${CANARY}.example`,
      invited_by: 'test',
      password: CANARY,
    },
    service.clock.now(),
  ),
);
/** What the id in an address names, by the address's beginning. */
const NAMED: [path: string, id: string][] = [
  ['/v1/pledges', made.body.id],
  ['/v1/organisations', bank_a.id],
  ['/v1/people', person!.id],
  ['/v1/fetches', fetch_made.body.id],
  ['/v1/pseudonyms', pseudonym.body.id],
  ['/v1/identity-requests', identity_request.body.id],
  ['/v1/listings', listing.body.id],
  ['/v1/listing-deals', listing_deal.body.id],
  ['', endpoint.body.id],
];

const { paths } = service.app.swagger() as unknown as { paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** Everything a canary: most of it is refused by the schema. */
function wildRequest({ method, path, operation }: (typeof operations)[number], key: string): Request {
  const query = new URLSearchParams({ [CANARY]: CANARY });
  for (const { name, in: place } of operation.parameters ?? [])
    if (place === 'query') query.append(name, CANARY);
  return {
    method,
    url: `${path.replaceAll(/\{\w+\}/g, CANARY)}?${query}`,
    headers: headersWith(key),
    ...(operation.requestBody && { body: JSON.stringify({ [CANARY]: CANARY, name: { [CANARY]: CANARY } }) }),
  };
}

/** As the schema wants it, with a canary wherever free text may stand. */
function fittingRequest({ method, path, operation }: (typeof operations)[number], key: string): Request {
  const [, own] = NAMED.find(([start]) => path.startsWith(start))!;
  const query = new URLSearchParams();
  for (const { name, in: place, schema } of operation.parameters ?? [])
    if (place === 'query' && schema.type === 'string') query.append(name, String(sampleOf(schema, CANARY)));
  const body = operation.requestBody?.content['application/json']?.schema;
  return {
    method,
    url: `${path
      .replace('{patent_id}', patent_id)
      .replace('{id}', own)
      .replaceAll(/\{\w+\}/g, CANARY)}?${query}`,
    headers: headersWith(key),
    ...(body && { body: JSON.stringify(sampleOf(body, CANARY, { patent_id, secret: `whsec_${SECRET}` })) }),
  };
}

let sent = 0;
function headersWith(key: string): Record<string, string> {
  return {
    authorization: `Bearer ${key}`,
    cookie: `session=${CANARY}`,
    'content-type': 'application/json',
    'idempotency-key': `${CANARY}-${sent++}`,
    'user-agent': CANARY,
    'x-forwarded-for': CANARY,
    [`x-${CANARY}`]: CANARY,
  };
}

const wild = operations.flatMap((operation) =>
  [`pwk_${CANARY}`, staff.key, bank_a.key].map((key) => wildRequest(operation, key)),
);
const fitting = () =>
  operations.flatMap((operation) =>
    [staff.key, bank_a.key, firm_a.key, agency.key].map((key) => fittingRequest(operation, key)),
  );

/** Every write fails and says so in the words of the row, as a constraint's message does. */
async function refuseWrites(): Promise<void> {
  await database.sql.unsafe(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'no place for %', new using errcode = 'XX000', detail = new::text; end $$`);
  for (const name of await tables())
    await database.sql.unsafe(
      `create trigger refuse before insert or update on ${name} for each row execute function refuse()`,
    );
}

/** All but what a caller is known by. */
async function loseTables(): Promise<void> {
  for (const name of (await tables()).filter((name) => !['organisation', 'api_key'].includes(name)))
    await database.sql.unsafe(`alter table ${name} rename to lost_${name}`);
}

async function tables(): Promise<string[]> {
  const rows = await database.sql<{ relname: string }[]>`select relname from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`;
  return rows.map(({ relname }) => relname);
}

interface Running {
  address: string;
  written(): string;
  end(): Promise<void>;
}

/** The service as operators run it, jobs and all, saying as much as it can. */
async function startProcess(): Promise<Running> {
  const home = await openFolder('pledgewatch-canary-');
  const rate = '1000000000';
  const child: ChildProcess = spawn(process.execPath, ['--import=tsx', 'src/server.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database_url,
      MASTER_KEY: MASTER_KEY.toString('base64'),
      PLEDGEWATCH_HOME: home,
      PORT: '0',
      LOG_LEVEL: 'trace',
      KEY_REQUESTS_PER_MINUTE: rate,
      ADDRESS_REQUESTS_PER_MINUTE: rate,
      REFUSED_KEYS_PER_MINUTE: rate,
    },
  });
  let written = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  const end = async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    await rm(home, { recursive: true, force: true });
  };
  t.teardown(end);
  const limit_ms = performance.now() + START_LIMIT_MS;
  for (;;) {
    const address = /answers at (\S+)\n/.exec(written)?.[1];
    if (address) return { address, written: () => written, end };
    if (performance.now() > limit_ms) throw new Error(`the service did not start, saying: ${written}`);
    await sleep(50);
  }
}

interface Told {
  status: number;
  type: string;
  text: string;
}

async function send({ address }: Running, { method, url, headers, body }: Request): Promise<Told> {
  const given = body === undefined ? {} : { body };
  const answer = await fetch(address + url, { method, headers, ...given });
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    text: await answer.text(),
  };
}

/** Bytes that never become a request. */
async function sendGarbage({ address }: Running): Promise<void> {
  for (const bytes of [
    `${CANARY} is no HTTP\r\n\r\n`,
    `GET /${CANARY} HTTP/1.1\r\nauthorization: Bearer ${CANARY}\r\nx: ${CANARY.repeat(3_000)}\r\n\r\n`,
    `GET /%${CANARY} HTTP/1.1\r\nhost: ${CANARY}\r\nconnection: close\r\n\r\n`,
  ]) {
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.resume().write(bytes);
    await once(socket, 'close');
  }
}

function leaks(written: string): string[] {
  return SHAPES.filter((shape) => written.toLowerCase().includes(shape.toLowerCase()));
}

const running = await startProcess();
const statuses = new Map<number, number>();
/** Addresses that answered 5xx. */
const failed = new Set<string>();

/** Sends to the process, and holds each refusal against what an answer may tell. */
async function sendAll(t: Pick<Tap, 'fail'>, requests: Request[]): Promise<void> {
  for (const request of requests) {
    const { status, type, text } = await send(running, request);
    const place = `${request.method} ${request.url.split('?')[0]} ${status}`;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status >= 500) failed.add(place);
    if (status < 400) continue;
    if (!/^application\/problem\+json/.test(type)) t.fail(`${place} is ${type}`);
    const innards = INNARDS.exec(text)?.[0];
    if (innards) t.fail(`${place} tells ${innards}: ${text}`);
  }
}

t.test('a refusal tells no stack, no SQL and no path, and no canary makes the service fail', async (t) => {
  for (const { status, text } of [
    made,
    endpoint,
    fetch_made,
    pseudonym,
    identity_request,
    listing,
    listing_deal,
  ])
    t.equal(status, 201, text);
  t.ok(operations.length > 90);
  await sendAll(t, wild);
  await sendAll(t, fitting());
  await sendAll(t, [{ ...wild[0]!, method: 'POST', url: '/v1/pledges', body: `{"${CANARY}": ${CANARY}` }]);
  await sendGarbage(running);
  for (const status of [200, 201, 400, 401, 403, 404, 409, 422]) t.ok(statuses.get(status), `${status}`);
  t.same([...failed], []);
});

t.test('a failure of the database that quotes the row is not quoted to the caller', async (t) => {
  await refuseWrites();
  await sendAll(t, fitting());
  t.ok(failed.size > 5, `${failed.size} addresses failed`);
});

t.test('with the usual serialisers the same failures would tell the canaries', async (t) => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const guard = createAddressGuard({ allowed_hosts: [] });
  const given = {
    database: service.requests,
    system: database,
    vault: service.vault,
    clock: service.clock,
    guard,
    calendar: null,
    onNews: () => {},
  };
  const told = async (log: Logger) => {
    lines.length = 0;
    const app = await buildApp({ service: given, log, version: '0.0.0', http: UNHURRIED });
    for (const { method, url, headers, body } of fitting()) {
      await app.inject({ method: method as 'GET', url, headers, ...(body && { payload: body }) });
      // A log that tells has told enough.
      if (lines.at(-1)?.includes(CANARY)) break;
    }
    await app.close();
    return leaks(lines.join(''));
  };
  const usual = { level: 'trace', serializers: { error: pino.stdSerializers.err } };
  t.ok((await told(pino(usual, stream))).includes(CANARY));
  t.same(await told(openLog('trace', stream)), []);
  t.ok(lines.length > 100);
});

t.test('with every table gone no answer tells a stack, SQL or a path', async (t) => {
  failed.clear();
  await loseTables();
  await sendAll(t, fitting());
  t.ok(failed.size > 70, `${failed.size} addresses failed`);
});

t.test('canaries sent to every route come out in nothing that the process wrote', async (t) => {
  await running.end();
  const written = running.written();
  t.ok(written.split('"msg":"request failed"').length - 1 >= failed.size);
  t.ok(written.split('"msg":"a request was refused"').length > 1000, 'each refusal has its line');
  t.match(written, '"kind":"PostgresError","code":"XX000"');
  t.match(written, '"kind":"PostgresError","code":"42P01"');
  t.match(written, '"msg":"what came was no request"');
  t.same(leaks(written), []);
  const prose = written.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":'));
  t.match(prose, [/^Pledgewatch \S+ answers at /, /^ {2}API and its description /], 'all else is JSON');
  t.equal(prose.length, 2);
  for (const { key } of [bank_a, firm_a, staff, agency]) t.notMatch(written, key.slice(-43));
  t.notMatch(written, /whsec_|authorization|pwk_/i);
});

t.test('the log tells numbers, own ids and what an error is, and leaves out all other text', (t) => {
  const lines: Record<string, unknown>[] = [];
  const log = openLog('trace', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const faulty = Object.assign(new SyntaxError(`Unexpected token in ${CANARY}`), {
    code: 'E_FAULT',
    detail: CANARY,
    cause: new Error('plain', { cause: new TypeError('deeper') }),
  });
  faulty.stack = `SyntaxError: ${faulty.message}\n    at ours (file.ts:1:2)\nat ${CANARY}`;
  log.info({ count: 3, job: 'tend', nested: { done: true, name: CANARY }, text: CANARY, at: BASE }, 'words');
  log.error({ error: faulty });
  log.error(faulty);
  log.error(faulty, 'with words');
  log.warn(
    { req: { url: CANARY, headers: { authorization: CANARY } }, res: new Map([[CANARY, 1]]) },
    'fastify',
  );
  log.info('only words');
  const as_library: { error(words: string, error: Error): void } = log as never;
  as_library.error('as a library says it', faulty);
  t.match(lines[0], {
    msg: 'words',
    count: 3,
    job: 'tend',
    nested: { done: true, name: '[left out]' },
    text: '[left out]',
    at: BASE.toISOString(),
  });
  for (const line of lines.slice(1, 4))
    t.match(line.error, {
      kind: 'SyntaxError',
      code: 'E_FAULT',
      message: '[left out]',
      stack: ['at ours (file.ts:1:2)'],
      cause: { kind: 'Error', message: 'plain', cause: { kind: 'TypeError', message: 'deeper' } },
    });
  t.equal(lines[3]!.msg, 'with words');
  t.equal(lines[5]!.msg, 'only words');
  t.match(lines[6], { msg: 'as a library says it', error: { kind: 'SyntaxError' } });
  t.same(leaks(JSON.stringify(lines)), []);
  t.end();
});

t.test('whatever a line of the log holds, it is one line of JSON', (t) => {
  const written: string[] = [];
  const log = openLog('trace', { write: (line: string) => void written.push(line) });
  const forged = `tend\n{"level":30,"msg":"forged"}\r\n\u2028\u001b[31m\0`;
  log.error({ job: forged, error: new Error(forged) }, forged);
  t.equal(written.length, 1);
  const breaks = [...written[0]!].filter((letter) => letter < ' ');
  t.same(breaks, ['\n'], 'no control character but the one that ends the line');
  t.match(JSON.parse(written[0]!), { job: forged, msg: forged, error: { message: forged } });
  t.end();
});
