/** A pledge from request to its end: moves, values, repayments, proofs, flags, and what each leaves behind. */
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { addDays } from '../../models/calendar.ts';
import { issueKey } from '../../src/accounts/store.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import type { MoveTarget, PledgeState } from '../../src/pledges/lifecycle.ts';
import { appendStatuses } from '../../src/risk/status.ts';
import { LEGAL_MOVES } from '../legal-moves.ts';
import { buildService, LEARNT_AT, lapsingPatents, type Party, type ProblemAnswer } from '../service.ts';

interface Pledge {
  id: string;
  state: string;
  phase: string;
  principal_minor: number;
  approved_value_minor: number | null;
  registration_number: string | null;
  patents: { patent_id: string }[];
}
interface ValueFlow {
  pledge: Pledge;
  points: {
    as_of: string;
    phase: string;
    state: string;
    status: string;
    low_minor: number | null;
    mid_minor: number | null;
    high_minor: number | null;
    outstanding_minor: number;
    ltv_bp: number | null;
  }[];
  moves: { from_state: string | null; to_state: string; detail: object }[];
  flags: { id: string; rule: string; state: string; cleared_as_of: string | null }[];
}
interface Flag {
  id: string;
  pledge_id: string;
  rule: string;
  state: string;
  decision: string | null;
}
interface Listed<Item> {
  data: Item[];
  next_cursor: string | null;
}

const service = await buildService(t);
const { database, clock, call, bank_a, bank_b, firm_a, firm_b, staff } = service;

const request = (patents: string[], change: object = {}) => ({
  bank_id: bank_a.id,
  firm_id: firm_a.id,
  patents: patents.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
  currency: 'CNY',
  principal_minor: 1_000_000,
  matures_on: '2011-06-10',
  ...change,
});

interface Bars {
  from_minor: number;
  bars: { cause: string; change_minor: number }[];
  to_minor: number;
}

/** A minute passes, so that what came before can be read as of then. */
function minute(): void {
  clock.set(new Date(clock.now().getTime() + 60_000));
}

const today = () => clock.now().toISOString().slice(0, 10);

async function requested(patents = [service.takePatent()], change: object = {}): Promise<Pledge> {
  const { status, body, text } = await call<Pledge>(
    firm_a.key,
    'POST',
    '/v1/pledges',
    request(patents, change),
  );
  if (status !== 201) throw new Error(text);
  return body;
}

const move = (party: Party, id: string, body: object) =>
  call<Pledge & ProblemAnswer>(party.key, 'POST', `/v1/pledges/${id}/moves`, body);

const flowOf = async (id: string, as_of?: Date) =>
  (
    await call<ValueFlow>(
      bank_a.key,
      'GET',
      `/v1/pledges/${id}/value-flow${as_of ? `?as_of=${as_of.toISOString()}` : ''}`,
    )
  ).body;

/** Through every move up to `active`, lending half of what may be lent. */
async function activated(patents?: string[], change: object = {}): Promise<Pledge> {
  const { id } = await requested(patents, change);
  const { body } = await move(bank_a, id, { to: 'appraised' });
  await move(bank_a, id, {
    to: 'proposed',
    principal_minor: Math.floor(body.approved_value_minor! * 0.15),
  });
  await move(bank_a, id, {
    to: 'registered',
    registration_number: `Y${id.slice(-6)}`,
    registered_on: today(),
  });
  const { status, body: active, text } = await move(bank_a, id, { to: 'active', disbursed_on: today() });
  if (status !== 201) throw new Error(text);
  return active;
}

/** Row counts of all that a request about pledges may write. */
async function written() {
  const [row] = await database.sql`select (select count(*) from pledge) as pledges,
    (select count(*) from pledge_patent) as patents, (select count(*) from pledge_move) as moves,
    (select count(*) from pledge_balance) as balances, (select count(*) from pledge_valuation) as points,
    (select count(*) from annuity_payment) as proofs,
    (select count(*) from margin_call) as calls, (select count(*) from pledge_recovery) as recoveries, (select count(*) from event) as events,
    (select count(*) from pledge_stale) as stale,
    (select count(*) from flag where state = 'open') as flags, (select md5(string_agg(pledge::text, '' order by id)) from pledge) as state`;
  return row;
}

