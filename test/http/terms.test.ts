/** The terms of a pledge: due diligence before it, what was proposed, what is amended during it, how it is released. */
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import t, { type Test } from 'tap';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import type { SignalRecord } from '../../src/patents/sources/record.ts';
import { news, SOURCE, told } from '../jobs/setting.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

interface Pledge {
  id: string;
  state: string;
  principal_minor: number;
  matures_on: string;
  approved_value_minor: number | null;
  patents: { patent_id: string }[];
  proposal: { haircut_bp: number; disposal_plan: object | null; collateral_minor: number } | null;
}

interface Finding {
  finding: string;
  code: string;
  patent_id: string;
  severity: string;
  evidence: object;
  remedy: string;
  waiver: { reason: string } | null;
}

const service = await buildService(t);
const { database, clock, call, bank_a, bank_b, firm_a, staff } = service;

/** A minute passes, so that what came before can be read as of then. */
function minute(): void {
  clock.set(new Date(clock.now().getTime() + 60_000));
}

const today = () => clock.now().toISOString().slice(0, 10);

let numbers = 0;
/** Application numbers by patent id. */
const numbered = new Map<string, string>();

/** A right in force that the register tells more of. */
async function patentWith(
  signals: SignalRecord[],
  owners: string[] = [],
  facts: Parameters<typeof told>[1] = {},
): Promise<string> {
  const number = `0110${String(++numbers).padStart(4, '0')}`;
  const granted = news('granted', '2004-03-03', '2004-03-03');
  const record = told(number, { title: 'A pump', ...facts }, [granted, ...signals]);
  const parties = owners.map((name) => ({ role: 'owner' as const, name, country: 'CN' }));
  const publication = { office: 'CN', number, kind: 'C', published_on: '2004-03-03' };
  await ingestRecords(
    database,
    SOURCE,
    [parties.length > 0 ? { ...record, publication, parties } : record],
    clock.now(),
  );
  const patent_id = patentId('CN', number);
  numbered.set(patent_id, number);
  return patent_id;
}

const numberOf = (patent_id: string) => numbered.get(patent_id)!;

async function requested(patents: string[], change: object = {}): Promise<Pledge> {
  const { status, body, text } = await call<Pledge>(firm_a.key, 'POST', '/v1/pledges', {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: patents.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
    ...change,
  });
  if (status !== 201) throw new Error(text);
  return body;
}

const ask = <Body>(party: Party, id: string, path: string, body?: object) =>
  call<Body & ProblemAnswer>(party.key, body ? 'POST' : 'GET', `/v1/pledges/${id}/${path}`, body);

const move = (party: Party, id: string, body: object) => ask<Pledge>(party, id, 'moves', body);

/** Without the annuities that nobody has proven yet: every Chinese patent of that age has some. */
async function diligenceOf(party: Party, id: string, query = '') {
  const answer = await ask<{ blocked: boolean; data: Finding[] }>(party, id, `due-diligence${query}`);
  const data = answer.body.data?.filter(({ code }) => code !== 'annuity_unproven');
  return { ...answer, body: { ...answer.body, data } };
}

/** Refused with a status and a reason, and audited as such for both parties. */
async function isRefused(
  t: Test,
  request: () => Promise<{ status: number; body: ProblemAnswer }>,
  status: number,
  reason: RegExp,
): Promise<void> {
  const refusals = async () => {
    const [row] = await database.sql<{ count: number; [table: string]: unknown }[]>`
      select count(*) filter (where action like '%.refused')::int as count,
        (select md5(string_agg(pledge::text, '' order by id)) from pledge) as pledges,
        (select md5(string_agg(pledge_patent::text, '' order by pledge_id, patent_id, added_at)) from pledge_patent) as patents,
        (select md5(string_agg(pledge_amendment::text, '' order by id)) from pledge_amendment) as amendments,
        (select count(*) from due_diligence_waiver) as waivers, (select count(*) from pledge_proposal) as proposals,
        (select count(*) from pledge_deregistration) as ends, (select count(*) from pledge_recovery) as recoveries,
        (select count(*) from pledge_balance) as balances, (select count(*) from event) as events,
        (select count(*) from pledge_stale) as stale
      from audit_entry`;
    return row!;
  };
  const before = await refusals();
  const answer = await request();
  t.equal(answer.status, status, answer.body.detail);
  t.match(answer.body.detail, reason);
  const audited = [409, 412, 422].includes(status) ? 2 : 0;
  t.same(await refusals(), { ...before, count: before.count + audited }, 'audited, and nothing else written');
}

