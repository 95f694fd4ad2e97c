/** An endpoint that fails: spared, warned of, disabled, recovered; nothing lost and nothing silent on the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import pino from 'pino';
import t from 'tap';
import { deliverDue } from '../../jobs/deliver.ts';
import { tend } from '../../jobs/tend.ts';
import { emitEvents } from '../../src/outbox/emit.ts';
import { BREAKER_FAILURES, leaseLanes } from '../../src/outbox/lanes.ts';
import { HISTORY_DAYS } from '../../src/outbox/retention.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { eventSchema } from '../../src/webhooks/events.ts';
import { MAX_RECOVERED_DELIVERIES } from '../../src/webhooks/recovery.ts';
import { LADDER_SECONDS } from '../../src/webhooks/retry.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { openReceiver } from '../receiver.ts';
import { buildService, type Party, type ProblemAnswer, STARTS_AT } from '../service.ts';

interface Received {
  path: string;
  id: string;
  text: string;
  body: { type: string; data: Record<string, unknown> & { pledge_id: string; pledge_seq: number } };
}

const received: Received[] = [];
/** Status by path, asked at each request; 204 when there is none. */
const answers = new Map<string, (event: Received) => number>();
const HOST = await openReceiver(t, ({ path, headers, body: text }, answer) => {
  const event = { path, id: String(headers['webhook-id']), text, body: JSON.parse(text) };
  received.push(event);
  answer.writeHead(answers.get(path)?.(event) ?? 204).end();
});
const allowed = { allowed_hosts: [HOST] };
const { database, vault, call, takePatent, bank_a, bank_b, firm_a, staff } = await buildService(t, {
  guard: createAddressGuard(allowed),
});
const { sql } = database;
const sender = createSender(allowed);
t.teardown(() => sender.close());

const ENDPOINTS = '/v1/webhooks/endpoints';

interface Endpoint {
  id: string;
  state: string;
  disabled_reason: string | null;
  on_dead_letter: string;
}

interface DeadLetter {
  delivery_id: string;
  event_id: string;
  pledge_id: string;
  reason: string;
  lane_paused: boolean;
}

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

const pledges: string[] = [];
for (let n = 0; n < BREAKER_FAILURES + 3; n++) {
  const given = {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: [{ patent_id: takePatent(), annual_revenue_minor: 300_000_000 }],
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  };
  const { status, body } = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', given);
  if (status !== 201) throw new Error(`no pledge: ${JSON.stringify(body)}`);
  pledges.push(body.id);
}
const FIRST = pledges[0]!;

/** Endpoints of earlier tests are gone, and what arrived there. */
async function afresh(): Promise<void> {
  for (const { key } of [bank_a, firm_a, staff]) {
    const { body } = await call<Page<Endpoint>>(key, 'GET', ENDPOINTS);
    for (const { id } of body.data) await call(key, 'DELETE', `${ENDPOINTS}/${id}`);
  }
  received.length = 0;
  answers.clear();
}

async function subscribe(path: string, given: object = {}, party: Party = bank_a): Promise<string> {
  const body = { url: `http://${HOST}${path}`, ...given };
  return (await call<Endpoint>(party.key, 'POST', ENDPOINTS, body)).body.id;
}

async function shown(id: string, party: Party = bank_a): Promise<Endpoint> {
  const { body } = await call<Page<Endpoint>>(party.key, 'GET', ENDPOINTS);
  return body.data.find((each) => each.id === id)!;
}

const change = (id: string, body: object) => call<Endpoint>(bank_a.key, 'PATCH', `${ENDPOINTS}/${id}`, body);

async function tell(pledge_id: string, type = 'pledge.requested', occurred_at = STARTS_AT): Promise<string> {
  const data = { as_of: '2009-06-10', from: null, to: 'requested', detail: {} };
  const event = { type, pledge_id, bank_id: bank_a.id, firm_id: firm_a.id, occurred_at, data };
  return (await database.transaction((tx) => emitEvents(tx, [event])))[0]!;
}

