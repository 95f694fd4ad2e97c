/** Secrets at rest in the service: a dump of the database gives none away, and none is used that was moved. */
import { Secret, TOTP } from 'otpauth';
import pino from 'pino';
import t from 'tap';
import { deliverDue } from '../../jobs/deliver.ts';
import type { Database } from '../../src/db/client.ts';
import { openLog } from '../../src/log.ts';
import { TICKET_PLACE } from '../../src/people/provider-sign-in.ts';
import { setProvider } from '../../src/people/providers.ts';
import { beginTotp, confirmTotp } from '../../src/people/second-factor.ts';
import { fingerprintOf } from '../../src/people/store.ts';
import { beginSecrets } from '../../src/secrets/begin.ts';
import { SEALED_COLUMNS } from '../../src/secrets/columns.ts';
import { reseal } from '../../src/secrets/reseal.ts';
import { createVault, INSTALLATION, masterIdOf, newMasterKey } from '../../src/secrets/vault.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { newSecret } from '../../src/webhooks/sign.ts';
import { rotateSigningKey, signingKeys } from '../../src/webhooks/signing-keys.ts';
import { verify } from '../../src/webhooks/verify.ts';
import { MASTER_KEY } from '../database.ts';
import { engagedDraft } from '../engaged.ts';
import { enquire, listPatents } from '../listing.ts';
import { certifiedProduct, lotOf, printedMarks } from '../marks.ts';
import { addPerson } from '../people.ts';
import { runProgram } from '../program.ts';
import { openReceiver, type Received } from '../receiver.ts';
import { sitAtDesks } from '../security/desks-world.ts';
import { buildService } from '../service.ts';

const DOES_NOT_OPEN = { message: /^What is sealed as .* does not open: / };

const received: Received[] = [];
const HOST = await openReceiver(t, (event, answer) => {
  received.push(event);
  answer.writeHead(204).end();
});
const allowed = { allowed_hosts: [HOST] };

const service = await buildService(t, { guard: createAddressGuard(allowed) });
const { database, vault, url, call, bank_a, firm_a, staff, buyer } = service;
const { sql } = database;
const sender = createSender(allowed);
t.teardown(() => sender.close());

interface Endpoint {
  id: string;
  secret: string;
  header_names: string[];
}

const ENDPOINTS = '/v1/webhooks/endpoints';

async function subscribe(
  place: string,
  given: object = {},
  headers = {},
  key = bank_a.key,
): Promise<Endpoint> {
  const body = { url: `http://${HOST}${place}`, ...given };
  const answer = await call<Endpoint>(key, 'POST', ENDPOINTS, body, headers);
  if (answer.status !== 201) throw new Error(`subscribing: ${answer.text}`);
  return answer.body;
}

/** Every row of every table, as text. */
async function dump({ sql }: Database): Promise<string> {
  const tables = await sql<{ name: string }[]>`select oid::regclass::text as name from pg_class
    where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'staging'::regnamespace)`;
  if (tables.length < 50) throw new Error(`only ${tables.length} tables`);
  let text = '';
  for (const { name } of tables)
    for (const { row } of await sql.unsafe<{ row: string }[]>(`select ${name}::text as row from ${name}`))
      text += `${row}\n`;
  return text;
}

const base64 = (key: Buffer) => key.toString('base64');

t.test('a dump of the database holds no secret, no header value and no private key', async (t) => {
  const secrets = [newSecret(), newSecret(), newSecret()];
  const values = ['canary-of-a-gateway', 'canary-of-another'];
  const idempotent = { 'idempotency-key': 'create "canary"' };
  const given = { secret: secrets[0], headers: { 'X-Canary': values[0], authorization: values[1] } };
  const endpoint = await subscribe('/dumped', given, idempotent);
  t.same(endpoint.header_names, ['authorization', 'x-canary']);
  t.same(await subscribe('/dumped', given, idempotent), endpoint, 'a repeated request is shown the same');
  const rotate = (headers: Record<string, string>, secret: string) =>
    call<{ secret: string }>(bank_a.key, 'POST', `${ENDPOINTS}/${endpoint.id}/secret`, { secret }, headers);
  for (let twice = 0; twice < 2; twice++)
    t.equal((await rotate({ 'idempotency-key': 'rotate' }, secrets[1]!)).body.secret, secrets[1]);
  await rotate({}, secrets[2]!);
  await call(bank_a.key, 'PUT', `${ENDPOINTS}/${endpoint.id}/headers`, {
    headers: { 'x-later': 'canary-put' },
  });
  const made = await subscribe('/made', {}, { 'idempotency-key': 'made' });
  await call(staff.key, 'POST', '/v1/webhooks/signing-keys');
  const private_keys = (await signingKeys(sql, vault)).map(({ private_key }) => private_key);
  t.equal(private_keys.length, 2);
  await fetchWith('canary-of-a-register');
  const text = await dump(database);
  for (const shown of [endpoint.id, made.id, 'x-later', 'create "canary"'.replaceAll('"', '\\"')])
    t.ok(
      text.includes(shown) || text.includes(shown.replaceAll('\\"', '""')),
      `what is no secret is there: ${shown}`,
    );
  for (const hidden of [...secrets, made.secret, ...private_keys, base64(MASTER_KEY)]) {
    const core = hidden.replace(/^wh(sec|sk)_/, '');
    const bytes = Buffer.from(core, 'base64');
    for (const shape of [core, bytes.toString('hex'), bytes.toString('base64url').slice(0, 40)])
      t.notOk(text.includes(shape), `${hidden.slice(0, 6)}...`);
  }
  for (const value of [...values, 'canary-put', 'canary-of-a-register']) t.notOk(text.includes(value), value);
  t.notMatch(text, /whsec_|whsk_/);
});

