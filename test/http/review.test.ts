/** Staff review: a queue, claims, proposals on frozen evidence, and four eyes. */
import t, { type Test } from 'tap';
import { CLAIM_HOURS, type Review } from '../../models/review.ts';
import { issueKey } from '../../src/accounts/store.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { actFor } from '../../src/db/tenancy.ts';
import { newId } from '../../src/ids.ts';
import { MAX_FILTERS_A_PERSON } from '../../src/review/filters.ts';
import { flagsOf, insertFlags } from '../../src/risk/store.ts';
import { addPerson, type BrowserSession, openSession } from '../people.ts';
import { type Answer, buildService, type ProblemAnswer } from '../service.ts';

const service = await buildService(t);
const { database, clock, call, bank_a, firm_a, staff } = service;
const { sql } = database;

interface Case {
  review: Review;
  steps: { version: number; actor: string; action: string; detail: Record<string, unknown> }[];
  frozen_evidence: { flag: { id: string }; patents: unknown[] } | null;
  evidence: { pledge: { state: string } };
  evidence_moved: boolean | null;
}
interface Queue {
  data: { flag_id: string; severity: string; state: string; escalated: boolean; claimed_by: string | null }[];
  next_cursor: string | null;
}
type Made = Answer<Review & ProblemAnswer>;

const other = await database.transaction((tx) => issueKey(tx, staff.id, 'second', clock.now()));
const [own] = await sql<
  { id: string }[]
>`select id from api_key where organisation_id = ${staff.id} and id <> ${other.id}`;
const maker = { id: own!.id, key: staff.key };
const checker = other;

/** An open flag on a new pledge. */
async function openFlag(severity: 'critical' | 'warning' | 'info' = 'critical') {
  const patent_id = service.takePatent();
  const pledge = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: [{ patent_id }],
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  });
  const id = newId('flg');
  const none = { cleared_as_of: null, cleared_at: null };
  const undecided = { decision: null, decision_note: null, decided_by: null, decided_at: null };
  await database.transaction((tx) =>
    insertFlags(tx, [
      {
        id,
        pledge_id: pledge.body.id,
        patent_id,
        occasion: '',
        rule: 'right_ended',
        rule_version: 1,
        severity,
        state: 'open',
        opened_as_of: '2009-06-10',
        opened_at: clock.now(),
        evidence: { legal_state: 'lapsed' },
        case_key: 'right_ended',
        inhibited_by: null,
        told_at: clock.now(),
        ...none,
        ...undecided,
      },
    ]),
  );
  return { id, pledge_id: pledge.body.id };
}

const step = (who: { key: string }, flag_id: string, name: string, body: object): Promise<Made> =>
  call<Review & ProblemAnswer>(who.key, 'POST', `/v1/reviews/${flag_id}/${name}`, body);
const read = async (flag_id: string) => (await call<Case>(staff.key, 'GET', `/v1/reviews/${flag_id}`)).body;
const queue = async (query = '') => (await call<Queue>(staff.key, 'GET', `/v1/reviews?${query}`)).body;
const flagOf = async ({ id, pledge_id }: { id: string; pledge_id: string }, at = clock.now()) =>
  (await flagsOf(sql, pledge_id, at)).find((flag) => flag.id === id)!;

/** What stands in the row of a flag, from which the rules go on. */
const keptOf = async (id: string) => {
  const [row] = await sql`select state, decision, decision_note, decided_by from flag where id = ${id}`;
  return row;
};

async function submitted() {
  const flag = await openFlag();
  await step(maker, flag.id, 'claims', { version: 0 });
  const made = await step(maker, flag.id, 'submissions', {
    version: 1,
    decision: 'dismissed',
    note: 'paid late',
  });
  return { ...flag, made };
}

/** As `step`, by a person in a session. */
const stepBy = (who: BrowserSession, flag_id: string, name: string, body: object): Promise<Made> =>
  call<Review & ProblemAnswer>(null, 'POST', `/v1/reviews/${flag_id}/${name}`, body, who.headers);

/** Nothing but the record of the refusal is new. */
async function isRefused(
  t: Test,
  flag_id: string,
  ask: () => Promise<Made>,
  code: string,
  reason: RegExp,
): Promise<void> {
  const before = await read(flag_id);
  const entries = await refusals();
  const { body } = await ask();
  t.equal(body.code, code, body.detail);
  t.match(body.detail, reason);
  t.same(await read(flag_id), before);
  t.equal(await refusals(), entries + 1, 'the attempt is audited');
}

