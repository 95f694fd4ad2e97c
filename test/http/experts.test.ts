/**
 * Experts and what they say, ranges that are matched unseen, and what closed deals teach: each with what it refuses, and with
 * what must not be found where.
 */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { calibrate } from '../../jobs/calibrate.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { BINDING_days, MOST_RANGES, MOST_RANGES_A_DAY, REST_days } from '../../models/expectation.ts';
import { canonicalJson, sha256 } from '../../src/canonical.ts';
import { dealsKnown } from '../../src/deals/store.ts';
import { bookClosed, type ClosedDeal } from '../../src/listing/feedback/book.ts';
import { latestModels } from '../../src/valuations/store.ts';
import { surroundings } from '../jobs/setting.ts';
import { enquire, listPatents, step as stepDeal } from '../listing.ts';
import { addPerson, openSession } from '../people.ts';
import { contract } from '../security/world.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

interface Opinion {
  id: string;
  version: number;
  text: string;
  low_minor: number;
  content_sha256: string;
  author: string;
}
interface Engagement {
  id: string;
  engager_name: string;
  state: string;
  opinions: Opinion[];
  valuation: { mid_minor: number | null } | null;
}
interface Expectation {
  id: string;
  round: number;
  state: string;
  overlap: boolean | null;
  midpoint_minor: number | null;
}
interface Haircut {
  liquidity_class: string;
  haircut_bp: number;
  estimate: { disposals: number; target_bp: number; after_bp: number };
}
interface Proposal {
  id: string;
  liquidity_class: string;
  before_bp: number;
  after_bp: number;
  state: string;
}

const service = await buildService(t);
const { database, clock, call, bank_a, bank_b, firm_a, firm_b, staff, agency, expert, buyer } = service;
const { sql } = database;
const SEED = Number(process.env.EXPERTS_SEED ?? Date.now() % 1_000_000_000);
const PROFILE = {
  summary: 'Values inventions.',
  fields: [1, 35],
  regions: ['CN'],
  intermediary: false,
  open: true,
};
const RANGE = { low_minor: 9_000_000_00, high_minor: 12_000_000_00 };

const post = <Body>(party: Party, url: string, body?: object) =>
  call<Body & ProblemAnswer>(party.key, 'POST', url, body);
const publish = (party: Party, change: object = {}) =>
  call<{ name: string; rating: number | null } & ProblemAnswer>(party.key, 'PUT', '/v1/experts/profile', {
    ...PROFILE,
    ...change,
  });
const engage = (party: Party, on: object, expert_id = expert.id) =>
  post<Engagement>(party, '/v1/experts/engagements', { expert_id, brief: 'What is it worth?', ...on });
const step = (party: Party, id: string, name: string) =>
  post<Engagement>(party, `/v1/experts/engagements/${id}/steps`, { step: name });
const read = (party: Party, id: string) =>
  call<Engagement & ProblemAnswer>(party.key, 'GET', `/v1/experts/engagements/${id}`);
const submit = (party: Party, deal_id: string, range: object = RANGE) =>
  post<Expectation>(party, `/v1/listing-deals/${deal_id}/expectations`, range);
const rounds = async (party: Party, deal_id: string) =>
  (await call<{ data: Expectation[] }>(party.key, 'GET', `/v1/listing-deals/${deal_id}/expectations`)).body
    .data;
const later = (days: number) => clock.set(new Date(clock.now().getTime() + days * 86_400_000));
const refuses = (
  t: Test,
  answer: { status: number; body: ProblemAnswer },
  status: number,
  reason: RegExp,
) => {
  t.equal(answer.status, status, answer.body.detail);
  t.match(answer.body.detail, reason);
};

/** A deal over a new listing of the seller's, or over one that is there. */
async function openDeal(seller: Party, other: Party, patent_ids: readonly string[], known?: string) {
  const listing_id = known ?? (await listPatents(service, seller, patent_ids)).id;
  const { id } = await enquire(service, other, listing_id);
  return { id, listing_id };
}

async function author(party: Party) {
  const { id } = await addPerson(service, party.id, 'admin');
  return { id, headers: (await openSession(service, id)).headers };
}

