/** What an operator is given: figures of a running service, and a deployment that names only what there is. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { parseDocument } from 'yaml';
import { subscribe } from '../bench/stage.ts';
import { MASTER_KEY, openFolder } from '../database.ts';
import { buildService } from '../service.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');
/** Variables of the programs beside ours, by how they begin. */
const OF_OTHERS = /^(POSTGRES_|GF_|OWNER_PASSWORD$|SERVICE_PASSWORD$|GRAFANA_PASSWORD$|NODE_ENV$|MALLOC_)/;

const service = await buildService(t);
const home = await openFolder('pledgewatch-metrics-');

interface Running {
  api: string;
  metrics: string;
  /** What it has logged, as it grows. */
  lines: Record<string, unknown>[];
}

interface ToldSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status: { code?: number };
}

/** A collector of OpenTelemetry, as far as taking OTLP in JSON goes. */
const spans: ToldSpan[] = [];
const collector = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.url !== '/v1/traces') return void response.writeHead(404).end();
  for (const { scopeSpans } of JSON.parse(body).resourceSpans)
    for (const scope of scopeSpans) spans.push(...scope.spans);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}).listen(0, '127.0.0.1');
await once(collector, 'listening');
t.teardown(() => collector.close());

/** Waits for what happens in another process in its own time. */
async function until<T>(what: string, found: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const value = found();
    if (value !== undefined) return value;
    await sleep(100);
  }
  throw new Error(`${what} did not come`);
}

/** The service as an operator starts it. */
async function start(script: string, args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: service.url,
      MASTER_KEY: MASTER_KEY.toString('base64'),
      PORT: '0',
      METRICS_PORT: '0',
      PLEDGEWATCH_HOME: home,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const found = { api: '', metrics: '', lines: [] as Record<string, unknown>[] };
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) found.lines.push(JSON.parse(line));
    found.api ||= /answers at (\S+)/.exec(line)?.[1] ?? '';
    found.metrics ||= /figures for Prometheus +(\S+)/.exec(line)?.[1] ?? '';
  });
  return until('where it answers', () => (found.metrics ? found : undefined));
}

const running = await start('src/server.ts', []);
const figures = async () => (await fetch(running.metrics)).text();

/** Values of a metric by its labels, as written. */
function valuesOf(text: string, name: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return new Map(
    lines.map((line) => {
      const [, labels = '', value] = /^[^{ ]+(\{.*\})? (\S+)$/.exec(line)!;
      return [labels, Number(value)];
    }),
  );
}

t.test('figures are told on a port of their own, and not by the API', async (t) => {
  const answer = await fetch(running.metrics);
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), 'text/plain; version=0.0.4');
  t.not(new URL(running.metrics).port, new URL(running.api).port);
  t.equal((await fetch(`${running.api}/metrics`)).status, 404);
  t.equal((await fetch(new URL('/v1/portfolio', running.metrics))).status, 404);
});

t.test(
  'requests are counted by route and status, and nothing that a caller chose becomes a label',
  async (t) => {
    const { bank_a } = service;
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(running.api + path, { ...init, headers: { authorization: `Bearer ${bank_a.key}` } });
    t.equal((await ask('/v1/portfolio')).status, 200);
    t.equal((await ask('/v1/pledges/plg_canary/value-flow')).status, 404);
    await ask('/canary/address?canary=1', { method: 'PROPFIND' });
    await fetch(`${running.api}/v1/portfolio`, { headers: { authorization: 'Bearer pwk_canary' } });
    const text = await figures();
    const counted = valuesOf(text, 'pledgewatch_request_duration_seconds_count');
    t.equal(counted.get('{method="GET",route="/v1/portfolio",status="200"}'), 1);
    t.equal(counted.get('{method="GET",route="/v1/portfolio",status="401"}'), 1);
    t.equal(counted.get('{method="GET",route="/v1/pledges/:id/value-flow",status="404"}'), 1);
    t.notMatch(text, 'canary');
    for (const { id } of [bank_a, service.firm_a]) t.notOk(text.includes(id));
  },
);

