import fc from 'fast-check';
import t from 'tap';
import { CNIPA_FEES } from '../../models/annuity/cnipa.ts';
import { attempt } from '../../models/failure.ts';
import type { Quantiles } from '../../models/quantiles.ts';
import { mulberry32 } from '../../models/random.ts';
import { binomialCall } from '../../models/value/formulas/binomial.ts';
import { europeanCall } from '../../models/value/formulas/black-scholes-merton.ts';
import { buildUpDiscountRate } from '../../models/value/formulas/discount-rate.ts';
import {
  type Deal,
  fitHedonic,
  type HedonicPrior,
  hedonicIndex,
  hedonicPrice,
  LEAST_DEALS,
} from '../../models/value/formulas/hedonic.ts';
import {
  type LearningProcess,
  learningOptionValue,
  solveLearningOption,
} from '../../models/value/formulas/learning-option.ts';
import {
  lognormalFromMeanAndMedian,
  lognormalFromRange,
  lognormalMean,
  lognormalQuantile,
  lognormalTopShare,
} from '../../models/value/formulas/lognormal.ts';
import { marketValueOfPatent, patentReturn } from '../../models/value/formulas/market-value.ts';
import {
  ROYALTY_DIMENSIONS,
  royaltyValueAt,
  simulatedRoyaltyValues,
  simulateRoyaltyRelief,
} from '../../models/value/formulas/monte-carlo.ts';
import { patentOptionValue } from '../../models/value/formulas/patent-option.ts';
import { PREMISES, valueUnderPremise } from '../../models/value/formulas/premise.ts';
import { quasiRandomPoints, radicalInverse } from '../../models/value/formulas/quasi-random.ts';
import { cohortSurvival } from '../../models/value/formulas/renewal-survival.ts';
import { reproductionCost } from '../../models/value/formulas/reproduction-cost.ts';
import {
  industryRoyaltyQuantile,
  ROYALTY_PRIORS,
  royaltyRateLognormal,
} from '../../models/value/formulas/royalty-prior.ts';
import { studentQuantile } from '../../models/value/formulas/student-quantile.ts';
import { taxAmortisationFactor } from '../../models/value/formulas/tax-amortisation.ts';
import {
  type RoyaltyTerms,
  royaltyRelief,
  transferRoyaltyRelief,
} from '../../models/value/formulas/transfer-royalty-relief.ts';
import { triangularMean, triangularQuantile } from '../../models/value/formulas/triangular.ts';
import {
  CHALLENGE_LIKELIHOOD_RATIOS,
  UNCHALLENGED_VALIDITY,
  validityProbability,
} from '../../models/value/formulas/validity.ts';
import { renewalThresholds, renewalValue, scheduleOf } from '../../models/value/renewal.ts';

function near(actual: number, expected: number, relative = 1e-3): boolean {
  return Math.abs(actual - expected) <= relative * Math.abs(expected);
}

/** Code of the failure that the formula throws, or what it answered. */
function refusal(formula: () => unknown): unknown {
  const outcome = attempt(formula);
  return outcome.ok ? outcome.value : outcome.failure.code;
}

const numbers = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const G6_FEES = CNIPA_FEES.invention.fees.slice(3);
const G6_RETURNS = { mu: Math.log(6000), sigma: 1.8 };

t.test('renewal survival: closed form (G6) and what a simulated cohort does', async (t) => {
  const survival = cohortSurvival(G6_FEES, 0.15, G6_RETURNS);
  const golden = { 4: 0.8144, 7: 0.6329, 10: 0.3758, 13: 0.2082, 16: 0.1069, 20: 0.0543 };
  for (const [year, share] of Object.entries(golden)) {
    t.ok(Math.abs(survival[Number(year) - 4]! - share) < 5e-5, `year ${year}`);
  }
  const owners = quasiRandomPoints(200_000, 1, 12_345).map(([u]) => lognormalQuantile(u!, G6_RETURNS));
  G6_FEES.forEach((_, age) => {
    const kept = owners.filter((initial) =>
      G6_FEES.slice(0, age + 1).every((fee, k) => initial * 0.85 ** k >= fee),
    ).length;
    t.ok(Math.abs(kept / owners.length - survival[age]!) < 0.002, `simulated, age ${age}`);
  });
});

t.test('renewal survival never rises, and dearer fees never raise it', async (t) => {
  fc.assert(
    fc.property(
      fc.array(numbers(0, 1e5), { minLength: 1, maxLength: 20 }),
      numbers(0, 0.9),
      numbers(1, 3),
      (fees, decay, dearer) => {
        const survival = cohortSurvival(fees, decay, G6_RETURNS);
        const dear = fees.map((fee) => fee * dearer);
        return cohortSurvival(dear, decay, G6_RETURNS).every(
          (share, k) => share <= survival[k]! && share >= 0 && (k === 0 || survival[k]! <= survival[k - 1]!),
        );
      },
    ),
  );
  t.equal(
    refusal(() => cohortSurvival([], 0.1, G6_RETURNS)),
    'empty',
  );
  t.equal(
    refusal(() => cohortSurvival([-1], 0.1, G6_RETURNS)),
    'out_of_range',
  );
  t.equal(
    refusal(() => cohortSurvival([1], 1, G6_RETURNS)),
    'out_of_range',
  );
  t.equal(
    refusal(() => cohortSurvival([1], 0.1, { mu: Number.NaN, sigma: 1 })),
    'not_finite',
  );
});