const opinion = (headers: Record<string, string>, id: string, change: object = {}) =>
  call<Engagement & ProblemAnswer>(
    null,
    'POST',
    `/v1/experts/engagements/${id}/opinions`,
    {
      text: 'Between the two.',
      low_minor: 100,
      mid_minor: 200,
      high_minor: 300,
      as_of: '2009-06-10',
      ...change,
    },
    headers,
  );

t.test('an expert is found by field, region and kind while it takes engagements', async (t) => {
  t.equal((await publish(expert)).body.name, 'Expert');
  t.equal((await publish(agency, { intermediary: true, regions: ['EP'], fields: [3] })).status, 200);
  const found = async (query: string) =>
    (await call<{ data: { name: string }[] }>(buyer.key, 'GET', `/v1/experts${query}`)).body.data.map(
      ({ name }) => name,
    );
  t.same((await found('')).sort(), ['Agency', 'Expert']);
  t.same(await found('?field=35'), ['Expert']);
  t.same(await found('?region=EP&intermediary=true'), ['Agency']);
  await publish(agency, { open: false });
  t.same(await found('?intermediary=true'), [], 'who takes none is not listed');
  refuses(
    t,
    await engage(bank_a, { patent_id: service.takePatent() }, agency.id),
    422,
    /no expert that takes/,
  );
  await publish(agency, { intermediary: true, regions: ['EP'], fields: [3] });
  t.equal((await publish(firm_a)).status, 403, 'a firm is no expert');
});

t.test('an opinion is written by a person, kept in versions, and stands beside the valuation', async (t) => {
  const patent_id = service.takePatent();
  const pledge_id = await contract(service, bank_a, firm_a, [patent_id], 'watched');
  const asked = await engage(bank_a, { patent_id });
  t.hasStrict(asked, { status: 201, body: { state: 'asked', engager_name: 'Bank A' } });
  const { id } = asked.body;
  t.ok(asked.body.valuation!.mid_minor! > 0, 'what the models say');
  t.equal((await read(expert, id)).body.valuation, null, 'which the expert may not see');
  refuses(t, await engage(bank_a, { patent_id }), 409, /asked by you on this already/);
  const { id: author_id, headers } = await author(expert);
  refuses(t, await opinion(headers, id), 409, /accept it first/);
  refuses(t, await step(bank_a, id, 'accepted'), 409, /for the expert/);
  t.equal((await step(expert, id, 'accepted')).body.state, 'accepted');
  refuses(t, await step(bank_a, id, 'withdrawn'), 409, /cannot become withdrawn/);
  t.equal(
    (await post(expert, `/v1/experts/engagements/${id}/opinions`, {})).status,
    403,
    'a key signs nothing',
  );
  refuses(t, await opinion(headers, id, { mid_minor: 99 }), 422, /mid_minor is below low_minor/);
  refuses(t, await opinion(headers, id, { as_of: '2009-06-11' }), 422, /still to come/);
  const text = 'x'.repeat(20_001);
  t.equal((await opinion(headers, id, { text })).status, 400, 'a text has an end');
  t.equal((await opinion(headers, id)).body.state, 'delivered');
  const second = (await opinion(headers, id, { high_minor: 400 })).body;
  t.same(
    second.opinions.map(({ version }) => version),
    [2, 1],
  );
  const [latest] = second.opinions;
  t.equal(latest!.author, author_id);
  const content = {
    engagement_id: id,
    version: 2,
    text: 'Between the two.',
    low_minor: 100,
    mid_minor: 200,
    high_minor: 400,
    currency: 'CNY',
    as_of: '2009-06-10',
  };
  t.equal(latest!.content_sha256, sha256(canonicalJson(content)).toString('hex'));
  await t.rejects(
    sql`update expert_opinion set text = 'other' where id = ${latest!.id}`,
    /append-only|refuse/i,
  );
  const shown = (await read(bank_a, id)).body;
  t.ok(shown.valuation!.mid_minor! > 0);
  t.equal(shown.opinions.length, 2);
  const flow = await call<{ points: { mid_minor: number }[] }>(
    bank_a.key,
    'GET',
    `/v1/pledges/${pledge_id}/value-flow`,
  );
  t.equal(flow.body.points[0]!.mid_minor, shown.valuation!.mid_minor, 'the value is what it was');

  for (const stranger of [firm_a, bank_b, buyer, agency])
    t.equal((await read(stranger, id)).status, 404, 'it concerns nobody else');
  refuses(
    t,
    await post(expert, `/v1/experts/engagements/${id}/shares`, { organisation_id: firm_a.id }),
    409,
    /alone/,
  );
  t.equal(
    (await post(bank_a, `/v1/experts/engagements/${id}/shares`, { organisation_id: firm_a.id })).status,
    201,
  );
  t.equal((await read(firm_a, id)).body.opinions.length, 2, 'but with whom it was shared');
  t.equal((await read(bank_b, id)).status, 404);
  t.equal((await step(firm_a, id, 'ended')).status, 404, 'who takes no step');
  const rated = await post<{ rating: number }>(bank_a, `/v1/experts/engagements/${id}/rating`, { score: 4 });
  t.equal(rated.body.rating, 4);
  refuses(t, await post(bank_a, `/v1/experts/engagements/${id}/rating`, { score: 5 }), 409, /already/);
  t.equal((await step(expert, id, 'ended')).body.state, 'ended');
  refuses(t, await opinion(headers, id), 409, /ended takes no opinion/);
  const events = async (party: Party) =>
    (await call<{ data: { type: string }[] }>(party.key, 'GET', '/v1/events?limit=200')).body.data
      .map(({ type }) => type)
      .filter((type) => type.startsWith('listing.expert'));
  t.same(await events(expert), ['listing.expert.asked']);
  t.same(await events(firm_a), ['listing.expert.shared']);
  const accepted = ['accepted', 'delivered', 'delivered', 'ended'].map((what) => `listing.expert.${what}`);
  t.same(await events(bank_a), accepted);
  t.same(await events(staff), [], 'between the parties alone');
});

