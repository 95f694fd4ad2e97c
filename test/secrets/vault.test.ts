/** Secrets at rest by themselves: sealing, keys and what is done with them at start, with nothing but a database. */
import { createHash, createHmac, hkdfSync, webcrypto } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { createOrganisation } from '../../src/accounts/store.ts';
import { loadConfig } from '../../src/config.ts';
import { beginSecrets } from '../../src/secrets/begin.ts';
import { SEALED_COLUMNS } from '../../src/secrets/columns.ts';
import { openHeaders, sealHeaders } from '../../src/secrets/headers.ts';
import { MASTER_KEY_FILE, masterKeyOf } from '../../src/secrets/master-key.ts';
import { reseal } from '../../src/secrets/reseal.ts';
import { rewrap } from '../../src/secrets/rewrap-keys.ts';
import { openBytes, SealedTextError, sealBytes } from '../../src/secrets/seal.ts';
import { createVault, masterIdOf, newMasterKey } from '../../src/secrets/vault.ts';
import { endpointPlace, headersPlace } from '../../src/webhooks/sealed.ts';
import { newKeyPair, newSecret, parsePrivateKey, signature } from '../../src/webhooks/sign.ts';
import {
  jwkOf,
  publicKeys,
  rotateSigningKey,
  signingKeyPlace,
  signingKeys,
} from '../../src/webhooks/signing-keys.ts';
import { createTestDatabase, MASTER_KEY, openFolder } from '../database.ts';
import { runProgram } from '../program.ts';

const RUNS = 200;
const DOES_NOT_OPEN = { message: /^What is sealed as .* does not open: / };

const { database, requests } = await createTestDatabase(t);
const { sql } = database;
const vault = createVault(database, MASTER_KEY);

const base64 = (key: Buffer) => key.toString('base64');

t.test('whatever a text is, it opens for its owner and place alone, and with no letter changed', async () => {
  const owner = fc.constantFrom('org_a', 'org_b', 'installation', 'org_a","x');
  const place = fc.oneof(fc.constantFrom('endpoint/1', 'endpoint/1/headers', 'endpoint/2'), fc.string());
  const opens = (...given: Parameters<typeof vault.open>) =>
    vault.open(...given).then(
      () => true,
      (error) => {
        if (error instanceof SealedTextError) return false;
        throw error;
      },
    );
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ';
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      owner,
      place,
      owner,
      place,
      fc.nat(),
      fc.constantFrom(...LETTERS),
      async (text, owner, place, other_owner, other_place, at, letter) => {
        const sealed = await vault.seal(owner, place, text);
        const position = at % sealed.length;
        const changed = sealed.slice(0, position) + letter + sealed.slice(position + 1);
        return (
          (await vault.open(owner, place, sealed)) === text &&
          sealed !== (await vault.seal(owner, place, text)) &&
          (await opens(other_owner, place, sealed)) === (other_owner === owner) &&
          (await opens(owner, other_place, sealed)) === (other_place === place) &&
          (await opens(owner, place, changed)) === (changed === sealed) &&
          !(await opens(owner, place, sealed.slice(0, position))) &&
          !(await opens(owner, place, `${sealed}A`))
        );
      },
    ),
    { numRuns: RUNS },
  );
});

t.test('a sealed text is AES-256-GCM, as another implementation opens it from the key in hand', async (t) => {
  const open = async (key: Uint8Array, about: unknown, sealed: string) => {
    const bytes = Buffer.from(sealed, 'base64url');
    const imported = await webcrypto.subtle.importKey(
      'raw',
      key as Uint8Array<ArrayBuffer>,
      'AES-GCM',
      false,
      ['decrypt'],
    );
    const additionalData = Buffer.from(JSON.stringify(about));
    const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData, tagLength: 128 };
    return Buffer.from(await webcrypto.subtle.decrypt(algorithm, imported, bytes.subarray(12)));
  };
  const sealed = await vault.seal('org_pinned', 'endpoint/whe_1', 'whsec_text');
  const [, version, bytes] = /^pw1\.(\d+)\.([A-Za-z0-9_-]+)$/.exec(sealed)!;
  const [row] = await sql`select version, wrapped, master_id from data_key where owner = 'org_pinned'`;
  t.equal(row!.version, Number(version));
  t.equal(row!.master_id, createHash('sha256').update(MASTER_KEY).digest().subarray(0, 8).toString('hex'));
  const data_key = await open(MASTER_KEY, ['data_key', 'org_pinned', 1], row!.wrapped);
  t.equal(data_key.length, 32);
  t.equal(String(await open(data_key, ['org_pinned', 'endpoint/whe_1', 1], bytes!)), 'whsec_text');
});

