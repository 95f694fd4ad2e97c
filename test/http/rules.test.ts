/** Rule sets of banks, and the status that the rules give a pledge. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { knownPatents } from '../../src/patents/facts.ts';
import { appendPledgeValues, latestValues } from '../../src/pledges/store.ts';
import { assessPledges } from '../../src/risk/assess.ts';
import { drawHistories } from '../../src/risk/histories.ts';
import { rulesOf } from '../../src/risk/rule-sets.ts';
import { onThread } from '../../src/thread.ts';
import { buildService, lapsingPatents, type ProblemAnswer } from '../service.ts';

const service = await buildService(t);
const { database, clock, call, bank_a, bank_b, firm_a, staff } = service;

interface Flag {
  id: string;
  patent_id: string | null;
  case_key: string;
  inhibited_by: string | null;
  told_at: string | null;
  rule: string;
  severity: string;
  state: string;
}
interface Silence {
  id: string;
  until_at: string;
}
interface RuleSet {
  version: number;
  settings: object;
}
interface SetFigures {
  notices_total: number;
  notices_flagged: number;
  early_warned_share: number;
  early_precision: number;
  median_lead_days: number;
  early_events: number;
  rules: { id: string; severity: string; events: number; recall: number | null; measured: boolean }[];
}
interface Backtest {
  id: string;
  settings: object;
  settings_sha256: string;
  seed: number;
  patents: number;
  own_patents: number;
  left_out: number;
  from: string;
  to: string;
  proposed: SetFigures;
  in_force: SetFigures & { version: number };
}
interface Status {
  status: string | null;
  since: string | null;
  history: { status: string; known_at: string }[];
}

/** Few patents, where the answer does not matter. */
const backtest = (key: string, settings: unknown, more: object = { sample: 100, seed: 1 }) =>
  call<Backtest & ProblemAnswer>(key, 'POST', '/v1/rule-sets/backtest', { settings, ...more });
async function testAndSet(key: string, version: number, settings: unknown) {
  const { status, text } = await backtest(key, settings);
  if (status !== 201) throw new Error(text);
  return setRules(key, version, settings);
}

const about_to_lapse = await lapsingPatents('2009-06-10');
const [lapsing, lapsing_too] = about_to_lapse;

/** A patent in force now that no test was handed before, and that lives on for months. */
async function takeLiving(): Promise<string> {
  const id = service.takePatent();
  const known = await knownPatents(database.sql, [id], clock.now());
  const lives = known.get(id)!.facts.legal_state === 'in_force';
  return lives && about_to_lapse.every(({ patent_id }) => patent_id !== id) ? id : takeLiving();
}

async function takeSeveral(): Promise<{ patent_id: string }[]> {
  const taken = [];
  while (taken.length < 5) taken.push({ patent_id: await takeLiving() });
  return taken;
}

/** An appraised pledge of several patents, so that something is due soon. */
async function pledgeTo(bank: { id: string; key: string }, patents?: { patent_id: string }[]) {
  const made = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
    bank_id: bank.id,
    firm_id: firm_a.id,
    patents: patents ?? (await takeSeveral()),
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  });
  const { status, text } = await call(bank.key, 'POST', `/v1/pledges/${made.body.id}/moves`, {
    to: 'appraised',
  });
  if (status !== 201) throw new Error(text);
  return made.body.id;
}
const flagsOf = async (pledge_id: string) =>
  (await call<{ data: Flag[] }>(staff.key, 'GET', `/v1/flags?pledge_id=${pledge_id}&limit=200`)).body.data;
const statusOf = async (key: string, pledge_id: string, query = '') =>
  (await call<Status>(key, 'GET', `/v1/pledges/${pledge_id}/status${query}`)).body;
const setRules = (key: string, version: number, settings: unknown) =>
  call<RuleSet & ProblemAnswer>(key, 'POST', '/v1/rule-sets', { version, settings });

const ending = await pledgeTo(bank_a, [{ patent_id: lapsing!.patent_id }]);
const own = await pledgeTo(bank_a);
const others = await pledgeTo(bank_b);
const living = await takeLiving();
const pair = await pledgeTo(bank_b, [{ patent_id: lapsing_too!.patent_id }, { patent_id: living }]);
await service.passTo('2009-12-01T02:00:00Z');

