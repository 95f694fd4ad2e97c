import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { connect } from '../../src/db/client.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/db/embedded.ts';
import { WORKER_ROLE } from '../../src/db/tenancy.ts';
import { StartupError } from '../../src/errors.ts';
import { openFolder } from '../database.ts';

const IS_ROOT = process.getuid?.() === 0;
const IS_LINUX = process.platform === 'linux';

interface Teardown {
  teardown(done: () => Promise<void>): unknown;
}

async function freshFolder(t: Teardown): Promise<string> {
  const folder = await openFolder('pledgewatch-server-');
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with a database made beforehand. */
async function usedFolder(t: Teardown): Promise<string> {
  const folder = await freshFolder(t);
  await promisify(execFile)('cp', ['-Rp', `${await used}/.`, folder]);
  return folder;
}

const used = (async () => {
  const directory = await freshFolder(t);
  await (await startEmbedded({ directory, settings: { fsync: 'off' } })).stop();
  return directory;
})();

async function start(t: Teardown, directory: string, lines: string[] = []): Promise<EmbeddedServer> {
  const server = await startEmbedded({
    directory,
    settings: { fsync: 'off' },
    log: (line) => lines.push(line),
  });
  t.teardown(() => server.stop());
  return server;
}

/** Runs one statement on a connection of its own. */
async function ask(server: { owner_url: string }, text: string): Promise<Record<string, unknown>[]> {
  const database = connect(server.owner_url, { max: 1 });
  try {
    return await database.sql.unsafe(text);
  } finally {
    await database.close();
  }
}

/** Starts the server in a process that can be killed. */
async function startApart(
  t: Teardown,
  directory: string,
): Promise<{ owner_url: string; child: ChildProcess }> {
  const script = fileURLToPath(new URL('own-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import=tsx', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await serverPid(join(directory, 'postgres')).then(isGone, () => undefined);
  });
  const [owner_url] = await once(createInterface(child.stdout!), 'line');
  return { owner_url, child };
}

async function serverPid(data_directory: string): Promise<number> {
  return Number.parseInt(await readFile(join(data_directory, 'postmaster.pid'), 'utf8'), 10);
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(50);
  }
  return false;
}

async function crash(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

t.test('the first start makes a database that lasts', async (t) => {
  const directory = join(await freshFolder(t), 'made', 'on demand');
  const server = await start(t, directory);
  const [session] = await ask(
    server,
    `select current_database() as name, current_setting('is_superuser') as superuser, current_setting('data_checksums') as checksums,
       current_setting('listen_addresses') as listening, current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone`,
  );
  const wanted = { superuser: 'off', checksums: 'on', listening: '', encoding: 'UTF8', zone: 'UTC' };
  t.strictSame({ ...session }, { name: 'pledgewatch', ...wanted });
  t.equal((await stat(join(directory, 'password'))).mode & 0o777, 0o600, 'only we can read the password');
  await ask(server, 'create table kept as select 42 as n');
  await server.stop();
  await t.rejects(serverPid(server.data_directory), { code: 'ENOENT' }, 'stopped cleanly');
  const again = await start(t, directory);
  t.strictSame([...(await ask(again, 'select n from kept'))], [{ n: 42 }]);

  t.test('a lost password file is replaced', async (t) => {
    await again.stop();
    await rm(join(directory, 'password'));
    const third = await start(t, directory);
    t.not(third.url, again.url);
    t.strictSame([...(await ask(third, 'select n from kept'))], [{ n: 42 }]);
  });

  t.test('a data directory of the days of one login gets the login that serves', async (t) => {
    const directory = join(await freshFolder(t), 'old');
    const old = await start(t, directory);
    // As good as gone: it cannot log in any more, and the file that says that the logins are there is taken away.
    const former = connect(old.url, { max: 1 });
    await former.sql`alter role current_user password 'another'`;
    await former.close();
    await old.stop();
    await rm(join(old.data_directory, 'pledgewatch-logins'));
    const now = await start(t, directory);
    const login = connect(now.url, { max: 1, role: WORKER_ROLE });
    t.teardown(() => login.close());
    const [who] = await login.sql`select session_user::text as login, current_user::text as role`;
    t.strictSame({ ...who }, { login: 'pledgewatch_service', role: WORKER_ROLE });
  });
});

t.test('a path too long for a socket works all the same', async (t) => {
  const directory = join(await freshFolder(t), 'a rather long name, '.repeat(8));
  const server = await start(t, directory);
  t.strictSame([...(await ask(server, 'select 1 as n'))], [{ n: 1 }]);
});

t.test('a living owner is named and left alone', async (t) => {
  const directory = await usedFolder(t);
  const owner = await startApart(t, directory);
  await t.rejects(startEmbedded({ directory }), {
    message: new RegExp(
      `in use by a living Pledgewatch, process ${owner.child.pid}: stop that process first`,
    ),
  });
  t.strictSame([...(await ask(owner, 'select 1 as n'))], [{ n: 1 }]);
});

t.test('a kill -9 of our process takes the server along and loses nothing', async (t) => {
  const directory = await usedFolder(t);
  const { owner_url, child } = await startApart(t, directory);
  await ask({ owner_url }, 'create table kept as select 42 as n');
  const pid = await serverPid(join(directory, 'postgres'));
  await crash(child);
  t.equal(await isGone(pid), true, 'the server ends by itself');
  t.strictSame([...(await ask(await start(t, directory), 'select n from kept'))], [{ n: 42 }]);
});

t.test('a start right after a kill -9 works', async (t) => {
  const directory = await usedFolder(t);
  for (let times = 0; times < 3; times++) await crash((await startApart(t, directory)).child);
  t.strictSame([...(await ask(await start(t, directory), 'select 1 as n'))], [{ n: 1 }]);
});

t.test('a server that outlived its owner is stopped', { skip: !IS_LINUX && 'reads /proc' }, async (t) => {
  const directory = await usedFolder(t);
  const { child } = await startApart(t, directory);
  const data_directory = join(directory, 'postgres');
  const orphan = await serverPid(data_directory);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith('/bin/sh') && command.includes(data_directory))
      process.kill(Number(pid), 'SIGKILL');
  }
  await crash(child);
  await sleep(200);
  process.kill(orphan, 0);
  await start(t, directory);
  t.equal(await isGone(orphan), true);
  t.not(await serverPid(data_directory), orphan);
});

