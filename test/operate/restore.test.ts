/**
 * Backup and point-in-time recovery as docs/operate.md describes them: a base backup, the archived write-ahead log, and a
 * server restored to moments between; what it holds, what it proves and what it sends.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pino from 'pino';
import t from 'tap';
import { deliverDue } from '../../jobs/deliver.ts';
import { mulberry32 } from '../../models/random.ts';
import { appendAudit } from '../../src/audit/log.ts';
import { chainsOf, verifyChain } from '../../src/audit/verify.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { MIGRATIONS } from '../../src/db/open.ts';
import { choosePlace, run } from '../../src/db/place.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { found, type PledgeOf, pledge, subscribe, tell } from '../bench/stage.ts';
import { MASTER_KEY, openFolder } from '../database.ts';

const SEED = Number(process.env.RESTORE_SEED ?? Date.now() % 1_000_000_000);
const BATCHES = 12;
const PLEDGES = 5;
/** Moments restored to, drawn of all. */
const RESTORES = 3;
const ARCHIVE_LIMIT_ms = 60_000;
const SETTINGS = { fsync: 'off', shared_buffers: '32MB' };

interface Arrival {
  id: string;
  body: string;
}

interface Moment {
  /** As the database's clock has it. */
  at: string;
  event_ids: string[];
}

const random = mulberry32(SEED);
const arrivals: Arrival[] = [];
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  arrivals.push({ id: String(request.headers['webhook-id']), body });
  response.end();
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
t.teardown(() => receiver.close());
const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;

async function folder(): Promise<string> {
  const made = await openFolder('pledgewatch-restore-');
  await chmod(made, 0o777);
  t.teardown(() => rm(made, { recursive: true, force: true }));
  return made;
}

const [original, archive, backup] = [await folder(), await folder(), await folder()];

/** What a backup needs of a superuser, for the login of the tests; the embedded server lets no superuser in. */
async function allowBackups(directory: string): Promise<void> {
  const place = await choosePlace(directory);
  const grants = ['pg_backup_start(text, boolean)', 'pg_backup_stop(boolean)', 'pg_switch_wal()']
    .map((name) => `grant execute on function ${name} to pledgewatch\n`)
    .join('');
  const single = ['--single', '-D', join(place.home, 'postgres'), '-c', 'fsync=off', 'pledgewatch'];
  await run(place.account, join(place.programs, 'postgres'), single, grants);
}

/** What `pg_basebackup` does, by the functions under it: the package brings no client programs. */
async function backUp({
  owner_url,
  data_directory,
}: {
  owner_url: string;
  data_directory: string;
}): Promise<void> {
  const session = connect(owner_url, { max: 1 });
  await session.transaction(async (tx) => {
    await tx`set local idle_in_transaction_session_timeout = 0`;
    await tx`select pg_backup_start('test', true)`;
    await promisify(execFile)('cp', ['-a', data_directory, join(backup, 'postgres')]);
    const [stopped] = await tx<{ labelfile: string }[]>`select labelfile from pg_backup_stop(false)`;
    await writeFile(join(backup, 'postgres', 'backup_label'), stopped!.labelfile);
  });
  await session.close();
  await rm(join(backup, 'postgres', 'postmaster.pid'));
  await rm(join(backup, 'postgres', 'pg_wal'), { recursive: true });
  await promisify(execFile)('cp', ['-p', join(original, 'password'), backup]);
}

/** Events and audit entries, delivered or not, then the moment after them. */
async function work(database: Database, pledges: readonly PledgeOf[], delivered: boolean): Promise<Moment> {
  const event_ids = await database.transaction(async (tx) => {
    const ids = await tell(tx, pledges);
    const entry = { at: new Date(), actor: 'test', action: 'pledge.appraised', detail: { ids } };
    await appendAudit(
      tx,
      pledges.map(({ id, bank_id }) => ({ ...entry, organisation_id: bank_id, subject: id })),
    );
    return ids;
  });
  if (delivered) await deliver(database);
  const [row] = await database.sql<{ at: string }[]>`select clock_timestamp()::text as at`;
  return { at: row!.at, event_ids };
}

async function deliver(database: Database): Promise<void> {
  const sender = createSender({ allowed_hosts: [host] });
  const log = pino({ level: 'silent' });
  await deliverDue({ database, vault: createVault(database, MASTER_KEY), sender, log });
  await sender.close();
}

