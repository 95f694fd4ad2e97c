import { createServer } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import { createMetrics } from './metrics.ts';

const HEADERS_TIMEOUT_ms = 5_000;
const MAX_SCRAPERS = 20;

export interface MetricsServer {
  /** http://host:port/metrics */
  address: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` on a port of its own, apart from the API: who reaches the port may read it.
 * @returns null when METRICS_PORT is not set: then nothing is counted
 * @throws StartupError when the port cannot be had
 */
export async function serveMetrics(
  { metrics_host, metrics_port }: Config,
  database: Database,
  clock: Clock,
): Promise<MetricsServer | null> {
  if (metrics_port === null) return null;
  const metrics = createMetrics(database, clock);
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_ms }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics')
      return void response.writeHead(404).end('There is GET /metrics.\n');
    metrics.tell().then(
      (text) => response.writeHead(200, { 'content-type': metrics.content_type }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.maxConnections = MAX_SCRAPERS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(metrics_port, metrics_host, resolve);
  }).catch((error) => {
    throw new StartupError(
      `Cannot serve metrics on ${metrics_host} port ${metrics_port} (${error.code}): set METRICS_HOST and METRICS_PORT to what is free on this machine.`,
    );
  });
  const { port } = server.address() as { port: number };
  return {
    address: `http://${metrics_host}:${port}/metrics`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