t.test(
  'a bank’s set changes its own pledges from then on, and nothing of the past or of other banks',
  async (t) => {
    const raised = (await flagsOf(own)).filter(
      ({ state, rule }) => state === 'open' && rule !== 'right_ended',
    );
    const { rule } = raised[0]!;
    const elsewhere = await flagsOf(others);
    const before = clock.now();
    clock.set(new Date(before.getTime() + 60_000));
    t.match((await testAndSet(bank_a.key, 0, { [rule]: { enabled: false } })).body, { version: 1 });
    await service.passTo('2009-12-02T02:00:00Z');
    const now = await flagsOf(own);
    t.ok(
      now.filter((flag) => flag.rule === rule).every(({ state }) => state === 'cleared'),
      rule,
    );
    t.same(
      (await flagsOf(others)).filter((flag) => flag.rule === rule),
      elsewhere.filter((flag) => flag.rule === rule),
    );
    const inForce = async (at: Date) =>
      (await database.transaction((tx) => rulesOf(tx, [bank_a.id], at)))
        .get(bank_a.id)!
        .some((each) => each.rule.id === rule);
    t.equal(await inForce(before), true, 'the past goes by what was in force then');
    t.equal(await inForce(clock.now()), false);

    t.match((await testAndSet(bank_a.key, 1, { [rule]: { severity: 'critical' } })).body, { version: 2 });
    await service.passTo('2009-12-03T02:00:00Z');
    const again = (await flagsOf(own)).filter((flag) => flag.rule === rule && flag.state === 'open');
    t.ok(again.length > 0 && again.every(({ severity }) => severity === 'critical'));
    const listed = await call<{ data: RuleSet[] }>(bank_a.key, 'GET', '/v1/rule-sets');
    t.same(
      listed.body.data.map(({ version }) => version),
      [2, 1],
    );
    t.same((await call<{ data: RuleSet[] }>(bank_b.key, 'GET', '/v1/rule-sets')).body.data, []);
  },
);

t.test(
  'a pledge’s status follows its rules, is told when it changes, and is had as of any instant',
  async (t) => {
    const { status, history } = await statusOf(bank_a.key, own);
    t.equal(status, 'breach', 'a critical finding stands');
    t.ok(history.length > 1);
    t.same(await statusOf(firm_a.key, own), await statusOf(staff.key, own));
    const early = await statusOf(bank_a.key, own, '?as_of=2009-12-01T12:00:00Z');
    t.equal(early.status, history.at(-1)!.status);
    t.equal(
      (await statusOf(bank_a.key, own, '?as_of=2009-06-10T00:00:00Z')).status,
      null,
      'not assessed yet',
    );
    const told = await call<{ data: { body: { data: object } }[] }>(
      bank_a.key,
      'GET',
      '/v1/events?type=pledge.status.changed&limit=200',
    );
    t.equal(told.body.data.length, history.length - 1, 'the first is no change');
    t.match(told.body.data.at(-1)!.body.data, { pledge_id: own, from: history[1]!.status, to: 'breach' });
    t.equal((await call(bank_b.key, 'GET', `/v1/pledges/${own}/status`)).status, 404);
    const fresh = await pledgeTo(bank_a);
    const listed = await call<{ data: { id: string; status: string | null }[] }>(
      firm_a.key,
      'GET',
      '/v1/pledges?limit=200',
    );
    const statuses = new Map(listed.body.data.map(({ id, status }) => [id, status]));
    t.equal(statuses.size, 5);
    t.equal(statuses.get(fresh), null, 'not assessed yet');
    for (const [id, status] of statuses) {
      t.equal(status, (await statusOf(firm_a.key, id)).status);
      t.match((await call(firm_a.key, 'GET', `/v1/pledges/${id}`)).body, { status });
    }
  },
);

t.test(
  'a set with faults is refused with each of them, and one on an old version changes nothing',
  async (t) => {
    const faulty = await setRules(bank_a.key, 2, {
      no_such_rule: {},
      right_ended: { enabled: false },
      annuity_due: { parameters: { nothing: 1 } },
    });
    t.equal(faulty.status, 400);
    t.same(
      faulty.body.errors!.map(({ pointer }) => pointer),
      [
        '/body/settings/no_such_rule',
        '/body/settings/right_ended/enabled',
        '/body/settings/annuity_due/parameters/nothing',
      ],
    );
    t.equal((await setRules(bank_a.key, 1, {})).status, 412);
    t.equal((await setRules(firm_a.key, 2, {})).status, 403);
    const many = await Promise.all(Array.from({ length: 10 }, () => setRules(bank_a.key, 2, {})));
    t.equal(many.filter(({ status }) => status === 201).length, 1, 'of ten at once one is taken');
    await t.rejects(database.sql`update rule_set set settings = '{}'`, /append-only/);
  },
);

