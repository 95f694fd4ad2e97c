/** Rule sets of banks, the status that the rules give a pledge, and rules fed by what the database knows. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { addMonths } from '../../models/calendar.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { knownPatents } from '../../src/patents/facts.ts';
import { ingestRecords, ingestSurveyed } from '../../src/patents/ingest.ts';
import {
  type AcceptedRecord,
  type PatentRecord,
  patentRecord,
  type SignalRecord,
  type SourceRecord,
} from '../../src/patents/sources/record.ts';
import { appendOutlooks } from '../../src/pledges/outlook/store.ts';
import { appendPledgeValues, findPledge, latestValues } from '../../src/pledges/store.ts';
import { assessPledges } from '../../src/risk/assess.ts';
import { pledgeRisks } from '../../src/risk/facts.ts';
import { drawHistories } from '../../src/risk/histories.ts';
import { rulesOf } from '../../src/risk/rule-sets.ts';
import { say } from '../../src/risk/sentences.ts';
import { onThread } from '../../src/thread.ts';
import { latestModels } from '../../src/valuations/store.ts';
import { news, told } from '../jobs/setting.ts';
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
  evidence: object;
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
  if (made.status !== 201) throw new Error(made.text);
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

const eventsOf = async (key: string, pledge_id: string, query = '') =>
  (
    await call<{ data: { type: string; body: { data: { pledge_id: string; flag_id?: string } } }[] }>(
      key,
      'GET',
      `/v1/events?limit=200${query}`,
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
  const work = { name: 'sum', limit_ms: 50, remedy: say('backtest_smaller') };
  const endless = onThread<object, string>({ ...work, module: module('setInterval(() => {}, 1000)') });
  const [first, second] = await Promise.allSettled([endless({}), endless({})]);
  t.match(first, {
    reason: { code: 'refused', message: 'The sum took over 0.05 seconds; ask for a smaller sample.' },
  });
  t.match(second, { reason: { code: 'conflict' } });
  await t.rejects(endless({}), { code: 'refused' }, 'the way is free again');
  const failing = onThread<object, string>({
    ...work,
    limit_ms: 60_000,
    module: module('throw new Error("no")'),
  });
  await t.rejects(failing({}), { message: 'no' });
  const counting = onThread<number, number>({
    ...work,
    limit_ms: 60_000,
    module: module(`import { parentPort } from 'node:worker_threads';
      let sum = 0;
      parentPort.on('message', (more) => {
        if (more < 0) throw new Error('less');
        parentPort.postMessage((sum += more));
      });`),
  });
  t.equal(await counting(1), 1);
  t.equal(await counting(2), 3, 'the thread of the run before is taken');
  await t.rejects(counting(-1), { message: 'less' });
  t.equal(await counting(4), 4, 'but not one that failed');
});

/** From here on: each rule by the facts that the database has, from what is learnt to the event. */
const isTold = async (pledge_id: string, type: string) =>
  (await eventsOf(bank_a.key, pledge_id, `&type=${type}`)).length > 0;
const standsOn = async (pledge_id: string, rule: string) =>
  (await flagsOf(pledge_id)).filter((flag) => flag.rule === rule && flag.state === 'open');
const learn = (records: SourceRecord[], id = 'lens') =>
  ingestRecords(database, { id, name: 'test' }, records, clock.now());
const assess = (...ids: string[]) => assessPledges(database, clock.now(), ids);
const risksOf = (pledge_id: string) =>
  database.transaction(async (tx) => {
    const pledges = await tx<never[]>`select * from pledge where id = ${pledge_id}`;
    return (await pledgeRisks(tx, pledges, clock.now())).get(pledge_id)!;
  });
function nextDay(): void {
  clock.set(new Date(clock.now().getTime() + 86_400_000));
}
/** In force as far as is known by now. */
async function freePatent(): Promise<{ patent_id: string }[]> {
  await deriveChanged(database, clock.now());
  return database.sql<{ patent_id: string }[]>`
    select patent_id from patent_search where office = 'CN' and legal_state = 'in_force'
      and not exists (select from pledge_patent where pledge_patent.patent_id = patent_search.patent_id)
    order by patent_id limit 1`;
}
/** What is already known of a patent, for a record that adds to it. */
async function recordOf(patent_id: string): Promise<AcceptedRecord> {
  const [row] = await database.sql<PatentRecord[]>`
    select distinct on (patent_id) office, application_number, right_type, filed_on, ipc
    from patent join patent_facts using (patent_id) where patent_id = ${patent_id}
    order by patent_id, patent_facts.known_at desc`;
  return { ok: true, line: 2, patent: patentRecord(row!), signals: [] };
}