/** A fetch with a header of its own, as the database keeps it. */
async function fetchWith(value: string): Promise<{ id: string; headers: string }> {
  const given = { name: 'register', url: 'https://register.example/file.csv', cadence_hours: 24 };
  const added = await call<{ id: string }>(staff.key, 'POST', '/v1/fetches', {
    ...given,
    headers: { 'x-register-key': value },
  });
  const [row] = await sql<{ id: string; headers: string }[]>`
    select id, headers from source_fetch where id = ${added.body.id}`;
  return row!;
}

t.test('what versions before left in clear is sealed at start, once, however many start', async (t) => {
  const headers = { 'x-legacy': 'canary-legacy' };
  const { id, secret } = await subscribe('/legacy', { headers }, { 'idempotency-key': 'legacy' });
  const previous_secret = newSecret();
  const [key] = await signingKeys(sql, vault);
  const body = JSON.stringify({ id, secret });
  await sql`update endpoint set secret = ${secret}, previous_secret = ${previous_secret},
    previous_secret_until = now() + interval '1 hour', headers = ${JSON.stringify(headers)} where id = ${id}`;
  await sql`update signing_key set private_key = ${key!.private_key} where id = ${key!.id}`;
  await sql`update idempotency_key set body = ${body} where key = 'legacy'`;
  const fetch = await fetchWith('canary-legacy');
  const fetch_headers = { 'x-register-key': 'canary-legacy' };
  await sql`update source_fetch set headers = ${JSON.stringify(fetch_headers)} where id = ${fetch.id}`;
  t.match(await dump(database), /canary-legacy[\s\S]*whsk_|whsk_[\s\S]*canary-legacy/, 'it is in clear');
  await Promise.all(
    [1, 2, 3].map(() => beginSecrets(database, MASTER_KEY, createVault(database, MASTER_KEY))),
  );
  const text = await dump(database);
  t.notMatch(text, /canary-legacy|whsec_|whsk_/);
  await beginSecrets(database, MASTER_KEY, vault);
  t.equal(await dump(database), text, 'and then nothing is changed');
  const [row] = await sql`select * from endpoint where id = ${id}`;
  t.equal(await vault.open(bank_a.id, `endpoint/${id}`, row!.secret), secret);
  t.equal(await vault.open(bank_a.id, `endpoint/${id}`, row!.previous_secret), previous_secret);
  t.same(JSON.parse(await vault.open(bank_a.id, `endpoint/${id}/headers`, row!.headers)), headers);
  t.same(await signingKeys(sql, vault).then(([first]) => first), key);
  const [stored] = await sql`select body from idempotency_key where key = 'legacy'`;
  t.equal(await vault.open(bank_a.id, 'idempotency_key/legacy', stored!.body), body);
  const [fetched] = await sql`select headers from source_fetch where id = ${fetch.id}`;
  const opened = await vault.open('installation', `source_fetch/${fetch.id}/headers`, fetched!.headers);
  t.same(JSON.parse(opened), fetch_headers);
});

/** Of every text in the database that is sealed: its column and the version of its data key. */
async function sealedTexts(): Promise<{ column: string; version: number }[]> {
  const columns = await sql<{ table: string; column: string }[]>`
    select relname as table, attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
      and atttypid = 'text'::regtype and relname <> 'data_key'`;
  const found = [];
  for (const { table, column } of columns)
    for (const { text } of await sql.unsafe<{ text: string }[]>(
      `select ${column} as text from ${table} where ${column} like 'pw1.%'`,
    ))
      found.push({ column: `${table}.${column}`, version: Number(text.split('.')[1]) });
  return found;
}