t.test('lognormal: spread from mean and median (G23), quantiles and top shares', async (t) => {
  t.ok(near(lognormalFromMeanAndMedian(10, 1).sigma, 2.14597, 1e-5));
  t.ok(near(lognormalFromMeanAndMedian(8.04, 0.75).sigma, 2.17812, 1e-5));
  const values = lognormalFromMeanAndMedian(8.04, 0.75);
  t.ok(near(lognormalMean(values), 8.04, 1e-12) && near(lognormalQuantile(0.5, values), 0.75, 1e-12));
  for (const [top, share] of [
    [0.01, 0.43],
    [0.05, 0.69],
    [0.1, 0.81],
  ] as const) {
    t.ok(Math.abs(lognormalTopShare(top, { mu: 0, sigma: 2.146 }) - share) < 0.005, `top ${top}`);
  }
  const half = lognormalFromRange(2, 8, 0.25);
  t.ok(near(lognormalQuantile(0.25, half), 2, 1e-9) && near(lognormalQuantile(0.75, half), 8, 1e-9));
  t.equal(
    refusal(() => lognormalFromMeanAndMedian(1, 1)),
    'mean_not_above_median',
  );
  t.equal(
    refusal(() => lognormalQuantile(1, values)),
    'out_of_range',
  );
  t.equal(
    refusal(() => lognormalMean({ mu: 0, sigma: 0 })),
    'out_of_range',
  );
  t.equal(
    refusal(() => lognormalFromRange(2, 2, 0.25)),
    'out_of_range',
  );
});

t.test('triangular quantiles are its distribution turned round', async (t) => {
  const rate = { least: 0.02, likeliest: 0.04, greatest: 0.06 };
  t.ok(near(triangularQuantile(0.25, rate), 0.03414214, 1e-6));
  t.ok(near(triangularQuantile(0.5, rate), 0.04, 1e-12) && near(triangularMean(rate), 0.04, 1e-12));
  fc.assert(
    fc.property(numbers(0, 1), numbers(0.1, 5), numbers(0.1, 5), (p, left, right) => {
      const x = triangularQuantile(p, { least: 0, likeliest: left, greatest: left + right });
      const width = left + right;
      const below = x <= left ? x ** 2 / (width * left) : 1 - (width - x) ** 2 / (width * right);
      return Math.abs(below - p) < 1e-9;
    }),
  );
  t.equal(
    refusal(() => triangularQuantile(0.5, { least: 2, likeliest: 1, greatest: 3 })),
    'not_ordered',
  );
  t.equal(
    refusal(() => triangularQuantile(1.1, rate)),
    'out_of_range',
  );
});

t.test('tax amortisation factor (G10) is above 1 and rises with the tax', async (t) => {
  t.ok(near(taxAmortisationFactor(0.25, 10, 0.18, 'year_end'), 1.126573, 1e-6));
  t.ok(near(taxAmortisationFactor(0.25, 10, 0.18, 'mid_year'), 1.139011, 1e-6));
  t.ok(near(taxAmortisationFactor(0.21, 15, 0.15, 'year_end'), 1.08916, 1e-5));
  fc.assert(
    fc.property(numbers(0.01, 0.4), fc.integer({ min: 1, max: 20 }), numbers(0.01, 0.5), (tax, years, k) => {
      const factor = taxAmortisationFactor(tax, years, k, 'year_end');
      return factor > 1 && taxAmortisationFactor(tax + 0.05, years, k, 'year_end') > factor;
    }),
  );
  t.equal(
    refusal(() => taxAmortisationFactor(1.1, 10, 0.1, 'mid_year')),
    'out_of_range',
  );
  t.equal(
    refusal(() => taxAmortisationFactor(0.25, 1.5, 0.1, 'mid_year')),
    'not_whole',
  );
  t.equal(
    refusal(() => taxAmortisationFactor(0.25, 10, 0, 'mid_year')),
    'out_of_range',
  );
});

const TERMS: RoyaltyTerms = {
  revenue: 1e7,
  growth: 0.05,
  royalty_rate: 0.04,
  decay: 0.1,
  tax: 0.25,
  discount: 0.18,
  years: 8,
  fees: [],
};