t.test('a member of the family that ended in a main market is told, once an office', async (t) => {
  const [pledged] = await freePatent();
  const { patent_id } = pledged!;
  const pledge_id = await pledgeTo(bank_a, [pledged!]);
  const family = { priorities: [{ office: 'CN', number: '200101234', filed_on: '2001-01-05' }] };
  const member = (office: string, number: string, ...signals: SignalRecord[]): AcceptedRecord => ({
    ...told(number, { office }, [news('granted', '2004-05-01'), ...signals]),
    ...family,
  });
  await learn([
    { ...(await recordOf(patent_id)), ...family },
    member('US', '10111222', news('lapsed', '2009-04-01')),
    member('US', '10111333', news('lapsed', '2009-02-01')),
    member('JP', '2003123456'),
    member('ZA', '200300001', news('lapsed', '2009-02-01')),
  ]);
  nextDay();
  await assess(pledge_id);
  const [flag, ...more] = await standsOn(pledge_id, 'family_member_lapsed');
  t.hasStrict(flag, { patent_id, evidence: { office: 'US', ended_on: '2009-02-01' } });
  t.same(more, [], 'not Japan, which lives, nor a small market');
  t.ok(await isTold(pledge_id, 'patent.family.member_lapsed'));
});

t.test('citations that fade against the cohort are told; those that fade like it are not', async (t) => {
  await deriveChanged(database, clock.now());
  const cohort = await database.sql<{ patent_id: string }[]>`
    with sized as (select field, extract(year from filed_on) as year from patent_search
      where legal_state = 'in_force' group by 1, 2 having count(*) > 40 order by count(*) desc limit 1)
    select patent_id from patent_search join sized using (field)
    where extract(year from filed_on) = year and legal_state = 'in_force'
      and not exists (select from pledge_patent where pledge_patent.patent_id = patent_search.patent_id)
    order by patent_id`;
  t.ok(cohort.length > 30, `${cohort.length} of one field and year`);
  const ids = cohort.map(({ patent_id }) => patent_id);
  const [fading, usual] = ids as [string, string];
  const pledges = [
    await pledgeTo(bank_a, [{ patent_id: fading }]),
    await pledgeTo(bank_a, [{ patent_id: usual }]),
  ];
  const numbers = new Map(
    (
      await database.sql<{ patent_id: string; application_number: string }[]>`
        select patent_id, application_number from patent where patent_id = any(${ids}::uuid[])`
    ).map((row) => [row.patent_id, row.application_number]),
  );
  // The cohort falls from two citations a year to one, `usual` twice that, `fading` from eight to none.
  const COUNTS: Record<string, number[]> = { [fading]: [8, 6, 4, 2, 0], [usual]: [4, 4, 3, 2, 2] };
  const first_year = clock.now().getUTCFullYear() - 5;
  let citing = 0;
  const records = ids.flatMap((id) =>
    (COUNTS[id] ?? [2, 2, 1, 1, 1]).flatMap((count, year) =>
      Array.from({ length: count }, (): AcceptedRecord => {
        const number = String(++citing).padStart(8, '0');
        return {
          ...told(number, { office: 'US' }),
          publication: { office: 'US', number, kind: 'B2', published_on: `${first_year + year}-07-01` },
          citations: [
            {
              cited: null,
              cited_application: { office: 'CN', number: numbers.get(id)! },
              cited_reference: null,
              literature: false,
              phase: null,
              by: 'examiner',
              categories: [],
            },
          ],
        };
      }),
    ),
  );
  t.equal((await risksOf(pledges[0]!)).patents[0]!.citation_slope, null, 'nothing is known yet');
  await learn(records);
  const slopes = await Promise.all(
    pledges.map(async (id) => (await risksOf(id)).patents[0]!.citation_slope!),
  );
  t.ok(slopes[0]! < -0.5, `fading ${slopes[0]}`);
  t.ok(slopes[1]! > -0.2, `usual ${slopes[1]}`);
  nextDay();
  await assess(...pledges);
  t.equal((await standsOn(pledges[0]!, 'citations_fading')).length, 1);
  t.same(await standsOn(pledges[1]!, 'citations_fading'), []);
  t.ok(await isTold(pledges[0]!, 'patent.citations.fading'));
});

t.test(
  'claims that look fragile are told once their text is known, and cleared by a sturdier one',
  async (t) => {
    const [pledged] = await freePatent();
    const { patent_id } = pledged!;
    const pledge_id = await pledgeTo(bank_a, [pledged!]);
    const record = await recordOf(patent_id);
    const claims = (text: string, published_on: string) =>
      learn([
        {
          ...record,
          publication: {
            office: 'CN',
            number: `1${published_on.replaceAll('-', '')}`,
            kind: 'B',
            published_on,
          },
          texts: [{ part: 'claims', language: 'zh', text }],
        },
      ]);
    await assess(pledge_id);
    t.same(await standsOn(pledge_id, 'claims_fragile'), []);
    t.equal((await risksOf(pledge_id)).patents[0]!.claims, null, 'unknown is no finding');
    await claims('1. 一种杆，其特征在于，包括大约5毫米的头部；所述弹簧为钢。', '2004-03-03');
    nextDay();
    await assess(pledge_id);
    const [flag] = await standsOn(pledge_id, 'claims_fragile');
    t.match(flag, {
      patent_id,
      severity: 'info',
      evidence: {
        claim: 1,
        features: 2,
        fallbacks: 0,
        independents: 1,
        unclear: 2,
        reasons: 'breadth, exposed, unclear, alone',
      },
    });
    t.ok(await isTold(pledge_id, 'patent.claims.fragile'));
    const [kept] = await database.sql<{ texts: number }[]>`
    select count(*) as texts from claim_fragility where patent_id = ${patent_id}`;
    t.equal(Number(kept!.texts), 1, 'read once');
    const parts = '头部；颈部；杆身；第一槽；第二槽；底座；护套；弹簧';
    const sturdy = Array.from({ length: 8 }, (_, at) =>
      at === 0
        ? `1. 一种杆，其特征在于，包括：${parts}。`
        : `${at + 1}. 根据权利要求1所述的杆，其特征在于，所述弹簧的长度为${at}毫米。`,
    );
    await claims(sturdy.join('\n'), '2005-03-03');
    nextDay();
    await assess(pledge_id);
    t.same(await standsOn(pledge_id, 'claims_fragile'), []);
  },
);

