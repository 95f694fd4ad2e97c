import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { cusumThreshold, inControlRunLength } from '../../models/drift/alarm-budget.ts';
import { CUSUM_START, type CusumChart, lowerCusum, twoSidedCusum } from '../../models/drift/cusum.ts';
import { EWMA_START, ewmaLimit, stepEwma } from '../../models/drift/ewma.ts';
import { gaussLegendre } from '../../models/drift/gauss-legendre.ts';
import {
  changedValues,
  poolOf,
  poolResiduals,
  type ScoredValue,
  standardisedResidual,
} from '../../models/drift/residuals.ts';
import { cusumRunLength, ewmaRunLength, twoSidedCusumRunLength } from '../../models/drift/run-length.ts';
import { attempt } from '../../models/failure.ts';
import { decidePromotion, type PromotionCase } from '../../models/governance/promotion.ts';
import {
  type IntendedUse,
  type ModelVersion,
  materialityTier,
  mayBeUsed,
  nextReview,
  reviewDue,
} from '../../models/governance/registry.ts';
import {
  absoluteLogError,
  conformalInterval,
  conformalQuantile,
  conformalRank,
} from '../../models/interval/conformal.ts';
import { calibrateCells, cellQuantile, LEAST_CELL_COUNT } from '../../models/interval/mondrian.ts';
import {
  correctedInterval,
  oneSidedCorrections,
  symmetricCorrection,
} from '../../models/interval/quantile-conformal.ts';
import { coverageBand } from '../../models/metrics/coverage-band.ts';
import { aucStandardError } from '../../models/metrics/hanley-mcneil.ts';
import { kupiecTest } from '../../models/metrics/kupiec.ts';
import { lift } from '../../models/metrics/lift.ts';
import { pairedBootstrap } from '../../models/metrics/paired-bootstrap.ts';
import { pinballLoss } from '../../models/metrics/pinball.ts';
import {
  populationStability,
  sampleStability,
  stabilityOf,
} from '../../models/metrics/population-stability.ts';
import { mulberry32 } from '../../models/random.ts';
import { GBT_42748_2023, PLEDGE_SCENARIO } from '../../models/scoring/gbt-42748-2023.ts';
import { loadTable, type TableRow } from '../../models/scoring/load-table.ts';
import { childrenByParent, type IndicatorTable, tableProblems } from '../../models/scoring/table.ts';
import { scoreTree } from '../../models/scoring/tree.ts';
import { textsOf } from '../../models/sentences.ts';

/** Relative, unless the expected value is 0. */
function near(t: Test, actual: number, expected: number, tolerance: number, what = `${expected}`): void {
  const error = expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);
  t.ok(error <= tolerance, `${what}: ${actual}`);
}

/** Within half of the last of `digits` printed decimals, and a little for rounding at the half. */
function printed(t: Test, actual: number, expected: number, digits: number, what: string): void {
  t.ok(Math.abs(actual - expected) <= 0.501 * 10 ** -digits, `${what}: ${actual} for ${expected}`);
}

function refuses(t: Test, formula: () => unknown, code: string): void {
  const outcome = attempt(formula);
  t.equal(outcome.ok ? 'no failure' : outcome.failure.code, code);
}

function chart(reference_value: number, threshold: number): CusumChart {
  return { reference_value, threshold };
}

