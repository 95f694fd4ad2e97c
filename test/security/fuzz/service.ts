// The process under test: the whole service on a database of its own, listening on loopback.
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { THREAD_KEPT_ms } from '../../../src/thread.ts';
import { buildService } from '../../service.ts';
import { setUp } from './setting.ts';

const COLLECTIONS = 3;
const PAUSE_ms = 200;
/** The engine holds the pages of a collected heap ready for some 6 s, 160 MB after a thousand requests. */
const PAGES_HELD_ms = 10_000;

const undo: (() => Promise<unknown> | unknown)[] = [];
const log = pino({ level: 'error', serializers: { error: pino.stdSerializers.err } }, pino.destination(2));
const service = await buildService({ teardown: (step) => undo.push(step) }, {}, log);
const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
process.send!({ setting: await setUp(service, url) });

process.on('message', async (message) => {
  if (message === 'rss') {
    await giveBack();
    process.send!({ rss_bytes: process.memoryUsage.rss() });
  } else void stop();
});
process.on('disconnect', () => void stop());

/** Threads that wait for work end, and free pages of the heap go back to the system: else what is measured is how busy it was. */
async function giveBack(): Promise<void> {
  await sleep(THREAD_KEPT_ms + PAUSE_ms);
  for (let round = 0; round < COLLECTIONS; round++) {
    await globalThis.gc!({ type: 'major', execution: 'async', flavor: 'last-resort' });
    await sleep(PAUSE_ms);
  }
  await sleep(PAGES_HELD_ms);
}

async function stop(): Promise<void> {
  for (const step of undo.reverse()) await step();
  process.exit();
}
