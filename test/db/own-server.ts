// Run by server.test.ts as a process to be killed: starts the embedded server of a folder, says so, and stays.
import { startEmbedded } from '../../src/db/embedded.ts';

const server = await startEmbedded({ directory: process.argv[2]!, settings: { fsync: 'off' } });
process.stdout.write(`${server.owner_url}\n`);
setInterval(() => undefined, 1_000);
