/** Filing: drafts that nobody writes over, prior art that can be searched for again, applications with their terms. */
import t from 'tap';
import { noteGrants } from '../../src/filing/applications/grant.ts';
import { remind } from '../../src/filing/applications/remind.ts';
import { lineChanges } from '../../src/filing/drafts/difference.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { withCheckDigit } from '../../src/patents/sources/cnipa/application-number.ts';
import { at, told } from '../jobs/setting.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

const service = await buildService(t);
const { call, database, clock, firm_a, firm_b, staff, agency, bank_a } = service;
const { sql } = database;

interface Written {
  draft: { id: string; version: number };
  text: { version: number; claims: string; sha256: string };
}
interface Application {
  id: string;
  state: string;
  patent_id: string | null;
  watched_at: string | null;
  deadlines: { id: string; kind: string; due_on: string; state: string }[];
  fees: { id: string; kind: string; amount_minor: number; paid_on: string | null }[];
  steps: { to_state: string; organisation_id: string | null }[];
}
interface Search {
  id: string;
  sha256: string;
  found: { patent_id: string; title: string }[];
  matrix: {
    features: { claim: number; text: string }[];
    documents: {
      patent_id: string;
      cells: { verdict: string; similarity: number | null; quote: string | null }[];
    }[];
  };
}

const CLAIMS =
  '1. A pump comprising a housing of steel and a rotor in the housing, wherein the rotor has vanes of graphite.\n2. The pump according to claim 1, wherein the vanes are hollow.';
const TEXT = {
  title: 'Pump with vanes of graphite',
  claims: CLAIMS,
  description: 'The pump has a housing of steel and a rotor with vanes of graphite that are hollow.',
  abstract: 'A rotor with vanes of graphite turns in a housing.',
  figures: 'Fig. 1: section; 10 housing; 11 rotor',
  classes: ['F04C2/344'],
  cited: [],
};
let references = 0;
const NEW = { form: 'EP', right_type: 'invention', language: 'en' };

const make = async (party: Party, given: object = {}) => {
  const body = { reference: `case ${++references}`, ...NEW, ...TEXT, ...given };
  return call<Written & ProblemAnswer>(party.key, 'POST', '/v1/filing/drafts', body);
};
const draftOf = async (party: Party, given: object = {}) => (await make(party, given)).body.draft.id;
const write = (party: Party, id: string, after: number, given: object) =>
  call<Written & ProblemAnswer>(party.key, 'POST', `/v1/filing/drafts/${id}/versions`, {
    after,
    ...TEXT,
    ...given,
  });
const versions = async (id: string) =>
  (await sql`select from filing_draft_version where draft_id = ${id}`).count;

t.test('a version is never written over, and who comes late is told and keeps what he wrote', async (t) => {
  const id = await draftOf(firm_a);
  const url = `/v1/filing/drafts/${id}`;
  const second = await write(firm_a, id, 1, { claims: `${CLAIMS}\n3. More.`, note: 'one more' });
  t.match(second, { status: 201, body: { draft: { version: 2 }, text: { version: 2 } } });
  const late = await write(firm_a, id, 1, { claims: '1. Mine.' });
  t.match(late, { status: 412, body: { code: 'stale' } });
  t.match(late.body.detail, /Version 2 .* Nothing was stored/);
  t.equal(await versions(id), 2);
  const same = await write(firm_a, id, 2, { claims: `${CLAIMS}\n3. More.` });
  t.equal(same.body.draft.version, 2, 'what says the same is no new version');
  t.equal((await write(firm_a, id, 2, { claims: '1. Mine.' })).body.draft.version, 3);
  const old = await call<Written['text']>(firm_a.key, 'GET', `${url}/versions/1`);
  t.equal(old.body.claims, CLAIMS, 'the first stays as it was');
  const compared = await call<{ parts: { part: string; lines: object[] }[] }>(
    firm_a.key,
    'GET',
    `${url}/difference?from=1&to=2`,
  );
  t.same(compared.body.parts, [
    {
      part: 'claims',
      lines: [
        ...CLAIMS.split('\n').map((text) => ({ kind: 'same', text })),
        { kind: 'in', text: '3. More.' },
      ],
    },
  ]);
  const listed = await call<{ data: { version: number }[]; next_cursor: string }>(
    firm_a.key,
    'GET',
    `${url}/versions?limit=2`,
  );
  t.same(
    listed.body.data.map(({ version }) => version),
    [3, 2],
  );
  const rest = await call<{ data: { version: number }[] }>(
    firm_a.key,
    'GET',
    `${url}/versions?cursor=${listed.body.next_cursor}`,
  );
  t.same(
    rest.body.data.map(({ version }) => version),
    [1],
  );
  for (const cursor of ['9'.repeat(200), '3000000000', '-1', '1e3', 'x'])
    t.equal(
      (await call(firm_a.key, 'GET', `${url}/versions?cursor=${cursor}`)).status,
      400,
      `cursor ${cursor.slice(0, 10)}`,
    );
  const races = await Promise.all([1, 2, 3, 4].map((n) => write(firm_a, id, 3, { claims: `1. Race ${n}.` })));
  t.same(races.map(({ status }) => status).sort(), [201, 412, 412, 412], 'of several at once one is stored');
});

