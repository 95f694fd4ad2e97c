/** What is to be expected of a pledge and of a portfolio: notices, breaches, spreads, stress. */
import fc from 'fast-check';
import t from 'tap';
import { addDays } from '../../models/calendar.ts';
import { noticeProbability } from '../../models/lapse/notice-hazard.ts';
import { concentration } from '../../models/portfolio/concentration.ts';
import { normalPairs } from '../../models/portfolio/normal-pairs.ts';
import {
  NO_SHOCKS,
  type PortfolioPatent,
  type Shocks,
  simulatePortfolio,
} from '../../models/portfolio/stress.ts';
import { mulberry32 } from '../../models/random.ts';
import { breachProbability, type ProjectedPatent } from '../../models/risk/breach.ts';
import { cureTo, loanToValueRange } from '../../models/risk/loan-to-value.ts';
import { projectionSpread } from '../../models/risk/projection-spread.ts';

const SEED = Number(process.env.SEED ?? 20_261_127);
t.comment(`SEED=${SEED}`);
const property = { seed: SEED };

const TODAY = '2020-06-01';
const due = (days_ago: number, hazard: number, paid = false) => ({
  due_on: addDays(TODAY, -days_ago),
  hazard,
  paid,
});
const share = () => fc.double({ min: 0, max: 1, noNaN: true });

t.test('a notice comes as often as lapses are published within the horizon', async (t) => {
  t.equal(noticeProbability([due(379, 0.2)], TODAY, 47).toFixed(9), '0.100000000', 'worked example');
  t.equal(noticeProbability([], TODAY, 180), 0);
  t.equal(noticeProbability([due(400, 0.2, true)], TODAY, 180), 0, 'a paid annuity causes none');
  t.equal(noticeProbability([due(600, 0.2)], TODAY, 180), 0, 'long silence means paid');
  t.equal(noticeProbability([due(-10, 0.2)], TODAY, 180), 0, 'what falls due later is published later still');
  t.throws(() => noticeProbability([], TODAY, -1), RangeError);
  const annuities = fc.array(fc.tuple(fc.integer({ min: -400, max: 700 }), share(), fc.boolean()), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(
      annuities,
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 300 }),
      (list, a, b) => {
        const sorted = list
          .sort((x, y) => y[0] - x[0])
          .map(([days, hazard, paid]) => due(days, 0.9 * hazard, paid));
        const [near, far] = [Math.min(a, b), Math.max(a, b)].map((days) =>
          noticeProbability(sorted, TODAY, days),
        );
        return near! >= 0 && near! <= far! && far! <= 1 + 1e-12;
      },
    ),
    property,
  );
});

const patents = fc.array(
  fc.record({ value_minor: fc.integer({ min: 0, max: 1_000_000_000 }), notice_probability: share() }),
  { minLength: 1, maxLength: 10 },
);

/** All subsets of patents that lose their value, one by one. */
function breachByEnumeration(
  list: readonly ProjectedPatent[],
  outstanding: number,
  limit_bp: number,
): number {
  const least = (outstanding * 10_000) / limit_bp;
  let chance = 0;
  for (let subset = 0; subset < 2 ** list.length; subset++) {
    let probability = 1;
    let value = 0;
    for (const [i, patent] of list.entries()) {
      const lost = (subset >> i) & 1;
      probability *= lost ? patent.notice_probability : 1 - patent.notice_probability;
      value += lost ? 0 : patent.value_minor;
    }
    if (value <= least) chance += probability;
  }
  return chance;
}

t.test('the chance of a breach is that of the patents that may lapse', async (t) => {
  const one = [{ value_minor: 100, notice_probability: 0.1 }];
  const ask = { patents: one, outstanding_minor: 45, ltv_breach_bp: 5000, log_sd: 0 };
  t.equal(breachProbability(ask).toFixed(9), '0.100000000', 'worked example');
  t.equal(breachProbability({ ...ask, outstanding_minor: 0 }), 0);
  t.equal(breachProbability({ ...ask, patents: [{ value_minor: 0, notice_probability: 0 }] }), 1);
  t.throws(() => breachProbability({ ...ask, patents: [] }), RangeError);
  t.throws(() => breachProbability({ ...ask, log_sd: -1 }), RangeError);
  const equal = Array.from({ length: 5 }, () => ({ value_minor: 200, notice_probability: 0.3 }));
  for (const outstanding_minor of [50, 150, 250, 350, 450])
    t.ok(
      Math.abs(
        breachProbability({ ...ask, patents: equal, outstanding_minor }) -
          breachByEnumeration(equal, outstanding_minor, 5000),
      ) < 1e-12,
      `five equal patents, ${outstanding_minor} owed: as by enumeration`,
    );
});

