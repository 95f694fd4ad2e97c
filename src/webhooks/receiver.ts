/**
 * A small receiver of signed events on loopback: what a bank would run, as the demonstration and the tests run it.
 * It verifies every signature, hands each event over once, and counts.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from './verify.ts';

export const MAX_BODY_BYTES = 262_144;
/** Ids remembered to tell duplicates; the oldest is forgotten first. */
export const MAX_REMEMBERED_IDS = 1_000_000;

export interface ReceivedEvent {
  /** Path of the endpoint. */
  path: string;
  id: string;
  /** Unix seconds of the attempt. */
  timestamp: number;
  /** The signed bytes as UTF-8. */
  body: string;
}

/** `received` = `verified` + `rejected`; `duplicates` are verified events whose id that endpoint had before. */
export interface ReceiverCounts {
  received: number;
  verified: number;
  rejected: number;
  duplicates: number;
}

export interface ReceiverOptions {
  /** Port of 127.0.0.1; any free one when left out. */
  port?: number;
  /** Active secrets of the endpoint at this path; none when there is no such endpoint. */
  secrets_for: (path: string) => readonly string[];
  /** Called once for each event; when it throws, the answer is 500 and a retry is handed over again. */
  on_event: (event: ReceivedEvent) => void | Promise<void>;
}

export interface Receiver {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string;
  /** `127.0.0.1:port`, for `allowed_hosts`. */
  readonly host: string;
  readonly counts: Readonly<ReceiverCounts>;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. Answers 204, 401 with the reason, 413 over 256 kB, or 500. */
export async function startReceiver({ port = 0, secrets_for, on_event }: ReceiverOptions): Promise<Receiver> {
  const counts: ReceiverCounts = { received: 0, verified: 0, rejected: 0, duplicates: 0 };
  const seen = new Set<string>();

  async function receive(request: IncomingMessage): Promise<[status: number, text: string]> {
    const body = await readBody(request);
    counts.received += 1;
    const path = request.url ?? '/';
    if (body === null) {
      counts.rejected += 1;
      return [413, `at most ${MAX_BODY_BYTES} bytes`];
    }
    const verification = verify(request.headers, body, secrets_for(path), Math.floor(Date.now() / 1_000));
    if (!verification.ok) {
      counts.rejected += 1;
      return [401, verification.reason];
    }
    counts.verified += 1;
    const { id, timestamp } = verification;
    const key = `${path} ${id}`;
    if (seen.has(key)) {
      counts.duplicates += 1;
      return [204, ''];
    }
    remember(seen, key);
    try {
      await on_event({ path, id, timestamp, body: body.toString() });
    } catch (error) {
      seen.delete(key);
      throw error;
    }
    return [204, ''];
  }

  const server = createServer((request, response) => {
    receive(request).then(
      ([status, text]) => answer(response, status, text),
      () => answer(response, 500, 'the event could not be taken'),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    counts,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** `null` when the body is over its limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}

function remember(seen: Set<string>, key: string): void {
  seen.add(key);
  const oldest = seen.values().next().value;
  if (seen.size > MAX_REMEMBERED_IDS && oldest !== undefined) seen.delete(oldest);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