t.test('lines that changed are told whatever changed', async (t) => {
  for (const [from, to, kinds] of [
    ['', 'a', 'in'],
    ['a', '', 'out'],
    ['a\nb\nc', 'a\nc', 'same out same'],
    ['a\nb', 'b\na', 'out same in'],
    ['a\nx\nb\ny', 'a\nz\nb', 'same out in same out'],
  ] as const) {
    const changes = lineChanges(from, to);
    t.equal(changes.map(({ kind }) => kind).join(' '), kinds);
    const side = (left: string) =>
      changes
        .filter(({ kind }) => kind !== left)
        .map(({ text }) => text)
        .join('\n');
    t.equal(side('in'), from);
    t.equal(side('out'), to);
  }
});

t.test('what is too long, of the wrong kind or no number is refused once, and nothing is lost', async (t) => {
  const id = await draftOf(firm_a);
  const long = await write(firm_a, id, 1, { claims: '权'.repeat(1_048_576) });
  t.match(long, { status: 422, body: { code: 'refused', errors: [{ pointer: '/body/claims' }] } });
  t.match(long.body.detail, /1048576 characters, at most 200000/);
  t.match(await write(firm_a, id, 1, { claims: 'x'.repeat(9_000_000) }), { status: 413 });
  t.match(await write(firm_a, id, 1, { classes: ['pump'] }), {
    status: 422,
    body: { errors: [{ pointer: '/body/classes' }] },
  });
  t.match(await write(firm_a, id, 1, { cited: ['nonsense'] }), { status: 400 });
  t.match(await make(firm_a, { reference: 'taken' }), { status: 201 });
  t.match(await make(firm_a, { reference: 'taken' }), { status: 409 });
  t.match(await make(firm_b, { reference: 'taken' }), { status: 201 }, 'of another firm it is another');
  t.match(await make(firm_a, { right_type: 'utility_model' }), { status: 422 });
  const upload = (name: string, bytes: Buffer) =>
    call<Written & ProblemAnswer>(firm_a.key, 'POST', `/v1/filing/drafts/${id}/files`, {
      after: 1,
      part: 'claims',
      name,
      content_base64: bytes.toString('base64'),
    });
  for (const [name, bytes] of [
    ['claims.pdf', Buffer.from('%PDF-1.7')],
    ['claims.txt', Buffer.from([0xff, 0xfe, 0x41, 0x00])],
    ['claims.txt', Buffer.from('a\0b')],
  ] as const) {
    const refused = await upload(name, bytes);
    t.match(refused, { status: 422, body: { code: 'refused' } }, name);
    t.match(refused.body.detail, /\.txt/);
  }
  t.match(await upload('claims.txt', Buffer.from('x'.repeat(300_000))), { status: 422 }, 'over its limit');
  t.equal(await versions(id), 1);
  const taken = await upload('claims.txt', Buffer.from('1. A valve.\r\n2. The valve of claim 1.'));
  t.equal(taken.body.text.claims, '1. A valve.\n2. The valve of claim 1.');
});

t.test('a draft is its firm’s: others, staff among them, find nothing', async (t) => {
  const id = await draftOf(firm_a);
  const url = `/v1/filing/drafts/${id}`;
  for (const { key } of [firm_b, agency]) {
    t.equal((await call(key, 'GET', url)).status, 404);
    t.equal((await call(key, 'GET', `${url}/versions/1`)).status, 404);
    t.equal(
      (await call(key, 'POST', `${url}/comments`, { version: 1, part: 'claims', body: 'mine' })).status,
      404,
    );
  }
  for (const { key } of [staff, bank_a]) t.equal((await call(key, 'GET', url)).status, 403);
});