function normals(seed: number): () => number {
  const random = mulberry32(seed);
  return () => normalQuantile(random() + 2 ** -33, 0, 1);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

t.test('Gauss-Legendre quadrature is exact for polynomials', async (t) => {
  const { nodes, weights } = gaussLegendre(2);
  near(t, nodes[0]!, -1 / Math.sqrt(3), 1e-14);
  near(t, weights[0]!, 1, 1e-14);
  const rule = gaussLegendre(20);
  const integral = rule.nodes.reduce((sum, node, i) => sum + rule.weights[i]! * node ** 38, 0);
  near(t, integral, 2 / 39, 1e-12);
  refuses(t, () => gaussLegendre(1), 'out_of_range');
  refuses(t, () => gaussLegendre(2.5), 'not_whole');
});

t.test('a lower CUSUM adds falls beyond the slack and signals above the threshold', async (t) => {
  const c = chart(0.5, 1.5);
  let sum = CUSUM_START;
  const steps = [-1, -1.5, -1].map((residual) => {
    const step = lowerCusum(sum, residual, c);
    sum = step.sum;
    return step;
  });
  t.same(steps, [
    { sum: 0.5, signal: false },
    { sum: 1.5, signal: false },
    { sum: 2, signal: true },
  ]);
  t.same(lowerCusum(0.4, 3, c), { sum: 0, signal: false }, 'a rise takes it back to zero');
  const both = twoSidedCusum({ lower_sum: 1, upper_sum: 1 }, 2, c);
  t.same(both, { lower: { sum: 0, signal: false }, upper: { sum: 2.5, signal: true } });
  refuses(t, () => lowerCusum(0, Number.NaN, c), 'not_finite');
  refuses(t, () => lowerCusum(-1, 0, c), 'out_of_range');
  refuses(t, () => lowerCusum(0, 0, chart(0.5, 0)), 'out_of_range');
});

t.test('an EWMA chart judges early steps by narrow limits that widen to constant ones', async (t) => {
  const c = { smoothing: 0.2, limit_width: 2.962 };
  const step = stepEwma(EWMA_START, -3, c);
  near(t, step.limit, 0.5924, 1e-12);
  near(t, step.state.average, -0.6, 1e-12);
  t.equal(step.signal, 'fall');
  t.equal(stepEwma(EWMA_START, 3, c).signal, 'rise');
  t.equal(stepEwma(EWMA_START, -2.9, c).signal, null);
  near(t, ewmaLimit(c, Number.POSITIVE_INFINITY), 2.962 / 3, 1e-12);
  near(t, stepEwma(step.state, 1, c).state.average, 0.2 - 0.48, 1e-12);
  for (const count of range(50).slice(1)) t.ok(ewmaLimit(c, count) < ewmaLimit(c, count + 1));
  refuses(t, () => stepEwma(EWMA_START, 0, { smoothing: 0, limit_width: 3 }), 'out_of_range');
  refuses(t, () => stepEwma(EWMA_START, Number.POSITIVE_INFINITY, c), 'not_finite');
  refuses(t, () => stepEwma({ average: 0, count: -1 }, 0, c), 'not_whole');
});

t.test('average run lengths without a shift (G12, G13, G14)', async (t) => {
  near(t, twoSidedCusumRunLength(chart(0.5, 4), 0), 167.68, 1e-4);
  near(t, twoSidedCusumRunLength(chart(0.5, 5), 0), 465.44, 1e-4);
  near(t, cusumRunLength(chart(0.5, 4), 0), 335.4, 1e-3);
  near(t, cusumRunLength(chart(0.5, 5), 0), 930.9, 1e-3);
  near(t, ewmaRunLength({ smoothing: 0.1, limit_width: 2.814 }, 0), 499.6, 1e-3);
  near(t, ewmaRunLength({ smoothing: 0.1, limit_width: 2.814 }, 1), 10.33, 1e-3);
  near(t, ewmaRunLength({ smoothing: 1, limit_width: 3 }, 0), 370.398, 1e-5, 'lambda 1 is a Shewhart chart');
});

t.test('average run lengths under shifts agree with the published tables', async (t) => {
  const shifts = [0.25, 0.5, 0.75, 1, 1.5, 2, 3];
  const cusums: [k: number, h: number, ...expected: number[]][] = [
    [0.5, 4, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.19],
    [0.5, 4.774, 121.6, 35.3, 16.2, 9.93, 5.52, 3.86, 2.49],
    [0.5, 5, 139.5, 38.0, 17.1, 10.4, 5.75, 4.01, 2.57],
    [0.25, 8.01, 83.8, 28.8, 16.4, 11.4, 7.12, 5.22, 3.48],
  ];
  for (const [k, h, ...expected] of cusums)
    shifts.forEach((shift, i) => {
      near(t, twoSidedCusumRunLength(chart(k, h), shift), expected[i]!, 0.005, `k ${k} h ${h} at ${shift}`);
    });
  const ewmas: [lambda: number, limit_width: number, ...expected: number[]][] = [
    [0.05, 2.615, 84.0, 28.8, 16.4, 11.4, 7.11, 5.22, 3.5],
    [0.1, 2.814, 106, 31.3, 15.9, 10.3, 6.08, 4.36, 2.87],
    [0.2, 2.962, 150, 41.8, 18.2, 10.5, 5.5, 3.74, 2.38],
    [0.4, 3.054, 224, 71.2, 28.4, 14.3, 5.87, 3.52, 2.02],
  ];
  for (const [smoothing, limit_width, ...expected] of ewmas)
    shifts.forEach((shift, i) => {
      near(
        t,
        ewmaRunLength({ smoothing, limit_width }, shift),
        expected[i]!,
        0.005,
        `lambda ${smoothing} at ${shift}`,
      );
    });
  const targets = [50, 100, 200, 370.4, 500, 1000];
  const widths: [lambda: number, ...limit_widths: number[]][] = [
    [0.05, 1.52, 1.879, 2.216, 2.49, 2.615, 2.884],
    [0.1, 1.811, 2.148, 2.454, 2.701, 2.814, 3.059],
    [0.2, 2.054, 2.36, 2.635, 2.859, 2.962, 3.187],
    [0.3, 2.166, 2.453, 2.713, 2.925, 3.023, 3.238],
    [0.5, 2.268, 2.534, 2.777, 2.978, 3.071, 3.277],
  ];
  for (const [smoothing, ...limit_widths] of widths)
    limit_widths.forEach((limit_width, i) => {
      near(
        t,
        ewmaRunLength({ smoothing, limit_width }, 0),
        targets[i]!,
        0.0015,
        `lambda ${smoothing} L ${limit_width}`,
      );
    });
});

t.test('the alarm budget gives the threshold (5,000 monthly, 60 a year: 5.07)', async (t) => {
  const run_length = inControlRunLength({ patents: 5000, checks_per_year: 12, false_alarms_per_year: 60 });
  t.equal(run_length, 1000);
  near(t, cusumThreshold(run_length, 0.5), 5.071, 1e-4);
  const oneSided: [k: number, ...thresholds: number[]][] = [
    [0.25, 3.34, 4.418, 5.597, 6.71, 7.267, 8.585],
    [0.5, 2.225, 2.849, 3.502, 4.096, 4.389, 5.071],
    [0.75, 1.601, 2.037, 2.481, 2.883, 3.08, 3.538],
    [1, 1.181, 1.532, 1.874, 2.176, 2.323, 2.665],
  ];
  for (const [k, ...thresholds] of oneSided)
    [50, 100, 200, 370.4, 500, 1000].forEach((target, i) => {
      printed(t, cusumThreshold(target, k), thresholds[i]!, 3, `k ${k}, run length ${target}`);
    });
  for (const [k, threshold] of [
    [0.25, 9.931],
    [0.5, 5.757],
    [0.75, 3.999],
    [1, 3.009],
  ] as const)
    printed(t, cusumThreshold(2000, k), threshold, 3, `two-sided 1000 is one-sided 2000, k ${k}`);
  for (const [h, ...steps] of [
    [3.502, 21.8, 7.39, 4.25, 3.01],
    [4.389, 30.9, 9.16, 5.14, 3.6],
  ] as const)
    [0.5, 1, 1.5, 2].forEach((shift, i) => {
      near(t, cusumRunLength(chart(0.5, h), shift), steps[i]!, 0.003, `h ${h} finds ${shift}`);
    });
  refuses(t, () => cusumThreshold(3.2, 0.5), 'out_of_range');
  refuses(t, () => cusumThreshold(1e9, 0.01), 'run_length_too_long');
  refuses(
    t,
    () => inControlRunLength({ patents: 10, checks_per_year: 12, false_alarms_per_year: 0 }),
    'out_of_range',
  );
});

t.test('run lengths fall as the shift grows and rise with the threshold', async (t) => {
  const property = fc.property(
    fc.double({ min: 0.1, max: 1.5, noNaN: true }),
    fc.double({ min: 0.5, max: 8, noNaN: true }),
    fc.double({ min: -1, max: 3, noNaN: true }),
    fc.double({ min: 0.05, max: 1, noNaN: true }),
    (k, h, shift, more) => {
      const base = cusumRunLength(chart(k, h), shift);
      return (
        base >= 1 &&
        cusumRunLength(chart(k, h), shift + more) < base &&
        cusumRunLength(chart(k, h + more), shift) > base
      );
    },
  );
  t.doesNotThrow(() => fc.assert(property, { numRuns: 60 }));
  const c = { smoothing: 0.2, limit_width: 2.9 };
  const lengths = range(20).map((i) => ewmaRunLength(c, i / 5));
  t.ok(lengths.every((length, i) => i === 0 || length < lengths[i - 1]!));
});

t.test('a simulated chart runs as long as the integral says', async (t) => {
  const draw = normals(7);
  const c = chart(0.5, 3);
  const runs = 4000;
  let steps = 0;
  for (let run = 0; run < runs; run++) {
    let sum = CUSUM_START;
    let signal = false;
    while (!signal) {
      steps++;
      ({ sum, signal } = lowerCusum(sum, draw() - 0.5, c));
    }
  }
  near(t, steps / runs, cusumRunLength(c, 0.5), 0.05, 'within simulation error, seed 7');
});

t.test('run lengths outside what can be computed are refused', async (t) => {
  refuses(t, () => cusumRunLength(chart(0.5, 31), 0), 'out_of_range');
  refuses(t, () => cusumRunLength(chart(0.5, 5), Number.NaN), 'not_finite');
  refuses(t, () => cusumRunLength(chart(0.5, 30), -30), 'run_length_too_long');
  refuses(t, () => ewmaRunLength({ smoothing: 0.2, limit_width: 8 }, 0), 'run_length_too_long');
  refuses(t, () => ewmaRunLength({ smoothing: 0.002, limit_width: 3 }, 0), 'out_of_range');
  near(t, twoSidedCusumRunLength(chart(0.25, 30), 3), 11.47, 1e-3, 'a side that never signals adds nothing');
});

function scored(changes: Partial<ScoredValue>): ScoredValue {
  return {
    patent_id: 'p',
    field: 'chemistry',
    age_years: 6,
    inputs_hash: 'a',
    log_value: 10,
    expected_log_value: 10,
    ...changes,
  };
}

t.test('residuals are pooled by field and age band, and only where an input changed', async (t) => {
  const values = range(30).map((i) =>
    scored({ patent_id: `p${i}`, log_value: 10 + (i % 2 === 0 ? 0.2 : -0.2) }),
  );
  const stale = values.map((value) => ({ ...value, log_value: 99 }));
  const pools = poolResiduals([...values, ...stale]);
  t.match(pools.get('chemistry, 5 years on'), { count: 30 });
  near(t, pools.get('chemistry, 5 years on')!.standard_deviation!, 0.20342, 1e-4);
  near(t, standardisedResidual(scored({ log_value: 9.5 }), pools), -2.458, 1e-3);
  refuses(t, () => standardisedResidual(scored({ age_years: 5 - 1e-9 }), pools), 'pool_too_small');
  refuses(t, () => standardisedResidual(scored({}), poolResiduals(values.slice(0, 29))), 'pool_too_small');
  const equal = poolResiduals(values.map((value) => ({ ...value, log_value: 10.1 })));
  refuses(t, () => standardisedResidual(scored({}), equal), 'no_spread');
  refuses(t, () => poolResiduals([scored({ log_value: Number.NaN })]), 'not_finite');
  refuses(t, () => poolOf(scored({ age_years: -1 })), 'out_of_range');
  t.same(
    [0, 4.9, 5, 15, 40].map((age_years) => poolOf(scored({ age_years }))),
    [0, 0, 5, 15, 15].map((years) => `chemistry, ${years} years on`),
  );
  const hashes = (list: ScoredValue[]) => list.map(({ inputs_hash }) => inputs_hash).join('');
  const series = ['a', 'a', 'b', 'b', 'a'].map((inputs_hash) => scored({ inputs_hash }));
  t.equal(hashes(changedValues(series)), 'aba');
});

t.test('conformal rank (G15) and when no finite bound exists', async (t) => {
  for (const [count, miss_rate, rank] of [
    [99, 0.1, 90],
    [200, 0.1, 181],
    [500, 0.1, 451],
    [1000, 0.05, 951],
    [9, 0.1, 9],
    [8, 0.1, null],
    [99, 0.29, 71],
  ] as const)
    t.equal(conformalRank(count, miss_rate), rank, `n ${count}, alpha ${miss_rate}`);
  t.equal(
    conformalQuantile(
      range(200).map((i) => 200 - i),
      0.1,
    ),
    181,
  );
  const open = conformalInterval(5, conformalQuantile([1, 2, 3], 0.1));
  t.match(open, { low: 0, high: null, note: /too few/ });
  const closed = conformalInterval(Math.log(100), Math.log(2));
  near(t, closed.low, 50, 1e-12);
  near(t, closed.high!, 200, 1e-12);
  t.equal(closed.note, null);
  refuses(t, () => conformalQuantile([], 0.1), 'empty_sample');
  refuses(t, () => conformalQuantile([1, Number.NaN], 0.1), 'not_finite');
  refuses(t, () => conformalRank(10, 0), 'out_of_range');
  refuses(t, () => conformalInterval(700, 100), 'not_finite');
  refuses(t, () => conformalInterval(1, -1), 'out_of_range');
});

t.test('split conformal intervals cover as promised on exchangeable data, whatever its shape', async (t) => {
  const miss_rate = 0.1;
  const shapes = [(z: number) => z, (z: number) => Math.exp(2 * z), (z: number) => z ** 3];
  for (const [n, ceiling] of [
    [39, 0.9],
    [99, 0.9],
    [45, 42 / 46],
  ] as const)
    for (const [seed, shape] of shapes.entries()) {
      const draw = normals(1000 * n + seed);
      const trials = 4000;
      let hits = 0;
      for (let trial = 0; trial < trials; trial++) {
        const scores = range(n).map(() => absoluteLogError(shape(draw()), 0));
        if (absoluteLogError(shape(draw()), 0) <= conformalQuantile(scores, miss_rate)!) hits++;
      }
      const coverage = hits / trials;
      t.ok(
        coverage > 1 - miss_rate - 0.016 && coverage < ceiling + 0.016,
        `n ${n}, seed ${seed}: ${coverage}`,
      );
    }
});

t.test('a small cell takes the pool of its parent and says so', async (t) => {
  const scores = [
    ...range(60).map((i) => ({ cell: ['chemistry', 'invention'], score: i })),
    ...range(10).map((i) => ({ cell: ['chemistry', 'utility_model'], score: 100 + i })),
    ...range(5).map((i) => ({ cell: ['optics', 'invention'], score: 1000 + i })),
  ];
  const calibration = calibrateCells(scores, 0.1);
  t.match(cellQuantile(calibration, ['chemistry', 'invention']), {
    half_width: 54,
    pool: ['chemistry', 'invention'],
    count: 60,
    fallback: null,
  });
  const model = cellQuantile(calibration, ['chemistry', 'utility_model']);
  t.match(model, { half_width: 103, pool: ['chemistry'], count: 70, fallback: /has 10 of 50 .*'chemistry'/ });
  const optics = cellQuantile(calibration, ['optics', 'design']);
  t.match(optics, { half_width: 108, pool: [], count: 75, fallback: /has 0 of 50 .*'all'/ });
  t.equal(calibrateCells(scores, 0.01).least_count, 99, 'a rare miss needs a larger cell');
  const few = calibrateCells(scores.slice(0, 5), 0.1);
  t.equal(cellQuantile(few, ['chemistry', 'invention']).half_width, null);
  t.equal(LEAST_CELL_COUNT, 50);
  refuses(t, () => calibrateCells([], 0.1), 'empty_sample');
  refuses(t, () => calibrateCells([{ cell: ['a'], score: Number.NaN }], 0.1), 'not_finite');
});

t.test('cells of unlike spread are each covered, where one pool covers only on average', async (t) => {
  const draw = normals(11);
  const spread = { steady: 0.2, wild: 2 };
  const sample = (cell: keyof typeof spread) => ({ cell: [cell], score: Math.abs(draw() * spread[cell]) });
  const scores = range(4000).map((i) => sample(i % 2 === 0 ? 'steady' : 'wild'));
  const calibration = calibrateCells(scores, 0.1);
  const pooled = conformalQuantile(
    scores.map(({ score }) => score),
    0.1,
  )!;
  const covered = (cell: keyof typeof spread, half_width: number) =>
    range(4000).filter(() => sample(cell).score <= half_width).length / 4000;
  for (const cell of ['steady', 'wild'] as const) {
    const own = covered(cell, cellQuantile(calibration, [cell]).half_width!);
    t.ok(Math.abs(own - 0.9) < 0.03, `${cell}: ${own}`);
  }
  t.ok(covered('steady', pooled) > 0.99 && covered('wild', pooled) < 0.85);
});

t.test('conformalised quantiles: one correction, or one a side', async (t) => {
  const cases = range(9).map((i) => ({ log_value: i + 1, log_low: 2, log_high: 8 }));
  t.same(symmetricCorrection(cases, 0.1), { below: 1, above: 1 });
  t.same(oneSidedCorrections(cases, 0.1), { below: null, above: null }, 'half of the rate needs 19 cases');
  t.same(oneSidedCorrections(cases, 0.2), { below: 1, above: 1 });
  const interval = correctedInterval({ log_low: 0, log_high: 1 }, { below: 1, above: 2 });
  near(t, interval.low, Math.exp(-1), 1e-12);
  near(t, interval.high!, Math.exp(3), 1e-12);
  t.match(correctedInterval({ log_low: 0, log_high: 1 }, { below: 1, above: null }), {
    high: null,
    note: /too few/,
  });
  t.match(correctedInterval({ log_low: 0, log_high: 1 }, { below: null, above: 0 }), {
    low: 0,
    high: Math.E,
  });
  t.same(
    correctedInterval({ log_low: 0, log_high: 1 }, { below: -1, above: -1 }),
    { low: Math.exp(0.5), high: Math.exp(0.5), note: null },
    'crossing ends meet',
  );
  refuses(
    t,
    () => correctedInterval({ log_low: 2, log_high: 1 }, { below: 0, above: 0 }),
    'crossed_quantiles',
  );
  refuses(t, () => symmetricCorrection([], 0.1), 'empty_sample');
  refuses(
    t,
    () => oneSidedCorrections([{ log_value: Number.NaN, log_low: 0, log_high: 1 }], 0.1),
    'not_finite',
  );
});

t.test('conformalised quantiles cover as promised where the quantiles are wrong', async (t) => {
  const draw = normals(5);
  const sample = () => ({ log_value: draw() ** 3 + draw(), log_low: -0.5, log_high: 0.2 });
  let hits = 0;
  let low = 0;
  const trials = 3000;
  for (let trial = 0; trial < trials; trial++) {
    const cases = range(99).map(sample);
    const { log_value, ...quantiles } = sample();
    const both = correctedInterval(quantiles, symmetricCorrection(cases, 0.1));
    const each = correctedInterval(quantiles, oneSidedCorrections(cases, 0.1));
    if (both.low <= Math.exp(log_value) && Math.exp(log_value) <= both.high!) hits++;
    if (Math.exp(log_value) < each.low) low++;
  }
  t.ok(Math.abs(hits / trials - 0.9) < 0.02, `seed 5: ${hits / trials}`);
  t.ok(Math.abs(low / trials - 0.05) < 0.015, `seed 5: ${low / trials} below the low end`);
});

t.test('standard error of the AUC (G17)', async (t) => {
  near(t, aucStandardError(0.7, 100, 400), 0.0314, 2e-3);
  printed(t, aucStandardError(0.75, 500, 2000), 0.013, 3, '500/2,000');
  printed(t, aucStandardError(0.7, 2000, 8000), 0.007, 3, '2,000/8,000');
  near(t, aucStandardError(0.7, 3, 8), aucStandardError(0.3, 8, 3), 1e-12, 'mirror');
  refuses(t, () => aucStandardError(0.7, 0, 5), 'out_of_range');
  refuses(t, () => aucStandardError(1.1, 5, 5), 'out_of_range');
  refuses(t, () => aucStandardError(0.5, 2.5, 5), 'not_whole');
});

t.test("Kupiec's test of the miss rate (G16)", async (t) => {
  const { likelihood_ratio, p_value } = kupiecTest(36, 250, 0.1);
  near(t, likelihood_ratio, 4.801, 2e-4);
  near(t, p_value, 0.0284, 3e-3);
  const fewer = kupiecTest(33, 250, 0.1);
  printed(t, fewer.likelihood_ratio, 2.61, 2, '33 misses');
  printed(t, fewer.p_value, 0.106, 3, '33 misses');
  near(t, kupiecTest(0, 50, 0.1).likelihood_ratio, -100 * Math.log(0.9), 1e-12);
  near(t, kupiecTest(50, 50, 0.1).likelihood_ratio, -100 * Math.log(0.1), 1e-12);
  t.same(kupiecTest(25, 250, 0.1), { likelihood_ratio: 0, p_value: 1 });
  refuses(t, () => kupiecTest(11, 10, 0.1), 'out_of_range');
  refuses(t, () => kupiecTest(1.5, 10, 0.1), 'not_whole');
  refuses(t, () => kupiecTest(1, 10, 0), 'out_of_range');
});

t.test('acceptance band of an observed coverage of 90 %', async (t) => {
  for (const [count, least, most] of [
    [50, 0.82, 0.98],
    [100, 0.84, 0.95],
    [250, 0.86, 0.936],
    [500, 0.872, 0.926],
  ] as const)
    t.same(coverageBand(count, 0.9), { least, most }, `n ${count}`);
  const wide = coverageBand(1_000_000, 0.9);
  near(t, wide.least, 0.9 - 1.96 * 3e-4, 1e-5, 'the normal limit, where probabilities underflow');
  t.same(coverageBand(1, 0.9), { least: 0, most: 1 });
  refuses(t, () => coverageBand(0, 0.9), 'out_of_range');
  refuses(t, () => coverageBand(1.5, 0.9), 'not_whole');
  refuses(t, () => coverageBand(10, 1), 'out_of_range');
});

t.test('the stability index is never negative, and zero for equal shares', async (t) => {
  near(t, populationStability([50, 50], [60, 40]), 0.040547, 1e-4);
  const counts = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 12 });
  const property = fc.property(counts, (pairs) => {
    const expected = [1, ...pairs.map(([count]) => count)];
    const actual = [1, ...pairs.map(([, count]) => count)];
    const tripled = expected.map((count) => 3 * count);
    const equal = populationStability(expected, expected) === 0;
    return (
      equal && populationStability(expected, actual) >= 0 && populationStability(expected, tripled) < 1e-2
    );
  });
  t.doesNotThrow(() => fc.assert(property));
  const emptied = populationStability([50, 50, 0], [0, 100, 0]);
  t.ok(Number.isFinite(emptied) && stabilityOf(emptied) === 'act', 'an emptied bin gives a finite index');
  near(t, populationStability([100, 0], [50, 50]), 0.5 * Math.log(2) + 0.495 * Math.log(100), 1e-12);
  t.same([0.0999, 0.1, 0.25, 0.2501].map(stabilityOf), ['stable', 'watch', 'watch', 'act']);
  const draw = normals(3);
  const before = range(2000).map(() => draw());
  t.equal(stabilityOf(sampleStability(before, range(2000).map(draw))), 'stable');
  t.equal(
    stabilityOf(
      sampleStability(
        before,
        before.map((value) => value + 1),
      ),
    ),
    'act',
  );
  t.equal(sampleStability([3, 3, 3], [3, 3]), 0);
  refuses(t, () => populationStability([1], [1, 2]), 'lengths_differ');
  refuses(t, () => populationStability([0, 0], [1, 2]), 'empty_sample');
  refuses(t, () => populationStability([0.5, 0.5], [1, 2]), 'not_whole');
  refuses(t, () => populationStability([-1, 5], [1, 2]), 'out_of_range');
  refuses(t, () => sampleStability([1, 2], [Number.NaN]), 'not_finite');
});

