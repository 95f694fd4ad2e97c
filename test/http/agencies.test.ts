/** Agencies and packages of applications: chosen by their own cases, engaged without conflict, and what goes to an office. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { ParseOption, XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import t from 'tap';
import { createOrganisation, issueKey } from '../../src/accounts/store.ts';
import { sha256 } from '../../src/canonical.ts';
import { loadConfig } from '../../src/config.ts';
import { computeRecords, recordListener } from '../../src/filing/agencies/record.ts';
import { fileDrop } from '../../src/filing/packages/file-drop.ts';
import { notTaken, say } from '../../src/filing/sentences.ts';
import { hearEvents } from '../../src/outbox/hear.ts';
import { challengersOf } from '../../src/patents/agents.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { dpmaRegister } from '../../src/patents/sources/dpma/register.ts';
import { pageTexts } from '../docs/pdf-text.ts';
import { news, told } from '../jobs/setting.ts';
import { contract } from '../security/world.ts';
import { buildService, LEARNT_AT, type Party, UNHURRIED } from '../service.ts';

const drop = t.testdir({ packages: {}, not_a_folder: 'a file' });
const FOLDER = path.join(drop, 'packages');
const http = { ...UNHURRIED, filing_drop_folder: FOLDER };
const service = await buildService(t, {}, undefined, http);
const { database, call, clock, firm_a, firm_b, bank_a, staff, agency, buyer } = service;
const { sql } = database;

const GOOD = 'Grün & Partner';
const OF_BANK = 'Kanzlei Hart';
const OF_RIVAL = 'Rivalen-Vertreter';

/** A case before the German office: granted or given up four years later, or waiting. */
function caseOf(
  number: string,
  agent: string,
  outcome: 'granted' | 'refused' | 'waiting',
  owner = `Owner ${number}`,
) {
  const record = told(
    number,
    {
      office: 'DE',
      filed_on: '2001-03-01',
      ipc: ['A61K31/00'],
      publication_number: `1${number}`,
      kind: 'B3',
    },
    outcome === 'waiting'
      ? [news('published', '2002-09-01')]
      : [news('published', '2002-09-01'), news(outcome, '2005-03-01')],
  );
  const parties = [
    { role: 'owner' as const, name: owner, country: 'DE' },
    { role: 'agent' as const, name: agent, country: 'DE' },
  ];
  const publication = { office: 'DE', number: `1${number}`, kind: 'B3', published_on: '2002-09-01' };
  return { ...record, parties, publication };
}

const records = [
  ...Array.from({ length: 9 }, (_, index) => caseOf(`10000${index}`, GOOD, 'granted')),
  caseOf('100009', GOOD, 'refused'),
  caseOf('100010', GOOD.toUpperCase(), 'waiting'),
  caseOf('200000', 'Einmal', 'granted'),
  ...Array.from({ length: 20 }, (_, index) =>
    caseOf(`3000${10 + index}`, 'Mittel', index % 2 ? 'granted' : 'refused'),
  ),
  caseOf('400000', OF_BANK, 'granted', 'BANK A'),
  caseOf('500000', OF_RIVAL, 'granted', 'Rival SE'),
];
await ingestRecords(database, { id: dpmaRegister.id, name: 'test' }, records, LEARNT_AT);
await deriveChanged(database, LEARNT_AT);

const ENTRY = {
  licence_number: 'DE-4711',
  register_names: [GOOD],
  offices: ['DE', 'EP'],
  languages: ['en', 'de'],
  about: 'Pharmacy and its machines.',
};
const CLAIMS = `1. A pump comprising a housing (10) and a rotor (11) in the housing (10).

2. The pump of claim 1, wherein the rotor (11) is of steel.

3. The pump of any one of claims 1 to 2, wherein the housing (10) is closed & sealed.`;
const DRAFT = {
  reference: 'Pump 1',
  form: 'EP',
  right_type: 'invention',
  language: 'en',
  title: 'Pump with a closed housing',
  claims: CLAIMS,
  description: `Technical Field
The invention relates to pumps.
Background Art
[0002] Pumps with open housings are known; they leak when p < 1 bar.
Summary of the Invention
A pump has a housing and a rotor in the housing. The rotor is of steel. The housing is closed and sealed.
Brief Description of the Drawings
Fig. 1 is a section of the pump.
Detailed Description
The pump of Fig. 1 has a housing 10 and a rotor 11. The rotor 11 is of steel. The housing 10 is closed & sealed.`,
  abstract: 'A pump comprises a housing (10) and a rotor (11) in the housing (10).',
  figures: 'Fig. 1: section of the pump; 10 housing; 11 rotor',
  classes: ['A61K31/00'],
};

