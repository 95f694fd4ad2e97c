/** Regional desks, plans, imports and bulletins: who sees what, what is counted, and what is refused, over HTTP. */

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import t from 'tap';
import { addDays } from '../../models/calendar.ts';
import { likeness, NearNames, runsOf } from '../../models/desk/near-names.ts';
import { STAGE_MOVES, STAGES } from '../../models/desk/pipeline.ts';
import { isRegistrationNumber, registrationCheck } from '../../models/desk/registration-number.ts';
import { disclosed } from '../../models/disclosure.ts';
import { canonicalJson, sha256 } from '../../src/canonical.ts';
import { csvOf } from '../../src/csv.ts';
import { actFor } from '../../src/db/tenancy.ts';
import { NewsReader } from '../../src/network/bulletins/content.ts';
import { issueBulletins } from '../../src/network/bulletins/issue.ts';
import { periodAfter, periodStart, periodsOver } from '../../src/network/bulletins/periods.ts';
import { countOutcomes } from '../../src/network/desks/outcomes.ts';
import { charged } from '../../src/network/plans/plans.ts';
import { wordsIn } from '../../src/pages/language/words.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { addPerson, openSession } from '../people.ts';
import { needOf, offerOf } from '../security/world.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

const service = await buildService(t);
const { database, requests, clock, call, staff, agency, expert, buyer, firm_a, bank_a } = service;
const { sql } = database;

interface Made {
  id: string;
}
interface Client extends Made {
  name: string;
  stage: string;
  version: number;
  contact: string | null;
}

async function made<Body = Made>(party: Party, url: string, body: unknown = {}, status = 201): Promise<Body> {
  const answer = await call<Body>(party.key, 'POST', url, body);
  if (answer.status !== status) throw new Error(`${url}: ${answer.status} ${answer.text}`);
  return answer.body;
}

async function refused(party: Party, method: 'POST' | 'PUT' | 'GET', url: string, body?: unknown) {
  const { status, body: problem } = await call<ProblemAnswer>(party.key, method, url, body);
  return `${status} ${problem.code}: ${problem.detail}`;
}

const seated = async (name: string, region: string, party: Party): Promise<string> => {
  const { id } = await made(staff, '/v1/desks', { name, region });
  await made(staff, `/v1/desks/${id}/staff`, { organisation_id: party.id });
  return id;
};
let clients = 0;
const newClient = (over: object = {}) => ({
  name: `Client ${++clients} of ${'abcdefghij'[clients % 10]!.repeat(3)}`,
  kind: 'firm',
  region: 'CN-GD',
  registration_number: null,
  account_id: null,
  contact: 'Li Wei, +86 20 5555 0100',
  ...over,
});

const south = await seated('South', 'CN-GD', agency);
const east = await seated('East', 'CN-JS', expert);

t.test('a desk is seen by who sits there, by the operator, and by nobody else', async (t) => {
  const { id } = await made<Client>(agency, `/v1/desks/${south}/clients`, newClient());
  const url = `/v1/desks/${south}/clients/${id}`;
  t.equal((await call<Client>(agency.key, 'GET', url)).body.contact, 'Li Wei, +86 20 5555 0100');
  t.equal((await call(staff.key, 'GET', url)).status, 200);
  for (const party of [expert, buyer, firm_a, bank_a])
    t.match(await refused(party, 'GET', url), /^404 not_found: The desk has no such client/);
  t.match(
    await refused(expert, 'GET', `/v1/desks/${east}/clients/${id}`),
    /^404 not_found: The desk has no such client/,
  );
  const { body } = await call<{ data: { id: string; own: boolean }[] }>(expert.key, 'GET', '/v1/desks');
  t.same(
    body.data.filter(({ own }) => own).map((desk) => desk.id),
    [east],
    'where desks are is known to all',
  );
  const seen = await actFor(
    { organisation_id: expert.id, kind: 'expert' },
    () => requests.sql`select from desk_client`,
  );
  t.equal(seen.count, 0, 'in the database too');
  const [stored] = await sql`select contact from desk_client where id = ${id}`;
  t.match(stored!.contact, /^pw1\./, 'whom to ask for is sealed');
});

t.test('one person of an organisation can be seated alone', async (t) => {
  const { id: desk_id } = await made(staff, '/v1/desks', { name: 'North', region: 'CN-BJ' });
  const [inside, outside] = [
    await addPerson(service, buyer.id, 'admin'),
    await addPerson(service, buyer.id, 'admin'),
  ];
  await made(staff, `/v1/desks/${desk_id}/staff`, { organisation_id: buyer.id, person_id: inside.id });
  const ask = async (person_id: string) => {
    const { headers } = await openSession(service, person_id);
    return (await service.app.inject({ url: `/v1/desks/${desk_id}/clients`, headers })).statusCode;
  };
  t.equal(await ask(inside.id), 200);
  t.equal(await ask(outside.id), 404);
  t.match(
    await refused(buyer, 'GET', `/v1/desks/${desk_id}/clients`),
    /^404/,
    'nor a key of the organisation',
  );
  t.match(
    await refused(staff, 'POST', `/v1/desks/${desk_id}/staff`, {
      organisation_id: agency.id,
      person_id: inside.id,
    }),
    /^422 refused: The field person_id must name a person of that organisation/,
  );
  const gone = await call(
    staff.key,
    'DELETE',
    `/v1/desks/${desk_id}/staff/${buyer.id}?person_id=${inside.id}`,
  );
  t.equal(gone.status, 204);
  t.equal(await ask(inside.id), 404);
});