async function databaseTime(): Promise<string> {
  const [row] = await sql<{ now: Date }[]>`select now() as now`;
  return row!.now.toISOString();
}

const deliver = () => deliverDue({ database, vault, sender, log: pino({ level: 'silent' }) });
const at = (path: string) => received.filter((event) => event.path === path);
const seqsAt = (path: string, pledge_id: string) =>
  at(path).flatMap(({ body }) => (body.data.pledge_id === pledge_id ? [body.data.pledge_seq] : []));
const retriesDue = () =>
  sql`update lane set due_at = now() where open > 0 and due_at > now() and due_at < 'infinity'`;
const probesDue = () => sql`update endpoint_health set probe_at = now()`;
const health = async (id: string) => (await sql`select * from endpoint_health where endpoint_id = ${id}`)[0];

/** As if these hours had passed for what is counted of the endpoint. */
const passHours = (id: string, hours: number) =>
  sql`update endpoint_health set failing_since = failing_since - make_interval(hours => ${hours}),
    warned_at = warned_at - make_interval(hours => ${hours}) where endpoint_id = ${id}`;

/** One more failed attempt of what waits for the endpoint. */
async function failOnce(): Promise<void> {
  await retriesDue();
  await probesDue();
  await deliver();
}

/** Fails until the head of each lane is given up. */
async function failToDeath(): Promise<void> {
  for (let attempt = 0; attempt < LADDER_SECONDS.length; attempt++) await failOnce();
}

const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));
function fitsSchema({ body }: Received): boolean {
  return ajv.validate(eventSchema(body.type), body) || t.fail(ajv.errorsText());
}

t.test('the breaker opens after five failures in a row; then one probe a minute', async (t) => {
  await afresh();
  const id = await subscribe('/down', { event_types: ['pledge.requested'] });
  await subscribe('/up');
  answers.set('/down', () => 500);
  for (let n = 0; n < BREAKER_FAILURES - 1; n++) await tell(pledges[n]!);
  await deliver();
  t.equal(at('/down').length, BREAKER_FAILURES - 1);
  await tell(pledges[BREAKER_FAILURES - 1]!);
  await deliver();
  t.equal(at('/down').length, BREAKER_FAILURES, 'one failure below the limit, it is still posted to');
  for (const pledge of pledges) await tell(pledge);
  await deliver();
  t.equal(at('/down').length, BREAKER_FAILURES, 'open: nothing is sent, also of pledges that never failed');
  t.equal(at('/up').length, BREAKER_FAILURES + pledges.length, 'others do not wait');
  const [wait] = await sql<{ seconds: number }[]>`
    select extract(epoch from probe_at - now())::float8 as seconds from endpoint_health where endpoint_id = ${id}`;
  t.ok(wait!.seconds > 50 && wait!.seconds <= 60);

  await retriesDue();
  await probesDue();
  const leases = await Promise.all([
    leaseLanes(sql, vault, 50),
    leaseLanes(sql, vault, 50),
    leaseLanes(sql, vault, 50),
  ]);
  t.equal(leases.flat().length, 1, 'however many workers ask, one lane probes');
  await sql`update lane set token = null, lease_until = null`;
  await probesDue();
  await deliver();
  t.equal(at('/down').length, BREAKER_FAILURES + 1);
  await deliver();
  t.equal(at('/down').length, BREAKER_FAILURES + 1, 'a failed probe waits for the next');

  answers.clear();
  await retriesDue();
  await probesDue();
  await deliver();
  t.equal(await health(id), undefined, 'closed');
  const taken = new Set(at('/down').map((event) => event.id));
  t.equal(taken.size, BREAKER_FAILURES + pledges.length, 'every event was kept');
  const [left] = await sql`select count(*) from delivery where endpoint_id = ${id}`;
  t.equal(left!.count, 0);
});