interface Engagement {
  id: string;
  state: string;
  instruction: string;
  score: number | null;
  detail?: string;
}
interface Package {
  id: string;
  sha256: string;
  version: number;
  errors: number;
  files: { name: string; sha256: string; size_bytes: number }[];
  detail: string;
}

async function newAgency(name: string): Promise<Party> {
  return database.transaction(async (tx) => {
    const { id } = await createOrganisation(tx, { kind: 'agency', name, demonstration: false }, clock.now());
    return { id, key: (await issueKey(tx, id, 'test', clock.now())).key };
  });
}

async function admit(party: Party, entry: object): Promise<void> {
  const entered = await call(party.key, 'PUT', '/v1/agencies/own', { ...ENTRY, ...entry });
  t.match([entered.status, entered.body], [200, { state: 'asked', record: null }], entered.text);
  const decided = await call(staff.key, 'POST', `/v1/agencies/${party.id}/decisions`, {
    state: 'admitted',
    reason: 'licence seen',
  });
  t.equal(decided.status, 201, decided.text);
}

async function newDraft(firm: Party, changed: object = {}): Promise<string> {
  const answer = await call<{ draft: { id: string } }>(firm.key, 'POST', '/v1/filing/drafts', {
    ...DRAFT,
    ...changed,
  });
  t.equal(answer.status, 201, answer.text);
  return answer.body.draft.id;
}

const instruct = (firm: Party, draft_id: string, to: Party, accepted_conflicts: string[] = []) =>
  call<Engagement>(firm.key, 'POST', '/v1/filing/engagements', {
    draft_id,
    agency_id: to.id,
    instruction: 'Please file before June.',
    accepted_conflicts,
  });
const step = (party: Party, { id }: { id: string }, taken: string) =>
  call<Engagement>(party.key, 'POST', `/v1/filing/engagements/${id}/steps`, { step: taken });
const bytes = ({ status, text }: { status: number; text: string }) =>
  `${status} ${text.replace(/"request_id":"[^"]+"/, '')}`;

/** As a browser takes it: what is no text is held against no schema. */
async function download(url: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${firm_a.key}` };
  return (await service.app.inject({ url, headers })).rawPayload;
}
const fileOf = ({ id }: { id: string }, name: string) => download(`/v1/filing/packages/${id}/files/${name}`);

const of_bank = await newAgency('Hart');
const of_rival = await newAgency('Rivals');
const einmal = await newAgency('Once');

t.test(
  'an agency is in the directory once staff have seen its licence, with the record of its own cases',
  async (t) => {
    const url = `/v1/agencies/${agency.id}`;
    const missing = bytes(await call(firm_a.key, 'GET', '/v1/agencies/org_missing'));
    await call(agency.key, 'PUT', '/v1/agencies/own', ENTRY);
    t.equal(
      bytes(await call(firm_a.key, 'GET', url)),
      missing,
      'one that waits is to others as one that is missing',
    );
    t.match((await call(agency.key, 'GET', url)).body, { state: 'asked' });
    t.match((await call<{ data: [] }>(staff.key, 'GET', '/v1/agencies?state=asked')).body.data, [
      { agency_id: agency.id },
    ]);
    await admit(agency, {});
    await hearEvents(database, [recordListener], clock.now());
    const { body } = await call<{ record: Record<string, unknown> }>(firm_a.key, 'GET', url);
    t.match(body.record, {
      sources: ['dpma-register'],
      cases: 11,
      granted: 9,
      given_up: 1,
      waiting: 1,
      grant_rate: { n: 10 },
      pendency: { n: 10, waiting: 1 },
      fields: [{ of: 16, granted: 9 }],
      offices: [{ of: 'DE', granted: 9 }],
      rating: { n: 0 },
    });
    const { rate, low, high } = body.record.grant_rate as { rate: number; low: number; high: number };
    t.ok(low < rate && rate < high && rate > 0.6 && rate < 0.9, `${low} ${rate} ${high}`);
    t.match(await call(agency.key, 'PUT', '/v1/agencies/own', { ...ENTRY, register_names: [] }), {
      status: 400,
    });
    t.match(await call(firm_a.key, 'PUT', '/v1/agencies/own', ENTRY), { status: 403 });
  },
);

t.test('few cases do not lead the directory, which is paged in a fixed order', async (t) => {
  await admit(einmal, { register_names: ['Einmal'] });
  await admit(of_bank, { register_names: [OF_BANK] });
  await admit(of_rival, { register_names: [OF_RIVAL] });
  await database.transaction((tx) => computeRecords(tx, clock.now()));
  type Listed = { data: { agency_id: string; name: string }[]; next_cursor: string | null };
  const list = async (query = '') => (await call<Listed>(firm_a.key, 'GET', `/v1/agencies${query}`)).body;
  const all = await list();
  t.equal(all.data[0]!.agency_id, agency.id, 'nine of ten before one of one');
  t.equal(all.data.length, 4);
  const paged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const found: Listed = await list(`?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    paged.push(...found.data.map(({ agency_id }) => agency_id));
    cursor = found.next_cursor;
  }
  t.same(
    paged,
    all.data.map(({ agency_id }) => agency_id),
  );
  t.equal((await list('?field=16&office=EP&language=de')).data.length, 4);
  t.equal((await list('?field=1')).data.length, 0);
  t.match(await call(firm_a.key, 'GET', '/v1/agencies?cursor=x'), { status: 400 });
});