/** A document in the data room of a listing, and the range that its seller expects. */
async function sealOverDeal(): Promise<void> {
  const { id } = await listPatents(service, firm_a, [service.takePatent()]);
  const document = { name: 'note', media_type: 'text/plain', content_base64: 'eA==' };
  await call(firm_a.key, 'POST', `/v1/listings/${id}/documents`, document);
  const deal = await enquire(service, buyer, id);
  const range = { low_minor: 100, high_minor: 200 };
  await call(firm_a.key, 'POST', `/v1/listing-deals/${deal.id}/expectations`, range);
}

t.test(
  'new data keys are made and all is sealed under them, what was cut off too, while texts open',
  async (t) => {
    const { id, secret } = await subscribe('/resealed', { headers: { 'x-own': 'value' } });
    await call(bank_a.key, 'POST', `${ENDPOINTS}/${id}/secret`, {}, { 'idempotency-key': 'resealed' });
    const fetch = await fetchWith('of a register');
    const person = await addPerson(service, bank_a.id, 'admin');
    const owner = { person_id: person.id, organisation_id: bank_a.id };
    const { secret: totp } = await database.transaction((tx) => beginTotp(tx, vault, owner, person.email));
    const invited = { email: 'invited@mail.example', role: 'viewer' };
    await call(bank_a.key, 'POST', `/v1/organisations/${bank_a.id}/invitations`, invited);
    const provider = {
      organisation_id: bank_a.id,
      issuer: 'https://issuer.example',
      client_id: 'pledgewatch',
    };
    await database.transaction((tx) =>
      setProvider(tx, vault, createAddressGuard({ allowed_hosts: [] }), {
        ...provider,
        client_secret: 'of the client',
      }),
    );
    await sql`insert into ticket ${sql({
      token_sha256: Buffer.alloc(32, 7),
      purpose: 'provider_sign_in',
      detail: await vault.seal(INSTALLATION, TICKET_PLACE, '{}'),
      expires_at: new Date(Date.now() + 600_000),
    })}`;
    const product_id = await certifiedProduct(service, firm_a, [service.takePatent()]);
    const lot_id = await lotOf(service, firm_a, product_id, 'L-1', 3);
    const marks = await printedMarks(service, firm_a, lot_id, 3);
    await engagedDraft(service);
    await sealOverDeal();
    await sitAtDesks(service, () => undefined);
    const before = await sealedTexts();
    const listed = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort();
    t.same([...new Set(before.map(({ column }) => column))].sort(), listed, 'no sealed text is elsewhere');
    t.same([...new Set(before.map(({ version }) => version))], [1]);
    // Cut off in the middle: keys were made, and half was sealed anew.
    let steps = 0;
    const cut = reseal(database, vault, 0, () => {
      if (++steps === 3) throw new Error('cut off');
    });
    await t.rejects(cut, { message: 'cut off' });
    t.same([...new Set((await sealedTexts()).map(({ version }) => version))].sort(), [1, 2]);
    const moved = await fetchWith('moved');
    await sql`update source_fetch set headers = (select headers from source_fetch where id = ${fetch.id})
    where id = ${moved.id}`;
    const command = () =>
      runProgram('jobs/reseal.ts', ['--json'], { DATABASE_URL: url, MASTER_KEY: base64(MASTER_KEY) });
    t.match(await command(), { code: 1 }, 'a text that was moved is told');
    t.match(
      (await sealedTexts()).filter(({ version }) => version === 1),
      [{ column: 'source_fetch.headers' }],
    );
    await sql`delete from source_fetch where id = ${moved.id}`;
    t.same(JSON.parse((await command()).told), { renewed: 0, resealed: 0, unopened: [] });
    const after = await sealedTexts();
    t.same([...new Set(after.map(({ version }) => version))], [2]);
    t.equal(after.length, before.length);
    const code = new TOTP({ secret: Secret.fromBase32(totp) }).generate();
    t.ok(await database.transaction((tx) => confirmTotp(tx, vault, owner, code)), 'second factors go on');
    const fingerprint = await fingerprintOf(createVault(database, MASTER_KEY), person.email);
    const found =
      await sql`select from person_detail where email_mac = ${fingerprint} and person_id = ${person.id}`;
    t.equal(found.count, 1, 'and addresses are found');
    // A process that knew the first keys alone opens what is under the new ones, and seals with them.
    t.same(await printedMarks(service, firm_a, lot_id, 3), marks, 'and marks are the same');
    const [row] = await sql`select previous_secret from endpoint where id = ${id}`;
    t.equal(await vault.open(bank_a.id, `endpoint/${id}`, row!.previous_secret), secret);
    t.match(await vault.seal(bank_a.id, 'place', 'text'), /^pw1\.2\./);
    const [{ headers } = { headers: '' }] = await sql<{ headers: string }[]>`
    select headers from source_fetch where id = ${fetch.id}`;
    const other = { id: (await fetchWith('other')).id, headers };
    await t.rejects(
      vault.open('installation', `source_fetch/${other.id}/headers`, other.headers),
      DOES_NOT_OPEN,
      'moved to another fetch it opens no more than before',
    );
    t.match(await runProgram('jobs/reseal.ts', ['--older-than', 'x'], {}), {
      code: 2,
      told: /is no number of hours/,
    });
  },
);