t.test('comments stand at a claim of a version until they are resolved', async (t) => {
  const id = await draftOf(firm_a);
  const url = `/v1/filing/drafts/${id}/comments`;
  const said = { version: 1, part: 'claims', claim: 2, body: 'hollow how?' };
  const { body: comment } = await call<{ id: string }>(firm_a.key, 'POST', url, said);
  t.match(comment, { ...said, organisation_id: firm_a.id, resolved_at: null });
  t.match(await call(firm_a.key, 'POST', url, { ...said, part: 'title' }), { status: 422 });
  t.match(await call(firm_a.key, 'POST', url, { ...said, version: 9 }), { status: 404 });
  const resolve = () => call<{ resolved_at: string }>(firm_a.key, 'POST', `${url}/${comment.id}/resolution`);
  const first = await resolve();
  t.ok(first.body.resolved_at);
  t.equal((await resolve()).body.resolved_at, first.body.resolved_at);
  t.match((await call<{ data: object[] }>(firm_a.key, 'GET', url)).body.data, [{ id: comment.id }]);
});

t.test('checks of a version are kept and say the same again', async (t) => {
  const id = await draftOf(firm_a, { claims: '1. A pump.\n2. The pump according to claim 7.' });
  const url = `/v1/filing/drafts/${id}/versions/1/checks`;
  interface Check {
    findings: { claim: number; severity: string }[];
    sha256: string;
  }
  const first = await call<Check>(firm_a.key, 'POST', url);
  t.ok(first.body.findings.some(({ claim, severity }) => claim === 2 && severity === 'error'));
  t.same((await call<Check>(firm_a.key, 'POST', url)).body, first.body);
  t.same((await call<{ data: Check[] }>(firm_a.key, 'GET', url)).body.data, [first.body]);
  const { form, right_type, language } = { ...NEW };
  const posted = await call<{ findings: object[] }>(firm_a.key, 'POST', '/v1/filing/checks', {
    ...{ form, right_type, language },
    ...TEXT,
    claims: '1. A pump.\n2. The pump according to claim 7.',
  });
  t.same(posted.body.findings, first.body.findings);
});

const documentOf = (number: string, title: string, abstract: string) => ({
  ...told(`2000${number}`, { office: 'EP', title, ipc: ['F04C2/344'], filed_on: '2001-02-03' }),
  publication: { office: 'EP', number, kind: 'A1', published_on: '2003-01-01' },
  texts: [{ part: 'abstract' as const, language: 'en', text: abstract }],
});

t.test('prior art is searched for, compared feature by feature, and found again', async (t) => {
  const now = clock.now();
  const documents = [
    documentOf('1000001', 'Vane pump', 'A housing of steel holds a rotor. The rotor has vanes of graphite.'),
    documentOf('1000002', 'Reading lamp', 'A bulb hangs from a chain.'),
  ];
  await ingestRecords(database, { id: 'texts', name: 'texts' }, documents, now);
  await deriveChanged(database, now);
  const id = await draftOf(firm_a);
  const url = `/v1/filing/drafts/${id}/searches`;
  const { status, body: search } = await call<Search>(firm_a.key, 'POST', url, { limit: 10 });
  t.equal(status, 201);
  const pump = patentId('EP', '20001000001');
  t.equal(search.found[0]!.patent_id, pump);
  const of_pump = search.matrix.documents.find(({ patent_id }) => patent_id === pump)!;
  t.equal(of_pump.cells.length, search.matrix.features.length);
  t.ok(of_pump.cells.some(({ verdict, quote }) => verdict === 'disclosed' && /graphite/.test(quote!)));
  const hollow = search.matrix.features.findIndex(({ claim }) => claim === 2);
  t.not(of_pump.cells[hollow]!.verdict, 'disclosed', 'that they are hollow is new');
  const repeat = () =>
    call<{ same: boolean; came: string[]; went: string[] }>(firm_a.key, 'POST', `${url}/${search.id}/repeat`);
  t.match((await repeat()).body, { same: true, came: [], went: [], sha256: search.sha256 });
  const newer = documentOf('1000003', 'Rotor with vanes', 'Vanes of graphite slide in a rotor of a pump.');
  await ingestRecords(database, { id: 'texts', name: 'more' }, [newer], now);
  await deriveChanged(database, now);
  t.match((await repeat()).body, { same: false, came: [patentId('EP', '20001000003')], went: [] });
  t.same(
    (await call<Search>(firm_a.key, 'GET', `${url}/${search.id}`)).body,
    search,
    'the first answer is kept',
  );
  interface Score {
    patentability: { value: number; low: number; high: number; claim: number };
    market: { growth: object | null } | null;
  }
  const score = await call<Score>(firm_a.key, 'POST', `${url}/${search.id}/score`);
  t.equal(score.status, 201);
  const { value, low, high, claim } = score.body.patentability;
  t.ok(low <= value && value <= high && value < 60, `${low} ${value} ${high}`);
  t.equal(claim, 1);
  t.ok(score.body.market);
  t.same((await call<Score>(firm_a.key, 'POST', `${url}/${search.id}/score`)).body, score.body);
  const empty = await draftOf(firm_a, { title: '', claims: '', abstract: '', description: '', classes: [] });
  t.match(await call(firm_a.key, 'POST', `/v1/filing/drafts/${empty}/searches`, {}), { status: 422 });
});

