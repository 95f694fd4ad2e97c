// A process of its own: a worker that ticks when it is asked to, with the clock where it is told.
import pino from 'pino';
import { runDueSlots } from '../../jobs/slots.ts';
import { settableClock } from '../../src/clock.ts';
import { connect } from '../../src/db/client.ts';
import { WORKER_ROLE } from '../../src/db/tenancy.ts';
import { createVault, newMasterKey } from '../../src/secrets/vault.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { gridJobs, type SlotAnswer, type SlotQuestion } from './grid.ts';

const [url] = process.argv.slice(2);
const database = connect(url!, { max: 2, role: WORKER_ROLE });
const clock = settableClock(new Date(0));
const vault = createVault(database, newMasterKey());
const sender = createSender({ allowed_hosts: [] });
const context = { database, vault, clock, log: pino({ level: 'silent' }), feeds: [], sender };
const jobs = gridJobs(database.sql);
await database.check();
process.on('message', async ({ now_ms }: SlotQuestion) => {
  clock.set(new Date(now_ms));
  const answer: SlotAnswer = { ran: await runDueSlots(context, jobs) };
  process.send!(answer);
});
process.on('disconnect', () => process.exit());
process.send!('ready');