t.test('royalty relief at mid-year and year end, and to a buyer who amortises (G9)', async (t) => {
  const at = (change: Partial<RoyaltyTerms>) => royaltyRelief({ ...TERMS, ...change }, 'mid_year');
  t.ok(near(at({}), 1_152_103, 1e-6));
  t.ok(near(royaltyRelief(TERMS, 'year_end'), 1_060_597, 1e-6));
  t.ok(near(transferRoyaltyRelief(TERMS, 'mid_year', 10), 1_312_258, 1e-6));
  t.ok(near(at({ royalty_rate: 0.03 }), 864_077, 1e-6) && near(at({ royalty_rate: 0.05 }), 1_440_129, 1e-6));
  t.ok(near(at({ discount: 0.15 }), 1_243_059, 1e-6) && near(at({ discount: 0.25 }), 982_364, 1e-6));
  const fee = royaltyRelief({ ...TERMS, fees: [1000] }, 'year_end');
  t.ok(near(royaltyRelief(TERMS, 'year_end') - fee, 750 / 1.18, 1e-6), 'a fee counts after tax');
  t.equal(at({ fees: [1e9] }), 0, 'the owner may drop the patent');
});

t.test('royalty relief rises with the rate and falls with discount, decay and fees', async (t) => {
  fc.assert(
    fc.property(
      numbers(0.001, 0.4),
      numbers(0.01, 0.5),
      numbers(0, 0.5),
      numbers(0, 1e6),
      (rate, k, d, fee) => {
        const value = (change: Partial<RoyaltyTerms>) =>
          royaltyRelief({ ...TERMS, royalty_rate: rate, discount: k, decay: d, ...change }, 'mid_year');
        const base = value({});
        return (
          value({ royalty_rate: rate + 0.01 }) > base &&
          value({ discount: k + 0.01 }) < base &&
          value({ decay: d + 0.01 }) < base &&
          value({ fees: [fee] }) <= base
        );
      },
    ),
  );
  const refused = (change: Partial<RoyaltyTerms>) =>
    refusal(() => royaltyRelief({ ...TERMS, ...change }, 'mid_year'));
  t.equal(refused({ revenue: 0 }), 'out_of_range');
  t.equal(refused({ revenue: Number.NaN }), 'not_finite');
  t.equal(refused({ growth: -1 }), 'out_of_range');
  t.equal(refused({ years: 7.5 }), 'not_whole');
  t.equal(refused({ years: 1, fees: [1, 2] }), 'fees_beyond_life');
});

t.test('discount rate by build-up names its bands and not less than the cost of capital', async (t) => {
  const parts = { risk_free: 0.02, equity_premium: 0.06, size_premium: 0.04, patent_premium: 0.06 };
  const { rate, bands } = buildUpDiscountRate(parts, 0.12);
  t.ok(near(rate, 0.18, 1e-12));
  t.same(bands, [
    'public_equity',
    'private_company_capital',
    'venture_capital',
    'licensing',
    'licensing_very_low_risk',
  ]);
  t.same(buildUpDiscountRate({ ...parts, patent_premium: 0.9 }, null).bands, []);
  const edge = { risk_free: 0.1, equity_premium: 0.2, size_premium: 0, patent_premium: 0 };
  t.ok(buildUpDiscountRate(edge, null).bands.includes('licensing_low_risk'), 'the end of a band is in it');
  t.equal(
    refusal(() => buildUpDiscountRate(parts, 0.2)),
    'below_cost_of_capital',
  );
  t.equal(
    refusal(() => buildUpDiscountRate({ ...parts, size_premium: -0.1 }, null)),
    'out_of_range',
  );
});

t.test('royalty priors: a surveyed range is the central half, all agreements are the table', async (t) => {
  t.ok(near(industryRoyaltyQuantile('electronics', 0.5), 0.02828427, 1e-6));
  t.ok(near(industryRoyaltyQuantile('electronics', 0.75), 0.04, 1e-9));
  t.ok(near(industryRoyaltyQuantile('telecom', 0.5), 0.047, 1e-9));
  t.ok(near(royaltyRateLognormal('telecom').sigma, 0.771, 1e-3), 'the spread of all agreements');
  t.ok(near(industryRoyaltyQuantile(null, 0.9), 0.098, 1e-9));
  for (const [industry, { range, median_2002 }] of Object.entries(ROYALTY_PRIORS)) {
    t.notOk(median_2002.verified, `${industry}: a figure from memory is not verified`);
    t.ok(range === null || range.low < range.high);
  }
  t.equal(
    refusal(() => industryRoyaltyQuantile(null, 0.95)),
    'beyond_table',
  );
  t.equal(
    refusal(() => industryRoyaltyQuantile(null, Number.NaN)),
    'not_finite',
  );
  t.equal(
    refusal(() => industryRoyaltyQuantile('toString', 0.5)),
    'unknown_industry',
  );
});

t.test('quasi-random points are even, inside the cube and the same for the same seed', async (t) => {
  t.equal(radicalInverse(6, 2), 3 / 8);
  t.ok(near(radicalInverse(6, 3), 2 / 9, 1e-12));
  const points = quasiRandomPoints(10_000, 3, 7);
  const step = points[0]![0]! - points[1]![0]! + 1;
  t.ok(near(step % 1, 1 / 4, 1e-12), 'the seed turns all points alike');
  t.same(quasiRandomPoints(10_000, 3, 7), points);
  t.notSame(quasiRandomPoints(10_000, 3, 8)[0], points[0]);
  t.ok(points.flat().every((share) => share > 0 && share < 1));
  for (let dimension = 0; dimension < 3; dimension++) {
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = points.filter((point) => Math.floor(point[dimension]! * 10) === tenth).length;
      t.ok(Math.abs(inside - 1000) <= 20, `dimension ${dimension}, tenth ${tenth}: ${inside}`);
    }
  }
  t.equal(
    refusal(() => quasiRandomPoints(10, 9, 1)),
    'out_of_range',
  );
  t.equal(
    refusal(() => quasiRandomPoints(0.5, 2, 1)),
    'not_whole',
  );
});