t.test('a success between failures keeps the breaker closed', async (t) => {
  await afresh();
  const id = await subscribe('/flaky');
  answers.set('/flaky', ({ body }) => (body.data.pledge_id === FIRST ? 500 : 204));
  await tell(FIRST);
  for (let round = 0; round < 2; round++) {
    for (let n = 1; n < BREAKER_FAILURES; n++) {
      await retriesDue();
      await deliver();
    }
    t.match(await health(id), { failures: BREAKER_FAILURES - 1 });
    await tell(pledges[1]!);
    await deliver();
    t.equal(await health(id), undefined);
  }
});

t.test('120 hours of failures: three warnings, then disabled, each told once and elsewhere', async (t) => {
  await afresh();
  const id = await subscribe('/dying', { description: 'core banking', on_dead_letter: 'skip' });
  await subscribe('/other');
  await subscribe('/filtered', { event_types: ['endpoint.disabled'] });
  const disabled = await subscribe('/off');
  await change(disabled, { state: 'disabled' });
  const firm = await subscribe('/firm', {}, firm_a);
  answers.set('/dying', () => 503);
  const failing = () => at('/other').filter(({ body }) => body.type.startsWith('endpoint.'));
  const percents = () => failing().map(({ body }) => body.data.failing_percent);
  const passAndFail = async (hours: number) => {
    await passHours(id, hours);
    await tell(FIRST);
    await failOnce();
    await deliver();
  };
  await passAndFail(0);
  await passAndFail(59);
  t.same(percents(), []);
  await passAndFail(1);
  await passAndFail(1);
  t.same(percents(), [50], 'once');
  await passAndFail(23);
  t.same(percents(), [50, 70]);
  await passAndFail(200);
  t.same(percents(), [50, 70, 90], 'no step is left out, however long nothing was tried');
  t.equal((await shown(id)).state, 'enabled');
  await passAndFail(11);
  t.same(percents(), [50, 70, 90], 'nor hurried');
  await passAndFail(1);
  t.match(failing().at(-1)!.body, { type: 'endpoint.disabled', data: { endpoint_id: id } });
  t.equal(failing().length, 4);
  t.match(await shown(id), { state: 'disabled', disabled_reason: /120 hours/ });
  t.ok(failing().every(fitsSchema));
  t.match(failing()[0]!.body.data, { description: 'core banking', reason: /503/, cause: 'failures' });

  t.same(
    at('/filtered').map(({ body }) => body.type),
    ['endpoint.disabled'],
    'only what it asked for',
  );
  const about = (path: string) => at(path).filter(({ body }) => body.data.endpoint_id === id);
  for (const path of ['/dying', '/off', '/firm']) t.same(about(path), [], path);
  t.ok(firm);
  const feed = async (party: Party, type: string) =>
    (await call<Page<{ id: string; body: unknown }>>(party.key, 'GET', `/v1/events?type=${type}`)).body.data;
  t.same(
    (await feed(bank_a, 'endpoint.failing')).map((event) => event.id),
    failing()
      .slice(0, 3)
      .map((event) => event.id),
    'the feed has them under the same ids',
  );
  t.equal((await feed(bank_a, 'endpoint.disabled')).length, 1);
  t.same(await feed(firm_a, 'endpoint.failing'), []);
  t.same(await feed(bank_b, 'endpoint.disabled'), []);

  const [waiting] = await sql`select count(*) from delivery where endpoint_id = ${id}`;
  t.ok(waiting!.count > 0, 'nothing was dropped');
  answers.clear();
  received.length = 0;
  t.match((await change(id, { state: 'enabled' })).body, { state: 'enabled', disabled_reason: null });
  t.equal(await health(id), undefined, 'the count begins anew');
  await retriesDue();
  await deliver();
  t.equal(at('/dying').length, waiting!.count);
});