async function refusals(): Promise<number> {
  const refused = await sql`select from audit_entry
    where organisation_id = ${staff.id} and action like 'review.%.refused'`;
  return refused.count;
}

t.test('of persons four eyes are those of two, whichever keys they hold', async (t) => {
  const signedIn = async (role: string) => {
    const { id } = await addPerson(service, staff.id, role);
    return { person_id: id, ...(await openSession(service, id)) };
  };
  const [admin, senior, junior] = [
    await signedIn('admin'),
    await signedIn('senior_reviewer'),
    await signedIn('reviewer'),
  ];
  const issued = await call<{ key: string; id: string }>(
    null,
    'POST',
    `/v1/organisations/${staff.id}/keys`,
    { label: 'own' },
    admin.headers,
  );
  const { id } = await openFlag();
  await stepBy(admin, id, 'claims', { version: 0 });
  const proposed = { version: 1, decision: 'dismissed', note: 'paid late' };
  const made = await stepBy(admin, id, 'submissions', proposed);
  t.hasStrict(made.body, { version: 2, submitted_by: admin.person_id });
  const approval = { version: 2, note: 'seen' };
  await isRefused(t, id, () => stepBy(admin, id, 'approvals', approval), 'refused', /four eyes/);
  await isRefused(t, id, () => step(issued.body, id, 'approvals', approval), 'refused', /four eyes/);
  t.equal((await stepBy(junior, id, 'approvals', approval)).status, 403, 'and of one whose role decides');
  const done = await stepBy(senior, id, 'approvals', approval);
  t.hasStrict(done.body, { state: 'decided', submitted_by: admin.person_id, checked_by: senior.person_id });

  const other_flag = await openFlag();
  await step(maker, other_flag.id, 'claims', { version: 0 });
  const handed = { version: 1, to: issued.body.id, note: 'yours' };
  const delegated = await step(maker, other_flag.id, 'delegations', handed);
  t.equal(delegated.body.claimed_by, admin.person_id, 'a key is its person');
  const closed = await addPerson(service, staff.id, 'admin');
  await sql`update person set closed_at = now() where id = ${closed.id}`;
  const gone = await stepBy(admin, other_flag.id, 'delegations', { version: 2, to: closed.id, note: 'x' });
  t.match(gone.body.detail, /no person or key of staff in force/);
});

t.test('a decision takes a maker, frozen evidence and a checker, and bank and firm hear of it', async (t) => {
  const { id, pledge_id, made } = await submitted();
  t.hasStrict(made.body, { version: 2, state: 'submitted', submitted_by: maker.id, decision: 'dismissed' });
  const before = await read(id);
  t.equal(before.evidence_moved, false);
  t.equal(before.frozen_evidence!.flag.id, id);
  t.equal(before.frozen_evidence!.patents.length, 1);
  t.equal((await flagOf({ id, pledge_id })).state, 'open', 'a proposal decides nothing');
  const done = await step(checker, id, 'approvals', { version: 2, note: 'seen the receipt' });
  t.hasStrict(done.body, { version: 3, state: 'decided', checked_by: checker.id, submitted_by: maker.id });
  t.equal((await flagOf({ id, pledge_id })).state, 'decided');
  t.same(await keptOf(id), {
    ...{ state: 'decided', decision: 'dismissed' },
    ...{ decision_note: 'paid late', decided_by: maker.id },
  });
  for (const { key } of [bank_a, firm_a]) {
    const told = await call<{ data: { body: { data: object } }[] }>(
      key,
      'GET',
      '/v1/events?type=review.decided',
    );
    t.hasStrict(told.body.data.at(-1)!.body.data, { flag_id: id, decision: 'dismissed', note: 'paid late' });
  }
  const { steps } = await read(id);
  t.same(
    steps.map(({ version, actor, action }) => [version, actor, action]),
    [
      [1, maker.id, 'claimed'],
      [2, maker.id, 'submitted'],
      [3, checker.id, 'approved'],
    ],
  );
  t.equal(steps[1]!.detail.evidence_sha256, steps[2]!.detail.evidence_sha256);
});

