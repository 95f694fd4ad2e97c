/** From a finding to the receiver: flags and their trace, the audit chain, and signed deliveries in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { calibrate } from '../../jobs/calibrate.ts';
import { deliverDue, deliverUntilStopped, LANE_LIMIT_MS } from '../../jobs/deliver.ts';
import type { Caller } from '../../src/accounts/store.ts';
import { appendAudit } from '../../src/audit/log.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import type { Transaction } from '../../src/db/client.ts';
import { emitEvents, enqueue } from '../../src/outbox/emit.ts';
import { backlog, CONCURRENT_LANES_AN_ENDPOINT, leaseLanes, settleLane } from '../../src/outbox/lanes.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { revalueOne } from '../../src/pledges/revalue.ts';
import { latestValues, type Pledge, setBalance } from '../../src/pledges/store.ts';
import { type Request as StepRequest, takeStep } from '../../src/review/act.ts';
import { assessPledges } from '../../src/risk/assess.ts';
import { flagsOf, type StandingFlag } from '../../src/risk/store.ts';
import { EVENTS, eventSchema } from '../../src/webhooks/events.ts';
import { LADDER_SECONDS } from '../../src/webhooks/retry.ts';
import {
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  rotateSecret,
  setEndpointState,
} from '../../src/webhooks/store.ts';
import { createTestDatabase } from '../database.ts';
import { openReceiver, type Received } from '../receiver.ts';
import {
  activate,
  at,
  breakTable,
  freePatents,
  hire,
  ingestTo,
  LTV,
  news,
  request,
  SOURCE,
  surroundings,
  told,
} from './setting.ts';

const { database } = await createTestDatabase(t);
const { sql } = database;
const START = at('2009-06-01');
await ingestTo(database, '2009-06-01');
const parties = await hire(database, START);
const { bank, firm, staff } = parties;

/** A receiver that keeps all it gets and answers as told. */
const received: Received[] = [];
let answerTo: (event: Received) => number = () => 204;
const HOST = await openReceiver(t, (event, answer) => {
  received.push(event);
  answer.writeHead(answerTo(event)).end('seen');
});
const context = surroundings(t, database, START, [HOST]);
const model = (await calibrate(context, START))!;

async function pledgeOf(count = 1): Promise<Pledge> {
  return request(database, parties, await freePatents(database, count), START);
}

/** An endpoint of the bank alone; none of the earlier ones is left. */
async function subscribe(path: string, event_types: string[] = []): Promise<{ id: string; secret: string }> {
  const url = `http://${HOST}${path}`;
  const { endpoint, secret } = await database.transaction((tx) =>
    insertEndpoint(
      tx,
      context.vault,
      { organisation_id: bank.organisation_id, url, description: '', event_types },
      START,
    ),
  );
  return { id: endpoint.id, secret };
}

async function afresh(): Promise<void> {
  const open = await sql<{ id: string }[]>`select id from endpoint where deleted_at is null`;
  await database.transaction(async (tx) => {
    for (const { id } of open) await deleteEndpoint(tx, id, START);
  });
  received.length = 0;
  answerTo = () => 204;
}

/** Some event about a pledge; the number tells them apart. */
async function tell(tx: Transaction, { id }: Pledge, number = 0, type = 'pledge.requested'): Promise<void> {
  const parties = { bank_id: bank.organisation_id, firm_id: firm.organisation_id };
  const data = { as_of: '2009-06-01', from: null, to: 'requested', detail: { number } };
  await emitEvents(tx, [{ type, pledge_id: id, ...parties, occurred_at: START, data }]);
}

async function hurry(): Promise<void> {
  await sql`update lane set due_at = now() where due_at > now()`;
  await sql`update endpoint_health set probe_at = now()`;
}

const dataOf = ({ body }: Received) =>
  JSON.parse(body).data as { pledge_id: string; pledge_seq: number; event_id: string };
const history = (endpoint_id: string) =>
  sql`select event_id, attempts, outcome, reason from delivery_history where endpoint_id = ${endpoint_id} order by seq`;

const pledges = [await pledgeOf(2), await pledgeOf(), await pledgeOf()];
const watched = pledges[0]!;
const flags = async (rule: string, now: Date): Promise<StandingFlag[]> =>
  (await flagsOf(sql, watched.id, soon(now))).filter((flag) => flag.rule === rule);