const propose = (id: string, change: object = {}) =>
  move(bank_a, id, { to: 'proposed', principal_minor: 1_000_000, ...change });

t.test('a proposal waits until due diligence blocks it no more, and a waiver has a reason', async (t) => {
  const pledged = { ...news('encumbered', '2009-05-06'), category: 'S', source_code: 'PE01' };
  const burdened = await patentWith(
    [{ ...pledged, detail: { registration_number: 'Y2009000001' } }],
    ['Firm A', 'A University'],
  );
  const clean = await patentWith([], ['FIRM-A']);
  const { id } = await requested([burdened, clean]);
  await move(bank_a, id, { to: 'appraised' });
  const { body } = await diligenceOf(firm_a, id);
  t.equal(body.blocked, true);
  t.same(
    body.data.map(({ code, patent_id }) => [code, patent_id]),
    [
      ['co_owner_consent', burdened],
      ['encumbrance_open', burdened],
    ],
  );
  t.match(body.data[0]!.evidence, { owners: 'Firm A; A University', named_on: '2004-03-03' });
  t.match(body.data[1], {
    severity: 'blocking',
    evidence: { kind: 'pledge', number: 'Y2009000001', opened_on: '2009-05-06' },
    remedy: /released at the office first/,
    waiver: null,
  });
  t.equal((await diligenceOf(bank_b, id)).status, 404);
  await isRefused(
    t,
    () => propose(id),
    409,
    /blocks this: co_owner_consent of patent .*; encumbrance_open of/,
  );

  const waive = ({ finding, patent_id }: Finding, change: object = {}, party = bank_a) =>
    ask<Finding>(party, id, 'due-diligence/waivers', {
      finding,
      patent_id,
      reason: 'consent of 2009-06-01',
      ...change,
    });
  const [consent, pledge] = body.data;
  await isRefused(t, () => waive(consent!, { reason: '' }), 400, /reason/);
  await isRefused(t, () => waive(consent!, {}, firm_a), 403, /This is for bank/);
  await isRefused(t, () => waive(consent!, {}, bank_b), 404, /no such pledge/);
  await isRefused(
    t,
    () => waive(consent!, { patent_id: clean }),
    422,
    /No blocking finding "co_owner_consent/,
  );
  await isRefused(t, () => waive({ ...consent!, finding: 'encumbrance_open' }), 422, /No blocking finding/);
  minute();
  t.match((await waive(consent!)).body, {
    code: 'co_owner_consent',
    waiver: { reason: 'consent of 2009-06-01' },
  });
  await isRefused(t, () => waive(consent!), 409, /was waived on 2009-06-10 already/);
  await isRefused(t, () => propose(id), 409, /blocks this: encumbrance_open of patent [^,]*\. Mend/);
  minute();
  const { rows } = {
    rows: await database.sql`select organisation_id, detail from audit_entry where action = 'due_diligence.waived'`,
  };
  t.same(rows.map(({ organisation_id }) => organisation_id).sort(), [bank_a.id, firm_a.id].sort());
  await t.rejects(database.sql`delete from due_diligence_waiver`, /append-only|may not|refuse/i);

  const released = { ...news('encumbrance_released', '2009-06-10'), category: 'S', source_code: 'PC01' };
  await ingestRecords(
    database,
    SOURCE,
    [told('01100001', {}, [{ ...released, detail: { registration_number: 'Y2009000001' } }])],
    clock.now(),
  );
  const { body: mended } = await diligenceOf(staff, id);
  t.match(mended, { blocked: false, data: [{ code: 'co_owner_consent', waiver: { reason: /consent/ } }] });
  t.equal(mended.data.length, 1, 'what was released is found no more');
  t.equal((await propose(id)).status, 201);
  const then = new Date(clock.now().getTime() - 120_000).toISOString();
  t.same(
    (await diligenceOf(staff, id, `?as_of=${then}`)).body,
    { ...body },
    'as it was known before the waiver',
  );
  await isRefused(t, () => waive(pledge!), 422, /No blocking finding/);
  t.same((await diligenceOf(firm_a, id, `?patent_id=${clean}`)).body, { blocked: false, data: [] });
});