t.test('a desk has a client once, and another desk may have it too', async (t) => {
  const code = '91440300708461136T';
  const first = newClient({ name: '深圳市创新科技有限公司', registration_number: code.toLowerCase() });
  await made(agency, `/v1/desks/${south}/clients`, first);
  const twin = (over: object) => refused(agency, 'POST', `/v1/desks/${south}/clients`, newClient(over));
  t.match(
    await twin({ registration_number: code }),
    /^409 conflict: The desk has a client with the registration number/,
  );
  t.match(
    await twin({ name: '深圳市创新科技股份有限公司' }),
    /^409 conflict: The desk has a client with the name in this region/,
  );
  t.match(
    await twin({ registration_number: '91440300708461136A' }),
    /^400 bad_request: \/body\/registration_number is no/,
  );
  t.match(await twin({ name: '---' }), /^400 bad_request: \/body\/name has no letter/);
  t.match(await twin({ region: 'CN-XX' }), /^400 bad_request: \/body\/region/);
  await made(expert, `/v1/desks/${east}/clients`, first);
  const at_once = await Promise.all(
    Array.from({ length: 8 }, () =>
      call(agency.key, 'POST', `/v1/desks/${south}/clients`, newClient({ name: 'At Once Ltd' })),
    ),
  );
  t.same(at_once.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
});

t.test('a client moves along the pipeline as the table says, whatever is tried', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...STAGES), { maxLength: 6 }), async (steps) => {
      const { id } = await made<Client>(agency, `/v1/desks/${south}/clients`, newClient());
      let stage: (typeof STAGES)[number] = 'lead';
      let version = 1;
      for (const to of steps) {
        const url = `/v1/desks/${south}/clients/${id}/moves`;
        const { status } = await call(agency.key, 'POST', url, { to });
        const may = STAGE_MOVES[stage].includes(to);
        if (status !== (may ? 201 : 409)) return false;
        if (may) [stage, version] = [to, version + 1];
      }
      const { body } = await call<Client>(agency.key, 'GET', `/v1/desks/${south}/clients/${id}`);
      return body.stage === stage && body.version === version;
    }),
    { numRuns: 12 },
  );
});

t.test('what a desk refuses is said in the reader’s language, with its values', async (t) => {
  const person = await addPerson(service, agency.id, 'admin');
  const { headers } = await openSession(service, person.id);
  const known = newClient({ region: 'CN-GD' });
  const { id } = await made(agency, `/v1/desks/${south}/clients`, known);
  for (const language of ['zh', 'ru'] as const) {
    const words = wordsIn(language);
    const refusalOf = async (address: string, fields: Record<string, string>) => {
      const { body, statusCode } = await service.app.inject({
        method: 'POST',
        url: `/desks/${south}${address}`,
        payload: new URLSearchParams({ csrf_token: headers['x-csrf-token']!, ...fields }).toString(),
        headers: {
          cookie: headers.cookie!,
          'content-type': 'application/x-www-form-urlencoded',
          'accept-language': language,
        },
      });
      const [, refusal] = /<div class="refusal" role="alert">(.*?)<\/div>/s.exec(body) ?? [];
      const [, field, fault] = /<p class="fault" id="(\w+)-fault">([^<]*)<\/p>/.exec(body) ?? [];
      return { statusCode, refusal, field, fault };
    };
    const told = (code: 'bad_request' | 'conflict', text: string) =>
      `<p>${words.say(`problem.${code}`)}</p><p>${text}</p>`;
    const moved = await refusalOf(`/clients/${id}/moves`, { to: 'served', note: '' });
    const next = STAGE_MOVES.lead.map((stage) => words.say(`pipeline.${stage}`));
    const out_of_order = words.say('said.client_out_of_order', {
      pipeline: words.say('pipeline.lead'),
      next_pipeline: next.join(words.say('term.between')),
      to_pipeline: words.say('pipeline.served'),
    });
    t.match(moved, { statusCode: 409, refusal: told('conflict', out_of_order) });

    const typed = { name: 'Nobody’s', kind: 'firm', region: 'Mars', registration_number: '', contact: '' };
    const nowhere = words.say('said.region_unknown', { given: 'Mars' });
    t.match(await refusalOf('/clients', typed), {
      statusCode: 400,
      refusal: told('bad_request', nowhere),
      field: 'region',
      fault: nowhere,
    });
    const numbered = await refusalOf('/clients', { ...typed, region: 'CN-GD', registration_number: '91' });
    const no_number = words.say('said.client_number_wrong');
    t.match(numbered, {
      statusCode: 400,
      refusal: told('bad_request', no_number),
      field: 'registration_number',
      fault: no_number,
    });
    const again = await refusalOf('/clients', { ...typed, name: known.name, region: known.region });
    const twin = words.say('said.client_name_again', { client_id: id });
    t.match(again, { statusCode: 409, refusal: told('conflict', twin) });
  }
});

t.test('a client that was changed meanwhile is not changed over', async (t) => {
  const given = newClient();
  const { id } = await made<Client>(agency, `/v1/desks/${south}/clients`, given);
  const url = `/v1/desks/${south}/clients/${id}`;
  const first = await call<Client>(agency.key, 'PUT', url, { ...given, contact: null, version: 1 });
  t.equal(first.body.version, 2, first.text);
  t.equal(first.body.contact, null);
  t.match(await refused(agency, 'PUT', url, { ...given, version: 1 }), /^412 stale/);
});

t.test('tasks fall due and are done once', async (t) => {
  const title = 'Call about the royalty';
  const task = await made(agency, `/v1/desks/${south}/tasks`, { title, due_on: '2009-06-09' });
  const list = async (state: string) =>
    (await call<{ data: Made[] }>(agency.key, 'GET', `/v1/desks/${south}/tasks?state=${state}`)).body.data;
  t.same(
    (await list('overdue')).map(({ id }) => id),
    [task.id],
  );
  await made(agency, `/v1/desks/${south}/tasks/${task.id}/done`);
  t.match(
    await refused(agency, 'POST', `/v1/desks/${south}/tasks/${task.id}/done`),
    /^409 conflict: The task was done/,
  );
  t.same(await list('overdue'), []);
});

