/** People by themselves: what they prove themselves with and what they may then do, with nothing but a database. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Secret, TOTP } from 'otpauth';
import t from 'tap';
import { eyesOf, requireOtherEyes } from '../../src/accounts/eyes.ts';
import { type Caller, createOrganisation, issueKey } from '../../src/accounts/store.ts';
import type { Problem } from '../../src/errors.ts';
import {
  clearSessionCookie,
  requireCsrfToken,
  requireSameOrigin,
  sessionTokenOf,
  setSessionCookie,
  setStateCookie,
  stateOf,
} from '../../src/http/session-cookie.ts';
import { hashPassword, passwordMatches, requireGoodPassword } from '../../src/people/passwords.ts';
import {
  ACTIONS,
  type Action,
  actionsOfRole,
  actionsOfScopes,
  coversScopes,
  ROLE_NAMES,
  ROLES,
  rolesOf,
  SCOPES,
} from '../../src/people/roles.ts';
import {
  beginTotp,
  CODE_PATTERN,
  confirmTotp,
  hasSecondFactor,
  removeTotp,
  secondFactorCounts,
} from '../../src/people/second-factor.ts';
import {
  beginSession,
  csrfTokenMatches,
  csrfTokenOf,
  endSession,
  endSessionOf,
  endSessions,
  findSession,
  forgetSessions,
  MAX_SESSIONS,
  renewSession,
  type StartedSession,
  sessionsOf,
} from '../../src/people/sessions.ts';
import {
  changePassword,
  proveAgain,
  type SignInOutcome,
  signIn,
  signInWithCode,
  wordsAbout,
} from '../../src/people/sign-in.ts';
import {
  failTicket,
  forgetTickets,
  holdTicket,
  issueTicket,
  takeTicket,
  useTicket,
} from '../../src/people/tickets.ts';
import { hashToken, mintToken, TOKEN_PATTERN } from '../../src/people/tokens.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createTestDatabase, MASTER_KEY } from '../database.ts';
import { addPerson, PASSWORD } from '../people.ts';

const { database } = await createTestDatabase(t);
const { sql } = database;
const vault = createVault(database, MASTER_KEY);
const NOW = new Date('2009-06-01T01:00:00Z');
const service = { system: database, vault, clock: { now: () => NOW } };
const found = (kind: 'bank' | 'firm') =>
  database.transaction((tx) => createOrganisation(tx, { kind, name: kind, demonstration: false }, NOW));
const bank = await found('bank');
const add = (role = 'officer') => addPerson({ database, vault }, bank.id, role);
const begin = (person_id: string) => database.transaction((tx) => beginSession(tx, person_id));
const minutesFromNow = (at: Date) => (at.getTime() - Date.now()) / 60_000;
const audited = async (subject: string) => {
  const rows = await sql<
    { action: string; actor: string; organisation_id: string; detail: string; at: Date }[]
  >`
    select action, actor, organisation_id, detail, at from audit_entry where subject = ${subject} order by seq`;
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));
};

t.test('each role may what the table of the policy says, and a role of another kind nothing', async (t) => {
  t.same(ACTIONS, ['read', 'write', 'review', 'decide', 'operate', 'administer']);
  const all = 'read write review decide operate administer';
  const policy: Record<string, Record<string, string>> = {
    bank: { admin: all, officer: 'read write decide operate', viewer: 'read' },
    firm: { owner: all, member: 'read write operate' },
    staff: {
      ...{ admin: all, operator: 'read write operate' },
      ...{ senior_reviewer: 'read review decide', reviewer: 'read review' },
    },
    agency: { admin: all, member: 'read write' },
    expert: { admin: all, member: 'read write' },
    buyer: { admin: all, member: 'read write' },
  };
  t.same(Object.keys(ROLES), Object.keys(policy));
  for (const [kind, roles] of Object.entries(policy)) {
    t.same(rolesOf(kind), Object.keys(roles), kind);
    for (const [role, actions] of Object.entries(roles))
      t.same(actionsOfRole(kind, role), actions.split(' '), `${kind} ${role}`);
  }
  t.same(actionsOfRole('bank', 'owner'), []);
  t.same(actionsOfRole('nobody', 'admin'), []);
  t.same(
    [...ROLE_NAMES].sort(),
    ['admin', 'member', 'officer', 'operator', 'owner', 'reviewer', 'senior_reviewer', 'viewer'],
    'each once',
  );
});

t.test('scopes of keys are actions too, and are covered by those who may them all', async (t) => {
  t.same(SCOPES, ['read', 'write']);
  t.same(actionsOfScopes(['read']), ['read']);
  t.same(actionsOfScopes(['write']), ['write', 'review', 'decide', 'operate', 'administer']);
  t.same(actionsOfScopes(['read', 'write']), ACTIONS);
  t.same(actionsOfScopes([]), []);
  for (const [actions, scopes, covers] of [
    [ACTIONS, ['read', 'write'], true],
    [['read'], ['read'], true],
    [['read'], ['write'], false],
    [['read', 'write'], ['write'], false],
    [ACTIONS.slice(1), ['write'], true],
    [ACTIONS.slice(1), ['read', 'write'], false],
  ] as [Action[], ('read' | 'write')[], boolean][])
    t.equal(coversScopes(actions, scopes), covers, `${actions} ${scopes}`);
});

const GUESSED =
  '/body/password is made of common passwords, runs of letters and what others know of you; take words that nobody would guess.';

t.test('a password is told what is wrong with it and what would do, and where it stood', async (t) => {
  const fault = (password: string, about: string[] = []) => {
    try {
      requireGoodPassword(password, about, '/body/password');
      return null;
    } catch (error) {
      const { code, message, fields } = error as Problem;
      t.equal(code, 'bad_request');
      t.same(fields, [{ pointer: '/body/password', detail: message.replace('/body/password ', '') }]);
      return message;
    }
  };
  const own = 'xkqvfwjhbzmt';
  t.equal(fault(own), null);
  t.equal(
    fault(own.slice(1)),
    '/body/password has 11 characters; give 12 or more, such as four words that have nothing to do with each other.',
  );
  t.equal(fault('x'.repeat(12)), GUESSED);
  t.equal(fault(own + ' '.repeat(116)), null, '128 characters');
  t.equal(fault(own + ' '.repeat(117)), '/body/password has 129 characters; give 128 or fewer.');
  t.equal(fault('🐟🐠🐡🦈🐙🦑🦐🦞🦀🐚🐌🐞'), null, 'as a reader counts');
  for (const [password, about, is_good] of [
    ['passwordpasswordxkq', [], false],
    ['passwordpasswordxkqv', [], true],
    ['xkqxkqxkqxkq', [], false],
    ['Password1!@[`{~ /:', [], false],
    ['SUMMERFIELDSummerfield', ['Anne Summerfield'], false],
    ['SUMMERFIELDSummerfield', [], true],
    ['kwzmkwzmkwzm', ['kwzm@mail.example'], false],
    ['kwzmkwzmkwzm', [], true],
    ['kwzvtnkwzvtn', ['kwz vtn'], true],
    ['qjxkqjxkqjxk', ['a-QJXK-b'], false],
    ['abcxyzabcxyz', [], false],
    ['cbazyxcbazyx', [], false],
    ['aaabbbcccddd', [], false],
    ['acegikmoqsuw', [], true],
    ['abxyjkabxyjk', [], true],
    ['aabcttuvnnop', [], false],
    ['aabbnnuuccttr', [], true],
  ] as [string, string[], boolean][])
    t.equal(fault(password, about), is_good ? null : GUESSED, password);
});

t.test('a password is kept as Argon2id of the published cost, and is matched to the letter', async (t) => {
  const hash = await hashPassword(PASSWORD);
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  t.equal(await passwordMatches(PASSWORD, hash), true);
  t.equal(await passwordMatches(`${PASSWORD} `, hash), false);
  t.equal(await passwordMatches(PASSWORD, null), false);
  // Of the reference implementation's command.
  const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  t.equal(await passwordMatches('password', known), true);
  for (const other of [` ${hash}`, `${hash}=`, hash.replace('argon2id', 'argon2i'), ''])
    await t.rejects(passwordMatches(PASSWORD, other), TypeError, 'what is no hash is not read as one');
});

t.test('a token is 32 random bytes, of which the hash is kept', async (t) => {
  const { token, token_sha256 } = mintToken();
  t.equal(Buffer.from(token, 'base64url').length, 32);
  t.match(token, new RegExp(TOKEN_PATTERN));
  t.not(mintToken().token, token);
  t.same(token_sha256, createHash('sha256').update(token).digest());
  t.same(hashToken(token), token_sha256);
  for (const other of [`${token}A`, token.slice(1), ` ${token}`, `${token.slice(1)}.`])
    t.notMatch(other, new RegExp(TOKEN_PATTERN));
});

t.test('a ticket counts once, for its step and five minutes, and outlives two failures', async (t) => {
  const { id: person_id } = await add();
  const issue = (given = {}) => issueTicket(sql, 'second_factor', given);
  const hold = (token: string, purpose: 'second_factor' | 'passkey_sign_in' = 'second_factor') =>
    holdTicket(sql, purpose, token);
  const [ticket, other] = [await issue({ person_id, detail: 'sealed' }), await issue()];
  const [row] = await sql`select expires_at from ticket where token_sha256 = ${hashToken(ticket)}`;
  t.ok(Math.abs(minutesFromNow(row!.expires_at) - 5) < 1);
  t.same({ ...(await hold(ticket)) }, { person_id, detail: 'sealed' });
  t.same({ ...(await hold(other)) }, { person_id: null, detail: null });
  t.equal(await hold(ticket, 'passkey_sign_in'), null);
  t.equal(await takeTicket(sql, 'passkey_sign_in', ticket), null);
  t.equal(await hold(mintToken().token), null);
  for (const survives of [true, true, false]) {
    await failTicket(sql, ticket);
    t.equal((await hold(ticket)) !== null, survives);
  }
  t.ok(await hold(other), 'failures are counted apart');
  t.same({ ...(await takeTicket(sql, 'second_factor', other)) }, { person_id: null, detail: null });
  t.equal(await takeTicket(sql, 'second_factor', other), null);
  const [used, left, late] = [await issue(), await issue(), await issue()];
  await useTicket(sql, used);
  t.equal(await hold(used), null);
  await sql`update ticket set expires_at = now() - interval '1 second' where token_sha256 = ${hashToken(late)}`;
  t.equal(await hold(late), null);
  t.equal(await takeTicket(sql, 'second_factor', late), null);
  t.same(await forgetTickets({ sql }), { tickets_forgotten: 1 });
  t.ok(await hold(left));
});

const STEP_ms = 30_000;
/** Waits where a step is about to end, so that a code is still of it when it arrives. */
async function codeOf(secret: string, step = 0): Promise<string> {
  const left_ms = STEP_ms - (Date.now() % STEP_ms);
  if (left_ms < 2_000) await sleep(left_ms);
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + step * STEP_ms });
}

