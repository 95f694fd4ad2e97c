/** A receiver of webhooks on loopback, which ends with the test. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** @param hear takes a request and answers it; @returns host and port */
export async function openReceiver(
  t: { teardown(done: () => void): unknown },
  hear: (event: Received, answer: ServerResponse) => void,
): Promise<string> {
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = incoming.headers as Record<string, string>;
      hear({ path: incoming.url!, headers, body: Buffer.concat(chunks).toString() }, answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