t.test(
  'who has a conflict of interest is refused by name, before it is engaged and when it takes it',
  async (t) => {
    const [patent_id, mine, citing] = [service.takePatent(), service.takePatent(), service.takePatent()];
    const own = (id: string) =>
      sql`insert into patent_party ${sql({
        patent_id: id,
        entry_id: id,
        source: 'test',
        role: 'owner',
        sequence: 1,
        name: 'EXPERT Co., Ltd.',
        published_on: '2009-06-09',
        known_at: clock.now(),
      })}`;
    await own(mine);
    refuses(t, await engage(bank_a, { patent_id: mine }), 422, /conflict of interest: it owns the patent/);
    await own(citing);
    await sql`insert into citation_edge ${sql({ patent_id, citing_id: citing, published_on: '2009-01-01' })}`;
    refuses(t, await engage(bank_a, { patent_id }), 422, /owns a patent that cites this one/);
    await sql`delete from citation_edge where patent_id = ${patent_id}`;
    refuses(t, await engage(expert, { patent_id }), 422, /engage yourself/);

    const first = (await engage(bank_a, { patent_id })).body.id;
    const second = (await engage(firm_b, { patent_id })).body.id;
    t.ok(second, 'asked alone keeps nobody away');
    t.equal((await step(expert, first, 'accepted')).status, 201);
    refuses(t, await step(expert, second, 'accepted'), 422, /works on this for somebody else/);
    t.equal((await read(firm_b, second)).body.state, 'asked');
    t.equal((await step(expert, second, 'declined')).status, 201);
    refuses(t, await engage(buyer, { patent_id }), 422, /works on this for somebody else/);

    const deal = await openDeal(firm_a, expert, [service.takePatent()]);
    refuses(t, await engage(firm_a, { deal_id: deal.id }), 422, /conflict of interest over this deal/);
    const over = await openDeal(firm_a, buyer, [patent_id]);
    refuses(t, await engage(buyer, { deal_id: over.id }), 422, /over this deal\. Ask/);
    refuses(t, await engage(bank_b, { deal_id: over.id }), 422, /no deal of yours/);
    refuses(t, await engage(bank_b, { deal_id: 'dea_missing' }), 422, /no deal of yours/);
    refuses(t, await engage(bank_b, { deal_id: over.id, patent_id }), 422, /not both/);
    const refused = await call<{ data: { action: string }[] }>(buyer.key, 'GET', '/v1/audit');
    t.ok(refused.body.data.some(({ action }) => action === 'expert.ask.refused'));
  },
);