t.test('more debt, a lower limit or a likelier notice never makes a breach less likely', async () => {
  fc.assert(
    fc.property(
      patents,
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 20_000 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (list, outstanding_minor, more, ltv_breach_bp, log_sd) => {
        const ask = { patents: list, outstanding_minor, ltv_breach_bp, log_sd };
        const chance = breachProbability(ask);
        const worse = [
          breachProbability({ ...ask, outstanding_minor: outstanding_minor + more }),
          breachProbability({ ...ask, ltv_breach_bp: Math.ceil(ltv_breach_bp / 2) }),
          breachProbability({ ...ask, patents: list.map((each) => ({ ...each, notice_probability: 1 })) }),
        ];
        return chance >= 0 && chance <= 1 && worse.every((other) => other >= chance - 1e-9);
      },
    ),
    property,
  );
});

t.test('the spread starts at its prior and follows what came', async (t) => {
  t.equal(projectionSpread(90, [], '2010-01-01'), 0.17);
  const month = { month: '2010-01-01', mean_squared_log_error: 0.01 };
  t.equal(projectionSpread(90, [month], '2010-01-15').toFixed(3), '0.155', 'worked example');
  const long = Array.from({ length: 48 }, (_, i) => ({
    month: `20${String(6 + Math.floor(i / 12)).padStart(2, '0')}-${String(1 + (i % 12)).padStart(2, '0')}-01`,
    mean_squared_log_error: 0.0025,
  }));
  const learnt = projectionSpread(90, long, '2009-12-31');
  t.ok(learnt > 0.05 && learnt < 0.11, `towards .05 from .17: ${learnt}`);
  t.throws(() => projectionSpread(90, [month], '2009-12-31'), RangeError);
  t.throws(() => projectionSpread(45, [], '2010-01-01'), RangeError);
});

t.test('a ratio has the ends of its value the other way round, and a cure reaches its limit', async (t) => {
  t.same(loanToValueRange(300, { low_minor: 500, mid_minor: 1000, high_minor: 3000 }), {
    low_bp: 1000,
    mid_bp: 3000,
    high_bp: 6000,
  });
  t.same(cureTo(3_000_000, 7_000_000, 3000), { pay_minor: 900_000, add_value_minor: 3_000_000 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.integer({ min: 1, max: 20_000 }),
      (outstanding, value, limit_bp) => {
        const { pay_minor, add_value_minor } = cureTo(outstanding, value, limit_bp);
        const kept = (debt: number, worth: number) => debt * 10_000 <= worth * limit_bp;
        if (kept(outstanding, value)) return pay_minor === 0 && add_value_minor === 0;
        const enough = kept(outstanding - pay_minor, value) && kept(outstanding, value + add_value_minor);
        const least =
          !kept(outstanding - pay_minor + 1, value) && !kept(outstanding, value + add_value_minor - 1);
        return enough && least;
      },
    ),
    property,
  );
});

const patent = (change: Partial<PortfolioPatent> = {}): PortfolioPatent => ({
  pledge: 0,
  field: 6,
  value_minor: 100,
  log_sd: 0,
  in_force_probability: 1,
  lapse_probability: 0,
  validity_probability: 1,
  ...change,
});
const mean = (figures: Float64Array) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
const shocked = (change: Partial<Shocks>): Shocks => ({ ...NO_SHOCKS, challenge_probability: 0, ...change });

t.test('a stress test gives what can be reckoned by hand', async (t) => {
  const owed = [{ outstanding_minor: 30, ltv_breach_bp: 4000 }];
  const calm = simulatePortfolio(owed, [patent()], shocked({}), 100, SEED);
  t.equal(mean(calm.value_minor), 100);
  t.equal(mean(calm.breaches), 0);
  const fallen = simulatePortfolio(owed, [patent()], shocked({ value_fall: 0.3 }), 100, SEED);
  t.ok(Math.abs(mean(fallen.value_minor) - 70) < 1e-9, 'worked example');
  t.equal(mean(fallen.breaches), 1);
  const field = simulatePortfolio(owed, [patent()], shocked({ field_falls: { 7: 1 } }), 100, SEED);
  t.equal(mean(field.value_minor), 100, 'another field’s fall');
  const gone = simulatePortfolio(owed, [patent()], shocked({ field_falls: { 6: 1 } }), 100, SEED);
  t.equal(mean(gone.uncovered_minor), 30);
  t.equal(gone.breach_share[0], 1);
});

t.test('chances come out as shares of the draws', async (t) => {
  const owed = [{ outstanding_minor: 30, ltv_breach_bp: 5000 }];
  const doubtful = patent({ value_minor: 90, in_force_probability: 0.9, lapse_probability: 0.1 });
  const lapses = simulatePortfolio(owed, [doubtful], shocked({}), 10_000, SEED);
  t.ok(Math.abs(mean(lapses.value_minor) - 90) < 1.5, `in force or nothing: ${mean(lapses.value_minor)}`);
  t.ok(Math.abs(lapses.breach_share[0]! - 0.1) < 0.015);
  const twice = simulatePortfolio(owed, [doubtful], shocked({ lapse_multiplier: 2 }), 10_000, SEED);
  t.ok(Math.abs(twice.breach_share[0]! - 0.2) < 0.02);
  const challenged = patent({ validity_probability: 0.85 });
  const filed = simulatePortfolio(owed, [challenged], shocked({ challenge_probability: 1 }), 10, SEED);
  t.ok(
    Math.abs(mean(filed.value_minor) - (100 * 0.5) / 0.85) < 1e-6,
    'a filing takes validity from .85 to .5',
  );
  const spread = simulatePortfolio(owed, [patent({ log_sd: 0.5 })], shocked({}), 10_000, SEED);
  t.ok(Math.abs(mean(spread.value_minor) - 100 * Math.exp(0.125)) < 3, 'mean of a lognormal');
});