t.test('a client is handed over: nothing is lost, and each desk sees the history that it may', async (t) => {
  const { id } = await made<Client>(agency, `/v1/desks/${south}/clients`, newClient());
  const at = (desk: string) => `/v1/desks/${desk}/clients/${id}`;
  await made(agency, `${at(south)}/notes`, { note: 'what South wrote' });
  await made(agency, `/v1/desks/${south}/tasks`, { title: 'left open', due_on: '2009-07-01', client_id: id });
  const asked = { to_desk_id: east, reason: 'moved to Nanjing' };
  const { id: handover } = await made(agency, `${at(south)}/handovers`, asked);
  t.match(
    await refused(agency, 'POST', `${at(south)}/handovers`, asked),
    /^409 conflict: A hand-over of this client/,
  );
  t.match(
    await refused(agency, 'POST', `${at(south)}/handovers`, { ...asked, to_desk_id: south }),
    /^422 refused/,
  );
  t.match(await refused(expert, 'GET', at(east)), /^404/, 'the other desk does not see it yet');
  const answers = `/v1/desk-handovers/${handover}/answers`;
  t.match(
    await refused(agency, 'POST', answers, { answer: 'accepted' }),
    /^409 conflict: Only the desk that was asked/,
  );
  t.match(await refused(bank_a, 'POST', answers, { answer: 'accepted' }), /^404/);
  await made(expert, answers, { answer: 'accepted' });
  t.match(
    await refused(expert, 'POST', answers, { answer: 'declined' }),
    /^409 conflict: The hand-over is accepted/,
  );
  t.equal((await call<Client>(expert.key, 'GET', at(east))).body.contact, 'Li Wei, +86 20 5555 0100');
  t.match(await refused(agency, 'GET', at(south)), /^404/);
  await made(expert, `${at(east)}/notes`, { note: 'what East wrote' });
  const history = async (party: Party, desk: string) =>
    (await call<{ data: { note: string }[] }>(party.key, 'GET', `${at(desk)}/history`)).body.data.map(
      ({ note }) => note,
    );
  t.same(await history(expert, east), ['what South wrote', 'moved to Nanjing', 'what East wrote']);
  t.same(await history(agency, south), ['what South wrote', 'moved to Nanjing']);
  const tasks = await call<{ data: { title: string }[] }>(expert.key, 'GET', `/v1/desks/${east}/tasks`);
  t.same(
    tasks.body.data.map(({ title }) => title),
    ['left open'],
  );
  for (const party of [agency, expert]) {
    const { body } = await call<{ data: { type: string }[] }>(party.key, 'GET', '/v1/events');
    t.ok(body.data.some(({ type }) => type === 'network.handover.accepted'));
    const { body: chain } = await call<{ data: { action: string }[] }>(
      party.key,
      'GET',
      '/v1/audit?limit=200',
    );
    t.ok(chain.data.some(({ action }) => action === 'desk.handover.accepted'));
  }
});

t.test('a client that the other desk has already is not taken over twice', async (t) => {
  const given = newClient();
  const { id } = await made<Client>(agency, `/v1/desks/${south}/clients`, given);
  await made(expert, `/v1/desks/${east}/clients`, given);
  const asked = { to_desk_id: east, reason: 'theirs' };
  const { id: handover } = await made(agency, `/v1/desks/${south}/clients/${id}/handovers`, asked);
  const answers = `/v1/desk-handovers/${handover}/answers`;
  t.match(
    await refused(expert, 'POST', answers, { answer: 'accepted' }),
    /^409 conflict: Your desk has a client/,
  );
  await made(expert, answers, { answer: 'declined' });
  t.equal(
    (await call(agency.key, 'GET', `/v1/desks/${south}/clients/${id}`)).status,
    200,
    'it stays where it was',
  );
});

t.test('figures are those of the rows, for each desk and for the operator', async (t) => {
  interface Figures {
    desk_id: string;
    clients: number;
    by_stage: Record<string, number>;
    tasks_overdue: number;
    months: { month: string; added: number; served: number }[];
  }
  await made(agency, `/v1/desks/${south}/tasks`, { title: 'late', due_on: '2009-06-01' });
  const { id } = await made<Client>(agency, `/v1/desks/${south}/clients`, newClient());
  for (const to of ['contacted', 'qualified', 'offered', 'served'])
    await made(agency, `/v1/desks/${south}/clients/${id}/moves`, { to });
  const ask = async (party: Party) =>
    (await call<{ data: Figures[] }>(party.key, 'GET', '/v1/desk-figures')).body.data;
  t.same(
    (await ask(expert)).map(({ desk_id }) => desk_id),
    [east],
  );
  t.same(await ask(firm_a), []);
  const all = await ask(staff);
  for (const figures of all) {
    const rows = await sql<
      { stage: string }[]
    >`select stage from desk_client where desk_id = ${figures.desk_id}`;
    t.equal(figures.clients, rows.length);
    for (const stage of STAGES)
      t.equal(figures.by_stage[stage], rows.filter((row) => row.stage === stage).length, stage);

    const sum = (of: 'added' | 'served') => figures.months.reduce((total, month) => total + month[of], 0);
    t.equal(sum('added'), rows.length);
    const served =
      await sql`select from desk_entry where desk_id = ${figures.desk_id} and detail ->> 'to' = 'served'`;
    t.equal(sum('served'), served.count);
  }
  t.equal(all.find(({ desk_id }) => desk_id === south)!.tasks_overdue, 1);
  t.match(
    await refused(staff, 'GET', '/v1/desk-figures?from_month=2001-01-01&to_month=2009-01-01'),
    /^422 refused: .*limit MAX_FIGURE_MONTHS/,
  );
});