t.test('a success forgets what was counted, and the warnings with it', async (t) => {
  await afresh();
  const id = await subscribe('/ill');
  await subscribe('/other');
  answers.set('/ill', () => 500);
  await tell(FIRST);
  await failOnce();
  await passHours(id, 119);
  await failOnce();
  answers.clear();
  await failOnce();
  t.equal(await health(id), undefined);
  answers.set('/ill', () => 500);
  await tell(FIRST);
  await failOnce();
  await call(bank_a.key, 'POST', `${ENDPOINTS}/${id}/test`);
  await deliver();
  t.equal(at('/ill').at(-1)!.body.type, 'endpoint.test');
  t.match(await health(id), { failures: 1, warnings: 0 }, 'a test that fails does not count');
});

t.test('410 disables at once and is told; a passing test enables again', async (t) => {
  await afresh();
  const id = await subscribe('/gone');
  const since = await databaseTime();
  await subscribe('/other');
  answers.set('/gone', () => 410);
  await tell(FIRST);
  await deliver();
  t.match(await shown(id), { state: 'disabled', disabled_reason: /410/, failures: 1, failing_since: String });
  const [told] = at('/other').filter(({ body }) => body.type === 'endpoint.disabled');
  t.match(told!.body.data, { endpoint_id: id, reason: /410/, failures: 1 });
  t.ok(fitsSchema(told!));

  answers.set('/gone', () => 500);
  const test = () => call<{ delivery_id: string }>(bank_a.key, 'POST', `${ENDPOINTS}/${id}/test`);
  const { delivery_id } = (await test()).body;
  await retriesDue();
  await deliver();
  t.equal(at('/gone').length, 2, 'the test is sent, and nothing else');
  t.equal((await shown(id)).state, 'disabled');
  await retriesDue();
  await deliver();
  t.equal(at('/gone').length, 2, 'a test has one attempt');
  const [ended] = await sql`select outcome, reason from delivery_history where id = ${delivery_id}`;
  t.match(ended, { outcome: 'dead', reason: /one attempt.*500/ });
  t.match(await health(id), { failures: 1 }, 'and is no measure of the endpoint');

  answers.clear();
  await test();
  await deliver();
  t.match(await shown(id), { state: 'enabled', disabled_reason: null, failures: 0, failing_since: null });
  t.equal(await health(id), undefined);
  const audited = await sql`select actor, action from audit_entry where subject = ${id} order by seq`;
  t.match(audited.slice(-2), [
    { actor: 'deliver', action: 'endpoint.disabled' },
    { actor: 'deliver', action: 'endpoint.enabled' },
  ]);
  await retriesDue();
  await deliver();
  t.equal(at('/gone').at(-1)!.body.type, 'pledge.requested', 'what waited arrives');
  const missing = await call(bank_a.key, 'POST', `${ENDPOINTS}/${id}/replay-missing`, { since });
  t.same(missing.body, { sent: 0, more: false }, 'what was told of it is not missing there');
});

t.test('what the owner disabled no test enables, and no late failure counts against it', async (t) => {
  await afresh();
  const id = await subscribe('/mine');
  answers.set('/mine', () => 410);
  await tell(FIRST);
  await change(id, { state: 'disabled' });
  await call(bank_a.key, 'POST', `${ENDPOINTS}/${id}/test`);
  await deliver();
  t.equal(at('/mine').length, 1);
  t.equal(await health(id), undefined);
  answers.clear();
  await call(bank_a.key, 'POST', `${ENDPOINTS}/${id}/test`);
  await deliver();
  t.equal(at('/mine').length, 2);
  t.match(await shown(id), { state: 'disabled', disabled_reason: 'disabled by its owner' });
});