t.test('pinball loss is least at the quantile', async (t) => {
  near(t, pinballLoss([1, 3], [2, 2], 0.9), 0.5, 1e-12);
  const values = range(101);
  const loss = (quantile: number) =>
    pinballLoss(
      values,
      values.map(() => quantile),
      0.8,
    );
  const losses = values.map(loss);
  t.equal(losses.indexOf(Math.min(...losses)), 80);
  refuses(t, () => pinballLoss([1], [], 0.5), 'lengths_differ');
  refuses(t, () => pinballLoss([], [], 0.5), 'empty_sample');
  refuses(t, () => pinballLoss([Number.NaN], [1], 0.5), 'not_finite');
  refuses(t, () => pinballLoss([1], [1], 1), 'out_of_range');
});

t.test('lift does not depend on the order of the records, even among ties', async (t) => {
  near(t, lift([0.9, 0.8, 0.3, 0.1], [true, false, true, false], 0.25), 2, 1e-12);
  near(t, lift([1, 1, 1, 1], [true, false, false, false], 0.5), 1, 1e-12, 'all tied: no better than chance');
  near(t, lift([3, 1, 2, 2], [false, true, true, false], 1), 1, 1e-12, 'everyone');
  const property = fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { minLength: 4, maxLength: 30 }),
    fc.double({ min: 0.25, max: 1, noNaN: true }),
    (records, share) => {
      const sample: [number, boolean][] = [...records, [1, true]];
      const of = (list: [number, boolean][]) =>
        lift(
          list.map(([score]) => score),
          list.map(([, event]) => event),
          share,
        );
      return Math.abs(of(sample) - of(sample.toReversed())) < 1e-12 && of(sample) >= 0;
    },
  );
  t.doesNotThrow(() => fc.assert(property));
  refuses(t, () => lift([1, 2], [false, false], 0.5), 'no_events');
  refuses(t, () => lift([1, 2], [true, false], 0.1), 'empty_sample');
  refuses(t, () => lift([1, 2], [true], 0.5), 'lengths_differ');
  refuses(t, () => lift([1, Number.NaN], [true, false], 0.5), 'not_finite');
});