const day = (number: number) => at(`2009-07-${String(number).padStart(2, '0')}`);

/** Owes that share of the value from a day on, in basis points, and values the pledge anew. */
async function owe(ltv_bp: number, now: Date): Promise<void> {
  await database.transaction(async (tx) => {
    await revalueOne(tx, watched.id, model, now);
    const value = (await latestValues(tx, [watched.id], now)).get(watched.id)!;
    const outstanding_minor = Math.round((value.mid_minor! * ltv_bp) / 10_000);
    const effective_on = now.toISOString().slice(0, 10);
    await setBalance(tx, { pledge_id: watched.id, effective_on, outstanding_minor, known_at: now });
    await revalueOne(tx, watched.id, model, new Date(now.getTime() + 1));
  });
}

const soon = (now: Date) => new Date(now.getTime() + 1000);
const assess = async (now: Date) => assessPledges(database, soon(now), [watched.id]);

t.test('a flag opens once and stands, through a decision too, until its rule clears it', async (t) => {
  await activate(database, parties, watched.id, START);
  await owe(LTV.ltv_breach_bp + 1, day(1));
  await assess(day(1));
  const [opened, ...more] = await flags('ltv_breach', day(2));
  t.same(more, []);
  t.match(opened, { state: 'open', evidence: { ltv_bp: LTV.ltv_breach_bp + 1 }, opened_as_of: '2009-07-01' });
  t.match(await assess(day(2)), { opened: 0, cleared: 0 }, 'it does not ring twice');
  const [maker, checker] = [staff, { ...staff, key_id: 'key_of_another' }];
  const step = (version: number, caller: Caller, request: StepRequest) =>
    database.transaction((tx) => takeStep(tx, { flag_id: opened!.id, version, caller, request }, day(2)));
  await step(0, maker, { action: 'claimed' });
  await step(1, maker, { action: 'submitted', decision: 'acknowledged', note: 'seen' });
  await step(2, checker, { action: 'approved', note: 'so it is' });
  await t.rejects(step(3, maker, { action: 'claimed' }), /decided already/);
  await owe(LTV.ltv_breach_bp - 100, day(3));
  t.match(await assess(day(3)), { opened: 0 }, 'nor after a decision');
  t.match(await flags('ltv_breach', day(3)), [{ state: 'decided' }], 'just below the limit it is held');
  await owe(LTV.ltv_breach_bp - 300, day(4));
  await assess(day(4));
  t.match(await flags('ltv_breach', day(4)), [{ state: 'cleared', cleared_as_of: '2009-07-04' }]);
  await owe(LTV.ltv_breach_bp - 100, day(5));
  await assess(day(5));
  t.equal((await flags('ltv_breach', day(5))).length, 1, 'from below, the same ratio opens none');
  await owe(LTV.ltv_breach_bp, day(6));
  await assess(day(6));
  t.match(await flags('ltv_breach', day(7)), [{ state: 'cleared' }, { state: 'open' }]);
});

t.test('an assessment that runs late leaves a flag of later knowledge alone', async (t) => {
  const [patent] = await sql<{ application_number: string }[]>`select application_number
    from patent join pledge_patent using (patent_id) where pledge_id = ${watched.id} limit 1`;
  const record = told(patent!.application_number, { filed_on: null }, [news('lapsed', '2009-07-08')]);
  await ingestRecords(database, SOURCE, [record], day(9));
  await assess(day(9));
  t.match(await flags('right_ended', day(10)), [{ state: 'open', evidence: { published_on: '2009-07-08' } }]);
  await assess(day(8));
  t.match(await flags('right_ended', day(10)), [{ state: 'open' }]);
});