t.test('processes that seal for an owner at once share one data key', async (t) => {
  const vaults = Array.from({ length: 6 }, () => createVault(database, MASTER_KEY));
  for (let round = 0; round < 10; round++) {
    const owner = `org_race_${round}`;
    const sealed = await Promise.all(vaults.map((each, n) => each.seal(owner, 'place', `text ${n}`)));
    t.equal((await sql`select from data_key where owner = ${owner}`).count, 1);
    for (const [n, text] of sealed.entries())
      t.equal(await vaults[(n + 1) % 6]!.open(owner, 'place', text), `text ${n}`);
  }
});

t.test('a request has no way to the data keys', async (t) => {
  for (const statement of [
    'select from data_key',
    "update data_key set wrapped = ''",
    'delete from data_key',
  ])
    await t.rejects(requests.sql.unsafe(statement), { code: '42501' }, statement);
});

t.test(
  're-wrapping puts a new master key in the place of the old, and touches nothing that is sealed',
  async (t) => {
    const own = await createTestDatabase(t);
    const [old, next, stranger] = [newMasterKey(), newMasterKey(), newMasterKey()];
    const before = createVault(own.database, old);
    const owners = ['org_1', 'org_2', 'installation'];
    const sealed = await Promise.all(owners.map((owner) => before.seal(owner, 'place', `of ${owner}`)));
    const keys = () => own.database.sql`select * from data_key order by owner`;
    const first = await keys();
    const rewrap = (MASTER_KEY: Buffer, PREVIOUS_MASTER_KEY: Buffer, ...args: string[]) =>
      runProgram('src/secrets/rewrap.ts', args, {
        DATABASE_URL: own.url,
        MASTER_KEY: base64(MASTER_KEY),
        PREVIOUS_MASTER_KEY: base64(PREVIOUS_MASTER_KEY),
      });
    t.match(await rewrap(next, stranger), {
      code: 1,
      told: /PREVIOUS_MASTER_KEY is [^\n]*Nothing was changed\.\n$/,
    });
    t.same(await keys(), first);
    const done = await rewrap(next, old, '--json');
    t.same(JSON.parse(done.told), { rewrapped: 3, from: masterIdOf(old), to: masterIdOf(next) });
    t.match(
      await rewrap(next, old),
      { code: 0, told: /^0 data keys re-wrapped/ },
      'again it has nothing to do',
    );
    for (const [n, row] of (await keys()).entries()) {
      t.not(row.wrapped, first[n]!.wrapped);
      t.equal(row.master_id, masterIdOf(next));
    }
    const after = createVault(own.database, next);
    for (const [n, owner] of owners.entries())
      t.equal(await after.open(owner, 'place', sealed[n]!), `of ${owner}`);
    await t.rejects(createVault(own.database, old).open('org_1', 'place', sealed[0]!), DOES_NOT_OPEN);
    await beginSecrets(own.database, next, after);
    await t.rejects(beginSecrets(own.database, old, createVault(own.database, old)), {
      message: /are sealed under the master key/,
    });
    t.match(await runProgram('src/secrets/rewrap.ts', [], { DATABASE_URL: own.url }), {
      code: 1,
      told: /are both needed/,
    });
    t.match(await runProgram('src/secrets/rewrap.ts', ['--help'], {}), {
      code: 0,
      told: /^npm run secrets:rewrap/,
    });
  },
);

