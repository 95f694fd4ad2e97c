/** Needs and offers, what matches them and why, and introductions that tell nobody who is who before both consented. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import t from 'tap';
import { backtestMatching, readJudgedNeeds } from '../../jobs/backtest/matching.ts';
import { ANSWER_DAYS } from '../../src/network/introductions/service.ts';
import { network } from '../../src/network/module.ts';
import { MAX_OPEN_NEEDS } from '../../src/network/needs/posting.ts';
import { hearEvents } from '../../src/outbox/hear.ts';
import { createTestDatabase, openFolder } from '../database.ts';
import { everythingSeenBy, leaksIn } from '../security/leaks.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

const service = await buildService(t);
const { call, staff, bank_a, firm_a, firm_b, agency, expert, buyer, database, clock, vault } = service;
const log = pino({ level: 'silent' });

interface Posted {
  id: string;
  display_name: string;
  state: string;
  similar: string[];
}
interface Match {
  kind: string;
  offer_id: string | null;
  patent_id: string | null;
  title: string;
  strength: number;
  reasons: Record<string, number>;
  words: string[];
}
interface Introduction {
  id: string;
  state: string;
  side: string;
  next: string[];
  parties: { need: { name: string }; offer: { name: string } } | null;
}

const NEED = {
  title: 'Charging batteries in the cold',
  body: 'We look for a way to charge lithium batteries below minus twenty degrees without plating.',
  profile: 'firm',
  region: 'CN-JS',
  fields: [1],
  starts_on: '2009-07-01',
  ends_on: '2010-06-30',
};
const OFFER = {
  kind: 'technology',
  title: 'Lithium battery charged in the cold',
  body: 'A heater of pulses warms the cells, so that they charge below minus thirty degrees.',
  profile: 'university',
  region: '320500',
  fields: [1],
};

const post = <Body = Posted & ProblemAnswer>(party: Party, what: string, body: object) =>
  call<Body>(party.key, 'POST', `/v1/network/${what}`, body);
const made = async (party: Party, what: string, body: object): Promise<Posted> => {
  const answer = await post(party, what, body);
  t.equal(answer.status, 201, answer.text);
  return answer.body;
};
const matches = async (party: Party, id: string) =>
  (await call<{ data: Match[] }>(party.key, 'GET', `/v1/network/needs/${id}/matches`)).body.data;
const step = (party: Party, { id }: { id: string }, taken: string) =>
  call<Introduction & ProblemAnswer>(party.key, 'POST', `/v1/network/introductions/${id}/steps`, {
    step: taken,
  });
const hoursOn = (hours: number) => new Date(clock.now().getTime() + hours * 3_600_000).toISOString();
const tend = (at: string) => {
  clock.set(new Date(at));
  return network.tend({ database, vault, log }, clock.now());
};

t.test('a need that goes against itself is refused with every place where it does', async (t) => {
  for (const [given, ...places] of [
    [{ budget_min_minor: 200, budget_max_minor: 100, currency: 'CNY' }, 'budget_max_minor'],
    [{ budget_max_minor: 100 }, 'currency'],
    [{ currency: 'CNY' }, 'currency'],
    [{ budget_max_minor: 1, currency: 'XQX' }, 'currency'],
    [{ starts_on: '2010-01-01', ends_on: '2009-12-31' }, 'ends_on'],
    [{ starts_on: '2008-01-01', ends_on: '2009-01-01' }, 'ends_on'],
    [{ wanted_regions: ['320500'], excluded_regions: ['CN-JS'] }, 'excluded_regions'],
    [{ fields: [1, 2], excluded_fields: [1, 2, 3] }, 'excluded_fields'],
    [{ fields: [], excluded_fields: Array.from({ length: 35 }, (_, at) => at + 1) }, 'excluded_fields'],
    [{ region: 'XX' }, 'region'],
    [{ profile: 'agency' }, 'profile'],
    [{ title: '  ?! ' }, 'title'],
    [
      { region: '99', starts_on: '2010-01-01', ends_on: '2009-12-31', profile: 'bank' },
      'profile',
      'region',
      'ends_on',
    ],
  ] as [object, ...string[]][]) {
    const { status, body } = await post(firm_a, 'needs', { ...NEED, ...given });
    t.equal(status, 422, JSON.stringify(given));
    t.same(
      body.errors?.map(({ pointer }) => pointer.split('/').at(-1)),
      places,
      JSON.stringify(given),
    );
  }
  const empty = await call<{ data: Posted[] }>(firm_a.key, 'GET', '/v1/network/needs?own=true');
  t.same(empty.body.data, [], 'nothing of them is kept');
});

t.test('a need that is posted twice is told, and one that says almost the same', async (t) => {
  const first = await made(firm_b, 'needs', NEED);
  const twin = await post(firm_b, 'needs', { ...NEED, title: 'CHARGING  batteries, in the cold!' });
  t.match([twin.status, twin.body.detail], [409, new RegExp(first.id)]);
  const near = await made(firm_b, 'needs', { ...NEED, body: `${NEED.body} Soon.` });
  t.same(near.similar, [first.id]);
  t.equal((await post(buyer, 'needs', NEED)).status, 201, 'another may need the same');
  const closed = await call<Posted>(firm_b.key, 'POST', `/v1/network/needs/${first.id}/closure`);
  t.equal(closed.body.state, 'closed');
  t.equal((await call(firm_b.key, 'POST', `/v1/network/needs/${first.id}/closure`)).status, 409);
  t.equal((await post(firm_b, 'needs', NEED)).status, 201, 'what is closed may be posted anew');
});

t.test('one that asks twice with one key posts once', async (t) => {
  const key = { 'idempotency-key': 'posted-once' };
  const body = { ...NEED, title: 'Asked twice' };
  const answers = await Promise.all(
    [1, 2].map(() => call<Posted>(firm_a.key, 'POST', '/v1/network/needs', body, key)),
  );
  t.equal(answers[0]!.body.id, answers[1]!.body.id);
});

t.test('offers: listings and patents and services are for those who have them', async (t) => {
  for (const [party, given, field] of [
    [firm_a, { kind: 'listing' }, 'kind'],
    [firm_a, { kind: 'agency' }, 'kind'],
    [firm_a, { kind: 'patent' }, 'patent_ids'],
    [firm_a, { patent_ids: [service.takePatent()] }, 'patent_ids'],
    [firm_a, { price_min_minor: 2, price_max_minor: 1, currency: 'CNY' }, 'price_max_minor'],
    [firm_a, { available_from: '2010-01-01', available_until: '2009-12-01' }, 'available_until'],
  ] as [Party, object, string][]) {
    const { status, body } = await post(party, 'offers', { ...OFFER, ...given });
    t.match([status, body.errors?.[0]?.pointer], [422, `/body/${field}`], JSON.stringify(given));
  }
  const unknown = { ...OFFER, kind: 'patent', patent_ids: ['00000000-0000-8000-8000-000000000000'] };
  t.match(await post(firm_a, 'offers', unknown), { status: 422, body: { detail: /not in the database/ } });
  const own = await made(firm_a, 'offers', { ...OFFER, kind: 'patent', patent_ids: [service.takePatent()] });
  t.equal((await post(firm_a, 'offers', { ...OFFER, kind: 'patent', patent_ids: [] })).status, 422);
  const withdrawn = await call<Posted>(firm_a.key, 'POST', `/v1/network/offers/${own.id}/withdrawal`);
  t.equal(withdrawn.body.state, 'withdrawn');
});

t.test('matches come best first, each with its reasons, in three languages', async (t) => {
  const fit = await made(buyer, 'offers', OFFER);
  const far = await made(buyer, 'offers', { ...OFFER, title: 'Lithium battery, elsewhere', region: 'US-CA' });
  const other = await made(buyer, 'offers', {
    ...OFFER,
    title: 'Steel casting',
    body: 'Moulds for casting steel.',
    fields: [26],
  });
  const chinese = await made(buyer, 'offers', {
    ...OFFER,
    title: '低温锂电池充电',
    body: '锂电池在零下三十度充电的加热方法。',
  });
  const russian = await made(agency, 'offers', {
    ...OFFER,
    kind: 'agency',
    profile: 'agency',
    title: 'Агентство по литиевым аккумуляторам',
    body: 'Готовим заявки на литиевые аккумуляторы и зарядные устройства.',
  });
  const need = await made(firm_a, 'needs', NEED);
  const found = await matches(firm_a, need.id);
  const place = (id: string) => found.findIndex(({ offer_id }) => offer_id === id);
  t.ok(place(fit.id) === 0, 'what says the same, near by');
  t.ok(place(far.id) > 0, 'elsewhere it stands lower');
  t.equal(place(other.id), -1, 'what shares neither word nor field is none');
  t.match(found[0]!.reasons, { field: 1, region: 1, availability: 1, budget: 0.5, outcomes: 0.3 });
  t.ok(found[0]!.words.includes('lithium'), found[0]!.words.join(' '));
  for (const [at, match] of found.entries())
    t.ok(at === 0 || match.strength <= found[at - 1]!.strength, 'in order');

  const zh = await made(firm_a, 'needs', {
    ...NEED,
    title: '锂电池低温充电',
    body: '寻找锂电池低温充电技术',
  });
  t.equal((await matches(firm_a, zh.id))[0]!.offer_id, chinese.id);
  const ru = await made(firm_a, 'needs', {
    ...NEED,
    title: 'Патентный поверенный для литиевого аккумулятора',
    body: 'Нужна помощь с заявкой на литиевый аккумулятор.',
    kinds: ['agency'],
  });
  t.same(
    (await matches(firm_a, ru.id)).map(({ offer_id }) => offer_id),
    [russian.id],
    'words are found in whatever case they stand',
  );
  const none = await made(firm_a, 'needs', {
    ...NEED,
    title: 'Not from China',
    excluded_regions: ['CN'],
    kinds: ['technology'],
  });
  t.same(
    (await matches(firm_a, none.id)).map(({ offer_id }) => offer_id),
    [far.id],
  );
  t.equal(
    (await call(buyer.key, 'GET', `/v1/network/needs/${need.id}/matches`)).status,
    404,
    'its owner alone',
  );
});

t.test('an offer of one’s own matches no need of one’s own', async (t) => {
  const mine = await made(expert, 'offers', {
    ...OFFER,
    kind: 'expert',
    profile: 'expert',
    title: 'Zymurgy of yeasts',
  });
  const need = await made(expert, 'needs', { ...NEED, profile: 'expert', title: 'Zymurgy of yeasts' });
  t.ok(!(await matches(expert, need.id)).some(({ offer_id }) => offer_id === mine.id));
  const asked = { need_id: need.id, offer_id: mine.id, message: 'x' };
  t.equal((await post(expert, 'introductions', asked)).status, 422);
});

t.test('patents in force that nobody offers are matches too', async (t) => {
  const { deriveChanged } = await import('../../src/patents/derived.ts');
  await deriveChanged(database, clock.now());
  const [patent] = await database.sql<{ patent_id: string; title: string; field: number | null }[]>`
    select patent_id, title, field from patent_search
    where legal_state = 'in_force' and title is not null order by length(title) desc limit 1`;
  if (!patent) return void t.comment('no patent of the sample has a title');
  const need = await made(firm_a, 'needs', {
    ...NEED,
    title: patent.title.slice(0, 200),
    fields: patent.field ? [patent.field] : [],
  });
  const found = await matches(firm_a, need.id);
  t.ok(found.some(({ patent_id, offer_id }) => patent_id === patent.patent_id && offer_id === null));
});

t.test('what is listed is offered, under the same pseudonym, until the listing is over', async (t) => {
  const listed = await call<{ id: string; seller: { pseudonym_id: string } } & ProblemAnswer>(
    firm_b.key,
    'POST',
    '/v1/listings',
    {
      title: 'Xylophone resonators',
      summary: 'Resonators of a xylophone that keep their tone in the cold',
      kinds: ['sale'],
      channels: ['talk'],
      territories: ['CN'],
      patent_ids: [service.takePatent()],
      expires_on: '2010-03-01',
    },
  );
  t.equal(listed.status, 201, listed.text);
  const hear = () => hearEvents(database, network.listeners, clock.now());
  await hear();
  const need = await made(firm_a, 'needs', { ...NEED, title: 'Xylophone resonators', kinds: ['listing'] });
  const [match] = await matches(firm_a, need.id);
  t.match(match, { kind: 'listing', title: 'Xylophone resonators', region: 'CN' });
  const shown = await call<{ owner: null }>(firm_a.key, 'GET', `/v1/network/offers/${match!.offer_id}`);
  t.match(shown.body, { pseudonym_id: listed.body.seller.pseudonym_id, available_until: '2010-03-01' });
  t.notMatch(shown.text, /Firm B/);
  await call(firm_b.key, 'POST', `/v1/listings/${listed.body.id}/withdrawal`);
  await hear();
  t.same(await matches(firm_a, need.id), []);
});

t.test('before both consent neither finds the other; after it both know', async (t) => {
  const named = async (kind: string, name: string): Promise<Party> => {
    const { body } = await call<{ id: string }>(staff.key, 'POST', '/v1/organisations', { kind, name });
    const { body: issued } = await call<{ key: string }>(
      staff.key,
      'POST',
      `/v1/organisations/${body.id}/keys`,
      {
        label: 'test',
        scopes: ['read', 'write'],
      },
    );
    return { id: body.id, key: issued.key };
  };
  const asker = await named('firm', 'Quillfeather Motors');
  const owner = await named('buyer', 'Wolframite Institute');
  const under = async (party: Party) =>
    (await call<{ id: string }>(party.key, 'POST', '/v1/pseudonyms', {})).body.id;
  const told = await post(asker, 'needs', {
    ...NEED,
    title: 'Wanted by quillfeather motors',
    pseudonym_id: await under(asker),
  });
  t.match([told.status, told.body.detail], [422, /would tell who is behind/]);
  const foreign = await post(asker, 'needs', { ...NEED, title: 'x1', pseudonym_id: await under(owner) });
  t.match([foreign.status, foreign.body.detail], [422, /no pseudonym of yours/]);
  const need = await made(asker, 'needs', { ...NEED, title: 'Quiet need', pseudonym_id: await under(asker) });
  const offer = await made(owner, 'offers', {
    ...OFFER,
    title: 'Quiet offer',
    pseudonym_id: await under(owner),
  });
  const asked = await post<Introduction>(asker, 'introductions', {
    need_id: need.id,
    offer_id: offer.id,
    message: 'shall we meet?',
  });
  t.match(asked, { status: 201, body: { state: 'asked', side: 'need', next: ['withdrawn'], parties: null } });
  const words = { asker: [asker.id, 'Quillfeather'], owner: [owner.id, 'Wolframite'] };
  const search = async () => ({
    asker: leaksIn(await everythingSeenBy(service, { ...asker, kind: 'firm' }), words.owner),
    owner: leaksIn(await everythingSeenBy(service, { ...owner, kind: 'buyer' }), words.asker),
  });
  t.same(await search(), { asker: [], owner: [] });
  t.equal((await step(asker, asked.body, 'consented')).status, 409, 'who asked does not answer');
  t.equal((await step(firm_b, asked.body, 'consented')).status, 404, 'to a third party it is not there');
  const consented = await step(owner, asked.body, 'consented');
  t.match(consented.body, {
    state: 'introduced',
    parties: { need: { name: 'Quillfeather Motors' }, offer: { name: 'Wolframite Institute' } },
  });
  const found = await search();
  for (const each of [found.asker, found.owner])
    for (const place of [
      '/v1/network/introductions',
      `/v1/network/introductions/${asked.body.id}`,
      '/v1/events',
      '/v1/audit',
      'table network_introduced',
    ])
      t.ok(each.includes(place), `${place} tells it now: the search would have found it`);
  const third = await everythingSeenBy(service, { ...expert, kind: 'expert' });
  t.same(leaksIn(third, [...words.asker, ...words.owner]), [], 'a third party learns nothing');
  const stream = await call(staff.key, 'GET', '/v1/events?limit=200');
  t.notMatch(stream.text, /network\.introduction|Quillfeather/, 'nor do staff, in what they hear');
});

const introduced = async (title: string) => {
  const need = await made(firm_a, 'needs', { ...NEED, title });
  const offer = await made(agency, 'offers', { ...OFFER, kind: 'agency', profile: 'agency', title });
  const { body } = await post<Introduction>(firm_a, 'introductions', {
    need_id: need.id,
    offer_id: offer.id,
    message: 'hello',
  });
  return { need, offer, introduction: body };
};
const stateOf = async (what: string, { id }: Posted) =>
  (await call<{ state: string }>(firm_a.key, 'GET', `/v1/network/${what}/${id}`)).body.state;

t.test(
  'need, match, consent, introduction, deal: told to both, and a deal is one when both say it',
  async (t) => {
    const { need, offer, introduction } = await introduced('From need to deal');
    t.ok((await matches(firm_a, need.id)).some(({ offer_id }) => offer_id === offer.id));
    const twice = { need_id: need.id, offer_id: offer.id, message: 'again' };
    t.equal((await post(firm_a, 'introductions', twice)).status, 409);
    await step(agency, introduction, 'consented');
    t.equal(await stateOf('needs', need), 'matched');
    t.equal((await step(firm_a, introduction, 'met')).body.state, 'met');
    t.equal((await step(firm_a, introduction, 'deal')).body.state, 'met', 'the other has not said so');
    t.equal((await step(firm_a, introduction, 'deal')).status, 409);
    t.equal(await stateOf('needs', need), 'matched');
    t.match((await step(agency, introduction, 'deal')).body, { state: 'deal', next: [] });
    t.equal(await stateOf('needs', need), 'closed');
    const kept = await call<{ introductions_over: number; introductions_came: number }>(
      firm_a.key,
      'GET',
      `/v1/network/offers/${offer.id}`,
    );
    t.match(kept.body, { introductions_over: 1, introductions_came: 1 }, 'counted once');
    for (const party of [firm_a, agency]) {
      const events = await call(party.key, 'GET', '/v1/events?limit=200');
      t.match(events.text, new RegExp(`network.introduction.deal.{0,400}${introduction.id}`));
      const trail = await call(party.key, 'GET', '/v1/audit?limit=200');
      t.match(trail.text, /network\.introduction\.deal/);
    }
  },
);

t.test('a refusal stands, and what nobody answers is over in time', async (t) => {
  const { need, offer, introduction } = await introduced('Refused');
  t.equal((await step(agency, introduction, 'refused')).body.state, 'refused');
  const again = { need_id: need.id, offer_id: offer.id, message: 'please' };
  t.match(await post(firm_a, 'introductions', again), {
    status: 409,
    body: { detail: /refused, and that stands/ },
  });
  const { introduction: waiting } = await introduced('Not answered');
  const days = ANSWER_DAYS + 1;
  const later = new Date(clock.now().getTime() + days * 86_400_000).toISOString();
  t.match(await tend(later), { network_introductions_expired: 1 });
  t.match((await step(agency, waiting, 'consented')).body, { detail: /is expired/ });
});

t.test('of two that answer at once one counts', async (t) => {
  for (let round = 0; round < 4; round++) {
    const { introduction } = await introduced(`At once ${round}`);
    const answers = await Promise.all([
      step(agency, introduction, 'consented'),
      step(firm_a, introduction, 'withdrawn'),
      step(agency, introduction, 'refused'),
    ]);
    t.same(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  }
});

t.test('what came of introductions is learnt, and ranks those that come after', async (t) => {
  const before = await call<{ introductions: number }>(bank_a.key, 'GET', '/v1/network/matching');
  for (let n = 0; n < 6; n++) {
    const { introduction } = await introduced(`Learnt from ${n}`);
    await step(agency, introduction, 'consented');
    await step(agency, introduction, n === 0 ? 'nothing' : 'met');
  }
  const learnt = await tend(hoursOn(1));
  t.ok(learnt.network_introductions_learnt! >= 6);
  const after = await call<{ introductions: number; weights: { of: Record<string, number> } }>(
    bank_a.key,
    'GET',
    '/v1/network/matching',
  );
  t.ok(after.body.introductions > before.body.introductions);
  const need = await made(firm_a, 'needs', { ...NEED, title: 'After it was learnt', kinds: ['agency'] });
  const [best] = await matches(firm_a, need.id);
  t.ok(best!.reasons.outcomes! > 0.3, `outcomes ${best!.reasons.outcomes}`);
  t.match(await tend(hoursOn(1)), { network_introductions_learnt: 0 }, 'nothing new, nothing done');
});

t.test('needs and offers end with their days, and their owners are told', async (t) => {
  const need = await made(firm_a, 'needs', { ...NEED, title: 'Short', ends_on: '2009-12-31' });
  const offer = await made(firm_a, 'offers', { ...OFFER, title: 'Short', available_until: '2009-12-31' });
  await tend('2010-01-01T01:00:00Z');
  t.equal(await stateOf('needs', need), 'expired');
  t.equal(await stateOf('offers', offer), 'expired');
  t.equal(
    (await call(buyer.key, 'GET', `/v1/network/needs/${need.id}`)).status,
    404,
    'others see it no more',
  );
  const events = await call(firm_a.key, 'GET', '/v1/events?limit=200');
  t.match(events.text, new RegExp(`network.need.expired.{0,400}${need.id}`));
  const asked = {
    need_id: need.id,
    offer_id: (await made(agency, 'offers', { ...OFFER, profile: 'agency', title: 'Late' })).id,
    message: 'x',
  };
  t.equal((await post(firm_a, 'introductions', asked)).status, 409);
});

t.test('lists are paged, and filtered by region, field and words', async (t) => {
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 60 && cursor !== null; page++) {
    const url = `/v1/network/offers?limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const { body } = await call<{ data: Posted[]; next_cursor: string }>(bank_a.key, 'GET', url);
    seen.push(...body.data.map(({ id }) => id));
    cursor = body.next_cursor;
  }
  const all = await call<{ data: Posted[] }>(bank_a.key, 'GET', '/v1/network/offers?limit=200');
  t.same(
    seen,
    all.body.data.map(({ id }) => id),
  );
  for (const [query, wanted] of [
    ['region=US-CA', 'Lithium battery, elsewhere'],
    ['field=26', 'Steel casting'],
    ['q=casting', 'Steel casting'],
  ] as const) {
    const { body } = await call<{ data: { title: string }[] }>(
      bank_a.key,
      'GET',
      `/v1/network/offers?${query}`,
    );
    t.same(
      body.data.map(({ title }) => title),
      [wanted],
      query,
    );
  }
  t.equal((await call(bank_a.key, 'GET', '/v1/network/offers?cursor=nonsense')).status, 400);
  t.equal((await call(bank_a.key, 'GET', '/v1/network/offers?q=%3F')).status, 400);
});

t.test('an organisation has no more open needs than it may, also when it posts at once', async (t) => {
  const open = await database.sql`select from network_need_owner join network_need on id = need_id
    where organisation_id = ${expert.id} and state in ('open', 'matched')`;
  const left = MAX_OPEN_NEEDS - open.count;
  const answers = await Promise.all(
    Array.from({ length: left + 5 }, (_, n) =>
      post(expert, 'needs', { ...NEED, profile: 'expert', title: `Many ${n}`, ends_on: '2011-01-01' }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 201).length, left);
  t.equal(answers.filter(({ status }) => status === 422).length, 5);
});

t.test('what meets a need stands higher among matches than in a search for its text', async (t) => {
  const { database: empty } = await createTestDatabase(t);
  const file = fileURLToPath(new URL('../../data/matching_judged.json', import.meta.url));
  const report = await backtestMatching(empty, await readJudgedNeeds(file), 7, () => {});
  t.match(report, { seed: 7, needs: 60, offers: 375, judged: 87 });
  t.ok(
    report.mrr > report.mrr_text_left_in && report.mrr_text_left_in > report.mrr_text,
    JSON.stringify(report),
  );
  t.ok(report.difference.low > 0 && report.difference.low < report.difference.high, JSON.stringify(report));
});

t.test('a file of judged needs that is none is refused with the place', async (t) => {
  const folder = await openFolder('pledgewatch-judged-');
  const file = path.join(folder, 'judged.json');
  t.teardown(() => rm(folder, { recursive: true }));
  const need = { id: 'a', title: 'x', body: 'x', profile: 'firm', relevant: ['o'] };
  const offer = { id: 'o', kind: 'technology', title: 'x', body: 'x', profile: 'firm' };
  for (const [set, wrong] of [
    ['[', /judged.json: /],
    [{ needs: [], offers: [offer] }, /no list "needs"/],
    [{ needs: [need, need], offers: [offer] }, /needs\[1\]: "id"/],
    [{ needs: [{ ...need, relevant: ['p'] }], offers: [offer] }, /need a: give in "relevant"/],
    [{ needs: [{ ...need, colour: 'red' }], offers: [offer] }, /a\/colour: there is no such field/],
    [{ needs: [need], offers: [{ ...offer, fields: [36] }] }, /o\/fields\/0: /],
  ] as const) {
    await writeFile(file, typeof set === 'string' ? set : JSON.stringify(set));
    await t.rejects(readJudgedNeeds(file), { message: wrong }, String(wrong));
  }
});