t.test('behind a dead letter the lane of a bank pauses, its owner is told, and others go on', async (t) => {
  await afresh();
  const id = await subscribe('/paused');
  await subscribe('/other', { event_types: ['endpoint.failing'] });
  const firm = await subscribe('/firm', {}, firm_a);
  t.equal((await shown(id)).on_dead_letter, 'pause');
  t.equal((await shown(firm, firm_a)).on_dead_letter, 'skip');
  const poison = await tell(FIRST);
  const behind = await tell(FIRST);
  const elsewhere = await tell(pledges[1]!);
  answers.set('/paused', (event) => (event.id === poison ? 400 : 204));
  await failToDeath();
  await deliver();
  t.same(
    at('/paused').flatMap((event) => (event.id === poison ? [] : [event.id])),
    [elsewhere],
  );
  const [told] = at('/other');
  t.match(told!.body.data, { cause: 'lane_paused', paused_pledge_id: FIRST, reason: /400/ });
  t.ok(fitsSchema(told!));
  const letters = async () =>
    (await call<Page<DeadLetter>>(bank_a.key, 'GET', `${ENDPOINTS}/${id}/dead-letters`)).body.data;
  t.match(await letters(), [
    { event_id: poison, pledge_id: FIRST, reason: /10 attempts.*400/, lane_paused: true },
  ]);

  await tell(FIRST);
  await retriesDue();
  await deliver();
  t.notOk(
    at('/paused').some((event) => event.id === behind),
    'it waits, whatever is added',
  );
  const [letter] = await letters();
  answers.clear();
  await call(bank_a.key, 'POST', `/v1/webhooks/deliveries/${letter!.delivery_id}/replay`);
  await deliver();
  t.same(await letters(), [], 'arrived after all');
  const seqs = seqsAt('/paused', FIRST).slice(-3);
  t.same(seqs, [seqs[0]!, seqs[0]! + 1, seqs[0]! + 2], 'then the lane goes on in order');
});

t.test(
  'a lane idle for a day is removed; its dead letter stays, and the next event makes it anew',
  async (t) => {
    await afresh();
    const id = await subscribe('/idle', { on_dead_letter: 'skip' });
    const given_up = await tell(FIRST);
    answers.set('/idle', () => 400);
    await failToDeath();
    const log = pino({ level: 'silent' });
    t.match(await tend({ database, log }), { lanes_removed: 0 }, 'idle for a moment only');
    await sql`update lane set due_at = due_at - interval '25 hours' where endpoint_id = ${id}`;
    t.match(await tend({ database, log }), { lanes_removed: 1 });
    const { body } = await call<Page<{ event_id: string; lane_paused: boolean }>>(
      bank_a.key,
      'GET',
      `${ENDPOINTS}/${id}/dead-letters`,
    );
    t.match(body.data, [{ event_id: given_up, lane_paused: false }]);
    answers.clear();
    const next = await tell(FIRST);
    await probesDue();
    await deliver();
    t.equal(at('/idle').at(-1)!.id, next);
  },
);

t.test('with `skip` the lane goes on; choosing it releases what was paused', async (t) => {
  await afresh();
  const id = await subscribe('/choice', { on_dead_letter: 'skip' });
  const first = await tell(FIRST);
  const second = await tell(FIRST);
  answers.set('/choice', (event) => (event.id === first ? 400 : 204));
  await failToDeath();
  await failOnce();
  t.equal(at('/choice').at(-1)!.id, second);
  await change(id, { on_dead_letter: 'pause' });
  answers.set('/choice', () => 400);
  await tell(FIRST);
  await failToDeath();
  const last = await tell(FIRST);
  answers.clear();
  await deliver();
  t.not(at('/choice').at(-1)!.id, last);
  t.equal((await change(id, { on_dead_letter: 'skip' })).body.on_dead_letter, 'skip');
  await probesDue();
  await deliver();
  t.equal(at('/choice').at(-1)!.id, last);
  for (const body of [{}, { on_dead_letter: 'drop' }, { state: 'enabled', url: 'x' }])
    t.equal((await change(id, body)).status, 400, JSON.stringify(body));
});