/** @param entries that the refusal leaves in the audit log: one in the chain of each party of the pledge */
async function isRefused(
  t: Test,
  ask: () => Promise<{ status: number; body: ProblemAnswer }>,
  status: number,
  reason: RegExp,
  entries = [409, 412, 422].includes(status) ? 2 : 0,
): Promise<void> {
  const before = await written();
  const [audited] = await database.sql`select count(*) from audit_entry`;
  const answer = await ask();
  t.equal(answer.status, status, answer.body.detail);
  t.match(answer.body.detail, reason);
  t.same(await written(), before, 'nothing is written');
  const told = await database.sql<{ organisation_id: string }[]>`
    select distinct organisation_id from audit_entry where action like '%.refused'
      and detail::jsonb ->> 'reason' = ${answer.body.detail} and at = ${clock.now()}`;
  const [now] = await database.sql`select count(*) from audit_entry`;
  t.equal(Number(now!.count) - Number(audited!.count), entries, 'the attempt is audited');
  t.ok(told.length >= entries, 'with its reason, to everybody concerned');
}

t.test('a firm asks, and the collateral has a value at once', async (t) => {
  const patents = [service.takePatent(), service.takePatent()];
  const pledge = await requested(patents);
  t.hasStrict(pledge, { state: 'requested', phase: 'before', approved_value_minor: null });
  t.same(pledge.patents.map(({ patent_id }) => patent_id).sort(), patents.sort());
  const { points, moves, flags } = await flowOf(pledge.id);
  t.equal(points.length, 1);
  t.hasStrict(points[0], {
    as_of: '2009-06-10',
    phase: 'before',
    status: 'valued',
    outstanding_minor: 0,
    ltv_bp: 0,
  });
  const { low_minor, mid_minor, high_minor } = points[0]!;
  t.ok(0 < low_minor! && low_minor! < mid_minor! && mid_minor! < high_minor!);
  t.hasStrict(moves, [{ from_state: null, to_state: 'requested', detail: {} }]);
  t.same(flags, []);
  for (const party of [bank_a, firm_a, staff])
    t.equal((await call(party.key, 'GET', `/v1/pledges/${pledge.id}`)).status, 200);
  const valuations = await call<{ data: { status: string; input_sha256: string }[] }>(
    staff.key,
    'GET',
    `/v1/patents/${patents[0]}/valuations`,
  );
  t.equal(valuations.body.data.length, 1);
  t.match(valuations.body.data[0]!.input_sha256, /^[0-9a-f]{64}$/);
});

t.test('the largest revenues that may be declared give values that can be read', async (t) => {
  const patents = Array.from({ length: 100 }, () => ({
    patent_id: service.takePatent(),
    annual_revenue_minor: 1_000_000_000_000,
  }));
  const pledge = await requested([], { patents });
  const { points } = await flowOf(pledge.id);
  t.ok(Number.isSafeInteger(points[0]!.high_minor));
  await move(firm_a, pledge.id, { to: 'withdrawn', reason: 'test' });
});

t.test('what may not be pledged is refused and leaves nothing', async (t) => {
  const patent = service.takePatent();
  const ask =
    (change: object, key = firm_a.key) =>
    () =>
      call(key, 'POST', '/v1/pledges', request([patent], change));
  const [pending] = await database.sql<{ patent_id: string }[]>`
    select patent_id from signal group by patent_id having not 'granted' = any(array_agg(kind)) limit 1`;
  const [lapsed] = await database.sql<{ patent_id: string }[]>`
    select patent_id from signal where kind = 'lapsed' order by patent_id limit 1`;
  const missing = '00000000-0000-8000-8000-000000000000';
  const only = (patent_id: string) => ({ patents: [{ patent_id }] });
  await isRefused(t, ask(only(missing)), 422, /is not in the database; look it up/, 1);
  await isRefused(
    t,
    ask(only(pending!.patent_id)),
    422,
    /is (pending|withdrawn|refused); only a granted patent/,
    1,
  );
  await isRefused(t, ask(only(lapsed!.patent_id)), 422, /is lapsed; only a granted patent in force/, 1);
  const twice = [{ patent_id: patent }, { patent_id: patent.toUpperCase() }];
  await isRefused(t, ask({ patents: twice }), 422, /named twice/, 1);
  await isRefused(t, ask({ matures_on: '2009-06-10' }), 422, /not after today, 2009-06-10/, 1);
  await isRefused(t, ask({ currency: 'USD' }), 400, /currency must be "CNY"/);
  await isRefused(t, ask({ firm_id: firm_b.id }), 422, /must be your own organisation/, 1);
  await isRefused(t, ask({}, bank_b.key), 422, /must be your own organisation/, 1);
  await isRefused(t, ask({ bank_id: firm_b.id }), 422, /must name a bank and a firm/, 1);
  await isRefused(t, ask({ bank_id: 'missing' }), 422, /must name a bank and a firm/, 1);
  const falling = { target_bp: 4000, warning_bp: 4000, breach_bp: 5000 };
  await isRefused(t, ask({ loan_to_value: falling }), 422, /must rise/, 1);
});