t.test('two ranges are answered with yes or no, and the midpoint waits for both', async (t) => {
  const { id } = await openDeal(firm_a, buyer, [service.takePatent()]);
  t.equal((await submit(bank_a, id)).status, 404, 'who is no side of it has no deal there');
  refuses(t, await submit(firm_a, id, { low_minor: 200, high_minor: 100 }), 422, /below low_minor/);
  refuses(t, await submit(firm_a, id, { low_minor: 100, high_minor: 119 }), 422, /2000 basis points/);
  t.equal((await submit(firm_a, id)).body.state, 'waiting');
  refuses(
    t,
    await submit(firm_a, id, { low_minor: 1, high_minor: 100 }),
    409,
    /neither changed nor withdrawn/,
  );
  t.same(await rounds(buyer, id), [], 'the other side reads nothing');
  refuses(t, await post(buyer, `/v1/listing-deals/${id}/expectations/consent`), 409, /do not overlap yet/);
  const answered = (await submit(buyer, id, { low_minor: 5_000_000_00, high_minor: 10_000_000_00 })).body;
  t.hasStrict(answered, { state: 'answered', overlap: true, midpoint_minor: null, round: 1 });
  t.hasStrict((await rounds(firm_a, id))[0], { overlap: true, midpoint_minor: null });
  refuses(t, await submit(buyer, id), 409, /nothing narrower can be asked/);
  const consent = (party: Party) => post<Expectation>(party, `/v1/listing-deals/${id}/expectations/consent`);
  t.equal((await consent(firm_a)).body.midpoint_minor, null);
  t.equal((await rounds(buyer, id))[0]!.midpoint_minor, null, 'who did not consent learns nothing');
  t.equal((await consent(buyer)).body.midpoint_minor, 9_500_000_00);
  t.equal((await rounds(firm_a, id))[0]!.midpoint_minor, 9_500_000_00);
  refuses(t, await consent(buyer), 409, /already/);
  const heard = async (party: Party) =>
    (
      await call<{ data: { type: string; data: { deal_id: string } }[] }>(
        party.key,
        'GET',
        '/v1/events?limit=200',
      )
    ).body.data.filter(({ type }) => type.startsWith('listing.expectation'));
  t.same(
    (await heard(buyer)).map(({ type }) => type),
    ['asked', 'answered', 'opened'].map((what) => `listing.expectation.${what}`),
  );
  t.notMatch(JSON.stringify(await heard(buyer)), new RegExp(firm_a.id), 'no event names the other side');
  t.same(await heard(staff), []);
});

t.test(
  'a range stands nowhere to be read: not in the database, its audit, its events or its kept answers',
  async (t) => {
    const { id } = await openDeal(firm_a, buyer, [service.takePatent()]);
    const range = { low_minor: 7_777_123_45, high_minor: 9_999_321_23 };
    const once = { 'idempotency-key': 'the same' };
    const url = `/v1/listing-deals/${id}/expectations`;
    const first = await call<Expectation>(firm_a.key, 'POST', url, range, once);
    t.equal(first.status, 201);
    t.same((await call<Expectation>(firm_a.key, 'POST', url, range, once)).body, first.body, 'taken once');
    await submit(buyer, id, { low_minor: 1_000_000_00, high_minor: 2_000_000_00 });
    const tables = await sql<{ name: string }[]>`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`;
    for (const { name } of tables) {
      const rows = await sql`select each::text as text from ${sql(name)} each
      where each::text ~ '77771234[0-9]|99993212[0-9]'`;
      t.same([...rows], [], name);
    }
    const guessed = sha256(canonicalJson(['POST', url, range]));
    const hashes = await sql`select from idempotency_key where request_sha256 = ${guessed}`;
    t.equal(hashes.count, 0, 'not even its hash');
    const sealed = await sql<
      { length: number }[]
    >`select distinct length(sealed) as length from listing_expectation`;
    t.equal(sealed.length, 1, 'nor how many digits it has');
  },
);

