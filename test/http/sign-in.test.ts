/** Ways to sign in besides the password: passkeys, with an authenticator in software, and the provider of an organisation. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { openLog } from '../../src/log.ts';
import { SESSION_HOURS, SESSION_IDLE_MINUTES } from '../../src/people/sessions.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { Authenticator, type Bent } from '../authenticator.ts';
import { addPerson, type BrowserSession, headersOf, openSession } from '../people.ts';
import { type Named, startProvider } from '../provider.ts';
import { buildService, type Party, UNHURRIED } from '../service.ts';

const provider = await startProvider();
t.teardown(() => provider.stop());
const logged: string[] = [];
const service = await buildService(
  t,
  { guard: createAddressGuard({ allowed_hosts: [provider.host] }) },
  openLog('trace', { write: (line: string) => void logged.push(line) }),
);
const { database, call, bank_a, bank_b, firm_a } = service;
const { sql } = database;
const ORIGIN = UNHURRIED.public_url;

interface SignedIn {
  state: string;
  session_id: string;
}

function sessionOf({ headers }: { headers: Record<string, unknown> }): { headers: Record<string, string> } {
  const [, token] = /^__Host-session=([^;]{43});/.exec(String(headers['set-cookie']))!;
  return { headers: headersOf(token!) };
}
const asPerson = <Body>(
  { headers }: { headers: Record<string, string> },
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
) => call<Body>(null, method, url, body, headers);

const creation = async (session: BrowserSession) =>
  (await asPerson<{ challenge: string; rp: { id: string } }>(session, 'POST', '/v1/passkeys/options')).body;
const add = (session: BrowserSession, credential: object) =>
  asPerson<{ id: string }>(session, 'POST', '/v1/passkeys', { label: 'own', credential });
const challenge = async () =>
  (await call<{ challenge: string }>(null, 'POST', '/v1/sessions/passkey-options')).body.challenge;
const enter = (credential: object, headers: Record<string, string> = {}) =>
  call<SignedIn>(null, 'POST', '/v1/sessions/passkey', { credential }, headers);

async function withPasskey() {
  const person = await addPerson(service, bank_a.id, 'officer');
  const session = await openSession(service, person.id);
  const authenticator = new Authenticator(ORIGIN);
  const added = await add(session, authenticator.register((await creation(session)).challenge));
  return { person, session, authenticator, added };
}

t.test('a passkey is registered by who is signed in, and is enough to sign in', async (t) => {
  const { person, session, authenticator, added } = await withPasskey();
  t.equal(added.status, 201);
  t.equal(added.body.id, authenticator.id);
  const answer = await enter(authenticator.answer(await challenge()));
  t.equal(answer.status, 201);
  const me = await asPerson<{ id: string }>(sessionOf(answer), 'GET', '/v1/sessions/current');
  t.equal(me.body.id, person.id);
  const listed = await asPerson<{ data: { id: string; last_used_at: string | null }[] }>(
    session,
    'GET',
    '/v1/passkeys',
  );
  t.equal(listed.body.data.length, 1);
  t.ok(listed.body.data[0]!.last_used_at);
  const stranger = await openSession(service, (await addPerson(service, bank_a.id, 'admin')).id);
  t.equal((await asPerson(stranger, 'DELETE', `/v1/passkeys/${authenticator.id}`)).status, 404);
  t.equal((await asPerson(session, 'DELETE', `/v1/passkeys/${authenticator.id}`)).status, 204);
  t.equal((await enter(authenticator.answer(await challenge()))).status, 401, 'not once it was removed');
  const audited = await sql<
    { action: string }[]
  >`select action from audit_entry where subject = ${person.id} order by seq`;
  t.same(
    audited.map(({ action }) => action),
    ['person.passkey_added', 'person.signed_in', 'person.passkey_removed'],
  );
});

t.test('a challenge counts once, for its purpose, its person and its minutes', async (t) => {
  const { session, authenticator } = await withPasskey();
  const used = await challenge();
  t.equal((await enter(authenticator.answer(used))).status, 201);
  t.equal((await enter(authenticator.answer(used))).status, 401, 'used');
  t.equal((await enter(authenticator.answer(randomBytes(32).toString('base64url')))).status, 401, 'made up');
  const late = await challenge();
  await sql`update ticket set expires_at = now() where purpose = 'passkey_sign_in'`;
  t.equal((await enter(authenticator.answer(late))).status, 401, 'past its minutes');
  const for_creation = (await creation(session)).challenge;
  t.equal((await enter(authenticator.answer(for_creation))).status, 401, 'of another purpose');
  t.equal((await add(session, new Authenticator(ORIGIN).register(await challenge()))).status, 422);
  const other = await openSession(service, (await addPerson(service, bank_a.id, 'admin')).id);
  const others = (await creation(other)).challenge;
  t.equal((await add(session, new Authenticator(ORIGIN).register(others))).status, 422, 'of another person');
  const own = (await creation(session)).challenge;
  const at_once = await Promise.all(
    [own, own].map((each) => add(session, new Authenticator(ORIGIN).register(each))),
  );
  t.same(at_once.map(({ status }) => status).sort(), [201, 422], 'of two at once one');
});

t.test('an answer from elsewhere, unsigned, unverified or counted backwards opens nothing', async (t) => {
  const { authenticator, session, person } = await withPasskey();
  const bents: Bent[] = [
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:9999' },
    { host: 'evil.example' },
    { unverified: true },
    { signature: 'broken' },
  ];
  t.equal((await enter(authenticator.answer(await challenge()))).status, 201);
  for (const bent of [...bents, { counter: 1 }, { counter: 0 }])
    t.equal((await enter(authenticator.answer(await challenge(), bent))).status, 401, JSON.stringify(bent));
  t.equal((await enter(authenticator.answer(await challenge()))).status, 201, 'the honest one still does');
  for (const bent of bents.slice(0, 4)) {
    const made = new Authenticator(ORIGIN).register((await creation(session)).challenge, bent);
    t.equal((await add(session, made)).status, 422, JSON.stringify(bent));
  }
  const thief = {
    ...new Authenticator(ORIGIN).answer(await challenge()),
    id: authenticator.id,
    rawId: authenticator.id,
  };
  t.equal((await enter(thief)).status, 401, 'another key under its name');
  const twice = await add(session, authenticator.register((await creation(session)).challenge));
  t.equal(twice.status, 409, 'and none is registered twice');
  await sql`update person set closed_at = now() where id = ${person.id}`;
  t.equal(
    (await enter(authenticator.answer(await challenge()))).status,
    401,
    'a closed account stays closed',
  );
});

const settings = () => {
  const { issuer, client_id, client_secret } = provider;
  return { issuer, client_id, client_secret };
};
const setProvider = (party: Party, body: object = settings()) =>
  call(party.key, 'PUT', '/v1/identity-provider', body);
const begin = (party: Party) =>
  call<{ authorization_url: string }>(null, 'POST', '/v1/sessions/provider', { organisation_id: party.id });
const stateCookie = ({ headers }: { headers: Record<string, unknown> }) => ({
  cookie: String(headers['set-cookie']).split(';')[0]!,
});
const bring = (body: object, headers: Record<string, string>) =>
  call<SignedIn>(null, 'POST', '/v1/sessions/provider/answers', body, headers);

/** The whole way, as the provider names somebody. */
async function signInAs(party: Party, named: Named) {
  const begun = await begin(party);
  return bring(provider.consent(begun.body.authorization_url, named), stateCookie(begun));
}