async function withFactor(email = '') {
  const person = await add();
  const owner = { person_id: person.id, organisation_id: bank.id };
  const begun = await database.transaction((tx) => beginTotp(tx, vault, owner, email));
  const confirm = (code: string) => database.transaction((tx) => confirmTotp(tx, vault, owner, code));
  const counts = (code: string, of = owner) =>
    database.transaction((tx) => secondFactorCounts(tx, vault, of, code));
  const forgetStep = () => sql`update person_login set totp_step = 0 where person_id = ${person.id}`;
  return { person, owner, ...begun, confirm, counts, forgetStep };
}

t.test('a second factor counts from its first code on, a step early or late, each code once', async (t) => {
  const { person, secret, uri, confirm, counts, forgetStep } = await withFactor('a@mail.example');
  t.match(secret, /^[A-Z2-7]{32}$/, '160 bits');
  t.match(uri, /^otpauth:\/\/totp\/Pledgewatch:a%40mail\.example\?/);
  t.same(Object.fromEntries(new URL(uri).searchParams), {
    ...{ issuer: 'Pledgewatch', secret, algorithm: 'SHA1', digits: '6', period: '30' },
  });
  const [kept] = await sql`select totp_secret from person_login where person_id = ${person.id}`;
  t.equal(await vault.open(bank.id, `person_login/${person.id}/totp`, kept!.totp_secret), secret);
  t.equal(await hasSecondFactor(sql, person.id), false);
  t.equal(await confirm('000000'), null);
  t.equal(await hasSecondFactor(sql, person.id), false);
  t.ok(await confirm(await codeOf(secret, -1)));
  t.equal(await hasSecondFactor(sql, person.id), true);
  t.equal(await hasSecondFactor(sql, 'psn_missing'), false);
  t.equal(await counts(await codeOf(secret, -1)), false, 'it has counted');
  t.equal(await counts(await codeOf(secret)), true);
  t.equal(await counts(await codeOf(secret, -1)), false, 'one before it');
  t.equal(await counts(await codeOf(secret)), false);
  t.equal(await counts(await codeOf(secret, 1)), true);
  for (const [step, does] of [
    [-2, false],
    [-1, true],
    [2, false],
  ] as const) {
    await forgetStep();
    t.equal(await counts(await codeOf(secret, step)), does, `${step}`);
  }
  t.equal(await counts('000000', { person_id: 'psn_missing', organisation_id: bank.id }), false);
  const later = await withFactor();
  t.equal(await later.counts(await codeOf(secret)), false, 'of another person');
});

