/** What matching rests on: places by code, reasons and their weights, outcomes, steps of an introduction, the metric. */
import fc from 'fast-check';
import t from 'tap';
import {
  hindrance,
  INTRODUCTION_STATES,
  type Said,
  SIDES,
  type Side,
  stateAfter,
  stepsFor,
  TAKEN_STEPS,
} from '../../models/matching/introduction.ts';
import { type Lesson, learnWeights, tally } from '../../models/matching/learn.ts';
import { NO_OUTCOMES, outcomesReason, pairOf } from '../../models/matching/outcomes.ts';
import {
  availabilityReason,
  budgetReason,
  fieldReason,
  information,
  lengthFactor,
  PRIOR_WEIGHTS,
  REASONS,
  type Reasons,
  regionReason,
  strength,
  UNSAID,
  wordsReason,
} from '../../models/matching/reasons.ts';
import {
  CHINESE_PROVINCES,
  FARTHEST,
  isWithin,
  leavesRegion,
  readRegion,
  regionDistance,
  regionLevels,
} from '../../models/matching/regions.ts';
import { mulberry32 } from '../../models/random.ts';

const region = fc.oneof(
  fc.constantFrom('CN', 'DE', 'US', 'RU', 'HK'),
  fc.constantFrom(...CHINESE_PROVINCES, 'US-CA', 'RU-MOW', 'DE-BY'),
  fc
    .tuple(fc.constantFrom('11', '32', '44'), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
    .map(([province, city, county]) => `${province}0${city}0${county}`),
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const reasons = fc.record(
  Object.fromEntries(REASONS.map((reason) => [reason, share])),
) as fc.Arbitrary<Reasons>;

t.test('a region is read from any of its codes, and what has an office of its own is itself', async (t) => {
  t.same(regionLevels('320505'), ['CN', 'CN-JS', '320500', '320505']);
  t.same(regionLevels('320500'), ['CN', 'CN-JS', '320500']);
  t.equal(readRegion(' cn-js '), 'CN-JS');
  t.equal(readRegion('320000'), 'CN-JS');
  t.equal(readRegion('CN-HK'), 'HK');
  t.equal(readRegion('810000'), 'HK');
  t.equal(CHINESE_PROVINCES.length, 31);
  for (const wrong of ['XX', 'CN-QQ', '990000', 'China', '3205', ''])
    t.throws(() => readRegion(wrong), { code: 'region_unknown' }, wrong);
});

t.test('distance is the same both ways, nought to itself, and never more than the farthest', async () => {
  fc.assert(
    fc.property(region, region, (a, b) => {
      const steps = regionDistance(a, b);
      return (
        steps === regionDistance(b, a) &&
        regionDistance(a, a) === 0 &&
        Number.isInteger(steps) &&
        steps >= 0 &&
        steps <= FARTHEST &&
        (steps === FARTHEST) === (regionLevels(a)[0] !== regionLevels(b)[0])
      );
    }),
  );
});

t.test('distances of places that are known', async (t) => {
  for (const [a, b, steps] of [
    ['320505', '320506', 0],
    ['320505', 'CN-JS', 0],
    ['320505', '320100', 1],
    ['CN-JS', 'CN', 1],
    ['320505', 'CN', 1],
    ['CN', 'CN', 0],
    ['CN-JS', 'CN-ZJ', 2],
    ['CN-JS', 'HK', 3],
    ['US-CA', 'US-NY', 2],
  ] as const)
    t.equal(regionDistance(a, b), steps, `${a} ${b}`);
});

t.test(
  'what is excluded is left out with all that is in it; what is wanted may be named broader',
  async (t) => {
    t.equal(leavesRegion('320505', ['CN-JS'], []), true);
    t.equal(leavesRegion('CN', ['CN-JS'], []), true, 'who serves all of China serves Jiangsu');
    t.equal(leavesRegion('CN-ZJ', ['CN-JS'], []), false);
    t.equal(leavesRegion('320505', [], ['CN-JS']), false);
    t.equal(leavesRegion('CN', [], ['CN-JS']), true);
    t.equal(leavesRegion(null, ['CN-JS'], ['US']), true);
    fc.assert(
      fc.property(region, region, (one, outer) => leavesRegion(one, [], [outer]) === !isWithin(one, outer)),
    );
  },
);

t.test('every reason is a share, and none is worse for more of it', async (t) => {
  fc.assert(
    fc.property(reasons, fc.constantFrom(...REASONS), share, (some, reason, more) => {
      const better = { ...some, [reason]: Math.max(some[reason], more) };
      return strength(better) >= strength(some) && strength(some) > 0 && strength(some) < 1;
    }),
  );
  t.throws(() => strength({ ...fixed(0), words: 1.1 }), { code: 'out_of_range' });
  const worked = strength({
    words: 0.6,
    field: 1,
    region: 1,
    availability: 1,
    budget: UNSAID,
    outcomes: 0.3,
  });
  t.ok(Math.abs(worked - 1 / (1 + Math.exp(0.85))) < 1e-12, String(worked));
});

function fixed(value: number): Reasons {
  return Object.fromEntries(REASONS.map((reason) => [reason, value])) as Reasons;
}

t.test('a rare word tells more than a common one, a long offer less than a short one', async (t) => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(1_000_000), (a, b, all) => {
      const [few, many] = a < b ? [a, b] : [b, a];
      return information(few, all) >= information(many, all) && information(many, all) >= 0;
    }),
  );
  t.ok(lengthFactor(20) > lengthFactor(60) && lengthFactor(60) > lengthFactor(400));
  t.ok(Math.abs(lengthFactor(60) - 1) < 1e-12);
  t.same([wordsReason(3, 6), wordsReason(9, 6), wordsReason(3, 0)], [0.5, 1, 0]);
});

