/** `npm run receiver`: takes signed events on this machine and prints each verified one as a line of JSON. */
import { parseArgs } from 'node:util';
import { run, UsageError } from '../command.ts';
import { StartupError } from '../errors.ts';
import { startReceiver } from './receiver.ts';
import { parseSecret } from './sign.ts';

const HELP = `npm run receiver -- --port N [--secret whsec_...]

Listens on 127.0.0.1, verifies the signature of every event and prints those that pass, each once, as one line of JSON.
Ends on Ctrl-C or SIGTERM.

  --port N         port to listen on
  --secret SECRET  signing secret of the endpoint; left out, it is read from PLEDGEWATCH_SECRET, which keeps it out of
                   the list of processes
  --help           this text
`;

const MAX_PORT = 65_535;

await run(async () => {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, secret: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const port = readPort(values.port);
  const secret = readSecret(values.secret ?? process.env.PLEDGEWATCH_SECRET);
  const receiver = await listen(port, secret);
  process.stderr.write(`Receiving at ${receiver.url}\n`);
  const end = async () => {
    await receiver.close();
    const { verified, duplicates, rejected } = receiver.counts;
    process.stderr.write(`${verified} verified, of these ${duplicates} duplicates; ${rejected} rejected\n`);
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
});

function readPort(text: string | undefined): number {
  const port = Number(text);
  if (!/^\d+$/.test(text ?? '') || port > MAX_PORT)
    throw new UsageError(`--port: give a port from 0 (any) to ${MAX_PORT}, such as --port 9099.`);
  return port;
}

function readSecret(text: string | undefined): string {
  if (!text) throw new UsageError('Give the secret of the endpoint with --secret or in PLEDGEWATCH_SECRET.');
  try {
    parseSecret(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return text;
}

async function listen(port: number, secret: string) {
  try {
    return await startReceiver({
      port,
      secrets_for: () => [secret],
      on_event: ({ id, body }) => {
        process.stdout.write(`${JSON.stringify({ verified: true, id, ...(JSON.parse(body) as object) })}\n`);
      },
    });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const reason = code === 'EADDRINUSE' ? 'something listens there' : message;
    throw new StartupError(`Port ${port} cannot be used (${reason}): choose another with --port.`);
  }
}
