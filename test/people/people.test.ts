/** People by themselves: how they come in, who they are then and how it ends, with nothing but a database. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';
import t from 'tap';
import { eyesOf, requireOtherEyes } from '../../src/accounts/eyes.ts';
import { type Caller, createOrganisation, issueKey } from '../../src/accounts/store.ts';
import { type Lost, offerRecovery, recoverAccount } from '../../src/people/account-recovery.ts';
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
import { hashToken, mintToken } from '../../src/people/tokens.ts';
import { say } from '../../src/pledges/sentences.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createTestDatabase, MASTER_KEY } from '../database.ts';
import { addPasskey, addPerson, PASSWORD } from '../people.ts';

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
      .transaction((tx) => requireOtherEyes(tx, proposers, by, say('registrar_same_eyes')))
      .then(
        () => true,
        (error) => {
          t.match(error, {
            code: 'refused',
            message: /^Who proposed cannot decide/,
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

t.test('a way back takes away what was lost, and leaves the second factor where that was not', async (t) => {
  const { person, secret, confirm } = await withFactor();
  await confirm(await codeOf(secret, -1));
  await addPasskey({ database }, person.id);
  const caller: Caller = { organisation_id: bank.id, kind: 'bank', key_id: 'psn_administrator' };
  const offer = (lost: Lost, person_id = person.id, by = caller) =>
    database.transaction((tx) => offerRecovery(tx, by, { person_id, lost }, NOW));
  const left = async () => {
    const [row] = await sql<{ passkeys: number; codes: number }[]>`select
      (select count(*)::int from passkey where person_id = ${person.id}) as passkeys,
      (select count(*)::int from recovery_code where person_id = ${person.id}) as codes`;
    return { ...row };
  };
  const enter = async (password: string) =>
    (await signIn(service, { email: person.email, password }, null)).state;
  const set = (token: string, password: string) => recoverAccount(service, { token, password });

  const nobody = { code: 'not_found', message: 'There is no such person.' };
  await t.rejects(offer('password', 'psn_missing'), nobody);
  const firm = await found('firm');
  const foreign = { ...caller, organisation_id: firm.id };
  await t.rejects(offer('password', person.id, foreign), nobody);
  const unused = await issueTicket(sql, 'second_factor', { person_id: person.id });
  const [before, token] = [await offer('second_factor'), await offer('password')];
  t.ok(await holdTicket(sql, 'second_factor', unused), 'steps of a sign-in go on');
  const [{ expires_at }] = (await sql`select expires_at from ticket
    where token_sha256 = ${hashToken(token)}`) as unknown as [{ expires_at: Date }];
  t.ok(Math.abs(minutesFromNow(expires_at) - 24 * 60) < 1);
  const [first, second] = ['granite whistle under maple', 'another whistle under maple'] as const;
  const over = { code: 'not_found', message: /^There is no such way back, or no longer/ };
  for (const none of [before, unused, mintToken().token]) await t.rejects(set(none, first), over);
  await t.rejects(set(token, person.email), {
    code: 'bad_request',
    fields: [{ pointer: '/body/password' }],
  });
  const session = await begin(person.id);
  await set(token, first);
  await t.rejects(set(token, second), over, 'once');
  t.equal(await findSession(sql, session.token), null);
  t.equal(await enter(PASSWORD), 'refused');
  t.equal(await enter(first), 'second_factor_needed');
  t.match(await left(), { passkeys: 1, codes: 10 });
  const all = await offer('second_factor');
  await set(all, second);
  t.equal(await enter(second), 'signed_in');
  t.match(await left(), { passkeys: 0, codes: 0 });
  const closed = await offer('password');
  await sql`update person set closed_at = now() where id = ${person.id}`;
  await t.rejects(set(closed, first), over);
  await t.rejects(offer('password'), { code: 'not_found' });
  const told = (await audited(person.id)).filter(({ action }) => action.startsWith('person.recover'));
  t.match(
    told.map(({ action, actor, organisation_id, detail }) => [action, actor, organisation_id, detail]),
    [
      ['person.recovery_offered', 'psn_administrator', bank.id, { lost: 'second_factor' }],
      ['person.recovery_offered', 'psn_administrator', bank.id, { lost: 'password' }],
      ['person.recovered', person.id, bank.id, { lost: 'password', sessions_ended: 1 }],
      ['person.recovery_offered', 'psn_administrator', bank.id, { lost: 'second_factor' }],
      ['person.recovered', person.id, bank.id, { lost: 'second_factor', sessions_ended: 0 }],
      ['person.recovery_offered', 'psn_administrator', bank.id, { lost: 'password' }],
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
