/**
 * Runs migrations/NNNN_name.sql in order, each in its own transaction. Every such transaction first takes one advisory
 * lock and reads anew what is applied, so any number of processes may migrate at once and each file runs exactly once.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../errors.ts';
import { again, type Database, type Transaction } from './client.ts';

/** The ASCII bytes of "pledgewa". */
const LOCK = '8100961311638517601';
const LOCK_TIMEOUT_ms = 2_000;
const LOCK_ATTEMPTS = 10;
const LOCK_NOT_AVAILABLE = '55P03';
const STATEMENT_TIMEOUT_ms = 300_000;

interface Migration {
  number: number;
  name: string;
  text: string;
  checksum: string;
}

/**
 * Brings the database up to the files of `directory`; one that is ahead of them is left alone, so that the previous
 * version of the program can still be started.
 * @returns the names of the files that this call applied
 * @throws StartupError naming the file that is out of order, edited after it was applied, or failed
 */
export async function migrate(database: Database, directory: string): Promise<string[]> {
  await database.check();
  const migrations = await readMigrations(directory);
  const patient = database.sibling({ max: 1, statement_timeout_ms: STATEMENT_TIMEOUT_ms });
  const applied: string[] = [];
  try {
    for (;;) {
      const name = await again([LOCK_NOT_AVAILABLE], LOCK_ATTEMPTS, () =>
        patient.transaction((tx) => applyNext(tx, migrations)),
      );
      if (name === null) return applied;
      applied.push(name);
    }
  } catch (cause) {
    if ((cause as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw cause;
    throw new StartupError(
      'The migrations wait for a lock that another process or a long transaction holds: start again when that is over.',
      { cause },
    );
  } finally {
    await patient.close();
  }
}

/**
 * For a login that may not migrate.
 * @throws StartupError when the database lacks a migration of `directory`, or was built with another
 */
export async function refuseUnmigrated({ sql }: Database, directory: string): Promise<void> {
  const migrations = await readMigrations(directory);
  const [there] = await sql<{ there: boolean }[]>`
    select coalesce(has_table_privilege(to_regclass('schema_migration'), 'select'), false) as there`;
  const applied = there!.there
    ? await sql<Migration[]>`select number, name, checksum from schema_migration order by number`
    : [];
  for (const { number, name, checksum } of applied) refuseEdited(migrations[number - 1], name, checksum);
  if (applied.length >= migrations.length) return;
  throw new StartupError(
    `The database lacks ${migrations[applied.length]!.name}: run "npm run migrate" with DATABASE_OWNER_URL first.`,
  );
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = names.map((name) =>
    /^\d{4}_[a-z0-9_]+\.sql$/.test(name) ? Number(name.slice(0, 4)) : Number.NaN,
  );
  const odd = numbers.findIndex((number, index) => number !== index + 1);
  if (odd >= 0) {
    const wanted = String(odd + 1).padStart(4, '0');
    throw new StartupError(
      `Migration ${join(directory, names[odd]!)} should be ${wanted}_lower_case_name.sql: number the files 0001, 0002, ... without gap or double.`,
    );
  }
  return Promise.all(
    names.map(async (name, index) => {
      // Git may have checked the file out with other line ends.
      const text = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
      return { number: index + 1, name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

async function applyNext(tx: Transaction, migrations: readonly Migration[]): Promise<string | null> {
  await tx`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_ms}ms`}, true)`;
  await tx`select pg_advisory_xact_lock(${LOCK}::bigint)`;
  await tx`create table if not exists schema_migration (
    number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`;
  const applied = await tx<Migration[]>`select number, name, checksum from schema_migration order by number`;
  for (const { number, name, checksum } of applied) refuseEdited(migrations[number - 1], name, checksum);
  const next = migrations[applied.length];
  if (!next) return null;
  await tx.unsafe(next.text).catch((cause) => {
    if (cause.code === LOCK_NOT_AVAILABLE) throw cause;
    const line = cause.position ? ` at line ${next.text.slice(0, cause.position).split('\n').length}` : '';
    throw new StartupError(
      `Migration ${next.name} failed${line}, and left nothing behind: ${cause.message}.`,
      { cause },
    );
  });
  await tx`insert into schema_migration ${tx({ number: next.number, name: next.name, checksum: next.checksum })}`;
  return next.name;
}

function refuseEdited(file: Migration | undefined, name: string, checksum: string): void {
  if (!file || (file.name === name && file.checksum === checksum)) return;
  throw new StartupError(
    `Migration ${file.name} is not what the database was built with (${name}): restore the file, and put the change into a new migration.`,
  );
}