t.test('a patent is under one live pledge, however parallel the requests', async (t) => {
  const [patent, other] = [service.takePatent(), service.takePatent()];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2
        ? call<Pledge>(firm_a.key, 'POST', '/v1/pledges', request([other, patent]))
        : call<Pledge>(bank_b.key, 'POST', '/v1/pledges', {
            ...request([patent, other]),
            bank_id: bank_b.id,
            firm_id: firm_b.id,
          }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 201).length, 1);
  t.equal(answers.filter(({ status }) => status === 422).length, 19);
  const { body } = answers.find(({ status }) => status === 201)!;
  await isRefused(
    t,
    () => call(firm_a.key, 'POST', '/v1/pledges', request([patent])),
    422,
    /another live pledge/,
    1,
  );
  for (const party of [firm_a, bank_b]) await move(party, body.id, { to: 'withdrawn', reason: 'test' });
  t.equal((await requested([patent])).state, 'requested', 'free again');
});

/** The waterfall of the month adds up from one value to the other, for those who may see the pledge. */
async function explains(t: Test, id: string, from_minor: number, to_minor: number): Promise<void> {
  const ask = (party: Party, days: string) =>
    call<Bars & { patents: (Bars & { patent_id: string })[] } & ProblemAnswer>(
      party.key,
      'GET',
      `/v1/pledges/${id}/waterfall?${days}`,
    );
  const { body, text } = await ask(firm_a, 'from=2009-06-10&to=2009-07-20');
  t.hasStrict(body, { from: '2009-06-10', to: '2009-07-10', from_minor, to_minor }, text);
  t.equal(
    body.bars.reduce((sum, { change_minor }) => sum + change_minor, from_minor),
    to_minor,
  );
  const time = body.bars.find(({ cause }) => cause === 'time')!;
  t.ok(time.change_minor < 0, 'a month of protection is gone');
  t.equal(body.bars.find(({ cause }) => cause === 'residual')!.change_minor, 0);
  t.equal(body.patents.length, 1);
  t.equal((await ask(bank_b, 'from=2009-06-10&to=2009-07-10')).status, 404);
  t.match((await ask(bank_a, 'from=2009-06-09&to=2009-07-10')).body.detail, /no value by 2009-06-09/);
  t.match((await ask(bank_a, 'from=2009-07-11&to=2009-07-10')).body.detail, /is later than to/);
}

t.test('what the firm declares of its use decides the methods', async (t) => {
  const patents = [
    {
      patent_id: service.takePatent(),
      industry: 'electronics',
      annual_revenue_minor: 300_000_000,
      launch: { value_minor: 200_000_000, development_cost_minor: 250_000_000 },
      reproduction_cost_minor: 50_000_000,
    },
  ];
  const pledge = await requested([], { patents });
  t.hasStrict(pledge.patents[0], {
    industry: 'electronics',
    launch_value_minor: 200_000_000,
    development_cost_minor: 250_000_000,
    reproduction_cost_minor: 50_000_000,
  });
  const [row] = await database.sql`select detail from valuation where patent_id = ${patents[0]!.patent_id}`;
  const { methods, floor } = row!.detail as { methods: Record<string, { ok: boolean }>; floor: number };
  const ran = Object.keys(methods).filter((id) => methods[id]!.ok);
  t.same(ran.sort(), ['option_to_launch', 'relief_from_royalty', 'renewal', 'reproduction_cost']);
  t.match(methods.market, { ok: false });
  t.equal(floor, 500_000);
  for (const wrong of [
    { industry: 'magic' },
    { launch: { value_minor: 1 } },
    { reproduction_cost_minor: 0 },
  ]) {
    const { status } = await call(
      firm_a.key,
      'POST',
      '/v1/pledges',
      request([], { patents: [{ patent_id: service.takePatent(), ...wrong }] }),
    );
    t.equal(status, 400, JSON.stringify(wrong));
  }
  await move(firm_a, pledge.id, { to: 'withdrawn', reason: 'test' });
});