t.test(
  'an agency that acts for the bank of the firm is refused; one of a rival is shown and accepted',
  async (t) => {
    await contract(service, bank_a, firm_a, [service.takePatent()], 'watched');
    const draft_id = await newDraft(firm_a, { reference: 'conflicts', cited: ['DE1500000B3'] });
    const shown = async (party: Party) =>
      (
        await call<{ data: object[] }>(
          firm_a.key,
          'GET',
          `/v1/agencies/${party.id}/conflicts?draft_id=${draft_id}`,
        )
      ).body.data;
    t.same(await shown(agency), []);
    t.same(await shown(of_bank), [{ kind: 'pledgee', hard: true, principal: 'BANK A', cases: 1 }]);
    for (const accepted of [[], ['pledgee']])
      t.match(await instruct(firm_a, draft_id, of_bank, accepted), {
        status: 422,
        body: { detail: /cannot be accepted/ },
      });
    t.same(await shown(of_rival), [{ kind: 'competitor', hard: false, principal: 'Rival SE', cases: 1 }]);
    t.match(await instruct(firm_a, draft_id, of_rival), {
      status: 422,
      body: { detail: /accepted_conflicts/ },
    });
    const asked = await instruct(firm_a, draft_id, of_rival, ['competitor']);
    t.match([asked.status, asked.body], [201, { state: 'asked', accepted_conflicts: ['competitor'] }]);
    t.match(await instruct(firm_a, draft_id, of_rival, ['competitor']), { status: 409 });
    await step(of_rival, asked.body, 'accepted');
    const rival_draft = await newDraft(firm_b, { reference: 'of another', cited: ['DE1500000B3'] });
    const others = await call<{ data: object[] }>(
      firm_b.key,
      'GET',
      `/v1/agencies/${of_rival.id}/conflicts?draft_id=${rival_draft}`,
    );
    t.same(others.body.data, [
      { kind: 'competitor', hard: false, principal: 'Rival SE', cases: 1 },
      { kind: 'competitor', hard: false, principal: null, cases: null },
    ]);
    t.notMatch(others.text, /Firm A/, 'a client here is not named');
    const foreign = `/v1/agencies/${agency.id}/conflicts?draft_id=`;
    t.equal(
      bytes(await call(firm_b.key, 'GET', `${foreign}${draft_id}`)),
      bytes(await call(firm_b.key, 'GET', `${foreign}fdr_missing`)),
    );
  },
);

