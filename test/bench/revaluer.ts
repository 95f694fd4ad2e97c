// A process to be killed: one revaluation of all that is stale, as the daily slot runs it.
import pino from 'pino';
import { revalue } from '../../jobs/revalue.ts';
import { settableClock } from '../../src/clock.ts';
import { connect } from '../../src/db/client.ts';
import { WORKER_ROLE } from '../../src/db/tenancy.ts';
import { createVault, newMasterKey } from '../../src/secrets/vault.ts';
import { createSender } from '../../src/webhooks/send.ts';

const [url, instant] = process.argv.slice(2);
const slot = new Date(instant!);
const database = connect(url!, { max: 2, role: WORKER_ROLE });
await database.check();
const vault = createVault(database, newMasterKey());
const sender = createSender({ allowed_hosts: [] });
const log = pino({ level: 'silent' });
process.on('message', async () => {
  const counts = await revalue({ database, vault, clock: settableClock(slot), log, feeds: [], sender }, slot);
  process.send!(counts);
});
process.on('disconnect', () => process.exit());
process.send!('ready');