t.test('who proposed a decision cannot check it, in the service or in the database', async (t) => {
  const { id } = await submitted();
  const alone = () => step(maker, id, 'approvals', { version: 2, note: 'fine' });
  await isRefused(t, id, alone, 'refused', /four eyes/);
  await t.rejects(
    sql`update review set state = 'decided', checked_by = submitted_by, checked_at = now() where flag_id = ${id}`,
    /four_eyes/,
  );
  await t.rejects(sql`update flag set state = 'decided' where id = ${id}`, /without four eyes/);
  const fresh = await openFlag();
  await t.rejects(sql`update flag set state = 'decided' where id = ${fresh.id}`, /without four eyes/);
  await t.rejects(sql`delete from review_step where flag_id = ${id}`, /append-only/);
});

t.test('of fifty claims or decisions at once one is taken', async (t) => {
  const { id } = await openFlag();
  const claims = await Promise.all(
    Array.from({ length: 50 }, (_, each) => step(each % 2 ? maker : checker, id, 'claims', { version: 0 })),
  );
  t.equal(claims.filter(({ status }) => status === 201).length, 1);
  t.ok(claims.every(({ status }) => [201, 409, 412].includes(status)));

  const { id: ready, pledge_id } = await submitted();
  const decisions = await Promise.all(
    Array.from({ length: 50 }, (_, each) =>
      step(checker, ready, each % 5 ? 'approvals' : 'returns', { version: 2, note: `${each}` }),
    ),
  );
  t.equal(decisions.filter(({ status }) => status === 201).length, 1);
  const { steps, review } = await read(ready);
  t.equal(steps.length, 3);
  const told = await sql`select from event where pledge_id = ${pledge_id} and type = 'review.decided'`;
  t.equal(told.count, review.state === 'decided' ? 1 : 0);
});

t.test('a decision on evidence that has moved is refused, and goes back to who proposed it', async (t) => {
  const { id, pledge_id } = await submitted();
  await call(bank_a.key, 'POST', `/v1/pledges/${pledge_id}/moves`, { to: 'appraised' });
  const seen = await read(id);
  t.equal(seen.evidence_moved, true);
  t.equal(seen.evidence.pledge.state, 'appraised');
  const refused = await step(checker, id, 'approvals', { version: 2, note: 'fine' });
  t.equal(refused.status, 409);
  t.equal(refused.body.code, 'evidence_moved');
  const { review, steps, frozen_evidence } = await read(id);
  t.hasStrict(review, { version: 3, state: 'claimed', claimed_by: maker.id, submitted_by: null });
  t.equal(frozen_evidence, null);
  const { action, detail } = steps.at(-1)!;
  t.same([action, detail], ['requeued', { why: 'evidence_moved' }]);
  const [audited] = await sql<{ detail: string }[]>`select detail from audit_entry
    where organisation_id = ${staff.id} and subject = ${id} and action = 'review.requeued'`;
  t.same(JSON.parse(audited!.detail), { rule: 'right_ended', version: 3 });
  t.equal((await flagOf({ id, pledge_id })).state, 'open');
  await step(maker, id, 'submissions', { version: 3, decision: 'dismissed', note: 'appraised too' });
  t.equal((await step(checker, id, 'approvals', { version: 4, note: 'yes' })).status, 201);
});

t.test('time alone moves no evidence', async (t) => {
  const { id } = await submitted();
  clock.set(new Date(clock.now().getTime() + 86_400_000));
  t.equal((await read(id)).evidence_moved, false);
  t.equal((await step(checker, id, 'approvals', { version: 2, note: 'a day later' })).status, 201);
});

t.test('the queue is in order of escalation, gravity and age, and a late claim is free again', async (t) => {
  const [info, critical, warning] = [
    await openFlag('info'),
    await openFlag('critical'),
    await openFlag('warning'),
  ];
  const place = (all: Queue, { id }: { id: string }) => all.data.findIndex(({ flag_id }) => flag_id === id);
  const all = await queue('limit=200');
  t.ok(place(all, critical) < place(all, warning) && place(all, warning) < place(all, info));

  await step(maker, info.id, 'claims', { version: 0 });
  await step(maker, info.id, 'escalations', { version: 1, note: 'over my head' });
  const raised = await queue('limit=1');
  t.hasStrict(raised.data[0], { flag_id: info.id, escalated: true, state: 'queued' });
  const again = () => step(maker, info.id, 'claims', { version: 2 });
  await isRefused(t, info.id, again, 'refused', /somebody else/);

  await step(checker, info.id, 'claims', { version: 2 });
  const mine = await queue(`claimed_by=${checker.id}&state=claimed`);
  t.ok(place(mine, info) >= 0);
  const held = () => step(maker, warning.id, 'claims', { version: 1 });
  await step(checker, warning.id, 'claims', { version: 0 });
  await isRefused(t, warning.id, held, 'conflict', /holds the case until/);
  clock.set(new Date(clock.now().getTime() + CLAIM_HOURS * 3_600_000));
  t.equal((await queue(`pledge_id=${warning.pledge_id}`)).data[0]!.state, 'queued');
  const late = () =>
    step(checker, warning.id, 'submissions', { version: 1, decision: 'dismissed', note: 'late' });
  await isRefused(t, warning.id, late, 'conflict', /claim it first/);
  t.hasStrict((await held()).body, { claimed_by: maker.id });

  const pages: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { data, next_cursor }: Queue = await queue(`limit=2${cursor && `&cursor=${cursor}`}`);
    pages.push(...data.map(({ flag_id }) => flag_id));
    cursor = next_cursor;
  }
  t.same(
    pages,
    (await queue('limit=200')).data.map(({ flag_id }) => flag_id),
  );
  t.equal((await call(staff.key, 'GET', '/v1/reviews?cursor=7.x')).status, 400);
});