t.test('recovery sends again what died or fails, in order, the same bytes, once', async (t) => {
  await afresh();
  const id = await subscribe('/back');
  const since = await databaseTime();
  answers.set('/back', () => 500);
  const told = new Map<string, string[]>();
  for (const pledge of pledges.slice(0, 2)) told.set(pledge, [await tell(pledge), await tell(pledge)]);
  await failToDeath();
  for (let round = 0; round < LADDER_SECONDS.length; round++) await failOnce();
  const failing = await tell(pledges[2]!);
  await failOnce();
  const firstCopies = new Map(at('/back').map((event) => [event.id, event.text]));
  received.length = 0;
  answers.clear();
  await deliver();
  t.same(received, [], 'two lanes are paused, one waits for its retry');

  const recover = (body: object, key = bank_a.key, headers = {}) =>
    call<{ resent: number; hastened: number; more: boolean } & ProblemAnswer>(
      key,
      'POST',
      `${ENDPOINTS}/${id}/recover`,
      body,
      headers,
    );
  t.match((await recover({ since, until: since })).body.errors, [{ pointer: '/body/until' }]);
  t.equal((await recover({ since, event_types: ['nonsense'] })).status, 400);
  t.equal((await recover({})).status, 400);
  t.equal((await recover({ since }, bank_b.key)).status, 404);
  const nothing = { resent: 0, hastened: 0, more: false };
  t.same((await recover({ since, event_types: ['pledge.released'] })).body, nothing);
  t.same((await recover({ since: '2000-01-01T00:00:00Z', until: since })).body, nothing, 'before that time');

  const key = { 'idempotency-key': 'recover-once' };
  const [one, two] = await Promise.all([
    recover({ since }, bank_a.key, key),
    recover({ since }, bank_a.key, key),
  ]);
  t.same(one.body, { resent: 2, hastened: 1, more: false });
  t.same(two.body, one.body, 'the same request has the same answer');
  t.same((await recover({ since })).body.resent, 0, 'a second call finds nothing dead');
  await deliver();
  await deliver();
  for (const [pledge, ids] of told)
    t.same(
      at('/back').flatMap((event) => (event.body.data.pledge_id === pledge ? [event.id] : [])),
      ids,
      'first the letter, then what had waited behind it',
    );
  t.equal(at('/back').filter((event) => event.id === failing).length, 1);
  for (const { id: event_id, text } of at('/back'))
    t.equal(firstCopies.get(event_id) ?? text, text, 'the bytes are the same');
  t.equal(new Set(at('/back').map((event) => event.id)).size, at('/back').length, 'each once');
});

t.test('what was never sent is replayed: by filter, in order, within the recorded time', async (t) => {
  await afresh();
  const id = await subscribe('/missing', { event_types: ['pledge.requested'] });
  const since = '2009-06-10T03:00:00Z';
  const later = new Date('2009-06-10T04:00:00Z');
  const seen = await tell(FIRST, 'pledge.requested', later);
  await deliver();
  await change(id, { state: 'disabled' });
  const missed = [
    await tell(FIRST, 'pledge.requested', later),
    await tell(FIRST, 'pledge.requested', later),
    await tell(pledges[1]!, 'pledge.requested', later),
  ];
  await tell(FIRST, 'pledge.released', later);
  await tell(FIRST, 'pledge.requested', STARTS_AT);
  const replay = (body: object) =>
    call<{ sent: number; more: boolean } & ProblemAnswer>(
      bank_a.key,
      'POST',
      `${ENDPOINTS}/${id}/replay-missing`,
      body,
    );
  t.match((await replay({ since: '2007-06-10T00:00:00Z' })).body, {
    code: 'bad_request',
    detail: new RegExp(`${HISTORY_DAYS} days`),
    errors: [{ pointer: '/body/since' }],
  });
  const parallel = await Promise.all([replay({ since }), replay({ since }), replay({ since })]);
  t.same(
    parallel.map(({ body }) => body.sent).sort(),
    [0, 0, missed.length],
    'however parallel, each is queued once',
  );
  await deliver();
  t.equal(at('/missing').length, 1, 'it waits while the endpoint is disabled');
  await change(id, { state: 'enabled' });
  await deliver();
  t.same(new Set(at('/missing').map((event) => event.id)), new Set([seen, ...missed]));
  t.equal(at('/missing').length, 1 + missed.length);
  const seqs = seqsAt('/missing', FIRST);
  t.same(
    seqs,
    [...seqs].sort((a, b) => a - b),
  );
});

