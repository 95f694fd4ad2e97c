/** What is shown of agencies: rates and times shrunk to what all have in common, and conflicts of interest. */
import fc from 'fast-check';
import t from 'tap';
import {
  CONFLICT_KINDS,
  conflictsOf,
  type Instructing,
  type Principal,
} from '../../models/agencies/conflicts.ts';
import { type CaseTime, fitPendencyPrior, shrunkPendency } from '../../models/agencies/shrunk-pendency.ts';
import { fitRatePrior, shrunkRate, type Tally } from '../../models/agencies/shrunk-rate.ts';
import { zoomedMaximum } from '../../models/agencies/zoomed-maximum.ts';
import { mulberry32 } from '../../models/random.ts';

const near = (found: number, wanted: number, within: number) => Math.abs(found - wanted) <= within;

t.test('the top of a smooth hill is found wherever it lies in the box', async () => {
  const place = fc.double({ min: -4.9, max: 4.9, noNaN: true });
  fc.assert(
    fc.property(place, place, fc.double({ min: 0.1, max: 10, noNaN: true }), (a, b, steep) => {
      const { x, y } = zoomedMaximum(
        (x, y) => -steep * (x - a) ** 2 - (y - b) ** 2,
        [
          [-5, 5],
          [-5, 5],
        ],
      );
      return near(x, a, 1e-3) && near(y, b, 1e-3);
    }),
  );
});

const tally = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([trials, share]): Tally => ({ trials, successes: Math.round(trials * share) }));
const prior = fc.record({
  mean: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
  strength: fc.double({ min: 1, max: 500, noNaN: true }),
});

t.test('a shrunk rate lies between its own and that of all, and its interval holds', async (t) => {
  fc.assert(
    fc.property(tally, prior, (own, all) => {
      const { rate, low, high, n } = shrunkRate(own, all);
      const raw = own.trials === 0 ? all.mean : own.successes / own.trials;
      const [least, most] = [Math.min(raw, all.mean), Math.max(raw, all.mean)];
      return (
        rate >= least - 1e-12 &&
        rate <= most + 1e-12 &&
        low <= high &&
        low >= 0 &&
        high <= 1 &&
        n === own.trials
      );
    }),
  );
  t.match(shrunkRate({ successes: 9, trials: 10 }, { mean: 0.6, strength: 10 }), { rate: 0.75, n: 10 });
  t.equal(shrunkRate({ successes: 0, trials: 0 }, { mean: 0.6, strength: 10 }).rate, 0.6);
});

t.test('more of the same moves a rate to its own, and more of what is common makes it surer', async () => {
  const count = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(count, count, prior, (won, lost, all) => {
      const of = (successes: number, trials: number) => shrunkRate({ successes, trials }, all);
      const own = won / (won + lost);
      // Of less than one case of either kind most of the interval's mass lies at an end, and more may widen it.
      fc.pre(Math.min(all.mean, 1 - all.mean) * (all.strength + won) >= 1);
      const [few, many] = [of(won, won + lost), of(won * 50, (won + lost) * 50)];
      const [some, more] = [of(won * all.mean, won), of((won + lost) * all.mean, won + lost)];
      return (
        Math.abs(many.rate - own) <= Math.abs(few.rate - own) + 1e-12 &&
        more.high - more.low < some.high - some.low
      );
    }),
  );
});

t.test('one perfect case does not lead, and the order of groups does not matter', async (t) => {
  const groups = [
    { successes: 1, trials: 1 },
    { successes: 80, trials: 100 },
    { successes: 60, trials: 90 },
    { successes: 30, trials: 60 },
  ];
  const all = fitRatePrior(groups);
  const [one, good] = groups.map((group) => shrunkRate(group, all));
  t.ok(one!.low < good!.low, `${one!.low} < ${good!.low}`);
  t.same(fitRatePrior(groups.toReversed()), all);
  t.same(fitRatePrior([]), { mean: 0.5, strength: 10 });
  const single = fitRatePrior([{ successes: 1, trials: 1 }]);
  t.ok(single.mean < 0.75, 'one success says little of all');
});

t.test('of groups drawn at random, nine of ten intervals hold the truth', async (t) => {
  const random = mulberry32(7);
  const truths = Array.from({ length: 400 }, () => 0.35 + 0.5 * random());
  const groups = truths.map((truth, index): Tally => {
    const trials = 1 + (index % 30);
    return {
      trials,
      successes: Array.from({ length: trials }, random).filter((drawn) => drawn < truth).length,
    };
  });
  const all = fitRatePrior(groups);
  const held = groups.filter((group, index) => {
    const { low, high } = shrunkRate(group, all);
    return low <= truths[index]! && truths[index]! <= high;
  });
  t.ok(near(all.mean, 0.6, 0.03), `mean ${all.mean}`);
  t.ok(near(held.length / groups.length, 0.9, 0.05), `${held.length} of ${groups.length}`);
});

/** Cases of a group with Weibull times, cut off after some years. */
function drawn(random: () => number, count: number, median: number, shape: number, cut: number): CaseTime[] {
  return Array.from({ length: count }, () => {
    const years = median * (-Math.log(1 - random()) / Math.LN2) ** (1 / shape);
    const window = cut * random();
    return years <= window ? { years, decided: true } : { years: Math.max(window, 0.01), decided: false };
  });
}