t.test('the paired bootstrap is seeded, and covers the true difference', async (t) => {
  const meanOf = (values: readonly number[]) => (drawn: readonly number[]) =>
    drawn.reduce((sum, i) => sum + values[i]!, 0) / drawn.length;
  const two = pairedBootstrap(2, meanOf([0, 1]), 1);
  t.match(two, { estimate: 0.5, low: 0, high: 1, confidence: 0.95, resamples: 2000, seed: 1 });
  t.same(pairedBootstrap(50, meanOf(range(50)), 9, 200), pairedBootstrap(50, meanOf(range(50)), 9, 200));
  t.notSame(pairedBootstrap(50, meanOf(range(50)), 9, 200), pairedBootstrap(50, meanOf(range(50)), 8, 200));
  const many = pairedBootstrap(400, meanOf(range(400)), 2);
  const half = (1.96 * 400) / Math.sqrt(12 * 400);
  near(t, many.estimate - many.low, half, 0.08, 'low end as the normal limit');
  near(t, many.high - many.estimate, half, 0.08, 'high end as the normal limit');
  let hits = 0;
  for (let seed = 0; seed < 200; seed++) {
    const draw = normals(seed);
    const { low, high } = pairedBootstrap(60, meanOf(range(60).map(() => draw() + 0.3)), seed, 300);
    if (low <= 0.3 && 0.3 <= high) hits++;
  }
  t.ok(hits > 175 && hits <= 200, `${hits} of 200 seeds`);
  refuses(t, () => pairedBootstrap(1, () => 0, 1), 'empty_sample');
  refuses(t, () => pairedBootstrap(5, () => Number.NaN, 1), 'not_finite');
  refuses(t, () => pairedBootstrap(5, () => 0, 0.5), 'not_whole');
  refuses(t, () => pairedBootstrap(5, () => 0, 1, 10), 'out_of_range');
});