t.test('what one side does not say speaks neither for nor against', async (t) => {
  t.equal(fieldReason([], [3]), UNSAID);
  t.same([fieldReason([3, 4], [4]), fieldReason([3], [4])], [1, 0]);
  t.equal(regionReason(null, 'CN'), UNSAID);
  t.equal(regionReason('CN-JS', 'CN-ZJ'), 1 - 2 / 3);
  const money = (least_minor: number | null, most_minor: number | null, currency = 'CNY') => ({
    least_minor,
    most_minor,
    currency,
  });
  t.equal(budgetReason(money(null, null), money(1, 2)), UNSAID);
  t.equal(budgetReason(money(1, 2, 'USD'), money(1, 2)), UNSAID);
  t.same(
    [budgetReason(money(null, 10), money(11, null)), budgetReason(money(5, 10), money(null, 4))],
    [0, 0],
  );
  t.equal(budgetReason(money(5, 10), money(8, 20)), 1);
  const term = { from: '2026-01-01', until: '2026-01-10' };
  t.equal(availabilityReason(term, { from: null, until: null }), 1);
  t.equal(availabilityReason(term, { from: '2026-01-06', until: null }), 0.5);
  t.equal(availabilityReason(term, { from: null, until: '2025-12-31' }), 0);
  t.throws(
    () => availabilityReason({ from: '2026-01-02', until: '2026-01-01' }, { from: null, until: null }),
    {
      code: 'out_of_range',
    },
  );
});

t.test('outcomes are drawn towards what is usual, the more so the fewer they are', async (t) => {
  const pair = pairOf('firm', 'agency');
  t.equal(outcomesReason(NO_OUTCOMES, pair), 0.3);
  t.equal(outcomesReason(NO_OUTCOMES, pair, { over: 5, came: 5 }), 0.65);
  const known = { all: { over: 100, came: 30 }, pairs: { [pair]: { over: 90, came: 90 } } };
  t.ok(outcomesReason(known, pair) > outcomesReason(known, pairOf('bank', 'expert')));
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), (a, b) => {
      const [came, over] = a < b ? [a, b] : [b, a];
      const one = outcomesReason(NO_OUTCOMES, pair, { over, came });
      return (
        one > 0 && one < 1 && outcomesReason(NO_OUTCOMES, pair, { over: over + 1, came: came + 1 }) >= one
      );
    }),
  );
});

