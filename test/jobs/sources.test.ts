/** Registers that must be heard of: files fetched over HTTP by schedule, sources that are late, patents that are watched. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { fetchFeed } from '../../jobs/fetch-feed.ts';
import { ingest } from '../../jobs/ingest.ts';
import { revalue } from '../../jobs/revalue.ts';
import { addDays } from '../../models/calendar.ts';
import { createDownloader } from '../../src/fetches/download.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { checkSources } from '../../src/patents/freshness.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import type { SignalKind } from '../../src/patents/sources/record.ts';
import { assessPledges } from '../../src/risk/assess.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { buildService, CN_PATENTS, type ProblemAnswer } from '../service.ts';
import { told as recordOf } from './setting.ts';

const service = await buildService(t);
const { database, vault, clock, call, staff, bank_a, bank_b, firm_a } = service;
const { sql } = database;

const SILENCE_ms = 300;
const spool = await mkdtemp(path.join(tmpdir(), 'pledgewatch-spool-'));
type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer = (_, response) => void response.writeHead(404).end();
const asked: IncomingMessage['headers'][] = [];
const server = createServer((request, response) => {
  asked.push(request.headers);
  answer(request, response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
const downloader = createDownloader(createAddressGuard({ allowed_hosts: [host] }), SILENCE_ms);
const feed = fetchFeed(database, vault, downloader, spool);
t.teardown(async () => {
  await downloader.close();
  server.closeAllConnections();
  server.close();
  await rm(spool, { recursive: true });
});

interface Fetch {
  id: string;
  failures: number;
  due_at: string;
  last_failure: string | null;
  last_success_at: string | null;
  last_bytes: number | null;
  source: string | null;
  enabled: boolean;
}

/** The bundled file in the layout of the Chinese sample; a longer piece of it is a newer file. */
const HEADER_AND_ROWS = (await readFile(CN_PATENTS, 'utf8')).split('\n').slice(0, 400);

const file = (rows: number) => Buffer.from(`${HEADER_AND_ROWS.slice(0, rows + 1).join('\n')}\n`);

async function added(change: object = {}): Promise<Fetch> {
  await sql`delete from source_fetch`;
  asked.length = 0;
  const body = { name: 'gazette', url: `http://${host}/gazette.csv`, cadence_hours: 24, ...change };
  const { status, body: fetch, text } = await call<Fetch>(staff.key, 'POST', '/v1/fetches', body);
  if (status !== 201) throw new Error(text);
  return fetch;
}

/** One look of the worker, and the fetch as it stands then. */
async function look(): Promise<Fetch> {
  await ingest({ database, clock, feeds: [feed] } as never, clock.now());
  const { body } = await call<{ data: Fetch[] }>(staff.key, 'GET', '/v1/fetches');
  return body.data[0]!;
}

const due = () => sql`update source_fetch set due_at = now()`;
const whole =
  (bytes: Buffer, etag: string): Answer =>
  (request, response) => {
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
  };

t.test('a file is fetched once, and again only when it has changed', async (t) => {
  await added({ headers: { 'x-register-key': 'canary-secret' } });
  answer = whole(file(100), '"one"');
  const first = await look();
  t.match(first, { failures: 0, last_failure: null, source: 'cn-sample', last_bytes: file(100).length });
  t.ok(first.last_success_at);
  t.equal(asked[0]!['x-register-key'], 'canary-secret');
  t.notMatch(JSON.stringify(first), /canary-secret/);
  const [kept] = await sql<{ headers: string }[]>`select headers from source_fetch`;
  t.match(kept!.headers, /^pw1\./, 'sealed at rest');
  t.ok(new Date(first.due_at).getTime() > Date.now() + 23 * 3_600_000);
  await look();
  t.equal(asked.length, 1, 'it is not due');
  const [runs] = await sql`select count(*) from ingest_run where name = 'gazette.csv'`;
  await due();
  await look();
  t.equal(asked.at(-1)!['if-none-match'], '"one"');
  const [again] = await sql`select count(*) from ingest_run where name = 'gazette.csv'`;
  t.equal(again!.count, runs!.count, 'nothing new is not read');
  const [heard] = await sql`select finished_at, read from ingest_run where name = 'gazette: nothing new'`;
  t.match(heard, { read: 0, finished_at: clock.now() }, 'but the source was heard of');
  answer = whole(file(120), '"two"');
  await due();
  t.equal((await look()).last_bytes, file(120).length);
  t.same(await readdir(spool), [], 'the spool is empty');
});