const LEAVES = GBT_42748_2023.nodes
  .map(({ indicator_code }) => indicator_code)
  .filter((code) => code.includes('.'));

function levelScores(levels: Record<string, number | null>): Record<string, number | null> {
  return Object.fromEntries(LEAVES.map((code) => [code, levels[code[0]!]!]));
}

t.test('the placeholder of GB/T 42748-2023 has 3, 14 and 27 indicators, none verified', async (t) => {
  const children = childrenByParent(GBT_42748_2023.nodes);
  const first = children.get(null)!;
  const second = first.flatMap(({ indicator_code }) => children.get(indicator_code)!);
  const third = second.flatMap(({ indicator_code }) => children.get(indicator_code)!);
  t.same([first.length, second.length, third.length], [3, 14, 27]);
  t.equal(GBT_42748_2023.nodes.length, 44);
  t.same(tableProblems(GBT_42748_2023), []);
  t.ok(GBT_42748_2023.nodes.every(({ verified, source }) => !verified && source !== ''));
});

t.test('a score is the weighted sum up the tree: 80, 70, 60 give 69.5', async (t) => {
  const result = scoreTree(GBT_42748_2023, PLEDGE_SCENARIO, levelScores({ L: 80, T: 70, E: 60 }));
  near(t, result.score, 69.5, 1e-12);
  t.match(result, { leaf_count: 27, missing: [], verified: false, scenario: 'pledge' });
  const legal = scoreTree(GBT_42748_2023, PLEDGE_SCENARIO, levelScores({ L: 80, T: 70, E: null }));
  near(t, legal.score, (0.35 * 80 + 0.25 * 70) / 0.6, 1e-12, 'the rest is weighted up, missing is not 0');
  t.equal(legal.missing.length, 10);
  const { 'L1.1': _, ...rest } = levelScores({ L: 80, T: 70, E: 60 });
  const one = scoreTree(GBT_42748_2023, PLEDGE_SCENARIO, { ...rest, 'L1.2': 50 });
  t.same(one.missing, ['L1.1']);
  near(
    t,
    one.score,
    69.5 - 0.35 * 0.25 * 0.5 * 30,
    1e-12,
    'a missing leaf passes its weight to its siblings',
  );
});

