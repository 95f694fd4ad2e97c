/** Facts about borrowers: who may know and tell them, what the rules make of them, and loans in arrears. */
import t from 'tap';
import { verifyChain } from '../../src/audit/verify.ts';
import { pledgeRisks } from '../../src/risk/facts.ts';
import { type Answer, buildService, type Party, type ProblemAnswer } from '../service.ts';

const service = await buildService(t);
const { database, clock, call, bank_a, bank_b, firm_a, firm_b, staff } = service;
const { sql } = database;

interface Fact {
  id: string;
  kind: string;
  effective_on: string;
  detail: object;
  corrects: string | null;
  recorded_by: string;
  known_at: string;
}
interface Consent {
  id: string;
  bank_id: string;
  kinds: string[];
  revoked_at: string | null;
}
interface Flag {
  id: string;
  rule: string;
  state: string;
  evidence: Record<string, unknown>;
}
interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

const KINDS = [
  'revenue',
  'tax_arrears',
  'rating',
  'registration',
  'key_inventor',
  'insured_employees',
  'litigation',
];
const TOLD = { effective_on: '2009-06-01', source: 'tax office', evidence: 'notice 17' };
const ARREARS = { kind: 'tax_arrears', ...TOLD, detail: { amount_minor: 500_000, currency: 'CNY' } };
const PAID = { ...ARREARS, effective_on: '2009-06-05', detail: { amount_minor: 0, currency: 'CNY' } };

const post = <Body>(party: Party, url: string, body: unknown) =>
  call<Body & ProblemAnswer>(party.key, 'POST', url, body);
const consent = (firm: Party, bank: Party, kinds: string[] = KINDS) =>
  post<Consent>(firm, `/v1/borrowers/${firm.id}/consents`, { bank_id: bank.id, kinds });
const revoke = (firm: Party, id: string) =>
  call(firm.key, 'DELETE', `/v1/borrowers/${firm.id}/consents/${id}`);
const record = (party: Party, firm_id: string, fact: object) =>
  post<Fact>(party, `/v1/borrowers/${firm_id}/facts`, fact);
const facts = async (party: Party, firm_id: string, query = '') =>
  (await call<Page<Fact>>(party.key, 'GET', `/v1/borrowers/${firm_id}/facts${query}`)).body;

/** A firm of its own, so that no test sees what another told of it. */
async function newFirm(): Promise<Party> {
  const made = await post<{ id: string }>(staff, '/v1/organisations', { kind: 'firm', name: 'A firm' });
  const key = await post<{ key: string }>(staff, `/v1/organisations/${made.body.id}/keys`, { label: 'test' });
  return { id: made.body.id, key: key.body.key };
}

/** A pledge whose loan is out, the whole offer of it, and the patent under it. */
async function activePledge(firm: Party, bank = bank_a, matures_on = '2011-06-10') {
  const patent_id = service.takePatent();
  const made = await post<{ id: string }>(firm, '/v1/pledges', {
    bank_id: bank.id,
    firm_id: firm.id,
    patents: [{ patent_id }],
    currency: 'CNY',
    principal_minor: 100_000,
    matures_on,
  });
  const { id } = made.body;
  const today = clock.now().toISOString().slice(0, 10);
  for (const move of [
    { to: 'appraised' },
    { to: 'proposed', principal_minor: 1000 },
    { to: 'registered', registration_number: `Y${id}`, registered_on: today },
    { to: 'active', disbursed_on: today },
  ]) {
    const { status, text } = await post(bank, `/v1/pledges/${id}/moves`, move);
    if (status !== 201) throw new Error(text);
  }
  return { id, patent_id };
}

const flagsOf = async (pledge_id: string, rule: string) =>
  (await call<Page<Flag>>(staff.key, 'GET', `/v1/flags?pledge_id=${pledge_id}&limit=200`)).body.data.filter(
    (flag) => flag.rule === rule,
  );
const isOpen = async (pledge_id: string, rule: string) =>
  (await flagsOf(pledge_id, rule)).some(({ state }) => state === 'open');
