/**
 * The embedded server's data directory: made once, its version checked, and its two logins: one owns the database and
 * migrates it, the other serves, as on any other server. Neither is a superuser, so row security holds for both.
 */
import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../errors.ts';
import { type Place, run } from './place.ts';
import { APP_ROLE, WORKER_ROLE } from './tenancy.ts';

export const OWNER_LOGIN = 'pledgewatch';
export const SERVICE_LOGIN = 'pledgewatch_service';
/** File that says that the roles are there: data directories of before had one login. */
const LOGINS_MADE = 'pledgewatch-logins';

/**
 * Makes the data directory `place.home`/postgres unless it is there.
 * @param directory folder of the password file (mode 0600) and, where the data lie elsewhere, of the link to them
 * @param sync whether the new files are flushed to disk
 * @returns the password of both logins
 * @throws StartupError when the data are another version's, or gone
 */
export async function prepareCluster(directory: string, place: Place, sync: boolean): Promise<string> {
  const data_directory = join(place.home, 'postgres');
  const known = await readFile(join(directory, 'password'), 'utf8').catch(() => undefined);
  const password = known ?? randomBytes(32).toString('base64url');
  if (!(await hasData(directory, data_directory, place.major)))
    await createData(place, data_directory, password, sync);
  else if (known === undefined || !(await exists(join(data_directory, LOGINS_MADE))))
    await makeLogins(place, data_directory, password, sync);
  if (place.home !== directory && !(await exists(join(directory, 'postgres')))) {
    await symlink(data_directory, join(directory, 'postgres'));
  }
  if (known === undefined) await writeFile(join(directory, 'password'), password, { mode: 0o600 });
  return password;
}

async function hasData(directory: string, data_directory: string, major: number): Promise<boolean> {
  const version = await readFile(join(data_directory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version?.trim() === String(major)) return true;
  if (version !== undefined) {
    throw new StartupError(
      `The database in ${data_directory} is of PostgreSQL ${version.trim()}, this package brings ${major}: dump it with the old version and restore it, or set PLEDGEWATCH_HOME to an empty folder.`,
    );
  }
  if ((await exists(join(directory, 'postgres'))) || (await exists(data_directory))) {
    throw new StartupError(
      `${data_directory} is no PostgreSQL data directory, though ${join(directory, 'postgres')} says so: restore it from a backup, or remove the latter to begin with an empty database.`,
    );
  }
  return false;
}

/** Made aside and renamed, so that a half-made directory is never taken for a database. */
async function createData(
  place: Place,
  data_directory: string,
  password: string,
  sync: boolean,
): Promise<void> {
  const draft = `${data_directory}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (place.account) await chown(draft, place.account.uid, place.account.gid);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=postgres', '--auth=reject'];
  const options = [...locale, ...access, '--data-checksums', ...(sync ? [] : ['--no-sync'])];
  await run(place.account, join(place.programs, 'initdb'), [`--pgdata=${draft}`, ...options]);
  await writeFile(join(draft, 'pg_hba.conf'), 'local all all scram-sha-256\n');
  await makeLogins(place, draft, password, sync);
  await asSuperuser(place, draft, [`create database ${OWNER_LOGIN} owner ${OWNER_LOGIN}`], sync);
  await rename(draft, data_directory);
}

/** Makes what there is not yet of the roles, and gives the logins their password. */
async function makeLogins(
  place: Place,
  data_directory: string,
  password: string,
  sync: boolean,
): Promise<void> {
  const statements = [
    ...[APP_ROLE, WORKER_ROLE, OWNER_LOGIN, SERVICE_LOGIN].map(
      (role) => `do $$ begin if to_regrole('${role}') is null then create role ${role}; end if; end $$`,
    ),
    `alter role ${OWNER_LOGIN} login password '${password}'`,
    `alter role ${SERVICE_LOGIN} login noinherit password '${password}'`,
    `grant ${APP_ROLE}, ${WORKER_ROLE} to ${OWNER_LOGIN}, ${SERVICE_LOGIN}`,
  ];
  await asSuperuser(place, data_directory, statements, sync);
  await writeFile(join(data_directory, LOGINS_MADE), '');
}

/** In single-user mode, one statement a line: the superuser has no password and no other way in. */
async function asSuperuser(
  place: Place,
  data_directory: string,
  statements: readonly string[],
  sync: boolean,
): Promise<void> {
  const options = ['--single', '-D', data_directory, '-c', `fsync=${sync ? 'on' : 'off'}`];
  const input = statements.map((statement) => `${statement}\n`).join('');
  await run(place.account, join(place.programs, 'postgres'), [...options, 'postgres'], input);
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
