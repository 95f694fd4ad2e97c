/** Keys, accounts and the guard by themselves, with nothing behind them but a database. */
import { createHash } from 'node:crypto';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify';
import pino, { type Logger } from 'pino';
import t from 'tap';
import { sentencesOf } from '../../models/sentences.ts';
import { mintKey, parseKey, secretMatches } from '../../src/accounts/keys.ts';
import {
  authenticate,
  createOrganisation,
  findOrganisation,
  issueKey,
  keysOf,
  type Organisation,
  type OrganisationKind,
  organisationNames,
  requireManaged,
  revokeKey,
  rotateKey,
} from '../../src/accounts/store.ts';
import { loadConfig } from '../../src/config.ts';
import { connect } from '../../src/db/client.ts';
import { refusePrivileged } from '../../src/db/privileges.ts';
import { Problem, StartupError } from '../../src/errors.ts';
import { callerOfGuarded, EVERYONE, guardRoutes, PLEDGE_KINDS, personOf } from '../../src/http/guard.ts';
import { REFUSALS_TOLD_OF_ALL, REFUSALS_TOLD_OF_ONE } from '../../src/http/limits.ts';
import { setProblemHandlers } from '../../src/http/problems.ts';
import { countRates } from '../../src/http/rates.ts';
import { tellRefusals } from '../../src/http/refusals.ts';
import { setValidators } from '../../src/http/validation.ts';
import { openLog } from '../../src/log.ts';
import { ACTIONS, type Action, SCOPES } from '../../src/people/roles.ts';
import { beginSession, csrfTokenOf } from '../../src/people/sessions.ts';
import { createTestDatabase } from '../database.ts';

const { database, requests, url, owner_url } = await createTestDatabase(t);
const { sql } = database;
const MADE_AT = new Date('2009-06-01T01:00:00Z');
const DAY_ms = 86_400_000;

const found = (kind: OrganisationKind, name: string) =>
  database.transaction((tx) =>
    createOrganisation(tx, { kind, name, demonstration: kind === 'firm' }, MADE_AT),
  );
const bank = await found('bank', 'Bank');
const firm = await found('firm', 'Firm');
const staff = await found('staff', 'Staff');
const issue = ({ id }: { id: string }, given: Parameters<typeof issueKey>[4] = {}, at = MADE_AT) =>
  database.transaction((tx) => issueKey(tx, id, 'a label', at, given));
const rotate = (
  { id: organisation_id, kind }: Organisation,
  key_id: string,
  actions: readonly Action[] = ACTIONS,
  person_id?: string,
) => {
  const caller = { organisation_id, kind, key_id: 'asking', ...(person_id !== undefined && { person_id }) };
  return database.transaction((tx) => rotateKey(tx, { caller, actions }, key_id, MADE_AT));
};
const keyOf = async ({ id }: { id: string }, key_id: string) =>
  (await keysOf(sql, id)).find((key) => key.id === key_id)!;

t.test('a key is prefix, public id, secret and checksum, and no other text is one', async (t) => {
  t.same(SCOPES, ['read', 'write']);
  const { key, id, secret_sha256 } = mintKey();
  const [, body, found_id, secret, sum] = /^(pwk_([0-9a-f]{16})_([\w-]{43}))_([0-9a-f]{8})$/.exec(key)!;
  t.equal(found_id, id);
  t.same(parseKey(key), { id, secret });
  t.same(secret_sha256, createHash('sha256').update(secret!).digest());
  t.equal(secretMatches(secret!, secret_sha256), true);
  t.equal(secretMatches(mintKey().key.slice(21, 64), secret_sha256), false);
  t.same(parseKey(body!), { id, secret }, 'keys of the first days have no checksum');
  const pinned = `pwk_0000000000000004_${'A'.repeat(43)}`;
  t.same(parseKey(`${pinned}_0c7b8fa3`), { id: '0000000000000004', secret: 'A'.repeat(43) });
  for (const text of [
    `${body}_${sum === '00000000' ? '00000001' : '00000000'}`,
    ...[`x${key}`, `${key}x`, `${body}_`, `${body}_${sum!.slice(1)}`, `${key}\n`, `${body}${sum}`, ''],
    ...[
      key.replace('pwk', 'pwx'),
      key.replace('pwk_', 'pwk'),
      key.replace(id, `${id}0`),
      key.replace(id, id.slice(1)),
    ],
    ...[`${body!.slice(0, -1)}`, `${body}A`, `${body!.slice(0, -1)}.`, `pwk_${'G'.repeat(16)}_${secret}`],
  ])
    t.equal(parseKey(text), null, text);
});

