/** Deals: who records and reads them, what is refused, and how they come to count in values. */
import t, { type Test } from 'tap';
import { calibrate } from '../../jobs/calibrate.ts';
import { parseReceipt, recompute } from '../../jobs/recompute.ts';
import { patentYear } from '../../models/annuity/cnipa.ts';
import { calibrateIntervals, calibrationCell } from '../../models/interval/calibration.ts';
import { valuePatent } from '../../models/valuation.ts';
import { fitHedonic, LEAST_DEALS } from '../../models/value/formulas/hedonic.ts';
import { MARKET_PRIOR } from '../../models/value/market-method.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { dealsKnown, type GivenDeal } from '../../src/deals/store.ts';
import { inputsOf, type Receipt } from '../../src/valuations/receipt.ts';
import { latestModels } from '../../src/valuations/store.ts';
import { surroundings } from '../jobs/setting.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

interface Deal extends GivenDeal {
  id: string;
  organisation_id: string;
  source: string;
  known_at: string;
}

const service = await buildService(t);
const { database, clock, call, bank_a, bank_b, firm_a, staff } = service;
const { sql } = database;

/** An invention with eight years and some to go. */
const DEAL: GivenDeal = {
  reference: 'first',
  patent_id: null,
  right_type: 'invention',
  claims: 7,
  filed_on: '1998-02-03',
  dealt_on: '2009-06-09',
  price_minor: 75_000_000,
  currency: 'CNY',
};

const record = (party: Party, change: object = {}, headers: Record<string, string> = {}) =>
  call<Deal & ProblemAnswer>(party.key, 'POST', '/v1/deals', { ...DEAL, ...change }, headers);
const load = (rows: unknown, party = staff) =>
  call<{ recorded: number } & ProblemAnswer>(party.key, 'POST', '/v1/deals/import', rows);
const list = async (party: Party, query = '') =>
  (await call<{ data: Deal[]; next_cursor: string | null }>(party.key, 'GET', `/v1/deals${query}`)).body;
const countOfDeals = async () => (await sql`select count(*) from deal`)[0]!.count;

async function factsOf(patent_id: string, { call, staff } = service) {
  const { body } = await call<GivenDeal>(staff.key, 'GET', `/v1/patents/${patent_id}`);
  const { right_type, filed_on, claims } = body;
  return { right_type, filed_on, claims };
}

const refuses = (
  t: Test,
  answer: { status: number; body: ProblemAnswer },
  status: number,
  errors: object[],
) => t.hasStrict(answer, { status, body: { errors } });

t.test('a deal is read by who recorded it and by staff, and by nobody else', async (t) => {
  const recorded = await record(firm_a);
  t.equal(recorded.status, 201);
  t.hasStrict(recorded.body, {
    ...DEAL,
    source: 'own',
    organisation_id: firm_a.id,
    known_at: '2009-06-10T02:00:00.000Z',
  });
  t.equal((await record(bank_a)).status, 201, 'a reference is its organisation’s own');
  t.same(
    (await list(firm_a)).data.map(({ id }) => id),
    [recorded.body.id],
  );
  t.same(await list(bank_b), { data: [], next_cursor: null });
  const first = await list(staff, '?limit=1');
  const second = await list(staff, `?limit=1&cursor=${first.next_cursor}`);
  t.same(
    new Set([...first.data, ...second.data].map(({ organisation_id }) => organisation_id)),
    new Set([firm_a.id, bank_a.id]),
  );
  t.equal(second.next_cursor, null);
  t.equal((await call(null, 'GET', '/v1/deals')).status, 401);
  const trace = await sql`select subject, detail from audit_entry
    where organisation_id = ${firm_a.id} and action = 'deal.recorded'`;
  t.equal(trace.length, 1);
  t.equal(trace[0]!.subject, recorded.body.id);
  t.same(JSON.parse(trace[0]!.detail), { ...DEAL, source: 'own' });
  await t.rejects(sql`update deal set price_minor = 1`, /append-only/);
  await t.rejects(sql`truncate deal`, /append-only/);
});