t.test('how the service stands is asked of its database at each scrape', async (t) => {
  const { database, bank_a } = service;
  const before = await figures();
  t.same([...valuesOf(before, 'pledgewatch_database_up').values()], [1]);
  t.same([...valuesOf(before, 'pledgewatch_outbox_deliveries').values()], [0]);
  for (const job of ['ingest', 'sources', 'revalue', 'assess', 'tend', 'heads'])
    t.type(valuesOf(before, 'pledgewatch_job_lateness_seconds').get(`{job="${job}"}`), 'number', job);
  t.ok(valuesOf(before, 'pledgewatch_source_late').size > 0);
  const broken = await subscribe(database, bank_a.id, 'https://127.0.0.1:1/');
  await database.sql`insert into endpoint_health (endpoint_id, failures, failing_since, probe_at)
    values (${broken}, 5, now(), 'infinity')`;
  await database.sql`insert into event (id, type, occurred_at, body, owner_id)
    values ('evt_late', 'webhook.test', now(), '{}', ${bank_a.id})`;
  await database.sql`insert into lane (endpoint_id, lane_key, open, due_at)
    values (${broken}, 'evt_late', 1, 'infinity')`;
  await database.sql`insert into delivery (id, endpoint_id, lane_key, seq, event_id, created_at)
    values ('dlv_late', ${broken}, 'evt_late', 0, 'evt_late', now() - interval '1 hour')`;
  const after = await figures();
  t.same([...valuesOf(after, 'pledgewatch_outbox_deliveries').values()], [1]);
  t.same([...valuesOf(after, 'pledgewatch_endpoint_breakers_open').values()], [1]);
  const [oldest] = valuesOf(after, 'pledgewatch_outbox_oldest_seconds').values();
  t.ok(oldest! >= 3600 && oldest! < 7200);
});

t.test(
  'what was asked is a trace of its queries, which names no value, and the log names the trace',
  async (t) => {
    const { database, bank_a } = service;
    const request = await until('the request', () =>
      spans.find(({ name }) => name === 'GET /v1/pledges/:id/value-flow'),
    );
    t.equal(request.kind, 2, 'a server');
    t.notOk(request.parentSpanId);
    const status = request.attributes.find(({ key }) => key === 'http.response.status_code');
    t.equal(status!.value.intValue, 404);
    const textOf = ({ attributes }: (typeof spans)[number]) =>
      attributes.find(({ key }) => key === 'db.query.text')?.value.stringValue ?? '';
    const query = spans.find(
      (span) => span.traceId === request.traceId && textOf(span).includes('from pledge where pledge.id = ?'),
    );
    t.equal(query?.parentSpanId, request.spanId);
    await database.sql`update lane set due_at = now()`;
    await database.sql`delete from endpoint_health`;
    await until('the attempt', () => spans.find(({ name }) => name === 'deliver'));
    t.match(await figures(), /pledgewatch_delivery_attempt_duration_seconds_count\{outcome="failed"\} [1-9]/);
    await database.sql`update job_run set slot = slot - interval '1 day' where job = 'tend'`;
    const line = await until('the slot', () =>
      running.lines.find(({ job, msg }) => job === 'tend' && msg === 'slot done'),
    );
    const slot = await until('its span', () => spans.find(({ name }) => name === 'slot tend'));
    t.same([line.trace_id, line.span_id], [slot.traceId, slot.spanId]);
    t.ok(spans.some(({ traceId, name }) => traceId === slot.traceId && name === 'transaction'));
    const told = JSON.stringify(spans);
    for (const word of ['canary', bank_a.id, bank_a.key]) t.notOk(told.includes(word));
  },
);

const filesOf = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};
const files = await filesOf(DEPLOY);
const textOf = (name: string) => readFile(join(DEPLOY, name), 'utf8');

t.test('every file of YAML and JSON is one', async (t) => {
  const yaml = files.filter((file) => file.endsWith('.yaml'));
  t.ok(yaml.length >= 5);
  for (const file of yaml) {
    const { errors, warnings } = parseDocument(await readFile(file, 'utf8'), { merge: true });
    t.same([...errors, ...warnings], [], file);
  }
  for (const file of files.filter((name) => name.endsWith('.json'))) JSON.parse(await readFile(file, 'utf8'));
});

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