t.test(
  'with the embedded database the master key is a file that only we can read, and is not replaced',
  async (t) => {
    const own = await createTestDatabase(t);
    const home = await openFolder('pledgewatch-home-');
    t.teardown(() => rm(home, { recursive: true, force: true }));
    const config = loadConfig({ PLEDGEWATCH_HOME: path.join(home, 'new') });
    const file = path.join(config.home, MASTER_KEY_FILE);
    const key = await masterKeyOf(config, own.database);
    t.equal((await stat(file)).mode & 0o777, 0o600);
    t.equal((await readFile(file, 'utf8')).trim(), base64(key));
    t.same(await masterKeyOf(config, own.database), key, 'the next start has the same');
    const set = newMasterKey();
    const with_setting = loadConfig({ PLEDGEWATCH_HOME: config.home, MASTER_KEY: base64(set) });
    t.same(await masterKeyOf(with_setting, own.database), set, 'a setting goes before it');
    await writeFile(file, 'cut off');
    await t.rejects(masterKeyOf(config, own.database), { message: /does not hold a master key.*put back/ });
    await createVault(own.database, key).seal('org_1', 'place', 'text');
    await rm(file);
    await t.rejects(masterKeyOf(config, own.database), { message: /is missing.*put it back/ });
    await t.rejects(stat(file), { code: 'ENOENT' });
  },
);

t.test('a master key that is none is refused without being repeated', async (t) => {
  const key = base64(newMasterKey());
  for (const name of ['MASTER_KEY', 'PREVIOUS_MASTER_KEY'])
    for (const value of [key.slice(0, 40), `${key}A`, `${key.slice(0, 42)}B=`, `${key}\n`, 'canary'])
      t.throws(() => loadConfig({ [name]: value }), {
        message: `Environment variable ${name}: its value does not fit; it must be 32 random bytes in base64, as "openssl rand -base64 32" prints them: ${
          name === 'MASTER_KEY'
            ? 'the key that the secrets in the database are sealed under'
            : 'the one before, for npm run secrets:rewrap alone'
        }.`,
      });
});

t.test(
  'of equal texts no two are sealed alike, an empty one opens, and one cut to nothing does not',
  async (t) => {
    const key = newMasterKey();
    const about = ['data_key', 'org_1', 7];
    const sealed = sealBytes(key, about, Buffer.from('text'));
    t.not(sealBytes(key, about, Buffer.from('text')), sealed);
    t.equal(String(openBytes(key, about, sealed)), 'text');
    t.same(openBytes(key, about, sealBytes(key, about, Buffer.alloc(0))), Buffer.alloc(0));
    const spoilt = [
      ...['', 'AAAA', Buffer.alloc(27).toString('base64url'), Buffer.alloc(28).toString('base64url')],
      ...[`${sealed}=`, ` ${sealed}`, sealed.slice(4)],
    ];
    for (const text of spoilt)
      try {
        openBytes(key, about, text);
        t.fail(`opened: ${text}`);
      } catch (error) {
        t.ok(error instanceof SealedTextError, text);
        t.match(
          (error as Error).message,
          /^What is sealed as data_key, org_1, 7 does not open: it was changed/,
        );
      }
    t.throws(() => openBytes(newMasterKey(), about, sealed), DOES_NOT_OPEN);
    t.throws(() => openBytes(key, ['data_key', 'org_1,7'], sealed), DOES_NOT_OPEN);
  },
);