const claimsOf = (email: string, subject: string = randomBytes(8).toString('hex')) => ({
  sub: subject,
  email,
  email_verified: true,
  name: 'Named There',
});

t.test(
  'who has an account signs in by the provider of the organisation, and is known by its name there from then on',
  async (t) => {
    t.equal((await setProvider(bank_a)).status, 204);
    const kept = await call<{ provider: object; redirect_uri: string }>(
      bank_a.key,
      'GET',
      '/v1/identity-provider',
    );
    t.same(kept.body.provider, { issuer: provider.issuer, client_id: provider.client_id, has_secret: true });
    const [row] = await sql<
      { kept: string }[]
    >`select identity_provider::text as kept from identity_provider`;
    t.notMatch(row!.kept, provider.client_secret, 'its secret is sealed');
    const person = await addPerson(service, bank_a.id, 'officer');
    const begun = await begin(bank_a);
    const asked = new URL(begun.body.authorization_url).searchParams;
    t.match(Object.fromEntries(asked), {
      response_type: 'code',
      client_id: provider.client_id,
      redirect_uri: `${ORIGIN}/sign-in/provider`,
      code_challenge_method: 'S256',
      code_challenge: /^[A-Za-z0-9_-]{43}$/,
      nonce: /^[A-Za-z0-9_-]{43}$/,
      state: /^[A-Za-z0-9_-]{43}$/,
    });
    t.match(
      String(begun.headers['set-cookie']),
      /^__Host-sign-in=[^;]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=300$/,
    );
    const claims = claimsOf(person.email.toUpperCase());
    const answer = await bring(
      provider.consent(begun.body.authorization_url, { claims }),
      stateCookie(begun),
    );
    t.equal(answer.status, 201);
    const me = await asPerson<{ id: string }>(sessionOf(answer), 'GET', '/v1/sessions/current');
    t.equal(me.body.id, person.id);
    const renamed = await signInAs(bank_a, {
      claims: { ...claims, email: 'other@mail.example', email_verified: false },
    });
    t.equal(renamed.status, 201, 'whatever the address becomes');
    const other = await signInAs(bank_a, { claims: claimsOf(person.email) });
    t.equal(other.status, 401, 'another there with the same address is another');
  },
);