t.test('one call queues so many and says whether more are left', async (t) => {
  await afresh();
  const id = await subscribe('/many', { on_dead_letter: 'skip', event_types: ['pledge.requested'] });
  await change(id, { state: 'disabled' });
  const occurred_at = new Date('2009-06-10T05:00:00Z');
  const event = {
    type: 'pledge.requested',
    pledge_id: FIRST,
    bank_id: bank_a.id,
    firm_id: null,
    occurred_at,
    data: { as_of: '2009-06-10', from: null, to: 'requested', detail: {} },
  };
  const count = MAX_RECOVERED_DELIVERIES + 7;
  await database.transaction((tx) => emitEvents(tx, Array(count).fill(event)));
  const queue = async (path: string, since: string) =>
    (await call<{ more: boolean }>(bank_a.key, 'POST', `${ENDPOINTS}/${id}/${path}`, { since })).body;
  const since = occurred_at.toISOString();
  t.same(await queue('replay-missing', since), { sent: MAX_RECOVERED_DELIVERIES, more: true });
  const [span] = await sql`select min(seq) as first, max(seq) as last,
    (select min(pledge_seq) from event where pledge_id = ${FIRST} and occurred_at = ${occurred_at}) as oldest
    from delivery where endpoint_id = ${id}`;
  t.same(
    [span!.first, span!.last],
    [span!.oldest, span!.oldest + MAX_RECOVERED_DELIVERIES - 1],
    'oldest first',
  );
  t.same(await queue('replay-missing', since), { sent: 7, more: false });
  await sql`update lane set open = 0 where endpoint_id = ${id}`;
  await sql`with gone as (delete from delivery where endpoint_id = ${id} returning *)
    insert into delivery_history (id, endpoint_id, lane_key, seq, event_id, attempts, created_at, finished_at, outcome,
      reason) select id, endpoint_id, lane_key, seq, event_id, 10, created_at, now(), 'dead', 'test' from gone`;
  t.same(await queue('recover', since), { resent: MAX_RECOVERED_DELIVERIES, hastened: 0, more: true });
  t.same(await queue('recover', since), { resent: 7, hastened: 0, more: false });
  await change(id, { state: 'enabled' });
  await deliver();
  const seqs = seqsAt('/many', FIRST);
  t.equal(seqs.length, count);
  t.ok(seqs.every((seq, index) => index === 0 || seq === seqs[index - 1]! + 1));
});

t.test('dead letters are listed newest first, page by page, to their owner alone', async (t) => {
  await afresh();
  const id = await subscribe('/pages', { on_dead_letter: 'skip' });
  answers.set('/pages', () => 400);
  const ids: string[] = [];
  for (const pledge of pledges.slice(0, 5)) ids.push(await tell(pledge));
  for (let round = 0; round < ids.length; round++) await failToDeath();
  const url = `${ENDPOINTS}/${id}/dead-letters`;
  const walked: string[] = [];
  let cursor = '';
  do {
    const { body } = await call<Page<DeadLetter>>(bank_a.key, 'GET', `${url}?limit=2${cursor}`);
    walked.push(...body.data.map((letter) => letter.event_id));
    cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
  } while (cursor);
  t.same(walked, ids.reverse());
  t.equal((await call(bank_b.key, 'GET', url)).status, 404);
});