const rules = parseDocument(await textOf('prometheus/alerts.yaml')).toJS().groups[0].rules as Rule[];
interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}
const dashboard = JSON.parse(await textOf('grafana/dashboards/pledgewatch.json')) as Dashboard;

t.test('every metric of alerts and dashboard is told by the service', async (t) => {
  const told = new Set([...(await figures()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const asked = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ];
  for (const [place, expr] of asked) {
    const names = [...expr.matchAll(/\b(?:pledgewatch|nodejs|process)_\w+/g)].map(([name]) => name);
    t.ok(names.length > 0 || expr.startsWith('up{'), place);
    for (const name of names)
      t.ok(told.has(name) || told.has(name.replace(/_(bucket|sum|count)$/, '')), `${place}: ${name}`);
  }
  const own = [...told].filter((name) => name!.startsWith('pledgewatch_'));
  const used = asked.map(([, expr]) => expr).join(' ');
  for (const name of own) t.ok(used.includes(name!), `${name} is looked at`);
});

t.test('every alert has its meaning and what to do in docs/operate.md, and there is no other', async (t) => {
  const section = /## Alerts\n([\s\S]*?)\n## /.exec(
    await readFile(join(ROOT, 'docs/operate.md'), 'utf8'),
  )![1]!;
  const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  t.same(
    rows,
    rules.map(({ alert }) => alert),
  );
  for (const { alert, labels, annotations } of rules) {
    t.match(labels.severity, /^(page|ticket)$/, alert);
    t.ok(annotations.summary, alert);
  }
});

t.test(
  'every environment variable of the deployment is one of src/config.ts or of another program',
  async (t) => {
    const config = await readFile(join(ROOT, 'src/config.ts'), 'utf8');
    const known = new Set([...config.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name));
    const named = new Set<string>();
    const compose = parseDocument(await textOf('compose.yaml'), { merge: true }).toJS() as {
      services: Record<string, { environment?: object }>;
    };
    for (const { environment = {} } of Object.values(compose.services))
      for (const name of Object.keys(environment)) named.add(name);
    for (const [, words] of (await textOf('Containerfile')).matchAll(/^ENV (.*)$/gm))
      for (const word of words!.split(' ')) named.add(word.split('=')[0]!);
    for (const unit of ['pledgewatch', 'pledgewatch-worker'])
      for (const [, words] of (await textOf(`systemd/${unit}.service`)).matchAll(/^Environment=(.*)$/gm))
        for (const word of words!.split(' ')) named.add(word.split('=')[0]!);
    t.ok(named.size > 8);
    for (const name of named) t.ok(known.has(name) || OF_OTHERS.test(name), name);
  },
);

t.test('the units are whole, where systemd is there to say so', async (t) => {
  const verify = promisify(execFile)('systemd-analyze', ['--version']).then(
    () => true,
    () => false,
  );
  if (!(await verify)) return t.pass('no systemd here');
  for (const unit of ['pledgewatch', 'pledgewatch-worker']) {
    const { stderr } = await promisify(execFile)('systemd-analyze', [
      'verify',
      '--man=no',
      join(DEPLOY, 'systemd', `${unit}.service`),
    ]).catch((error: { stderr: string }) => error);
    // The program lies elsewhere on this machine; that alone is not for the unit to mend.
    const faults = stderr
      .split('\n')
      .filter((line) => line.includes(unit) && !/is not executable/.test(line));
    t.same(faults, [], unit);
  }
});

t.test('what the image copies is there, and scripts begin with their interpreter', async (t) => {
  const image = await textOf('Containerfile');
  const top = await readdir(ROOT);
  for (const [, words] of image.matchAll(/^COPY (?!--from)(.*) \S+$/gm))
    for (const path of words!.split(' ')) t.ok(top.includes(path.split('/')[0]!), path);
  t.match(await textOf('postgres/roles.sh'), /^#!\/bin\/sh\n/);
});