t.test(
  'an engaged agency reads the draft from its acceptance to the end, and nobody else ever',
  async (t) => {
    const draft_id = await newDraft(firm_a, { reference: 'engaged' });
    const { body: engagement } = await instruct(firm_a, draft_id, agency);
    const url = `/v1/filing/engagements/${engagement.id}`;
    const draft_of = async (party: Party) =>
      (await call(party.key, 'GET', `/v1/filing/drafts/${draft_id}`)).status;
    t.equal(await draft_of(agency), 404, 'not before it accepts');
    t.match((await call<Engagement>(agency.key, 'GET', url)).body, {
      instruction: 'Please file before June.',
    });
    t.match(await step(firm_a, engagement, 'accepted'), { status: 409 });
    t.match(await step(agency, engagement, 'withdrawn'), { status: 409 });
    const twins = await Promise.all([
      step(agency, engagement, 'accepted'),
      step(agency, engagement, 'accepted'),
    ]);
    t.same(twins.map(({ status }) => status).sort(), [201, 409]);
    t.equal(await draft_of(agency), 200);
    for (const other of [firm_b, of_bank]) {
      t.equal(await draft_of(other), 404);
      const theirs = (id: string) => call(other.key, 'GET', `/v1/filing/engagements/${id}`);
      t.equal(bytes(await theirs(engagement.id)), bytes(await theirs('fen_missing')));
    }
    t.equal((await call(staff.key, 'GET', url)).status, 403, 'staff are no party to it');

    const said = await call<{ id: string }>(agency.key, 'POST', `${url}/messages`, {
      body: 'Claim 1 is too wide.',
    });
    t.equal(said.status, 201, said.text);
    await call(firm_a.key, 'POST', `${url}/messages`, { body: 'Then narrow it.' });
    const thread = await call<{ data: { body: string; organisation_id: string }[] }>(
      firm_a.key,
      'GET',
      `${url}/messages`,
    );
    t.same(
      thread.body.data.map(({ body, organisation_id }) => [body, organisation_id]),
      [
        ['Claim 1 is too wide.', agency.id],
        ['Then narrow it.', firm_a.id],
      ],
    );
    const [stored] = await sql<
      { body: string }[]
    >`select body from filing_message where id = ${said.body.id}`;
    t.match(stored!.body, /^pw1\./, 'messages are sealed');
    const events = await call<{ data: { type: string }[] }>(firm_a.key, 'GET', '/v1/events');
    t.ok(events.body.data.some(({ type }) => type === 'filing.message.received'));
    t.notMatch(events.text, /too wide/, 'an event does not hold the words');
    const for_staff = await call(staff.key, 'GET', '/v1/events');
    t.notMatch(for_staff.text, /filing\.(engagement|message)/, 'it is between the parties');

    const rated = (score: number) =>
      call<Engagement>(firm_a.key, 'POST', `${url}/ratings`, { score, note: 'quick' });
    t.match(await rated(5), { status: 409 }, 'not before it is over');
    t.match((await step(agency, engagement, 'ended')).body, { state: 'ended' });
    t.equal(await draft_of(agency), 404, 'not after the end');
    t.match(await call(firm_a.key, 'POST', `${url}/messages`, { body: 'one more' }), { status: 409 });
    t.match((await rated(5)).body, { score: 5 });
    t.match(await rated(1), { status: 409 }, 'one rating an engagement');
    const { body: seen } = await call<{ record: { rating: { rate: number; n: number } } }>(
      buyer.key,
      'GET',
      `/v1/agencies/${agency.id}`,
    );
    t.equal(seen.record.rating.n, 1);
    t.ok(seen.record.rating.rate > 3 && seen.record.rating.rate < 4.5, 'one rating of five is no five');
  },
);