t.test('what cannot be so is refused by its field', async (t) => {
  const patent_id = service.takePatent();
  const facts = await factsOf(patent_id);
  const before = await countOfDeals();
  const cases: [change: object, status: number, pointer: string, detail: RegExp][] = [
    [{}, 422, '/body/reference', /^first is recorded already$/],
    [{ dealt_on: '2009-06-11' }, 422, '/body/dealt_on', /still to come; today is 2009-06-10/],
    [{ dealt_on: '1998-02-02' }, 422, '/body/filed_on', /is after the deal of 1998-02-02/],
    [{ filed_on: '1989-06-09' }, 422, '/body/dealt_on', /is not before 2009-06-09, when the right expired/],
    [{ patent_id: bank_a.id }, 400, '/body/patent_id', /format "uuid"/],
    [{ patent_id: '00000000-0000-8000-8000-000000000000' }, 422, '/body/patent_id', /names no patent/],
    [{ patent_id, ...facts, filed_on: '2001-01-01' }, 422, '/body/filed_on', /^is \d{4}-.* for the patent/],
    [{ patent_id, ...facts, right_type: 'design' }, 422, '/body/right_type', /^is invention for the patent/],
    [{ price_minor: 0 }, 400, '/body/price_minor', />= 1/],
    [{ price_minor: 1.5 }, 400, '/body/price_minor', /integer/],
    [{ claims: 0 }, 400, '/body/claims', />= 1/],
    [{ currency: 'USD' }, 400, '/body/currency', /"CNY"/],
  ];
  for (const [change, status, pointer, detail] of cases) {
    const reference = Object.keys(change).length === 0 ? 'first' : 'other';
    const { body } = await record(bank_a, { reference, ...change });
    t.equal(body.status, status, pointer);
    t.equal(body.errors![0]!.pointer, pointer);
    t.match(body.errors![0]!.detail, detail);
  }
  t.equal(await countOfDeals(), before);
  clock.set(new Date('2009-06-10T20:00:00Z'));
  t.equal((await record(bank_a, { reference: 'in China', dealt_on: '2009-06-11' })).status, 201);
  const imported = { ...DEAL, reference: 'seen by staff' };
  t.equal(
    (await load([imported, { ...imported, reference: 'tomorrow', dealt_on: '2009-06-11' }])).status,
    201,
  );
  t.same(
    (await dealsKnown(sql, clock.now())).map(({ reference }) => reference),
    ['seen by staff'],
    'an imported deal counts from its day on',
  );
  t.same(await dealsKnown(sql, new Date('2009-06-10T01:59:59Z')), [], 'and not before it was known');
});

t.test('a repeated request records once', async (t) => {
  const before = await countOfDeals();
  const key = { 'idempotency-key': 'k' };
  const first = await record(bank_b, { reference: 'twice' }, key);
  const second = await record(bank_b, { reference: 'twice' }, key);
  t.same([first.status, second.status], [201, 201]);
  t.same(second.body, first.body);
  t.equal(await countOfDeals(), before + 1);
  const both = await Promise.all([1, 2].map(() => record(bank_b, { reference: 'at once' })));
  t.same(both.map(({ status }) => status === 201).sort(), [false, true]);
  t.equal(await countOfDeals(), before + 2);
});

t.test('an import names every bad row and records nothing of it', async (t) => {
  const before = await countOfDeals();
  const { price_minor: _price, ...unpriced } = DEAL;
  const answer = await load([
    { ...DEAL, reference: 'good' },
    unpriced,
    { ...DEAL, reference: 'c', colour: 'red' },
    { ...DEAL, reference: 'd', right_type: 'trade mark' },
    5,
    { ...DEAL, reference: 'f', filed_on: '2009-06-31' },
    { ...DEAL, reference: 'good' },
    { ...DEAL, reference: 'h', dealt_on: '2010-01-01', patent_id: '00000000-0000-8000-8000-000000000000' },
    { ...DEAL, reference: 'j', currency: 'USD' },
  ]);
  refuses(t, answer, 422, [
    { pointer: '/body/1/price_minor', detail: 'is missing' },
    { pointer: '/body/2/colour', detail: 'is no field of a deal' },
    { pointer: '/body/3/right_type', detail: 'must be invention, utility_model, design' },
    { pointer: '/body/4', detail: 'must be object' },
    { pointer: '/body/5/filed_on', detail: 'must match format "date"' },
    { pointer: '/body/6/reference', detail: 'good is recorded already' },
    { pointer: '/body/7/dealt_on', detail: 'is still to come; today is 2009-06-10' },
    {
      pointer: '/body/7/patent_id',
      detail: 'names no patent in the database; look it up with GET /v1/patents, or give null',
    },
    { pointer: '/body/8/currency', detail: 'must be CNY' },
  ]);
  t.match(answer.body.detail, /^Of 9 deals 8 cannot be recorded, so none was: \/body\/1\/price_minor/);
  for (const rows of [[], {}, Array(1001).fill(DEAL)]) t.equal((await load(rows)).body.code, 'bad_request');
  t.equal((await load([DEAL], bank_a)).status, 403);
  t.equal(await countOfDeals(), before);

  const whole = Array.from({ length: 1000 }, (_, n) => ({
    ...DEAL,
    reference: `old ${n}`,
    dealt_on: '1999-01-01',
  }));
  t.hasStrict(await load(whole), { status: 201, body: { recorded: 1000 } });
  t.hasStrict((await list(staff, '?limit=200')).data.at(-1), {
    source: 'imported',
    organisation_id: staff.id,
  });
  const [trace] = await sql`select count(*) from audit_entry
    where organisation_id = ${staff.id} and action = 'deal.recorded'`;
  t.equal(trace!.count, 1002);
  t.same((await database.transaction((tx) => verifyChain(tx, staff.id))).broken_at, null);
});

