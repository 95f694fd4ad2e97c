/** What people prove themselves with and what they may then do, as far as it needs no database. */
import { argon2Sync, createHash, createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import t from 'tap';
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
import { csrfTokenMatches, csrfTokenOf, type StartedSession } from '../../src/people/sessions.ts';
import { hashToken, mintToken, TOKEN_PATTERN } from '../../src/people/tokens.ts';

const PASSWORD = 'lantern orbit thimble seven';

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
      t.same(
        fields.map(({ pointer, detail }) => ({ pointer, detail })),
        [{ pointer: '/body/password', detail: message.replace('/body/password ', '') }],
      );
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
    ['xypasswordzq', [], true],
  ] as [string, string[], boolean][])
    t.equal(fault(password, about), is_good ? null : GUESSED, password);
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

t.test('a password is kept as Argon2id of the published cost, and is matched to the letter', async (t) => {
  const hash = await hashPassword(PASSWORD);
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  t.equal(await passwordMatches(PASSWORD, hash), true);
  t.equal(await passwordMatches(`${PASSWORD} `, hash), false);
  t.equal(await passwordMatches(PASSWORD, null), false);
  // Of the reference implementation's command.
  const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  t.equal(await passwordMatches('password', known), true);
  const cost = { memory: 256, passes: 10, parallelism: 11 };
  const [message, nonce] = ['password', Buffer.from('salt of sixteen!')];
  const tag = argon2Sync('argon2id', { message, nonce, tagLength: 32, ...cost })
    .toString('base64')
    .slice(0, 43);
  const dear = `$argon2id$v=19$m=256,t=10,p=11$${nonce.toString('base64').slice(0, 22)}$${tag}`;
  t.equal(await passwordMatches('password', dear), true, 'whatever its cost');
  for (const other of [` ${hash}`, `${hash}=`, hash.replace('argon2id', 'argon2i'), ''])
    await t.rejects(passwordMatches(PASSWORD, other), TypeError, 'what is no hash is not read as one');
});