t.test('contributions add up exactly and the score stays within the scores given', async (t) => {
  const scores = fc
    .array(fc.option(fc.double({ min: 0, max: 100, noNaN: true })), { minLength: 27, maxLength: 27 })
    .filter((list) => list.some((score) => score !== null));
  const property = fc.property(scores, (list) => {
    const given = Object.fromEntries(LEAVES.map((code, i) => [code, list[i]!]));
    const { score, contributions, missing } = scoreTree(GBT_42748_2023, PLEDGE_SCENARIO, given);
    const known = list.filter((value) => value !== null);
    const weight = contributions.reduce((sum, leaf) => sum + leaf.effective_weight, 0);
    return (
      score === contributions.reduce((sum, leaf) => sum + leaf.contribution, 0) &&
      contributions.length + missing.length === 27 &&
      Math.abs(weight - 1) < 1e-12 &&
      score >= Math.min(...known) - 1e-9 &&
      score <= Math.max(...known) + 1e-9
    );
  });
  t.doesNotThrow(() => fc.assert(property));
});

t.test('scores that the table does not know are refused', async (t) => {
  const score = (scores: Record<string, number | null>, scenario = PLEDGE_SCENARIO) =>
    scoreTree(GBT_42748_2023, scenario, scores);
  refuses(t, () => score({ 'L1.1': 101 }), 'out_of_range');
  refuses(t, () => score({ 'L1.1': Number.NaN }), 'not_finite');
  refuses(t, () => score({ L1: 50 }), 'unknown_indicator');
  refuses(t, () => score({ X: 50 }), 'unknown_indicator');
  refuses(t, () => score({ 'L1.1': null }), 'no_scores');
  refuses(t, () => score({ 'L1.1': 50 }, 'litigation'), 'unknown_scenario');
});