t.test('whoever feels for the other’s bound learns two bits of it at most', async (t) => {
  const seller_low = 8_317_421_00;
  const { id } = await openDeal(firm_b, buyer, [service.takePatent()]);
  let [low, high] = [1_000_000_00, 64_000_000_00];
  let answers = 0;
  const asked = async (party: Party, range: object) => {
    const answer = await submit(party, id, range);
    return answer.status === 201 ? answer.body : null;
  };
  for (let day = 0; day < 120; day++) {
    // The seller says the same again whenever it may; the buyer halves what is left each time that it may.
    await asked(firm_b, { low_minor: seller_low, high_minor: 90_000_000_00 });
    const middle = Math.floor((low + high) / 2);
    const told = await asked(buyer, { low_minor: Math.floor(low / 2), high_minor: middle });
    if (told && told.overlap !== null) {
      answers += 1;
      if (told.overlap) high = middle;
      else low = middle;
    }
    later(1);
  }
  t.ok(answers <= MOST_RANGES, `${answers} answers in 120 days`);
  t.ok(low <= seller_low && seller_low <= high, 'what it was told was true');
  t.ok(high - low >= (63_000_000_00 * 1) / 2 ** MOST_RANGES, `still ${high - low} wide`);
  const all = await rounds(buyer, id);
  t.ok(all.length <= MOST_RANGES);
  t.ok(all.filter(({ overlap }) => overlap).length <= 1);
});

t.test('another deal on the same listing gives a buyer no more ranges, and a day has an end', async (t) => {
  const patent_id = service.takePatent();
  const { id, listing_id } = await openDeal(firm_b, buyer, [patent_id]);
  for (let range = 0; range < MOST_RANGES; range++) {
    t.equal((await submit(buyer, id)).status, 201);
    later(BINDING_days);
  }
  refuses(t, await submit(buyer, id), 409, /all there are/);
  await stepDeal(service, buyer, id, { step: 'withdraw', reason: 'another time' });
  const again = await openDeal(firm_b, buyer, [patent_id], listing_id);
  refuses(t, await submit(buyer, again.id), 409, /all there are/);
  refuses(t, await submit(buyer, id), 409, /withdrawn; its price/);
  for (let deal = 0; deal < MOST_RANGES_A_DAY; deal++)
    t.equal((await submit(buyer, (await openDeal(firm_b, buyer, [service.takePatent()])).id)).status, 201);
  const one_more = await openDeal(firm_b, buyer, [service.takePatent()]);
  refuses(t, await submit(buyer, one_more.id), 409, /today/);
  const entries = await call<{ data: { action: string }[] }>(buyer.key, 'GET', '/v1/audit?limit=200');
  t.ok(
    entries.body.data.some(({ action }) => action === 'expectation.submit.refused'),
    'it is written down',
  );
});

t.test('ranges that are submitted at once are one each', async (t) => {
  later(1);
  const { id } = await openDeal(firm_b, buyer, [service.takePatent()]);
  const both = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      submit(index % 2 === 0 ? firm_b : buyer, id, { low_minor: 100 + index, high_minor: 1_000 }),
    ),
  );
  t.equal(both.filter(({ status }) => status === 201).length, 2);
  t.same(
    (await rounds(buyer, id)).map(({ round, overlap }) => [round, overlap]),
    [[1, true]],
  );
  later(REST_days);
});

const haircuts = async () =>
  (await call<{ haircuts: Haircut[]; proposals: Proposal[] }>(staff.key, 'GET', '/v1/haircuts')).body;
const propose = async () => (await post<{ data: Proposal[] }>(staff, '/v1/haircuts/proposals')).body.data;
const decide = (headers: Record<string, string>, id: string, decision = 'adopted') =>
  call<Proposal & ProblemAnswer>(
    null,
    'POST',
    `/v1/haircuts/proposals/${id}/decision`,
    { decision, note: 'read' },
    headers,
  );