t.test('tend finds a lane that does not know what is open, mends it and says so', async (t) => {
  await afresh();
  const id = await subscribe('/stuck');
  await change(id, { state: 'disabled' });
  await change(id, { state: 'enabled' });
  for (const pledge of pledges) await tell(pledge);
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  t.match(await tend({ database, log }), { lanes_mended: 0 });
  t.same(lines, []);
  const keys = pledges.slice(0, 3);
  await sql`update lane set open = 0 where endpoint_id = ${id} and lane_key = ${keys[0]!}`;
  await sql`update lane set open = 5 where endpoint_id = ${id} and lane_key = ${keys[1]!}`;
  await sql`alter table delivery drop constraint delivery_endpoint_id_lane_key_fkey`;
  await sql`delete from lane where endpoint_id = ${id} and lane_key = ${keys[2]!}`;
  t.match(await tend({ database, log }), { lanes_mended: 3 });
  await sql`alter table delivery add constraint delivery_endpoint_id_lane_key_fkey
    foreign key (endpoint_id, lane_key) references lane`;
  const said = new Map(lines.map((line) => [line.lane_key, line]));
  for (const [index, wrong] of [0, 5, null].entries())
    t.match(said.get(keys[index]!), { level: 50, endpoint_id: id, said: wrong, open: 1 });
  await sql`update lane set open = 5 where endpoint_id = ${id} and lane_key = ${keys[0]!}`;
  const event = { type: 'pledge.requested', pledge_id: keys[0]!, bank_id: bank_a.id, firm_id: null };
  let mending: Promise<unknown> = Promise.resolve();
  await database.transaction(async (tx) => {
    await emitEvents(tx, [{ ...event, occurred_at: STARTS_AT, data: {} }]);
    mending = tend({ database, log });
    await sleep(200);
  });
  t.match(await mending, { lanes_mended: 1 });
  const [mended] = await sql`select open from lane where endpoint_id = ${id} and lane_key = ${keys[0]!}`;
  t.equal(mended!.open, 2, 'an event that is being added counts');
  await deliver();
  t.equal(at('/stuck').length, pledges.length + 1);
  t.match(await tend({ database, log }), { lanes_mended: 0 });
});

t.test('under concurrent work the check of the lanes finds nothing', async (t) => {
  await afresh();
  const id = await subscribe('/busy');
  const log = pino({ level: 'silent' });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 5, maxLength: 15 }), async (order) => {
      answers.set('/busy', ({ body }) => (order.includes(body.data.pledge_seq) ? 500 : 204));
      const telling = order.map((n) => tell(pledges[n % pledges.length]!));
      const checks = [1, 2, 3, 4].map(() => tend({ database, log }));
      await Promise.all([...telling, deliver(), deliver()]);
      await retriesDue();
      await probesDue();
      return (await Promise.all(checks)).every((result) => result.lanes_mended === 0);
    }),
    { numRuns: 15 },
  );
  answers.clear();
  await probesDue();
  await deliver();
  await deliver();
  const [left] = await sql`select count(*) from delivery where endpoint_id = ${id}`;
  t.equal(left!.count, 0);
});

t.test('what arrived long ago is forgotten with its attempts; dead letters stay', async (t) => {
  await afresh();
  const id = await subscribe('/old', { on_dead_letter: 'skip' });
  const [old, recent, dead] = [await tell(FIRST), await tell(pledges[1]!), await tell(pledges[2]!)];
  answers.set('/old', (event) => (event.id === dead ? 400 : 204));
  await failToDeath();
  const age = (event_id: string, days: number) =>
    sql`update delivery_history set finished_at = now() - make_interval(days => ${days})
      where endpoint_id = ${id} and event_id = ${event_id}`;
  await age(old, HISTORY_DAYS + 1);
  await age(recent, HISTORY_DAYS - 1);
  await age(dead, HISTORY_DAYS + 1);
  t.match(await tend({ database, log: pino({ level: 'silent' }) }), { deliveries_forgotten: 1 });
  const left = await sql<{ event_id: string; attempts: number }[]>`
    select event_id, (select count(*)::integer from delivery_attempt where delivery_id = id) as attempts
    from delivery_history where endpoint_id = ${id} order by event_id`;
  t.same(
    left.map(({ event_id, attempts }) => [event_id, attempts]),
    [
      [recent, 1],
      [dead, LADDER_SECONDS.length],
    ],
  );
  const [orphans] = await sql`select count(*) from delivery_attempt where not exists (
    select from delivery_history where id = delivery_id union all select from delivery where id = delivery_id)`;
  t.equal(orphans!.count, 0);
});