t.test('the parts of a package say what the draft says, and come out the same to the byte', async (t) => {
  const draft_id = await newDraft(firm_a, { reference: 'package' });
  const url = `/v1/filing/drafts/${draft_id}/packages`;
  const made = await call<Package>(firm_a.key, 'POST', url, {});
  t.match([made.status, made.body.errors], [201, 0], made.text);
  const again = await call<Package>(firm_a.key, 'POST', url, {});
  t.equal(again.body.id, made.body.id, 'the same bytes are the same package');
  const archive = await download(`/v1/filing/packages/${made.body.id}/archive`);
  t.equal(sha256(archive).toString('hex'), made.body.sha256);
  const files = unzipSync(archive);
  for (const { name, sha256: digest } of made.body.files)
    t.equal(sha256(Buffer.from(files[name]!)).toString('hex'), digest, name);
  const file = (await fileOf(made.body, 'application-body.xml')).toString();
  t.equal(file, strFromU8(files['application-body.xml']!));
  t.match(await call(firm_a.key, 'GET', `/v1/filing/packages/${made.body.id}/files/other.xml`), {
    status: 404,
  });

  const xml = XmlDocument.fromString(file);
  const names = {
    pat: 'http://www.wipo.int/standards/XMLSchema/ST96/Patent',
    com: 'http://www.wipo.int/standards/XMLSchema/ST96/Common',
  };
  const texts = (xpath: string) => xml.root.find(xpath, names).map((node) => node.content);
  t.same(texts('/pat:ApplicationBody/pat:Description/pat:InventionTitle'), [DRAFT.title]);
  t.same(texts('/pat:ApplicationBody/*/@com:id'), ['DESCRIPTION', 'CLAIMS', 'ABSTRACT']);
  t.same(texts('//pat:Description/*[com:Heading]/com:Heading').length, 5);
  t.same(texts('//com:P/@com:pNumber'), ['0001', '0002', '0003', '0004', '0005']);
  t.match(texts('//pat:BackgroundArt/com:P')[0], /^Pumps .* p < 1 bar\.$/, 'a number as written is set anew');
  t.same(texts('//pat:Claim/pat:ClaimTypeCategory'), ['Independent', 'Dependent', 'Dependent']);
  t.same(
    texts('//pat:Claim/pat:ClaimText'),
    CLAIMS.split('\n\n').map((claim) => claim.replace(/^\d\. /, '')),
  );
  t.same(texts('//pat:ClaimReference/@com:idrefs'), ['CLM-00001', 'CLM-00001 CLM-00002']);
  t.same(texts('//pat:Abstract/com:P'), [DRAFT.abstract]);
  xml.dispose();

  const word = strFromU8(unzipSync(files['application.docx']!)['word/document.xml']!);
  const paragraphs = [...word.matchAll(/<w:p>.*?<\/w:p>|<w:p .*?<\/w:p>/gs)].map(([paragraph]) =>
    [...paragraph.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map(([, text]) => text).join(''),
  );
  for (const said of [
    DRAFT.title,
    'Description',
    'Claims',
    'Abstract',
    '[0001] The invention relates to pumps.',
  ])
    t.ok(paragraphs.includes(said), said);
  const printed = pageTexts(Buffer.from(files['application.pdf']!)).join('').replace(/\s/g, '');
  for (const said of [DRAFT.title, ...CLAIMS.split('\n\n'), DRAFT.abstract, DRAFT.figures])
    t.ok(printed.includes(said.replace(/\s/g, '')), said);

  const manifest = JSON.parse(strFromU8(files['manifest.json']!));
  t.match(manifest, { reference: 'package', form: 'EP', version: 1, files: { length: 3 } });
  const alone = await call(firm_a.key, 'GET', `/v1/filing/packages/${made.body.id}/files/manifest.json`);
  t.same(alone.body, manifest, 'as the document describes it');
});

t.test('a Chinese application is set in Chinese, in the order of its office', async (t) => {
  const draft_id = await newDraft(firm_a, {
    reference: '水泵',
    form: 'CN',
    language: 'zh',
    title: '一种水泵',
    claims:
      '1．一种水泵，包括壳体（10），其特征在于，还包括转子（11）。\n2．根据权利要求1所述的水泵，其特征在于，所述转子（11）由钢制成。',
    description:
      '技术领域\n本发明涉及水泵。\n背景技术\n现有水泵容易漏水。\n发明内容\n水泵包括壳体和转子，转子由钢制成。\n附图说明\n图1为水泵的剖视图。\n具体实施方式\n如图1所示，水泵包括壳体10和转子11，转子11由钢制成。',
    abstract: '本发明公开了一种水泵，包括壳体和转子。',
    figures: '图1：剖视图；10-壳体；11-转子',
  });
  const made = await call<Package>(firm_a.key, 'POST', `/v1/filing/drafts/${draft_id}/packages`, {
    despite_errors: true,
  });
  t.equal(made.status, 201, made.text);
  const xml = (await fileOf(made.body, 'application-body.xml')).toString();
  t.match(xml, /com:languageCode="zh" com:receivingOffice="CN"/);
  t.match(xml, /<pat:ClaimReference com:idrefs="CLM-00001">权利要求1<\/pat:ClaimReference>/);
  const printed = pageTexts(await fileOf(made.body, 'application.pdf'))
    .join('')
    .replace(/\s/g, '');
  const places = ['说明书摘要', '权利要求书', '[0001]本发明涉及水泵。', '附图清单'].map((said) =>
    printed.indexOf(said),
  );
  t.ok(
    places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1)),
    String(places),
  );
});