t.test('flag, audit entry and event are written together or not at all', async (t) => {
  const endpoint = await subscribe('/together');
  const count = async () => {
    const [row] = await sql`select (select count(*) from flag where state = 'open') as flags,
      (select count(*) from audit_entry) as entries, (select count(*) from event) as events,
      (select sum(last_event_seq)::integer from pledge) as numbered, (select count(*) from delivery) as deliveries`;
    return row!;
  };
  await owe(LTV.ltv_breach_bp - 300, day(10));
  const before = await count();
  for (const table of ['delivery', 'event', 'audit_entry']) {
    const mend = await breakTable(database, table);
    await t.rejects(assess(day(10)), /broken/, table);
    t.same(await count(), before, table);
    await mend();
  }
  const { opened, cleared } = await assess(day(10));
  t.ok(cleared > 0);
  const after = await count();
  const changes = opened + cleared;
  // Who never heard of a flag does not hear of its end.
  const { count: told } = await sql`select from flag where told_at is not null
    and ${soon(day(10))} in (opened_at, cleared_at)`;
  t.ok(told > 0 && told <= changes);
  t.same(after, {
    flags: before.flags + opened - cleared,
    entries: before.entries + changes,
    events: before.events + told,
    numbered: before.numbered + told,
    deliveries: told,
  });
  await database.transaction((tx) => deleteEndpoint(tx, endpoint.id, START));
});

t.test('a changed, deleted or inserted audit entry is found where it stands', async (t) => {
  const { organisation_id } = bank;
  const chain = () => database.transaction((tx) => verifyChain(tx, organisation_id));
  const { entries, broken_at } = await chain();
  t.ok(entries > 5);
  t.equal(broken_at, null);
  await t.rejects(sql`update audit_entry set actor = 'me'`, /append-only/);
  await t.rejects(sql`delete from audit_entry`, /append-only/);
  await t.rejects(sql`truncate audit_entry`, /append-only/);
  /** Where the chain breaks when its owner meddles with it, which is undone again. */
  const brokenBy = async (meddle: (tx: Transaction) => Promise<unknown>) => {
    let found: number | null = null;
    const undo = new Error('undo');
    const meddled = database.transaction(async (tx) => {
      await tx`alter table audit_entry disable trigger user`;
      await meddle(tx);
      found = (await verifyChain(tx, organisation_id)).broken_at;
      throw undo;
    });
    await meddled.catch((error) => t.equal(error, undo));
    return found;
  };
  const own = sql`organisation_id = ${organisation_id}`;
  for (const column of ['actor', 'action', 'subject', 'detail'])
    t.equal(
      await brokenBy((tx) => tx`update audit_entry set ${tx(column)} = 'x' where ${own} and seq = 3`),
      3,
      column,
    );
  t.equal(
    await brokenBy((tx) => tx`update audit_entry set at = at + interval '1 hour' where ${own} and seq = 2`),
    2,
  );
  t.equal(await brokenBy((tx) => tx`delete from audit_entry where ${own} and seq = 4`), 4);
  t.equal(
    await brokenBy((tx) => tx`delete from audit_entry where ${own} and seq = ${entries}`),
    entries,
    'the last',
  );
  const inserted = (seq: number) => (tx: Transaction) =>
    tx`insert into audit_entry select organisation_id, ${seq}, at, actor, action, subject, detail, previous_sha256,
      sha256 from audit_entry where ${own} and seq = 1`;
  t.equal(await brokenBy(inserted(entries + 1)), entries + 1);
  await database.transaction((tx) =>
    appendAudit(tx, [
      { organisation_id, at: day(11), actor: 'x', action: 'x', subject: 'x', detail: { b: 1, a: [{}] } },
    ]),
  );
  t.same(await chain(), { organisation_id, entries: entries + 1, broken_at: null, why: null });
});

t.test('every event that was sent fits its published schema', async (t) => {
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));
  const schemas = new Map(Object.keys(EVENTS).map((type) => [type, ajv.compile(eventSchema(type))]));
  const events = await sql<{ id: string; type: string; body: string }[]>`select id, type, body from event`;
  const types = new Set(events.map(({ type }) => type));
  for (const type of [
    'pledge.active',
    'pledge.ltv.breached',
    'risk.cleared',
    'review.decided',
    'patent.lapsed',
  ])
    t.ok(types.has(type), type);
  for (const { id, type, body } of events) {
    const fits = schemas.get(type)!;
    if (!fits(JSON.parse(body))) t.fail(`${type}: ${ajv.errorsText(fits.errors)}`);
    if (JSON.parse(body).data.event_id !== id) t.fail(`${type}: ${id} has another id in its body`);
  }
});