t.test(
  'pendency counts cases that wait: where half are cut off, the median is still the true one',
  async (t) => {
    const random = mulberry32(11);
    const groups = Array.from({ length: 40 }, () => drawn(random, 60, 3, 2, 8));
    const all = fitPendencyPrior(groups)!;
    t.ok(near(all.shape, 2, 0.2), `shape ${all.shape}`);
    const medians = groups.map((group) => shrunkPendency(group, all));
    const naive = groups.flat().filter(({ decided }) => decided);
    const naive_median = naive.map(({ years }) => years).sort((a, b) => a - b)[Math.floor(naive.length / 2)]!;
    const mean = medians.reduce((sum, { years }) => sum + years, 0) / medians.length;
    t.ok(near(mean, 3, 0.2), `${mean} years`);
    t.ok(naive_median < 2.7, `decided cases alone would say ${naive_median}`);
    const held = medians.filter(({ low, high }) => low <= 3 && 3 <= high).length;
    t.ok(held >= 34, `${held} of 40 intervals hold it`);
    for (const { years, low, high, n, waiting } of medians)
      t.ok(low < years && years < high && n + waiting === 60);
  },
);

t.test('slow and quick agencies stay apart, small ones go to the middle', async (t) => {
  const random = mulberry32(13);
  const slow = drawn(random, 300, 5, 2, 20);
  const quick = drawn(random, 300, 2, 2, 20);
  const small = quick.slice(0, 2);
  const all = fitPendencyPrior([slow, quick, small])!;
  const [a, b, c] = [slow, quick, small].map((group) => shrunkPendency(group, all).years);
  t.ok(a! > 4.3 && b! < 2.4 && c! > b! && c! < a!, `${a}, ${b}, ${c}`);
  t.equal(fitPendencyPrior([]), null);
  t.equal(fitPendencyPrior([[{ years: 2, decided: false }]]), null);
  const worked = shrunkPendency(
    Array.from({ length: 10 }, () => ({ years: 4, decided: true })),
    { shape: 1, mean: 0.5, size: 5 },
  );
  t.ok(near(worked.years, 2.363, 0.001), String(worked.years));
});

t.test('waiting longer never makes an agency look quicker', async () => {
  const years = fc.double({ min: 0.1, max: 20, noNaN: true });
  const cases = fc.array(fc.record({ years, decided: fc.boolean() }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(cases, fc.double({ min: 0.1, max: 5, noNaN: true }), (own, more) => {
      const all = { shape: 1.7, mean: 0.2, size: 5 };
      const later = own.map((one) => (one.decided ? one : { ...one, years: one.years + more }));
      return shrunkPendency(later, all).years >= shrunkPendency(own, all).years - 1e-9;
    }),
  );
});

const FIRM: Instructing = {
  name: 'Acme Ltd',
  technology_field: 13,
  cited_owners: ['Rival Inc.'],
  pledgees: ['Bank A'],
  challengers: ['Opponent GmbH'],
  co_owners: ['Acme Ltd', 'Partner AG'],
};
const acting = (name: string, told: Partial<Principal> = {}): Principal => ({
  name,
  fields: [13],
  cases: 3,
  public: true,
  cited_owners: [],
  ...told,
});

t.test('conflicts are of four kinds; two of them cannot be accepted', async (t) => {
  t.same(conflictsOf(FIRM, [acting('BANK A.')]), [
    { kind: 'pledgee', hard: true, principal: 'BANK A.', cases: 3 },
  ]);
  t.match(conflictsOf(FIRM, [acting('opponent GMBH')]), [{ kind: 'opponent', hard: true }]);
  t.match(conflictsOf(FIRM, [acting('Partner AG')]), [{ kind: 'co_party', hard: false }]);
  t.match(conflictsOf(FIRM, [acting('rival inc')]), [{ kind: 'competitor', hard: false }]);
  t.same(conflictsOf(FIRM, [acting('rival inc', { fields: [1] })]), [], 'another field');
  t.same(conflictsOf(FIRM, [acting('ACME LTD.')]), [], 'itself');
  t.same(conflictsOf(FIRM, [acting('Nobody Ltd')]), []);
});

t.test('clients of the agency here are not named, and not counted', async (t) => {
  const here = { public: false, cited_owners: ['RIVAL INC'] };
  const found = conflictsOf(FIRM, [
    acting('Secret One', here),
    acting('Secret Two', here),
    acting('Rival Inc.'),
  ]);
  t.same(found, [
    { kind: 'competitor', hard: false, principal: 'Rival Inc.', cases: 3 },
    { kind: 'competitor', hard: false, principal: null, cases: null },
  ]);
  const name = fc.constantFrom('Bank A', 'Opponent GmbH', 'Partner AG', 'Rival Inc.', 'Else Ltd');
  const principal = fc
    .record({ name, public: fc.boolean(), both: fc.boolean() })
    .map((told) => acting(told.name, { public: told.public, cited_owners: told.both ? ['Rival Inc.'] : [] }));
  fc.assert(
    fc.property(fc.array(principal, { maxLength: 8 }), (principals) => {
      const conflicts = conflictsOf(FIRM, principals);
      const kinds = conflicts.map(({ kind }) => CONFLICT_KINDS.indexOf(kind));
      const hidden = conflicts.filter((conflict) => conflict.principal === null);
      return (
        kinds.every((kind, index) => index === 0 || kinds[index - 1]! <= kind) &&
        new Set(hidden.map(({ kind }) => kind)).size === hidden.length &&
        hidden.every(({ cases }) => cases === null)
      );
    }),
  );
});
