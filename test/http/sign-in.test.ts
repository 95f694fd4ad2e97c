/** Ways to sign in besides the password: passkeys, with an authenticator in software, and the provider of an organisation. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { Authenticator, type Bent } from '../authenticator.ts';
import { addPerson, type BrowserSession, headersOf, openSession } from '../people.ts';
import { buildService, UNHURRIED } from '../service.ts';

const service = await buildService(t);
const { database, call, bank_a } = service;
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