t.test('a loan that is repaid: from request to release', async (t) => {
  const { id } = await requested();
  const url = `/v1/pledges/${id}`;
  await isRefused(t, () => move(firm_a, id, { to: 'appraised' }), 422, /made by bank or staff, not by firm/);
  await isRefused(
    t,
    () => move(bank_a, id, { to: 'proposed', principal_minor: 1 }),
    409,
    /proposed follows appraised/,
  );
  const appraised = await move(bank_a, id, { to: 'appraised' });
  const value = appraised.body.approved_value_minor!;
  t.equal(value, (await flowOf(id)).points[0]!.mid_minor);

  const limit = Math.floor((value * 3000) / 10_000);
  const propose = (principal_minor: number) => () => move(bank_a, id, { to: 'proposed', principal_minor });
  await isRefused(
    t,
    propose(limit + 1),
    422,
    new RegExp(`over the target of 3000 basis points .* ${limit};`),
  );
  t.hasStrict((await propose(limit)()).body, { state: 'proposed', principal_minor: limit });
  const active = { to: 'active', disbursed_on: today() };
  await isRefused(t, () => move(bank_a, id, active), 409, /active follows registered/);
  const registered = { to: 'registered', registration_number: 'Y2009990000', registered_on: today() };
  await isRefused(
    t,
    () => move(bank_a, id, { ...registered, registered_on: '2009-06-12' }),
    422,
    /still to come/,
  );
  t.hasStrict((await move(bank_a, id, registered)).body, {
    phase: 'during',
    registration_number: 'Y2009990000',
  });
  await isRefused(t, () => move(firm_a, id, active), 422, /made by bank, not by firm/);
  t.equal((await move(bank_a, id, active)).body.state, 'active');
  await isRefused(t, () => move(bank_a, id, { to: 'withdrawn', reason: 'x' }), 409, /withdrawn follows/);

  await isRefused(t, () => callMargin(bank_a, id), 422, /within its breach limit of 5000 basis points/);

  await service.passTo('2009-07-10T02:00:00Z');
  const point = (await flowOf(id)).points.at(-1)!;
  t.hasStrict(point, { as_of: '2009-07-10', phase: 'during', state: 'active', outstanding_minor: limit });
  t.equal(point.ltv_bp, Math.round((10_000 * limit) / point.mid_minor!));
  await explains(t, id, value, point.mid_minor!);

  const repay = (amount_minor: number, paid_on = today()) =>
    call<{ outstanding_minor: number } & ProblemAnswer>(bank_a.key, 'POST', `${url}/repayments`, {
      amount_minor,
      paid_on,
    });
  const release = () => move(bank_a, id, { to: 'released', ground: 'debt_performed' });
  await isRefused(t, release, 422, new RegExp(`${limit} minor units are still outstanding`));
  await isRefused(t, () => repay(limit + 1), 422, new RegExp(`over the ${limit} outstanding`));
  await isRefused(t, () => repay(1, '2009-06-09'), 422, /over the 0 outstanding/);
  await isRefused(t, () => repay(1, '2009-07-12'), 422, /still to come/);
  t.equal((await repay(limit - 100)).body.outstanding_minor, 100);
  t.equal((await repay(100)).body.outstanding_minor, 0);
  minute();
  t.hasStrict((await release()).body, { state: 'released', phase: 'after' });
  await isRefused(t, () => repay(1), 422, /over the 0 outstanding/);
  await isRefused(t, release, 409, /released cannot become released/);
  t.same(
    (await flowOf(id)).moves.map(({ to_state }) => to_state),
    ['requested', 'appraised', 'proposed', 'registered', 'active', 'released'],
  );
});

t.test(
  'repayments add up in whatever order they are told, also by servers whose clocks differ',
  async (t) => {
    const pledge = await activated();
    const from = today();
    await service.passTo(`${addDays(from, 30)}T02:00:00Z`);
    const start = clock.now().getTime();
    let left = pledge.principal_minor;
    const repayment = fc.record({
      amount_minor: fc.integer({ min: 1, max: Math.ceil(left / 4) }),
      day: fc.integer({ min: 0, max: 30 }),
      clock_off_ms: fc.integer({ min: -60_000, max: 60_000 }),
    });
    await fc.assert(
      fc.asyncProperty(repayment, async ({ amount_minor, day, clock_off_ms }) => {
        clock.set(new Date(start + clock_off_ms));
        const { status, body } = await call<{ outstanding_minor: number }>(
          bank_a.key,
          'POST',
          `/v1/pledges/${pledge.id}/repayments`,
          { amount_minor, paid_on: addDays(from, day) },
        );
        if (status === 201) left -= amount_minor;
        return status === 201 ? body.outstanding_minor === left : status === 422 && amount_minor > left;
      }),
      { numRuns: 12, endOnFailure: true },
    );
    clock.set(new Date(start + 120_000));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        call(bank_a.key, 'POST', `/v1/pledges/${pledge.id}/repayments`, {
          amount_minor: 1,
          paid_on: today(),
        }),
      ),
    );
    left -= answers.filter(({ status }) => status === 201).length;
    await service.passTo(`${addDays(from, 31)}T02:00:00Z`);
    t.equal((await flowOf(pledge.id)).points.at(-1)!.outstanding_minor, left);
  },
);