const eventsOf = async (key: string, pledge_id: string) =>
  (
    await call<{ data: { type: string; body: { data: { pledge_id: string; flag_id?: string } } }[] }>(
      key,
      'GET',
      '/v1/events?limit=200',
    )
  ).body.data.filter(({ body }) => body.data.pledge_id === pledge_id);

t.test('a flag in a silence opens without a word, and is told when the silence is over', async (t) => {
  const quiet = await pledgeTo(bank_b);
  const until_at = '2009-12-10T00:00:00Z';
  const silence = (body: object) => call<Silence & ProblemAnswer>(bank_b.key, 'POST', '/v1/silences', body);
  const made = await silence({ pledge_id: quiet, until_at, reason: 'restructuring' });
  t.equal(made.status, 201);
  await service.passTo('2009-12-04T02:00:00Z');
  const hushed = (await flagsOf(quiet)).filter(
    ({ rule, inhibited_by }) => rule !== 'right_ended' && !inhibited_by,
  );
  t.ok(hushed.length > 0 && hushed.every(({ told_at, state }) => told_at === null && state === 'open'));
  const flagsTold = async () =>
    new Set((await eventsOf(bank_b.key, quiet)).flatMap(({ body }) => body.data.flag_id ?? []));
  const before = await flagsTold();
  t.ok(hushed.every(({ id }) => !before.has(id)));
  await service.passTo('2009-12-10T02:00:00Z');
  const after = await flagsTold();
  const still = (await flagsOf(quiet)).filter(
    ({ id, state }) => state === 'open' && hushed.some((each) => each.id === id),
  );
  t.ok(still.length > 0);
  for (const { id, told_at } of still) {
    t.ok(after.has(id), id);
    t.equal(told_at, '2009-12-10T02:00:00.000Z');
  }
  t.match((await call<{ data: Silence[] }>(bank_b.key, 'GET', '/v1/silences')).body.data, [
    { id: made.body.id },
  ]);
  const ahead = '2009-12-31T00:00:00Z';
  const cases: [object, number, RegExp][] = [
    [{ until_at: ahead }, 422, /Name a rule, a pledge or both/],
    [{ rule: 'right_ended', until_at: ahead }, 422, /always told/],
    [{ rule: 'ltv_breach', until_at: '2011-01-01T00:00:00Z' }, 422, /at most 90 days ahead/],
    [{ rule: 'ltv_breach', until_at }, 422, /after now/],
    [{ pledge_id: own, until_at: ahead }, 404, /no such pledge/],
    [{ rule: 'none', until_at: ahead }, 400, /./],
  ];
  for (const [body, status, reason] of cases) {
    const answer = await silence({ ...body, reason: 'x' });
    t.equal(answer.status, status, JSON.stringify(body));
    t.match(answer.body.detail, reason);
  }
});

t.test('the end of a right and the fall of value that it brings are one case, and ring once', async (t) => {
  const flags = await flagsOf(ending);
  const [ended] = flags.filter(({ rule }) => rule === 'right_ended');
  const told = new Set((await eventsOf(bank_a.key, ending)).flatMap(({ body }) => body.data.flag_id ?? []));
  for (const flag of flags.filter(({ rule }) => rule.startsWith('value_'))) {
    t.equal(flag.case_key, ended!.case_key);
    t.match(flag.inhibited_by, /^(right_ended|value_collapse) /);
    t.equal(told.has(flag.id), false, flag.rule);
  }
});