t.test('a person saves filters of the queue by name, and sees no others', async (t) => {
  const people = await Promise.all(
    ['reviewer', 'reviewer'].map(async (role) => {
      const { id } = await addPerson(service, staff.id, role);
      const { headers } = await openSession(service, id);
      const own = (method: 'GET' | 'PUT' | 'DELETE', name = '', body?: object) =>
        call<{ data: { name: string; severity: string | null; cases: number }[] } & ProblemAnswer>(
          null,
          method,
          `/v1/review-filters${name && `/${encodeURIComponent(name)}`}`,
          body,
          headers,
        );
      return { id, own };
    }),
  );
  const [one, other] = people;
  const any = { state: null, severity: null, mine: false };
  t.equal((await one!.own('PUT', 'Grave 要紧', { ...any, severity: 'critical' })).status, 204);
  await one!.own('PUT', 'mine', { ...any, mine: true });
  const flag = await openFlag('critical');
  const { body: all } = await call<Queue>(staff.key, 'GET', '/v1/reviews?limit=200');
  const grave = all.data.filter(({ severity }) => severity === 'critical').length;
  t.same((await one!.own('GET')).body.data, [
    { name: 'Grave 要紧', ...any, severity: 'critical', cases: grave },
    { name: 'mine', ...any, mine: true, cases: 0 },
  ]);
  const session = await openSession(service, one!.id);
  const claim = await call(null, 'POST', `/v1/reviews/${flag.id}/claims`, { version: 0 }, session.headers);
  t.equal(claim.status, 201);
  t.equal((await one!.own('GET')).body.data[1]!.cases, 1, 'what was taken on');
  await one!.own('PUT', 'Grave', { ...any, severity: 'critical', instead_of: 'Grave 要紧' });
  t.same(
    (await one!.own('GET')).body.data.map(({ name }) => name),
    ['Grave', 'mine'],
    'renamed',
  );
  await other!.own('DELETE', 'Grave');
  t.same((await other!.own('GET')).body.data, []);
  t.equal((await one!.own('GET')).body.data.length, 2, 'another person deletes nothing');
  const acting = { organisation_id: staff.id, kind: 'staff', person_id: other!.id } as const;
  const seen = await actFor(acting, () => service.requests.sql`select from review_filter`);
  t.equal(seen.count, 0, 'nor sees it, by the policies of the database');
  const saves = Array.from({ length: MAX_FILTERS_A_PERSON + 3 }, (_, index) =>
    other!.own('PUT', `filter ${index}`, any),
  );
  const statuses = (await Promise.all(saves)).map(({ status }) => status);
  t.equal(statuses.filter((status) => status === 204).length, MAX_FILTERS_A_PERSON, 'at once too');
  t.equal(statuses.filter((status) => status === 409).length, 3);
  t.equal((await other!.own('PUT', ' x', any)).status, 400);
  t.equal((await call(staff.key, 'GET', '/v1/review-filters')).status, 403, 'a key has none');
});