/** The one disposal so far is in the ledger of its bank, and in no other bank's. */
async function teachesHaircuts(t: Test, value_minor: number): Promise<void> {
  const ask = async (party: Party, as_of = '') =>
    (
      await call<{ estimates: { route: string; disposals: number; share: number; haircut_bp: number }[] }>(
        party.key,
        'GET',
        `/v1/recoveries${as_of}`,
      )
    ).body.estimates;
  const [prior] = await ask(bank_b);
  t.hasStrict(prior, { disposals: 0, haircut_bp: 7_000 });
  const [pool, auctions] = await ask(bank_a);
  t.hasStrict(auctions, { route: 'auction', disposals: 1 });
  t.ok(12_000 / value_minor < pool!.share && pool!.share < prior!.share, 'towards what was seen');
  t.same(await ask(bank_a, '?as_of=2010-01-01T00:00:00Z'), [prior], 'as it was known');
  t.same(await ask(staff), [pool, auctions]);
  t.equal((await call(firm_a.key, 'GET', '/v1/recoveries')).status, 403);
}

interface MarginCall {
  id: string;
  due_on: string;
  shortfall_minor: number;
  state: string;
  weekday_only_years: number[];
}

const callMargin = (party: Party, id: string, body: object = {}) =>
  call<MarginCall & ProblemAnswer>(party.key, 'POST', `/v1/pledges/${id}/margin-calls`, body);

const callsOf = async (id: string) =>
  (await call<{ data: MarginCall[] }>(firm_a.key, 'GET', `/v1/pledges/${id}/margin-calls`)).body.data;

/** One of two rights is gone: repaying what is called for brings the loan back to its target. */
async function meetsMarginCall(t: Test, id: string): Promise<void> {
  const { body: called } = await callMargin(bank_a, id);
  t.ok(called.shortfall_minor > 0, called.detail);
  const meet = () =>
    call<MarginCall & ProblemAnswer>(
      bank_a.key,
      'POST',
      `/v1/pledges/${id}/margin-calls/${called.id}/outcomes`,
      { outcome: 'met' },
    );
  const pay = (amount_minor: number) =>
    call(bank_a.key, 'POST', `/v1/pledges/${id}/repayments`, { amount_minor, paid_on: today() });
  await pay(called.shortfall_minor - 1);
  minute();
  await isRefused(t, meet, 422, /still 1 minor units over its target/);
  await pay(1);
  minute();
  t.equal((await meet()).body.state, 'met');
}

/** Against a worthless right: a call that expires, one that is withdrawn, and one that is left open. */
async function endsOfMarginCalls(t: Test, id: string, owed_minor: number): Promise<void> {
  const close = (call_id: string, outcome: string, reason?: string) => () =>
    call<MarginCall & ProblemAnswer>(
      bank_a.key,
      'POST',
      `/v1/pledges/${id}/margin-calls/${call_id}/outcomes`,
      {
        outcome,
        ...(reason && { reason }),
      },
    );
  await isRefused(t, () => callMargin(firm_a, id), 403, /This is for bank/);
  await isRefused(t, () => callMargin(bank_b, id), 404, /no such pledge/);
  await isRefused(t, () => callMargin(bank_a, id, { working_days: 0 }), 400, /must be >= 1/);
  const { body: first } = await callMargin(bank_a, id);
  t.hasStrict(first, { due_on: '2010-01-22', shortfall_minor: owed_minor, state: 'open' });
  t.same(first.weekday_only_years, [2010]);
  await isRefused(t, () => callMargin(bank_a, id), 409, /is open until 2010-01-22/);
  await isRefused(t, close(first.id, 'met'), 422, new RegExp(`still ${owed_minor} minor units over`));
  await isRefused(t, close(first.id, 'expired'), 422, /runs until the end of 2010-01-22/);
  await isRefused(t, close(first.id, 'withdrawn'), 422, /add the field reason/);
  await isRefused(t, close('mcl_none', 'met'), 404, /no such margin call/, 2);
  const calendar = await call<{ data: { kind: string; on: string; pledge_id: string }[] }>(
    firm_a.key,
    'GET',
    '/v1/covenants?until=2010-03-01',
  );
  const due = calendar.body.data.filter((date) => date.kind === 'margin_call_due');
  t.match(due, [{ on: '2010-01-22', pledge_id: id, verified: false }]);
  await service.passTo('2010-01-23T02:00:00Z');
  t.equal((await close(first.id, 'expired')()).body.state, 'expired');
  await isRefused(t, close(first.id, 'met'), 409, /is expired; only an open one/);
  const { body: second } = await callMargin(bank_a, id, { working_days: 1, calendar: 'weekdays' });
  t.hasStrict(second, { due_on: '2010-01-25', weekday_only_years: [2010] });
  t.equal((await close(second.id, 'withdrawn', 'a guarantor came')()).body.state, 'withdrawn');
  t.equal((await callMargin(bank_a, id)).status, 201);
  minute();
}