const toldTo = async (party: Party, type: string, pledge_id: string) =>
  (
    await call<{ data: { body: { data: { pledge_id: string } } }[] }>(
      party.key,
      'GET',
      `/v1/events?type=${type}&limit=200`,
    )
  ).body.data.filter(({ body }) => body.data.pledge_id === pledge_id).length;
const isStale = async (pledge_id: string) =>
  (await sql`select from pledge_stale where pledge_id = ${pledge_id}`).count === 1;
const reportsAt = (pledge_id: string, at: Date) =>
  database.transaction(async (tx) => {
    const pledges = await tx<never[]>`select * from pledge where id = ${pledge_id}`;
    return (await pledgeRisks(tx, pledges, at)).get(pledge_id)!.reports;
  });
async function nextDay(): Promise<void> {
  await service.passTo(new Date(clock.now().getTime() + 86_400_000).toISOString());
}
const entries = async ({ id }: Party, action: string) =>
  (await sql`select from audit_entry where organisation_id = ${id} and action = ${action}`).count;

t.test('to a bank without a consent in force, a firm with facts is a firm that is not there', async (t) => {
  const firm = await newFirm();
  await record(firm, firm.id, ARREARS);
  const said = ({ status, body }: Answer<ProblemAnswer>) => [status, { ...body, request_id: '' }];
  const unseen = async (party: Party, why: string) => {
    const asks = [
      (id: string) => call(party.key, 'GET', `/v1/borrowers/${id}/facts`),
      (id: string) => call(party.key, 'GET', `/v1/borrowers/${id}/consents`),
      (id: string) => record(party, id, ARREARS),
    ];
    for (const ask of asks) {
      const answer = await ask(firm.id);
      t.equal(answer.status, 404, why);
      t.same(said(answer), said(await ask('org_none')), why);
    }
    const key = { 'idempotency-key': 'x'.repeat(300) };
    const oddly = (id: string) => call(party.key, 'POST', `/v1/borrowers/${id}/facts`, ARREARS, key);
    t.same(said(await oddly(firm.id)), said(await oddly('org_none')), 'whatever else is wrong');
    t.equal((await oddly(firm.id)).status, 400);
  };
  const before = await entries(firm, 'borrower.fact.refused');
  await unseen(bank_a, 'never given');
  await unseen(firm_b, 'another firm');
  t.equal((await record(staff, bank_a.id, ARREARS)).status, 404, 'a bank is no firm');
  const given = await consent(firm, bank_a, ['tax_arrears']);
  t.equal(given.status, 201);
  t.equal((await facts(bank_a, firm.id)).data.length, 1);
  await unseen(bank_b, 'given to another bank');
  t.equal((await revoke(firm, given.body.id)).status, 204);
  await unseen(bank_a, 'taken back');
  t.equal((await revoke(firm, given.body.id)).status, 409);
  t.equal((await revoke(firm_b, given.body.id)).status, 404);
  t.equal(await entries(firm, 'borrower.fact.refused'), before, 'nor is the firm told who asked');
  for (const party of [firm, bank_a])
    for (const step of ['given', 'revoked'])
      t.equal((await entries(party, `borrower.consent.${step}`)) > 0, true, step);
  await t.rejects(sql`update borrower_consent set kinds = '{rating}'`, /append-only/);
  await t.rejects(sql`delete from borrower_consent_revocation`, /append-only/);
  await t.rejects(sql`update borrower_fact set detail = '{}'`, /append-only/);
});