const UNCERTAIN = {
  revenue: { mu: Math.log(1e7) - 0.02, sigma: 0.2 },
  growth: { mean: 0.05, sd: 0.08 },
  royalty_rate: { least: 0.02, likeliest: 0.04, greatest: 0.06 },
  discount: { least: 0.14, likeliest: 0.18, greatest: 0.24 },
  decay: { least: 0.05, likeliest: 0.1, greatest: 0.2 },
  tax: 0.25,
  years: 8,
  validity_probability: 0.85,
};

t.test('Monte Carlo agrees with the run elsewhere, validity told apart', async (t) => {
  const draws = 20_000;
  const result = simulateRoyaltyRelief(UNCERTAIN, draws, 42);
  t.match(result, { seed: 42, draws, validity_probability: 0.85 });
  t.ok(near(result.given_valid.mean * 0.85, 949_000, 0.01), `mean ${result.given_valid.mean}`);
  const values = simulatedRoyaltyValues(UNCERTAIN, draws, 42);
  for (const [p, value] of [
    [0.25, 688_000],
    [0.5, 974_000],
    [0.75, 1_275_000],
    [0.9, 1_592_000],
    [0.95, 1_813_000],
  ] as const) {
    const given_valid = values[Math.floor(((p - 0.15) / 0.85) * draws)]!;
    t.ok(near(given_valid, value, 0.015), `quantile ${p}: ${given_valid}`);
  }
  const { p10: low, p50: mid, p90: high } = result.given_valid;
  t.ok(low > 0 && low < mid && mid < high);
  t.ok(low >= values[1999]! && low <= values[2000]!);
  t.same(simulateRoyaltyRelief(UNCERTAIN, draws, 42), result, 'bit for bit');
  t.notSame(simulateRoyaltyRelief(UNCERTAIN, draws, 43).given_valid, result.given_valid);
});

t.test('quasi-random draws come nearer to the mean than as many pseudo-random ones', async (t) => {
  const draws = 1024;
  const mean = (points: readonly (readonly number[])[]) =>
    points.reduce((sum, point) => sum + royaltyValueAt(UNCERTAIN, point), 0) / points.length;
  const truth = mean(quasiRandomPoints(65_536, ROYALTY_DIMENSIONS, 1));
  const rms = (pointsOf: (seed: number) => number[][]) => {
    const seeds = Array.from({ length: 16 }, (_, index) => index + 100);
    return Math.sqrt(
      seeds.reduce((sum, seed) => sum + (mean(pointsOf(seed)) - truth) ** 2, 0) / seeds.length,
    );
  };
  const pseudo = rms((seed) => {
    const random = mulberry32(seed);
    return Array.from({ length: draws }, () => Array.from({ length: ROYALTY_DIMENSIONS }, random));
  });
  const quasi = rms((seed) => quasiRandomPoints(draws, ROYALTY_DIMENSIONS, seed));
  t.ok(quasi < pseudo / 4, `error ${quasi} against ${pseudo}`);
});

t.test('Monte Carlo refuses what it cannot draw from', async (t) => {
  const refused = (change: Partial<typeof UNCERTAIN>) =>
    refusal(() => simulateRoyaltyRelief({ ...UNCERTAIN, ...change }, 16, 1));
  t.equal(refused({ growth: { mean: 0.05, sd: 0.3 } }), 'out_of_range');
  t.equal(refused({ decay: { least: 0.2, likeliest: 0.1, greatest: 0.3 } }), 'not_ordered');
  t.equal(refused({ validity_probability: 1.2 }), 'out_of_range');
  t.equal(
    refusal(() => simulateRoyaltyRelief(UNCERTAIN, 0, 1)),
    'out_of_range',
  );
  t.equal(
    refusal(() => simulateRoyaltyRelief(UNCERTAIN, 16, 1.5)),
    'not_whole',
  );
});

const OPTION = {
  asset_value: 50,
  exercise_cost: 60,
  years: 10,
  risk_free_rate: 0.03,
  yield_rate: 0.1,
  volatility: 0.4,
};

t.test('options: European in closed form, American on the tree, patent terms (G11)', async (t) => {
  t.ok(near(europeanCall(OPTION), 4.64108, 1e-5));
  t.ok(Math.abs(binomialCall(OPTION, 1000, 'at_end') - 4.642) < 0.001);
  t.ok(Math.abs(binomialCall(OPTION, 1000, 'any_time') - 9.1313) < 0.01);
  const patent = { launch_value: 50, development_cost: 60, remaining_years: 10 };
  const { value, value_if_launched_last } = patentOptionValue({
    ...patent,
    risk_free_rate: 0.03,
    volatility: 0.4,
  });
  t.equal(value, binomialCall(OPTION, 1000, 'any_time'));
  t.equal(value_if_launched_last, europeanCall(OPTION));
});

