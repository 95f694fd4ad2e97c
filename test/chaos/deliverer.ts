// A process to be killed: the delivery loop of one worker, with a shorter patience for receivers.
import pino from 'pino';
import { deliverUntilStopped } from '../../jobs/deliver.ts';
import { systemClock } from '../../src/clock.ts';
import { connect } from '../../src/db/client.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createSender } from '../../src/webhooks/send.ts';

const TIMEOUT_ms = 300;

const [url, master_key, ...allowed_hosts] = process.argv.slice(2);
const database = connect(url!);
const vault = createVault(database, Buffer.from(master_key!, 'base64'));
const sender = createSender({ allowed_hosts, timeout_ms: TIMEOUT_ms });
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
process.on('disconnect', () => process.exit());
process.send!('ready');
const context = { database, vault, clock: systemClock, log: pino({ level: 'silent' }), feeds: [], sender };
await deliverUntilStopped(context, stopping.signal);
await sender.close();
await database.close();
process.disconnect();