t.test('a bank tells and sees the kinds that it has consent for, and nothing of other banks', async (t) => {
  const firm = await newFirm();
  await consent(firm, bank_a, ['tax_arrears', 'rating']);
  await consent(firm, bank_b, ['tax_arrears']);
  const rating = { kind: 'rating', ...TOLD, detail: { agency: 'Lianhe', grade: 'AA' } };
  const own = [await record(bank_a, firm.id, ARREARS), await record(bank_a, firm.id, rating)];
  const by_firm = await record(firm, firm.id, rating);
  const others = await record(bank_b, firm.id, PAID);
  const ids = (answers: { body: Fact }[]) => answers.map(({ body }) => body.id);
  const seen = async (party: Party, query = '') =>
    (await facts(party, firm.id, query)).data.map(({ id }) => id);
  t.same(await seen(bank_a), ids([...own, by_firm]));
  t.same(await seen(bank_b), ids([others]));
  t.same(await seen(firm), ids([...own, by_firm, others]));
  t.same(await seen(staff), await seen(firm));
  t.same(await seen(staff, '?kind=tax_arrears'), ids([own[0]!, others]));
  const refusals = async () =>
    [await entries(bank_b, 'borrower.fact.refused'), await entries(firm, 'borrower.fact.refused')] as const;
  const [of_bank, of_firm] = await refusals();
  const refused = await record(bank_b, firm.id, rating);
  t.match(refused.body, { status: 422, detail: /does not cover rating/ });
  t.same(await refusals(), [of_bank + 1, of_firm + 1], 'in both chains');

  const pages: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { data, next_cursor } = await facts(firm, firm.id, `?limit=1${cursor && `&cursor=${cursor}`}`);
    pages.push(...data.map(({ id }) => id));
    cursor = next_cursor;
  }
  t.same(pages, await seen(firm), 'page by page the same');
  t.same(await seen(firm, '?as_of=2009-06-01T00:00:00Z'), [], 'nothing was known yet');
  const listed = await call<{ data: Consent[] }>(bank_b.key, 'GET', `/v1/borrowers/${firm.id}/consents`);
  t.same(
    listed.body.data.map(({ bank_id, kinds }) => [bank_id, kinds]),
    [[bank_b.id, ['tax_arrears']]],
  );
});

t.test(
  'each kind of fact is assessed, raises its flag and tells bank and firm; not before it was known',
  async (t) => {
    const firm = await newFirm();
    const { id, patent_id } = await activePledge(firm);
    await consent(firm, bank_a);
    await nextDay();
    const year = (from: string, to: string, amount_minor: number) => ({
      kind: 'revenue',
      ...TOLD,
      effective_on: to,
      detail: { period_from: from, amount_minor, currency: 'CNY' },
    });
    const rating = (effective_on: string, grade: string) => ({
      kind: 'rating',
      ...TOLD,
      effective_on,
      detail: { agency: 'Lianhe', grade },
    });
    const CASES: [string, string, object[]][] = [
      [
        'revenue_fell',
        'pledge.borrower.revenue_fell',
        [year('2007-01-01', '2007-12-31', 1000), year('2008-01-01', '2008-12-31', 650)],
      ],
      ['tax_arrears', 'pledge.borrower.tax_arrears', [ARREARS]],
      [
        'rating_lowered',
        'pledge.borrower.downgraded',
        [rating('2009-01-01', 'AA'), rating('2009-06-11', 'A+')],
      ],
      [
        'borrower_deregistered',
        'pledge.borrower.deregistered',
        [{ kind: 'registration', ...TOLD, detail: { status: 'listed_abnormal' } }],
      ],
      [
        'key_inventor_left',
        'pledge.borrower.inventor_left',
        [{ kind: 'key_inventor', ...TOLD, detail: { inventor: 'Li', left: true } }],
      ],
      [
        'litigation',
        'patent.litigation.opened',
        [{ kind: 'litigation', ...TOLD, detail: { patent_id: patent_id.toUpperCase(), pending: true } }],
      ],
    ];
    const before = clock.now();
    for (const [rule, , told] of CASES) {
      t.equal(await isOpen(id, rule), false, rule);
      clock.set(new Date(clock.now().getTime() + 60_000));
      for (const fact of told) {
        const answer = await record(bank_a, firm.id, fact);
        t.equal(answer.status, 201, answer.text);
      }
    }
    t.equal(await isStale(id), true, 'the pledge is marked for assessment');
    await nextDay();
    for (const [rule, type] of CASES) {
      t.equal(await isOpen(id, rule), true, rule);
      for (const party of [bank_a, firm]) t.equal(await toldTo(party, type, id), 1, `${type} to ${party.id}`);
    }
    t.hasStrict((await flagsOf(id, 'revenue_fell'))[0]!.evidence, {
      amount: 3500,
      effective_on: '2008-12-31',
    });
    t.hasStrict((await flagsOf(id, 'rating_lowered'))[0]!.evidence, { amount: 2 });
    t.same(await reportsAt(id, before), {}, 'the past knew nothing of it');
    t.equal(Object.keys(await reportsAt(id, clock.now())).length, CASES.length);
    const nothing = await record(firm, firm.id, {
      kind: 'insured_employees',
      ...TOLD,
      detail: { employees: 80 },
    });
    t.equal(nothing.status, 201);
  },
);