t.test('an organisation is found as it was made, and nothing for another id', async (t) => {
  t.match(firm, { id: /^org_\w{26}$/, kind: 'firm', name: 'Firm', demonstration: true, created_at: MADE_AT });
  t.same(await findOrganisation(sql, firm.id), firm);
  t.equal(await findOrganisation(sql, 'org_missing'), null);
});

t.test('a key tells whose it is and what it may do, to nobody without its secret', async (t) => {
  const { id, key } = await issue(bank);
  const caller = { organisation_id: bank.id, kind: 'bank', key_id: id };
  t.same(await authenticate(sql, key), { caller, actions: ACTIONS, is_first_of_a_while: true });
  const reading = await issue(bank, { scopes: ['read'] });
  t.same((await authenticate(sql, reading.key))!.actions, ['read']);
  const writing = await issue(bank, { scopes: ['write'] });
  const changing = ['write', 'review', 'decide', 'operate', 'administer'];
  t.same((await authenticate(sql, writing.key))!.actions, changing);
  const { key: stranger, id: stranger_id } = mintKey();
  const borrowed = `pwk_${id}_${parseKey(stranger)!.secret}`;
  for (const text of ['', 'nonsense', stranger, borrowed, key.replace(id, stranger_id)])
    t.equal(await authenticate(sql, text), null, text);
});

t.test('the last use of a key is written down, once an hour', async (t) => {
  const { id, key } = await issue(bank);
  t.equal((await keyOf(bank, id)).last_used_at, null);
  const usedBefore = async (minutes: number) => {
    await sql`update api_key set last_used_at = now() - make_interval(mins => ${minutes}) where id = ${id}`;
    const before = (await keyOf(bank, id)).last_used_at!;
    const { is_first_of_a_while } = (await authenticate(sql, key))!;
    return { before, after: (await keyOf(bank, id)).last_used_at!, is_first_of_a_while };
  };
  await authenticate(sql, key);
  t.ok((await keyOf(bank, id)).last_used_at);
  const recent = await usedBefore(55);
  t.same(recent.after, recent.before);
  t.equal(recent.is_first_of_a_while, false);
  const old = await usedBefore(65);
  t.ok(old.after.getTime() - old.before.getTime() >= 65 * 60_000);
  t.equal(old.is_first_of_a_while, true);
});

t.test('an owner sees its own keys, newest first, without their secrets', async (t) => {
  const [older, newer, ended] = [
    await issue(firm),
    await issue(firm, { scopes: ['read'] }, new Date(MADE_AT.getTime() + 1)),
    await issue(firm, { expires_at: new Date('2009-07-01T00:00:00Z') }, new Date(MADE_AT.getTime() + 2)),
  ];
  const listed = await keysOf(sql, firm.id);
  t.same(
    listed.map(({ id }) => id),
    [ended.id, newer.id, older.id],
  );
  t.same(listed[1], {
    ...{ id: newer.id, label: 'a label', scopes: ['read'], created_at: new Date(MADE_AT.getTime() + 1) },
    ...{ issued_by: null, expires_at: null, last_used_at: null, revoked_at: null },
  });
  t.same(listed[0]!.expires_at, new Date('2009-07-01T00:00:00Z'));
  t.equal(await authenticate(sql, ended.key), null, 'its day is over');
});

t.test('a key is revoked by its owner, once, and is worth nothing from then on', async (t) => {
  const { id, key } = await issue(bank);
  t.equal(await revokeKey(sql, firm.id, id, MADE_AT), false);
  t.equal(await revokeKey(sql, bank.id, 'missing', MADE_AT), false);
  t.ok(await authenticate(sql, key));
  t.equal(await revokeKey(sql, bank.id, id, MADE_AT), true);
  t.same((await keyOf(bank, id)).revoked_at, MADE_AT);
  t.equal(await authenticate(sql, key), null);
  t.equal(await revokeKey(sql, bank.id, id, MADE_AT), false);
});