t.test('a right that lapses: flags, decision, default, disposal, and every past as it was', async (t) => {
  const [first, second] = await lapsingPatents(today());
  const { patent_id, published_on } = first!;
  const curable = await activated([second!.patent_id, service.takePatent()], {
    loan_to_value: { target_bp: 1500, warning_bp: 1501, breach_bp: 1502 },
  });
  const pledge = await activated([patent_id]);
  const { id } = pledge;
  const seen: [Date, ValueFlow][] = [];
  const remember = async () => {
    seen.push([clock.now(), await flowOf(id)]);
    minute();
  };
  await remember();
  await service.passTo('2010-01-01T02:00:00Z');
  await remember();
  const { points, flags } = await flowOf(id);
  t.hasStrict(points.at(-1), { status: 'worthless', mid_minor: 0, ltv_bp: null });
  const rules = flags.map(({ rule }) => rule);
  t.ok(rules.includes('right_ended') && rules.includes('ltv_breach'), String(rules));

  const mine = await call<Listed<Flag>>(
    firm_a.key,
    'GET',
    `/v1/flags?pledge_id=${id}&rule=right_ended&state=open`,
  );
  t.equal(mine.body.data.length, 1);
  t.same((await call<Listed<Flag>>(bank_b.key, 'GET', `/v1/flags?pledge_id=${id}`)).body.data, []);
  const [flag] = mine.body.data;
  const review = (key: string, step: string, body: object) =>
    call(key, 'POST', `/v1/reviews/${flag!.id}/${step}`, body);
  const checker = await database.transaction((tx) => issueKey(tx, staff.id, 'checker', clock.now()));
  await review(staff.key, 'claims', { version: 0 });
  await review(staff.key, 'submissions', { version: 1, decision: 'escalated', note: 'call the bank' });
  t.hasStrict((await review(checker.key, 'approvals', { version: 2, note: 'yes' })).body, {
    state: 'decided',
  });
  await remember();
  const told = await call<Listed<{ body: { data: object } }>>(
    firm_a.key,
    'GET',
    '/v1/events?type=review.decided',
  );
  t.hasStrict(told.body.data.at(-1)!.body.data, { flag_id: flag!.id, decision: 'escalated' });

  await meetsMarginCall(t, curable.id);
  await endsOfMarginCalls(t, id, pledge.principal_minor);
  t.equal((await move(bank_a, id, { to: 'defaulted', reason: 'no cure' })).status, 201);
  t.equal((await callsOf(id)).at(-1)!.state, 'withdrawn', 'a call ends with the active contract');
  await remember();
  await isRefused(
    t,
    () => move(bank_a, id, { to: 'disposed', recovered_minor: 1 }),
    409,
    /disposed follows in_disposal/,
  );
  t.equal((await move(bank_a, id, { to: 'in_disposal', route: 'auction' })).status, 201);
  await service.passTo('2010-02-01T02:00:00Z');
  await remember();
  t.hasStrict((await move(bank_a, id, { to: 'disposed', recovered_minor: 12_345, costs_minor: 345 })).body, {
    phase: 'after',
  });
  await remember();
  const last = await flowOf(id);
  t.same(new Set(last.points.map(({ phase }) => phase)), new Set(['before', 'during', 'after']));
  t.hasStrict(last.moves.at(-1), {
    to_state: 'disposed',
    detail: { recovered_minor: 12_345, costs_minor: 345 },
  });
  await teachesHaircuts(t, pledge.approved_value_minor!);

  t.same(new Set(last.flags.map(({ state }) => state)), new Set(['cleared']), 'nothing is watched any more');

  for (const [instant, flow] of seen) {
    const again = await flowOf(id, instant);
    t.same({ ...again, pledge: null }, { ...flow, pledge: null }, `as of ${instant.toISOString()}`);
  }
  const stateAt = async (instant: string) =>
    (await call<{ legal_state: string }>(bank_a.key, 'GET', `/v1/patents/${patent_id}?as_of=${instant}`))
      .body;
  t.equal((await stateAt('2010-01-02T00:00:00Z')).legal_state, 'lapsed');
  t.equal(
    (await stateAt('2009-12-31T00:00:00Z')).legal_state,
    'in_force',
    `the notice of ${published_on} came later`,
  );
  const before = new Date(LEARNT_AT.getTime() - 1).toISOString();
  t.equal((await call(bank_a.key, 'GET', `/v1/patents/${patent_id}?as_of=${before}`)).status, 404);
  const signals = (instant: string) =>
    call<{ data: { kind: string }[] }>(
      bank_a.key,
      'GET',
      `/v1/patents/${patent_id}/signals?as_of=${instant}`,
    );
  t.notOk((await signals('2009-12-31T00:00:00Z')).body.data.some(({ kind }) => kind === 'lapsed'));
  t.ok((await signals('2010-01-02T00:00:00Z')).body.data.some(({ kind }) => kind === 'lapsed'));
});