t.test('a factor that is begun anew waits for its first code, and what is removed is gone', async (t) => {
  const { person, owner, secret, confirm, counts, forgetStep } = await withFactor();
  const codes = (await confirm(await codeOf(secret)))!;
  const again = await database.transaction((tx) => beginTotp(tx, vault, owner, ''));
  t.not(again.secret, secret);
  t.equal(await hasSecondFactor(sql, person.id), false);
  const next = (await confirm(await codeOf(again.secret)))!;
  t.equal(await counts(codes[0]!), false, 'recovery codes of before');
  t.equal(await counts(next[0]!), true);
  await forgetStep();
  await database.transaction((tx) => removeTotp(tx, person.id));
  t.equal(await hasSecondFactor(sql, person.id), false);
  t.equal(await counts(await codeOf(again.secret)), false);
  t.equal(await counts(next[1]!), false);
});

t.test(
  'recovery codes have 120 bits, and count once, for their person, however they are written',
  async (t) => {
    const { secret, confirm, counts, person } = await withFactor();
    const other = await withFactor();
    const codes = (await confirm(await codeOf(secret)))!;
    t.equal(new Set(codes).size, 10);
    for (const code of codes) {
      t.match(code, /^[A-Z2-7]{6}(-[A-Z2-7]{6}){3}$/);
      t.match(code, new RegExp(CODE_PATTERN));
    }
    const kept = await sql`select code_sha256 from recovery_code where person_id = ${person.id}`;
    const hashes = codes.map((code) => hashToken(code.replaceAll('-', '')).toString('hex'));
    t.same(kept.map(({ code_sha256 }) => code_sha256.toString('hex')).sort(), hashes.sort());
    t.equal(await other.counts(codes[0]!), false);
    t.equal(await counts(codes[0]!), true);
    t.equal(await counts(codes[0]!), false);
    t.equal(await counts(codes[1]!.toLowerCase().replaceAll('-', ' ')), true);
    t.equal(await counts(codes[2]!.replaceAll('-', '')), true);
    t.equal(await counts(`1${await codeOf(secret, 1)}`), false, 'seven digits are no code');
    t.equal(await counts(`${await codeOf(secret, 1)}1`), false);
    for (const code of ['12345', '1234567890123456789012345678901234567890A', '12345!', ' 12345\n'])
      t.notMatch(code, new RegExp(CODE_PATTERN), code);
    t.match('123456', new RegExp(CODE_PATTERN));
  },
);