t.test('the same seed gives the same figures, and patents of a field fall together', async (t) => {
  const book = Array.from({ length: 40 }, (_, i) => patent({ pledge: i, field: 1 + (i % 2), log_sd: 1 }));
  const owed = book.map(() => ({ outstanding_minor: 50, ltv_breach_bp: 5000 }));
  const run = (seed: number) => simulatePortfolio(owed, book, NO_SHOCKS, 500, seed);
  t.same(run(SEED), run(SEED));
  t.notSame(run(SEED).value_minor, run(SEED + 1).value_minor);
  const spread = (list: PortfolioPatent[]) => {
    const { value_minor } = simulatePortfolio(owed, list, shocked({}), 2_000, SEED);
    const m = mean(value_minor);
    return Math.sqrt(mean(value_minor.map((value) => (value - m) ** 2)));
  };
  const apart = book.map((each, i) => ({ ...each, field: 1 + (i % 35) }));
  const alike = book.map((each) => ({ ...each, field: 1 }));
  t.ok(spread(alike) > 1.2 * spread(apart), 'one field is riskier than many');
});

t.test('a worse shock never makes a portfolio better', async () => {
  const owed = Array.from({ length: 5 }, (_, i) => ({ outstanding_minor: 20 * i, ltv_breach_bp: 5000 }));
  const book = Array.from({ length: 10 }, (_, i) =>
    patent({ pledge: i % 5, field: 1 + i, log_sd: 0.8, lapse_probability: 0.05, validity_probability: 0.8 }),
  );
  fc.assert(
    fc.property(share(), share(), fc.double({ min: 1, max: 5, noNaN: true }), (a, b, lapse_multiplier) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      const run = (shocks: Partial<Shocks>) => simulatePortfolio(owed, book, shocked(shocks), 50, SEED);
      const mild = run({ value_fall: less });
      const hard = run({ value_fall: more, lapse_multiplier });
      return (
        mild.value_minor.every((value, i) => value >= hard.value_minor[i]!) &&
        mild.breaches.every((count, i) => count <= hard.breaches[i]!) &&
        mild.uncovered_minor.every((loan, i) => loan <= hard.uncovered_minor[i]!)
      );
    }),
    { ...property, numRuns: 30 },
  );
});

t.test('what no portfolio can be is refused by name', async (t) => {
  const owed = [{ outstanding_minor: 1, ltv_breach_bp: 5000 }];
  const codeOf = (formula: () => unknown) => {
    try {
      formula();
      return 'none';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const run = (shocks: Partial<Shocks>, draws = 10, list = [patent()]) =>
    codeOf(() => simulatePortfolio(owed, list, shocked(shocks), draws, SEED));
  t.equal(run({}, 10, []), 'empty_portfolio');
  t.equal(run({}, 1.5), 'not_whole');
  t.equal(run({}, 1_000_000), 'out_of_range');
  t.equal(run({ value_fall: 1.1 }), 'out_of_range');
  t.equal(run({ field_falls: { 40: 0.1 } }), 'out_of_range');
  t.equal(run({ lapse_multiplier: Number.NaN }), 'out_of_range');
  t.equal(run({}, 10, [patent({ pledge: 3 })]), 'no_such_pledge');
});

t.test('pairs of normal numbers have the moments of a standard normal', async (t) => {
  const normal = normalPairs(mulberry32(SEED));
  const drawn = Float64Array.from({ length: 100_000 }, normal);
  t.ok(Math.abs(mean(drawn)) < 0.015);
  t.ok(Math.abs(mean(drawn.map((x) => x ** 2)) - 1) < 0.02);
  t.ok(Math.abs(mean(drawn.map((x, i) => x * (drawn[i + 1] ?? 0)))) < 0.015, 'neighbours are not tied');
});

t.test('concentration is 1 for one group and a share for equal ones', async (t) => {
  t.same(concentration([]), { herfindahl: 0, groups: [] });
  t.equal(concentration([{ group: 'a', amount: 5 }]).herfindahl, 1);
  const { herfindahl, groups } = concentration([
    { group: 'b', amount: 40 },
    { group: 'a', amount: 30 },
    { group: 'a', amount: 30 },
  ]);
  t.equal(herfindahl.toFixed(9), '0.520000000');
  t.same(
    groups.map(({ group, share: part }) => [group, part]),
    [
      ['a', 0.6],
      ['b', 0.4],
    ],
  );
  t.throws(() => concentration([{ group: 'a', amount: -1 }]), RangeError);
});