t.test(
  'the newest data key seals, older ones open, and to open the database is asked for each once',
  async (t) => {
    const owner = 'org_versions';
    const [first, early] = [createVault(database, MASTER_KEY), createVault(database, MASTER_KEY)];
    await t.rejects(early.open(owner, 'place', 'pw1.1.AAAA'), DOES_NOT_OPEN, 'there is no key yet');
    const one = await first.seal(owner, 'place', 'text');
    t.match(one, /^pw1\.1\.[\w-]+$/);
    t.equal(await early.open(owner, 'place', one), 'text', 'and then there is');
    const [row] = await sql`select * from data_key where owner = ${owner}`;
    t.match(row, { version: 1, master_id: masterIdOf(MASTER_KEY) });
    const key = newMasterKey();
    const wrapped = sealBytes(MASTER_KEY, ['data_key', owner, 2], key);
    await sql`insert into data_key ${sql({ owner, version: 2, wrapped, master_id: masterIdOf(MASTER_KEY) })}`;
    const later = createVault(database, MASTER_KEY);
    const two = await later.seal(owner, 'place', 'text');
    t.match(two, /^pw1\.2\./);
    t.equal(String(openBytes(key, [owner, 'place', 2], two.slice('pw1.2.'.length))), 'text');
    t.equal(await later.open(owner, 'place', one), 'text');
    t.equal(await first.open(owner, 'place', two), 'text', 'one that was made since');
    for (const text of [
      ...[
        one.replace('pw1', 'pw2'),
        one.replace('pw1.', 'pw1'),
        one.replace('.1.', '.01.'),
        ` ${one}`,
        `${one} `,
      ],
      ...[
        one.replace('.1.', '.2.'),
        one.replace('.1.', '.3.'),
        one.replace('.1.', '.0.'),
        one.replace('.1.', '..'),
      ],
      ...['', 'pw1.1.', 'whsec_text', one.replace('.1.', '.1000000000.'), one.replace('.1.', '.x.')],
    ])
      await t.rejects(later.open(owner, 'place', text), { name: 'Error', ...DOES_NOT_OPEN }, text);
    await sql`update data_key set wrapped = 'lost' where owner = ${owner}`;
    t.equal(await later.open(owner, 'place', two), 'text', 'what is known is not asked again');
    await t.rejects(later.seal(owner, 'place', 'text'), DOES_NOT_OPEN, 'but whether there is a newer one is');
    t.equal(await first.open(owner, 'place', one), 'text');
    await t.rejects(createVault(database, MASTER_KEY).open(owner, 'place', one), DOES_NOT_OPEN);
  },
);

t.test('own headers are sealed for their owner and place, and none are nothing', async (t) => {
  t.equal(endpointPlace('whe_1'), 'endpoint/whe_1');
  const [one, two] = [headersPlace('whe_1'), headersPlace('whe_2')];
  t.equal(one, 'endpoint/whe_1/headers');
  t.equal(await sealHeaders(vault, 'org_headers', one, {}), null);
  t.same(await openHeaders(vault, 'org_headers', one, null), {});
  const sealed = await sealHeaders(vault, 'org_headers', one, { 'x-own': 'value' });
  t.match(sealed, /^pw1\./);
  t.same(await openHeaders(vault, 'org_headers', one, sealed), { 'x-own': 'value' });
  await t.rejects(openHeaders(vault, 'org_headers', two, sealed), DOES_NOT_OPEN);
  await t.rejects(openHeaders(vault, 'org_other', one, sealed), DOES_NOT_OPEN);
});