const sold = (deal: Partial<ClosedDeal>): ClosedDeal => ({
  id: 'dea_sold',
  kind: 'sale',
  patent_ids: [],
  price_minor: 100_000_00,
  costs_minor: 0,
  currency: 'CNY',
  dealt_on: clock.now().toISOString().slice(0, 10),
  pledge_id: null,
  actor: 'listing',
  ...deal,
});
const book = (deal: ClosedDeal) => database.transaction((tx) => bookClosed(tx, deal, clock.now()));

t.test('a closed deal feeds the market, the recovery ledger and, by other eyes, the haircuts', async (t) => {
  clock.set(new Date('2010-03-01T02:00:00Z'));
  await service.passTo('2010-03-01T02:00:00Z');
  const patent_id = await inForce();
  const pledge_id = await contract(service, bank_a, firm_a, [patent_id], 'watched');
  const move = (body: object) => post(bank_a, `/v1/pledges/${pledge_id}/moves`, body);
  t.equal((await move({ to: 'defaulted', reason: 'no interest was paid' })).status, 201);
  t.equal((await move({ to: 'in_disposal', route: 'listing', reference: 'dea_sold' })).status, 201);
  later(1);
  const booked = await book(
    sold({ patent_ids: [patent_id], pledge_id, price_minor: 1_000_00, costs_minor: 1_00 }),
  );
  t.equal(booked.pledge_id, pledge_id);
  t.same(
    await book(sold({ patent_ids: [patent_id], pledge_id })),
    { comparable_id: null, pledge_id: null },
    'once',
  );
  const pledge = await call<{ state: string }>(bank_a.key, 'GET', `/v1/pledges/${pledge_id}`);
  t.equal(pledge.body.state, 'disposed');
  const deals = await call<{ data: object[] }>(staff.key, 'GET', '/v1/deals');
  t.hasStrict(deals.body.data.at(-1), {
    id: booked.comparable_id,
    source: 'platform',
    organisation_id: null,
  });
  t.ok(
    (await dealsKnown(sql, clock.now())).some(({ id }) => id === booked.comparable_id),
    'the market counts it',
  );
  for (const party of [bank_a, firm_a])
    t.same((await call<{ data: object[] }>(party.key, 'GET', '/v1/deals')).body.data, [], 'it is nobody’s');

  type Row = {
    pledge_id: string;
    realised_minor: number;
    haircut_before_bp: number;
    haircut_after_bp: number;
  };
  const ledger = async (party: Party) =>
    (await call<{ data: Row[] }>(party.key, 'GET', '/v1/recoveries/ledger')).body.data;
  const row = (await ledger(bank_a)).find((each) => each.pledge_id === pledge_id)!;
  t.hasStrict(row, { realised_minor: 999_00, haircut_before_bp: 5_000, haircut_after_bp: 5_000 });
  t.same(await ledger(bank_b), [], 'another bank reads its own');
  const [proceeds] = (await call<{ data: object[] }>(staff.key, 'GET', '/v1/listing-proceeds')).body.data;
  t.hasStrict(proceeds, { deal_id: 'dea_sold', pledge_id, price_minor: 1_000_00 });
  t.notMatch(JSON.stringify(proceeds), new RegExp(`${bank_a.id}|${firm_a.id}`), 'no party is named');

  const asked = (await haircuts()).haircuts.find(({ estimate }) => estimate.disposals > 0)!;
  const proposed = await propose();
  t.equal(proposed.length, 1);
  t.hasStrict(proposed[0], { liquidity_class: asked.liquidity_class, before_bp: 5_000, state: 'open' });
  t.ok(proposed[0]!.after_bp > 5_000, 'it brought next to nothing');
  t.same(await propose(), [], 'what stands open is not proposed twice');
  const before = await latestModels(sql, clock.now());
  const own = await post<Proposal>(staff, `/v1/haircuts/proposals/${proposed[0]!.id}/decision`, {
    decision: 'adopted',
    note: 'mine',
  });
  refuses(t, own, 422, /four eyes/);
  const reviewer = await author(staff);
  const adopted = await decide(reviewer.headers, proposed[0]!.id);
  t.hasStrict(adopted, { status: 201, body: { state: 'adopted' } });
  refuses(t, await decide(reviewer.headers, proposed[0]!.id), 409, /is adopted/);
  const models = await latestModels(sql, clock.now());
  t.not(models!.id, before!.id);
  t.equal(
    models!.assumptions.parameters.haircut.value,
    DEFAULT_ASSUMPTIONS.haircut.value,
    'of the other classes',
  );
  const after = (await ledger(staff)).find((each) => each.pledge_id === pledge_id)!;
  t.equal(after.haircut_after_bp, proposed[0]!.after_bp);

  const next = await contract(service, bank_a, firm_a, [await inForce(asked.liquidity_class)], 'requested');
  const flow = await call<{
    points: { mid_minor: number; collateral_minor: number | null; patents: object[] }[];
  }>(bank_a.key, 'GET', `/v1/pledges/${next}/value-flow`);
  const valued = await sql<{ mid_minor: number; collateral_minor: number }[]>`
    select mid_minor, collateral_minor from valuation where model_set_id = ${models!.id} and mid_minor > 0`;
  t.ok(flow.body.points.length > 0 && valued.length > 0);
  const [{ mid_minor, collateral_minor }] = valued as unknown as [
    { mid_minor: number; collateral_minor: number },
  ];
  const taken = Math.round((1 - collateral_minor / mid_minor) * 10_000);
  t.equal(taken, proposed[0]!.after_bp, 'the next valuation takes it');
  await calibrate(surroundings(t, database, clock.now()), clock.now());
  const fitted = await latestModels(sql, clock.now());
  t.equal(fitted!.assumptions.id, models!.assumptions.id, 'and so does the next calibration');
});