t.test('a session is found by its secret, with who is behind it, until it is idle or over', async (t) => {
  const { id: person_id } = await add('viewer');
  const { id, token, ends_at, ...rest } = await begin(person_id);
  t.same(rest, { person_id });
  t.match(id, /^ses_/);
  t.ok(Math.abs(minutesFromNow(ends_at) - 12 * 60) < 1);
  const set = (assignment: string) => sql`update session set ${sql.unsafe(assignment)} where id = ${id}`;
  const found = () => findSession(sql, token);
  t.same(await found(), {
    caller: {
      ...{ organisation_id: bank.id, kind: 'bank', key_id: person_id, person_id },
      session: { id, role: 'viewer', proved: true },
    },
    ...{ actions: ['read'], is_first_of_a_while: false },
  });
  t.equal(await findSession(sql, mintToken().token), null);
  for (const [assignment, expected] of [
    [`proved_at = now() - interval '9 minutes'`, { caller: { session: { proved: true } } }],
    [`proved_at = now() - interval '11 minutes'`, { caller: { session: { proved: false } } }],
    [`used_at = now() - interval '50 seconds'`, { is_first_of_a_while: false }],
    [`used_at = now() - interval '70 seconds'`, { is_first_of_a_while: true }],
    [`used_at = now() - interval '29 minutes'`, { is_first_of_a_while: true }],
  ] as const) {
    await set(assignment);
    t.match(await found(), expected, assignment);
  }
  t.match(await found(), { is_first_of_a_while: false }, 'its use was written down');
  await set(`used_at = now() - interval '40 seconds'`);
  const usedAt = async () => (await sql`select used_at from session where id = ${id}`)[0]!.used_at;
  const before = await usedAt();
  await found();
  t.same(await usedAt(), before, 'seldom');
  await set(`used_at = now() - interval '31 minutes'`);
  t.equal(await found(), null, 'idle');
  await set('used_at = now(), ends_at = now()');
  t.equal(await found(), null, 'over');
  await set(`ends_at = now() + interval '1 hour'`);
  t.ok(await found());
  await sql`update person set closed_at = now() where id = ${person_id}`;
  t.equal(await found(), null, 'of a closed account');
});