t.test('option laws: volatility, time, early exercise and no yield', async (t) => {
  const options = fc.record({
    asset_value: numbers(10, 200),
    exercise_cost: numbers(10, 200),
    years: numbers(0.5, 15),
    risk_free_rate: numbers(0, 0.08),
    yield_rate: numbers(0, 0.2),
    volatility: numbers(0.15, 0.8),
  });
  fc.assert(
    fc.property(options, (option) => {
      const european = europeanCall(option);
      const american = binomialCall(option, 150, 'any_time');
      const lattice = 0.01 * option.asset_value;
      const wilder = europeanCall({ ...option, volatility: option.volatility + 0.1 });
      const longer = binomialCall({ ...option, years: option.years * 1.5 }, 150, 'any_time');
      return (
        european >= 0 &&
        wilder >= european - 1e-9 &&
        american >= binomialCall(option, 150, 'at_end') &&
        american >= european - lattice &&
        american >= option.asset_value - option.exercise_cost &&
        american <= option.asset_value &&
        longer >= american - lattice
      );
    }),
  );
  const no_yield = { ...OPTION, yield_rate: 0 };
  t.ok(near(binomialCall(no_yield, 500, 'any_time'), binomialCall(no_yield, 500, 'at_end'), 1e-12));
  t.ok(europeanCall({ ...no_yield, years: 12 }) > europeanCall(no_yield), 'time helps when waiting is free');
});

t.test('options refuse what has no tree', async (t) => {
  t.equal(
    refusal(() => europeanCall({ ...OPTION, volatility: 0 })),
    'out_of_range',
  );
  t.equal(
    refusal(() => europeanCall({ ...OPTION, asset_value: Number.POSITIVE_INFINITY })),
    'not_finite',
  );
  t.equal(
    refusal(() => binomialCall({ ...OPTION, volatility: 0.01 }, 2, 'any_time')),
    'too_few_steps',
  );
  t.equal(
    refusal(() => binomialCall({ ...OPTION, volatility: 5, years: 100 }, 5000, 'any_time')),
    'not_finite',
  );
  t.equal(
    refusal(() => binomialCall(OPTION, 10.5, 'any_time')),
    'not_whole',
  );
});

const LEARNING: LearningProcess = {
  fees: Array.from({ length: 17 }, (_, age) => 116 + age * 55),
  discount_factor: 0.95,
  decay: 0.15,
  continuation_probability: 0.9,
  learning_scale: 600,
  learning_scale_ratio: 0.85,
  learning_shift: 100,
};

t.test('learning option: two fees by hand, cut-offs rise with age', async (t) => {
  const two = {
    fees: [1, 1],
    discount_factor: 1,
    decay: 0.5,
    continuation_probability: 1,
    learning_scale: 1,
    learning_scale_ratio: 1,
    learning_shift: 0,
  };
  const solved = solveLearningOption(two, 10);
  t.ok(near(learningOptionValue(solved, 2), 1 + Math.exp(-1), 3e-4));
  t.ok(
    near(learningOptionValue(solved, 3), 2.5 + Math.exp(-1.5), 1e-7),
    'no corner is cut away from a cut-off',
  );
  t.ok(near(solved.cut_offs[0]!, 1 - Math.exp(-1), 1e-5) && near(solved.cut_offs[1]!, 1, 1e-5));
  const { cut_offs } = solveLearningOption(LEARNING, 1e5);
  t.equal(cut_offs.length, 17);
  cut_offs.forEach((cut_off, age) => {
    t.ok(cut_off >= 0 && cut_off <= LEARNING.fees[age]! * (1 + 1e-9), `age ${age} is not above its fee`);
    t.ok(age === 0 || cut_off >= cut_offs[age - 1]!, `age ${age} is not below the age before`);
  });
  t.ok(cut_offs[0]! < LEARNING.fees[0]!, 'hope of learning keeps a patent that does not pay yet');
});

/** The renewal model without learning, from its first decision. */
function withoutLearning(process: LearningProcess, initial_return: number): number {
  const { fees, decay, discount_factor } = process;
  const thresholds = renewalThresholds(fees, decay);
  const future = fees.map((fee, k) => ({
    fee,
    years_ahead: k,
    years_since_first: k,
    threshold: thresholds[k]!,
  }));
  const position = { remaining_share: 0, years_since_first: -1, paid_threshold: 0, future };
  return renewalValue(scheduleOf(position, decay, discount_factor), initial_return);
}

