/** Whose transactions and statements those of a request are, and how one statement gets a transaction to itself. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createOrganisation } from '../../src/accounts/store.ts';
import { connect, type Database, isDatabaseAway } from '../../src/db/client.ts';
import {
  APP_ROLE,
  acrossTenants,
  actFor,
  type Tenant,
  tenantDatabase,
  WORKER_ROLE,
} from '../../src/db/tenancy.ts';
import { createTestDatabase } from '../database.ts';

const { database, requests, url, owner_url } = await createTestDatabase(t);
/** Who may do everything. */
const owning = connect(owner_url, { max: 2 });
t.teardown(() => owning.close());
const { sql: owner } = owning;
const found = (kind: 'bank' | 'firm', name: string) =>
  database.transaction((tx) =>
    createOrganisation(tx, { kind, name, demonstration: false }, new Date('2009-06-01T01:00:00Z')),
  );
const bank = await found('bank', 'Bank');
const firm = await found('firm', 'Firm');
const acting = ({ id, kind }: { id: string; kind: Tenant['kind'] }) => ({ organisation_id: id, kind });
const SAID = `select current_setting('app.organisation_id', true) as id, current_setting('app.kind', true) as kind,
  current_user::text as role`;
const whose = async (sql: Pick<Database['sql'], 'unsafe'>) => ({ ...(await sql.unsafe(SAID))[0] });
const as_bank = { id: bank.id, kind: 'bank', role: APP_ROLE };

/** As requests have it, with so many connections. */
function few(t: { teardown(done: () => Promise<void>): unknown }, max: number): Database {
  const pool = connect(url, { role: APP_ROLE, max });
  t.teardown(() => pool.close());
  return tenantDatabase(pool);
}

