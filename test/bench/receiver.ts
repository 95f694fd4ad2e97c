// A process of its own: takes every event at once and notes when it came. It verifies nothing, to take little time.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Arrival, HANGING_PATH, monotonicMs, type ReceiverQuestion } from './arrivals.ts';

let arrivals: Arrival[] = [];
let hanging: ServerResponse[] = [];

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    if (request.url === HANGING_PATH) return void hanging.push(response);
    const event_id = request.headers['webhook-id'] as string;
    arrivals.push({ path: request.url!, event_id, at_ms: monotonicMs() });
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const ANSWERS: Record<ReceiverQuestion['what'], () => unknown> = {
  'arrivals since'() {
    const taken = arrivals;
    arrivals = [];
    return taken;
  },
  'let go'() {
    const held = hanging.length;
    for (const response of hanging) response.destroy();
    hanging = [];
    return { held };
  },
};
process.on('message', ({ what }: ReceiverQuestion) => process.send!(ANSWERS[what]()));
process.on('disconnect', () => process.exit());
process.send!({ host: `127.0.0.1:${(server.address() as AddressInfo).port}` });