t.test(
  'introductions and deals of a desk’s clients are counted once, for the desk that has them by then',
  async (t) => {
    const { firm_b } = service;
    clock.set(new Date('2009-06-10T02:00:00Z'));
    const given = newClient({ account_id: firm_b.id });
    const { id: client_id } = await made<Client>(agency, `/v1/desks/${south}/clients`, given);
    const need = await made(firm_b, '/v1/network/needs', needOf('firm', 'A cold battery'));
    const offer = await made(buyer, '/v1/network/offers', offerOf('buyer', 'Cold batteries'));
    const asked = { need_id: need.id, offer_id: offer.id, message: 'Shall we meet?' };
    const { id } = await made(firm_b, '/v1/network/introductions', asked);
    const step = (party: Party, name: string) =>
      made(party, `/v1/network/introductions/${id}/steps`, { step: name });
    const counted = async (desk: string) => {
      const address = `/v1/desk-figures?desk_id=${desk}&from_month=2009-06-01&to_month=2009-06-01`;
      type Month = { introductions: number; deals: number };
      const { body } = await call<{ data: { months: Month[] }[] }>(staff.key, 'GET', address);
      const [month] = body.data[0]!.months;
      return [month?.introductions ?? 0, month?.deals ?? 0];
    };
    await countOutcomes(database, clock.now());
    t.same(await counted(south), [0, 0], 'while it is only asked');
    await step(buyer, 'consented');
    for (const _ of [1, 2]) await countOutcomes(database, clock.now());
    t.same(await counted(south), [1, 0]);
    await step(firm_b, 'met');
    await step(firm_b, 'deal');
    await countOutcomes(database, clock.now());
    t.same(await counted(south), [1, 0], 'of a deal one side alone speaks of');
    const handover = { to_desk_id: east, reason: 'nearer' };
    const { id: handover_id } = await made(
      agency,
      `/v1/desks/${south}/clients/${client_id}/handovers`,
      handover,
    );
    await made(expert, `/v1/desk-handovers/${handover_id}/answers`, { answer: 'accepted' });
    await step(buyer, 'deal');
    await countOutcomes(database, clock.now());
    t.same(await counted(south), [1, 0], 'what was counted stays');
    t.same(await counted(east), [0, 1]);
  },
);

const origin = await service.app.listen({ port: 0, host: '127.0.0.1' });