t.test('what follows a key has its label, scopes and end; the key itself ends within a day', async (t) => {
  const soon = new Date(Date.now() + DAY_ms / 2);
  const [lasting, ending, revoked] = [
    await issue(bank, { scopes: ['write'] }),
    await issue(bank, { expires_at: soon }),
    await issue(bank),
  ];
  await revokeKey(sql, bank.id, revoked.id, MADE_AT);
  for (const [owner, id] of [
    [firm, lasting.id],
    [bank, 'missing'],
    [bank, revoked.id],
  ] as const)
    t.equal(await rotate(owner, id), null);
  t.equal((await keyOf(bank, lasting.id)).expires_at, null, 'nothing was changed');
  const next = (await rotate(bank, lasting.id))!;
  t.match(await keyOf(bank, next.id), { label: 'a label', scopes: ['write'], expires_at: null });
  t.same((await authenticate(sql, next.key))!.actions, ACTIONS.slice(1));
  t.ok(await authenticate(sql, lasting.key), 'both, for a while');
  const left_ms = (await keyOf(bank, lasting.id)).expires_at!.getTime() - Date.now();
  t.ok(Math.abs(left_ms - DAY_ms) < 600_000, `${left_ms} ms`);
  const follower = (await rotate(bank, ending.id))!;
  t.same((await keyOf(bank, follower.id)).expires_at, soon);
  t.same((await keyOf(bank, ending.id)).expires_at, soon, 'no later than it would have');
  await sql`update api_key set expires_at = now() where id = ${ending.id}`;
  t.equal(await rotate(bank, ending.id), null, 'what has ended is not followed');
});

t.test('a key is followed only by what may as much itself, and says which person issued it', async (t) => {
  const [wide, reading] = [await issue(bank), await issue(bank, { scopes: ['read'] })];
  for (const actions of [['read'], ACTIONS.slice(1), ['read', 'write'], []] as Action[][])
    await t.rejects(rotate(bank, wide.id, actions), {
      code: 'forbidden',
      message: 'A key for read and write may do more than what asks for it; let one do so that may as much.',
    });
  t.equal((await keyOf(bank, wide.id)).expires_at, null, 'nothing was changed');
  t.ok(await rotate(bank, reading.id, ['read']));
  const row = { organisation_id: bank.id, role: 'admin', invited_by: 'test', created_at: MADE_AT };
  await sql`insert into person ${sql([
    { id: 'psn_1', ...row },
    { id: 'psn_2', ...row },
  ])}`;
  const issued = await issue(bank, { issued_by: 'psn_1' });
  t.equal((await keyOf(bank, issued.id)).issued_by, 'psn_1');
  t.match((await authenticate(sql, issued.key))!.caller, { key_id: issued.id, person_id: 'psn_1' });
  const same = (await rotate(bank, issued.id))!;
  t.equal(
    (await keyOf(bank, same.id)).issued_by,
    'psn_1',
    'a key that follows for no person is as the one before',
  );
  const other = (await rotate(bank, issued.id, ACTIONS, 'psn_2'))!;
  t.equal((await keyOf(bank, other.id)).issued_by, 'psn_2');
  const by_key = await issue(bank, { issued_by: wide.id });
  t.notOk('person_id' in (await authenticate(sql, by_key.key))!.caller, 'a key is no person');
});

t.test('names are those of the organisations asked for, and staff alone manages others', async (t) => {
  t.same(
    await organisationNames(sql, [bank.id, firm.id, 'org_missing']),
    new Map([
      [bank.id, 'Bank'],
      [firm.id, 'Firm'],
    ]),
  );
  const manage = ({ id: organisation_id, kind }: Organisation, id: string) =>
    database.transaction((tx) => requireManaged(tx, { organisation_id, kind, key_id: 'asking' }, id));
  t.same(await manage(bank, bank.id), bank);
  t.same(await manage(staff, firm.id), firm);
  for (const [by, id] of [
    [bank, firm.id],
    [bank, 'org_missing'],
    [staff, 'org_missing'],
  ] as const)
    await t.rejects(manage(by, id), { code: 'not_found', message: 'There is no such organisation.' });
});

