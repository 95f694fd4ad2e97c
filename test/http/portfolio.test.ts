/** What banks are told of their loans together and of what is to come: outlook, portfolio, stress, covenants. */
import t from 'tap';
import { buildService, type ProblemAnswer } from '../service.ts';

interface Pledge {
  id: string;
  approved_value_minor: number | null;
}
interface Outlook {
  status: string;
  outstanding_minor: number;
  loan_to_value: { low_bp: number | null; mid_bp: number | null; high_bp: number | null };
  cures: { to_target: { pay_minor: number; add_value_minor: number } } | null;
  horizons: {
    horizon_days: number;
    breach_probability: number;
    notice_probability: number;
    log_sd: number;
  }[];
}
interface Portfolio {
  pledges: number;
  patents: number;
  outstanding_minor: number;
  value: { low_minor: number; mid_minor: number; high_minor: number };
  weighted_ltv_bp: number | null;
  statuses: Record<string, number>;
  expected_breaches: { horizon_days: number; pledges: number }[];
  concentrations: Record<
    string,
    { herfindahl: number; groups: { group: string; amount_minor: number; share: number }[] }
  >;
}
interface Covenant {
  id: string;
  on: string;
  kind: string;
  pledge_id: string;
  patent: { application_number: string } | null;
}
interface Stress {
  pledges: number;
  seed: number;
  calm: { breaches: { mean: number }; value_minor: { p50: number } };
  stressed: { breaches: { mean: number }; value_minor: { p50: number }; worst: { pledge_id: string }[] };
}

const service = await buildService(t);
const { clock, call, bank_a, bank_b, firm_a, staff } = service;
const today = () => clock.now().toISOString().slice(0, 10);

async function activePledge(): Promise<Pledge & { principal_minor: number }> {
  const ask = {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: [service.takePatent(), service.takePatent()].map((patent_id) => ({
      patent_id,
      annual_revenue_minor: 500_000_000,
    })),
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  };
  const { body: pledge } = await call<Pledge>(firm_a.key, 'POST', '/v1/pledges', ask);
  const move = async (body: object) => {
    const moved = await call<Pledge>(bank_a.key, 'POST', `/v1/pledges/${pledge.id}/moves`, body);
    if (moved.status !== 201) throw new Error(moved.text);
    return moved.body;
  };
  const appraised = await move({ to: 'appraised' });
  const principal_minor = Math.floor(appraised.approved_value_minor! * 0.25);
  await move({ to: 'proposed', principal_minor });
  await move({ to: 'registered', registration_number: `Y${pledge.id.slice(-6)}`, registered_on: today() });
  await move({ to: 'active', disbursed_on: today() });
  return { ...pledge, principal_minor };
}

const outlookOf = (key: string, id: string, query = '') =>
  call<Outlook & ProblemAnswer>(key, 'GET', `/v1/pledges/${id}/outlook${query}`);
const portfolioOf = (key: string, query = '') =>
  call<Portfolio & ProblemAnswer>(key, 'GET', `/v1/portfolio${query}`);
const stress = (key: string, body: object) =>
  call<Stress & ProblemAnswer>(key, 'POST', '/v1/portfolio/stress', body);

const first = await activePledge();
const second = await activePledge();
await service.passTo('2009-07-01T02:00:00Z');

t.test('a pledge tells its loan-to-value as a range and the chances of a breach', async (t) => {
  const { status, body } = await outlookOf(bank_a.key, first.id);
  t.equal(status, 200);
  t.equal(body.status, 'valued');
  t.equal(body.outstanding_minor, first.principal_minor);
  const { low_bp, mid_bp, high_bp } = body.loan_to_value;
  t.ok(low_bp! < mid_bp! && mid_bp! < high_bp!, 'a range around the median');
  t.ok(mid_bp! > 2000 && mid_bp! < 3500);
  t.same(
    body.horizons.map(({ horizon_days }) => horizon_days),
    [30, 90, 180],
  );
  const chances = body.horizons.map(({ breach_probability }) => breach_probability);
  t.ok(chances[0]! <= chances[1]! && chances[1]! <= chances[2]! && chances[2]! > 0 && chances[2]! < 1);
  t.equal(body.horizons[0]!.log_sd, 0.1, 'the prior, while nothing has come of any projection');
  t.same((await outlookOf(firm_a.key, first.id)).body, body, 'the firm sees the same');
});

