/** README.md is walked as printed: its blocks run in one bash against a first start; only ports and home are changed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { openFolder } from '../database.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A first start replays history, which takes a minute or two. */
const FILE_LIMIT_ms = 540_000;
const WALK_LIMIT_ms = 480_000;
t.setTimeout(FILE_LIMIT_ms);

/** Job control as in a reader's terminal, where `kill %` reaches what npm has started; what is left ends with it. */
const TERMINAL = `set -m
trap 'for job in $(jobs -p); do kill -- -"$job"; done' EXIT
`;
const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');

/** Blocks that the reader runs, in order. */
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!);

t.test('the walk runs as printed and ends with a worthless patent and verified events', async (t) => {
  const home = await openFolder('pledgewatch-readme-');
  const api = await startFirst(t, home);
  const receiver_port = await freePort();
  const [start, test, ...walk] = blocks;
  t.same([start, test], ['npm start\n', 'npm test\n']);
  const script = walk
    .join('')
    .replaceAll('.pledgewatch/', `${home}/`)
    .replaceAll('http://127.0.0.1:8080', api)
    .replaceAll('9099', String(receiver_port))
    .replaceAll('9098', String(await freePort()));
  const { stdout } = await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', TERMINAL + script], {
    cwd: ROOT,
    timeout: WALK_LIMIT_ms,
  });
  t.match(stdout, /legal_state: 'in_force'/);
  t.match(stdout, /appraised\nproposed\nregistered\nactive\n/);
  const events = stdout.split('\n').filter((line) => line.startsWith('{"verified":true'));
  const types = events.map((line) => (JSON.parse(line) as { type: string }).type);
  t.same(types, ['patent.lapsed', 'pledge.ltv.breached']);
  t.match(stdout, /as_of: '2013-05-0[89]',[\s\S]*status: 'worthless'/);
  // Heads of the audit chains are published by their own hour, which may come while the receiver is away.
  t.match(stdout, /hastened: [12]/);
  const inFeed = [...stdout.matchAll(/^in the feed (pledge\.\S+ \S+)$/gm)].map(([, event]) => event);
  const recovered = [
    ...new Set([...stdout.matchAll(/^received (pledge\.\S+ \S+)$/gm)].map(([, event]) => event)),
  ];
  t.match(recovered, [/^pledge.defaulted evt_/, /^pledge.in_disposal evt_/]);
  t.ok(recovered.every((event) => inFeed.includes(event)));
  t.match(stdout, /\nclaimed\nsubmitted\ndecided\ndisposed\n/);
  t.match(stdout, /\nactive\nin_force\n1000000 minor units are still outstanding; [^\n]*\nreleased\n/);
  t.match(stdout, /'remark title_not_confirmed'/);
  t.match(stdout, /\noffered\ngiven\naccepted\nfiled\n/);
  t.match(stdout, /\nclosed\ndisposed by the sale\n\d+ basis points became another haircut\n/);
  t.match(stdout, /\nintroduced\nmet\nmet\ndeal\n/);
  t.match(
    stdout,
    /\ncertified\ngenuine\nsuspicious\nunknown\nended ZL00806027\.4 2013-06-05\n0 claimed \w+\n1 claimed \w+\n/,
  );
  t.match(stdout, /dependency_[^\n]*: /, 'a fault of the claims is named with its remedy');
  t.match(stdout, /2\. The rice cooker according to claim 1, wherein the sieve is of wire\.\n/);
  t.match(stdout, /\ntrue\n[\s\S]*novelty[\s\S]*\nadmitted\naccepted\nName the wire\.\n/);
  t.match(
    stdout,
    /\nfiled\n[\s\S]*'2013-07-02 filing_fee'[\s\S]*\ngranted\n\[ 'Own applications granted: 1' \]/,
  );
});

t.test('every command and local link of the README leads somewhere', async (t) => {
  const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const commands = [...readme.matchAll(/npm (?:run (?:-s )?)([a-z:]+)/g)].map(([, name]) => name!);
  t.ok(commands.length > 5);
  for (const name of commands) t.ok(scripts[name], `npm run ${name}`);
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link!);
  t.ok(links.length > 5);
  for (const link of links) await t.resolves(stat(path.join(ROOT, link)), link);
});

/** Starts the service on an empty home and waits until it answers. @returns its address */
async function startFirst(
  t: { teardown(done: () => Promise<void>): unknown },
  home: string,
): Promise<string> {
  const server = spawn(process.execPath, ['--import', 'tsx', 'src/server.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PLEDGEWATCH_HOME: home,
      PORT: '0',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    if (server.exitCode === null && server.kill()) await once(server, 'exit');
    await rm(home, { recursive: true, force: true });
  });
  return announced(server);
}

async function announced(server: ChildProcess): Promise<string> {
  let told = '';
  for await (const text of server.stdout!) {
    told += text;
    const address = /answers at (\S+)\n/.exec(told)?.[1];
    if (address) return address;
  }
  throw new Error(`the server ended without an address, saying: ${told}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