interface Usage {
  plan: { name: string } | null;
  meters: { meter: string; quota: number; used: number; near: boolean }[];
}
const usage = async (party: Party) => (await call<Usage>(party.key, 'GET', '/v1/plan-usage')).body;
const onPlan = async (party: Party, quotas: object, price_minor = 100_000, name = 'A plan') => {
  const plan = await made(staff, '/v1/plans', { name, price_minor, currency: 'CNY', quotas });
  const put = await call(staff.key, 'PUT', `/v1/organisations/${party.id}/plan`, { plan_id: plan.id });
  t.equal(put.status, 200, put.text);
  return plan.id;
};
const post = (party: Party, url: string, body: object) =>
  fetch(`${origin}${url}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${party.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const search = (party: Party) =>
  post(party, '/v1/prior-art', { title: 'a battery with a solid electrolyte' });

t.test('a month of no year of the calendar is refused', async (t) => {
  for (const month of ['0000-04', '9999-12', '2009-13', '1899-12']) {
    const { status, body } = await call<{ errors: { pointer: string }[] }>(
      buyer.key,
      'GET',
      `/v1/plan-usage?month=${month}`,
    );
    t.same([status, body.errors[0]?.pointer], [400, '/querystring/month'], month);
  }
});

t.test('without a plan nothing is counted', async (t) => {
  t.equal((await search(buyer)).status, 200);
  t.same(await usage(buyer), { month: '2009-06-01', plan: null, meters: [] });
});

t.test(
  'a quota is never exceeded by 50 parallel tries over HTTP, and its owner is told before it bites',
  async (t) => {
    await onPlan(buyer, { searches: 20 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => search(buyer)));
    const statuses = answers.map(({ status }) => status);
    t.equal(statuses.filter((status) => status === 200).length, 20);
    t.equal(statuses.filter((status) => status === 403).length, 30);
    const refusal = (await (await search(buyer)).json()) as ProblemAnswer;
    t.equal(refusal.code, 'quota_used_up');
    t.match(
      refusal.detail,
      /holds 20 searches a month, 20 are used and this would take 1; .* from 2009-07-01 on/,
    );
    t.same((await usage(buyer)).meters, [{ meter: 'searches', quota: 20, used: 20, near: true }]);
    const { body } = await call<{ data: { type: string; body: { data: object } }[] }>(
      buyer.key,
      'GET',
      '/v1/events',
    );
    const told = body.data.filter(({ type }) => type === 'network.plan.near');
    t.equal(told.length, 1, 'once');
    t.match(told[0]!.body.data, { meter: 'searches', month: '2009-06-01', quota: 20, used: 16 });
    const beyond = sql`update quota_use set used = used + 1 where organisation_id = ${buyer.id}`;
    await t.rejects(beyond, { code: '23514' }, 'the database holds it by itself');
  },
);

t.test('what is refused or sent again is not counted; each patent is one valuation', async (t) => {
  await onPlan(firm_a, { valuations: 3 });
  const ask = (patents: string[], over: object = {}, headers: Record<string, string> = {}) =>
    call(
      firm_a.key,
      'POST',
      '/v1/pledges',
      {
        bank_id: bank_a.id,
        firm_id: firm_a.id,
        patents: patents.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
        currency: 'CNY',
        principal_minor: 1_000_000,
        matures_on: '2011-06-10',
        ...over,
      },
      headers,
    );
  const used = async () => (await usage(firm_a)).meters.map((meter) => meter.used);
  t.equal((await ask([service.takePatent()], { matures_on: '2001-01-01' })).status, 422);
  t.same(await used(), [0]);
  const two = [service.takePatent(), service.takePatent()];
  for (const _ of [1, 2]) t.equal((await ask(two, {}, { 'idempotency-key': 'once' })).status, 201);
  t.same(await used(), [2]);
  const over = await ask([service.takePatent(), service.takePatent()]);
  t.equal(over.body.code, 'quota_used_up', 'two more would be four');
  t.same(await used(), [2]);
  t.equal((await ask([service.takePatent()])).status, 201);
  t.same(await used(), [3]);
});

t.test('a larger plan goes on where the smaller one stopped, no plan ends the counting', async (t) => {
  await onPlan(buyer, { searches: 21 });
  t.same([(await search(buyer)).status, (await search(buyer)).status], [200, 403]);
  await onPlan(buyer, { searches: 5 });
  t.equal((await search(buyer)).status, 403);
  t.match((await usage(buyer)).meters, [{ quota: 21, used: 21 }], 'what was used stays used');
  await call(staff.key, 'PUT', `/v1/organisations/${buyer.id}/plan`, { plan_id: null });
  t.equal((await search(buyer)).status, 200);
  t.match(
    await refused(agency, 'PUT', `/v1/organisations/${buyer.id}/plan`, { plan_id: null }),
    /^403 forbidden/,
  );
});

t.test(
  'what is charged for is exported by month, in minor units, and opens in a spreadsheet as text',
  async (t) => {
    const { body: odd } = await call<Made>(staff.key, 'POST', '/v1/organisations', {
      kind: 'firm',
      name: '=HYPERLINK("https://evil.example","x")',
    });
    await onPlan({ ...firm_a, id: odd.id }, { marks: 10 }, 310_000, '+plan');
    type Charges = {
      data: { organisation_id: string; days: number; charge_minor: number; used: { searches: number } }[];
    };
    const { body } = await call<Charges>(staff.key, 'GET', '/v1/plan-charges?month=2009-06');
    t.match(
      body.data.find(({ organisation_id }) => organisation_id === odd.id),
      { days: 21, charge_minor: 217_000 },
      'from 10 June on: 21 of 30 days',
    );
    t.notOk(
      body.data.some(({ days }) => days === 0),
      'plans of no day are not charged for',
    );
    t.same((await call<Charges>(staff.key, 'GET', '/v1/plan-charges?month=2009-05')).body.data, []);
    const csv = await call(staff.key, 'GET', '/v1/plan-charges?month=2009-06&format=csv');
    t.match(csv.text, `"'=HYPERLINK(""https://evil.example"",""x"")"`);
    t.match(csv.text, ",'+plan,");
    t.match(await refused(firm_a, 'GET', '/v1/plan-charges?month=2009-06'), /^403/);
  },
);

interface Import extends Made {
  format: string;
  encoding: string;
  rows: number;
  accepted: number;
  duplicate: number;
  refused: number;
}
interface Row {
  line: number;
  outcome: string;
  reason: string;
  about: string;
  client_id: string | null;
  kept: string | null;
}
const imports = `/v1/desks/${south}/imports`;
const file = (content: Buffer | string, over: object = {}) => ({
  file_name: 'clients.csv',
  content: Buffer.from(content).toString('base64'),
  ...over,
});
const rowsOf = async ({ id }: Made) =>
  (await call<{ data: Row[] }>(agency.key, 'GET', `${imports}/${id}/rows?limit=200`)).body.data;
const LIST = [
  '客户名称,类型,省份,统一社会信用代码,联系人,电话',
  '广州绿能电池有限公司,企业,广东省,,王芳,+86 20 5555 0111',
  '广州绿能电池股份有限公司,企业,广东,,,',
  '深圳市创新科技有限公司,企业,广东,91440300708461136T,,',
  '深圳市创新科枝有限公司,企业,广东,,,',
  '华南理工大学,高校,440100,,,',
  ',企业,广东,,,',
  '佛山陶瓷研究所,工厂,广东,,,',
  '珠海精密仪器公司,企业,亚特兰蒂斯,,,',
  '东莞模具厂,企业,广东,91440300708461136A,,',
  '"=HYPERLINK(""https://evil.example"")",企业,广东,,,',
].join('\n');

t.test('a list is read first: each row accepted, known already or refused, with its reason', async (t) => {
  const preview = await made<Import>(agency, imports, file(LIST));
  t.match(preview, { format: 'csv', encoding: 'utf-8', rows: 10, accepted: 2, duplicate: 3, refused: 5 });
  const before = await sql`select from desk_client where desk_id = ${south}`;
  t.same(
    (await rowsOf(preview)).map(({ line, reason }) => [line, reason]),
    [
      [2, ''],
      [3, 'same_name'],
      [4, 'same_number'],
      [5, 'near_name'],
      [6, ''],
      [7, 'no_name'],
      [8, 'bad_kind'],
      [9, 'bad_region'],
      [10, 'bad_number'],
      [11, 'formula'],
    ],
  );
  t.notMatch(
    JSON.stringify(await sql`select given from desk_import_row`),
    /王芳|5555/,
    'what it says is sealed',
  );
  const committed = await made<Import>(agency, `${imports}/${preview.id}/commit`, { also: [5] });
  t.match(committed, { accepted: 3, duplicate: 2, refused: 5 });
  t.equal((await sql`select from desk_client where desk_id = ${south}`).count, before.count + 3);
  t.match(
    await refused(agency, 'POST', `${imports}/${preview.id}/commit`, {}),
    /^409 conflict: The import is committed/,
  );
  const again = await made<Import>(agency, imports, file(LIST));
  t.match(again, { accepted: 0, duplicate: 5 }, 'the same list brings nothing new');
  t.match(
    await refused(agency, 'POST', `${imports}/${again.id}/commit`, { also: [2] }),
    /^422 refused: Line 2 of the file/,
  );
  await made(agency, `${imports}/${again.id}/undo`);
  for (const party of [expert, firm_a])
    t.match(await refused(party, 'GET', `${imports}/${preview.id}/rows`), /^404/);
});

t.test('an import is taken back as a whole, but for what was worked on since, and says so', async (t) => {
  const names = ['Alpha Optics', 'Beta Robotics', 'Gamma Ceramics', 'Delta Coatings', 'Epsilon Valves'];
  const preview = await made<Import>(agency, imports, file(`name\n${names.join('\n')}`));
  await made(agency, `${imports}/${preview.id}/commit`, {});
  const [one, two, three, four, five] = (await rowsOf(preview)).map(({ client_id }) => client_id!);
  const at = `/v1/desks/${south}/clients`;
  await made(agency, `${at}/${one}/moves`, { to: 'contacted' });
  await made(agency, `/v1/desks/${south}/tasks`, { title: 'visit', due_on: '2009-07-01', client_id: two });
  const { id } = await made(agency, `${at}/${three}/handovers`, { to_desk_id: east, reason: 'nearer' });
  await made(expert, `/v1/desk-handovers/${id}/answers`, { answer: 'accepted' });
  const undone = await made<{ removed: number; kept: number }>(agency, `${imports}/${preview.id}/undo`);
  t.match(undone, { removed: 2, kept: 3 });
  t.same(
    (await rowsOf(preview)).map(({ kept }) => kept),
    ['changed', 'tasks', 'handed_over', null, null],
  );
  for (const gone of [four, five]) t.match(await refused(agency, 'GET', `${at}/${gone}`), /^404/);
  t.equal((await call(expert.key, 'GET', `/v1/desks/${east}/clients/${three}`)).status, 200);
  t.match(
    await refused(agency, 'POST', `${imports}/${preview.id}/undo`, {}),
    /^409 conflict: The import is undone/,
  );
});

t.test('the encoding is found out or told, and a file in none of them is refused', async (t) => {
  // "名称" and "广州" in GB18030.
  const gb = Buffer.concat([
    Buffer.from([0xc3, 0xfb, 0xb3, 0xc6, 0x0a, 0xb9, 0xe3, 0xd6, 0xdd]),
    Buffer.from(' Zeta\n'),
  ]);
  const found = await made<Import>(agency, imports, file(gb));
  t.match(found, { encoding: 'gb18030', accepted: 1 });
  await made(agency, `${imports}/${found.id}/undo`);
  t.match(
    await refused(agency, 'POST', imports, file(gb, { encoding: 'utf-8' })),
    /^422 refused: .*not in utf-8/,
  );
  t.match(
    await refused(agency, 'POST', imports, file(Buffer.from([0xff, 0xff, 0x80]))),
    /^422 refused: .*not in utf-8 nor/,
  );
  const tabs = await made<Import>(
    agency,
    imports,
    file('\ufeffИмя клиента\tТип\nЗавод «Эта»\tпредприятие\n', { columns: { name: 'Имя клиента' } }),
  );
  t.match(tabs, { accepted: 1 });
  await made(agency, `${imports}/${tabs.id}/undo`);
});

/** A spreadsheet of these entries. */
const xlsx = (entries: Record<string, string>) =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]))),
  );
const sheet = (rows: string) =>
  `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`;
const inline = (row: number, text: string) =>
  `<row r="${row}"><c r="A${row}" t="inlineStr"><is><t>${text}</t></is></c></row>`;

t.test('a spreadsheet is read without evaluating anything of it', async (t) => {
  const book = xlsx({
    'xl/worksheets/sheet1.xml': sheet(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>' +
        '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="C2" t="inlineStr"><is><t>CN-SH</t></is></c></row>' +
        '<row r="4"><c r="A4" t="str"><f>WEBSERVICE("https://evil.example")</f><v>Innocent Ltd</v></c></row>' +
        '<row r="5"><c r="A5"><v>20050</v></c></row>',
    ),
    'xl/sharedStrings.xml':
      '<?xml version="1.0"?><sst><si><t>Company</t></si><si><t>Region</t></si><si><r><t>Theta </t></r><r><t>&amp; Sons</t></r><rPh><t>ignored</t></rPh></si></sst>',
  });
  const preview = await made<Import>(agency, imports, file(book, { file_name: 'clients.xlsx' }));
  t.match(preview, { format: 'xlsx', rows: 3, accepted: 2, refused: 1 });
  const rows = await call<{ data: (Row & { name: string })[] }>(
    agency.key,
    'GET',
    `${imports}/${preview.id}/rows`,
  );
  t.match(rows.body.data, [
    { line: 2, name: 'Theta & Sons', outcome: 'accepted' },
    { line: 4, outcome: 'refused', reason: 'formula', about: 'Innocent Ltd' },
    { line: 5, name: '20050', outcome: 'accepted' },
  ]);
  await made(agency, `${imports}/${preview.id}/undo`);
});

t.test('a hostile file is refused with one reason, and nothing of it is kept', async (t) => {
  const before = (await sql`select from desk_import`).count;
  const hostile: Record<string, [Buffer | string, RegExp]> = {
    'a million rows of text': [`name\n${'a\n'.repeat(1_000_000)}`, /more than 20000 rows \(limit MAX_ROWS\)/],
    'a million rows of a sheet': [
      xlsx({
        'xl/worksheets/sheet1.xml': sheet(
          inline(1, 'name') +
            Array.from({ length: 200_000 }, (_, row) => inline(row + 2, `c${row * 7919}`)).join(''),
        ),
      }),
      /more than 20000 rows \(limit MAX_ROWS\)/,
    ],
    'a zip bomb': [
      xlsx({ 'xl/worksheets/sheet1.xml': sheet(inline(1, 'name') + ' '.repeat(30_000_000)) }),
      /times its size \(limit ratio\)/,
    ],
    'an entity bomb': [
      xlsx({
        'xl/worksheets/sheet1.xml': `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>`,
      }),
      /declares a document type/,
    ],
    'a torn archive': [Buffer.from('504b0304000000', 'hex'), /no directory/],
    'no sheet': [xlsx({ 'word/document.xml': '<a/>' }), /it holds no sheet/],
    'too many columns': [`name${',x'.repeat(200)}\nA${',y'.repeat(200)}`, /more than 100 columns/],
    'an open quote': [`name\n"never closed\n${'x'.repeat(300_000)}`, /lines cannot be told apart/],
    'no names': ['phone\n12345', /No column is known to hold the names; the first row has "phone"/],
    'only a header': ['name\n', /no rows after the first/],
    'far too large': [Buffer.alloc(4 * 2 ** 20 + 1, 'a'), /limit MAX_FILE_BYTES/],
  };
  for (const [what, [content, reason]] of Object.entries(hostile)) {
    const told = await refused(agency, 'POST', imports, file(content));
    t.match(told, /^422 refused: /, what);
    t.match(told, reason, what);
  }
  t.match(
    await refused(agency, 'POST', imports, file('name\nA', { columns: { name: 'nom' } })),
    /^422 refused: There is no column "nom"/,
  );
  t.match(
    await refused(agency, 'POST', imports, { file_name: 'a', content: '*' }),
    /^400 bad_request: \/body\/content/,
  );
  t.equal((await sql`select from desk_import`).count, before);
});