/** Routes of every kind behind the guard. */
async function guarded(
  settings: Record<string, string> = {},
  log: Logger = pino({ level: 'silent' }),
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({ loggerInstance: log as FastifyBaseLogger });
  t.teardown(() => app.close());
  setProblemHandlers(app);
  const rates = await countRates(app, loadConfig(settings));
  guardRoutes(app, database, rates);
  tellRefusals(app);
  app.get('/docs/page', async () => 'a page');
  app.get('/open', { config: { access: 'public' } }, async ({ caller }) => ({ caller }));
  app.get('/probe', { config: { access: 'public', uncounted: true } }, async () => 'alive');
  app.get('/all', { config: { access: EVERYONE } }, async (request) => callerOfGuarded(request));
  app.get('/banks', { config: { access: ['bank', 'firm'] } }, async () => 'read');
  app.post('/banks', { config: { access: ['bank', 'firm'] } }, async () => 'written');
  app.post('/asking', { config: { access: ['bank'], scope: 'read' } }, async () => 'asked');
  app.get('/whose', { config: { access: EVERYONE } }, async () => {
    const rows = await requests.sql<{ id: string }[]>`
      select current_setting('app.organisation_id') || ' ' || current_setting('app.kind') as id`;
    return rows[0]!.id;
  });
  app.get('/me', { config: { access: EVERYONE, people: true } }, async (request) => personOf(request));
  app.post('/me', { config: { access: EVERYONE, people: true, proved: true } }, async () => 'changed');
  app.post('/decide', { config: { access: ['bank'], scope: 'decide' } }, async () => 'decided');
  app.post(
    '/kept',
    { config: { access: ['bank'] }, schema: { body: { type: 'object', required: ['kept'] } } },
    async () => 'kept',
  );
  app.get('/people', { config: { access: EVERYONE, scope: 'administer' } }, async () => 'people');
  app.get('/keyed', { config: { access: EVERYONE } }, async (request) => personOf(request));
  app.post('/sign-in', { config: { access: 'public' } }, async (request, reply) =>
    rates.sign_in(request, reply),
  );
  app.post('/prove', { config: { access: EVERYONE } }, async (request, reply) =>
    rates.sign_in(request, reply),
  );
  app.get('/passkey', { config: { access: 'public' } }, async (request, reply) =>
    rates.sign_in_address(request, reply),
  );
  app.get('/mistaken', { config: { access: 'public' } }, async (request) => callerOfGuarded(request));
  return app;
}

