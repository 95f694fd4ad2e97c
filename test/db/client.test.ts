import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { type ConnectOptions, connect, type Database, isDatabaseAway } from '../../src/db/client.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/db/embedded.ts';
import { mendPostgres, REPLACEMENTS } from '../../src/db/mend-postgres.mjs';
import { migrate } from '../../src/db/migrate.ts';
import { openFolder } from '../database.ts';

const folder = await openFolder('pledgewatch-client-');
const server: EmbeddedServer = await startEmbedded({
  directory: join(folder, 'home'),
  settings: { fsync: 'off', deadlock_timeout: '100ms' },
});
t.teardown(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function open(t: { teardown(done: () => Promise<void>): unknown }, options?: ConnectOptions): Database {
  const database = connect(server.owner_url, options);
  t.teardown(() => database.close());
  return database;
}

async function backendOf(sql: Database['sql']): Promise<number> {
  const [row] = await sql`select pg_backend_pid() as pid`;
  return row!.pid;
}

/** The postmaster and its children. */
async function serverPids(sql: Database['sql']): Promise<number[]> {
  const postmaster = Number.parseInt(
    await readFile(join(server.data_directory, 'postmaster.pid'), 'utf8'),
    10,
  );
  const children = await sql`select pid from pg_stat_activity`;
  return [postmaster, ...children.map((row) => row.pid)];
}

async function timed(
  work: Promise<unknown>,
): Promise<{ error: Error & { code?: string }; after_ms: number }> {
  const begun = performance.now();
  const error = await work.then(
    () => new Error('nothing was wrong'),
    (cause) => cause,
  );
  return { error, after_ms: performance.now() - begun };
}

t.test('values keep their kind', async (t) => {
  const { sql } = open(t);
  const [row] =
    await sql`select 9007199254740991::int8 as big, date '2026-02-28' as day, array[1, 2]::int8[] as list,
    timestamptz '2026-02-28 12:00+08' as instant, 12.50::numeric as amount, current_setting('TimeZone') as zone`;
  t.strictSame(row!.big, Number.MAX_SAFE_INTEGER);
  t.strictSame(row!.day, '2026-02-28');
  t.strictSame([...row!.list], [1, 2]);
  t.strictSame(row!.instant, new Date('2026-02-28T04:00:00Z'));
  t.strictSame([row!.amount, row!.zone], ['12.50', 'UTC']);
  await t.rejects(sql`select 9007199254740992::int8`, { name: 'RangeError', message: /9007199254740992/ });
  const [sent] =
    await sql`select ${'2024-02-29'}::date as day, ${Number.MAX_SAFE_INTEGER}::int8 as big, ${new Date(0)}::timestamptz as instant`;
  t.strictSame({ ...sent }, { day: '2024-02-29', big: Number.MAX_SAFE_INTEGER, instant: new Date(0) });
});

t.test('the server ends a statement that takes too long', async (t) => {
  const { sql } = open(t, { statement_timeout_ms: 200 });
  const { error } = await timed(sql`select pg_sleep(5)`);
  t.equal(error.code, '57014');
  t.equal(isDatabaseAway(error), true);
});

t.test('a frozen backend holds nobody longer than the deadline', async (t) => {
  const database = open(t, { max: 2, statement_timeout_ms: 500, deadline_ms: 1_000 });
  const cases: [string, (frozen: (pid: number) => void) => Promise<unknown>][] = [
    [
      'a query',
      async (freeze) => {
        freeze(await backendOf(database.sql));
        await Promise.all([database.sql`select 1`, database.sql`select 2`]);
      },
    ],
    [
      'a transaction',
      (freeze) =>
        database.transaction(async (tx) => {
          freeze(await backendOf(tx));
          await tx`select 1`;
        }),
    ],
    ['a commit', (freeze) => database.transaction(async (tx) => freeze(await backendOf(tx)))],
  ];
  for (const [name, work] of cases) {
    let pid = 0;
    const freeze = (frozen: number) => {
      pid = frozen;
      process.kill(pid, 'SIGSTOP');
    };
    const { error, after_ms } = await timed(work(freeze));
    t.equal(isDatabaseAway(error), true, `${name}: ${error.message}`);
    t.ok(after_ms < 2_000, `${name} ends after ${Math.round(after_ms)} ms`);
    t.equal(await database.healthy(), true, 'the pool goes on');
    process.kill(pid, 'SIGCONT');
  }
});

t.test('a frozen server fails every query in time and is forgotten when it thaws', async (t) => {
  const database = open(t, { max: 2, statement_timeout_ms: 500, deadline_ms: 1_500 });
  await database.sql`create table thaw (n integer)`;
  const frozen = await serverPids(database.sql);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  const health = timed(database.healthy().then((healthy) => t.equal(healthy, false)));
  const works = Array.from({ length: 50 }, (_, n) =>
    timed(
      n % 2
        ? database.sql`insert into thaw values (${n})`
        : database.transaction((tx) => tx`insert into thaw values (${n})`),
    ),
  );
  const outcomes = await Promise.all(works);
  for (const pid of frozen) process.kill(pid, 'SIGCONT');
  t.ok((await health).after_ms < 2_500);
  t.equal(
    outcomes.filter(({ error }) => isDatabaseAway(error)).length,
    50,
    'all are told that the database is away',
  );
  t.ok(Math.max(...outcomes.map(({ after_ms }) => after_ms)) < 3_500);
  await sleep(500);
  const [row] = await database.sql`select count(*)::int as n from thaw`;
  t.ok(row!.n <= 2, 'what waited for a connection is not run afterwards');
});

t.test('a burst of queries and transactions on one connection keeps them apart', async (t) => {
  const database = open(t, { max: 1 });
  await database.sql`create table apart (n integer)`;
  // The driver would pipeline a hundred queries, and a transaction begun as the next one would kill the process.
  const works = Array.from({ length: 303 }, (_, n) => {
    if (n % 101 !== 100) return database.sql.unsafe(`insert into apart values (${n})`).execute();
    const cancelled = database.transaction(async () => {
      throw new Error('on purpose');
    });
    return cancelled.catch((error) => t.equal(error.message, 'on purpose'));
  });
  await Promise.all(works);
  const [row] = await database.sql`select count(*)::int as n from apart`;
  t.equal(row!.n, 300);
});

t.test('a transaction that the server gave up for another is run again', async (t) => {
  const database = open(t);
  await database.sql`create table pair as select n, 0 as hits from generate_series(1, 2) n`;
  let runs = 0;
  const { promise: both_hold, resolve: meet } = Promise.withResolvers<void>();
  const touch = (first: number, second: number) =>
    database.transaction(async (tx) => {
      await tx`update pair set hits = hits + 1 where n = ${first}`;
      if (++runs === 2) meet();
      await both_hold;
      await tx`update pair set hits = hits + 1 where n = ${second}`;
      return first;
    });
  t.strictSame(await Promise.all([touch(1, 2), touch(2, 1)]), [1, 2]);
  t.ok(runs > 2, 'they did deadlock');
  t.strictSame(
    (await database.sql`select hits from pair`).map((row) => row.hits),
    [2, 2],
  );
  await t.rejects(
    database.transaction((tx) => tx`select 1 / 0`),
    { code: '22012' },
  );
});

t.test('notices arrive, also after the connection was lost', async (t) => {
  const database = open(t);
  let heard = 0;
  const listening = await database.listen('outbox', () => heard++);
  const notify = async () => {
    const before = heard;
    for (let tries = 0; heard === before && tries < 100; tries++) {
      await database.sql`select pg_notify('outbox', '')`;
      await sleep(50);
    }
    return heard > before;
  };
  t.equal(await notify(), true);
  await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'`;
  t.equal(await notify(), true);
  await listening.stop();
  heard = 0;
  await database.sql`select pg_notify('outbox', '')`;
  await sleep(100);
  t.equal(heard, 0);
});

t.test('a server that cannot be used is told in one sentence without the password', async (t) => {
  const secret = new URL(server.owner_url).password;
  const cases: [string, RegExp][] = [
    [server.owner_url.replace(secret, 'not-the-secret'), /refuses the user or the password/],
    [server.owner_url.replace(/pledgewatch$/, 'elsewhere'), /has no such database/],
    [
      'postgres://user:not-the-secret@127.0.0.1:1/x',
      /No PostgreSQL answers at 127\.0\.0\.1:1\/x \(ECONNREFUSED\): start it/,
    ],
    ['postgres://user:not-the-secret@nowhere.invalid/x', /No PostgreSQL answers at nowhere\.invalid\/x/],
  ];
  for (const [url, message] of cases) {
    const database = connect(url);
    const { error } = await timed(database.check());
    t.match(error.message, message);
    t.notMatch(error.message, /not-the-secret/);
    await database.close();
  }
  t.throws(() => connect('postgres://user:not-the-secret@[x'), /DATABASE_URL is not an address/);
  await open(t).check();
});

t.test('the mended driver survives what the original does not', async (t) => {
  const installed = dirname(fileURLToPath(import.meta.resolve('postgres')));
  const driver = join(folder, 'driver');
  await cp(dirname(installed), driver, { recursive: true });
  const file = join(driver, 'src', 'connection.js');
  const { hostname, password } = new URL(server.owner_url);
  const lose = () =>
    promisify(execFile)(
      process.execPath,
      [
        fileURLToPath(new URL('lost-connection.mjs', import.meta.url)),
        join(driver, 'src', 'index.js'),
        `${decodeURIComponent(hostname)}/.s.PGSQL.5432`,
      ],
      { env: { SECRET: password } },
    );
  const original = REPLACEMENTS.reduce(
    (text, [before, after]) => text.replace(after!, () => before!),
    await readFile(file, 'utf8'),
  );
  await writeFile(file, original);
  await t.rejects(lose(), { message: /Cannot read properties of null \(reading 'write'\)/ });
  mendPostgres(file);
  mendPostgres(file);
  const outcome = JSON.parse((await lose()).stdout);
  t.equal(outcome.transaction, 'CONNECTION_CLOSED');
  t.equal(outcome.afterReserve, 'CONNECTION_CLOSED');
  t.match(outcome.cursor, /^(CONNECTION_CLOSED|ECONNRESET|EPIPE)$/);
  t.not(outcome.login, 'pending');
  t.strictSame(new Set([...outcome.flush, ...outcome.later]), new Set(['done']));
  await writeFile(file, original.replace('nextWrite', 'otherWrite'));
  t.throws(() => mendPostgres(file), /is not the file of postgres 3\.4\.9/);
});

t.test('migrations', async (t) => {
  const database = open(t);
  const directory = await openFolder('pledgewatch-migrations-');
  t.teardown(() => rm(directory, { recursive: true }));
  const put = (name: string, text: string) => writeFile(join(directory, name), text);
  const tables = async () =>
    (await database.sql`select tablename from pg_tables where schemaname = 'public' order by 1`).map(
      (row) => row.tablename,
    );
  t.beforeEach(async () => {
    await database.sql.unsafe('drop schema public cascade; create schema public');
    await rm(directory, { recursive: true });
    await mkdir(directory);
    await put('0001_first.sql', 'create table first (n integer);\ncreate table other (n integer);');
    await put('0002_second.sql', 'select pg_sleep(0.2); insert into first values (1);');
  });

  t.test('run once, in order, whoever runs them', async (t) => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(database, directory)));
    t.strictSame(runs.flat().sort(), ['0001_first.sql', '0002_second.sql']);
    t.strictSame([...(await database.sql`select n from first`)], [{ n: 1 }]);
    t.strictSame(await migrate(database, directory), []);
    await put('0003_third.sql', 'insert into first values (3)');
    t.strictSame(await migrate(database, directory), ['0003_third.sql']);
  });

  t.test('leave a database that is ahead alone', async (t) => {
    await migrate(database, directory);
    await rm(join(directory, '0002_second.sql'));
    t.strictSame(await migrate(database, directory), []);
  });

  t.test('are not to be edited, though line ends may change', async (t) => {
    await migrate(database, directory);
    await put('0001_first.sql', 'create table first (n integer);\r\ncreate table other (n integer);');
    t.strictSame(await migrate(database, directory), []);
    await put('0001_first.sql', 'create table first (n bigint);');
    await t.rejects(migrate(database, directory), {
      message: /^Migration 0001_first\.sql is not what the database was built with/,
    });
  });

  t.test('leave nothing behind when they fail half-way', async (t) => {
    await put(
      '0003_broken.sql',
      'create table half (n integer);\ninsert into half values (1);\nselect nonsense;',
    );
    await t.rejects(migrate(database, directory), {
      message:
        /^Migration 0003_broken\.sql failed at line 3, and left nothing behind: column "nonsense" does not exist/,
    });
    t.strictSame(await tables(), ['first', 'other', 'schema_migration']);
    await put('0003_broken.sql', 'create table half (n integer);');
    t.strictSame(await migrate(database, directory), ['0003_broken.sql']);
  });

  t.test('have numbers without gap or double', async (t) => {
    await put('0004_gap.sql', 'select 1');
    await t.rejects(migrate(database, directory), {
      message: /0004_gap\.sql should be 0003_lower_case_name\.sql/,
    });
    await rm(join(directory, '0004_gap.sql'));
    await put('0002_double.sql', 'select 1');
    await t.rejects(migrate(database, directory), { message: /0002_second\.sql should be 0003_/ });
    t.strictSame(await tables(), []);
  });
});