/** One that still is, of that kind if one is asked for. */
async function inForce(kind?: string): Promise<string> {
  for (;;) {
    const patent_id = service.takePatent();
    const { body } = await call<{ right_type: string; legal_state: string }>(
      staff.key,
      'GET',
      `/v1/patents/${patent_id}`,
    );
    if (body.legal_state === 'in_force' && (kind === undefined || body.right_type === kind)) return patent_id;
  }
}

t.test(
  'a licence, a price for several patents and a disposal booked by hand teach what they can',
  async (t) => {
    const several = [service.takePatent(), service.takePatent()];
    t.same(await book(sold({ id: 'dea_several', patent_ids: several })), {
      comparable_id: null,
      pledge_id: null,
    });
    const [one] = several;
    const licence = sold({ id: 'dea_licence', kind: 'licence', patent_ids: [one!] });
    t.same(await book(licence), { comparable_id: null, pledge_id: null });
    const pledge_id = await contract(service, bank_a, firm_a, [await inForce()], 'disposed');
    const hand = await book(sold({ id: 'dea_hand', patent_ids: [one!], pledge_id }));
    t.equal(hand.pledge_id, null);
    t.ok(hand.comparable_id);
  },
);

t.test(`what random people try on an engagement follows its steps (seed ${SEED})`, async (t) => {
  const states = new Set<string>();
  const acts = fc.array(
    fc.tuple(
      fc.constantFrom(bank_b, expert, firm_a),
      fc.constantFrom('accepted', 'declined', 'withdrawn', 'ended'),
    ),
    { minLength: 1, maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(acts, async (tries) => {
      const { id } = (await engage(bank_b, { patent_id: service.takePatent() })).body;
      let state = 'asked';
      for (const [party, name] of tries) {
        const { status } = await step(party, id, name);
        const allowed =
          (state === 'asked' && party === expert && (name === 'accepted' || name === 'declined')) ||
          (state === 'asked' && party === bank_b && name === 'withdrawn') ||
          (state === 'accepted' && party !== firm_a && name === 'ended');
        if (status === 201) state = name;
        if ((status === 201) !== allowed || (party === firm_a && status !== 404)) return false;
      }
      states.add(state);
      return (await read(bank_b, id)).body.state === state;
    }),
    { seed: SEED, numRuns: 40 },
  );
  t.ok(states.size > 2, [...states].join(', '));
});