t.test('learning option: without learning it is the renewal model, with it worth no less', async (t) => {
  const still = { ...LEARNING, learning_scale: 1e-6, continuation_probability: 1 };
  const solved = solveLearningOption(still, 1e5);
  for (const initial of [50, 150, 500, 2000, 10_000, 90_000]) {
    const plain = withoutLearning(still, initial);
    t.ok(Math.abs(learningOptionValue(solved, initial) - plain) <= 1e-4 * plain + 0.01, `return ${initial}`);
  }
  const hopeful = { ...LEARNING, continuation_probability: 1 };
  const hope = solveLearningOption(hopeful, 1e5);
  fc.assert(
    fc.property(numbers(0, 1e5), numbers(0, 1e4), (initial, more) => {
      const value = learningOptionValue(hope, initial);
      const above = Math.min(1e5, initial + more);
      return value >= withoutLearning(hopeful, initial) - 1e-6 && learningOptionValue(hope, above) >= value;
    }),
  );
  const dearer = solveLearningOption({ ...hopeful, fees: hopeful.fees.map((fee) => fee * 1.2) }, 1e5);
  for (const initial of [100, 1000, 10_000])
    t.ok(learningOptionValue(dearer, initial) <= learningOptionValue(hope, initial), `fees at ${initial}`);
});

t.test('learning option: owners who follow the cut-offs earn its value on average', async (t) => {
  const solved = solveLearningOption(LEARNING, 1e5);
  const random = mulberry32(2026);
  const paths = 100_000;
  const life = (initial: number) => {
    let earned = 0;
    let current = initial;
    for (const [age, fee] of LEARNING.fees.entries()) {
      if (current < solved.cut_offs[age]!) break;
      earned += LEARNING.discount_factor ** age * (current - fee);
      const scale = LEARNING.learning_scale * LEARNING.learning_scale_ratio ** age;
      if (random() >= LEARNING.continuation_probability) break;
      const learnt = -scale * Math.log(1 - random()) - LEARNING.learning_shift;
      current = Math.max(current * (1 - LEARNING.decay), learnt);
    }
    return earned;
  };
  for (const initial of [20, 300, 2000]) {
    let sum = 0;
    let squares = 0;
    for (let path = 0; path < paths; path++) {
      const earned = life(initial);
      sum += earned;
      squares += earned ** 2;
    }
    const mean = sum / paths;
    const standard_error = Math.sqrt((squares / paths - mean ** 2) / paths);
    const value = learningOptionValue(solved, initial);
    t.ok(
      Math.abs(mean - value) < 4 * standard_error && standard_error < 0.01 * value,
      `return ${initial}: ${mean} against ${value}, standard error ${standard_error}`,
    );
  }
});

t.test('learning option refuses bad processes and returns beyond its grid', async (t) => {
  const refused = (change: Partial<LearningProcess>) =>
    refusal(() => solveLearningOption({ ...LEARNING, ...change }, 1e5));
  t.equal(refused({ fees: [] }), 'empty');
  t.equal(refused({ fees: [0, 0] }), 'out_of_range');
  t.equal(refused({ learning_scale: 0 }), 'out_of_range');
  t.equal(refused({ learning_shift: -1 }), 'out_of_range');
  t.equal(refused({ decay: Number.NaN }), 'not_finite');
  t.equal(
    refusal(() => learningOptionValue(solveLearningOption(LEARNING, 1e5), 1e7)),
    'out_of_range',
  );
});

t.test('reproduction cost brings spending to today and takes obsolescence off', async (t) => {
  const terms = {
    items: [
      { amount: 100, year: 2015 },
      { amount: 50, year: 2020 },
    ],
    index: new Map([
      [2015, 80],
      [2020, 100],
      [2026, 120],
    ]),
    valuation_year: 2026,
    profit: 0.1,
    functional_obsolescence: 0.2,
    economic_obsolescence: 0.1,
  };
  t.ok(near(reproductionCost(terms), 166.32, 1e-12));
  fc.assert(
    fc.property(numbers(0, 1), numbers(0, 1), (functional_obsolescence, economic_obsolescence) => {
      const value = reproductionCost({ ...terms, functional_obsolescence, economic_obsolescence });
      return value >= 0 && value <= 231 + 1e-9;
    }),
  );
  t.equal(
    refusal(() => reproductionCost({ ...terms, items: [] })),
    'empty',
  );
  t.equal(
    refusal(() => reproductionCost({ ...terms, items: [{ amount: 1, year: 1999 }] })),
    'index_missing',
  );
  t.equal(
    refusal(() => reproductionCost({ ...terms, items: [{ amount: -1, year: 2015 }] })),
    'out_of_range',
  );
});

t.test('Student quantiles are those of the tables', async (t) => {
  for (const [p, v, quantile, relative] of [
    [0.9, 4, 1.533206, 1e-4],
    [0.95, 4, 2.131847, 2e-4],
    [0.9, 10, 1.372184, 1e-5],
    [0.975, 10, 2.228139, 5e-6],
    [0.9, 30, 1.310415, 1e-5],
  ] as const) {
    t.ok(near(studentQuantile(p, v), quantile, relative), `${p}, ${v}: ${studentQuantile(p, v)}`);
    t.ok(near(studentQuantile(1 - p, v), -quantile, relative));
  }
  t.ok(near(studentQuantile(0.99, 4), 3.746947, 2e-3));
  t.equal(
    refusal(() => studentQuantile(0.9, 3)),
    'out_of_range',
  );
});