t.test('Chinese claims are compared with Chinese passages, and with no others', async (t) => {
  const now = clock.now();
  const chinese = documentOf(
    '1000004',
    '一种叶片泵',
    '本发明公开一种泵，壳体内设有转子。所述转子上设有石墨叶片。',
  );
  const texts = chinese.texts.map((text) => ({ ...text, language: 'zh' }));
  await ingestRecords(database, { id: 'texts', name: 'chinese' }, [{ ...chinese, texts }], now);
  await deriveChanged(database, now);
  const claims = '1. 一种泵，包括壳体和设置在所述壳体内的转子，其特征在于，所述转子上设有石墨叶片。';
  const given = {
    form: 'CN',
    language: 'zh',
    title: '一种石墨叶片泵',
    abstract: '',
    description: '',
    claims,
  };
  const id = await draftOf(firm_a, given);
  const url = `/v1/filing/drafts/${id}/searches`;
  const { matrix } = (await call<Search>(firm_a.key, 'POST', url, { limit: 20 })).body;
  const cells = (number: string) =>
    matrix.documents.find(({ patent_id }) => patent_id === patentId('EP', `2000${number}`))!.cells;
  t.ok(cells('1000004').some(({ verdict, quote }) => verdict === 'disclosed' && /石墨叶片/.test(quote!)));
  t.ok(cells('1000001').every(({ verdict }) => verdict === 'not_compared'));
});

const prepared = async (party: Party, given: object = {}) => {
  const id = await draftOf(party, { form: 'CN', ...given });
  const asked = { office: 'CN' };
  return (await call<Application>(party.key, 'POST', `/v1/filing/drafts/${id}/applications`, asked)).body;
};
const step = (party: Party, id: string, to: string, happened_on: string, application_number?: string) =>
  call<Application & ProblemAnswer>(party.key, 'POST', `/v1/filing/applications/${id}/steps`, {
    to,
    happened_on,
    ...(application_number !== undefined && { application_number }),
  });
const read = async (party: Party, id: string) =>
  (await call<Application>(party.key, 'GET', `/v1/filing/applications/${id}`)).body;
const eventsOf = (application_id: string) => sql<{ type: string; data: Record<string, unknown> }[]>`
  select type, body::jsonb -> 'data' as data from event
  where body::jsonb -> 'data' ->> 'application_id' = ${application_id} order by id`;

/** That no patent has. */
const FREE = ['200910100001', '200910100002', '200910100003', '200910100004'].map(withCheckDigit);