t.test('deals count in values from the month after', async (t) => {
  const own = await buildService(t);
  const { bank_a, firm_a, staff } = own;
  const { sql } = own.database;
  const context = surroundings(t, own.database, own.clock.now());
  const patents = Array.from({ length: 60 }, () => own.takePatent());
  const pledges: string[] = [];
  for (let start = 0; start < patents.length; start += 20) {
    const { body } = await own.call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
      bank_id: bank_a.id,
      firm_id: firm_a.id,
      patents: patents
        .slice(start, start + 20)
        .map((patent_id, n) => ({ patent_id, annual_revenue_minor: 100_000_000 * (1 + n) })),
      currency: 'CNY',
      principal_minor: 1_000_000,
      matures_on: '2012-06-10',
    });
    pledges.push(body.id);
  }

  /** By the patent, of the last point of each value flow. */
  const receipts = async (): Promise<Map<string, { receipt: Receipt; text: string }>> => {
    const found = new Map<string, { receipt: Receipt; text: string }>();
    for (const id of pledges) {
      const flow = await own.call<{
        points: { patents: { patent_id: string; valuation_id: string }[] }[];
      }>(staff.key, 'GET', `/v1/pledges/${id}/value-flow`);
      for (const { patent_id, valuation_id } of flow.body.points.at(-1)!.patents) {
        const { body, text } = await own.call<Receipt>(
          bank_a.key,
          'GET',
          `/v1/pledges/${id}/valuations/${valuation_id}/receipt`,
        );
        found.set(patent_id, { receipt: body, text });
      }
    }
    return found;
  };

  /** Recorded by staff on the day after: a price off the value by a factor that grows with the patent's number. */
  const sell = async (patent_ids: string[], dealt_on: string) => {
    const rows = await Promise.all(
      patent_ids.map(async (patent_id, n) => ({
        ...DEAL,
        ...(await factsOf(patent_id, own)),
        reference: `${patent_id} ${dealt_on}`,
        patent_id,
        dealt_on,
        price_minor: 10_000_000 + 7_000_000 * n,
      })),
    );
    const { status, text } = await own.call(staff.key, 'POST', '/v1/deals/import', rows);
    if (status !== 201) throw new Error(text);
    return rows;
  };
  const knownValues = (
    deals: { patent_id: string; price_minor: number }[],
    valued: Awaited<ReturnType<typeof receipts>>,
  ) =>
    deals.map(({ patent_id, price_minor }) => {
      const inputs = inputsOf(valued.get(patent_id)!.receipt);
      const { facts, as_of } = inputs;
      return {
        cell: calibrationCell(facts.technology_field, patentYear(facts.filed_on, as_of)),
        quantiles: valuePatent({ ...inputs, calibration: null }).if_valid!,
        value: price_minor / 100,
      };
    });

  const june = await receipts();
  t.hasStrict(june.get(patents[0]!)!.receipt, { market: null, calibration: null });

  await t.test('from the least number of deals on', async (t) => {
    own.clock.set(new Date('2009-06-20T02:00:00Z'));
    for (let n = 0; n < LEAST_DEALS; n++) {
      const reference = `own price ${n}`;
      const { status } = await own.call(firm_a.key, 'POST', '/v1/deals', {
        ...DEAL,
        reference,
        price_minor: 1e12,
      });
      t.equal(status, 201);
    }
    t.equal((await calibrate(context, own.clock.now()))!.market, null, 'nobody lifts the market by own word');
    await sell(patents.slice(0, LEAST_DEALS - 1), '2009-06-19');
    t.equal((await calibrate(context, own.clock.now()))!.market, null);
    await sell(patents.slice(LEAST_DEALS - 1, 49), '2009-06-19');
    const { market, calibration } = (await calibrate(context, own.clock.now()))!;
    t.same(market!.parameters.deals, { imported: 49, own: 0 });
    t.equal(calibration, null, 'one too few');
    t.equal((await calibrate(context, new Date('2009-06-19T23:00:00Z')))!.market, null, 'not known by then');
    own.clock.set(new Date('2009-06-20T03:00:00Z'));
    await sell(patents.slice(49), '2009-06-10');
    t.equal(
      (await calibrate(context, own.clock.now()))!.calibration,
      null,
      'no value was known before the deal',
    );
    await sell(patents.slice(49), '2009-06-11');
  });

  const sold = await sql<(GivenDeal & { patent_id: string })[]>`
    select * from deal where source = 'imported' order by dealt_on, id`;
  await own.passTo('2009-07-01T02:00:00Z');
  const july = await receipts();

  await t.test(
    'what they were fitted to is in the receipt, which comes out again from the file',
    async (t) => {
      const [{ receipt, text }] = [...july.values()] as [{ receipt: Receipt; text: string }];
      const features = ({ claims, filed_on, dealt_on }: GivenDeal) => {
        const expires_on = `${Number(filed_on.slice(0, 4)) + 20}${filed_on.slice(4)}`;
        const days = (Date.parse(expires_on) - Date.parse(dealt_on)) / 86_400_000;
        return [Math.log(1 + (claims ?? 7)), days / 365.25];
      };
      const deals = sold.map((deal) => ({
        price: deal.price_minor / 100,
        year: 2009,
        features: features(deal),
        source: 'imported' as const,
      }));
      const fitted = fitHedonic(deals, MARKET_PRIOR, 2009);
      const { market, calibration } = receipt;
      t.equal(market!.parameters.basis, 'deals_and_prior');
      t.same(market!.parameters.deals, { imported: 71, own: 0 });
      for (const [index, mean] of fitted.mean.entries())
        t.ok(
          Math.abs(market!.parameters.mean[index]! - mean) < 1e-3,
          `${mean}, but for the length of a year`,
        );
      const known = knownValues(
        sold.filter(({ dealt_on }) => dealt_on > '2009-06-10'),
        june,
      );
      t.equal(known.length, 60);
      t.hasStrict(calibration!.parameters, {
        basis: '60 deals in patents that were valued within a year before, at the prices paid',
        known_values: 60,
        intervals: calibrateIntervals(known, '').intervals,
      });
      t.ok(receipt.result.valuation.methods.market!.ok);
      t.hasStrict(recompute(parseReceipt(text), null), { agrees: true, differences: [] });
      for (const patent_id of patents.slice(1, 4)) t.ok(recompute(july.get(patent_id)!.receipt, null).agrees);
      const known_by = new Date('2009-06-11T00:00:00Z');
      t.equal((await latestModels(sql, known_by))!.market, null, 'what was known then stays');
    },
  );

  await t.test('an old receipt stays as it was', async (t) => {
    const { receipt, text } = june.get(patents[0]!)!;
    const address = `/v1/pledges/${pledges[0]}/valuations/${receipt.valuation_id}/receipt`;
    t.equal((await own.call(bank_a.key, 'GET', address)).text, text);
  });

  await t.test(
    'a correction is made on what the models alone said, corrected values notwithstanding',
    async (t) => {
      own.clock.set(new Date('2009-07-20T02:00:00Z'));
      const again = await sell(patents.slice(0, 20), '2009-07-15');
      await own.passTo('2009-08-01T02:00:00Z');
      const { calibration } = (await latestModels(sql, own.clock.now()))!;
      const known = [
        ...knownValues(
          sold.filter(({ dealt_on }) => dealt_on > '2009-06-10'),
          june,
        ),
        ...knownValues(again, july),
      ];
      t.equal(calibration!.parameters.known_values, 80);
      t.same(calibration!.parameters.intervals, calibrateIntervals(known, '').intervals);
      const corrected = again.filter(({ patent_id }) => {
        const { receipt } = july.get(patent_id)!;
        const alone = valuePatent({ ...inputsOf(receipt), calibration: null });
        return alone.if_valid!.p95 !== receipt.result.valuation.if_valid!.p95;
      });
      t.equal(corrected.length, 20);
    },
  );
});
