// A process of its own: the delivery loop of one worker, as in production.
import pino from 'pino';
import { deliverUntilStopped } from '../../jobs/deliver.ts';
import { systemClock } from '../../src/clock.ts';
import { connect } from '../../src/db/client.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createSender } from '../../src/webhooks/send.ts';

const [url, master_key, host] = process.argv.slice(2);
const database = connect(url!);
const vault = createVault(database, Buffer.from(master_key!, 'base64'));
const sender = createSender({ allowed_hosts: [host!] });
const stopping = new AbortController();
process.on('disconnect', () => stopping.abort());
process.send!('ready');
const context = { database, vault, clock: systemClock, log: pino(pino.destination(2)), feeds: [], sender };
await deliverUntilStopped(context, stopping.signal);
await sender.close();
await database.close();