t.test('an application goes its way, with the terms and fees that follow', async (t) => {
  const { id } = await prepared(firm_a);
  t.match(await step(firm_a, id, 'granted', '2009-06-01'), { status: 409 });
  t.match(await step(firm_a, id, 'filed', '2009-05-08'), { status: 422 }, 'without a number');
  t.match(await step(firm_a, id, 'filed', '2009-07-01', FREE[0]), { status: 422 }, 'still to come');
  t.match(await step(firm_a, id, 'filed', '2009-05-08', '12'), { status: 422 });
  const filed = await step(firm_a, id, 'filed', '2009-05-08', FREE[0]);
  t.match(filed, { status: 201, body: { state: 'filed', watched_at: null } });
  const read_once = await read(firm_a, id);
  t.match(
    read_once.deadlines.map(({ kind, state }) => [kind, state]),
    [
      ['filing_fee', 'open'],
      ['priority_abroad', 'open'],
      ['examination_request', 'open'],
    ],
  );
  t.same(
    read_once.fees.map(({ kind, amount_minor }) => [kind, amount_minor]),
    [
      ['filing', 90_000],
      ['examination', 250_000],
    ],
  );
  t.match(await step(firm_a, id, 'published', '2009-05-01'), { status: 422 }, 'before it was filed');
  const pay = (fee_id: string, paid_on: string) =>
    call(firm_a.key, 'POST', `/v1/filing/applications/${id}/fees/${fee_id}/payment`, { paid_on });
  const [fee] = read_once.fees;
  t.match(await pay(fee!.id, '2009-08-01'), { status: 422 });
  t.equal((await pay(fee!.id, '2009-06-02')).status, 201);
  t.equal((await pay(fee!.id, '2009-06-02')).status, 201, 'twice is once');
  t.match(await pay(fee!.id, '2009-06-03'), { status: 409 });
  const paid = await read(firm_a, id);
  t.equal(paid.deadlines.find(({ kind }) => kind === 'filing_fee')!.state, 'met');
  const other = await prepared(firm_a);
  t.match(
    await step(firm_a, other.id, 'filed', '2009-05-08', FREE[0]),
    { status: 409 },
    'a number is of one',
  );
  t.equal((await step(firm_a, id, 'examined', '2009-06-03')).status, 201);
  t.equal((await step(firm_a, id, 'withdrawn', '2009-06-04')).status, 201);
  t.match(await step(firm_a, id, 'examined', '2009-06-05'), { status: 409 });
  const over = await read(firm_a, id);
  t.same(
    over.deadlines.map(({ state }) => state),
    ['met', 'open', 'met'],
    'filing abroad is still possible',
  );
  const form = await draftOf(firm_a);
  t.match(await call(firm_a.key, 'POST', `/v1/filing/drafts/${form}/applications`, { office: 'CN' }), {
    status: 422,
  });
});

t.test('a letter has a term, an answer is in time or refused, and a dead term says so', async (t) => {
  const { id } = await prepared(firm_a);
  const url = `/v1/filing/applications/${id}/office-actions`;
  const letter = { kind: 'first', issued_on: '2009-06-01', content: 'Claim 1 is not new.' };
  t.match(await call(firm_a.key, 'POST', url, letter), { status: 409 }, 'before it is filed');
  await step(firm_a, id, 'filed', '2008-01-08', FREE[1]);
  const dead = await call(firm_a.key, 'POST', url, { ...letter, issued_on: '2008-09-01' });
  t.match(dead, { status: 422, body: { code: 'refused' } });
  t.match(dead.body.detail, /ended on 2009-01-01/);
  const { body: action } = await call<{ id: string; due_on: string }>(firm_a.key, 'POST', url, letter);
  t.match(action, { number: 1, due_on: '2009-10-01', deadline_state: 'open', answer: null });
  t.match(await eventsOf(id), [{ type: 'filing.office_action.received', data: { due_on: '2009-10-01' } }]);
  t.notOk(JSON.stringify(await eventsOf(id)).includes('not new'), 'no text leaves with an event');
  const answer = (action_id: string, answered_on: string) =>
    call(firm_a.key, 'POST', `${url}/${action_id}/answer`, { answer: 'It is.', answered_on });
  t.match(await answer(action.id, '2009-05-01'), { status: 422 });
  t.match(await answer(action.id, '2009-06-09'), { status: 201 });
  t.match(await answer(action.id, '2009-06-09'), { status: 409 });
  const short = { ...letter, kind: 'other', issued_on: '2009-05-11', term_months: 1 };
  const { body: second } = await call<{ id: string }>(firm_a.key, 'POST', url, short);
  const day = clock.now();
  clock.set(at('2009-06-13'));
  await database.transaction((tx) => remind(tx, clock.now()));
  const late = await answer(second.id, '2009-06-12');
  t.match(late, { status: 422, body: { code: 'refused' } });
  t.match(late.body.detail, /answer ended on 2009-06-11/);
  const { body: letters } = await call<{ data: { deadline_state: string }[] }>(firm_a.key, 'GET', url);
  t.same(
    letters.data.map(({ deadline_state }) => deadline_state),
    ['met', 'missed'],
  );
  t.equal((await call(staff.key, 'GET', url)).status, 403, 'staff read no letters');
  clock.set(day);
});