function table(...nodes: [code: string, parent: string | null, weight: number][]): IndicatorTable {
  return {
    standard_version: 'test',
    scale: { least: 0, most: 10 },
    nodes: nodes.map(([indicator_code, parent, weight]) => ({
      indicator_code,
      name: indicator_code,
      parent,
      weights: { pledge: weight },
      verified: true,
      source: 'test',
    })),
  };
}

t.test('a table that breaks a rule is refused by name', async (t) => {
  const rules = (broken: IndicatorTable) => tableProblems(broken).map(({ rule }) => rule);
  t.same(rules(table(['A', null, 0.5], ['B', null, 0.5])), []);
  t.same(rules(table(['A', null, 0.5], ['B', null, 0.4])), ['weights_not_one']);
  t.same(rules(table(['A', null, 1], ['B', 'A', 0.5], ['C', 'A', 0.6])), ['weights_not_one']);
  t.same(rules(table(['A', null, 0.5], ['A', null, 0.5])), ['duplicate_code']);
  t.same(rules(table(['A', null, 1], ['B', 'Z', 1])), ['unknown_parent']);
  t.same(rules(table(['A', null, 1], ['B', 'C', 1], ['C', 'B', 1])), ['parent_cycle', 'parent_cycle']);
  t.same(rules(table(['A', null, 1.5], ['B', null, -0.5])), ['weight_out_of_range', 'weight_out_of_range']);
  t.same(rules(table()), ['empty_table']);
  t.same(rules({ ...table(['A', null, 1]), scale: { least: 1, most: 1 } }), ['bad_scale']);
  const [a] = table(['A', null, 1]).nodes;
  const mixed = {
    ...table(['A', null, 1]),
    nodes: [a!, { ...a!, indicator_code: 'B', weights: { sale: 1 } }],
  };
  t.same(rules(mixed), ['weight_missing', 'weight_missing']);
  refuses(t, () => scoreTree(table(['A', null, 0.9]), 'pledge', { A: 1 }), 'weights_not_one');
  const unweighted = scoreTree(table(['A', null, 1], ['B', null, 0]), 'pledge', { A: 4, B: 9 });
  t.equal(unweighted.score, 4, 'a weight of 0 counts for nothing');
  refuses(t, () => scoreTree(table(['A', null, 1], ['B', null, 0]), 'pledge', { B: 9 }), 'no_scores');
  const nested = table(['A', null, 0.5], ['B', null, 0.5], ['C', 'B', 0], ['D', 'B', 1]);
  t.equal(
    scoreTree(nested, 'pledge', { A: 4, C: 9 }).score,
    4,
    'a branch with nothing that counts is left out',
  );
  const deep = table(['A', null, 1], ['B', 'A', 1], ['C', 'B', 1], ['D', 'C', 1], ['E', 'D', 1]);
  t.equal(scoreTree(deep, 'pledge', { E: 7 }).score, 7, 'any number of levels');
});

function row(changes: TableRow): TableRow {
  return {
    standard_version: 'GB/T 42748-2023',
    indicator_code: 'A',
    name: 'a',
    parent: '',
    scenario: 'pledge',
    weight: '1',
    verified: 'true',
    source: 'licensed copy',
    ...changes,
  };
}

t.test("a bank's own table is loaded whole or not at all", async (t) => {
  const scale = { least: 0, most: 100 };
  const rows = [
    row({ weight: '.6' }),
    row({ indicator_code: 'B', name: 'b', weight: '0.40' }),
    row({ weight: '.5', scenario: 'licence' }),
    row({ indicator_code: 'B', name: 'b', weight: ' 0.5 ', scenario: 'licence' }),
  ];
  const loaded = loadTable(rows, scale);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  near(t, scoreTree(loaded.table, 'pledge', { A: 50, B: 100 }).score, 70, 1e-12);
  near(t, scoreTree(loaded.table, 'licence', { A: 50, B: 100 }).score, 75, 1e-12);
  t.ok(scoreTree(loaded.table, 'licence', { A: 50 }).verified);
  const errors = (...bad: TableRow[]) => {
    const result = loadTable(bad, scale);
    t.notOk('table' in result);
    return result.ok ? [] : result.errors.map(({ row, rule }) => `${row} ${rule}`);
  };
  t.same(errors(row({ weight: '.5' }), row({ weight: '.6' })), ['2 duplicate_row']);
  t.same(errors(row({ name: '' }), row({ indicator_code: 'B', weight: '35%', verified: 'yes' })), [
    '1 missing_value',
    '2 bad_weight',
    '2 bad_verified',
  ]);
  t.same(errors(row({}), row({ indicator_code: 'B', standard_version: '2012' })), ['2 mixed_versions']);
  t.same(errors(row({}), row({ scenario: 'sale', name: 'other' })), ['2 conflicting_rows']);
  t.same(errors(row({}), row({ indicator_code: 'B', parent: 'Z' })), ['2 unknown_parent']);
  t.same(errors(row({}), row({ indicator_code: 'B', parent: 'A', weight: '.9' })), ['2 weights_not_one']);
  t.same(errors(row({ weight: '' })), ['1 missing_value']);
  t.same(errors(row({ weight: '-1' })), ['1 bad_weight']);
  t.same(errors({}).length, 7, 'every empty column is named');
  t.same(errors(), ['0 empty_table']);
});

