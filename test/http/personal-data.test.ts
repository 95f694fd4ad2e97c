/** Personal data: where it is, all of it handed over, and all of it gone; with the audit chain as it was. */
import t from 'tap';
import { verifyChain } from '../../src/audit/verify.ts';
import type { PersonalData } from '../../src/people/export.ts';
import { FORGOTTEN_AFTER_DAYS, forgetInvitations } from '../../src/people/invitations.ts';
import { hashPassword } from '../../src/people/passwords.ts';
import { PERSONAL_DATA } from '../../src/people/personal-data.ts';
import { createPerson } from '../../src/people/store.ts';
import { type BrowserSession, openSession, PASSWORD } from '../people.ts';
import { buildService, type Party } from '../service.ts';

const service = await buildService(t);
const { database, vault, clock, call, bank_a, bank_b, firm_a, staff } = service;
const { sql } = database;
const password = await hashPassword(PASSWORD);

interface Somebody {
  id: string;
  name: string;
  email: string;
  browser: BrowserSession;
}
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function join({ id: organisation_id }: Party, role: string, name: string): Promise<Somebody> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@mail.example`;
  const given = { organisation_id, role, name, email, invited_by: 'test', password };
  const person = await database.transaction((tx) => createPerson(tx, vault, given, clock.now()));
  return { id: person!.id, name, email, browser: await openSession(service, person!.id) };
}

const by = <Body>({ browser }: Somebody, method: Method, url: string, body?: object) =>
  call<Body>(null, method, url, body, browser.headers);

interface Column {
  table: string;
  column: string;
  type: string;
}
const columns = await sql<Column[]>`
  select relname as table, attname as column, format_type(atttypid, atttypmod) as type
  from pg_attribute join pg_class on pg_class.oid = attrelid
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
  order by relname, attnum`;
const TEXTS = ['text', 'text[]', 'jsonb'];
const textColumns = columns.filter(({ type }) => TEXTS.includes(type));

/** Every text column in which a text stands, with the number of its rows. */
async function placesOf(text: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { table, column } of textColumns) {
    const [row] = await sql.unsafe<{ count: number }[]>(
      `select count(*)::int as count from ${table} where position($1 in ${column}::text) > 0`,
      [text],
    );
    if (row!.count > 0) found.set(`${table}.${column}`, row!.count);
  }
  return found;
}

const admin = await join(bank_a, 'admin', 'Adelheid Vorsteher');
const officer = await join(bank_a, 'officer', 'Quirin Zobelstein');
const outsider = await join(bank_b, 'admin', 'Balduin Fremdling');

/** What the officer does from day to day, so that its id is in many tables. */
async function work(): Promise<void> {
  const made = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: [{ patent_id: service.takePatent(), annual_revenue_minor: 500_000_000 }],
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  });
  const url = `/v1/pledges/${made.body.id}`;
  const steps: [string, object][] = [
    [`${url}/moves`, { to: 'appraised' }],
    [
      '/v1/silences',
      { rule: 'ltv_warning', until_at: '2009-08-01T00:00:00Z', reason: 'Quirin asked for it' },
    ],
    [
      '/v1/deals',
      {
        patent_id: null,
        right_type: 'invention',
        claims: 7,
        filed_on: '1998-02-03',
        dealt_on: '2009-06-09',
        price_minor: 75_000_000,
        currency: 'CNY',
        reference: 'deal',
      },
    ],
    ['/v1/webhooks/endpoints', { url: 'https://receiver.example/hooks' }],
    ['/v1/sessions/current/proofs', { password: PASSWORD }],
  ];
  for (const [path, body] of steps) {
    const done = await by(officer, 'POST', path, body);
    if (done.status >= 300) throw new Error(`${path}: ${done.text}`);
  }
  officer.browser = await openSession(service, officer.id);
  const invited = { email: 'another@mail.example', role: 'viewer' };
  const invitation = await by(admin, 'POST', `/v1/organisations/${bank_a.id}/invitations`, invited);
  if (invitation.status !== 201) throw new Error(invitation.text);
}
await work();

t.test(
  'every table that names a person is in the catalogue, and every text column of it is declared',
  async (t) => {
    const referring = await sql<{ table: string }[]>`select distinct conrelid::regclass::text as table
    from pg_constraint where contype = 'f' and confrelid = 'person'::regclass`;
    const named = textColumns
      .filter(({ column }) => /_by$|^(actor|key_id|person_id)$/.test(column))
      // What was cited, and what a flag follows from, are no people.
      // Of an introduction it is a side.
      .filter(({ table }) => table !== 'network_introduction')
      .filter(({ column }) => !['cited_by', 'inhibited_by'].includes(column));
    t.ok(referring.length >= 5 && named.length > 20);
    for (const { table } of [...referring, ...named]) t.ok(PERSONAL_DATA[table], `${table} is in it`);
    for (const { table, column } of named)
      t.ok(
        PERSONAL_DATA[table]?.people.concat(PERSONAL_DATA[table].key).includes(column),
        `${table}.${column}`,
      );
    for (const [
      table,
      { key, people, personal = [], secret = [], words = [], other = [], about, kept },
    ] of Object.entries(PERSONAL_DATA)) {
      const declared = new Set([...key, ...people, ...personal, ...secret, ...words, ...other]);
      const there = textColumns.filter((each) => each.table === table).map(({ column }) => column);
      t.same(
        [...declared].filter((name) => there.includes(name)).sort(),
        [...there].sort(),
        `${table}: all texts`,
      );
      const all = columns.filter((each) => each.table === table).map(({ column }) => column);
      t.same(
        [...declared].filter((name) => !all.includes(name)),
        [],
        `${table}: no column that is not there`,
      );
      t.ok(about !== undefined || kept !== undefined, `${table}: deleted, or kept for a reason`);
      if (personal.length + secret.length > 0) t.ok(about, `${table}: what is personal is deleted`);
    }
  },
);

t.test('a person is handed all that is kept of it, and nothing that is a secret or another’s', async (t) => {
  const { status, body, text } = await by<PersonalData>(officer, 'GET', '/v1/personal-data');
  t.equal(status, 200, text);
  t.match(body.tables.person_detail!.person_id, [{ name: officer.name, email: officer.email }]);
  const told = Object.entries(body.tables).flatMap(([table, by_column]) =>
    Object.keys(by_column).map((column) => `${table}.${column}`),
  );
  const places = await placesOf(officer.id);
  for (const place of [
    'pledge_move.actor',
    'silence.made_by',
    'deal.key_id',
    'audit_entry.actor',
    'session.person_id',
  ])
    t.ok(places.has(place), place);
  const elsewhere = [...places.keys()].filter((place) => !told.includes(place));
  t.same(
    elsewhere,
    ['audit_entry.subject', 'audit_entry.detail'].filter((place) => places.has(place)),
  );
  t.match(body.tables.silence!.made_by, [{ reason: 'Quirin asked for it' }], 'words are in it');
  t.equal(body.tables.audit_entry!.actor!.length, places.get('audit_entry.actor'));
  for (const hidden of [admin.id, admin.name, admin.email, '$argon2id', 'pw1.', 'email_mac'])
    t.notOk(text.includes(hidden), hidden);
});

t.test('the admins of its own organisation are handed it too, and nobody else', async (t) => {
  const url = `/v1/people/${officer.id}/personal-data`;
  const own = await by(officer, 'GET', '/v1/personal-data');
  const same = await by<PersonalData>(admin, 'GET', url);
  t.equal(same.status, 200);
  t.equal(same.text, own.text);
  for (const method of ['GET', 'DELETE'] as const) {
    t.equal((await by(officer, method, url)).status, 403, 'its role may not');
    const foreign = await by(outsider, method, url);
    const missing = await by(outsider, method, '/v1/people/psn_missing/personal-data');
    t.equal(foreign.status, 404);
    const bytes = ({ text }: { text: string }) => text.replace(/"request_id":"[^"]+"/, '');
    t.equal(bytes(foreign), bytes(missing));
    t.equal((await call(staff.key, method, url)).status, 404, 'staff neither');
  }
});

t.test('a person is forgotten: no text tells who it was, and the audit chains verify', async (t) => {
  const sealed = await sql<{ text: string }[]>`select unnest(array[name, email, email_mac]) as text
    from person_detail where person_id = ${officer.id}`;
  t.equal(sealed.length, 3);
  const before = await placesOf(officer.id);
  const erased = await by<{
    erased: { table: string; rows: number }[];
    kept: { table: string; column: string; rows: number; reason: string; words: boolean }[];
  }>(admin, 'DELETE', `/v1/people/${officer.id}/personal-data`);
  t.equal(erased.status, 200, erased.text);
  const tables = erased.body.erased.map(({ table }) => table);
  for (const table of ['person_detail', 'person_login', 'session']) t.ok(tables.includes(table), table);
  for (const { text } of sealed) t.equal((await placesOf(text)).size, 0);
  for (const text of [officer.name, officer.email]) t.same([...(await placesOf(text)).keys()], [], text);
  const after = await placesOf(officer.id);
  const told = erased.body.kept.map(({ table, column }) => `${table}.${column}`);
  const subject = [...after.keys()].filter((place) => !/^audit_entry\.(subject|detail)$/.test(place));
  t.same(subject.sort(), told.sort(), 'where the id stays is told');
  for (const { table, column, rows, reason } of erased.body.kept) {
    t.equal(rows, after.get(`${table}.${column}`));
    t.ok(reason.length > 20);
  }
  t.ok(
    erased.body.kept.some(({ table, words }) => table === 'silence' && words),
    'and where words stay',
  );
  for (const place of ['pledge_move.actor', 'audit_entry.actor', 'silence.made_by'])
    t.equal(after.get(place), before.get(place), `${place} is as it was`);
  for (const { id } of [bank_a, bank_b, firm_a, staff])
    t.equal((await verifyChain(sql, id)).broken_at, null, 'the chain verifies');
  const [entry] = await sql`select actor, subject, detail from audit_entry where action = 'person.erased'`;
  t.match(entry, { actor: admin.id, subject: officer.id });
});

t.test('who was forgotten signs in no more, is on no list, and may come back as somebody new', async (t) => {
  t.equal((await by(officer, 'GET', '/v1/personal-data')).status, 401, 'the session is over');
  const signing_in = { email: officer.email, password: PASSWORD };
  t.equal((await call(null, 'POST', '/v1/sessions', signing_in)).status, 401);
  const { text } = await by(admin, 'GET', '/v1/people');
  t.notMatch(text, officer.id);
  t.equal((await by(admin, 'DELETE', `/v1/people/${officer.id}/personal-data`)).status, 404, 'once');
  const again = await join(bank_a, 'viewer', officer.name);
  t.not(again.id, officer.id);
  const own = await by<PersonalData>(again, 'GET', '/v1/personal-data');
  t.notOk(own.body.tables.silence, 'nothing of before is its');
});

t.test('who was invited and did not come is forgotten a while after the invitation ended', async (t) => {
  const invited = { email: 'never.came@mail.example', role: 'viewer' };
  const { body } = await by<{ id: string }>(
    admin,
    'POST',
    `/v1/organisations/${bank_a.id}/invitations`,
    invited,
  );
  const left = () => sql`select from invitation where id = ${body.id}`.then(({ count }) => count);
  const pass = (days: number) =>
    sql`update invitation set expires_at = now() - make_interval(days => ${days}) where id = ${body.id}`;
  await pass(FORGOTTEN_AFTER_DAYS - 1);
  await forgetInvitations(database);
  t.equal(await left(), 1);
  await pass(FORGOTTEN_AFTER_DAYS + 1);
  t.match(await forgetInvitations(database), { invitations_forgotten: 1 });
  t.equal(await left(), 0);
});

t.test('a person forgets itself by its own hand, when it has just shown who it is', async (t) => {
  const member = await join(bank_a, 'viewer', 'Irmgard Abschied');
  await sql`update session set proved_at = now() - interval '1 hour' where id = ${member.browser.id}`;
  const unproved = await by(member, 'DELETE', '/v1/personal-data');
  t.match(unproved.body, { code: 'proof_needed' });
  member.browser = await openSession(service, member.id);
  const done = await by(member, 'DELETE', '/v1/personal-data');
  t.equal(done.status, 200, done.text);
  t.match(String(done.headers['set-cookie']), /__Host-session=;/);
  t.equal((await placesOf(member.email)).size + (await placesOf(member.name)).size, 0);
  t.equal((await by(member, 'GET', '/v1/sessions')).status, 401);
  t.equal((await call(bank_a.key, 'DELETE', '/v1/personal-data')).status, 403, 'a key is no person');
});