t.test('a mistaken fact is corrected once by whoever told it, and its flag cleared', async (t) => {
  const firm = await newFirm();
  const { id } = await activePledge(firm);
  await consent(firm, bank_a);
  const mistaken = await record(bank_a, firm.id, ARREARS);
  await nextDay();
  t.equal(await isOpen(id, 'tax_arrears'), true);
  const nil = { ...ARREARS, effective_on: '2009-05-20', detail: { amount_minor: 0, currency: 'CNY' } };
  const refused = await record(staff, firm.id, { ...nil, corrects: mistaken.body.id });
  t.match(refused.body, { status: 422, detail: /your own organisation recorded/ });
  t.equal((await record(bank_a, firm.id, { ...nil, corrects: 'bft_none' })).status, 422);
  const other_kind = {
    kind: 'insured_employees',
    ...TOLD,
    detail: { employees: 80 },
    corrects: mistaken.body.id,
  };
  t.equal((await record(bank_a, firm.id, other_kind)).status, 422);
  const before = clock.now();
  clock.set(new Date(before.getTime() + 60_000));
  // With all connections open, or the first is through before the others have one.
  await Promise.all(Array.from({ length: 10 }, () => sql`select pg_sleep(0.2)`));
  const many = await Promise.all(
    Array.from({ length: 12 }, () => record(bank_a, firm.id, { ...nil, corrects: mistaken.body.id })),
  );
  t.same(
    many.map(({ status }) => status).sort(),
    [201, ...Array.from({ length: 11 }, () => 409)],
    'of twelve corrections at once one is taken',
  );
  await nextDay();
  t.equal(await isOpen(id, 'tax_arrears'), false);
  t.equal(await toldTo(bank_a, 'risk.cleared', id), 1);
  t.equal((await reportsAt(id, before)).tax_arrears!.amount, 1, 'the past believed it');
  t.equal((await reportsAt(id, clock.now())).tax_arrears!.amount, 0);
});

t.test('a firm’s own word adds a risk and takes none away', async (t) => {
  const firm = await newFirm();
  const { id } = await activePledge(firm);
  await consent(firm, bank_a);
  await record(firm, firm.id, ARREARS);
  await nextDay();
  t.equal(await isOpen(id, 'tax_arrears'), true, 'it is believed against itself');
  await record(firm, firm.id, PAID);
  await nextDay();
  t.equal(await isOpen(id, 'tax_arrears'), false, 'and takes back what it alone told');
  await record(bank_a, firm.id, { ...ARREARS, effective_on: '2009-06-08' });
  await record(firm, firm.id, { ...PAID, effective_on: '2009-06-09' });
  await nextDay();
  t.equal(await isOpen(id, 'tax_arrears'), true, 'but not what the bank told');
  await record(staff, firm.id, { ...PAID, effective_on: '2009-06-10' });
  await nextDay();
  t.equal(await isOpen(id, 'tax_arrears'), false, 'staff have seen the receipt');
});