t.test(
  'the provider of an organisation brings in its own people alone, and those who were invited',
  async (t) => {
    await setProvider(bank_a);
    await setProvider(bank_b);
    const person = await addPerson(service, bank_a.id, 'officer');
    t.equal(
      (await signInAs(bank_b, { claims: claimsOf(person.email) })).status,
      401,
      'of another organisation',
    );
    t.equal(
      (await signInAs(bank_a, { claims: { ...claimsOf(person.email), email_verified: false } })).status,
      401,
    );
    t.equal(
      (await signInAs(bank_a, { claims: claimsOf('stranger@mail.example') })).status,
      401,
      'who was not invited',
    );
    const invited = { email: 'Newcomer@mail.example', role: 'viewer' };
    const invitation = await call<{ id: string }>(
      bank_a.key,
      'POST',
      `/v1/organisations/${bank_a.id}/invitations`,
      invited,
    );
    t.equal(
      (await signInAs(bank_b, { claims: claimsOf('newcomer@mail.example') })).status,
      401,
      'who was invited elsewhere',
    );
    const claims = claimsOf('newcomer@mail.example');
    const joined = await signInAs(bank_a, { claims });
    t.equal(joined.status, 201);
    const me = await asPerson<object>(sessionOf(joined), 'GET', '/v1/sessions/current');
    t.match(me.body, { role: 'viewer', name: 'Named There', email: 'newcomer@mail.example' });
    const [used] = await sql`select ended_at from invitation where id = ${invitation.body.id}`;
    t.ok(used!.ended_at);
    t.equal((await signInAs(bank_a, { claims })).status, 201);
    t.equal((await begin(firm_a)).status, 404, 'an organisation without a provider has none');
    t.equal((await call(bank_b.key, 'DELETE', '/v1/identity-provider')).status, 204);
    t.equal((await begin(bank_b)).status, 404);
  },
);

t.test(
  'an answer of the provider counts once, in the browser that began it, before its minutes are over',
  async (t) => {
    await setProvider(bank_a);
    const person = await addPerson(service, bank_a.id, 'officer');
    const claims = claimsOf(person.email);
    const [one, two] = [await begin(bank_a), await begin(bank_a)];
    const first = provider.consent(one.body.authorization_url, { claims });
    t.equal((await bring(first, stateCookie(two))).status, 401, 'another browser');
    t.equal((await bring(first, {})).status, 401, 'none');
    t.equal((await bring(first, stateCookie(one))).status, 201);
    t.equal((await bring(first, stateCookie(one))).status, 401, 'used');
    const second = provider.consent(two.body.authorization_url, { claims });
    t.equal((await bring({ ...second, code: 'made up' }, stateCookie(two))).status, 401, 'a code of nobody');
    t.equal((await bring(second, stateCookie(two))).status, 401, 'and with it the state is used');
    const late = await begin(bank_a);
    await sql`update ticket set expires_at = now() where purpose = 'provider_sign_in'`;
    t.equal(
      (await bring(provider.consent(late.body.authorization_url, { claims }), stateCookie(late))).status,
      401,
    );
    const changed = await begin(bank_a);
    const came = provider.consent(changed.body.authorization_url, { claims });
    await sql`update identity_provider set issuer = 'https://other.example' where organisation_id = ${bank_a.id}`;
    t.equal((await bring(came, stateCookie(changed))).status, 401, 'of a provider that is no more');
  },
);