t.test('what is wrong with a package is said, and nothing is stored', async (t) => {
  let drafts = 0;
  const make = async (changed: object, body: object = {}) => {
    const draft_id = await newDraft(firm_a, { reference: `faulty ${++drafts}`, ...changed });
    const answer = await call<Package>(firm_a.key, 'POST', `/v1/filing/drafts/${draft_id}/packages`, body);
    const kept = await call<{ data: [] }>(firm_a.key, 'GET', `/v1/filing/drafts/${draft_id}/packages`);
    t.equal(kept.body.data.length, answer.status === 201 ? 1 : 0);
    return answer;
  };
  const faulty = { claims: CLAIMS.replace('2. The pump of claim 1', '2. The pump of claim 7') };
  t.match(await make(faulty), { status: 422, body: { detail: /errors .* claim 2.*despite_errors/ } });
  t.match(await make({ ...faulty, title: 'Pump despite' }, { despite_errors: true }), { status: 201 });
  t.match(await make({ description: '' }, { despite_errors: true }), {
    status: 422,
    body: { detail: /part description is empty/ },
  });
  t.match(await make({ abstract: 'A \u0001 sign.' }, { despite_errors: true }), {
    status: 422,
    body: { detail: /abstract holds the character U\+0001/ },
  });
  t.match(await make({ abstract: 'A pump \u{10980} with Meroitic.' }, { despite_errors: true }), {
    status: 422,
    body: { detail: /no face for .*U\+10980/ },
  });
});

t.test('a package is handed in once, with a receipt; what fails is tried three times and told', async (t) => {
  const draft_id = await newDraft(firm_a, { reference: 'submitted' });
  const { body: engagement } = await instruct(firm_a, draft_id, agency);
  await step(agency, engagement, 'accepted');
  const made = await call<Package>(agency.key, 'POST', `/v1/filing/drafts/${draft_id}/packages`, {});
  t.equal(made.status, 201, made.text);
  const url = `/v1/filing/packages/${made.body.id}/submissions`;
  interface Submission {
    outcome: string;
    attempts: number;
    reason: string | null;
    receipt: { number: string; name: string; sha256: string } | null;
  }
  await rename(FOLDER, `${FOLDER}.away`);
  const failed = await call<Submission>(agency.key, 'POST', url);
  t.match(failed.body, { outcome: 'failed', attempts: 3, receipt: null, reason: /ENOENT/ }, failed.text);
  await rename(`${FOLDER}.away`, FOLDER);
  const submitted = await call<Submission>(agency.key, 'POST', url);
  t.match(
    submitted.body,
    { outcome: 'received', attempts: 1, receipt: { sha256: made.body.sha256 } },
    submitted.text,
  );
  const { name, number } = submitted.body.receipt!;
  t.match(number, /^PW-[0-9A-F]{16}$/);
  t.same((await readdir(FOLDER)).sort(), [name, `${name}.receipt.json`], 'nothing half written is left');
  t.equal(sha256(await readFile(path.join(FOLDER, name))).toString('hex'), made.body.sha256);
  t.match(await call(firm_a.key, 'POST', url), { status: 409, body: { detail: new RegExp(number) } });
  t.match(await call(firm_b.key, 'POST', url), { status: 404 });
  const audit = await call<{ data: { action: string }[] }>(firm_a.key, 'GET', '/v1/audit?limit=200');
  for (const action of ['filing.package.made', 'filing.package.failed', 'filing.package.received'])
    t.ok(
      audit.body.data.some((entry) => entry.action === action),
      action,
    );
});