const MODEL: ModelVersion = {
  id: 'lapse-3',
  kind: 'lapse',
  version: '3',
  parameters_hash: 'abc',
  training_snapshot: 'cn-2010-12-31',
  trained_to: '2010-12-31',
  materiality: { exposure: 3, purpose: 2, complexity: 1, assumptions: 2, data_quality: 2 },
  author: 'li',
  reviewer: 'wang',
  approved_at: '2024-02-29',
  review_due: nextReview('2024-02-29'),
  review_triggers: ['fee_change', 'drift'],
  limits: { purposes: ['monitoring'], offices: ['CN'], right_types: ['invention'] },
};
const USE: IntendedUse = { on: '2024-06-01', purpose: 'monitoring', office: 'CN', right_type: 'invention' };

t.test('a model is used only when another person approved it, in time and within its limits', async (t) => {
  t.same(mayBeUsed(MODEL, USE), { allowed: true, reasons: [] });
  const reason = (model: Partial<ModelVersion>, use: Partial<IntendedUse> = {}) => {
    const { allowed, reasons } = mayBeUsed({ ...MODEL, ...model }, { ...USE, ...use });
    t.notOk(allowed);
    return reasons.join('; ');
  };
  t.equal(reason({ reviewer: 'li' }), 'li is both author and reviewer');
  t.equal(reason({ reviewer: null }), 'nobody has reviewed it');
  t.equal(reason({ approved_at: null }), 'it is not approved');
  t.equal(reason({ review_due: null }), 'no review date is set');
  t.equal(reason({}, { on: '2024-02-28' }), 'it is approved only from 2024-02-29');
  t.equal(reason({}, { on: '2025-02-28' }), 'its review was due on 2025-02-28');
  t.match(
    reason({}, { purpose: 'pricing', office: 'US', right_type: 'design' }),
    /purpose.*office.*right type/,
  );
  t.ok(mayBeUsed(MODEL, { ...USE, on: '2025-02-27' }).allowed);
  t.ok(mayBeUsed(MODEL, { ...USE, on: '2024-02-29' }).allowed, 'from the day of the approval on');
  t.throws(() => mayBeUsed(MODEL, { ...USE, on: 'soon' }), RangeError);
});

t.test('a review is due by date or by trigger', async (t) => {
  t.same(reviewDue(MODEL, '2024-06-01', ['other']), []);
  t.same(reviewDue(MODEL, '2024-06-01', ['drift']), ["'drift' happened"]);
  t.same(reviewDue(MODEL, '2025-02-28', ['fee_change']), [
    'the review was due on 2025-02-28',
    "'fee_change' happened",
  ]);
  t.same(reviewDue({ ...MODEL, review_due: null }, '2024-06-01', []), ['no review date is set']);
});

t.test('materiality: exposure by purpose by the greatest inherent risk', async (t) => {
  t.equal(materialityTier(MODEL.materiality), 1);
  const low = { exposure: 1, purpose: 1, complexity: 1, assumptions: 1, data_quality: 1 };
  t.equal(materialityTier(low), 3);
  t.equal(materialityTier({ ...low, data_quality: 3 }), 3);
  t.equal(materialityTier({ ...low, purpose: 2, complexity: 2 }), 2);
  refuses(t, () => materialityTier({ ...low, exposure: 4 }), 'out_of_range');
  refuses(t, () => materialityTier({ ...low, exposure: 1.5 }), 'not_whole');
});

const brier = (predictions: readonly number[], outcomes: readonly number[]) =>
  predictions.reduce((sum, p, i) => sum + (p - outcomes[i]!) ** 2, 0) / predictions.length;
const bias = (predictions: readonly number[], outcomes: readonly number[]) =>
  Math.abs(predictions.reduce((sum, p, i) => sum + p - outcomes[i]!, 0)) / predictions.length;

function promotion(changes: Partial<PromotionCase> = {}): PromotionCase {
  const random = mulberry32(21);
  const risk = range(400).map(() => random());
  const outcomes = risk.map((p) => (random() < p ? 1 : 0));
  const rate = outcomes.reduce<number>((sum, outcome) => sum + outcome, 0) / outcomes.length;
  return {
    evaluated_on: '2024-06-01',
    protocol: {
      registered_on: '2024-05-01',
      metric_name: 'Brier score',
      better: 'lower',
      calibration_margin: 0.05,
      seed: 4,
    },
    champion: { model_id: 'flat', snapshot: 's1', predictions: risk.map(() => rate) },
    challenger: { model_id: 'sharp', snapshot: 's1', predictions: risk },
    outcomes,
    ...changes,
  };
}

t.test('a challenger is promoted when it is better beyond chance and no worse calibrated', async (t) => {
  const clear = decidePromotion(promotion(), brier, bias);
  t.match(clear, { promote: true, reasons: [] });
  t.ok(clear.improvement.low > 0 && clear.improvement.estimate < 0.2);
  const { champion, challenger } = promotion();
  const reasons = (changes: Partial<PromotionCase>) =>
    textsOf(decidePromotion(promotion(changes), brier, bias).reasons);
  t.match(reasons({ champion: challenger, challenger: champion }), [/does not lie wholly above 0/]);
  t.match(reasons({ champion, challenger: champion }), [/0 to 0, does not lie/], 'no difference, no change');
  t.match(reasons({ challenger: { ...challenger, snapshot: 's2' } }), [/snapshots differ/]);
  t.match(reasons({ protocol: { ...promotion().protocol, registered_on: '2024-06-01' } }), [/not before/]);
  const strict = { ...promotion().protocol, calibration_margin: 0 };
  t.match(reasons({ protocol: strict }), [/calibration error rises/]);
  const higher = { ...promotion().protocol, better: 'higher' as const };
  const upsideDown = decidePromotion(promotion({ protocol: higher }), brier, bias);
  t.equal(upsideDown.improvement.estimate, -clear.improvement.estimate);
  refuses(t, () => reasons({ outcomes: [1, 0] }), 'lengths_differ');
  refuses(t, () => reasons({ protocol: { ...strict, calibration_margin: -1 } }), 'out_of_range');
  t.throws(() => reasons({ evaluated_on: 'today' }), RangeError);
});