t.test('what leaves the desk as CSV is no formula to a spreadsheet', async (t) => {
  await made(agency, `/v1/desks/${south}/clients`, newClient({ name: '@SUM(1+1)*cmd|/c calc' }));
  const { text, headers } = await call(agency.key, 'GET', `/v1/desks/${south}/clients.csv`);
  t.match(headers['content-type'], /^text\/csv/);
  t.match(text, ",'@SUM(1+1)*cmd|/c calc,firm,CN-GD");
});

const deals = async (count: number, dealt_on: string) => {
  for (let n = 0; n < count; n++) {
    const kind = ['bank', 'firm'][n % 2];
    const { body } = await call<Made>(staff.key, 'POST', '/v1/organisations', {
      kind,
      name: `Dealer ${dealt_on} ${n}`,
    });
    const { body: issued } = await call<{ key: string }>(
      staff.key,
      'POST',
      `/v1/organisations/${body.id}/keys`,
      {
        label: 'deals',
        scopes: ['read', 'write'],
      },
    );
    const patent_id = service.takePatent();
    const [patent] = await sql<{ filed_on: string; right_type: string }[]>`
      select filed_on, right_type from patent_search where patent_id = ${patent_id}`;
    const price = { dealt_on, price_minor: 75_000_000, currency: 'CNY' };
    const deal = { reference: 'one', patent_id, claims: null, ...patent, ...price };
    await made({ id: body.id, key: issued.key }, '/v1/deals', deal);
  }
};