t.test(
  'weights are those before where nothing was learnt, and stay in their bounds whatever is',
  async (t) => {
    t.same(learnWeights([]), PRIOR_WEIGHTS);
    const lesson = fc.record({
      profile: fc.constant('firm'),
      kind: fc.constant('agency'),
      reasons,
      came: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(lesson, { maxLength: 60 }), (lessons) => {
        const { of } = learnWeights(lessons);
        return REASONS.every((reason) => of[reason] >= 0 && of[reason] <= 2 * PRIOR_WEIGHTS.of[reason]);
      }),
      { numRuns: 50 },
    );
  },
);

t.test('a reason that outcomes went by gets more weight, one that they did not gets less', async (t) => {
  const random = mulberry32(7);
  const lessons: Lesson[] = Array.from({ length: 400 }, () => {
    const drawn = Object.fromEntries(REASONS.map((reason) => [reason, random()])) as Reasons;
    const chance = 1 / (1 + Math.exp(-(5 * drawn.region - 3)));
    return { profile: 'firm', kind: 'agency', reasons: drawn, came: random() < chance };
  });
  const learnt = learnWeights(lessons);
  t.ok(learnt.of.region > PRIOR_WEIGHTS.of.region, `region ${learnt.of.region}`);
  t.ok(learnt.of.words < PRIOR_WEIGHTS.of.words, `words ${learnt.of.words}`);
  t.same(learnWeights(lessons), learnt, 'the same again');
  t.same(tally(lessons).pairs['firm:agency'], tally(lessons).all);
});

const said: fc.Arbitrary<readonly [Side, readonly (readonly [Side, (typeof TAKEN_STEPS)[number]])[]]> =
  fc.tuple(
    fc.constantFrom(...SIDES),
    fc.array(fc.tuple(fc.constantFrom(...SIDES), fc.constantFrom(...TAKEN_STEPS)), { maxLength: 12 }),
  );

t.test(
  'whatever is tried in whatever order, no deal is without both, and nothing follows an end',
  async () => {
    fc.assert(
      fc.property(said, ([asked_by, tried]) => {
        const taken: Said[] = [];
        for (const [side, step] of tried) {
          const before = stateAfter(taken);
          if (hindrance(step, side, asked_by, taken) !== null) continue;
          if (['deal', 'nothing', 'refused', 'withdrawn', 'expired'].includes(before)) return false;
          taken.push({ step, side });
        }
        const state = stateAfter(taken);
        const consented = taken.some(({ step, side }) => step === 'consented' && side !== asked_by);
        const deals = new Set(taken.flatMap(({ step, side }) => (step === 'deal' ? [side] : [])));
        return (
          INTRODUCTION_STATES.includes(state) &&
          (!['introduced', 'met', 'deal', 'nothing'].includes(state) || consented) &&
          (state === 'deal') === (deals.size === 2)
        );
      }),
      { numRuns: 2_000 },
    );
  },
);

t.test('who was asked answers, who asked may only take it back', async (t) => {
  t.same(stepsFor('offer', 'need', []), ['consented', 'refused']);
  t.same(stepsFor('need', 'need', []), ['withdrawn']);
  const met: Said[] = [
    { step: 'consented', side: 'offer' },
    { step: 'met', side: 'need' },
  ];
  t.same(stepsFor('need', 'need', met), ['deal', 'nothing']);
  t.same(stepsFor('need', 'need', [...met, { step: 'deal', side: 'need' }]), ['nothing']);
  t.equal(stateAfter([...met, { step: 'deal', side: 'need' }]), 'met');
});