type Headers = Record<string, string>;
const bearer = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` });

t.test('every route says who may call it, or the app does not start', async (t) => {
  const app = await guarded();
  t.throws(() => app.get('/nobody', async () => 'all'), {
    message: 'route GET /nobody does not say who may call it',
  });
  t.throws(() => app.post('/nobody', { config: {} }, async () => 'all'), /route POST \/nobody/);
  t.throws(() => app.get('/not/docs', async () => 'all'), /does not say/);
  t.same(PLEDGE_KINDS, ['bank', 'firm', 'staff']);
  t.same(EVERYONE, [...PLEDGE_KINDS, 'agency', 'expert', 'buyer']);
  await app.ready();
  t.equal((await app.inject('/docs/page')).body, 'a page');
});

t.test('a key opens the routes of its kind and scope alone', async (t) => {
  const app = await guarded();
  const keys = {
    bank: await issue(bank),
    reading: await issue(bank, { scopes: ['read'] }),
    writing: await issue(bank, { scopes: ['write'] }),
    staff: await issue(staff),
  };
  const ask = (method: 'GET' | 'HEAD' | 'POST', url: string, headers: Headers = {}) =>
    app.inject({ method, url, headers });
  t.same((await ask('GET', '/all', bearer(keys.bank))).json(), {
    ...{ organisation_id: bank.id, kind: 'bank', key_id: keys.bank.id },
  });
  t.same((await ask('GET', '/open')).json(), { caller: null });
  t.equal((await ask('GET', '/whose', bearer(keys.bank))).body, `${bank.id} bank`);
  for (const [method, url, key, status] of [
    ['GET', '/banks', 'bank', 200],
    ['HEAD', '/banks', 'bank', 200],
    ['POST', '/banks', 'bank', 200],
    ['GET', '/banks', 'reading', 200],
    ['HEAD', '/banks', 'reading', 200],
    ['POST', '/banks', 'reading', 403],
    ['POST', '/asking', 'reading', 200],
    ['GET', '/banks', 'writing', 403],
    ['POST', '/banks', 'writing', 200],
    ['POST', '/asking', 'writing', 403],
    ['GET', '/banks', 'staff', 403],
    ['GET', '/all', 'staff', 200],
  ] as const)
    t.equal((await ask(method, url, bearer(keys[key]))).statusCode, status, `${method} ${url} ${key}`);
  t.match((await ask('GET', '/banks', bearer(keys.staff))).json(), {
    code: 'forbidden',
    detail: 'This is for bank or firm; the key’s organisation is of kind staff.',
  });
  await sql`update api_key set scopes = '{read,write}' where id = ${keys.reading.id}`;
  t.equal((await ask('POST', '/banks', bearer(keys.reading))).statusCode, 200);
  t.match((await ask('GET', '/banks', bearer(keys.writing))).json(), {
    code: 'forbidden',
    detail: 'This needs a key with the scope read; this one has write.',
  });
});

t.test('without a key that counts nobody comes in, and is told what to send', async (t) => {
  const app = await guarded();
  const { key } = await issue(bank);
  const send = {
    code: 'unauthenticated',
    detail: 'Send an API key in the header "Authorization: Bearer pwk_...", or sign in (POST /v1/sessions).',
  };
  const invalid = { code: 'unauthenticated', detail: 'The API key is not valid, or no longer.' };
  const cases: [Headers, object][] = [
    [{}, send],
    [{ authorization: '' }, send],
    [{ authorization: 'Bearer' }, send],
    [{ authorization: `Basic ${key}` }, send],
    [{ authorization: key }, send],
    [{ authorization: `x Bearer ${key}` }, send],
    [{ authorization: `Bearer ${key} x` }, send],
    [{ authorization: `Bearer${key}` }, send],
    [{ authorization: 'Bearer nonsense' }, invalid],
    [{ authorization: `Bearer ${mintKey().key}` }, invalid],
  ];
  for (const [headers, told] of cases) {
    const answer = await app.inject({ url: '/all', headers });
    t.equal(answer.statusCode, 401, JSON.stringify(headers));
    t.match(answer.json(), told);
  }
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  '])
    t.equal(
      (await app.inject({ url: '/all', headers: { authorization: `${scheme} ${key}` } })).statusCode,
      200,
    );
  t.throws(() => callerOfGuarded({ caller: null } as FastifyRequest), /a public route has no caller/);
  const mistaken = await app.inject('/mistaken');
  t.equal(mistaken.statusCode, 500, 'who asks for the caller of a public route is mistaken');
});

t.test('a session opens the routes of its role alone, and those for people', async (t) => {
  const app = await guarded();
  const person = { organisation_id: bank.id, invited_by: 'test', created_at: MADE_AT };
  const begin = async (role: string) => {
    const id = `psn_${role}`;
    await sql`insert into person ${sql({ id, role, ...person })}`;
    const { id: session_id, token } = await database.transaction((tx) => beginSession(tx, id));
    const cookie = `__Host-session=${token}`;
    return { id, session_id, cookie, headers: { cookie, 'x-csrf-token': csrfTokenOf(token) } };
  };
  const [officer, viewer] = [await begin('officer'), await begin('viewer')];
  const key = bearer(await issue(bank));
  const ask = (method: 'GET' | 'HEAD' | 'POST', url: string, headers: Headers, payload?: object) =>
    app.inject({ method, url, headers: { host: 'desk.example', ...headers }, ...(payload && { payload }) });
  t.same((await ask('GET', '/all', { cookie: viewer.cookie })).json(), {
    ...{ organisation_id: bank.id, kind: 'bank', key_id: viewer.id, person_id: viewer.id },
    session: { id: viewer.session_id, role: 'viewer', proved: true },
  });
  t.same((await ask('GET', '/me', viewer.headers)).json(), {
    person_id: viewer.id,
    session_id: viewer.session_id,
  });
  for (const [method, url, headers, status] of [
    ['GET', '/banks', { cookie: viewer.cookie }, 200],
    ['HEAD', '/banks', { cookie: viewer.cookie }, 200],
    ['POST', '/banks', viewer.headers, 403],
    ['POST', '/banks', officer.headers, 200],
    ['POST', '/banks', { cookie: officer.cookie }, 403],
    ['POST', '/banks', { ...officer.headers, 'x-csrf-token': viewer.headers['x-csrf-token'] }, 403],
    ['POST', '/banks', { ...officer.headers, 'sec-fetch-site': 'cross-site' }, 403],
    ['POST', '/banks', { ...officer.headers, origin: 'https://desk.example' }, 200],
    ['POST', '/banks', { ...key, 'sec-fetch-site': 'cross-site' }, 200],
    ['POST', '/decide', officer.headers, 200],
    ['POST', '/decide', viewer.headers, 403],
    ['POST', '/me', officer.headers, 200],
    ['GET', '/me', key, 403],
    ['GET', '/keyed', key, 500],
    ['GET', '/all', { ...key, cookie: 'x' }, 200],
    ['GET', '/all', { authorization: 'Bearer x', cookie: viewer.cookie }, 401],
    ['GET', '/all', { cookie: `${viewer.cookie}x` }, 401],
  ] as const)
    t.equal(
      (await ask(method, url, headers)).statusCode,
      status,
      `${method} ${url} ${JSON.stringify(headers)}`,
    );
  t.match((await ask('GET', '/all', { ...key, cookie: viewer.cookie })).json(), { key_id: /^[0-9a-f]{16}$/ });
  const { 'x-csrf-token': csrf_token } = officer.headers;
  const { cookie } = officer;
  t.equal(
    (await ask('POST', '/kept', { cookie }, { kept: 1, csrf_token })).statusCode,
    200,
    'in the body too',
  );
  t.match(
    (await ask('POST', '/kept', { cookie }, {})).json(),
    { code: 'cross_site' },
    'before anything is validated',
  );
  const said = async (url: string, headers: Headers, method: 'GET' | 'POST' = 'POST') =>
    (await ask(method, url, headers)).json();
  t.match(await said('/banks', viewer.headers), {
    ...{ code: 'forbidden', detail: 'This needs a role that may write; yours, viewer, may read.' },
  });
  t.match(await said('/people', officer.headers, 'GET'), {
    detail: 'This needs a role that may administer; yours, officer, may read, write, decide, operate.',
  });
  t.match(await said('/me', key, 'GET'), {
    ...{ code: 'forbidden', detail: 'This is for people who signed in, not for keys.' },
  });
  const writing = bearer(await issue(bank, { scopes: ['read'] }));
  t.match(await said('/decide', writing), {
    detail: 'This needs a key with the scope write; this one has read.',
  });
  await sql`update person set organisation_id = ${staff.id}, role = 'admin' where id = ${viewer.id}`;
  t.match(await said('/banks', viewer.headers), {
    detail: 'This is for bank or firm; your organisation is of kind staff.',
  });
  await sql`update session set proved_at = now() - interval '1 hour' where id = ${officer.session_id}`;
  t.match(await said('/me', officer.headers), {
    ...{
      code: 'proof_needed',
      detail: 'Show again who you are first, with POST /v1/sessions/current/proofs.',
    },
  });
  t.equal((await ask('GET', '/me', officer.headers)).statusCode, 200);
  t.throws(
    () => personOf({ recognised: { caller: {} } } as FastifyRequest),
    /a route for people was called by a key/,
  );
});

/** A person of the bank who has signed in and may look. */
async function viewer(id: string) {
  const person = { id, organisation_id: bank.id, role: 'viewer', invited_by: 'test', created_at: MADE_AT };
  await sql`insert into person ${sql(person)}`;
  const { token } = await database.transaction((tx) => beginSession(tx, id));
  return { id, headers: { cookie: `__Host-session=${token}` } };
}

t.test('what was refused is logged with its address, and whose key it was', async (t) => {
  const lines: string[] = [];
  const app = await guarded({}, pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }));
  const told = (which: RegExp) =>
    lines.map((line) => JSON.parse(line)).filter(({ msg }) => which.test(String(msg)));
  const from = { remoteAddress: '192.0.2.44' };
  await app.inject({ url: '/all', ...from });
  await app.inject({ url: '/banks', headers: bearer(await issue(staff)), ...from });
  await app.inject({ url: '/banks', headers: bearer(await issue(bank)), ...from });
  const { id: person_id, headers } = await viewer('psn_logged');
  await app.inject({ url: '/banks', method: 'POST', headers, ...from });
  const address = '192.0.2.44';
  t.match(told(/(key|role) .*refused/), [
    { msg: 'a request without a valid key was refused', address, left: 59 },
    { msg: 'a key of the wrong kind was refused', address, organisation_id: staff.id },
    { msg: 'a role of the wrong kind was refused', address, organisation_id: bank.id },
  ]);
  t.equal(told(/(key|role) .*refused/).length, 3);
  const { id, key } = await issue(firm);
  await app.inject({ url: '/banks', headers: bearer({ key }), ...from });
  await app.inject({ url: '/banks', headers: bearer({ key }), ...from });
  await app.inject({ url: '/banks', headers, ...from });
  const accepted = told(/accepted/).slice(3);
  t.match(accepted, [
    { level: 30, msg: 'a key was accepted', address, organisation_id: firm.id, key_id: id },
    { level: 20, msg: 'a key was accepted', address, organisation_id: firm.id, key_id: id },
    { level: 20, msg: 'a session was accepted', address, organisation_id: bank.id, person_id },
  ]);
  t.notOk('person_id' in accepted[0]!);
  t.notOk('key_id' in accepted[2]!);
});

/** The lines of what is refused, as the log of the service writes them. */
async function refusing(settings: Record<string, string> = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = openLog('debug', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const app = await guarded(settings, log);
  setValidators(app);
  const say = sentencesOf({ out_of_order: 'A {state} pledge cannot be paid out.' });
  const body = {
    type: 'object',
    properties: { amount_minor: { type: 'integer', maximum: 10 } },
    required: ['amount_minor'],
    additionalProperties: false,
  };
  app.post('/moves', { config: { access: EVERYONE }, schema: { body } }, async () => {
    throw new Problem('conflict', say('out_of_order', { state: 'canary' }));
  });
  app.get('/unnamed', { config: { access: EVERYONE } }, async () => {
    throw new Problem('not_found', 'There is no canary.');
  });
  return { app, told: () => lines.filter(({ msg }) => msg === 'a request was refused') };
}

t.test('refused input, moves and rates are logged by whom and by which rule, without a value', async (t) => {
  const { app, told } = await refusing({ KEY_REQUESTS_PER_MINUTE: '6', ADDRESS_REQUESTS_PER_MINUTE: '1' });
  const { id, key } = await issue(bank);
  const from = { remoteAddress: '192.0.2.45' };
  const send = (payload: object) =>
    app.inject({ url: '/moves?canary=1', method: 'POST', headers: bearer({ key }), payload, ...from });
  await send({ amount_minor: 11 });
  await send({ amount_minor: 'canary' });
  await send({});
  await send({ amount_minor: 1, canary: 'canary' });
  await send({ amount_minor: 1 });
  await app.inject({ url: '/unnamed', headers: bearer({ key }), ...from });
  await send({ amount_minor: 1 });
  await app.inject({ url: '/canary', ...from });
  await app.inject({ url: '/open', ...from });
  const { id: person_id, headers } = await viewer('psn_refused');
  await app.inject({ url: '/unnamed', headers, ...from });
  const of_key = { level: 30, address: '192.0.2.45', organisation_id: bank.id, key_id: id };
  const moved = { ...of_key, method: 'POST', route: '/moves' };
  const rule = (place: string) => ({ ...moved, status: 400, code: 'bad_request', rule: `body#/${place}` });
  t.match(told(), [
    rule('properties/amount_minor/maximum'),
    rule('properties/amount_minor/type'),
    rule('required/amount_minor'),
    rule('additionalProperties'),
    { ...moved, status: 409, code: 'conflict', rule: 'out_of_order' },
    { ...of_key, route: '/unnamed', status: 404, code: 'not_found', rule: null },
    { ...moved, status: 429, code: 'rate_limited', rule: 'key' },
    { address: '192.0.2.45', status: 404 },
    { address: '192.0.2.45', route: '/open', status: 429, code: 'rate_limited', rule: 'address' },
    { organisation_id: bank.id, person_id, route: '/unnamed' },
  ]);
  t.equal(told().length, 10);
  t.notMatch(JSON.stringify(told()), /canary/);
  t.notOk(told()[7]!.route, 'an address that nobody serves is not repeated');
});

