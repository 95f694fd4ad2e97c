/** The audit chain: whatever is changed, taken out or put in behind its back is found and named. */
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { createOrganisation } from '../../src/accounts/store.ts';
import { publishHeads } from '../../src/audit/heads.ts';
import { appendAudit, entryHash } from '../../src/audit/log.ts';
import { chainsOf, verifyChain } from '../../src/audit/verify.ts';
import { createTestDatabase, openFolder } from '../database.ts';

const SEED = Number(process.env.SEED ?? 20_261_127);
t.comment(`SEED=${SEED}`);
const ENTRIES = 60;
const NOW = new Date('2026-11-01T00:00:00Z');
const { database, url } = await createTestDatabase(t);
const { sql } = database;
const { id } = await database.transaction((tx) =>
  createOrganisation(tx, { kind: 'bank', name: 'Bank', demonstration: false }, NOW),
);
await database.transaction((tx) =>
  appendAudit(
    tx,
    Array.from({ length: ENTRIES }, (_, i) => ({
      organisation_id: id,
      at: new Date(NOW.getTime() + i * 1000),
      actor: 'key',
      action: 'flag.opened',
      subject: `flg_${i}`,
      detail: { n: i, text: 'ä \u{1F600}' },
    })),
  ),
);
const whole = await sql`select * from audit_entry order by seq`;

/** What the owner of the tables could do, with the triggers off; undone after. */
async function tampered(t: Test, tamper: () => Promise<unknown>, seq: number, why: RegExp): Promise<void> {
  const [head] = await sql`select * from audit_chain where organisation_id = ${id}`;
  await sql`alter table audit_entry disable trigger user`;
  try {
    await tamper();
    const check = await verifyChain(sql, id);
    t.equal(check.broken_at, seq);
    t.match(check.why, why);
  } finally {
    await sql`delete from audit_entry where organisation_id = ${id}`;
    await sql`insert into audit_entry ${sql(whole)}`;
    await sql`update audit_chain set ${sql(head!, 'last_seq', 'last_sha256')} where organisation_id = ${id}`;
    await sql`alter table audit_entry enable trigger user`;
  }
}

t.test('a chain that nobody touched holds', async (t) => {
  t.same(await verifyChain(sql, id), { organisation_id: id, entries: ENTRIES, broken_at: null, why: null });
  t.same(await verifyChain(sql, 'org_none'), {
    organisation_id: 'org_none',
    entries: 0,
    broken_at: null,
    why: null,
  });
  t.same(await chainsOf(sql), [id]);
});

t.test('an entry that is altered, deleted or inserted anywhere is named', async (t) => {
  const altered = [
    ['actor', 'another'],
    ['action', 'flag.cleared'],
    ['subject', 'flg_x'],
    ['detail', '{"n":-1}'],
    ['at', new Date('2020-01-01T00:00:00Z')],
    ['at', sql`at + interval '3 microseconds'`],
  ] as const;
  for (const [column, value] of altered)
    await tampered(
      t,
      () => sql`update audit_entry set ${sql(column)} = ${value} where seq = 7`,
      7,
      /not what was written/,
    );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: ENTRIES - 1 }), async (seq) => {
      await tampered(t, () => sql`delete from audit_entry where seq = ${seq}`, seq, /is gone/);
      const insert = async () => {
        await sql`update audit_entry set seq = seq + 1000 where seq > ${seq}`;
        await sql`update audit_entry set seq = seq - 999 where seq > 1000`;
        const entry = { ...whole[seq]!, seq: seq + 1, detail: '{"forged":true}' } as never;
        const sha256 = entryHash(whole[seq - 1]!.sha256, entry);
        await sql`insert into audit_entry ${sql({ ...(entry as object), sha256 } as never)}`;
      };
      await tampered(t, insert, seq + 2, /does not follow/);
    }),
    { seed: SEED, numRuns: 8 },
  );
  await tampered(t, () => sql`delete from audit_entry where seq > 50`, 51, /up to 60 are gone/);
  const before_all = { ...whole[0]!, seq: 0 };
  await tampered(t, () => sql`insert into audit_entry ${sql(before_all)}`, 1, /entry 1 is gone, 0 follows/);
});

t.test('a chain that was written anew as a whole is found by a head that was published', async (t) => {
  const events = async () =>
    await sql<{ body: string }[]>`select body from event where type = 'audit.head' order by id`;
  t.same(await publishHeads(database, NOW), { published: 1 });
  t.same(await publishHeads(database, NOW), { published: 0 }, 'a head that has not moved is told once');
  const [told] = await events();
  const { seq, sha256, organisation_id } = JSON.parse(told!.body).data;
  t.equal(seq, ENTRIES);
  const head = { organisation_id, seq, sha256 };
  t.equal((await verifyChain(sql, id, [head])).broken_at, null);
  t.equal(
    (await verifyChain(sql, id, [{ ...head, seq: 61 }])).why,
    'the chain ends before the published head 61',
  );
  const rewrite = async (keep: number) => {
    let previous = whole[keep - 1]!.sha256;
    for (const row of whole.slice(keep)) {
      const entry = { ...row, actor: 'somebody else', previous_sha256: previous } as never;
      const next = entryHash(previous, entry);
      await sql`update audit_entry set ${sql({ ...(entry as object), sha256: next } as never)} where seq = ${row.seq}`;
      previous = next;
    }
    await sql`update audit_chain set last_sha256 = ${previous} where organisation_id = ${id}`;
  };
  await sql`alter table audit_entry disable trigger user`;
  await rewrite(30);
  t.equal((await verifyChain(sql, id)).broken_at, null, 'the chain alone does not tell');
  const check = await verifyChain(sql, id, [head]);
  t.match(check, { broken_at: ENTRIES, why: 'it is not what was published' });
  await sql`delete from audit_entry`;
  await sql`insert into audit_entry ${sql(whole)}`;
  await sql`update audit_chain set last_sha256 = ${whole.at(-1)!.sha256}`;
  await sql`alter table audit_entry enable trigger user`;
});

t.test(
  'the command verifies the database at hand, names what is broken, and builds a chain to be timed',
  async (t) => {
    const commandAt = (place: Record<string, string>, ...args: string[]) => {
      const env = { ...process.env, ...place };
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', 'jobs/audit-verify.ts', '--json', ...args],
        { env, encoding: 'utf8' },
      );
      return { status, stderr, report: stdout === '' ? null : JSON.parse(stdout) };
    };
    const command = (...args: string[]) => commandAt({ DATABASE_URL: url }, ...args);
    t.match(command(), { status: 0, report: { chains: 1, rows: ENTRIES, ok: true, broken: [] } });
    await sql`alter table audit_entry disable trigger user`;
    await sql`update audit_entry set actor = 'x' where seq = 9`;
    t.match(command(), { status: 1, report: { ok: false, broken: [{ organisation_id: id, broken_at: 9 }] } });
    await sql`update audit_entry set actor = 'key' where seq = 9`;
    await sql`alter table audit_entry enable trigger user`;
    t.match(command('--rows', '20000'), { status: 0, report: { chains: 1, rows: 20_000, ok: true } });
    const home = await openFolder('pledgewatch-audit-');
    const first = commandAt({ DATABASE_URL: '', PLEDGEWATCH_HOME: home });
    t.match(first, { status: 0, report: { rows: 0, ok: true } }, 'migrations speak on standard error');
    await rm(home, { recursive: true });
    t.match(command('--head', 'nonsense'), { status: 2, stderr: /is no head/ });
    t.match(command('--rows', '0'), { status: 2, stderr: /--rows/ });
  },
);