t.test('sessions are listed, ended and forgotten, each by its owner or by its end', async (t) => {
  const [{ id: person_id }, { id: other_id }] = [await add(), await add()];
  const all: StartedSession[] = [];
  for (let n = 0; n < MAX_SESSIONS + 1; n++) all.push(await begin(person_id));
  const other = await begin(other_id);
  const listed = async () => (await sessionsOf(sql, person_id)).map(({ id }) => id);
  const ids = all.map(({ id }) => id);
  t.same(await listed(), ids.slice(1).reverse(), 'the ten newest, newest first');
  const [first] = await sessionsOf(sql, person_id);
  t.same(Object.keys(first!).sort(), ['begun_at', 'ends_at', 'id', 'used_at']);
  await sql`update session set used_at = now() - interval '10 minutes' where id = ${ids[5]!}`;
  await begin(person_id);
  t.notOk((await listed()).includes(ids[5]!), 'the one used longest ago makes room');
  t.equal(await endSession(sql, other_id, ids[6]!), false);
  t.equal(await endSession(sql, person_id, 'missing'), false);
  t.equal(await endSession(sql, person_id, ids[6]!), true);
  t.equal(await endSession(sql, person_id, ids[6]!), false);
  await endSessionOf(sql, all[7]!.token);
  t.notOk((await listed()).includes(ids[7]!));
  t.equal((await listed()).length, 8);
  const renewed = await database.transaction((tx) => renewSession(tx, ids[8]!));
  t.match(renewed, { id: ids[8], person_id, ends_at: all[8]!.ends_at });
  t.equal(await findSession(sql, all[8]!.token), null);
  t.ok(await findSession(sql, renewed.token));
  await t.rejects(
    database.transaction((tx) => renewSession(tx, ids[6]!)),
    { code: 'unauthenticated', message: 'The session was ended; sign in again.' },
  );
  t.equal(await endSessions(sql, person_id, ids[8]!), 7);
  t.same(await listed(), [ids[8]]);
  t.equal(await endSessions(sql, person_id, null), 1);
  t.ok(await findSession(sql, other.token));
  const { id: gone_id } = await begin(person_id);
  await sql`update session set used_at = now() - interval '31 minutes' where id = ${gone_id}`;
  t.same(await listed(), []);
  await forgetSessions({ sql });
  t.equal((await sql`select from session where id = ${gone_id}`).count, 0);
  t.ok(await findSession(sql, other.token), 'what goes on is kept');
  await sql`update session set ends_at = now() where id = ${other.id}`;
  t.same(await forgetSessions({ sql }), { sessions_forgotten: 1 });
});