/** The database behind a port; after `holdBack(word)` no answer passes until the word was sent to it. */
async function relay(t: { teardown(done: () => void): unknown }) {
  const { username, password, hostname, port, pathname } = new URL(url);
  const folder = decodeURIComponent(hostname);
  let awaited: string | null = null;
  const held: (() => void)[] = [];
  const server = createServer((client) => {
    const database = folder.startsWith('/')
      ? createConnection(`${folder}/.s.PGSQL.${port || 5432}`)
      : createConnection(Number(port || 5432), hostname);
    client.on('error', () => database.destroy()).on('close', () => database.destroy());
    database.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('data', (sent) => {
      database.write(sent);
      if (awaited === null || !sent.includes(awaited)) return;
      awaited = null;
      for (const pass of held.splice(0)) pass();
    });
    database.on('data', (answer) => {
      if (awaited === null) client.write(answer);
      else held.push(() => client.write(answer));
    });
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  const holdBack = (word: string) => {
    awaited = word;
  };
  return { through: `postgres://${username}:${password}@127.0.0.1:${own}${pathname}`, holdBack };
}

t.test('a transaction carries who acts, and no word that is more than an id', async (t) => {
  const actor = (more: object) =>
    actFor({ ...acting(bank), ...more }, () =>
      requests.transaction(async (tx) => {
        const [row] = await tx<{ actor: string }[]>`select current_setting('app.actor', true) as actor`;
        return row!.actor;
      }),
    );
  t.equal(await actor({ person_id: 'psn_1' }), 'psn_1');
  t.equal(await actor({}), '');
  for (const id of ["x' or 'x", "'x", "x'", 'x;y', 'x y', 'x\ny'])
    for (const field of ['organisation_id', 'kind', 'person_id'])
      await t.rejects(async () => actor({ [field]: id }), { message: 'a tenant has no such id or kind' });
});

t.test(
  'a request acts for its own organisation, in each transaction and each single statement',
  async (t) => {
    t.same(await actFor(acting(bank), () => whose(requests.sql)), as_bank);
    t.same(await actFor(acting(bank), () => requests.transaction((tx) => whose(tx))), as_bank);
    t.same(await whose(requests.sql), { id: '', kind: '', role: APP_ROLE }, 'nobody without one');
    const names = await actFor(
      acting(bank),
      async () => await requests.sql<{ name: string }[]>`select name from organisation`,
    );
    t.ok(names.some(({ name }) => name === 'Bank'));
    const nested = actFor(acting(bank), () => actFor(acting(firm), () => whose(requests.sql)));
    t.match(await nested, { id: firm.id, kind: 'firm' });
    const list = await actFor(
      acting(bank),
      async () => await requests.sql`select ${requests.sql(['name'])} from organisation`,
    );
    t.ok(list.length > 0, 'names of columns are told apart from statements');
    await t.rejects(
      actFor(acting(bank), () => requests.sql`select 1 / 0`),
      { code: '22012' },
    );
    t.same(requests.sql.json({ a: 1 }).value, { a: 1 }, 'what is no statement is the pool’s own');
    await owner.unsafe(`create sequence drawn; grant usage on sequence drawn to ${APP_ROLE}`);
    const query = requests.sql`select nextval('drawn')::int as number`;
    const drawn = async () => ({ ...(await owner`select is_called, last_value::int from drawn`)[0] });
    t.same(await drawn(), { is_called: false, last_value: 1 }, 'a statement is sent when it is awaited');
    t.same(await Promise.all([query, query]), [[{ number: 1 }], [{ number: 1 }]]);
    t.same(await drawn(), { is_called: true, last_value: 1 }, 'and once, however often it is');

    const single = connect(url, { role: APP_ROLE, max: 1 });
    t.teardown(() => single.close());
    const tenants = tenantDatabase(single);
    t.match(await actFor(acting(bank), () => whose(tenants.sql)), as_bank);
    t.match(await whose(single.sql), { id: '' }, 'the tenant ends with its transaction');
  },
);

t.test(
  'a transaction reaches over to other organisations as often as it is told to, and no longer',
  async (t) => {
    const tenants = few(t, 1);
    const roles = async (database: Database) =>
      database.transaction(async (tx) => {
        const role = async () => (await whose(tx)).role;
        const across = await acrossTenants(tx, async () => {
          const before = await role();
          const within = await acrossTenants(tx, role);
          return [before, within, await role()];
        });
        return [...across, await role(), await acrossTenants(tx, role), await role()];
      });
    const over = [WORKER_ROLE, WORKER_ROLE, WORKER_ROLE];
    t.same(await actFor(acting(bank), () => roles(tenants)), [...over, APP_ROLE, WORKER_ROLE, APP_ROLE]);
    t.match(await whose(tenants.sql), { id: '', role: APP_ROLE }, 'it ends with its transaction');
    const jobs = await roles(database);
    t.equal(new Set(jobs).size, 1, 'a job stays what it is');
    await t.rejects(
      actFor(acting(bank), () =>
        tenants.transaction((tx) => acrossTenants(tx, () => Promise.reject(new Error('inside')))),
      ),
      /inside/,
    );
  },
);

t.test('a single statement of a tenant that the server gave up for another is run again', async (t) => {
  const { sql } = few(t, 1);
  await owner.unsafe(`create sequence tries; grant usage on sequence tries to ${APP_ROLE};
    create function unlucky(code text) returns bigint language plpgsql as $$
    begin
      if nextval('tries') % 2 = 1 then raise exception 'given up' using errcode = code; end if;
      return currval('tries');
    end $$`);
  const tries = (made: () => PromiseLike<readonly unknown[]>) =>
    actFor(acting(bank), async () => ({ ...((await made())[0] as object) }));
  const asked = `select unlucky($1)::int as tries, current_setting('app.organisation_id') as tenant`;
  for (const [code, ran] of [
    ['40001', 2],
    ['40P01', 4],
  ] as const) {
    const again = await tries(
      () => sql`select unlucky(${code})::int as tries, current_setting('app.organisation_id') as tenant`,
    );
    t.strictSame(again, { tries: ran, tenant: bank.id }, `${code}: once more, for the same tenant`);
  }
  t.strictSame(await tries(() => sql.unsafe(asked, ['40001'])), { tries: 6, tenant: bank.id });
  await t.rejects(
    tries(() => sql`select unlucky('22012')`),
    { code: '22012' },
    'what is its own fault is not',
  );
  const [{ last_value }] = (await owner`select last_value::int from tries`) as unknown as [
    { last_value: number },
  ];
  t.equal(last_value, 7, 'nor is it tried twice');
});

t.test('a single statement whose plan has grown old is run again, for the same tenant', async (t) => {
  const { sql } = few(t, 1);
  await owner.unsafe(`create table grown as select 1 as n; grant select on grown to ${APP_ROLE}`);
  const rows = () =>
    actFor(acting(bank), async () =>
      (
        await sql`select *, current_setting('app.organisation_id', true) as tenant from grown where n = ${1}`
      ).map((row) => ({ ...row })),
    );
  t.strictSame(await rows(), [{ n: 1, tenant: bank.id }]);
  await owner`alter table grown add column word text default 'new'`;
  t.strictSame(await rows(), [{ n: 1, word: 'new', tenant: bank.id }]);
  t.strictSame(await rows(), [{ n: 1, word: 'new', tenant: bank.id }]);
});

t.test('a single statement whose connection is lost fails at once, and the next has another', async (t) => {
  const { sql } = few(t, 1);
  // A login may end its own connections.
  const { sql: beside, close } = connect(url, { max: 1 });
  t.teardown(() => close());
  for (const value of ['a plain one', sql.json('made of it')]) {
    const asleep = actFor(
      acting(bank),
      async () => await sql`select pg_sleep(20), ${value}::text, 'lost' as word`,
    );
    const lost = asleep.then(
      () => null,
      (error: Error) => error,
    );
    const cut = async () => {
      const { count } = await beside`select pg_terminate_backend(pid) from pg_stat_activity
        where state = 'active' and query like '%''lost'' as word' and pid <> pg_backend_pid()`;
      return count > 0;
    };
    while (!(await cut())) await sleep(20);
    t.ok(isDatabaseAway(await lost));
    t.match(await actFor(acting(bank), () => whose(sql)), as_bank);
  }
});

t.test('a single statement goes out whole: nothing of it waits for an answer', async (t) => {
  const { through, holdBack } = await relay(t);
  const pool = connect(through, { role: APP_ROLE, max: 1, deadline_ms: 3_000 });
  t.teardown(() => pool.close());
  const { sql } = tenantDatabase(pool);
  const statements: [string, () => PromiseLike<readonly unknown[]>][] = [
    ['text', () => sql`select ${'word'}::text as value`],
    ['a number', () => sql`select ${1}::integer as value`],
    ['truth', () => sql`select ${true}::boolean as value`],
    ['nothing', () => sql`select ${null}::text as value`],
    ['an instant', () => sql`select ${new Date(0)}::timestamptz as value`],
    ['a list', () => sql`select ${['a', 'b']}::text[] as value`],
    ['a part', () => sql`select ${sql`${1}::integer`} as value`],
    ['no value', () => sql`select 1 as value`],
  ];
  for (const [name, make] of statements) {
    const rows = () => actFor(acting(bank), async () => [...(await make())]);
    const known = await rows();
    holdBack('commit');
    t.strictSame(await rows(), known, name);
  }
});

t.test(
  'a single statement that cannot be sent, or is refused, leaves its connection to the next',
  async (t) => {
    const { sql } = few(t, 1);
    const asking = (make: () => Promise<unknown>) => actFor(acting(bank), async () => await make());
    const nothing = undefined as never;
    const unsendable: [() => Promise<unknown>, RegExp][] = [
      [() => sql`select ${nothing}`, /Undefined values/],
      [() => sql`select ${1}::integer, ${nothing}`, /Undefined values/],
      [() => sql`select ${['a', nothing]}::text[]`, /Undefined values/],
      [() => sql`select ${sql`${nothing}::text`}`, /Undefined values/],
      [() => sql`select ${sql`${1}::integer, ${nothing}::text`}`, /Undefined values/],
      [() => sql`select ${'no day'}::timestamptz`, /invalid input syntax/],
      [() => sql`select ${new Date(Number.NaN)}::timestamptz`, /invalid input syntax/],
      [() => sql`select ${'word'}::integer`, /invalid input syntax/],
    ];
    for (const round of ['at first', 'when it is prepared'])
      for (const [make, reason] of unsendable) {
        await t.rejects(asking(make), { message: reason }, round);
        const rows = (await asking(() => sql`select current_setting('app.organisation_id') as id`)) as {
          id: string;
        }[];
        t.equal(rows[0]!.id, bank.id);
      }
  },
);