t.test(
  'a transfer to another contradicts the title; nobody named, or another spelling, is a remark',
  async (t) => {
    const transfer = (owner: string) => ({ ...news('transferred', '2008-05-07'), detail: { owner } });
    const findings = async (patent: string) => {
      const { id } = await requested([patent]);
      const { data } = (await diligenceOf(bank_a, id)).body;
      return data.map(({ code, severity }) => `${code} ${severity}`);
    };
    t.same(await findings(await patentWith([transfer('Another Co., Ltd.')], ['Firm A'])), [
      'title_contradicted blocking',
    ]);
    t.same(await findings(await patentWith([transfer('Firm-A')], ['Another Co., Ltd.'])), []);
    t.same(await findings(await patentWith([transfer('甲公司')], ['Firm A'])), [
      'title_not_confirmed remark',
    ]);
    t.same(await findings(await patentWith([news('transferred', '2008-05-07')], ['Firm A'])), [
      'title_not_confirmed remark',
    ]);
    t.same(await findings(service.takePatent()), ['title_not_confirmed remark']);
  },
);

t.test('a proposal is written down with its haircut and its plan to sell', async (t) => {
  const appraised = async () => {
    const { id } = await requested([await patentWith([], ['Firm A'])]);
    const { body } = await move(bank_a, id, { to: 'appraised' });
    return { id, value: body.approved_value_minor! };
  };
  const readOf = (id: string) => call<Pledge>(firm_a.key, 'GET', `/v1/pledges/${id}`);
  const planned = await appraised();
  const unread = await readOf(planned.id);
  t.equal(unread.body.proposal, null);
  const disposal_plan = {
    route: 'private_sale',
    expected_days: 180,
    text: 'the two licensees have said they would bid',
  };
  await isRefused(t, () => propose(planned.id, { haircut_bp: 10_001 }), 400, /haircut_bp must be <= 10000/);
  await isRefused(
    t,
    () => propose(planned.id, { disposal_plan: { route: 'auction' } }),
    400,
    /expected_days/,
  );
  await propose(planned.id, { haircut_bp: 6_500, disposal_plan });
  const { body, headers } = await readOf(planned.id);
  t.match(body.proposal, { haircut_bp: 6_500, disposal_plan });
  t.equal(body.proposal!.collateral_minor, Math.floor(planned.value * 0.35));
  t.not(headers.etag, unread.headers.etag);
  const [point] = await database.sql<{ mid_minor: number; collateral_minor: number }[]>`
    select mid_minor, collateral_minor from pledge_valuation where pledge_id = ${planned.id}`;
  t.ok(Math.abs(point!.collateral_minor - point!.mid_minor / 2) <= 1, 'by the models at first');
  const plain = await appraised();
  await propose(plain.id);
  const { proposal } = (await readOf(plain.id)).body;
  t.match(proposal, {
    haircut_bp: 5_000,
    disposal_plan: null,
    collateral_minor: Math.floor(plain.value / 2),
  });
  await service.passTo('2009-06-12T02:00:00Z');
  const [later] = await database.sql<{ mid_minor: number; collateral_minor: number }[]>`
    select mid_minor, collateral_minor from pledge_valuation where pledge_id = ${planned.id}
    order by as_of desc limit 1`;
  t.equal(later!.collateral_minor, Math.floor(later!.mid_minor * 0.35), 'then by the contract');
});

interface Checklist {
  released: { ground: string; released_on: string } | null;
  grounds: { ground: string; met: boolean; items: { item: string; met: boolean; text: string }[] }[];
  deregistration: { number: string } | null;
}

/** Paid out on the day, 1,000,000 minor units. */
async function activated(patents: string[], change: object = {}): Promise<Pledge> {
  const { id } = await requested(patents, change);
  await move(bank_a, id, { to: 'appraised' });
  await propose(id);
  await move(bank_a, id, {
    to: 'registered',
    registration_number: `Y${id.slice(-6)}`,
    registered_on: today(),
  });
  const { status, body, text } = await move(bank_a, id, { to: 'active', disbursed_on: today() });
  if (status !== 201) throw new Error(text);
  return body;
}