t.test('a proof of payment closes the flag on the annuity', async (t) => {
  const pledge = await activated([service.takePatent(), service.takePatent(), service.takePatent()]);
  const overdue = async () =>
    (await flowOf(pledge.id)).flags.filter(
      ({ rule, state }) => rule === 'annuity_overdue' && state === 'open',
    );
  for (let month = 0; month < 12 && (await overdue()).length === 0; month++)
    await service.passTo(`${addDays(today(), 30)}T02:00:00Z`);
  const [flag] = await overdue();
  const [evidence] = await database.sql<{ patent_id: string; patent_year: number; due_on: string }[]>`
    select patent_id, (evidence ->> 'patent_year')::integer as patent_year, evidence ->> 'due_on' as due_on
    from flag where id = ${flag!.id}`;
  const { due_on, ...year } = evidence!;
  const prove =
    (change: object, party = firm_a) =>
    () =>
      call(party.key, 'POST', `/v1/pledges/${pledge.id}/annuity-payments`, {
        ...year,
        paid_on: due_on,
        evidence: 'receipt 1',
        ...change,
      });
  await isRefused(t, prove({ patent_id: service.takePatent() }), 422, /not part of this pledge/);
  await isRefused(t, prove({ paid_on: '2020-01-01' }), 422, /still to come/);
  t.equal((await prove({})()).status, 201);
  t.equal((await prove({ evidence: 'receipt 2' }, bank_a)()).status, 201, 'a better proof takes its place');
  await service.passTo(`${addDays(today(), 1)}T02:00:00Z`);
  const after = (await flowOf(pledge.id)).flags.find(({ id }) => id === flag!.id);
  t.hasStrict(after, { state: 'cleared', cleared_as_of: today() });
});

t.test(
  'a move on a version that has changed since is refused, and one without a version goes on',
  async (t) => {
    const { id } = await requested();
    const read = () => call(firm_a.key, 'GET', `/v1/pledges/${id}`);
    const withdraw = (tag: string) => () =>
      call<Pledge & ProblemAnswer>(
        firm_a.key,
        'POST',
        `/v1/pledges/${id}/moves`,
        { to: 'withdrawn', reason: 'test' },
        { 'if-match': tag },
      );
    const first = String((await read()).headers.etag);
    t.match(first, /^"[\w-]{43}"$/);
    t.equal((await read()).headers.etag, first, 'the same while nothing changes');
    const { headers } = await move(bank_a, id, { to: 'appraised' });
    t.not(headers.etag, first);
    t.equal((await read()).headers.etag, headers.etag, 'as the answer to the move said');
    const known_at = clock.now();
    await database.transaction((tx) => appendStatuses(tx, [{ pledge_id: id, known_at, status: 'breach' }]));
    t.not((await read()).headers.etag, headers.etag, 'the status is part of what was read');
    await isRefused(t, withdraw(first), 412, /has changed since the version of If-Match/);
    await isRefused(t, withdraw(`W/${headers.etag}`), 412, /has changed/);
    t.equal((await withdraw(`${first}, ${(await read()).headers.etag}`)()).body.state, 'withdrawn');
  },
);

t.test('moves of one pledge that come at once: one is made', async (t) => {
  const { id } = await requested();
  const answers = await Promise.all(Array.from({ length: 10 }, () => move(bank_a, id, { to: 'appraised' })));
  t.equal(answers.filter(({ status }) => status === 201).length, 1);
  t.equal(answers.filter(({ status }) => status === 409).length, 9);
});

t.test('the feed gives the events of each pledge in order, without gaps', async (t) => {
  const { body } = await call<
    Listed<{ id: string; body: { data: { pledge_id: string; pledge_seq: number } } }>
  >(firm_a.key, 'GET', '/v1/events?limit=200');
  const ids = body.data.map(({ id }) => id);
  t.same(ids, [...ids].sort());
  const byPledge = Map.groupBy(body.data, (event) => event.body.data.pledge_id);
  t.ok(byPledge.size > 3);
  for (const [id, events] of byPledge)
    t.same(
      events.map((event) => event.body.data.pledge_seq),
      events.map((_, index) => index + 1),
      id,
    );
});

