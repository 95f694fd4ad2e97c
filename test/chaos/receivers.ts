/** Receivers that verify what they are sent and fail in the ways that receivers fail, each with a seeded share. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { verify } from '../../src/webhooks/verify.ts';

/** An event that a receiver took, whatever its answer was. */
export interface Arrival {
  /** Path of the endpoint. */
  path: string;
  webhook_id: string;
  body: string;
}

/** What a receiver does with a request; the rest it takes and answers at once. */
const FATES = [
  { fate: 'refuse', share: 0.08 },
  { fate: 'hang', share: 0.02 },
  { fate: 'take and drop the line', share: 0.03 },
  { fate: 'take and answer late', share: 0.01 },
] as const;

/** Shorter than the deliverer's timeout. */
const LATE_ms = 150;

type Fate = (typeof FATES)[number]['fate'] | 'take';

export interface FaultyReceiver {
  url: string;
  host: string;
  close(): Promise<void>;
}

export interface FaultyReceiverOptions {
  secret_of: (path: string) => string | undefined;
  on_arrival: (arrival: Arrival) => void;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** Listens on a free port of 127.0.0.1. */
export async function startFaultyReceiver(options: FaultyReceiverOptions): Promise<FaultyReceiver> {
  const server = createServer((request, response) => {
    // A sender that dies halfway cuts its request.
    receive(options, request, response).catch(() => request.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function receive(
  { secret_of, on_arrival, random }: FaultyReceiverOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const path = request.url!;
  const secret = secret_of(path);
  const verification = verify(request.headers, body, secret ? [secret] : [], Math.floor(Date.now() / 1000));
  if (!verification.ok) return void response.writeHead(401).end(verification.reason);
  const fate = drawFate(random());
  if (fate === 'refuse') return void response.writeHead(500).end();
  if (fate === 'hang') return;
  on_arrival({ path, webhook_id: verification.id, body: body.toString() });
  if (fate === 'take and drop the line') return void request.socket.destroy();
  if (fate === 'take and answer late') await sleep(LATE_ms);
  response.writeHead(204).end();
}

function drawFate(draw: number): Fate {
  let below = 0;
  for (const { fate, share } of FATES) {
    below += share;
    if (draw < below) return fate;
  }
  return 'take';
}