async function archived({ sql }: Database): Promise<void> {
  const [last] = await sql<{ name: string }[]>`select pg_walfile_name(pg_switch_wal()) as name`;
  const limit_ms = performance.now() + ARCHIVE_LIMIT_ms;
  for (;;) {
    const [row] = await sql`select from pg_stat_archiver where last_archived_wal >= ${last!.name}`;
    if (row) return;
    if (performance.now() > limit_ms) throw new Error(`${last!.name} was not archived`);
    await sleep(50);
  }
}

/** As after a disaster: the base backup, the archive, and the moment wanted. */
async function restore(at: string) {
  const directory = await folder();
  await promisify(execFile)('cp', ['-a', `${backup}/.`, directory]);
  const { account } = await choosePlace(directory);
  await mkdir(join(directory, 'postgres', 'pg_wal'), { mode: 0o700 });
  await writeFile(join(directory, 'postgres', 'recovery.signal'), '');
  if (account)
    await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, join(directory, 'postgres')]);
  const server = await startEmbedded({
    directory,
    settings: {
      ...SETTINGS,
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: at,
      recovery_target_action: 'promote',
    },
  });
  const database = connect(server.owner_url);
  // The server answers, for reading alone, before it has come to the moment.
  while ((await database.sql`select where pg_is_in_recovery()`).count > 0) await sleep(50);
  return { server, database };
}

await (await startEmbedded({ directory: original, settings: SETTINGS })).stop();
await allowBackups(original);
const server = await startEmbedded({
  directory: original,
  settings: { ...SETTINGS, archive_mode: 'on', archive_command: `cp %p ${archive}/%f` },
});
const database = connect(server.owner_url);
await migrate(database, MIGRATIONS);
const bank_id = await found(database, 'bank');
const firm_id = await found(database, 'firm');
await subscribe(database, bank_id, `http://${host}/`);
const pledges = await pledge(database, { bank_id, firm_id }, PLEDGES);
const before = await work(database, pledges, true);
await backUp(server);
const moments: Moment[] = [before];
for (let n = 1; n < BATCHES; n++) moments.push(await work(database, pledges, n % 2 === 0));
await deliver(database);
const bodies = new Map(
  (await database.sql<Arrival[]>`select id, body from event`).map(({ id, body }) => [id, body]),
);
// The disaster: what is to be undone by going back before it.
await database.sql`truncate delivery, lane cascade`;
await archived(database);
await database.close();
await server.stop();

const places = moments.map((_, place) => ({ place, by: random() })).slice(1);
const chosen = places
  .sort((a, b) => a.by - b.by)
  .slice(0, RESTORES)
  .map(({ place }) => place);
for (const place of chosen) {
  const { at } = moments[place]!;
  t.test(`restored to ${at}, after batch ${place} of ${BATCHES} (seed ${SEED})`, async (t) => {
    const restored = await restore(at);
    t.teardown(async () => {
      await restored.database.close();
      await restored.server.stop();
    });
    const { sql } = restored.database;
    const known = moments.slice(0, place + 1).flatMap(({ event_ids }) => event_ids);
    const rows = await sql<{ id: string }[]>`select id from event`;
    t.same(
      new Set(rows.map(({ id }) => id)),
      new Set(known),
      'no event of before is lost, none of after is there',
    );
    let entries = 0;
    for (const organisation_id of await chainsOf(sql)) {
      const check = await verifyChain(sql, organisation_id);
      t.equal(check.broken_at, null, 'the audit chain is whole');
      entries += check.entries;
    }
    t.equal(entries, known.length, 'with an entry for each event');
    arrivals.length = 0;
    await deliver(restored.database);
    t.equal((await sql`select from delivery`).count, 0);
    t.equal(arrivals.length, place % 2 === 0 ? 0 : PLEDGES, 'what waited then is delivered');
    t.ok(
      arrivals.every(({ id, body }) => known.includes(id) && bodies.get(id) === body),
      'what is sent again has the id and the bytes of before',
    );
    const [made] = await restored.database.transaction((tx) => tell(tx, [pledges[0]!]));
    t.notOk(bodies.has(made!), 'and a new event has an id that nothing had');
  });
}