t.test('a flood of refusals is a few lines of the log', async (t) => {
  const { app, told } = await refusing();
  const at_info = () => told().filter(({ level }) => level === 30);
  for (const { key } of [await issue(bank), await issue(firm)])
    for (let sent = 0; sent < 2 * REFUSALS_TOLD_OF_ONE; sent++)
      await app.inject({ url: '/unnamed', headers: bearer({ key }) });
  t.equal(told().length, 4 * REFUSALS_TOLD_OF_ONE);
  const countdown = Array.from({ length: REFUSALS_TOLD_OF_ONE }, (_, at) => REFUSALS_TOLD_OF_ONE - 1 - at);
  t.same(
    at_info().map(({ left }) => left),
    [...countdown, ...countdown],
  );
  const addresses = REFUSALS_TOLD_OF_ALL / REFUSALS_TOLD_OF_ONE;
  for (let address = 0; address < addresses; address++)
    for (let sent = 0; sent < REFUSALS_TOLD_OF_ONE; sent++)
      await app.inject({ url: '/canary', remoteAddress: `198.51.100.${address}` });
  t.equal(at_info().length, REFUSALS_TOLD_OF_ALL);
});

t.test('requests are counted by key, by address, and by address of refused keys, each apart', async (t) => {
  const app = await guarded({
    KEY_REQUESTS_PER_MINUTE: '2',
    ADDRESS_REQUESTS_PER_MINUTE: '3',
    REFUSED_KEYS_PER_MINUTE: '1',
  });
  const [one, two] = [bearer(await issue(bank)), bearer(await issue(bank))];
  const ask = async (url: string, headers: Headers = {}, remoteAddress = '192.0.2.1') => {
    const { statusCode, headers: said, body } = await app.inject({ url, headers, remoteAddress });
    return {
      status: statusCode,
      policy: said['ratelimit-policy'],
      left: said.ratelimit,
      again: said['retry-after'],
      body,
    };
  };
  const first = await ask('/all', one);
  t.notOk('x-ratelimit-limit' in (await app.inject('/probe')).headers, 'nothing else counts');
  t.match(first, { status: 200, policy: '"key";q=2;w=60', left: /^"key";r=1;t=(60|59)$/, again: undefined });
  t.match(await ask('/all', one), { status: 200, left: /^"key";r=0;/, again: undefined });
  const over = await ask('/all', one);
  t.match(over, { status: 429, left: /^"key";r=0;/, again: /^(60|59|58)$/ });
  t.match(JSON.parse(over.body), {
    code: 'rate_limited',
    detail: /^More than 2 requests in 60 seconds \(key\): try again in (60|59|58) seconds\.$/,
  });
  t.equal((await ask('/all', two)).status, 200, 'another key of the same address');
  t.match(await ask('/all'), { status: 401, policy: '"refused_key";q=1;w=60', left: /^"refused_key";r=0;/ });
  t.equal((await ask('/all')).status, 429);
  t.equal((await ask('/all', {}, '192.0.2.2')).status, 401, 'another address');
  t.match(await ask('/open'), { status: 200, policy: '"address";q=3;w=60', left: /^"address";r=2;/ });
  t.equal((await ask('/nowhere')).status, 404);
  t.equal((await ask('/docs/page')).status, 200);
  t.equal((await ask('/open')).status, 429, 'what is not there counts as well');
  for (let times = 0; times < 5; times++) t.match(await ask('/probe'), { status: 200, left: undefined });
  const statuses = [];
  for (const from of ['2001:db8::1', '2001:db8::ffff', '2001:db8:0:0:8::1', '2001:db8:0:1::1'])
    statuses.push((await ask('/all', {}, from)).status);
  t.same(statuses, [401, 429, 429, 401], 'a /64 of IPv6 is one address');
});