t.test('a renewed session is proved and used from then on', async (t) => {
  const { id } = await begin((await add()).id);
  await sql`update session set proved_at = now() - interval '1 hour', used_at = now() - interval '20 minutes'
    where id = ${id}`;
  const { token } = await database.transaction((tx) => renewSession(tx, id));
  t.match(await findSession(sql, token), {
    caller: { session: { proved: true } },
    is_first_of_a_while: false,
  });
});

const asked = (given: { headers?: object; host?: string; body?: unknown }) =>
  ({ headers: {}, ...given }) as FastifyRequest;

t.test('the cookie is of this host alone, and read as it was set', async (t) => {
  const { token } = mintToken();
  const headers: Record<string, string> = {};
  const reply = { header: (name: string, value: string) => Object.assign(headers, { [name]: value }) };
  const told = (set: (reply: FastifyReply) => void) => {
    set(reply as never);
    return headers['set-cookie'];
  };
  const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';
  t.equal(
    told((to) => setSessionCookie(to, { token } as StartedSession)),
    `__Host-session=${token}; ${attributes}`,
  );
  t.equal(
    told((to) => setStateCookie(to, token)),
    `__Host-sign-in=${token}; ${attributes}; Max-Age=300`,
  );
  t.notOk('clear-site-data' in headers);
  t.equal(told(clearSessionCookie), `__Host-session=; ${attributes}; Max-Age=0`);
  t.equal(headers['clear-site-data'], '"cache", "cookies", "storage"');
  for (const cookie of [
    `__Host-session=${token}`,
    `a=b; __Host-session=${token}; c=d`,
    `a=b;__Host-session=${token};c=d`,
    `a=b;  __Host-session=${token}`,
  ]) {
    t.equal(sessionTokenOf(asked({ headers: { cookie } })), token, cookie);
    t.equal(stateOf(asked({ headers: { cookie } })), null);
  }
  t.equal(stateOf(asked({ headers: { cookie: `__Host-sign-in=${token}` } })), token);
  t.equal(sessionTokenOf(asked({})), null);
  for (const cookie of [
    ...['', token, `__Host-session=`, `x__Host-session=${token}`, `__Host-session=${token}A`],
    ...[`__Host-session=${token.slice(1)}`, `__Host-session=${token.slice(1)}.`, `session=${token}`],
    ...[`a= __Host-session=${token}`, `__Host-session=${token} `],
  ])
    t.equal(sessionTokenOf(asked({ headers: { cookie } })), null, cookie);
});