t.test(
  'signing keys are made once, named by their thumbprint, and sign on for a day after a rotation',
  async (t) => {
    // RFC 8037, appendix A.
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    t.same(jwkOf(`whpk_${Buffer.from(x, 'base64url').toString('base64')}`), {
      ...{ kty: 'OKP', crv: 'Ed25519', use: 'sig', x, kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k' },
    });
    t.equal(signingKeyPlace('kid'), 'signing_key/kid');
    const own = await createTestDatabase(t);
    const [keys, box] = [own.database.sql, createVault(own.database, MASTER_KEY)];
    const rotate = () => own.database.transaction((tx) => rotateSigningKey(tx, box));
    const firsts = await Promise.all(Array.from({ length: 4 }, () => publicKeys(keys, box)));
    t.equal(new Set(firsts.flat()).size, 1, 'whoever asks at once gets one');
    const [first] = await signingKeys(keys, box);
    t.same(firsts[0], [first!.public_key]);
    t.equal(first!.id, jwkOf(first!.public_key).kid);
    t.match(signature('a', 1, '{}', first!.private_key), /^v1a,/);
    t.equal(parsePrivateKey(first!.private_key).asymmetricKeyType, 'ed25519');
    const [row] = await keys`select * from signing_key`;
    t.match(row, { private_key: /^pw1\./, signs_until: null });
    t.equal(await box.open('installation', `signing_key/${first!.id}`, row!.private_key), first!.private_key);
    const second = await rotate();
    t.match(await signingKeys(keys, box), [{ id: second.id, public_key: second.public_key }, first!]);
    t.same(await publicKeys(keys, box), [second.public_key, first!.public_key]);
    const [overlap] = await keys`select extract(epoch from signs_until - now()) / 3600 as hours, id
    from signing_key where signs_until is not null`;
    t.equal(overlap!.id, first!.id);
    t.ok(Number(overlap!.hours) > 23.9 && Number(overlap!.hours) <= 24);
    await keys`update signing_key set signs_until = now() where id = ${first!.id}`;
    t.same(await publicKeys(keys, box), [second.public_key]);
    await rotate();
    const [ended] = await keys`select signs_until <= now() as ended from signing_key where id = ${first!.id}`;
    t.equal(ended!.ended, true, 'what has ended is not brought back');
  },
);

t.test(
  'whatever a version before left in clear is sealed at start, and nothing else is touched',
  async (t) => {
    const own = await createTestDatabase(t);
    const { sql } = own.database;
    const box = createVault(own.database, MASTER_KEY);
    const now = new Date('2009-06-01T01:00:00Z');
    const bank = await own.database.transaction((tx) =>
      createOrganisation(tx, { kind: 'bank', name: 'Bank', demonstration: false }, now),
    );
    const [secret, previous] = [newSecret(), newSecret()];
    const sealedFor = (place: string, text: string) => box.seal(bank.id, place, text);
    const rows = {
      all: { secret, previous_secret: previous, headers: '{"x-own":"value"}' },
      bare: { secret, previous_secret: null, headers: null },
      previous: {
        secret: await sealedFor('endpoint/previous', secret),
        ...{ previous_secret: previous, headers: null },
      },
      headers: {
        secret: await sealedFor('endpoint/headers', secret),
        previous_secret: await sealedFor('endpoint/headers', previous),
        headers: '{"x-own":"value"}',
      },
      sealed: { secret: await sealedFor('endpoint/sealed', secret), previous_secret: null, headers: null },
    };
    for (const [id, row] of Object.entries(rows))
      await sql`insert into endpoint ${sql({
        ...{ id, organisation_id: bank.id, url: 'https://bank.example/', description: '', event_types: [] },
        ...{ state: 'enabled', created_at: now, payload_version: '2026-11-22', header_names: [], ...row },
      })}`;
    const pair = newKeyPair();
    await sql`insert into signing_key ${sql({ id: 'kid', ...pair })}`;
    const request_sha256 = Buffer.alloc(32);
    const answers = {
      secret: `{"id":"whe_1","secret":"${secret}"}`,
      plain: '{"id":"whe_1","secret":"none"}',
    };
    for (const [key, body] of Object.entries(answers))
      await sql`insert into idempotency_key ${sql({ organisation_id: bank.id, key, request_sha256, body })}`;
    await beginSecrets(own.database, MASTER_KEY, box);
    const after = new Map(
      (await sql`select * from endpoint`).map((row) => [row.id as keyof typeof rows, row]),
    );
    const opened = async (place: string, text: string | null) =>
      text && (await box.open(bank.id, place, text));
    for (const [id, row] of Object.entries(rows)) {
      const found = after.get(id as keyof typeof rows)!;
      t.equal(await opened(`endpoint/${id}`, found.secret), secret, id);
      t.equal(await opened(`endpoint/${id}`, found.previous_secret), row.previous_secret && previous, id);
      t.equal(await opened(`endpoint/${id}/headers`, found.headers), row.headers, id);
      for (const column of ['secret', 'previous_secret', 'headers'] as const)
        if (row[column]?.startsWith('pw1.'))
          t.equal(found[column], row[column], `${id}: ${column} was sealed`);
    }
    t.match(await signingKeys(sql, box), [{ id: 'kid', ...pair }]);
    const [key] = await sql`select private_key from signing_key`;
    t.match(key!.private_key, /^pw1\./);
    const kept = await sql<
      { key: string; body: string }[]
    >`select key, body from idempotency_key order by key`;
    t.equal(kept[0]!.body, answers.plain, 'an answer without a secret stays');
    t.equal(await box.open(bank.id, 'idempotency_key/secret', kept[1]!.body), answers.secret);
    const whole = () => sql`select (select jsonb_agg(endpoint order by id) from endpoint) as endpoints,
    (select jsonb_agg(signing_key) from signing_key) as keys,
    (select jsonb_agg(idempotency_key order by key) from idempotency_key) as answers`;
    const before = await whole();
    await beginSecrets(own.database, MASTER_KEY, box);
    t.same(await whole(), before, 'a second start finds nothing to do');
    const other = newMasterKey();
    await t.rejects(beginSecrets(own.database, other, createVault(own.database, other)), {
      message: `The secrets in this database are sealed under the master key ${masterIdOf(MASTER_KEY)}, and the one given is ${masterIdOf(other)}: give that one, or re-wrap them with "npm run secrets:rewrap" (docs/operate.md).`,
    });
    t.same(await whole(), before);
  },
);

t.test(
  'a new database gets its first signing key at its first start, by which the next knows the master key',
  async (t) => {
    const own = await createTestDatabase(t);
    await beginSecrets(own.database, MASTER_KEY, createVault(own.database, MASTER_KEY));
    t.equal((await own.database.sql`select from signing_key`).count, 1);
    const other = newMasterKey();
    await t.rejects(
      beginSecrets(own.database, other, createVault(own.database, other)),
      /are sealed under the master key/,
    );
  },
);

t.test(
  'a master key is made for the embedded database alone, and for no file that cannot be read',
  async (t) => {
    const own = await createTestDatabase(t);
    const home = await openFolder('pledgewatch-home-');
    t.teardown(() => rm(home, { recursive: true, force: true }));
    const without = { master_key: null, database_url: 'postgres://bank@db.internal/pledgewatch', home };
    await t.rejects(masterKeyOf(without, own.database), {
      message: /^Environment variable MASTER_KEY is not set: give every server and worker the same/,
    });
    await t.rejects(stat(path.join(home, 'master.key')), { code: 'ENOENT' });
    const key = newMasterKey();
    t.equal(await masterKeyOf({ ...without, master_key: key }, own.database), key);
    const nested = { master_key: null, database_url: null, home: path.join(home, 'a', 'b') };
    const made = await masterKeyOf(nested, own.database);
    t.equal(made.length, 32);
    t.equal(await readFile(path.join(nested.home, 'master.key'), 'utf8'), `${base64(made)}\n`);
    await writeFile(path.join(nested.home, 'master.key'), `  ${base64(key)}\n\n`);
    t.same(await masterKeyOf(nested, own.database), key, 'with spaces around it');
    const folder = { master_key: null, database_url: null, home: path.join(home, 'c') };
    await mkdir(path.join(folder.home, 'master.key'), { recursive: true });
    await t.rejects(masterKeyOf(folder, own.database), { code: 'EISDIR' });
  },
);

t.test(
  'data keys are wrapped anew all together or not at all, and what they sealed opens under the new key alone',
  async (t) => {
    const own = await createTestDatabase(t);
    const [old, next, stranger] = [newMasterKey(), newMasterKey(), newMasterKey()];
    const owners = ['org_1', 'org_2', 'org_3'];
    const sealed = await Promise.all(
      owners.map((owner) => createVault(own.database, old).seal(owner, 'place', `of ${owner}`)),
    );
    const keys = () =>
      own.database.sql`select owner, version, wrapped, master_id from data_key order by owner`;
    const before = await keys();
    await t.rejects(rewrap(own.database, stranger, next), {
      message: `The data key of org_1 is wrapped by the master key ${masterIdOf(old)}, and PREVIOUS_MASTER_KEY is ${masterIdOf(stranger)}: give that one. Nothing was changed.`,
    });
    await own.database.sql`update data_key set master_id = ${masterIdOf(stranger)} where owner = 'org_3'`;
    await t.rejects(
      rewrap(own.database, old, next),
      /The data key of org_3 is wrapped by .* Nothing was changed/,
    );
    await own.database.sql`update data_key set master_id = ${masterIdOf(old)} where owner = 'org_3'`;
    t.same(await keys(), before);
    t.equal(await rewrap(own.database, old, next), 3);
    t.equal(await rewrap(own.database, old, next), 0, 'again it has nothing to do');
    const after = createVault(own.database, next);
    for (const [n, row] of (await keys()).entries()) {
      t.match(row, { owner: owners[n], version: 1, master_id: masterIdOf(next) });
      t.not(row.wrapped, before[n]!.wrapped);
      t.equal(await after.open(owners[n]!, 'place', sealed[n]!), `of ${owners[n]}`);
      await t.rejects(createVault(own.database, old).open(owners[n]!, 'place', sealed[n]!), DOES_NOT_OPEN);
    }
  },
);

t.test(
  'texts under older data keys are sealed anew in each column, by steps, and one that does not open is left and told',
  async (t) => {
    const own = await createTestDatabase(t);
    const { sql } = own.database;
    const box = createVault(own.database, MASTER_KEY);
    const at = new Date('2009-06-01T01:00:00Z');
    const bank = await own.database.transaction((tx) =>
      createOrganisation(tx, { kind: 'bank', name: 'Bank', demonstration: false }, at),
    );
    const organisation_id = bank.id;
    const ofBank = (place: string) => box.seal(bank.id, place, place);
    const ofAll = (place: string) => box.seal('installation', place, place);
    const endpoint = { url: 'https://bank.example/', description: '', event_types: [], state: 'enabled' };
    const person = { id: 'p1', organisation_id, role: 'viewer', invited_by: 'test', created_at: at };
    const invitation = { role: 'viewer', invited_by: 'test', created_at: at, expires_at: at };
    const fetch = { name: 'f', url: 'https://register.example/', cadence_hours: 24, enabled: true };
    const rows: Record<string, object> = {
      endpoint: {
        ...{ id: 'e1', organisation_id, ...endpoint, created_at: at, payload_version: '1', header_names: [] },
        ...{ secret: await ofBank('endpoint/e1'), previous_secret: await ofBank('endpoint/e1') },
        headers: await ofBank('endpoint/e1/headers'),
      },
      signing_key: { id: 'k1', private_key: await ofAll('signing_key/k1'), public_key: 'whpk_' },
      source_fetch: {
        ...{
          id: 'f1',
          ...fetch,
          created_at: at,
          due_at: at,
          headers: await ofAll('source_fetch/f1/headers'),
        },
      },
      idempotency_key: {
        ...{ organisation_id, key: 'i1', request_sha256: Buffer.alloc(32) },
        body: await ofBank('idempotency_key/i1'),
      },
      person,
      person_detail: {
        ...{ person_id: 'p1', organisation_id, name: await ofBank('person_detail/p1/name'), email_mac: '' },
        email: await ofBank('person_detail/p1/email'),
      },
      person_login: { person_id: 'p1', password: '', totp_secret: await ofBank('person_login/p1/totp') },
      invitation: {
        ...{ id: 'n1', organisation_id, ...invitation, token_sha256: Buffer.alloc(32) },
        email: await ofBank('invitation/n1/email'),
      },
      identity_provider: {
        ...{ organisation_id, issuer: 'https://issuer.example', client_id: 'c' },
        client_secret: await ofBank(`identity_provider/${bank.id}`),
      },
    };
    for (const [table, row] of Object.entries(rows))
      await sql`insert into ${sql(table)} ${sql(row as never)}`;
    const detail = await ofAll('ticket/provider_sign_in');
    // More than one step of 200.
    await sql`insert into ticket (token_sha256, purpose, detail, expires_at)
      select sha256(n::text::bytea), 'provider_sign_in', ${detail}, now() from generate_series(1, 401) as n`;
    const versions = async () => {
      const told: Record<string, number[]> = {};
      for (const { table, column } of SEALED_COLUMNS) {
        const found = await sql<{ version: number }[]>`
          select distinct split_part(${sql(column)}, '.', 2)::int as version from ${sql(table)} order by 1`;
        // Those of the modules are tried in secrets.test.ts.
        if (found.length > 0) told[`${table}.${column}`] = found.map(({ version }) => version);
      }
      return told;
    };
    const expected = (of_bank: number, of_all: number, ...more: number[]) => ({
      ...{
        'endpoint.secret': [of_bank],
        'endpoint.previous_secret': [of_bank],
        'endpoint.headers': [of_bank],
      },
      ...{ 'signing_key.private_key': [of_all], 'source_fetch.headers': [...more, of_all] },
      ...{
        'idempotency_key.body': [of_bank],
        'person_detail.name': [of_bank],
        'person_detail.email': [of_bank],
      },
      ...{ 'invitation.email': [of_bank], 'person_login.totp_secret': [of_bank] },
      ...{ 'identity_provider.client_secret': [of_bank], 'ticket.detail': [of_all] },
    });
    t.same(await versions(), expected(1, 1), 'every column of the core is tried');
    const steps: [number, number][] = [];
    const run = (older_than_hours: number, by = box) => {
      steps.length = 0;
      return reseal(own.database, by, older_than_hours, (done, all) => void steps.push([done, all]));
    };
    t.same(await run(1), { renewed: 0, resealed: 0, unopened: [] });
    t.same(steps, []);
    await sql`update data_key set created_at = now() - interval '2 hours' where owner = ${bank.id}`;
    t.same(await run(3), { renewed: 0, resealed: 0, unopened: [] });
    t.same(await run(1), { renewed: 1, resealed: 9, unopened: [] });
    t.same(await versions(), expected(2, 1));
    t.same(steps.at(-1), [9, 9]);
    t.same(await run(1), { renewed: 0, resealed: 0, unopened: [] }, 'the newest key is young');
    const broken = { ...box, open: () => Promise.reject(new Error('the database is away')) };
    await t.rejects(run(0, broken), { message: 'the database is away' });
    await sql`insert into source_fetch ${sql({ ...rows.source_fetch, id: 'f0' } as never)}`;
    const told = await run(0);
    t.match(told, { renewed: 2, resealed: 9 + 1 + 1 + 401, unopened: { length: 1 } });
    t.ok(told.unopened[0] instanceof SealedTextError);
    t.match(
      told.unopened[0]!.message,
      /^What is sealed as installation, source_fetch\/f0\/headers, 1 does not open/,
    );
    t.same(await versions(), expected(4, 3, 1));
    t.same(steps.at(-1), [413, 413]);
    await sql`delete from source_fetch where id = 'f0'`;
    for (const { table, column, key, owner, place } of SEALED_COLUMNS)
      for (const { whose, id, text } of await sql.unsafe(
        `select ${owner ?? "'installation'"} as whose, ${key.at(-1)} as id, ${column} as text from ${table} limit 2`,
      ))
        t.equal(await box.open(whose, place(id), text), place(id), `${table}.${column}`);
  },
);

t.test('a place names the table and the row, so that nothing opens in another', async (t) => {
  // Two secrets of an endpoint take each other's column when they rotate; a ticket is named by its own hash.
  const shared = ['endpoint.previous_secret', 'ticket.detail'];
  const places = new Map<string, string>();
  for (const { table, column, place } of SEALED_COLUMNS) {
    const name = `${table}.${column}`;
    if (shared.includes(name)) continue;
    for (const id of ['a', 'b']) {
      t.notOk(places.has(place(id)), `${name} ${id} is not the place of ${places.get(place(id))}`);
      places.set(place(id), `${name} ${id}`);
    }
  }
});

t.test('a fingerprint is the same for the same text, place and owner, under new data keys too', async (t) => {
  const of = (owner: string, place: string, text: string) => vault.fingerprint(owner, place, text);
  const mac = await of('org_mac', 'email', 'a@mail.example');
  t.match(mac, /^[\w-]{43}$/);
  const [row] = await sql`select wrapped from data_key where owner = 'org_mac'`;
  const data_key = openBytes(MASTER_KEY, ['data_key', 'org_mac', 1], row!.wrapped);
  const key = Buffer.from(hkdfSync('sha256', data_key, '', 'fingerprint', 32));
  const about = JSON.stringify(['org_mac', 'email', 'a@mail.example']);
  t.equal(mac, createHmac('sha256', key).update(about).digest('base64url'));
  await vault.renew('org_mac');
  t.match(await vault.seal('org_mac', 'place', 'text'), /^pw1\.2\./);
  t.equal(await of('org_mac', 'email', 'a@mail.example'), mac);
  t.equal(await createVault(database, MASTER_KEY).fingerprint('org_mac', 'email', 'a@mail.example'), mac);
  for (let version = 3; version <= 10; version++) await vault.renew('org_mac');
  const sealed = await vault.seal('org_mac', 'place', 'text');
  t.match(sealed, /^pw1\.10\./);
  t.equal(await createVault(database, MASTER_KEY).open('org_mac', 'place', sealed), 'text');
  t.not(await of('org_mac', 'email', 'b@mail.example'), mac);
  t.not(await of('org_mac', 'name', 'a@mail.example'), mac);
  t.not(await of('org_other', 'email', 'a@mail.example'), mac);
});