t.test('a release shows what its ground asks for, and the office’s deregistration follows', async (t) => {
  const release = (id: string, detail: object) => move(bank_a, id, { to: 'released', ...detail });
  const checklistOf = async (id: string) => (await ask<Checklist>(firm_a, id, 'release-checklist')).body;
  const next = async () => (await activated([await patentWith([], ['Firm A'])])).id;
  const id = await next();
  const open = await checklistOf(id);
  t.same(
    open.grounds.map(({ ground, met, items }) => [
      ground,
      met,
      ...items.filter((item) => !item.met).map(({ item }) => item),
    ]),
    [
      ['debt_performed', false, 'nothing_outstanding'],
      ['right_realised', false, 'recovery'],
      ['waived', false, 'waiver'],
      ['contract_void', false, 'decision'],
    ],
  );
  t.match(open.grounds[0]!.items[1]!.text, /^1000000 minor units are still outstanding/);
  const waiver = { waived_by: 'credit committee, no. 12', reason: 'other security was given' };
  const decision = { reference: '(2009) no. 5', decided_on: '2009-06-11' };
  const recovery = { route: 'agreed_price', recovered_minor: 400_000, costs_minor: 50_000 };
  await isRefused(
    t,
    () => release(id, { ground: 'debt_performed' }),
    422,
    /lacks nothing_outstanding \(1000000 minor/,
  );
  await isRefused(
    t,
    () => release(id, { ground: 'waived' }),
    422,
    /ground waived lacks waiver \(state it in the field waiver/,
  );
  await isRefused(t, () => release(id, { ground: 'right_realised', decision }), 422, /lacks recovery/);
  await isRefused(
    t,
    () => release(id, { ground: 'contract_void', decision, waiver }),
    422,
    /field waiver does not belong/,
  );
  await isRefused(
    t,
    () => release(id, { ground: 'contract_void', decision: { ...decision, decided_on: '2009-07-01' } }),
    422,
    /still to come/,
  );
  await isRefused(t, () => release(id, { ground: 'waived', waiver: { reason: 'x' } }), 400, /waived_by/);
  const deregister = (change: object = {}, party = bank_a) =>
    ask(party, id, 'deregistration', { number: 'Z1', deregistered_on: today(), ...change });
  await isRefused(t, () => deregister(), 409, /is active; its deregistration is recorded once/);
  minute();
  t.equal((await release(id, { ground: 'waived', waiver })).status, 201);
  t.match(await checklistOf(id), {
    released: { ground: 'waived', released_on: today() },
    grounds: [
      {
        ground: 'waived',
        met: true,
        items: [
          { item: 'state' },
          { item: 'waiver', text: /other security was given; waived_by: credit committee/ },
        ],
      },
    ],
    deregistration: null,
  });
  await isRefused(
    t,
    () => deregister({ deregistered_on: '2009-06-09' }),
    422,
    /before the registration on 2009-06-1/,
  );
  await isRefused(t, () => deregister({ deregistered_on: '2009-07-09' }), 422, /still to come/);
  await isRefused(t, () => deregister({}, firm_a), 403, /This is for bank/);
  t.equal((await deregister()).status, 201);
  await isRefused(t, () => deregister({ number: 'Z2' }), 409, /deregistration Z1 of .* is recorded already/);
  t.match((await checklistOf(id)).deregistration, { number: 'Z1' });

  const realised = await next();
  t.equal((await release(realised, { ground: 'right_realised', recovery })).status, 201);
  const [row] = await database.sql`select route, proceeds_minor, costs_minor from pledge_recovery`;
  t.same(row, { route: 'agreed_price', proceeds_minor: 400_000, costs_minor: 50_000 }, 'it is in the ledger');
  const voided = await next();
  t.equal((await release(voided, { ground: 'contract_void', decision })).status, 201);
  const performed = await next();
  await ask(bank_a, performed, 'repayments', { amount_minor: 1_000_000, paid_on: today() });
  minute();
  t.match((await checklistOf(performed)).grounds[0], { ground: 'debt_performed', met: true });
  t.equal((await release(performed, { ground: 'debt_performed' })).status, 201);
});

interface Amendment {
  id: string;
  kind: string;
  state: string;
  change_number: string | null;
}

const amend = (id: string, changes: object, party = bank_a) =>
  ask<Amendment>(party, id, 'amendments', { reason: 'as agreed', ...changes });

const answer = (id: string, amendment_id: string, said: string, party = firm_a) =>
  ask<Amendment>(party, id, `amendments/${amendment_id}/answers`, { answer: said });

/** Asked for by the bank and consented to by the firm. */
async function inForce(id: string, changes: object): Promise<Amendment> {
  const asked = await amend(id, changes);
  minute();
  const consented = await answer(id, asked.body.id, 'consent');
  if (consented.status !== 201) throw new Error(`${asked.text} ${consented.text}`);
  minute();
  return consented.body;
}

const pledgeOf = async (id: string) => (await call<Pledge>(firm_a.key, 'GET', `/v1/pledges/${id}`)).body;

const pledgedIn = async (id: string) => (await pledgeOf(id)).patents.map(({ patent_id }) => patent_id);

const eventsOf = async (id: string) =>
  (
    await database.sql<{ type: string; data: Record<string, unknown> }[]>`
      select type, body::jsonb -> 'data' as data from event where pledge_id = ${id} order by pledge_seq`
  ).map(({ type, data }) => ({ type, data }));

t.test('terms become others when bank and firm agree, and the office registers the change', async (t) => {
  const pledge = await activated([await patentWith([], ['Firm A'])]);
  const { id } = pledge;
  const limit = Math.floor((pledge.approved_value_minor! * 3000) / 10_000);
  const longer = { matures_on: '2012-06-10', principal_minor: 1_200_000 };
  await isRefused(t, () => amend(id, {}), 422, /Nothing would change/);
  await isRefused(t, () => amend(id, { matures_on: '2011-06-10' }), 422, /Nothing would change/);
  await isRefused(t, () => amend(id, { matures_on: '2009-01-01' }), 422, /not after today/);
  await isRefused(
    t,
    () => amend(id, { matures_on: '2021-01-06' }),
    422,
    /ends on 2021-01-05, before the new maturity/,
  );
  await isRefused(t, () => amend(id, { principal_minor: 999_999 }), 422, /only grows; record a repayment/);
  await isRefused(
    t,
    () => amend(id, { principal_minor: limit * 2 }),
    422,
    /over the target of 3000 basis points/,
  );
  const falling = { target_bp: 5000, warning_bp: 4000, breach_bp: 3000 };
  await isRefused(t, () => amend(id, { loan_to_value: falling }), 422, /must rise/);
  await isRefused(t, () => amend(id, longer, firm_a), 403, /This is for bank/);
  await isRefused(t, () => amend(id, longer, bank_b), 404, /no such pledge/);
  const { body: asked } = await amend(id, longer);
  t.match(asked, { kind: 'terms', state: 'open' });
  t.match(await pledgeOf(id), { matures_on: '2011-06-10', principal_minor: 1_000_000 }, 'not in force yet');
  await isRefused(t, () => amend(id, longer), 409, /is open; have it answered/);
  await isRefused(t, () => answer(id, asked.id, 'consent', bank_a), 422, /To consent is for the firm/);
  await isRefused(t, () => answer(id, asked.id, 'withdraw'), 422, /To withdraw is for the bank/);
  const register = (change: object = {}) =>
    ask<Amendment>(bank_a, id, `amendments/${asked.id}/registrations`, {
      change_number: 'B1',
      changed_on: today(),
      ...change,
    });
  await isRefused(t, () => register(), 409, /is open; the office registers one in force/);
  minute();
  t.equal((await answer(id, asked.id, 'consent')).body.state, 'in_force');
  minute();
  t.match(await pledgeOf(id), longer);
  const [owed] = await database.sql`select outstanding_minor from pledge_balance where pledge_id = ${id}
    order by effective_on desc, known_at desc limit 1`;
  t.equal(owed!.outstanding_minor, 1_200_000, 'the rest is paid out');
  await isRefused(t, () => answer(id, asked.id, 'decline'), 409, /is in_force; only an open one/);
  await isRefused(t, () => register({ changed_on: '2020-01-01' }), 422, /still to come/);
  await isRefused(
    t,
    () => register({ changed_on: '2009-06-09' }),
    422,
    /before the registration on 2009-06-1/,
  );
  t.equal((await register()).body.change_number, 'B1');
  await isRefused(t, () => register(), 409, /recorded already, as B1/);

  const { body: second } = await amend(id, {
    loan_to_value: { target_bp: 2000, warning_bp: 2500, breach_bp: 3000 },
  });
  t.equal((await answer(id, second.id, 'decline')).body.state, 'declined');
  const { body: third } = await amend(id, { matures_on: '2012-01-01' });
  t.equal((await answer(id, third.id, 'withdraw', bank_a)).body.state, 'withdrawn');
  minute();
  const { body: fourth } = await amend(id, { matures_on: '2012-01-01' });
  await move(bank_a, id, { to: 'defaulted', reason: 'nothing was paid' });
  minute();
  const { data } = (await ask<{ data: Amendment[] }>(firm_a, id, 'amendments')).body;
  t.same(
    data.map(({ state }) => state),
    ['in_force', 'declined', 'withdrawn', 'withdrawn'],
    'the last one ended with the contract that ran',
  );
  await isRefused(t, () => answer(id, fourth.id, 'consent'), 409, /is withdrawn/);
  await isRefused(t, () => amend(id, longer), 409, /while it is registered or active; this one is defaulted/);
  t.same(
    (await eventsOf(id)).map(({ type }) => type).filter((type) => type.startsWith('pledge.amendment')),
    ['asked', 'in_force', 'registered', 'asked', 'declined', 'asked', 'withdrawn', 'asked', 'withdrawn'].map(
      (step) => `pledge.amendment.${step}`,
    ),
  );
  await valid(t, id);
});

/** Every event of the pledge fits the schema that is published for it. */
async function valid(t: Test, id: string): Promise<void> {
  const events = await database.sql<{ type: string; body: string }[]>`
    select type, body from event where pledge_id = ${id}`;
  for (const { type, body } of events) {
    const file = new URL(`../../openapi/events/${type}.json`, import.meta.url);
    const validate = formats.default(new Ajv2020()).compile(JSON.parse(await readFile(file, 'utf8')));
    t.ok(validate(JSON.parse(body)), type, { errors: validate.errors });
  }
}

t.test('patents are added and replaced, and who reads what is pledged reads what is in force', async (t) => {
  const [first, second, third] = [
    await patentWith([], ['Firm A']),
    await patentWith([], ['Firm A']),
    await patentWith([], ['Firm A']),
  ];
  const other = await activated([third]);
  const pledge = await activated([first, second]);
  const { id } = pledge;
  const burdened = await patentWith(
    [{ ...news('encumbered', '2009-05-06'), category: 'S', source_code: 'PP01' }],
    ['Firm A'],
  );
  const use = (patent_id: string) => ({ patent_id, annual_revenue_minor: 500_000_000 });
  const add = (patent_id: string) => ({ add_patents: [use(patent_id)] });
  await isRefused(t, () => amend(id, add(first)), 422, /is part of this pledge already/);
  await isRefused(t, () => amend(id, add(third)), 422, /is under another live pledge/);
  await isRefused(t, () => amend(id, { add_patents: [use(first), use(first)] }), 422, /named twice/);
  await isRefused(t, () => amend(id, { remove_patents: [third] }), 422, /is not part of this pledge/);
  await isRefused(t, () => amend(id, { remove_patents: [first, second] }), 422, /Nothing would stay pledged/);
  await isRefused(t, () => amend(id, add(burdened)), 409, /Due diligence blocks this: encumbrance_open/);
  const { data: found } = (await diligenceOf(bank_a, id, `?patent_id=${burdened}`)).body;
  const waiver = {
    patent_id: burdened,
    finding: found[0]!.finding,
    reason: 'the court has lifted it, order of 2009-06-11',
  };
  t.equal((await ask(bank_a, id, 'due-diligence/waivers', waiver)).status, 201);
  minute();

  const before = await pledgeOf(id);
  await database.sql`delete from pledge_stale`;
  t.equal((await inForce(id, add(burdened))).kind, 'top_up');
  t.same((await pledgedIn(id)).sort(), [first, second, burdened].sort());
  t.ok((await pledgeOf(id)).approved_value_minor! > before.approved_value_minor!, 'approved anew');
  const stale = await database.sql`select pledge_id, reason from pledge_stale`;
  t.same([...stale], [{ pledge_id: id, reason: 'amended' }]);
  await service.passTo('2009-06-15T02:00:00Z');
  const bought = { ...news('transferred', '2009-06-14'), detail: { owner: 'Firm A' } };
  const fresh = await patentWith([bought], ['Another Co., Ltd.']);
  t.equal(
    (await inForce(id, { ...add(fresh), remove_patents: [first.toUpperCase(), burdened] })).kind,
    'substitution',
  );
  t.same((await pledgedIn(id)).sort(), [second, fresh].sort());
  const rows = await database.sql<{ patent_id: string; removed_on: string | null }[]>`
    select patent_id, removed_on from pledge_patent where pledge_id = ${id} order by patent_id`;
  t.same(
    rows.filter(({ removed_on }) => removed_on === '2009-06-15').map(({ patent_id }) => patent_id),
    [first, burdened].sort(),
    'what was taken out keeps its row',
  );
  t.equal(rows.length, 4);

  const proof = { patent_id: first, patent_year: 9, paid_on: '2009-01-05', evidence: 'receipt' };
  await isRefused(t, () => ask(firm_a, id, 'annuity-payments', proof), 422, /not part of this pledge/);
  t.same((await diligenceOf(bank_a, id)).body.data, [], 'nothing is found of what was taken out');
  await service.passTo('2009-06-16T02:00:00Z');
  const [point] = await database.sql<{ patents: { patent_id: string }[] }[]>`
    select patents from pledge_valuation where pledge_id = ${id} order by as_of desc, known_at desc limit 1`;
  t.same(point!.patents.map(({ patent_id }) => patent_id).sort(), [second, fresh].sort());
  await database.sql`delete from pledge_stale`;
  await ingestRecords(
    database,
    SOURCE,
    [told(numberOf(first), {}, [news('lapsed', '2009-06-16')])],
    clock.now(),
  );
  t.same(
    [...(await database.sql`select pledge_id from pledge_stale`)],
    [],
    'its news are no news of the pledge',
  );
  await service.passTo('2009-06-17T02:00:00Z');
  const flags = await database.sql<{ state: string }[]>`
    select distinct state from flag where pledge_id = ${id} and patent_id = ${first}`;
  t.same([...flags], [{ state: 'cleared' }], 'flags on it are cleared, and none opens');
  const [bought_before] = await database.sql`
    select count(*) from flag where patent_id = ${fresh} and rule = 'ownership_changed'`;
  t.equal(Number(bought_before!.count), 0, 'what the firm bought before it was added needs no consent');
  const cleared = (await eventsOf(id)).filter(({ type }) => type === 'risk.cleared');
  t.ok(cleared.some(({ data }) => (data.patent as { patent_id: string }).patent_id === first));

  const bars = await call<{
    from_minor: number;
    to_minor: number;
    bars: { cause: string; change_minor: number }[];
  }>(bank_a.key, 'GET', `/v1/pledges/${id}/waterfall?from=2009-06-15&to=2009-06-16`);
  const changed = bars.body.bars.find(({ cause }) => cause === 'collateral')!;
  t.not(changed.change_minor, 0);
  t.equal(
    bars.body.bars.reduce((sum, { change_minor }) => sum + change_minor, bars.body.from_minor),
    bars.body.to_minor,
  );

  await isRefused(t, () => amend(other.id, { remove_patents: [third] }), 422, /Nothing would stay pledged/);
  t.equal((await requested([burdened])).state, 'requested', 'what was taken out is free');
  const again = await patentWith([], ['Firm A']);
  await inForce(id, add(again));
  await inForce(id, { remove_patents: [again] });
  await inForce(id, add(again));
  t.equal((await pledgedIn(id)).length, 3, 'and may come back');
  const told_of = (await eventsOf(id)).filter(({ type }) => type.startsWith('pledge.collateral'));
  t.same(
    told_of.map(({ type }) => type.split('.').at(-1)),
    ['topped_up', 'substituted', 'topped_up', 'reduced', 'topped_up'],
  );
  t.match(told_of[1]!.data, { added: [fresh], removed: [first, burdened] });
  await valid(t, id);
});

t.test(
  'a replacement that would leave the loan uncovered is refused, also if its value fell after it was asked for',
  async (t) => {
    const [strong, weak] = [await patentWith([], ['Firm A']), await patentWith([], ['Firm A'])];
    const { id } = await activated([strong]);
    const swap = { add_patents: [{ patent_id: weak, annual_revenue_minor: 100 }], remove_patents: [strong] };
    await isRefused(
      t,
      () => amend(id, swap),
      422,
      /would be over the target of 3000 basis points of the value of \d+ that stays pledged/,
    );
    const { body: asked } = await amend(id, {
      ...swap,
      add_patents: [{ patent_id: weak, annual_revenue_minor: 500_000_000 }],
    });
    t.equal(asked.state, 'open');
    minute();
    await ingestRecords(database, SOURCE, [told(numberOf(weak), {}, [news('lapsed', today())])], clock.now());
    await isRefused(
      t,
      () => answer(id, asked.id, 'consent'),
      422,
      /is lapsed; only a granted patent in force/,
    );
    t.same(await pledgedIn(id), [strong]);
    const { data } = (await ask<{ data: Amendment[] }>(bank_a, id, 'amendments')).body;
    t.match(data, [{ state: 'open' }], 'it may still be withdrawn');
  },
);

t.test('of parallel consents one puts the amendment in force', async (t) => {
  const { id } = await activated([await patentWith([], ['Firm A'])]);
  const { body: asked } = await amend(id, { principal_minor: 1_100_000 });
  minute();
  const answers = await Promise.all(Array.from({ length: 8 }, () => answer(id, asked.id, 'consent')));
  t.equal(answers.filter(({ status }) => status === 201).length, 1);
  t.equal(answers.filter(({ status }) => status === 409).length, 7);
  const [owed] = await database.sql`select outstanding_minor from pledge_balance where pledge_id = ${id}
    order by effective_on desc, known_at desc limit 1`;
  t.equal(owed!.outstanding_minor, 1_100_000, 'paid out once');
});

t.test('one patent that several would add or request at once goes to one of them', async (t) => {
  const wanted = await patentWith([], ['Firm A']);
  const asked = [];
  for (let count = 0; count < 4; count++) {
    const { id } = await activated([await patentWith([], ['Firm A'])]);
    asked.push({ id, amendment: (await amend(id, { add_patents: [{ patent_id: wanted }] })).body.id });
  }
  minute();
  const answers = await Promise.all([
    ...asked.map(async ({ id, amendment }) => (await answer(id, amendment, 'consent')).status),
    ...asked.map(() =>
      requested([wanted]).then(
        () => 201,
        () => 422,
      ),
    ),
  ]);
  t.equal(answers.filter((status) => status === 201).length, 1);
  t.equal(answers.filter((status) => status === 422).length, 7);
  const holders = await database.sql`select from pledge_patent join pledge on pledge.id = pledge_id
    where patent_id = ${wanted} and removed_at is null and live`;
  t.equal(holders.length, 1);
});

t.test('a hand-over to a listing names the listing, and its recovery goes by that route', async (t) => {
  const { id } = await activated([await patentWith([], ['Firm A'])]);
  await move(bank_a, id, { to: 'defaulted', reason: 'nothing was paid' });
  const handOver = (detail: object) => move(bank_a, id, { to: 'in_disposal', route: 'listing', ...detail });
  await isRefused(t, () => handOver({}), 422, /names it; add the field reference/);
  await isRefused(t, () => handOver({ reference: '' }), 400, /reference/);
  minute();
  t.equal((await handOver({ reference: 'exchange lot 12' })).status, 201);
  minute();
  await move(bank_a, id, { to: 'disposed', recovered_minor: 500_000 });
  const [row] = await database.sql`select route from pledge_recovery where pledge_id = ${id}`;
  t.match(row, { route: 'listing' });
});

t.test('the term, attacks and silence of the register are found', async (t) => {
  const attacked = await patentWith(
    [news('challenged', '2009-02-04'), news('licensed', '2009-03-04')],
    ['Firm A'],
  );
  const { id } = await requested([attacked], { matures_on: '2021-01-06' });
  const { data } = (await diligenceOf(bank_a, id)).body;
  t.same(
    data.map(({ code }) => code),
    ['invalidation_requested', 'expiry_before_maturity', 'licence_open'],
  );
  t.match(data[1]!.evidence, { expires_on: '2021-01-05', matures_on: '2021-01-06' });
  const register_seen_on = today();
  clock.set(new Date('2010-02-10T02:00:00Z'));
  const silent = (await diligenceOf(bank_a, id)).body.data.find(({ code }) => code === 'register_stale');
  t.match(silent, { severity: 'blocking', evidence: { register_seen_on } });
});