t.test(
  'nothing is expected of a pledge on which nothing is owed, and nothing is told to strangers',
  async (t) => {
    const early = await outlookOf(bank_a.key, first.id, '?as_of=2009-06-10T02:00:00Z');
    t.same(early.body.horizons, []);
    t.equal(early.body.outstanding_minor, 0);
    t.same(early.body.cures?.to_target, { limit_bp: 3000, pay_minor: 0, add_value_minor: 0 });
    const before = await outlookOf(bank_a.key, first.id, '?as_of=2009-06-09T02:00:00Z');
    t.equal(before.body.status, 'unknown', 'before it was requested');
    t.equal(before.body.cures, null);
    const foreign = await outlookOf(bank_b.key, first.id);
    t.equal(foreign.status, 404);
    t.equal(foreign.body.detail, (await outlookOf(bank_b.key, 'plg_none')).body.detail);
  },
);

t.test('a portfolio adds up its pledges and says where it is concentrated', async (t) => {
  const { status, body } = await portfolioOf(bank_a.key);
  t.equal(status, 200);
  t.equal(body.pledges, 2);
  t.equal(body.patents, 4);
  t.equal(body.outstanding_minor, first.principal_minor + second.principal_minor);
  const { low_minor, mid_minor, high_minor } = body.value;
  t.ok(low_minor < mid_minor && mid_minor < high_minor);
  t.equal(body.weighted_ltv_bp, Math.round((10_000 * body.outstanding_minor) / mid_minor));
  t.equal(
    Object.values(body.statuses).reduce((sum, count) => sum + count, 0),
    2,
  );
  for (const [name, { herfindahl, groups }] of Object.entries(body.concentrations)) {
    t.ok(Math.abs(groups.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, name);
    t.ok(herfindahl > 0 && herfindahl <= 1 + 1e-12, name);
  }
  t.equal(body.concentrations.firm!.herfindahl, 1, 'one firm');
  const expected = body.expected_breaches.find(({ horizon_days }) => horizon_days === 180)!.pledges;
  const stated = await Promise.all([first, second].map(({ id }) => outlookOf(bank_a.key, id)));
  const sum = stated.reduce((total, { body: { horizons } }) => total + horizons[2]!.breach_probability, 0);
  t.ok(Math.abs(expected - sum) < 1e-12);
});

t.test('a bank sees its own portfolio alone; staff see one bank’s or all', async (t) => {
  t.equal((await portfolioOf(bank_b.key)).body.pledges, 0);
  t.equal((await portfolioOf(bank_b.key)).body.weighted_ltv_bp, null);
  t.equal((await portfolioOf(bank_b.key, `?bank_id=${bank_a.id}`)).status, 404);
  t.equal((await portfolioOf(staff.key)).body.pledges, 2);
  t.equal((await portfolioOf(staff.key, `?bank_id=${bank_b.id}`)).body.pledges, 0);
  t.equal((await portfolioOf(firm_a.key)).status, 403);
  t.equal((await portfolioOf(bank_a.key, '?as_of=2009-06-09T00:00:00Z')).body.pledges, 0, 'as known then');
});

t.test('what was shown is told as unchanged to whom it was shown, until it changes', async (t) => {
  const flow = `/v1/pledges/${first.id}/value-flow`;
  const ask = (key: string, path: string, tag?: string) =>
    call(key, 'GET', path, undefined, tag === undefined ? {} : { 'if-none-match': tag });
  const tags = new Map<string, string>();
  for (const path of ['/v1/portfolio', flow]) {
    const shown = await ask(bank_a.key, path);
    const tag = String(shown.headers.etag);
    tags.set(path, tag);
    const again = await ask(bank_a.key, path, `"another", ${tag}`);
    t.same([again.status, again.text, again.headers.etag], [304, '', tag], path);
    t.equal((await ask(bank_a.key, path, 'W/"another"')).text, shown.text, 'another tag gets it whole');
    const other = await ask(path === flow ? firm_a.key : staff.key, path, tag);
    t.equal(other.status, 200, 'the tag of one organisation is none of another, though it sees the same');
    t.not(other.headers.etag, tag);
    const earlier = await ask(bank_a.key, `${path}?as_of=${clock.now().toISOString()}`, tag);
    t.equal(earlier.status, 200, 'another question has another tag');
  }
  t.equal((await ask(bank_b.key, flow, tags.get(flow))).status, 404, 'who may not see it is told nothing');
  const paid = { amount_minor: 1, paid_on: today() };
  t.equal((await call(bank_a.key, 'POST', `/v1/pledges/${first.id}/repayments`, paid)).status, 201);
  first.principal_minor -= 1;
  clock.set(new Date(clock.now().getTime() + 60_000));
  await service.passTo(clock.now().toISOString());
  for (const [path, tag] of tags) t.equal((await ask(bank_a.key, path, tag)).status, 200, path);
  t.equal(
    (await portfolioOf(bank_a.key)).body.outstanding_minor,
    first.principal_minor + second.principal_minor,
    'and a summary that was kept is not shown for it',
  );
  const maturities = async () => {
    const { headers, body } = await portfolioOf(bank_a.key);
    const groups = body.concentrations.maturity_year!.groups.map(({ group }) => group).sort();
    return { tag: headers.etag, groups };
  };
  const agreed = await maturities();
  t.same(agreed.groups, ['2011']);
  await service.database.sql`update pledge set matures_on = '2012-06-10' where id = ${first.id}`;
  const anew = await maturities();
  t.same(anew.groups, ['2011', '2012'], 'nor where the contract changed and no value did');
  t.not(anew.tag, agreed.tag);
});

t.test('a stress test is worse than calm, and the same seed gives the same figures', async (t) => {
  const shocks = { value_fall: 0.4, lapse_multiplier: 3, draws: 500, seed: 7 };
  const { status, body } = await stress(bank_a.key, shocks);
  t.equal(status, 200);
  t.equal(body.pledges, 2);
  t.equal(body.seed, 7);
  t.ok(body.stressed.breaches.mean >= body.calm.breaches.mean);
  t.ok(body.stressed.value_minor.p50 < body.calm.value_minor.p50);
  t.same(body.stressed.worst.map(({ pledge_id }) => pledge_id).sort(), [first.id, second.id].sort());
  t.same((await stress(bank_a.key, shocks)).body, body);
  t.not((await stress(bank_a.key, { draws: 10 })).body.seed, undefined, 'a seed is drawn and told');
});

t.test('a stress test that cannot be is refused with its reason', async (t) => {
  t.equal((await stress(bank_a.key, { value_fall: 1.5 })).status, 400);
  t.equal(
    (await stress(bank_a.key, { technology_falls: [{ technology_field: 36, fall: 0.1 }] })).status,
    400,
  );
  t.match((await stress(bank_b.key, {})).body.detail, /no pledge/i);
  const [one, other] = await Promise.all([
    stress(bank_a.key, { draws: 10_000, seed: 1 }),
    stress(bank_a.key, { draws: 10_000, seed: 1 }),
  ]);
  t.same([one.status, other.status].sort(), [200, 409], 'one at a time');
});

const covenants = (key: string, query = '') =>
  call<{ data: Covenant[]; complete: boolean } & ProblemAnswer>(key, 'GET', `/v1/covenants${query}`);

t.test('the covenant calendar holds what falls due, in order, for the parties alone', async (t) => {
  const { body } = await covenants(bank_a.key, '?until=2030-01-01');
  const days = body.data.map(({ on }) => on);
  t.same(days, days.toSorted());
  t.ok(body.complete);
  t.ok(days[0]! >= today());
  const kinds = new Set(body.data.map(({ kind }) => kind));
  for (const kind of ['annuity_due', 'patent_expiry', 'loan_maturity', 'revaluation'])
    t.ok(kinds.has(kind), kind);
  t.equal(body.data.filter(({ kind }) => kind === 'loan_maturity').length, 2);
  t.equal(new Set(body.data.map(({ id }) => id)).size, body.data.length, 'every date has an id of its own');
  t.same((await covenants(firm_a.key, '?until=2030-01-01')).body, body);
  t.same((await covenants(bank_b.key, '?until=2030-01-01')).body.data, []);
  t.same(
    (await covenants(bank_b.key, `?pledge_id=${first.id}`)).body.data,
    [],
    'a stranger’s pledge is as none',
  );
  const own = (await covenants(bank_a.key, `?pledge_id=${first.id}&until=2030-01-01`)).body.data;
  t.ok(own.length > 0 && own.every(({ pledge_id }) => pledge_id === first.id));
  t.equal((await covenants(bank_a.key, '?from=2009-08-01&until=2009-07-01')).status, 422);
});

t.test('a calendar program reads the same dates under an address that can be taken back', async (t) => {
  const opened = await call<{ id: string; path: string }>(bank_a.key, 'POST', '/v1/covenants/feeds');
  t.equal(opened.status, 201);
  const read = (path: string) => service.app.inject({ method: 'GET', url: path });
  const feed = await read(opened.body.path);
  t.equal(feed.statusCode, 200);
  t.match(feed.headers['content-type'], /^text\/calendar/);
  const { data } = (await covenants(bank_a.key, '?until=2040-01-01')).body;
  const starts = [...feed.body.matchAll(/^DTSTART;VALUE=DATE:(\d{4})(\d{2})(\d{2})\r$/gm)];
  t.same(
    starts.map(([, year, month, day]) => `${year}-${month}-${day}`),
    data.map(({ on }) => on),
    'each date as a day of its own, whatever the time zone',
  );
  t.equal(feed.body.match(/^BEGIN:VEVENT\r$/gm)?.length, data.length);
  t.equal((await read(opened.body.path)).body, feed.body, 'the same dates are the same text');
  t.ok(
    feed.body.split('\r\n').every((line) => Buffer.byteLength(line) <= 75),
    'lines are folded',
  );
  const listed = await call<{ data: { id: string }[] }>(bank_a.key, 'GET', '/v1/covenants/feeds');
  t.same(
    listed.body.data.map(({ id }) => id),
    [opened.body.id],
  );
  t.notMatch(
    JSON.stringify(listed.body),
    opened.body.path.split('/').at(-1)!.slice(0, 10),
    'no secret is shown again',
  );
  const wrong = opened.body.path.replace(/.{5}\.ics$/, 'AAAAA.ics');
  const missing = opened.body.path.replace(opened.body.id, 'cal_none');
  for (const path of [wrong, missing]) t.equal((await read(path)).statusCode, 404);
  t.equal((await call(bank_b.key, 'DELETE', `/v1/covenants/feeds/${opened.body.id}`)).status, 404);
  t.equal((await call(bank_a.key, 'DELETE', `/v1/covenants/feeds/${opened.body.id}`)).status, 204);
  t.equal((await read(opened.body.path)).statusCode, 404);
  t.equal((await call(bank_a.key, 'DELETE', `/v1/covenants/feeds/${opened.body.id}`)).status, 404);
});

t.test('an organisation has no more calendar addresses than it may', async (t) => {
  const open = () => call(firm_a.key, 'POST', '/v1/covenants/feeds');
  for (let i = 0; i < 20; i++) await open();
  const refused = await open();
  t.equal(refused.status, 422);
  t.match(refused.body.detail, /MAX_COVENANT_FEEDS/);
});