t.test('cases are noted, handed on, returned and reopened, each with its record', async (t) => {
  const flag = await openFlag();
  const { id } = flag;
  await step(checker, id, 'notes', { version: 0, note: 'the firm has been called' });
  await step(maker, id, 'claims', { version: 1 });
  const nobody = () => step(maker, id, 'delegations', { version: 2, to: 'key_of_nobody', note: 'x' });
  await isRefused(t, id, nobody, 'refused', /no person or key of staff/);
  t.hasStrict(
    (await step(maker, id, 'delegations', { version: 2, to: checker.id, note: 'you know it' })).body,
    {
      claimed_by: checker.id,
    },
  );
  await step(checker, id, 'submissions', { version: 3, decision: 'acknowledged', note: 'so' });
  t.hasStrict((await step(maker, id, 'returns', { version: 4, note: 'say why' })).body, {
    state: 'claimed',
    claimed_by: checker.id,
    decision: null,
  });
  await step(checker, id, 'submissions', { version: 5, decision: 'acknowledged', note: 'the fee is paid' });
  const early = () => step(maker, id, 'reopenings', { version: 6, note: 'x' });
  await isRefused(t, id, early, 'conflict', /only a decided case/);
  await step(maker, id, 'approvals', { version: 6, note: 'good' });
  const decided_at = clock.now();
  clock.set(new Date(decided_at.getTime() + 60_000));
  const stale = () => step(maker, id, 'reopenings', { version: 6, note: 'x' });
  await isRefused(t, id, stale, 'stale', /at version 7, not 6/);
  t.hasStrict((await step(maker, id, 'reopenings', { version: 7, note: 'the payment bounced' })).body, {
    state: 'queued',
    decision: null,
  });
  t.equal((await flagOf(flag)).state, 'open');
  t.same(await keptOf(id), { state: 'open', decision: null, decision_note: null, decided_by: null });
  t.equal((await flagOf(flag, decided_at)).state, 'decided', 'the past stays as it was');
  const told = await call<{ data: { body: { data: { flag_id: string } } }[] }>(
    bank_a.key,
    'GET',
    '/v1/events?type=review.reopened',
  );
  const told_of = told.body.data.map(({ body }) => body.data).filter((data) => data.flag_id === id);
  t.hasStrict(told_of, [{ flag_id: id, note: 'the payment bounced' }]);
  t.equal(told_of.length, 1);
  const sha256 = /^[0-9a-f]{64}$/;
  const expected = [
    ['noted', { note: 'the firm has been called' }],
    ['claimed', {}],
    ['delegated', { to: checker.id, note: 'you know it' }],
    ['submitted', { decision: 'acknowledged', note: 'so', evidence_sha256: sha256 }],
    ['returned', { note: 'say why' }],
    ['submitted', { decision: 'acknowledged', note: 'the fee is paid', evidence_sha256: sha256 }],
    ['approved', { note: 'good', evidence_sha256: sha256 }],
    ['reopened', { note: 'the payment bounced' }],
  ] as const;
  const steps = (await read(id)).steps.map(({ action, detail }) => [action, detail]);
  t.matchStrict(steps, expected);
  t.same(
    steps.map(([, detail]) => Object.keys(detail!).sort()),
    expected.map(([, detail]) => Object.keys(detail).sort()),
  );
  const audited = await sql<{ action: string; detail: string }[]>`select action, detail from audit_entry
    where organisation_id = ${staff.id} and subject = ${id} and action not like '%.refused' order by seq`;
  t.matchStrict(
    audited.map(({ action, detail }) => [action, JSON.parse(detail)]),
    expected.map(([action, detail], n) => [
      `review.${action}`,
      { rule: 'right_ended', version: n + 1, ...detail },
    ]),
  );
  const of_bank = await sql<{ action: string }[]>`select action from audit_entry
    where organisation_id = ${bank_a.id} and subject = ${id} and action like 'review.%' order by seq`;
  t.same(
    of_bank.map(({ action }) => action),
    ['review.approved', 'review.reopened'],
  );
});

t.test('a flag that its rule has cleared takes no step', async (t) => {
  const { id } = await openFlag();
  await sql`update flag set state = 'cleared', cleared_as_of = '2010-01-01', cleared_at = now() where id = ${id}`;
  const late = () => step(maker, id, 'notes', { version: 0, note: 'x' });
  await isRefused(t, id, late, 'conflict', /cleared/);
});

t.test('a step on a flag that is not there is answered so, and written down nowhere', async (t) => {
  const entries = await refusals();
  const { status, body } = await step(maker, newId('flg'), 'notes', { version: 0, note: 'x' });
  t.same([status, body.code], [404, 'not_found']);
  t.equal(await refusals(), entries);
});

t.test('the record of staff and of the bank is whole', async (t) => {
  for (const organisation of [staff.id, bank_a.id]) {
    const { entries, broken_at } = await database.transaction((tx) => verifyChain(tx, organisation));
    t.equal(broken_at, null);
    t.ok(entries > 0);
  }
});