t.test('a download that is cut off goes on where it ended, unless the file has changed', async (t) => {
  await added();
  const bytes = file(300);
  const half = Math.floor(bytes.length / 2);
  const cutOff: Answer = (_, response) => {
    response.writeHead(200, { etag: '"a"', 'content-length': bytes.length });
    response.write(bytes.subarray(0, half), () => setTimeout(() => response.destroy(), 50));
  };
  answer = cutOff;
  const failed = await look();
  t.equal(failed.failures, 1);
  t.match(failed.last_failure, /cut off/);
  answer = (request, response) => {
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    if (request.headers['if-range'] !== '"a"' || from === undefined)
      return void response.writeHead(500).end();
    response
      .writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`, etag: '"a"' })
      .end(bytes.subarray(Number(from)));
  };
  await due();
  const done = await look();
  t.match(done, { failures: 0, last_bytes: bytes.length });
  t.ok(asked.at(-1)!.range);
  await added();
  answer = cutOff;
  await look();
  answer = whole(file(310), '"b"');
  await due();
  t.equal((await look()).last_bytes, file(310).length, 'a changed file starts afresh');
});

t.test('a server that fails is asked again later each time, and not for ever', async (t) => {
  await added();
  answer = (_, response) => void response.writeHead(500).end();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt++) {
    await due();
    const { failures, due_at, last_failure } = await look();
    waits.push((new Date(due_at).getTime() - Date.now()) / 60_000);
    t.equal(failures, attempt % 6);
    t.match(last_failure, /answered 500/);
  }
  for (const [i, minutes] of [1, 5, 30, 120, 360, 1440].entries())
    t.ok(waits[i]! > 0.75 * minutes && waits[i]! < 1.25 * minutes, `${waits[i]} of ${minutes} minutes`);
  answer = (_, response) => void response.writeHead(429, { 'retry-after': '7200' }).end();
  await due();
  const { due_at } = await look();
  t.ok(new Date(due_at).getTime() > Date.now() + 7_100_000, 'as long as the server asks for');
  answer = () => {};
  await due();
  t.match((await look()).last_failure, /Timeout|timeout/, 'a silent server is given up');
  answer = (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  await due();
  t.match((await look()).last_failure, /redirects are not followed/);
});

t.test(
  'what cannot be stored is put aside with its reason, and what is not public is not asked for',
  async (t) => {
    await added();
    answer = whole(Buffer.from('no format of any office\n'), '"x"');
    t.match((await look()).last_failure, /fits no known source/);
    const rows = HEADER_AND_ROWS.slice(0, 60).map((row, i) => (i % 10 === 5 ? `${row},extra` : row));
    answer = whole(Buffer.from(`${rows.join('\n')}\n`), '"y"');
    await due();
    t.match((await look()).last_failure, /records are bad/);
    const aside = (await readdir(spool)).filter((name) => !name.endsWith('.part'));
    t.same(aside.sort(), ['gazette.csv.paused', 'gazette.csv.refused']);
    asked.length = 0;
    await added({ url: `http://localhost:${host.split(':')[1]}/gazette.csv` });
    t.match((await look()).last_failure, /only https is accepted/);
    t.equal(asked.length, 0);
  },
);

t.test('a fetch is asked for, changed and switched off by staff alone', async (t) => {
  const { id } = await added();
  answer = whole(file(10), '"z"');
  await look();
  t.equal((await call(staff.key, 'POST', `/v1/fetches/${id}/run`)).status, 202);
  const before = asked.length;
  await look();
  t.equal(asked.length, before + 1);
  const off = await call<Fetch>(staff.key, 'PATCH', `/v1/fetches/${id}`, { enabled: false });
  t.equal(off.body.enabled, false);
  await due();
  await look();
  t.equal(asked.length, before + 1, 'what is off is not fetched');
  t.equal((await call(staff.key, 'POST', `/v1/fetches/${id}/run`)).status, 404);
  t.equal((await call(staff.key, 'PATCH', '/v1/fetches/fch_none', { enabled: false })).status, 404);
  t.equal((await call(bank_a.key, 'GET', '/v1/fetches')).status, 403);
  const bad = { name: 'x', url: 'ftp://host/x', cadence_hours: 1 };
  t.equal((await call(staff.key, 'POST', '/v1/fetches', bad)).status, 422);
  const header = { ...bad, url: 'https://host.example/x', headers: { host: 'y' } };
  t.match((await call(staff.key, 'POST', '/v1/fetches', header)).body.detail, /header host/);
});

interface Source {
  id: string;
  late: boolean;
  due_by: string;
  cadence_days: number;
  last_heard_at: string;
}

t.test('what hangs on a late source is unknown, and staff are told once', async (t) => {
  await sql`delete from source_fetch`;
  const patent_id = service.takePatent();
  const pledge = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: [{ patent_id, annual_revenue_minor: 500_000_000 }],
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  });
  await call(bank_a.key, 'POST', `/v1/pledges/${pledge.body.id}/moves`, { to: 'appraised' });
  const sources = async () => (await call<{ data: Source[] }>(staff.key, 'GET', '/v1/sources')).body.data;
  const gazette = async () => (await sources()).find(({ id }) => id === 'cn-sample')!;
  const told = async () => {
    const { body } = await call<{ data: { type: string; data: { source?: string } }[] }>(
      staff.key,
      'GET',
      '/v1/events?limit=200',
    );
    return body.data.filter(({ type }) => type.startsWith('data.source.')).map(({ type }) => type);
  };
  const statusOf = async () => {
    const { body } = await call<{ points: { status: string }[] }>(
      bank_a.key,
      'GET',
      `/v1/pledges/${pledge.body.id}/value-flow`,
    );
    return body.points.at(-1)!.status;
  };
  const day = async (on: string) => {
    clock.set(new Date(`${on}T02:00:00Z`));
    await checkSources(database, clock.now());
    await revalue({ database, clock, log: { info() {}, warn() {} } } as never, clock.now());
    await assessPledges(database, clock.now());
  };
  const { due_by, late, cadence_days } = await gazette();
  t.equal(late, false);
  t.equal(cadence_days, 30);
  await day(due_by);
  t.equal((await gazette()).late, false, 'the last day is in time');
  t.equal(await statusOf(), 'valued');
  t.same(await told(), []);
  await day(addDays(due_by, 1));
  t.equal((await gazette()).late, true);
  t.equal(await statusOf(), 'unknown');
  t.same(await told(), ['data.source.late', 'data.source.stale'], 'once for the source, and for the pledge');
  await day(addDays(due_by, 2));
  t.equal((await told()).length, 2, 'not again');
  const set = await call(staff.key, 'PUT', '/v1/sources/cn-sample/cadence', {
    cadence_days: 365,
    tolerance_days: 30,
  });
  t.equal(set.status, 200);
  await day(addDays(due_by, 3));
  t.equal((await gazette()).late, false, 'by the installation’s own cadence');
  t.equal(await statusOf(), 'valued');
  t.ok((await told()).includes('data.source.heard'));
  const before = await call<{ data: Source[] }>(
    staff.key,
    'GET',
    `/v1/sources?as_of=${addDays(due_by, 1)}T02:00:00Z`,
  );
  t.equal(before.body.data.find(({ id }) => id === 'cn-sample')!.late, true, 'as it was known then');
  t.equal((await call(bank_a.key, 'GET', '/v1/sources')).status, 403);
  const none = { cadence_days: 1, tolerance_days: 0 };
  t.equal((await call(staff.key, 'PUT', '/v1/sources/none/cadence', none)).status, 404);
  t.equal(
    (await call(staff.key, 'PUT', '/v1/sources/lens/cadence', { ...none, cadence_days: 0 })).status,
    400,
  );
});