t.test('a firm is told once when a term comes near and once when it is missed', async (t) => {
  const { id } = await prepared(firm_b);
  await step(firm_b, id, 'filed', '2009-06-08', FREE[2]);
  const due = (await read(firm_b, id)).deadlines.find(({ kind }) => kind === 'filing_fee')!.due_on;
  t.equal(due, '2009-08-10', 'a Saturday passes');
  const told_on = async (day: string) => {
    await database.transaction((tx) => remind(tx, at(day)));
    return (await eventsOf(id)).map(({ type, data }) => [type, data.kind]);
  };
  const near = ['filing.deadline.near', 'filing_fee'];
  t.same(await told_on('2009-06-10'), []);
  t.same(await told_on('2009-06-11'), [near], '60 days before');
  t.same(
    (await eventsOf(id)).map(({ data }) => data.verified),
    [false],
    'and that the rule is from memory',
  );
  t.same(await told_on('2009-06-12'), [near]);
  t.same(await told_on('2009-08-05'), [near, near], '30 days were slept through: told once at 7');
  t.same(await told_on('2009-08-09'), [near, near, near]);
  t.same(await told_on('2009-08-10'), [near, near, near], 'its last day');
  const missed = ['filing.deadline.missed', 'filing_fee'];
  t.same(await told_on('2009-08-11'), [near, near, near, missed]);
  t.same(await told_on('2009-08-12'), [near, near, near, missed]);
  t.equal((await read(firm_b, id)).deadlines[0]!.state, 'missed');
});

t.test('a grant puts the patent on a watch list of the firm: by staff, or by the register', async (t) => {
  const numberOf = async (patent_id: string) => {
    const [row] = await sql<{ application_number: string; filed_on: string }[]>`
      select application_number, filed_on from patent_search where patent_id = ${patent_id}`;
    return row!;
  };
  await deriveChanged(database, clock.now());
  const watched = async (party: Party) => {
    const lists = await call<{ data: { id: string; patents: number }[] }>(
      party.key,
      'GET',
      '/v1/watch-lists',
    );
    const ids = [];
    for (const { id } of lists.body.data) {
      const url = `/v1/watch-lists/${id}/patents`;
      const { body } = await call<{ data: { patent_id: string }[] }>(party.key, 'GET', url);
      ids.push(...body.data.map(({ patent_id }) => patent_id));
    }
    return ids;
  };
  const known = service.takePatent();
  const { application_number, filed_on } = await numberOf(known);
  const { id } = await prepared(firm_a);
  t.match(
    await step(staff, id, 'filed', filed_on, application_number),
    { status: 422 },
    'not for staff to say',
  );
  t.match(await step(firm_a, id, 'filed', filed_on, application_number), {
    status: 201,
    body: { patent_id: known },
  });
  const seen = await read(staff, id);
  t.equal(seen.id, id, 'staff see where it stands');
  t.notOk(JSON.stringify(seen).includes('graphite'), 'and none of its text');
  const granted = await step(staff, id, 'granted', '2009-06-05');
  t.match(granted, { status: 201, body: { state: 'granted' } });
  t.ok(granted.body.watched_at);
  t.same(await watched(firm_a), [known]);
  t.match((await eventsOf(id)).at(-1), {
    type: 'filing.granted',
    data: { patent_id: known, granted_on: '2009-06-05', watched: true },
  });
  t.ok(
    (await read(firm_a, id)).deadlines.every(
      ({ kind, state }) => kind === 'priority_abroad' || state !== 'open',
    ),
  );

  const next = service.takePatent();
  const of_next = await numberOf(next);
  const second = await prepared(firm_a);
  await step(firm_a, second.id, 'filed', of_next.filed_on, of_next.application_number);
  await database.transaction((tx) => noteGrants(tx, [next], clock.now()));
  t.match(await read(firm_a, second.id), { state: 'granted', steps: [{}, {}, { organisation_id: null }] });
  t.same(new Set(await watched(firm_a)), new Set([known, next]), 'on the same list');

  const unheard = await prepared(firm_b);
  await step(firm_b, unheard.id, 'filed', '2009-01-05', FREE[3]);
  t.match(await step(staff, unheard.id, 'granted', '2009-06-05'), {
    status: 201,
    body: { watched_at: null },
  });
  const { patent_id } = await read(firm_b, unheard.id);
  await ingestRecords(
    database,
    { id: 'late', name: 'late' },
    [told(FREE[3]!, { filed_on: '2009-01-05' })],
    clock.now(),
  );
  await database.transaction((tx) => noteGrants(tx, null, clock.now()));
  t.same(await watched(firm_b), [patent_id], 'as soon as the patent database has it');
});