t.test('a run with too many records that cannot be read is told, and cleared by the next one', async (t) => {
  const [pledged] = await freePatent();
  const { patent_id } = pledged!;
  const pledge_id = await pledgeTo(bank_a, [pledged!]);
  const good = await recordOf(patent_id);
  const bad: SourceRecord = {
    ...{ ok: false, line: 3, field: 'app_date', code: 'date', reason: 'is no date', excerpt: 'x' },
  };
  const run = async (records: SourceRecord[], surveyed = false) => {
    nextDay();
    const read = surveyed ? ingestSurveyed : ingestRecords;
    await read(database, { id: 'cn-sample', name: 'test' }, records, clock.now());
    await assess(pledge_id);
    return standsOn(pledge_id, 'data_quarantined');
  };
  const many = (count: number) => Array.from({ length: count }, () => good);
  t.same(await run([...many(39), bad]), [], '2.5 % is under the limit');
  const [flag] = await run([...many(9), bad]);
  t.hasStrict(flag, { patent_id, evidence: { read: 10, quarantined: 1 } });
  t.ok(await isTold(pledge_id, 'data.source.quarantined'));
  t.same(await run(many(5)), [], 'cleared');
  t.equal((await run([...many(9), bad], true)).length, 1, 'a file that was paused says so too');
});

t.test('values that keep coming below what was projected are told as drift', async (t) => {
  const ids = [await pledgeTo(bank_a, await freePatent()), await pledgeTo(bank_a, await freePatent())];
  const model = await latestModels(database.sql, clock.now());
  const month = (n: number) => new Date(`${addMonths('2010-01-01', n)}T00:20:00Z`);
  /** A month of which the value came to `shares[n]` of what was projected. */
  const store = (pledge_id: string, shares: number[]) =>
    database.transaction(async (tx) => {
      // Near the approved value, so that no fall from it is told instead.
      const { approved_value_minor } = (await findPledge(tx, pledge_id, {
        organisation_id: '',
        kind: 'staff',
      }))!;
      for (const [n, share] of shares.entries()) {
        const at = { pledge_id, as_of: month(n).toISOString().slice(0, 10), known_at: month(n) };
        const worth = Math.round(approved_value_minor! * share);
        const patent = { patent_id: 'p', valuation_id: 'v', lapse_probability: null };
        await appendPledgeValues(tx, [
          {
            ...at,
            ...{ state: 'active', status: 'valued', model_version_id: model!.lapse.id, ltv_bp: 10 },
            ...{ low_minor: worth, mid_minor: worth, high_minor: worth, collateral_minor: worth },
            outstanding_minor: 1000,
            patents: [{ ...patent, status: 'valued', mid_minor: worth }],
          },
        ]);
        const chances = { notice_probability: 0, breach_probability: 0, log_sd: 0.05 };
        await appendOutlooks(tx, [
          { ...at, ...chances, horizon_days: 30, projected_minor: approved_value_minor! },
        ]);
      }
    });
  const STEADY = [1, 1.04, 0.96, 1.02, 0.99, 1.03, 0.97, 1.01];
  await store(ids[0]!, [1, 0.99, 0.9, 0.9, 0.88, 0.9, 0.89, 0.9]);
  await store(ids[1]!, STEADY);
  clock.set(new Date(month(7).getTime() + 3_600_000));
  t.equal((await risksOf(ids[0]!)).value_residuals, null, 'no spread is learnt yet');
  await database.sql`insert into projection_spread values (${clock.now()}, 30, 0.05, 29)`;
  t.equal((await risksOf(ids[0]!)).value_residuals, null, 'nor from 29 months');
  nextDay();
  await database.sql`insert into projection_spread values (${clock.now()}, 30, 0.05, 30)`;
  const residuals = (await risksOf(ids[1]!)).value_residuals!;
  t.equal(residuals.length, STEADY.length - 1, 'one a month, each of the month before');
  for (const [n, residual] of residuals.entries())
    t.ok(Math.abs(residual - Math.log(STEADY[n + 1]!) / 0.05) < 1e-3);
  await assess(...ids);
  t.equal((await standsOn(ids[0]!, 'value_drift')).length, 1);
  t.same(await standsOn(ids[1]!, 'value_drift'), []);
  t.ok(await isTold(ids[0]!, 'pledge.value.drifting'));
});