t.test(
  'a secret moved to another endpoint is not signed with: that one fails and says so, others go on',
  async (t) => {
    const ends = {
      one: await subscribe('/one'),
      two: await subscribe('/two'),
      headed: await subscribe('/headed', { headers: { 'x-own': 'value' } }),
      well: await subscribe('/well', { headers: { 'x-own': 'other' } }),
      foreign: await subscribe('/foreign', {}, {}, firm_a.key),
    };
    await sql`update endpoint set secret = (select secret from endpoint where id = ${ends.two.id}) where id = ${ends.one.id}`;
    await sql`update endpoint set headers = (select headers from endpoint where id = ${ends.well.id})
    where id = ${ends.headed.id}`;
    await sql`update endpoint set secret = (select secret from endpoint where id = ${ends.two.id})
    where id = ${ends.foreign.id}`;
    for (const [name, { id }] of Object.entries(ends))
      await call(name === 'foreign' ? firm_a.key : bank_a.key, 'POST', `${ENDPOINTS}/${id}/test`);
    const lines: string[] = [];
    const log = openLog('info', { write: (line) => void lines.push(line) });
    received.length = 0;
    const counts = await deliverDue({ database, vault, sender, log });
    t.same(counts, { delivered: 2, failed: 0, dead: 3 });
    t.same(received.map(({ path }) => path).sort(), ['/two', '/well']);
    for (const { path, headers, body } of received) {
      const { secret } = path === '/two' ? ends.two : ends.well;
      t.equal(verify(headers, Buffer.from(body), [secret], Math.floor(Date.now() / 1000)).ok, true);
    }
    const told = lines.map((line) => JSON.parse(line));
    t.same(
      told.map(({ level, endpoint_id, error }) => [level, endpoint_id, error.kind]).sort(),
      [ends.one, ends.headed, ends.foreign].map(({ id }) => [50, id, 'SealedTextError']).sort(),
    );
    t.match(told[0].error.message, /^What is sealed as org_\w+, endpoint\/\w+(\/headers)?, \d does not open/);
    const attempts = await sql`select endpoint_id, error from delivery_attempt
    join delivery_history on delivery_history.id = delivery_id where error is not null order by 1`;
    t.equal(attempts.length, 3);
    for (const { error } of attempts) t.match(error, /^secret: .* only the operator can mend/);
    await sql`delete from delivery_attempt`;
  },
);

t.test('another master key than the one that a database was begun with is refused at start', async (t) => {
  const other = newMasterKey();
  const [before] = await sql`select count(*) from data_key`;
  await t.rejects(beginSecrets(database, other, createVault(database, other)), {
    message: `The secrets in this database are sealed under the master key ${masterIdOf(MASTER_KEY)}, and the one given is ${masterIdOf(other)}: give that one, or re-wrap them with "npm run secrets:rewrap" (docs/operate.md).`,
  });
  t.same((await sql`select count(*) from data_key`)[0], before);
  for (const program of ['src/server.ts', 'src/worker.ts']) {
    const refused = await runProgram(program, [], {
      DATABASE_URL: url,
      PORT: '0',
      MASTER_KEY: base64(other),
    });
    t.match(refused, { code: 1, told: /^The secrets in this database are sealed under [^\n]*\n$/ }, program);
    const without = await runProgram(program, [], { DATABASE_URL: url, PORT: '0' });
    t.match(without, {
      code: 1,
      told: /^Environment variable MASTER_KEY is not set: [^\n]*openssl rand -base64 32[^\n]*\n$/,
    });
  }
});

t.test('a signing key moved from another row signs nothing', async (t) => {
  const { id } = await database.transaction((tx) => rotateSigningKey(tx, vault));
  const [intact] = await sql`select private_key from signing_key where id = ${id}`;
  await sql`update signing_key set private_key = (select private_key from signing_key where id <> ${id} limit 1)
    where id = ${id}`;
  await call(bank_a.key, 'POST', `${ENDPOINTS}/${(await subscribe('/held')).id}/test`);
  received.length = 0;
  const log = pino({ level: 'silent' });
  await t.rejects(deliverDue({ database, vault, sender, log }), DOES_NOT_OPEN);
  t.same(received, []);
  await sql`update signing_key set private_key = ${intact!.private_key} where id = ${id}`;
  await sql`update lane set lease_until = now() - interval '1 second' where lease_until is not null`;
  await deliverDue({ database, vault, sender, log });
  t.same(
    received.map(({ path }) => path),
    ['/held'],
    'put back, it goes out',
  );
});