t.test('each copy is signed, and a foreign verifier takes it', async (t) => {
  await afresh();
  const { id, secret } = await subscribe('/signed');
  await database.transaction((tx) => tell(tx, watched));
  t.same(await deliverDue(context), { delivered: 1, failed: 0, dead: 0 });
  const [{ headers, body }] = received as [Received];
  t.equal(headers['webhook-id'], dataOf(received[0]!).event_id);
  t.match(new Webhook(secret).verify(body, headers), { type: 'pledge.requested' });
  t.throws(() => new Webhook(secret).verify(body.replace('requested', 'released'), headers));
  t.match(await history(id), [{ attempts: 1, outcome: 'delivered', reason: null }]);
  const attempts = await sql`select attempt, status, error, answer from delivery_attempt join delivery_history
    on id = delivery_id where endpoint_id = ${id}`;
  t.same(attempts, [{ attempt: 1, status: 204, error: null, answer: null }]);
});

t.test('a transaction that fails sends nothing', async (t) => {
  await afresh();
  await subscribe('/rollback');
  const failing = database.transaction(async (tx) => {
    await tell(tx, watched);
    throw new Error('no');
  });
  await t.rejects(failing, /no/);
  t.same(await deliverDue(context), { delivered: 0, failed: 0, dead: 0 });
  t.same(received, []);
});

t.test('an endpoint gets the types it asked for, of its own pledges', async (t) => {
  await afresh();
  await subscribe('/all');
  await subscribe('/some', ['pledge.released', 'risk.cleared']);
  await database.transaction(async (tx) => {
    await tell(tx, watched, 1, 'pledge.requested');
    await tell(tx, watched, 2, 'pledge.released');
    const data = { message: 'x' };
    const stranger = { bank_id: staff.organisation_id, firm_id: null };
    await emitEvents(tx, [{ type: 'endpoint.test', pledge_id: null, ...stranger, occurred_at: START, data }]);
  });
  await deliverDue(context);
  const got = received.map(({ path, body }) => `${path} ${JSON.parse(body).type}`).sort();
  t.same(got, ['/all pledge.released', '/all pledge.requested', '/some pledge.released']);
});

t.test('events of a pledge reach each endpoint in order, whatever fails on the way', async (t) => {
  await afresh();
  const endpoints = [await subscribe('/a'), await subscribe('/b')];
  const EVENTS_A_PLEDGE = 45;
  for (let number = 0; number < EVENTS_A_PLEDGE; number++)
    await database.transaction(async (tx) => {
      for (const pledge of pledges) await tell(tx, pledge, number);
    });
  const taken = new Map<string, number[]>();
  const failures = new Map<string, number>();
  answerTo = (event) => {
    const copy = `${event.path} ${event.headers['webhook-id']}`;
    const failed = failures.get(copy) ?? 0;
    failures.set(copy, failed + 1);
    if (failed < dataOf(event).pledge_seq % 4) return 500;
    const { pledge_id, pledge_seq } = dataOf(event);
    const lane = `${event.path} ${pledge_id}`;
    taken.set(lane, [...(taken.get(lane) ?? []), pledge_seq]);
    return 200;
  };
  let rounds = 0;
  while ((await backlog(sql)).open > 0 && rounds++ < 200) {
    await Promise.all([deliverDue(context), deliverDue(context)]);
    await hurry();
  }
  t.same(await backlog(sql), { open: 0, due: 0 });
  t.equal(taken.size, pledges.length * endpoints.length);
  for (const [lane, seqs] of taken) {
    t.equal(seqs.length, EVENTS_A_PLEDGE, lane);
    t.same(
      seqs,
      seqs.map((_, index) => seqs[0]! + index),
      `${lane}: in order, without gaps, each once`,
    );
  }
  const [sent] =
    await sql`select count(*) filter (where outcome = 'delivered') as delivered, count(*) as finished
    from delivery_history where endpoint_id = any(${endpoints.map(({ id }) => id)})`;
  t.same(sent, { delivered: 270, finished: 270 });
});

t.test('a failing endpoint holds up no other', async (t) => {
  await afresh();
  await subscribe('/down');
  await subscribe('/up');
  answerTo = ({ path }) => (path === '/down' ? 500 : 204);
  for (let number = 0; number < 5; number++)
    await database.transaction(async (tx) => {
      for (const pledge of pledges) await tell(tx, pledge, number);
    });
  t.same(await deliverDue(context), { delivered: 15, failed: 3, dead: 0 });
  t.equal(received.filter(({ path }) => path === '/down').length, 3, 'one try a lane, then it rests');
  t.same(await backlog(sql), { open: 15, due: 0 });
});