t.test('a kill -9 of the server is told, and recovered from', async (t) => {
  const directory = await usedFolder(t);
  const server = await start(t, directory);
  await ask(server, 'create table kept as select 42 as n');
  process.kill(await serverPid(server.data_directory), 'SIGKILL');
  await server.exited;
  const lines: string[] = [];
  t.strictSame([...(await ask(await start(t, directory, lines), 'select n from kept'))], [{ n: 42 }]);
  t.match(lines.join('\n'), /recovery/);
});

t.test('a pid file whose number another process has now is no obstacle', async (t) => {
  const directory = await usedFolder(t);
  const server = await start(t, directory);
  await server.stop();
  const uid = (await stat(server.data_directory)).uid;
  const stranger = spawn('sleep', ['60'], { uid });
  t.teardown(async () => void stranger.kill());
  await writeFile(
    join(server.data_directory, 'postmaster.pid'),
    `${stranger.pid}\n${server.data_directory}\n`,
  );
  t.strictSame([...(await ask(await start(t, directory), 'select 1 as n'))], [{ n: 1 }]);
  t.equal(stranger.exitCode, null, 'the other process lives on');
});

t.test('what cannot start says why and what to do', async (t) => {
  const directory = await usedFolder(t);
  const server = await start(t, directory);
  await server.stop();
  const broken = startEmbedded({ directory, settings: { shared_buffers: 'much' } });
  await t.rejects(broken, { message: /did not start on .*shared_buffers.*much.*DATABASE_URL/s });
  t.equal(await broken.catch((error) => error instanceof StartupError), true);
  await writeFile(join(server.data_directory, 'PG_VERSION'), '14\n');
  await t.rejects(startEmbedded({ directory }), {
    message: /is of PostgreSQL 14, this package brings 18: dump it/,
  });
  await writeFile(join(directory, 'file'), '');
  await t.rejects(startEmbedded({ directory: join(directory, 'file', 'x') }), {
    message: /cannot use .*ENOTDIR.*Mend that/,
  });
  await rm(join(server.data_directory, 'PG_VERSION'));
  await t.rejects(startEmbedded({ directory }), { message: /is no PostgreSQL data directory/ });
});

t.test('a half-made database is made anew', async (t) => {
  const directory = await freshFolder(t);
  await mkdir(join(directory, 'postgres.new'));
  await writeFile(join(directory, 'postgres.new', 'PG_VERSION'), '18\n');
  t.strictSame([...(await ask(await start(t, directory), 'select 1 as n'))], [{ n: 1 }]);
});

t.test(
  'root keeps the data where the server can reach them',
  { skip: !IS_ROOT && 'needs root' },
  async (t) => {
    const folder = await freshFolder(t);
    await chmod(folder, 0o700);
    const directory = join(folder, '.pledgewatch');
    const server = await start(t, directory);
    const home = dirname(server.data_directory);
    t.teardown(() => rm(home, { recursive: true, force: true }));
    t.match(home, /^\/var\/lib\/pledgewatch\/[0-9a-f]{12}$/);
    t.equal(await readlink(join(directory, 'postgres')), server.data_directory);
    t.not((await stat(server.data_directory)).uid, 0);
    t.equal((await stat(server.data_directory)).mode & 0o777, 0o700);
    await ask(server, 'create table kept as select 42 as n');
    await server.stop();
    const again = await start(t, directory);
    t.strictSame([...(await ask(again, 'select n from kept'))], [{ n: 42 }]);
    await again.stop();
    await rm(server.data_directory, { recursive: true });
    await t.rejects(
      startEmbedded({ directory }),
      { message: /restore it from a backup/ },
      'lost data are not replaced in silence',
    );
    t.equal((await lstat(join(directory, 'postgres'))).isSymbolicLink(), true);
  },
);