t.test(
  'the rules of a bank read what that bank may know, from the consent on and until it is revoked',
  async (t) => {
    const firm = await newFirm();
    const { id } = await activePledge(firm);
    const elsewhere = await activePledge(firm, bank_b);
    await record(firm, firm.id, ARREARS);
    await nextDay();
    t.equal(await isOpen(id, 'tax_arrears'), false, 'no consent');
    t.equal(await toldTo(bank_a, 'pledge.borrower.tax_arrears', id), 0);
    const given = await consent(firm, bank_a);
    t.same([await isStale(id), await isStale(elsewhere.id)], [true, false]);
    await nextDay();
    t.equal(await isOpen(id, 'tax_arrears'), true);
    t.equal(await isOpen(elsewhere.id, 'tax_arrears'), false, 'the other bank has none');
    await consent(firm, bank_b);
    await record(bank_b, firm.id, { kind: 'key_inventor', ...TOLD, detail: { inventor: 'Li', left: true } });
    await nextDay();
    t.equal(await isOpen(elsewhere.id, 'key_inventor_left'), true);
    t.equal(await isOpen(id, 'key_inventor_left'), false, 'what another bank recorded is its own');
    const during = clock.now();
    await nextDay();
    await revoke(firm, given.body.id);
    t.same(await reportsAt(id, clock.now()), {});
    t.ok((await reportsAt(id, during)).tax_arrears, 'as of then it was known');
    await nextDay();
    t.equal(await isOpen(id, 'tax_arrears'), true, 'nobody has told that it is over');
  },
);

t.test(
  'facts that cannot be are refused with the reason, nothing changed, the attempt audited',
  async (t) => {
    const firm = await newFirm();
    const revenue = {
      kind: 'revenue',
      ...TOLD,
      detail: { period_from: '2008-01-01', amount_minor: 1, currency: 'CNY' },
    };
    const CASES: [object, number, RegExp][] = [
      [{ ...ARREARS, effective_on: '2031-01-01' }, 422, /still to come/],
      [{ ...ARREARS, effective_on: '1949-12-31' }, 422, /before 1950-01-01/],
      [{ ...revenue, effective_on: '2007-12-31' }, 422, /ends before it begins/],
      [{ ...revenue, detail: { ...revenue.detail, period_from: '0001-01-01' } }, 422, /before 1950/],
    ];
    for (const [fact, status, reason] of CASES) {
      const before = await entries(firm, 'borrower.fact.refused');
      const answer = await record(firm, firm.id, fact);
      t.equal(answer.status, status);
      t.match(answer.body.detail, reason);
      t.equal(await entries(firm, 'borrower.fact.refused'), before + 1);
    }
    const MALFORMED: [object, string][] = [
      [{ ...ARREARS, kind: 'gossip' }, '/body/kind'],
      [{ ...ARREARS, detail: { amount_minor: -1, currency: 'CNY' } }, '/body/detail/amount_minor'],
      [{ ...ARREARS, detail: { amount_minor: 1.5, currency: 'CNY' } }, '/body/detail/amount_minor'],
      [{ ...ARREARS, detail: { amount_minor: 1, currency: 'cny' } }, '/body/detail/currency'],
      [{ ...ARREARS, detail: { amount_minor: 1, currency: 'CNY', more: 1 } }, '/body/detail/more'],
      [{ ...ARREARS, evidence: '' }, '/body/evidence'],
      [{ ...ARREARS, effective_on: '2009-02-30' }, '/body/effective_on'],
      [{ kind: 'rating', ...TOLD, detail: { agency: 'x', grade: 'AAAA' } }, '/body/detail/grade'],
    ];
    for (const [fact, pointer] of MALFORMED) {
      const answer = await record(firm, firm.id, fact);
      t.equal(answer.status, 400, pointer);
      t.equal(answer.body.errors![0]!.pointer, pointer);
    }
    t.same((await facts(firm, firm.id)).data, []);
    t.match((await consent(firm, firm_b)).body, { status: 422, detail: /must name a bank/ });
    t.equal((await consent(firm, bank_a, [])).status, 400);
    t.equal(
      (await post(firm, `/v1/borrowers/${firm_a.id}/consents`, { bank_id: bank_a.id, kinds: KINDS })).status,
      404,
    );
    t.equal(
      (await post(bank_a, `/v1/borrowers/${firm.id}/consents`, { bank_id: bank_a.id, kinds: KINDS })).status,
      403,
    );
  },
);