t.test('the fall of a patent that lives on is told, though another of its pledge has lapsed', async (t) => {
  const collapse = async () => (await flagsOf(pair)).find(({ rule }) => rule === 'value_collapse')!;
  await service.passTo('2010-01-04T02:00:00Z');
  const ended = `right_ended ${lapsing_too!.patent_id} `;
  t.match(await collapse(), { case_key: ended, inhibited_by: ended, told_at: null });
  const value = (await latestValues(database.sql, [pair], clock.now())).get(pair)!;
  clock.set(new Date('2010-01-05T02:00:00Z'));
  const patents = value.patents.map((patent) =>
    patent.patent_id === living ? { ...patent, mid_minor: Math.round(patent.mid_minor! / 2) } : patent,
  );
  const mid_minor = patents.reduce((sum, patent) => sum + patent.mid_minor!, 0);
  const fallen = { ...value, as_of: '2010-01-05', known_at: clock.now(), mid_minor, patents };
  await database.transaction((tx) => appendPledgeValues(tx, [fallen]));
  await assessPledges(database, clock.now());
  const told = await collapse();
  t.match(told, {
    case_key: 'value_collapse null ',
    inhibited_by: null,
    told_at: '2010-01-05T02:00:00.000Z',
  });
  const events = await eventsOf(bank_b.key, pair);
  t.ok(events.some(({ type, body }) => type === 'pledge.value.collapsed' && body.data.flag_id === told.id));
});

t.test(
  'a set that its bank has not seen tested of late is refused, and the attempt is audited',
  async (t) => {
    const settings = { lapse_likely: { parameters: { raise_at: 0.3, clear_below: 0.2 } } };
    const same = { lapse_likely: { parameters: { clear_below: 0.2, raise_at: 0.3 } } };
    const refusals = async () =>
      (
        await database.sql<{ detail: string }[]>`select detail from audit_entry
        where organisation_id = ${bank_b.id} and action = 'rule_set.set.refused' order by seq`
      ).map(({ detail }) => JSON.parse(detail));
    const isRefused = async (set: unknown, why: string) => {
      const before = (await refusals()).length;
      const answer = await setRules(bank_b.key, 0, set);
      t.match(answer, { status: 428, body: { code: 'backtest_required' } }, why);
      t.match(answer.body.detail, /POST \/v1\/rule-sets\/backtest/);
      t.match((await refusals()).slice(before), [{ code: 'backtest_required' }]);
      t.same((await call<{ data: RuleSet[] }>(bank_b.key, 'GET', '/v1/rule-sets')).body.data, []);
    };
    await isRefused(settings, 'never tested');
    t.equal((await backtest(bank_a.key, settings)).status, 201);
    await isRefused(settings, 'tested by another bank');
    const tested = await backtest(bank_b.key, settings);
    t.equal(tested.status, 201);
    await isRefused(
      { lapse_likely: { parameters: { raise_at: 0.31, clear_below: 0.2 } } },
      'not these settings',
    );
    const tested_at = clock.now();
    const after = (days: number) => clock.set(new Date(tested_at.getTime() + days * 86_400_000 + 1));
    after(30);
    await isRefused(settings, 'too old');
    after(29);
    t.match(
      await setRules(bank_b.key, 0, same),
      { status: 201, body: { version: 1 } },
      'in any order of keys',
    );
    t.match(
      await setRules(bank_b.key, 1, {}),
      { status: 201, body: { version: 2 } },
      'the default needs none',
    );
    const [entry] = await database.sql<
      { subject: string; detail: string }[]
    >`select subject, detail from audit_entry
    where organisation_id = ${bank_b.id} and action = 'rule_set.backtested'`;
    t.equal(entry!.subject, tested.body.id);
    t.match(JSON.parse(entry!.detail), { settings_sha256: tested.body.settings_sha256, seed: 1 });
  },
);