t.test('what a session changes comes from a page of ours and brings the token of the session', async (t) => {
  const passes = (check: () => void, message: RegExp) => {
    try {
      check();
      return true;
    } catch (error) {
      t.match(error, { code: 'cross_site', message });
      return false;
    }
  };
  const host = 'desk.example';
  for (const [headers, ours] of [
    [{}, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://other.example' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://desk.example' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ 'sec-fetch-site': '' }, false],
    [{ origin: 'https://desk.example' }, true],
    [{ origin: 'https://desk.example:8443' }, false],
    [{ origin: 'https://other.example' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
  ] as const) {
    const check = () => requireSameOrigin(asked({ headers, host }));
    t.equal(
      passes(check, /^A session may change something only from a page of the service/),
      ours,
      `${JSON.stringify(headers)}`,
    );
  }
  const { token } = mintToken();
  const csrf = csrfTokenOf(token);
  t.equal(csrf, createHmac('sha256', token).update('csrf').digest('base64url'));
  t.equal(csrfTokenMatches(token, csrf), true);
  t.equal(csrfTokenMatches(token, token), false);
  for (const [given, ours] of [
    [{ headers: { 'x-csrf-token': csrf } }, true],
    [{ body: { csrf_token: csrf } }, true],
    [{ headers: { 'x-csrf-token': csrf }, body: { csrf_token: 'other' } }, true],
    [{ headers: { 'x-csrf-token': 'other' }, body: { csrf_token: csrf } }, false],
    [{ headers: { 'x-csrf-token': csrfTokenOf(mintToken().token) } }, false],
    [{ headers: { 'x-csrf-token': `${csrf}x` } }, false],
    [{ headers: { 'x-csrf-token': [csrf] } }, false],
    [{ body: { csrf_token: 1 } }, false],
    ...[{}, { body: null }, { body: {} }].map((given) => [given, false] as const),
  ] as [object, boolean][]) {
    const check = () => requireCsrfToken(asked(given), token);
    t.equal(passes(check, /csrf_token of GET \/v1\/sessions\/current\) in the header x-csrf-token\.$/), ours);
  }
});

const signedIn = (outcome: SignInOutcome) => {
  if (outcome.state !== 'signed_in') throw new Error(outcome.state);
  return outcome;
};

t.test('who knows the password comes in, and whoever does not waits and is written down', async (t) => {
  const { id, email } = await add();
  const enter = (password: string, replaced: string | null = null, address = email) =>
    signIn(service, { email: address, password }, replaced);
  const before = await begin(id);
  const { session, organisation_id } = signedIn(await enter(PASSWORD, null, email.toUpperCase()));
  t.equal(organisation_id, bank.id);
  t.match((await findSession(sql, session.token))!.caller, { person_id: id, session: { id: session.id } });
  t.ok(await findSession(sql, before.token));
  signedIn(await enter(PASSWORD, before.token));
  t.equal(await findSession(sql, before.token), null, 'a browser has one');
  t.ok(await findSession(sql, session.token));
  for (const [address, organisation_id] of [
    [email, bank.id],
    ['nobody@mail.example', null],
  ] as const) {
    const started_ms = performance.now();
    t.same(await enter('not the password of it', null, address), { state: 'refused', organisation_id });
    t.ok(performance.now() - started_ms >= 249, 'not before the time that every refusal takes');
  }
  const entry = { actor: id, organisation_id: bank.id, at: NOW };
  const in_by = { by: 'password', session_id: session.id };
  t.match(await audited(id), [
    { ...entry, action: 'person.signed_in', detail: in_by },
    { ...entry, action: 'person.signed_in', detail: { by: 'password' } },
    { ...entry, action: 'person.sign_in.refused', detail: { wrong: 'password' } },
  ]);
  await sql`update person set closed_at = now() where id = ${id}`;
  t.match(await enter(PASSWORD), { state: 'refused', organisation_id: null });
});

t.test('with a second factor the password gives a ticket, and ticket and code a session', async (t) => {
  const { person, secret, confirm } = await withFactor();
  await confirm(await codeOf(secret, -1));
  const outcome = await signIn(service, { email: person.email, password: PASSWORD }, null);
  if (outcome.state !== 'second_factor_needed') throw new Error(outcome.state);
  const { ticket, ...rest } = outcome;
  t.same(rest, { state: 'second_factor_needed' });
  t.equal((await sessionsOf(sql, person.id)).length, 0);
  const enter = (code: string, of = ticket, replaced: string | null = null) =>
    signInWithCode(service, { ticket: of, code }, replaced);
  t.same(await enter(await codeOf(secret), mintToken().token), { state: 'refused', organisation_id: null });
  t.same(await enter('000000'), { state: 'refused', organisation_id: bank.id });
  const before = await begin(person.id);
  const { session } = signedIn(await enter(await codeOf(secret), ticket, before.token));
  t.ok(await findSession(sql, session.token));
  t.equal(await findSession(sql, before.token), null);
  t.same(await enter(await codeOf(secret, 1)), { state: 'refused', organisation_id: null }, 'once');
  const failing = await issueTicket(sql, 'second_factor', { person_id: person.id });
  for (let n = 0; n < 3; n++) t.match(await enter('000000', failing), { organisation_id: bank.id });
  t.match(await enter('000000', failing), { state: 'refused', organisation_id: null }, 'and no more');
  t.match(
    (await audited(person.id)).map(({ action, detail }) => [action, detail.by ?? detail.wrong]),
    [
      ['person.sign_in.refused', 'second_factor'],
      ['person.signed_in', 'second_factor'],
      ...Array.from({ length: 3 }, () => ['person.sign_in.refused', 'second_factor']),
    ],
  );
});

t.test(
  'who is there is shown again by password and code, and the session goes on under a new secret',
  async (t) => {
    const { person, secret, confirm } = await withFactor();
    const { id: session_id, token } = await begin(person.id);
    const prove = (password: string, code?: string, person_id = person.id) =>
      proveAgain(service, { person_id, session_id }, { password, code });
    t.equal(await prove('not the password of it'), null);
    const first = (await prove(PASSWORD))!;
    t.equal(first.id, session_id);
    t.equal(await findSession(sql, token), null);
    await confirm(await codeOf(secret, -1));
    t.equal(await prove(PASSWORD), null);
    t.equal(await prove(PASSWORD, '000000'), null);
    t.ok(await findSession(sql, first.token));
    const second = (await prove(PASSWORD, await codeOf(secret)))!;
    t.ok(await findSession(sql, second.token));
    t.equal(await prove(PASSWORD, undefined, 'psn_missing'), null);
    t.same(
      (await audited(person.id)).map(({ action, detail }) => [action, detail]),
      [
        ['person.sign_in.refused', { wrong: 'password' }],
        ['person.proved', {}],
        ['person.sign_in.refused', { wrong: 'second_factor' }],
        ['person.sign_in.refused', { wrong: 'second_factor' }],
        ['person.proved', {}],
      ],
    );
  },
);

t.test('a changed password is the only one, and ends the other sessions', async (t) => {
  const { id, email } = await add();
  const [here, there] = [await begin(id), await begin(id)];
  const next = randomBytes(12).toString('hex');
  const { token } = await changePassword(service, id, here.id, next);
  t.equal(await findSession(sql, there.token), null);
  t.equal(await findSession(sql, here.token), null);
  t.ok(await findSession(sql, token));
  signedIn(await signIn(service, { email, password: next }, null));
  const [changed] = await audited(id);
  t.match(changed, { action: 'person.password_changed', detail: { sessions_ended: 1 } });
  t.same(await wordsAbout(service, id), ['A Person', email]);
});

t.test('four eyes are those of two persons, whatever keys they use', async (t) => {
  const [{ id: one }, { id: two }] = [await add(), await add()];
  const issue = (issued_by: string | null) =>
    database.transaction((tx) => issueKey(tx, bank.id, 'a label', NOW, { issued_by }));
  const [of_one, of_two, of_none] = [await issue(one), await issue(two), await issue(null)];
  const caller = (key_id: string, person_id?: string): Caller => ({
    ...{ organisation_id: bank.id, kind: 'bank', key_id },
    ...(person_id !== undefined && { person_id }),
  });
  t.equal(eyesOf(caller(one, one)), one);
  t.equal(eyesOf(caller(of_one.id, one)), one);
  t.equal(eyesOf(caller(of_none.id)), of_none.id);
  const may = (proposers: string[], by: Caller) =>
    database
      .transaction((tx) => requireOtherEyes(tx, proposers, by, 'ask another.'))
      .then(
        () => true,
        (error) => {
          t.match(error, {
            code: 'refused',
            message: 'Who proposed cannot decide; four eyes are needed: ask another.',
          });
          return false;
        },
      );
  for (const [proposers, by, does] of [
    [[one], caller(one, one), false],
    [[of_one.id], caller(one, one), false],
    [[one, of_one.id], caller(of_one.id, one), false],
    [[two], caller(one, one), true],
    [[of_two.id], caller(one, one), true],
    [[of_none.id], caller(one, one), true],
    [[one, two], caller(one, one), true],
    [[], caller(one, one), true],
    [[of_none.id], caller(of_none.id), true],
  ] as [string[], Caller, boolean][])
    t.equal(await may(proposers, by), does);
});