t.test(
  'a token of another issuer, client, nonce, key or time opens nothing, and neither does a provider that is none',
  async (t) => {
    await setProvider(bank_a);
    const person = await addPerson(service, bank_a.id, 'officer');
    const claims = claimsOf(person.email);
    const long_ago = Math.floor(Date.now() / 1000) - 3_600;
    const bents: NonNullable<Named['bent']>[] = [
      { claims: { iss: `${provider.issuer}/` } },
      { claims: { iss: 'https://evil.example' } },
      { claims: { aud: 'another client' } },
      { claims: { aud: [provider.client_id, 'another client'] } },
      { claims: { nonce: 'of another' } },
      { claims: { nonce: undefined } },
      { claims: { exp: long_ago } },
      { claims: { sub: undefined } },
      { signature: 'other key' },
      { signature: 'none' },
      { token: 'redirected' },
    ];
    for (const bent of bents)
      t.equal((await signInAs(bank_a, { claims, bent })).status, 401, JSON.stringify(bent));
    const begun = await begin(bank_a);
    const wrong_issuer = {
      ...provider.consent(begun.body.authorization_url, { claims }),
      iss: 'https://evil.example',
    };
    t.equal(
      (await bring(wrong_issuer, stateCookie(begun))).status,
      401,
      'an answer in the name of another (RFC 9207)',
    );
    t.equal((await signInAs(bank_a, { claims })).status, 201, 'the honest one does');

    provider.consent(begun.body.authorization_url, {
      claims,
      bent: { metadata: { issuer: 'https://evil.example' } },
    });
    t.equal((await begin(bank_a)).status, 422, 'a provider that says it is another');
    provider.consent(begun.body.authorization_url, {
      claims,
      bent: { metadata: { token_endpoint: 'http://169.254.169.254/' } },
    });
    const inward = await begin(bank_a);
    const answer = provider.consent(inward.body.authorization_url, {
      claims,
      bent: { metadata: { token_endpoint: 'http://169.254.169.254/' } },
    });
    t.equal(
      (await bring(answer, stateCookie(inward))).status,
      401,
      'a provider that points at an inner network',
    );
    for (const issuer of [
      'http://provider.example',
      'https://127.0.0.1:1',
      'https://localhost',
      'ftp://provider.example',
    ])
      t.equal((await setProvider(bank_b, { ...settings(), issuer })).status, 422, issuer);
  },
);

t.test(
  'a session that a provider opened lasts its own time, whatever becomes of the one there',
  async (t) => {
    await setProvider(bank_b);
    const person = await addPerson(service, bank_b.id, 'officer');
    // Taken still, as clocks differ by some seconds, and over as soon as it is taken.
    const over_there = Math.floor(Date.now() / 1000) - 5;
    const signed = { claims: { ...claimsOf(person.email), exp: over_there } };
    const session = sessionOf(await signInAs(bank_b, signed));
    const [row] = await sql<{ id: string; hours: number }[]>`
    select id, extract(epoch from ends_at - begun_at)::int / 3600 as hours from session
    where person_id = ${person.id}`;
    const { id, hours } = row!;
    t.equal(hours, SESSION_HOURS, 'as every other');
    const status = async () => (await asPerson(session, 'GET', '/v1/sessions/current')).status;
    t.equal(await status(), 200, 'the token that it began with has ended');
    t.equal((await call(bank_b.key, 'DELETE', '/v1/identity-provider')).status, 204);
    t.equal(await status(), 200, 'the provider is none of the organisation’s any more');
    t.equal((await begin(bank_b)).status, 404, 'and opens no other');
    await sql`update session set used_at = now() - make_interval(mins => ${SESSION_IDLE_MINUTES}, secs => 1)
    where id = ${id}`;
    t.equal(await status(), 401, 'its idle time is our own');
    await setProvider(bank_b);
    const again = sessionOf(
      await signInAs(bank_b, { claims: { ...signed.claims, exp: over_there + 3_600 } }),
    );
    t.equal((await call(bank_b.key, 'DELETE', `/v1/people/${person.id}`)).status, 204);
    t.equal((await asPerson(again, 'GET', '/v1/sessions/current')).status, 401, 'a closed account ends it');
  },
);

t.test('the tokens of a provider stay in the service, and are forgotten at once', async (t) => {
  await setProvider(bank_a);
  const person = await addPerson(service, bank_a.id, 'officer');
  const claims = claimsOf(person.email);
  const before = provider.issued.length;
  const answers = [await signInAs(bank_a, { claims })];
  for (const bent of [{ signature: 'other key' }, { claims: { aud: 'another client' } }] as const)
    answers.push(await signInAs(bank_a, { claims, bent }));
  t.same(
    answers.map(({ status }) => status),
    [201, 401, 401],
  );
  const issued = provider.issued.slice(before);
  t.equal(issued.length, 12, 'a code and three tokens each');
  const tables = await sql<{ name: string }[]>`select relname as name from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`;
  t.ok(tables.length > 100);
  const told = [
    ...answers.map(({ text, headers }) => text + JSON.stringify(headers)),
    ...logged,
    ...(await Promise.all(
      tables.map(async ({ name }) => {
        const rows = await sql.unsafe(`select ${name}::text as row from ${name}`);
        return rows.map(({ row }) => row).join();
      }),
    )),
  ].join('\n');
  t.match(told, person.id, 'what is told elsewhere is among it');
  for (const [at, secret] of issued.entries()) {
    // Of a token, its claims and its signature would be enough.
    const parts = secret.split('.').filter((part) => part.length > 20);
    for (const part of parts) t.notOk(told.includes(part), `${at}`);
  }
});