t.test(
  'a backtest tells what both sets would have raised on all that was known, and what came',
  async (t) => {
    const settings = {
      lapse_likely: { parameters: { raise_at: 0.4, clear_below: 0.3 } },
      annuity_late: { enabled: false },
    };
    let ticks = 0;
    const ticker = setInterval(() => ticks++, 20);
    const [one, other] = await Promise.all(
      [0, 1].map(() => backtest(bank_b.key, settings, { seed: 5, sample: 300 })),
    );
    clearInterval(ticker);
    const [made, busy] = one!.status === 201 ? [one!, other!] : [other!, one!];
    t.match(busy, { status: 409, body: { code: 'conflict' } }, 'one at a time');
    t.equal(made.status, 201);
    t.ok(ticks > 20, 'others are answered meanwhile');
    const { proposed, in_force, ...about } = made.body;
    const { histories } = await drawHistories(database.sql, bank_b.id, { seed: 5, sample: 300 }, clock.now());
    const numbers = histories.map(({ facts }) => facts.application_number);
    const [known] = await database.sql<{ notices: number; pledged: number; told_to: string }[]>`
    select count(distinct patent_id) filter (where kind = 'lapsed') as notices, max(published_on) as told_to,
      (select count(*) from pledge_patent join pledge on id = pledge_id where bank_id = ${bank_b.id} and live) as pledged
    from signal join patent using (patent_id)
    where application_number = any(${numbers}) and signal.known_at <= ${clock.now()}`;
    t.match(about, { settings, own_patents: known!.pledged, left_out: 0, to: known!.told_to });
    t.equal(about.patents, 300 + about.own_patents);
    t.ok(known!.notices > 20);
    for (const set of [proposed, in_force])
      t.match(set, { notices_total: known!.notices, notices_flagged: known!.notices }, 'every real notice');
    const figures = (set: SetFigures, id: string) => set.rules.find((rule) => rule.id === id);
    t.ok(figures(proposed, 'lapse_likely')!.events < figures(in_force, 'lapse_likely')!.events);
    t.ok(proposed.early_warned_share < in_force.early_warned_share, 'a higher threshold warns of fewer');
    t.ok(in_force.median_lead_days > 365 && in_force.early_precision > 0);
    t.equal(figures(proposed, 'annuity_late'), undefined);
    t.match(figures(in_force, 'litigation'), { events: 0, recall: null, measured: false });
    const listed = await call<{ data: Backtest[] }>(bank_b.key, 'GET', '/v1/rule-sets/backtests?limit=1');
    t.strictSame(listed.body.data, [made.body], 'kept as it was answered');
    t.same(
      (await call<{ data: Backtest[] }>(bank_a.key, 'GET', '/v1/rule-sets/backtests')).body.data.length,
      3,
    );
    for (const change of [
      "update rule_backtest set settings = '{}'",
      'delete from rule_backtest',
      'truncate rule_backtest',
    ])
      await t.rejects(database.sql.unsafe(change), /append-only/, change);
  },
);

t.test('what is known of attacks by then is walked, from its publication on', async (t) => {
  const attacks = async () => {
    const { proposed } = (await backtest(bank_b.key, {})).body;
    return proposed.rules.find(({ id }) => id === 'invalidation_requested');
  };
  const learnt_at = new Date(clock.now().getTime() + 3_600_000);
  const request = {
    patent_id: living,
    signal_id: randomUUID(),
    source: 'test',
    kind: 'challenged',
    category: 'Q',
    source_code: 'IR',
    published_on: '2009-03-02',
    known_at: learnt_at,
  };
  await database.sql`insert into signal ${database.sql(request)}`;
  t.match(await attacks(), { events: 0, measured: false }, 'nothing was known of any');
  clock.set(learnt_at);
  t.match(await attacks(), { events: 1, measured: true });
});

t.test('the same seed draws the same patents, and a set with faults is not walked', async (t) => {
  const drawn = async (seed: number) => {
    const { id: _, ...answer } = (await backtest(bank_a.key, {}, { seed, sample: 100 })).body;
    return answer;
  };
  const first = await drawn(7);
  t.equal(first.patents, 100 + first.own_patents);
  t.strictSame(await drawn(7), first);
  const numbers = async (seed: number) => {
    const { histories } = await drawHistories(database.sql, bank_a.id, { seed, sample: 100 }, clock.now());
    return histories.map(({ facts }) => facts.application_number);
  };
  t.notSame(await numbers(8), await numbers(7));
  t.match(await backtest(bank_a.key, { no_such_rule: {} }), {
    status: 400,
    body: { errors: [{ pointer: '/body/settings/no_such_rule' }] },
  });
  for (const sample of [99, 2001]) t.equal((await backtest(bank_a.key, {}, { sample })).status, 400);
  t.equal((await backtest(firm_a.key, {})).status, 403);
});

t.test('what takes too long on its thread is stopped, and the next one may run', async (t) => {
  const module = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
  const work = { name: 'sum', limit_ms: 50, remedy: 'ask for less' };
  const endless = onThread<object, string>({ ...work, module: module('setInterval(() => {}, 1000)') });
  const [first, second] = await Promise.allSettled([endless({}), endless({})]);
  t.match(first, { reason: { code: 'refused', message: 'The sum took over 0.05 seconds; ask for less.' } });
  t.match(second, { reason: { code: 'conflict' } });
  await t.rejects(endless({}), { code: 'refused' }, 'the way is free again');
  const failing = onThread<object, string>({
    ...work,
    limit_ms: 60_000,
    module: module('throw new Error("no")'),
  });
  await t.rejects(failing({}), { message: 'no' });
});