const HEDONIC_PRIOR: HedonicPrior = {
  intercept: { mean: Math.log(500_000), sd: 1.5 },
  coefficients: [
    { mean: 0.2, sd: 0.5 },
    { mean: 0.3, sd: 0.5 },
  ],
  index_step_sd: 0.15,
  noise_sd: 1,
  worth_in_deals: 4,
};

/** Deals of the years 2015 to 2024 about log price = 13 + .5 x1 - .2 x2 + .05 (year - 2015). */
function drawDeals(count: number, seed: number, noise_sd = 0.6): Deal[] {
  const random = mulberry32(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, (_, index) => {
    const year = 2015 + Math.floor(random() * 10);
    const features = [normal(), normal()];
    const log_price =
      13 + 0.5 * features[0]! - 0.2 * features[1]! + 0.05 * (year - 2015) + noise_sd * normal();
    return { price: Math.exp(log_price), year, features, source: index % 3 === 0 ? 'own' : 'imported' };
  });
}

t.test('market comparables: no deals or too few are the prior, and say so', async (t) => {
  const plain = {
    ...HEDONIC_PRIOR,
    intercept: { mean: Math.log(100), sd: 1 },
    coefficients: [],
    noise_sd: 0.5,
  };
  const price = hedonicPrice(fitHedonic([], plain, 2026), []);
  t.ok(near(price.p50, 100, 1e-9) && near(price.p90, 555.1, 1e-3) && near(price.p10, 1e4 / 555.1, 1e-3));
  const few = fitHedonic(drawDeals(LEAST_DEALS - 1, 1), HEDONIC_PRIOR, 2024);
  t.match(few, { basis: 'prior_only', deals: { imported: 4, own: 3 }, degrees_of_freedom: 4 });
  t.same(hedonicPrice(few, [1, 1]), hedonicPrice(fitHedonic([], HEDONIC_PRIOR, 2024), [1, 1]));
  t.equal(fitHedonic(drawDeals(LEAST_DEALS, 1), HEDONIC_PRIOR, 2024).basis, 'deals_and_prior');
});

t.test('market comparables: many deals give the market back and narrow the range', async (t) => {
  const deals = drawDeals(5000, 2);
  const model = fitHedonic(deals, HEDONIC_PRIOR, 2024);
  t.ok(Math.abs(model.mean[1]! - 0.5) < 0.04 && Math.abs(model.mean[2]! + 0.2) < 0.04, 'coefficients');
  t.ok(near(Math.sqrt(model.noise_variance), 0.6, 0.03));
  const index = hedonicIndex(model);
  t.same([index.length, index[0], index.at(-1)!.year], [10, { year: 2015, level: 1 }, 2024]);
  t.ok(Math.abs(Math.log(index.at(-1)!.level) - 0.45) < 0.12, 'index of the last year');
  const width = ({ p10, p90 }: Quantiles) => Math.log(p90 / p10);
  const wide = [0, 20, 200, 2000].map((count) =>
    width(hedonicPrice(fitHedonic(drawDeals(count, 3), HEDONIC_PRIOR, 2024), [0.5, 0.5])),
  );
  t.same(
    wide.toSorted((a, b) => b - a),
    wide,
    'the more deals the narrower',
  );
  const later = fitHedonic(deals, HEDONIC_PRIOR, 2030);
  t.ok(width(hedonicPrice(later, [0, 0])) > width(hedonicPrice(model, [0, 0])), 'years without deals');
  t.same(fitHedonic(deals, HEDONIC_PRIOR, 2024), model, 'bit for bit');
});

t.test('market comparables: four in five new deals fall into the range', async (t) => {
  const model = fitHedonic(drawDeals(300, 4), HEDONIC_PRIOR, 2024);
  const fresh = drawDeals(20_000, 5).filter(({ year }) => year === 2024);
  const inside = fresh.filter(({ price, features }) => {
    const { p10, p90 } = hedonicPrice(model, features);
    return price >= p10 && price <= p90;
  }).length;
  t.ok(Math.abs(inside / fresh.length - 0.8) < 0.04, `${inside} of ${fresh.length}`);
});

t.test('market comparables: a weak prior is least squares', async (t) => {
  const deals = drawDeals(12, 6).map((deal) => ({ ...deal, year: 2024, features: [deal.features[0]!] }));
  const weak = { mean: 0, sd: 1e4 };
  const prior = { ...HEDONIC_PRIOR, intercept: weak, coefficients: [weak] };
  const [intercept, slope] = fitHedonic(deals, prior, 2024).mean;
  const xs = deals.map(({ features }) => features[0]!);
  const ys = deals.map(({ price }) => Math.log(price));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const expected =
    mean(xs.map((x, i) => (x - mean(xs)) * (ys[i]! - mean(ys)))) / mean(xs.map((x) => (x - mean(xs)) ** 2));
  t.ok(near(slope!, expected, 1e-6) && near(intercept!, mean(ys) - expected * mean(xs), 1e-6));
});