t.test('the folder takes the same package once, and never replaces another file', async (t) => {
  const folder = t.testdir();
  const port = fileDrop(folder);
  const content = Buffer.from('a package');
  const handed = {
    name: 'a.zip',
    sha256: sha256(content).toString('hex'),
    bytes: content,
    at: new Date('2009-06-01'),
  };
  const [first, second] = await Promise.all([
    port.submit(handed),
    port.submit({ ...handed, at: new Date('2009-07-01') }),
  ]);
  t.same(first, second, 'the receipt that it got');
  t.same(await port.submit(handed), first);
  await writeFile(path.join(folder, 'b.zip'), 'other');
  const reason = await port.submit({ ...handed, name: 'b.zip' }).then(
    () => '',
    (error: Error) => error.message,
  );
  t.same(
    notTaken(reason),
    say('drop_other_bytes', { name: 'b.zip' }),
    'known by its text where that is kept',
  );
  t.equal(notTaken('ENOSPC: no space left on device'), 'ENOSPC: no space left on device');
  t.equal(await readFile(path.join(folder, 'b.zip'), 'utf8'), 'other');
  await t.rejects(fileDrop(path.join(folder, 'a.zip')).submit(handed), /ENOTDIR|not a directory/);
  await t.rejects(fileDrop(path.join(folder, 'none')).submit(handed), /ENOENT/);
});

t.test('without a folder packages are refused, with the remedy', async (t) => {
  t.equal(loadConfig({}).filing_drop_folder, null);
  t.equal(loadConfig({ FILING_DROP_FOLDER: '/var/drop' }).filing_drop_folder, '/var/drop');
  t.throws(() => loadConfig({ FILING_DROP_FOLDER: 'drop' }), /FILING_DROP_FOLDER.*absolute path/);
});

/** The schema of WIPO, which is not the service's to hand on: named by its file where it is at hand. */
const SCHEMA = process.env.ST96_SCHEMA ?? '';
t.test(
  'every body is valid against the schema of WIPO ST.96',
  { skip: !existsSync(SCHEMA) && 'ST96_SCHEMA names no file' },
  async (t) => {
    xmlRegisterFsInputProviders();
    const schema = XmlDocument.fromBuffer(await readFile(SCHEMA), {
      url: SCHEMA,
      option: ParseOption.XML_PARSE_DEFAULT,
    });
    const validator = XsdValidator.fromDoc(schema);
    const packages = await sql<{ id: string }[]>`select id from filing_package`;
    t.ok(packages.length >= 4);
    for (const { id } of packages) {
      const xml = XmlDocument.fromBuffer(await fileOf({ id }, 'application-body.xml'));
      t.doesNotThrow(() => validator.validate(xml), id);
      xml.dispose();
    }
  },
);

t.test('challengers of a patent of the firm are opponents, by the name that the office tells', async (t) => {
  const challenged = caseOf('600000', 'Somebody', 'granted');
  const opposed = { ...news('challenged', '2006-01-01'), detail: { opponent: 'Opponent GmbH' } };
  const of_opponent = caseOf('600001', 'Einmal', 'granted', 'OPPONENT GMBH');
  const given = [{ ...challenged, signals: [...challenged.signals, opposed] }, of_opponent];
  await ingestRecords(database, { id: dpmaRegister.id, name: 'test' }, given, clock.now());
  const pledged = patentId('DE', '600000');
  t.same(await challengersOf(sql, [pledged], clock.now()), ['Opponent GmbH']);
  const draft_id = await newDraft(firm_b, { reference: 'opposed' });
  await sql`insert into filing_application ${sql({
    ...{ id: 'fap_opposed', firm_id: firm_b.id, draft_id, version: 1, office: 'EP', right_type: 'invention' },
    ...{ state: 'published', patent_id: pledged, created_at: clock.now() },
  })}`;
  const shown = await call<{ data: object[] }>(
    firm_b.key,
    'GET',
    `/v1/agencies/${einmal.id}/conflicts?draft_id=${draft_id}`,
  );
  t.same(shown.body.data, [{ kind: 'opponent', hard: true, principal: 'OPPONENT GMBH', cases: 1 }]);
});