t.test('attempts to sign in are counted by address, and by account whatever the address', async (t) => {
  const app = await guarded({ REFUSED_KEYS_PER_MINUTE: '12' });
  let addresses = 0;
  const attempt = async (payload?: object, given: object = {}) => {
    const remoteAddress = `198.51.100.${addresses++}`;
    const asked = {
      method: 'POST',
      url: '/sign-in',
      remoteAddress,
      ...(payload && { payload }),
      ...given,
    } as const;
    const { statusCode, headers, body } = await app.inject(asked);
    return { status: statusCode, policy: headers['ratelimit-policy'], left: headers.ratelimit, body };
  };
  const email = 'A@mail.example';
  const policy = '"sign_in_account";q=10;w=900';
  t.match(await attempt({ email }), { status: 200, policy, left: /^"sign_in_account";r=9;/, body: '9' });
  for (let n = 0; n < 9; n++)
    t.equal((await attempt({ email: n % 2 ? email : email.toLowerCase() })).status, 200);
  const over = await attempt({ email: email.toUpperCase() });
  t.match(JSON.parse(over.body), {
    code: 'rate_limited',
    detail: /^More than 10 requests in 900 seconds \(sign_in_account\)/,
  });
  t.match(await attempt({ email: 'b@mail.example' }), { status: 200, body: '9' });
  t.match(await attempt({ ticket: 'one' }), { status: 200, body: '9' });
  t.match(await attempt({ ticket: 'one' }), { status: 200, body: '8' });
  t.match(await attempt({ ticket: 'two' }), { status: 200, body: '9' });
  t.match(await attempt(), { status: 200, body: '9' });
  t.match(await attempt({}), { status: 200, body: '8' }, 'who names nothing is one');
  const headers = bearer(await issue(bank));
  t.match(
    await attempt({ email }, { url: '/prove', headers }),
    { status: 200, body: '9' },
    'as whoever asks',
  );
  t.match(await attempt({ ticket: 'one' }, { url: '/prove', headers }), { status: 200, body: '8' });
  const near = { remoteAddress: '203.0.113.1' };
  for (let n = 0; n < 12; n++) t.equal((await attempt({ email: `${n}@mail.example` }, near)).status, 200);
  const beyond = await attempt({ email: 'c@mail.example' }, near);
  t.match(beyond, { status: 429, policy: '"sign_in_address";q=12;w=60' });
  t.match(await attempt(undefined, { method: 'GET', url: '/passkey', ...near }), { status: 429 });
  t.match(await attempt(undefined, { method: 'GET', url: '/passkey' }), { status: 200, body: '11' });
});

t.test('a login that stands above the policies is named and refused', async (t) => {
  const as = async (login: string) => {
    const own = connect(login, { max: 1 });
    t.teardown(() => own.close());
    return own;
  };
  await refusePrivileged(await as(url));
  const [login] = await sql<{ name: string; reason: string }[]>`select rolname as name,
    case when rolsuper then 'stands above row-level security' else 'owns the tables' end as reason
    from pg_roles where rolname = session_user`;
  const refused = await refusePrivileged(await as(owner_url)).catch((error: unknown) => error);
  t.ok(refused instanceof StartupError);
  const { name, reason } = login!;
  t.match(
    (refused as Error).message,
    `DATABASE_URL logs in as ${name}, which ${reason}: keep it for "npm run migrate"`,
  );
});