t.test(
  'bulletins come once for each period and subscriber, those missed while nothing ran too',
  async (t) => {
    clock.set(new Date('2009-05-28T02:00:00Z'));
    const about = { region: 'CN-GD', field: null, language: 'zh' };
    const monthly = await made(agency, '/v1/bulletin-subscriptions', { ...about, cadence: 'monthly' });
    await made(buyer, '/v1/bulletin-subscriptions', { ...about, cadence: 'monthly' });
    await made(agency, '/v1/bulletin-subscriptions', { ...about, cadence: 'weekly' });
    t.match(
      await refused(agency, 'POST', '/v1/bulletin-subscriptions', { ...about, cadence: 'weekly' }),
      /^409 conflict: You have that subscription/,
    );
    const told = async (party: Party) => {
      const { body } = await call<{
        data: { type: string; body: { data: { from_on: string; subscription_id: string } } }[];
      }>(party.key, 'GET', '/v1/events?type=network.bulletin.published&limit=200');
      return body.data.map(({ body }) => body.data);
    };
    const issueOn = async (day: string) => {
      clock.set(new Date(`${day}T02:00:00Z`));
      await Promise.all([1, 2].map(() => issueBulletins(database, clock.now())));
    };
    await issueOn('2009-05-31');
    clock.set(new Date('2009-06-01T01:30:00Z'));
    await deriveChanged(database, clock.now());
    await deals(6, '2009-05-20');
    for (const _ of [1, 2]) await issueOn('2009-06-01');
    clock.set(new Date('2009-06-10T02:00:00Z'));
    await deals(4, '2009-06-09');
    await issueOn('2009-08-03');
    const months = (await told(agency)).filter(({ subscription_id }) => subscription_id === monthly.id);
    t.same(
      months.map(({ from_on }) => from_on),
      ['2009-05-01', '2009-06-01', '2009-07-01'],
    );
    t.same(
      (await told(buyer)).map(({ from_on }) => from_on),
      ['2009-05-01', '2009-06-01', '2009-07-01'],
    );
    const weeks = (await told(agency)).filter(({ subscription_id }) => subscription_id !== monthly.id);
    t.same(weeks.length, 10, 'from the week of 25 May to the one that ended on 2 August');
    t.equal((await sql`select from bulletin where cadence = 'monthly'`).count, 3, 'one for both subscribers');
    const ended = await call(agency.key, 'DELETE', `/v1/bulletin-subscriptions/${monthly.id}`);
    t.equal(ended.status, 204);
    clock.set(new Date('2009-09-05T00:45:00Z'));
    t.match(
      await issueBulletins(database, clock.now()),
      { bulletins_issued: 5 },
      'a month of one, four weeks of the other',
    );
  },
);