t.test('market comparables refuse deals that cannot count', async (t) => {
  const [deal] = drawDeals(1, 7) as [Deal];
  const refused = (change: Partial<Deal>) =>
    refusal(() => fitHedonic([{ ...deal, ...change }], HEDONIC_PRIOR, 2024));
  t.equal(refused({ price: 0 }), 'out_of_range');
  t.equal(refused({ features: [1] }), 'feature_count');
  t.equal(refused({ features: [1, Number.NaN] }), 'not_finite');
  t.equal(refused({ year: 2025 }), 'deal_after_valuation');
  t.equal(refused({ year: 20 }), 'out_of_range');
  const model = fitHedonic([], HEDONIC_PRIOR, 2024);
  t.equal(
    refusal(() => hedonicPrice(model, [1])),
    'feature_count',
  );
  t.equal(
    refusal(() => hedonicPrice(model, [1e6, 1])),
    'not_finite',
  );
  t.equal(
    refusal(() => fitHedonic([], { ...HEDONIC_PRIOR, worth_in_deals: 1 }, 2024)),
    'out_of_range',
  );
});

t.test('value from the stock market (G7, G8) rises with the return', async (t) => {
  const firm = { three_day_return: 0.02, daily_sd: 0.025, market_value: 1e9, patents_granted: 1 };
  const at = (three_day_return: number) => marketValueOfPatent({ ...firm, three_day_return });
  t.ok(near(patentReturn(0.02, 0.025), 0.00427084, 1e-6));
  t.ok(near(at(0.02), 9_490_751, 1e-6));
  t.ok(near(at(0), 9_252_256, 1e-6) && near(at(-0.05), 8_689_783, 1e-6));
  t.ok(near(marketValueOfPatent({ ...firm, patents_granted: 4 }) * 4, at(0.02), 1e-12));
  fc.assert(
    fc.property(numbers(-0.3, 0.3), numbers(0.001, 0.1), numbers(0.005, 0.1), (r, more, daily_sd) => {
      const value = patentReturn(r, daily_sd);
      return value > 0 && patentReturn(r + more, daily_sd) > value;
    }),
  );
  t.equal(
    refusal(() => marketValueOfPatent({ ...firm, patents_granted: 0 })),
    'out_of_range',
  );
  t.equal(
    refusal(() => patentReturn(1, 1e-4)),
    'out_of_range',
  );
  t.equal(
    refusal(() => patentReturn(Number.NaN, 0.02)),
    'not_finite',
  );
});

t.test('premise of value: the harder the sale, the less comes in', async (t) => {
  t.same(valueUnderPremise(1_000_000, 'forced_sale'), {
    price_if_sold: 500_000,
    sale_probability: 0.455,
    expected_proceeds: 227_500,
  });
  t.equal(valueUnderPremise(7, 'going_concern').expected_proceeds, 7);
  const unsold = [66, 65, 49, 51, 38, 58];
  const sold = 1 - unsold.reduce((sum, share) => sum + share, 0) / unsold.length / 100;
  t.ok(near(PREMISES.forced_sale.sale_probability.value, sold, 1e-9), 'mean of the six auctions');
  fc.assert(
    fc.property(numbers(0, 1e12), (value) => {
      const proceeds = (premise: keyof typeof PREMISES) =>
        valueUnderPremise(value, premise).expected_proceeds;
      return (
        proceeds('forced_sale') <= proceeds('orderly_sale') &&
        proceeds('orderly_sale') <= proceeds('going_concern')
      );
    }),
  );
  t.equal(
    refusal(() => valueUnderPremise(-1, 'forced_sale')),
    'out_of_range',
  );
});

t.test('validity moves with a challenge only', async (t) => {
  const prior = UNCHALLENGED_VALIDITY.value;
  t.equal(validityProbability(prior, []), prior);
  t.ok(near(validityProbability(prior, ['challenge_filed']), 0.5, 1e-9));
  t.ok(near(validityProbability(prior, ['challenge_filed', 'challenge_survived']), 0.918919, 1e-6));
  t.ok(near(validityProbability(prior, ['challenge_filed', 'challenge_withdrawn']), 0.5, 1e-9));
  t.equal(validityProbability(prior, ['challenge_filed', 'invalidated_in_full', 'challenge_survived']), 0);
  const events = fc.constantFrom(
    ...(Object.keys(CHALLENGE_LIKELIHOOD_RATIOS) as (keyof typeof CHALLENGE_LIKELIHOOD_RATIOS)[]),
  );
  fc.assert(
    fc.property(numbers(0, 0.99), fc.array(events, { maxLength: 6 }), (start, history) => {
      const probability = validityProbability(start, history);
      return (
        probability >= 0 &&
        probability <= 1 &&
        validityProbability(start, [...history, 'challenge_filed']) <= probability
      );
    }),
  );
  t.equal(
    refusal(() => validityProbability(1, [])),
    'out_of_range',
  );
  t.equal(
    refusal(() => validityProbability(Number.NaN, [])),
    'not_finite',
  );
});
