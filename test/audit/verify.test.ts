/** The audit chain: whatever is changed, taken out or put in behind its back is found and named; its owner reads it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import fc from 'fast-check';
import pino from 'pino';
import t, { type Test } from 'tap';
import { createOrganisation, issueKey, type OrganisationKind } from '../../src/accounts/store.ts';
import { buildApp } from '../../src/app.ts';
import { publishHeads } from '../../src/audit/heads.ts';
import { appendAudit, entryHash } from '../../src/audit/log.ts';
import { chainsOf, verifyChain } from '../../src/audit/verify.ts';
import { settableClock } from '../../src/clock.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { createTestDatabase, MASTER_KEY, openFolder } from '../database.ts';
import { contractOf } from '../http/contract.ts';

const SEED = Number(process.env.SEED ?? 20_261_127);
t.comment(`SEED=${SEED}`);
const ENTRIES = 60;
const NOW = new Date('2026-11-01T00:00:00Z');
const { database, requests, url } = await createTestDatabase(t);
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
    t.match(check.why!.text, why);
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
    (await verifyChain(sql, id, [{ ...head, seq: 61 }])).why!.text,
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
  t.match(check, { broken_at: ENTRIES, why: { text: 'it is not what was published' } });
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

interface Listed {
  data: { seq: number; at: string; actor: string; action: string; subject: string; sha256: string }[];
  next_cursor: string | null;
}

const service = {
  database: requests,
  system: database,
  vault: createVault(database, MASTER_KEY),
  clock: settableClock(NOW),
  guard: createAddressGuard({ allowed_hosts: [] }),
  calendar: null,
  onNews: () => {},
};
const app = await buildApp({ service, log: pino({ level: 'silent' }), version: '0.0.0' });
t.teardown(() => app.close());
const contract = contractOf(app.swagger() as object);
const keyOf = (organisation_id: string) =>
  database.transaction((tx) => issueKey(tx, organisation_id, 'test', NOW));
async function another(kind: OrganisationKind) {
  const made = await database.transaction((tx) =>
    createOrganisation(tx, { kind, name: kind, demonstration: false }, NOW),
  );
  return { id: made.id, key: (await keyOf(made.id)).key };
}
const owner = { id, key: (await keyOf(id)).key };
const staff = await another('staff');
const get = (key: string, url: string) =>
  app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${key}` } });
async function read<Body = Listed>(key: string, url: string) {
  const { statusCode: status, headers, body } = await get(key, url);
  contract('GET', url, { status, headers, body: JSON.parse(body) });
  return { status, body: JSON.parse(body) as Body };
}

t.test('an organisation reads its own entries, page by page and filtered, and nobody else’s', async (t) => {
  const seqs = async (query: string, key = owner.key) =>
    (await read(key, `/v1/audit?limit=200&${query}`)).body.data.map(({ seq }) => seq);
  const all = Array.from({ length: ENTRIES }, (_, i) => i + 1);
  t.same(await seqs(''), all);
  const paged: number[] = [];
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const { body }: { body: Listed } = await read(owner.key, `/v1/audit?limit=7&cursor=${cursor}`);
    paged.push(...body.data.map(({ seq }) => seq));
    cursor = body.next_cursor;
  }
  t.same(paged, all);
  const { data } = (await read(owner.key, '/v1/audit?limit=1')).body;
  t.same(data, [
    {
      ...{ seq: 1, at: NOW.toISOString(), actor: 'key', action: 'flag.opened', subject: 'flg_0' },
      detail: { n: 0, text: 'ä \u{1F600}' },
      sha256: whole[0]!.sha256.toString('hex'),
    },
  ]);
  t.same(await seqs('subject=flg_9'), [10]);
  t.same(await seqs('action=flag.cleared'), []);
  t.same(await seqs('actor=key&action=flag.opened'), all);
  const at = (i: number) => new Date(NOW.getTime() + i * 1000).toISOString();
  t.same(await seqs(`from=${at(10)}&to=${at(12)}`), [11, 12], 'to is not included');
  t.same(await seqs('', staff.key), [], 'staff too have only their own');
  t.equal((await read(owner.key, '/v1/audit?cursor=x')).status, 400);
  t.equal((await read(owner.key, '/v1/audit?from=yesterday')).status, 400);
  t.equal((await app.inject('/v1/audit')).statusCode, 401);
});

/** Of an export, written down a second time; the chain it is of is not asked. */
function headOf(text: string, head = Buffer.alloc(32)): string {
  for (const line of text.split('\n').slice(0, -1)) {
    const { entry, sha256 } = JSON.parse(line);
    head = createHash('sha256').update(head).update(entry).digest();
    if (head.toString('hex') !== sha256) throw new Error(`broken at ${JSON.parse(entry).seq}`);
  }
  return head.toString('hex');
}