t.test('retries follow the ladder; after the last the event is given up and its lane goes on', async (t) => {
  await afresh();
  const { id } = await subscribe('/ladder');
  await database.transaction((tx) => tell(tx, watched, 1));
  await database.transaction((tx) => tell(tx, watched, 2));
  answerTo = ({ body }) => (JSON.parse(body).data.detail.number === 1 ? 503 : 204);
  for (const [index, seconds] of LADDER_SECONDS.slice(1).entries()) {
    t.match(await deliverDue(context), { failed: 1 });
    const [lane] = await sql<{ wait: number }[]>`select extract(epoch from due_at - now())::float8 as wait
      from lane where endpoint_id = ${id}`;
    t.ok(
      Math.abs(lane!.wait - seconds) <= 0.2 * seconds + 1,
      `attempt ${index + 1}: ${seconds} s, ${lane!.wait}`,
    );
    t.same(await deliverDue(context), { delivered: 0, failed: 0, dead: 0 }, 'not before it is due');
    await hurry();
  }
  t.same(await deliverDue(context), { delivered: 0, failed: 0, dead: 1 }, 'the breaker is open');
  await hurry();
  t.same(await deliverDue(context), { delivered: 1, failed: 0, dead: 0 });
  t.match(await history(id), [
    { attempts: LADDER_SECONDS.length, outcome: 'dead', reason: /10 attempts failed, the last with: .*503/ },
    { attempts: 1, outcome: 'delivered' },
  ]);
  t.equal(new Set(received.slice(0, -1).map(({ headers, body }) => headers['webhook-id'] + body)).size, 1);
  t.equal(received.length, LADDER_SECONDS.length + 1);
});

t.test('410 Gone disables the endpoint; enabled again it gets what had waited', async (t) => {
  await afresh();
  const { id } = await subscribe('/gone');
  await database.transaction((tx) => tell(tx, watched, 1));
  await database.transaction((tx) => tell(tx, watched, 2));
  answerTo = () => 410;
  t.match(await deliverDue(context), { failed: 1 });
  const endpoint = await findEndpoint(sql, bank.organisation_id, id);
  t.match(endpoint, { state: 'disabled', disabled_reason: 'endpoint_gone' });
  await database.transaction((tx) => tell(tx, watched, 3));
  await hurry();
  t.same(await deliverDue(context), { delivered: 0, failed: 0, dead: 0 });
  t.equal(received.length, 1);
  answerTo = () => 204;
  await database.transaction((tx) => setEndpointState(tx, id, 'enabled', null));
  t.match(await deliverDue(context), { delivered: 2 });
});

t.test('a lost lease settles nothing', async (t) => {
  await afresh();
  const { id } = await subscribe('/lease');
  await database.transaction((tx) => tell(tx, watched));
  const [lane] = await leaseLanes(sql, context.vault, 10);
  t.same(await leaseLanes(sql, context.vault, 10), [], 'a leased lane is nobody else’s');
  await sql`update lane set lease_until = now() - interval '1 second' where endpoint_id = ${id}`;
  const [taken] = await leaseLanes(sql, context.vault, 10);
  const delivered = { delivered: lane!.deliveries.map((each) => each.id), attempts: [], failure: null };
  const settle = (leased: typeof lane) => database.transaction((tx) => settleLane(tx, leased!, delivered));
  t.equal(await settle(lane), false);
  t.same(await history(id), []);
  t.equal((await backlog(sql)).open, 1);
  t.equal(await settle(taken), true);
  t.equal(await settle(taken), false, 'once');
  t.equal((await backlog(sql)).open, 0);
});

t.test('an endpoint deleted while it is posted to takes nothing else along', async (t) => {
  await afresh();
  const { id } = await subscribe('/deleted');
  await database.transaction((tx) => tell(tx, watched));
  const [lane] = await leaseLanes(sql, context.vault, 10);
  await database.transaction((tx) => deleteEndpoint(tx, id, START));
  const outcome = { delivered: lane!.deliveries.map((each) => each.id), attempts: [], failure: null };
  await database.transaction((tx) => settleLane(tx, lane!, outcome));
  t.match(await history(id), [{ outcome: 'dead', reason: 'endpoint deleted' }]);
  t.equal((await backlog(sql)).open, 0);
});