t.test('every event that was stored fits the schema that is published for it', async (t) => {
  const events = await database.sql<{ type: string; body: string }[]>`select type, body from event`;
  const byType = Map.groupBy(events, ({ type }) => type);
  for (const [type, ofType] of byType) {
    const file = new URL(`../../openapi/events/${type}.json`, import.meta.url);
    const validate = formats.default(new Ajv2020()).compile(JSON.parse(await readFile(file, 'utf8')));
    for (const { body } of ofType) t.ok(validate(JSON.parse(body)), type, { errors: validate.errors, body });
  }
  for (const type of [
    'pledge.requested',
    'pledge.disposed',
    'pledge.margin_call.opened',
    'pledge.margin_call.expired',
    'pledge.margin_call.withdrawn',
    'pledge.margin_call.met',
    'patent.lapsed',
    'risk.cleared',
    'review.decided',
  ])
    t.ok(byType.has(type), type);
});

t.test(
  'random walks through the service: no illegal state, and every move and refusal is audited',
  async (t) => {
    // Of its own, since disposals teach haircuts.
    const { database, clock, call, bank_b, firm_b, staff, takePatent } = await buildService(t);
    const WALKS = 40;
    const seed = 20_261_127;
    t.comment(`seed ${seed}, ${WALKS} walks`);
    const details: Record<MoveTarget, () => object> = {
      appraised: () => ({}),
      proposed: () => ({ principal_minor: 1_000 }),
      withdrawn: () => ({ reason: 'a walk' }),
      registered: () => ({
        registration_number: 'Y1',
        registered_on: clock.now().toISOString().slice(0, 10),
      }),
      active: () => ({ disbursed_on: clock.now().toISOString().slice(0, 10) }),
      released: () => ({ ground: 'waived', waiver: { waived_by: 'the board', reason: 'a walk' } }),
      defaulted: () => ({ reason: 'a walk' }),
      in_disposal: () => ({ route: 'auction' }),
      disposed: () => ({ recovered_minor: 1 }),
    };
    const targets = Object.keys(details) as MoveTarget[];
    const step = fc.record({
      party: fc.oneof({ weight: 6, arbitrary: fc.constant(bank_b) }, fc.constantFrom(firm_b, staff)),
      // Mostly a move that leads on; else any.
      leads_on: fc.oneof({ weight: 4, arbitrary: fc.boolean().map(() => true) }, fc.constant(false)),
      choice: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 1_000 })),
    });
    const audited = async (id: string) => {
      const [row] = await database.sql<{ made: number; refused: number }[]>`
      select count(*) filter (where action not like '%.refused')::int as made,
        count(*) filter (where action like '%.refused')::int as refused
      from audit_entry where subject = ${id} and organisation_id in (${bank_b.id}, ${firm_b.id})`;
      return row!;
    };
    const reached = new Set<string>();
    const free = [takePatent()];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: 'max' }), async (steps) => {
        const patent = free.pop() ?? takePatent();
        const asked = request([patent], { bank_id: bank_b.id, firm_id: firm_b.id });
        const { body } = await call<Pledge>(firm_b.key, 'POST', '/v1/pledges', asked);
        const { id } = body;
        let state: PledgeState = 'requested';
        for (const { party, leads_on, choice } of steps) {
          const legal = LEGAL_MOVES[state];
          const among = leads_on && legal.length > 0 ? legal : targets;
          const to = among[choice % among.length]!;
          const before = await audited(id);
          const answer = await call<Pledge & ProblemAnswer>(party.key, 'POST', `/v1/pledges/${id}/moves`, {
            to,
            ...details[to](),
          });
          const after = await audited(id);
          const both = 2;
          if (answer.status === 201) {
            if (!legal.includes(to)) throw new Error(`${state} became ${to}`);
            if (after.made !== before.made + both) throw new Error(`${to} is not audited for both`);
            state = answer.body.state as PledgeState;
          } else {
            const { body: now } = await call<Pledge>(staff.key, 'GET', `/v1/pledges/${id}`);
            if (now.state !== state) throw new Error(`a refused move to ${to} left ${now.state}`);
            if (after.refused !== before.refused + both)
              throw new Error(`the refusal of ${to} is not audited`);
          }
          reached.add(state);
        }
        if (LEGAL_MOVES[state].length === 0) free.push(patent);
      }),
      { numRuns: WALKS, seed, endOnFailure: true, includeErrorInReport: true },
    );
    t.same([...reached].sort(), Object.keys(LEGAL_MOVES).sort());
  },
);

t.test('the record of decisions is whole for every organisation', async (t) => {
  for (const { id } of [bank_a, bank_b, firm_a, firm_b]) {
    const check = await database.transaction((tx) => verifyChain(tx, id));
    t.equal(check.broken_at, null);
    if (id === bank_a.id || id === firm_a.id) t.ok(check.entries > 10);
  }
});