t.test('an export is verified without the service, by the lines in the manual too', async (t) => {
  const exported = await get(owner.key, '/v1/audit/export');
  t.equal(exported.statusCode, 200);
  t.match(exported.headers['content-type'], /^application\/x-ndjson/);
  const text = exported.body;
  const head = whole.at(-1)!.sha256.toString('hex');
  t.equal(headOf(text), head);
  const lines = text.split('\n').slice(0, -1);
  t.same(
    lines.map((line) => JSON.parse(JSON.parse(line).entry).seq),
    whole.map(({ seq }) => seq),
  );
  const manual = await readFile(new URL('../../docs/operate.md', import.meta.url), 'utf8');
  const code = /```js\n(.*?)```/s.exec(manual)![1]!;
  const verified = (input: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', code], { input, encoding: 'utf8' });
  t.match(verified(text), { status: 0, stdout: `${head}\n` });

  const changed = [
    text.replace('flg_20', 'flg_21'),
    [...lines.slice(0, 29), ...lines.slice(30), ''].join('\n'),
    [...lines.slice(0, 29), lines[28], ...lines.slice(29), ''].join('\n'),
    [lines[1], lines[0], ...lines.slice(2), ''].join('\n'),
  ];
  for (const tampered of changed) t.throws(() => headOf(tampered), /broken at/);
  t.match(verified(changed[0]!), { status: 1, stderr: /broken at/ });
  t.not(headOf(`${lines.slice(0, -1).join('\n')}\n`), head, 'one cut short has another head');

  const rest = await get(owner.key, '/v1/audit/export?after=40');
  t.equal(headOf(rest.body, whole[39]!.sha256), head, 'an earlier export is gone on from');
  t.equal((await get(staff.key, '/v1/audit/export')).body, '', 'an empty chain has no lines');
});

t.test('an export of many steps is whole, though entries are appended meanwhile', async (t) => {
  const { id: busy, key } = await another('firm');
  const append = (count: number) =>
    database.transaction((tx) =>
      appendAudit(
        tx,
        Array.from({ length: count }, (_, n) => ({
          ...{ organisation_id: busy, at: NOW, actor: 'key', action: 'busy', subject: 'x', detail: { n } },
        })),
      ),
    );
  await append(2500);
  const [exported] = await Promise.all([get(key, '/v1/audit/export'), append(10), append(10)]);
  headOf(exported.body);
  t.ok(exported.body.split('\n').length > 2500);
});

t.test('published heads are listed for their owner, and the chain passes through each', async (t) => {
  const heads = async (key: string) =>
    (await read<{ data: { seq: number; sha256: string }[] }>(key, '/v1/audit/heads')).body.data;
  const own = await heads(owner.key);
  t.same(
    own.map(({ seq }) => seq),
    [ENTRIES],
  );
  t.equal(own[0]!.sha256, headOf((await get(owner.key, '/v1/audit/export')).body));
  t.same(await heads(staff.key), []);
});