t.test('a slow receiver gets no more of a lane than can be settled within its lease', async (t) => {
  await afresh();
  await subscribe('/slow');
  const ANSWER_MS = 14_000;
  for (let number = 0; number < 6; number++) await database.transaction((tx) => tell(tx, watched, number));
  const rounds: number[] = [];
  const slow = {
    ...context.sender,
    post: async (...given: Parameters<typeof context.sender.post>) => ({
      ...(await context.sender.post(...given)),
      duration_ms: ANSWER_MS,
    }),
  };
  const seen = () => rounds.push(received.length);
  t.match(await deliverDue({ ...context, sender: slow }, seen), { delivered: 6 });
  t.same(rounds, [3, 6]);
  t.ok(3 * ANSWER_MS > LANE_LIMIT_MS);
});

t.test('sent once more, an event has the same id and bytes under a new signature', async (t) => {
  await afresh();
  const endpoint = await subscribe('/again');
  await database.transaction((tx) => tell(tx, watched));
  await deliverDue(context);
  const event_id = dataOf(received[0]!).event_id;
  const target = { endpoint_id: endpoint.id, lane_key: `${event_id} again`, seq: 0, event_id };
  await database.transaction((tx) => enqueue(tx, [target]));
  await deliverDue(context);
  t.equal(received.length, 2);
  t.equal(received[1]!.body, received[0]!.body);
  t.equal(received[1]!.headers['webhook-id'], event_id);
  t.ok(new Webhook(endpoint.secret).verify(received[1]!.body, received[1]!.headers));
});

t.test('while secrets rotate, old and new verify; after the overlap the old one does not', async (t) => {
  await afresh();
  const { id, secret: old } = await subscribe('/rotated');
  const fresh = await database.transaction((tx) =>
    rotateSecret(tx, context.vault, { id, organisation_id: bank.organisation_id }),
  );
  await database.transaction((tx) => tell(tx, watched, 1));
  await deliverDue(context);
  const verify = (secret: string, { body, headers }: Received) => new Webhook(secret).verify(body, headers);
  for (const secret of [old, fresh]) t.ok(verify(secret, received[0]!));
  await sql`update endpoint set previous_secret_until = now() - interval '1 second' where id = ${id}`;
  await database.transaction((tx) => tell(tx, watched, 2));
  await deliverDue(context);
  t.ok(verify(fresh, received[1]!));
  t.throws(() => verify(old, received[1]!));
});

t.test('the deliverer wakes on news and ends when it is told to', async (t) => {
  await afresh();
  await subscribe('/running');
  const stopping = new AbortController();
  const running = deliverUntilStopped(context, stopping.signal);
  await database.transaction((tx) => tell(tx, watched));
  while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  stopping.abort();
  await running;
  t.equal(received.length, 1);
});

t.test('an endpoint that hangs holds up no other, and takes its share of lanes at most', async (t) => {
  await afresh();
  const { id } = await subscribe('/hangs');
  await subscribe('/answers', ['pledge.released']);
  const answered = Promise.withResolvers<void>();
  let hanging = 0;
  const post: typeof context.sender.post = async (url, ...rest) => {
    if (url.endsWith('/hangs')) {
      hanging += 1;
      await answered.promise;
    }
    return context.sender.post(url, ...rest);
  };
  const stopping = new AbortController();
  const running = deliverUntilStopped({ ...context, sender: { ...context.sender, post } }, stopping.signal);
  const LANES = CONCURRENT_LANES_AN_ENDPOINT + 4;
  await database.transaction(async (tx) => {
    await tell(tx, watched);
    const [event] = await tx<{ id: string }[]>`select id from event order by id desc limit 1`;
    const common = { endpoint_id: id, seq: 0, event_id: event!.id };
    await enqueue(
      tx,
      Array.from({ length: LANES }, (_, n) => ({ ...common, lane_key: `lane ${n}` })),
    );
  });
  while (hanging < CONCURRENT_LANES_AN_ENDPOINT) await sleep(5);
  await database.transaction((tx) => tell(tx, watched, 2, 'pledge.released'));
  while (!received.some(({ path }) => path === '/answers')) await sleep(5);
  t.equal(hanging, CONCURRENT_LANES_AN_ENDPOINT);
  answered.resolve();
  while ((await backlog(sql)).open > 0) await sleep(5);
  stopping.abort();
  await running;
});
