/**
 * `npm start`: the whole service in one process, HTTP and jobs. With `--http-only` the jobs are left to `src/worker.ts`.
 * On an empty embedded database it first replays history, so that there is something to look at.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { foundDemonstration, wantsDemonstration } from '../jobs/demonstration.ts';
import { startWorker, type Worker } from '../jobs/worker.ts';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { run } from './command.ts';
import { type Config, loadConfig } from './config.ts';
import { openDatabase } from './db/open.ts';
import { openCalendar } from './demonstration/calendar.ts';
import { StartupError } from './errors.ts';
import { VERSION } from './package.ts';
import { createLogger, endInOrder } from './process.ts';
import { beginSecrets } from './secrets/begin.ts';
import { masterKeyOf } from './secrets/master-key.ts';
import { createVault } from './secrets/vault.ts';
import { serveMetrics } from './telemetry/serve.ts';
import { startTraces } from './telemetry/traces.ts';
import { createAddressGuard } from './webhooks/address-guard.ts';

const HELP = `npm start -- [--http-only]

Serves Pledgewatch. Settings are environment variables: DATABASE_URL (a PostgreSQL 15 or later; left out, an embedded
one is used), MASTER_KEY (secrets are sealed under it; needed with DATABASE_URL), HOST (127.0.0.1), PORT (8080), LOG_LEVEL
(info), PLEDGEWATCH_HOME (.pledgewatch), METRICS_PORT, METRICS_HOST (127.0.0.1), OTEL_EXPORTER_OTLP_ENDPOINT,
WEBHOOK_ALLOWED_HOSTS, FETCH_ALLOWED_HOSTS, TRUSTED_PROXIES, CORS_ORIGINS, PUBLIC_URL, HSTS_MAX_AGE_SECONDS,
KEY_REQUESTS_PER_MINUTE (6000), ADDRESS_REQUESTS_PER_MINUTE (600), REFUSED_KEYS_PER_MINUTE (60).

  --http-only  answer requests only; the jobs run in other processes (npm run worker)
  --help       this text
`;

/** Answers under way get this long before their connections are cut. */
const DRAIN_LIMIT_MS = 20_000;
const DRAIN_POLL_MS = 100;

await run(async () => {
  const { values } = parseArgs({ options: { 'http-only': { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const config = loadConfig(process.env);
  const log = createLogger(config);
  const traces = await startTraces(config, 'pledgewatch');
  await findPortFree(config);
  const { database, requests, owner_url, close } = await openDatabase(config.database_url, config.home, log);
  try {
    const master_key = await masterKeyOf(config, database);
    const vault = createVault(database, master_key);
    if (owner_url !== null && (await wantsDemonstration(database)))
      await foundDemonstration({ database, owner_url, vault }, config, log);
    await beginSecrets(database, master_key, vault);
    const calendar = await openCalendar(database);
    const clock = calendar?.clock ?? systemClock;
    const worker: Worker | null = values['http-only']
      ? null
      : await startWorker({ database, vault, clock, demonstration: calendar !== null, config, log });
    const guard = createAddressGuard({ allowed_hosts: config.webhook_allowed_hosts });
    let ready = true;
    const service = {
      database: requests,
      system: database,
      vault,
      clock,
      guard,
      calendar,
      onNews: () => worker?.wake(),
    };
    const metrics = await serveMetrics(config, database, clock);
    const app = await buildApp({ service, log, version: VERSION, http: config, ready: () => ready });
    const address = await listen(app, config);
    announce(address, config, calendar !== null, metrics?.address);
    endInOrder(log, [
      [
        'http',
        () => {
          ready = false;
          return drain(app);
        },
      ],
      ['jobs', async () => worker?.stop()],
      ['metrics', async () => metrics?.close()],
      ['database', close],
      ['traces', async () => traces?.close()],
    ]);
  } catch (error) {
    await close();
    throw error;
  }
});

/** Asked before the minute's work of a first start, whose end would be a bad moment to learn of it. */
async function findPortFree({ host, port }: Config): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(port, host), 'listening');
  } catch (error) {
    throw cannotListen(error, host, port);
  } finally {
    probe.close();
  }
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw cannotListen(error, host, port);
  }
}

function cannotListen(error: unknown, host: string, port: number): StartupError {
  const { code, message } = error as Error & { code?: string };
  if (code === 'EADDRINUSE')
    throw new StartupError(
      `Port ${port} on ${host} is taken: stop what listens there, or set PORT to another.`,
    );
  return new StartupError(
    `Cannot listen on ${host} port ${port} (${message}): set HOST and PORT to an address of this machine.`,
  );
}

/** New connections are refused, answers under way finish, idle connections close; none outlives the limit. */
async function drain(app: FastifyInstance): Promise<void> {
  const closed = app.close();
  const idle = setInterval(() => app.server.closeIdleConnections(), DRAIN_POLL_MS);
  await Promise.race([closed, sleep(DRAIN_LIMIT_MS, undefined, { ref: false })]);
  clearInterval(idle);
  app.server.closeAllConnections();
  await closed;
}

function announce(address: string, { home }: Config, demonstration: boolean, metrics?: string): void {
  const lines = [
    `Pledgewatch ${VERSION} answers at ${address}`,
    `  API and its description   ${address}/docs`,
  ];
  if (demonstration) lines.push(`  keys of the demonstration ${home}/demonstration.json`);
  if (metrics) lines.push(`  figures for Prometheus    ${metrics}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