interface WatchEvent {
  type: string;
  body: {
    data: {
      list_ids: string[];
      patent: { patent_id: string };
      legal_state: string;
      signals: { kind: string }[];
    };
  };
}

t.test('who watches a patent is told once of each thing that is learnt of it', async (t) => {
  const patent_id = service.takePatent();
  const other = service.takePatent();
  const post = <Body = ProblemAnswer>(key: string, url: string, body: object) =>
    call<Body & ProblemAnswer>(key, 'POST', url, body);
  const list = await post<{ id: string }>(bank_b.key, '/v1/watch-lists', {
    name: 'mine',
    patent_ids: [patent_id],
  });
  t.equal(list.status, 201, list.text);
  const id = list.body.id;
  const told = async (key: string) => {
    const { body } = await call<{ data: WatchEvent[] }>(key, 'GET', '/v1/events?limit=200');
    return body.data.filter(({ type }) => type === 'watch.patent.changed').map(({ body }) => body.data);
  };
  const learn = async (kind: SignalKind, published_on: string, of = patent_id) => {
    clock.set(new Date(clock.now().getTime() + 60_000));
    const [known] = await sql<
      { application_number: string }[]
    >`select application_number from patent where patent_id = ${of}`;
    const signal = { kind, category: 'R', source_code: 'TEST', effective_on: null, published_on, detail: {} };
    const record = recordOf(known!.application_number, { filed_on: null }, [signal]);
    await ingestRecords(database, { id: 'cnipa-notices', name: 'test' }, [record], clock.now());
    await deriveChanged(database, clock.now());
  };
  await deriveChanged(database, clock.now());
  t.same(await told(bank_b.key), [], 'what was known before is no news');
  await learn('transferred', '2009-07-01');
  const [first, ...more] = await told(bank_b.key);
  t.same(more, []);
  t.match(first, { list_ids: [id], patent: { patent_id }, legal_state: 'in_force' });
  t.same(
    first!.signals.map(({ kind }) => kind),
    ['transferred'],
  );
  await learn('transferred', '2009-07-01');
  await learn('published', '2009-07-02');
  await learn('lapsed', '2009-07-03', other);
  t.equal(
    (await told(bank_b.key)).length,
    1,
    'nothing that is known, nothing that changes nothing, no other patent',
  );
  await learn('lapsed', '2009-07-04');
  t.match((await told(bank_b.key)).at(-1), { legal_state: 'lapsed', signals: [{ kind: 'lapsed' }] });
  t.same(await told(bank_a.key), [], 'nobody else is told');
  const foreign = await call(bank_a.key, 'GET', `/v1/watch-lists/${id}/patents`);
  t.equal(foreign.status, 404);
  t.equal(
    foreign.body.detail,
    (await call(bank_a.key, 'GET', '/v1/watch-lists/wls_none/patents')).body.detail,
  );
  for (const [method, url, body] of [
    ['POST', `/v1/watch-lists/${id}/patents`, { patent_ids: [other] }],
    ['DELETE', `/v1/watch-lists/${id}/patents/${patent_id}`, undefined],
    ['DELETE', `/v1/watch-lists/${id}`, undefined],
  ] as const)
    t.equal((await call(bank_a.key, method, url, body)).status, 404, `${method} ${url}`);
  const more_patents = await post<{ patents: number }>(bank_b.key, `/v1/watch-lists/${id}/patents`, {
    patent_ids: [patent_id, other],
  });
  t.equal(more_patents.body.patents, 2);
  t.equal((await call(bank_b.key, 'DELETE', `/v1/watch-lists/${id}/patents/${patent_id}`)).status, 204);
  const left = await call<{ data: { patent_id: string }[] }>(
    bank_b.key,
    'GET',
    `/v1/watch-lists/${id}/patents`,
  );
  t.same(
    left.body.data.map((each) => each.patent_id),
    [other],
  );
  const missing = '00000000-0000-8000-8000-000000000000';
  t.equal((await post(bank_b.key, `/v1/watch-lists/${id}/patents`, { patent_ids: [missing] })).status, 422);
  t.equal((await call(bank_b.key, 'DELETE', `/v1/watch-lists/${id}`)).status, 204);
  t.same((await call<{ data: object[] }>(bank_b.key, 'GET', '/v1/watch-lists')).body.data, []);
});