t.test(
  'a loan is overdue by the bank’s word, ever longer, until the bank says that it is over',
  async (t) => {
    const firm = await newFirm();
    const early = clock.now();
    const { id } = await activePledge(firm);
    const today = early.toISOString().slice(0, 10);
    const overdue = (party: Party, body: object, pledge_id = id) =>
      post(party, `/v1/pledges/${pledge_id}/overdue`, body);
    t.match((await overdue(bank_a, { since: '2009-06-01', amount_minor: 10 })).body, {
      status: 422,
      detail: /was paid out on/,
    });
    t.match((await overdue(bank_a, { since: '2030-06-01', amount_minor: 10 })).body, {
      status: 422,
      detail: /still to come/,
    });
    t.equal((await overdue(bank_b, { since: today, amount_minor: 10 })).status, 404);
    t.equal((await overdue(firm, { since: today, amount_minor: 10 })).status, 403);
    for (const party of [bank_a, firm])
      t.equal((await entries(party, 'pledge.overdue.refused')) >= 2, true, 'audited');
    t.equal((await overdue(bank_a, { since: today, amount_minor: 10 })).status, 201);
    t.equal(await isStale(id), true);
    await service.passTo(new Date(early.getTime() + 3 * 86_400_000).toISOString());
    const before = new Date(clock.now().getTime() - 86_400_000);
    t.same(await reportsAt(id, before), await reportsAt(id, clock.now()), 'time alone moves no evidence');
    t.equal(await isOpen(id, 'loan_overdue'), true);
    t.equal(await isOpen(id, 'loan_overdue_long'), false);
    await service.passTo(new Date(early.getTime() + 31 * 86_400_000).toISOString());
    t.equal(await isOpen(id, 'loan_overdue_long'), true);
    await service.passTo(new Date(early.getTime() + 91 * 86_400_000).toISOString());
    t.equal(await isOpen(id, 'loan_enforceable'), true);
    for (const type of ['pledge.loan.overdue', 'pledge.loan.overdue_long', 'pledge.loan.enforceable'])
      for (const party of [bank_a, firm]) t.equal(await toldTo(party, type, id), 1, type);
    const ended = clock.now().toISOString().slice(0, 10);
    await overdue(bank_a, { since: ended, amount_minor: 0 });
    await nextDay();
    for (const rule of ['loan_overdue', 'loan_overdue_long', 'loan_enforceable'])
      t.equal(await isOpen(id, rule), false, rule);
    await t.rejects(sql`update pledge_overdue set amount_minor = 0`, /append-only/);
  },
);

t.test('a loan that has matured with a balance is overdue without a word', async (t) => {
  const firm = await newFirm();
  const matures_on = new Date(clock.now().getTime() + 10 * 86_400_000).toISOString().slice(0, 10);
  const { id } = await activePledge(firm, bank_a, matures_on);
  await service.passTo(`${matures_on}T02:00:00Z`);
  t.same(await reportsAt(id, clock.now()), {}, 'on the day itself it may still be paid');
  await nextDay();
  await nextDay();
  t.equal(await isOpen(id, 'loan_overdue'), true);
  t.hasStrict((await flagsOf(id, 'loan_overdue'))[0]!.evidence, { amount: 2, effective_on: matures_on });
  const paid_on = clock.now().toISOString().slice(0, 10);
  await post(bank_a, `/v1/pledges/${id}/repayments`, { amount_minor: 1000, paid_on });
  t.same(await reportsAt(id, new Date(clock.now().getTime() + 1000)), {}, 'nothing is owed');
});

t.test('every chain still holds', async (t) => {
  for (const { id } of [bank_a, bank_b, firm_a, staff]) t.equal((await verifyChain(sql, id)).broken_at, null);
});