t.test('a bulletin tells sums alone, of few nothing, and can be made again to the byte', async (t) => {
  interface Bulletin extends Made {
    from_on: string;
    content_sha256: string;
    content: { now: Record<string, number | null>; before: Record<string, number | null>; known_at: string };
  }
  const { body: list } = await call<{ data: Bulletin[] }>(
    firm_a.key,
    'GET',
    '/v1/bulletins?region=CN-GD&cadence=monthly',
  );
  const may = list.data.find(({ from_on }) => from_on === '2009-05-01')!;
  const june = list.data.find(({ from_on }) => from_on === '2009-06-01')!;
  const { body: bulletin } = await call<Bulletin>(firm_a.key, 'GET', `/v1/bulletins/${may.id}`);
  const [counted] = await sql<{ filings: number; grants: number; lapses: number }[]>`
    select count(distinct patent_id) filter (where kind = 'published') as filings,
      count(distinct patent_id) filter (where kind = 'granted') as grants,
      count(distinct patent_id) filter (where kind in ('lapsed', 'expired', 'surrendered', 'invalidated')) as lapses
    from signal where published_on >= '2009-05-01' and published_on < '2009-06-01' and known_at <= '2009-06-01T02:00:00Z'`;
  t.match(bulletin.content.now, counted, 'of all Chinese patents that the gazette told of in May');
  t.ok(counted!.filings + counted!.grants + counted!.lapses > 0);
  t.equal(bulletin.content.now.deals, 5, 'six deals of six organisations, rounded down');
  const { body: next } = await call<Bulletin>(firm_a.key, 'GET', `/v1/bulletins/${june.id}`);
  t.equal(next.content.now.deals, null, 'four deals of four organisations are not told');
  t.equal(next.content.before.deals, 5);
  const known_at = new Date(bulletin.content.known_at);
  const about = { region: 'CN-GD', field: 0, cadence: 'monthly', from_on: '2009-05-01' } as const;
  const again = await new NewsReader(sql, known_at).content(about);
  t.equal(sha256(canonicalJson(again)).toString('hex'), may.content_sha256, 'from the store as known then');
  t.equal(
    sha256(canonicalJson(bulletin.content)).toString('hex'),
    may.content_sha256,
    'and from its own words',
  );
  for (const language of ['en', 'zh', 'ru']) {
    const pdf = async () => {
      const address = `/v1/bulletins/${may.id}/pdf?language=${language}`;
      return service.app.inject({ url: address, headers: { authorization: `Bearer ${firm_a.key}` } });
    };
    const first = await pdf();
    t.equal(first.statusCode, 200, language);
    t.match(first.rawPayload.subarray(0, 5).toString(), '%PDF-');
    t.ok(first.rawPayload.equals((await pdf()).rawPayload), 'the same bytes');
    const { text, headers } = await call(
      firm_a.key,
      'GET',
      `/v1/bulletins/${may.id}/mail?language=${language}`,
    );
    t.match(headers['content-type'], /^text\/html/);
    t.notMatch(
      text,
      /<script|<style|<link|<img|https?:|url\(|\son\w+=/i,
      'nothing runs and nothing is fetched',
    );
    t.match(text, may.content_sha256);
  }
});

t.test('periods follow each other without gap, and every day is in one', async () => {
  const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('1990-01-01', days));
  await fc.assert(
    fc.property(
      fc.constantFrom('weekly' as const, 'monthly' as const),
      day,
      fc.nat(400),
      (cadence, since, more) => {
        const today = addDays(since, more);
        const over = periodsOver(cadence, since, today);
        const start = periodStart(cadence, since);
        const ends = over.map((from_on) => periodAfter(cadence, from_on));
        const last = ends.at(-1) ?? start;
        return (
          start <= since &&
          since < periodAfter(cadence, start) &&
          over.every((from_on, index) => from_on === (ends[index - 1] ?? start)) &&
          (over.length === 0 || last <= today) &&
          today < periodAfter(cadence, last)
        );
      },
    ),
  );
});

t.test('a count that is told never tells one party apart', async () => {
  await fc.assert(
    fc.property(fc.nat(1_000), fc.nat(200), (count, parties) => {
      const told = disclosed(count, parties);
      return told === null
        ? parties < 5
        : parties >= 5 && told % 5 === 0 && told <= count && count - told < 5;
    }),
  );
});

t.test('a price by days adds up to the month, to within half a minor unit each', async () => {
  await fc.assert(
    fc.property(
      fc.nat(Number.MAX_SAFE_INTEGER),
      fc.integer({ min: 28, max: 31 }),
      fc.nat(31),
      (price, whole, cut) => {
        const first = Math.min(cut, whole);
        const sum = BigInt(charged(price, first, whole)) + BigInt(charged(price, whole - first, whole));
        return (
          charged(price, whole, whole) === price && sum - BigInt(price) >= 0n && sum - BigInt(price) <= 1n
        );
      },
    ),
  );
});

t.test('near names are those that a look at all of them would find', async () => {
  const name = fc.string({ unit: fc.constantFrom(...'abc深圳'), minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.property(
      fc.uniqueArray(name, { maxLength: 30 }),
      name,
      fc.constantFrom(0.5, 0.75, 0.9),
      (names, asked, least) => {
        const near = new NearNames();
        for (const each of names) near.add(each, each);
        const all = names.map((each) => likeness(runsOf(asked), runsOf(each)));
        const best = Math.max(0, ...all);
        const found = near.find(asked, least);
        return best >= least ? found?.likeness === best : found === null;
      },
    ),
    { numRuns: 500 },
  );
});

t.test(
  'a registration number with one wrong character, or two that changed places, is not taken',
  async () => {
    const alphabet = [...'0123456789ABCDEFGHJKLMNPQRTUWXY'];
    const body = fc
      .array(fc.constantFrom(...alphabet), { minLength: 17, maxLength: 17 })
      .map((each) => each.join(''));
    await fc.assert(
      fc.property(body, fc.nat(17), fc.constantFrom(...alphabet), (text, at, other) => {
        const number = `${text}${registrationCheck(text)}`;
        const changed = number.slice(0, at) + other + number.slice(at + 1);
        const swapped =
          at < 17 ? number.slice(0, at) + number[at + 1]! + number[at]! + number.slice(at + 2) : number;
        return (
          isRegistrationNumber(number) &&
          isRegistrationNumber(changed) === (changed === number) &&
          isRegistrationNumber(swapped) === (swapped === number)
        );
      }),
    );
  },
);

t.test('text as CSV is read as it was, and no cell of it begins a formula', async () => {
  const cell = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n,"\'a1 ') });
  await fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      (rows) => {
        const read = parse(csvOf(rows), { relax_column_count: true, record_delimiter: '\r\n' }) as string[][];
        return rows.every((row, r) =>
          row.every((text, c) => {
            const back = read[r]![c]!;
            const is_safe = !/^[=+\-@\t\r]/.test(back) || /^-?\d+(\.\d+)?$/.test(back);
            return is_safe && (back === text || back === `'${text}`);
          }),
        );
      },
    ),
    { numRuns: 500 },
  );
});
