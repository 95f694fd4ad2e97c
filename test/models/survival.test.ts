import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import t, { type Test } from 'tap';
import { daysBetween } from '../../models/calendar.ts';
import { attempt } from '../../models/failure.ts';
import { mulberry32 } from '../../models/random.ts';
import { calibrationByStage } from '../../models/survival/calibration-by-stage.ts';
import { concordance } from '../../models/survival/concordance.ts';
import { fitCox } from '../../models/survival/cox.ts';
import type { Ties } from '../../models/survival/cox-risk-sets.ts';
import { coxSurvival } from '../../models/survival/cox-survival.ts';
import { deltaVariance } from '../../models/survival/delta-method.ts';
import { designOf, weightedCross } from '../../models/survival/design.ts';
import {
  hazardByStage,
  hazardsOfSurvival,
  type StageHistory,
  US_SURVIVAL_BY_STAGE,
} from '../../models/survival/hazard-by-stage.ts';
import { kaplanMeier, survivalAt } from '../../models/survival/kaplan-meier.ts';
import { dot, inverse } from '../../models/survival/linear-algebra.ts';
import { logRank } from '../../models/survival/log-rank.ts';
import { fitLogistic } from '../../models/survival/logistic.ts';
import { maximise } from '../../models/survival/newton.ts';
import type { Observation } from '../../models/survival/times.ts';
import { fitWeibull } from '../../models/survival/weibull.ts';
import { weibullThrough } from '../../models/survival/weibull-least-squares.ts';
import { weibullSurvival } from '../../models/survival/weibull-survival.ts';

/** Every notice is an event, one after the end of the term too. */
const FOLLOWED_TO = '2017-12-31';
const FILE = new URL('../../data/cn_patents.csv', import.meta.url);
const patents = (parse(readFileSync(FILE), { columns: true, bom: true }) as Record<string, string>[])
  .filter(({ grant }) => known(grant) !== null)
  .map((row) => ({ ...observed(row), covariates: covariatesOf(row) }));
const in_days = patents.map(({ time, event }) => ({ time, event }));
const in_years = patents.map(({ time, event }) => ({ time: time / 365.25, event }));
const covariates = patents.map(({ covariates }) => covariates);
const [CLAIMS, INDIVIDUAL, CHINESE] = [0, 1, 2] as const;

/** Six subjects whose fits have closed forms (Therneau and Grambsch 2000, appendix E). */
const SIX = observations([1, 6, 6, 9], [1, 8]);
const SIX_X = [[1], [1], [0], [0], [1], [0]];
const BRESLOW = Math.log((3 + Math.sqrt(33)) / 2);

function observed({ grant, terminate }: Record<string, string>): Observation {
  const notice = known(terminate);
  return { time: daysBetween(grant!, notice ?? FOLLOWED_TO), event: notice !== null };
}

function covariatesOf(row: Record<string, string>): number[] {
  return [
    Math.log1p(Number(row.total_claims)),
    Number(row.type3_individual),
    Number(row.Chinese),
    Number(row.if_agency),
    Number(row.IPCcount),
  ];
}

function known(text: string | undefined): string | null {
  return text === undefined || text === '' || text === 'NA' ? null : text;
}

function columns(...chosen: number[]): number[][] {
  return covariates.map((values) => chosen.map((column) => values[column]!));
}

function observations(events: readonly number[], censored: readonly number[]): Observation[] {
  return [
    ...events.map((time) => ({ time, event: true })),
    ...censored.map((time) => ({ time, event: false })),
  ];
}

function near(actual: number | null, expected: number, relative = 1e-6): boolean {
  return actual !== null && Math.abs(actual - expected) <= relative * Math.abs(expected);
}

/** As near as the digits printed allow. */
function allNear(t: Test, actual: readonly number[], expected: readonly number[], relative = 1e-6): void {
  t.equal(actual.length, expected.length);
  for (const [index, value] of expected.entries()) {
    t.ok(near(actual[index]!, value, relative), `${index}: ${actual[index]} is ${value}`);
  }
}

function failureOf(formula: () => unknown): string {
  const outcome = attempt(formula);
  return outcome.ok ? 'none' : outcome.failure.code;
}

/** Proportional hazards data with two covariates and censoring; ties when `rounded`. */
function simulated(seed: number, count: number, rounded: boolean) {
  const uniform = mulberry32(seed);
  const rows = Array.from({ length: count }, () => [uniform() * 2 - 1, Number(uniform() < 0.5)]);
  const sample = rows.map(([x, group]) => {
    const time = -Math.log(1 - uniform()) * Math.exp(-0.8 * x! + 0.5 * group!) * 10;
    const limit = 2 + uniform() * 20;
    const seen = Math.min(time, limit);
    return { time: rounded ? Math.ceil(seen) : seen, event: time <= limit };
  });
  return { sample, rows };
}

const seeds = fc.integer({ min: 1, max: 1e6 });
const samples = fc.array(fc.record({ time: fc.integer({ min: 1, max: 12 }), event: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
});

t.test('the sample is the one of the reference fits', async (t) => {
  t.equal(in_days.length, 1596);
  t.equal(in_days.filter(({ event }) => event).length, 1191);
  t.equal(
    in_days.reduce((sum, { time }) => sum + time, 0),
    4_371_609,
  );
});

t.test('Cox regression with Efron ties agrees with R on Chinese patents', async (t) => {
  const fit = fitCox(in_days, covariates);
  allNear(
    t,
    fit.coefficients,
    [-0.21513883289, 0.51094034173, 0.31753376827, 0.01327155399, 0.02163887287],
    1e-9,
  );
  allNear(t, fit.standard_errors, [0.045713382, 0.070616691, 0.082701728, 0.084479178, 0.023738619], 3e-8);
  t.ok(near(fit.log_likelihood_null, -8131.04971707, 1e-11));
  t.ok(near(fit.log_likelihood, -7999.69066146, 1e-11));
  t.match(fit, { observations: 1596, events: 1191, ties: 'efron', followed_to: 5401 });
  const risks = covariates.map((values) => dot(values, fit.coefficients));
  t.ok(near(concordance(in_days, risks).value, 0.6442229, 1e-7));
});

t.test('Cox regression with Breslow ties agrees with R on Chinese patents', async (t) => {
  const fit = fitCox(in_days, covariates, 'breslow');
  allNear(
    t,
    fit.coefficients,
    [-0.21478495227, 0.51017097796, 0.31707656976, 0.01328735811, 0.02159380507],
    1e-9,
  );
});

t.test('Weibull regression in years agrees with R on Chinese patents', async (t) => {
  const fit = fitWeibull(in_years, columns(CLAIMS, CHINESE));
  allNear(
    t,
    [...fit.coefficients, fit.scale],
    [2.0971176624, 0.1872710742, -0.3480277238, 0.6587752716],
    1e-9,
  );
  t.ok(near(fit.log_likelihood, -3732.79193715, 1e-11));
});

t.test('Kaplan-Meier survival and Greenwood errors agree with R on Chinese patents', async (t) => {
  const curve = kaplanMeier(in_years);
  const at = [2, 4, 6, 8, 10, 12].map((years) => survivalAt(curve, years));
  allNear(
    t,
    at.map(({ value }) => value),
    [0.9404762, 0.7130326, 0.5451128, 0.4260652, 0.3452381, 0.2741142],
    2e-7,
  );
  allNear(
    t,
    at.map(({ standard_error }) => standard_error!),
    [0.00592247, 0.01132282, 0.01246461, 0.01237807, 0.01190103, 0.01117495],
  );
});

t.test('the log-rank test of Chinese against foreign owners agrees with R', async (t) => {
  const group = (chinese: number) => in_days.filter((_, index) => covariates[index]![CHINESE] === chinese);
  const test = logRank([group(0), group(1)]);
  t.ok(near(test.chi_square, 173.4061174, 1e-9));
  t.equal(test.degrees_of_freedom, 1);
  t.equal(test.p_value, 0, 'below the rounding of a distribution function');
});

t.test('logistic regression agrees with R on Chinese patents', async (t) => {
  const outcomes = in_days.map(({ event }) => event);
  const fit = fitLogistic(outcomes, columns(CLAIMS, CHINESE, INDIVIDUAL));
  allNear(t, fit.coefficients, [1.3928619694, -0.3657925865, 0.2614189671, 0.9263084317], 1e-8);
});

t.test('logistic regression of a two-by-two table has its closed form', async (t) => {
  const x = [1, 1, 1, 1, 0, 0, 0, 0].map((value) => [value]);
  const fit = fitLogistic([true, true, true, false, true, false, false, false], x);
  allNear(t, fit.coefficients, [-Math.log(3), 2 * Math.log(3)], 1e-12);
  allNear(t, fit.standard_errors, [Math.sqrt(4 / 3), Math.sqrt(8 / 3)], 1e-12);
  t.ok(near(fit.log_likelihood, 6 * Math.log(0.75) + 2 * Math.log(0.25), 1e-12));
  t.match(fit, { observations: 8, events: 4 });
});

t.test(
  'Kaplan-Meier: the censored are at risk until their time, nothing is known past the last',
  async (t) => {
    const curve = kaplanMeier(SIX);
    t.ok(near(survivalAt(curve, 6).value, 5 / 12, 1e-12));
    t.ok(near(survivalAt(curve, 8.9).standard_error, (5 / 12) * Math.sqrt(1 / 30 + 1 / 4), 1e-12));
    t.same(survivalAt(curve, 0.5), { value: 1, standard_error: 0 });
    t.same(survivalAt(curve, 9), { value: 0, standard_error: null });
    t.same(survivalAt(curve, 100), { value: 0, standard_error: null }, 'nobody is left');
    t.same(
      curve.map(({ time, at_risk, events }) => [time, at_risk, events]),
      [
        [1, 6, 1],
        [6, 4, 2],
        [8, 2, 0],
        [9, 1, 1],
      ],
    );
    const censored = kaplanMeier(observations([1], [3]));
    t.equal(survivalAt(censored, 3).value, 0.5);
    t.equal(
      failureOf(() => survivalAt(censored, 3.1)),
      'beyond_follow_up',
    );
    t.equal(
      failureOf(() => survivalAt(censored, -1)),
      'out_of_range',
    );
    t.equal(
      failureOf(() => survivalAt(censored, Number.NaN)),
      'not_finite',
    );
  },
);

t.test('Kaplan-Meier never rises and stays between 0 and 1; all censored it is 1', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(samples, (sample) => {
        const curve = kaplanMeier(sample);
        const falling = curve.every(({ survival }, index) => survival <= (curve[index - 1]?.survival ?? 1));
        const alive = kaplanMeier(sample.map(({ time }) => ({ time, event: false })));
        return (
          falling &&
          curve.at(-1)!.survival >= 0 &&
          curve.every(({ standard_error, survival }) => (survival === 0) === (standard_error === null)) &&
          alive.every(({ survival, standard_error }) => survival === 1 && standard_error === 0)
        );
      }),
    ),
  );
});

t.test('log-rank: worked example, and no group comes first', async (t) => {
  const [a, b] = [observations([1, 6], [1]), observations([6, 9], [8])];
  const test = logRank([a, b]);
  t.ok(near(test.chi_square, 2, 1e-12) && near(test.p_value, 0.15729921, 1e-7));
  t.same([test.observed, test.degrees_of_freedom], [[2, 2], 1]);
  allNear(t, test.expected, [1, 3], 1e-12);
  const unexposed = observations([], [0.5]);
  const three = logRank([unexposed, a, b]);
  t.ok(near(three.chi_square, 2, 1e-12) && three.degrees_of_freedom === 1, 'nobody of it saw an event');
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(samples, samples, samples, (first, second, third) => {
        const tests = [
          [first, second, third],
          [third, first, second],
          [second, first, third],
        ].map((groups) => attempt(() => logRank(groups)));
        return tests.every((test) => {
          if (!test.ok || !tests[0]!.ok) return test.ok === tests[0]!.ok;
          const { chi_square, p_value } = test.value;
          const same = Math.abs(chi_square - tests[0]!.value.chi_square) <= 1e-8 * (1 + chi_square);
          return same && chi_square >= 0 && p_value >= 0 && p_value <= 1;
        });
      }),
    ),
  );
});

t.test('log-rank: of two groups without ties it is the score test of Cox', async (t) => {
  const { sample, rows } = simulated(3, 200, false);
  const group = (value: number) => sample.filter((_, index) => rows[index]![1] === value);
  const { chi_square } = logRank([group(0), group(1)]);
  const fit = fitCox(
    sample,
    rows.map(([, group]) => [group!]),
  );
  const likelihood_ratio = 2 * (fit.log_likelihood - fit.log_likelihood_null);
  t.ok(near(chi_square, likelihood_ratio, 0.05), `${chi_square} and ${likelihood_ratio}`);
});

t.test('Cox regression of six subjects has its closed forms', async (t) => {
  const breslow = fitCox(SIX, SIX_X, 'breslow');
  t.ok(near(breslow.coefficients[0]!, BRESLOW, 1e-12));
  const r = Math.exp(BRESLOW);
  t.ok(near(breslow.standard_errors[0]!, (r / (r + 1) ** 2 + (6 * r) / (r + 3) ** 2) ** -0.5, 1e-12));
  t.ok(near(breslow.log_likelihood, 2 * BRESLOW - Math.log(3 * r + 3) - 2 * Math.log(r + 3), 1e-12));
  const efron = fitCox(SIX, SIX_X);
  const root = 2 * Math.sqrt(23 / 3) * Math.cos(Math.acos((45 / 23) * Math.sqrt(3 / 23)) / 3);
  t.ok(near(efron.coefficients[0]!, Math.log(root), 1e-10));
  t.ok(near(efron.log_likelihood_null, -Math.log(6 * 4 * 3), 1e-12));
  const value = 2 * Math.log(root) - Math.log((3 * root + 3) * (root + 3) * (root / 2 + 2.5));
  t.ok(near(efron.log_likelihood, value, 1e-12) && near(value, -3.358975, 1e-6));
  const information = root / (root + 1) ** 2 + (3 * root) / (root + 3) ** 2 + (5 * root) / (root + 5) ** 2;
  t.ok(near(efron.covariance[0]![0]!, 1 / information, 1e-10));
});

t.test('Cox survival of a subject and its error have the published values', async (t) => {
  const variances = (ties: Ties) =>
    [1, 6, 9].map((time) => {
      const { value, standard_error } = coxSurvival(fitCox(SIX, SIX_X, ties), [0], time);
      return (standard_error / value) ** 2;
    });
  allNear(t, variances('breslow'), [0.007871, 1 / 9, 10 / 9], 1e-4);
  allNear(t, variances('efron'), [0.0059505, 0.134075, 1.134075], 2e-5);
  const fit = fitCox(SIX, SIX_X, 'breslow');
  allNear(
    t,
    fit.baseline.slice(1).map(({ cumulative_hazard }) => Math.exp(-BRESLOW / 2) * cumulative_hazard),
    [1 / 3, 4 / 3],
    1e-12,
  );
  t.ok(near(fit.log_likelihood_null, -Math.log(6 * 4 * 4), 1e-12));
  t.ok(near(coxSurvival(fit, [0], 8.9).value, Math.exp(-1 / 3), 1e-12));
  t.ok(near(coxSurvival(fit, [1], 6).value, Math.exp(-Math.exp(BRESLOW) / 3), 1e-12));
  t.same(coxSurvival(fit, [1], 0.9), { value: 1, standard_error: 0 });
  t.equal(
    failureOf(() => coxSurvival(fit, [1], 9.1)),
    'beyond_follow_up',
  );
  t.equal(
    failureOf(() => coxSurvival(fit, [1, 2], 1)),
    'length_mismatch',
  );
  t.equal(
    failureOf(() => coxSurvival(fit, [Number.NaN], 1)),
    'not_finite',
  );
});

t.test('Cox likelihood ignores a shift, and scaling a covariate scales its coefficient', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.integer({ min: -6, max: 6 }),
        fc.constantFrom<Ties>('efron', 'breslow'),
        (seed, shift, power, ties) => {
          const { sample, rows } = simulated(seed, 60, true);
          const fit = fitCox(sample, rows, ties);
          const shifted = fitCox(
            sample,
            rows.map(([x, group]) => [x! + shift, group!]),
            ties,
          );
          const factor = 10 ** power;
          const scaled = fitCox(
            sample,
            rows.map(([x, group]) => [x! * factor, group!]),
            ties,
          );
          const survival = [fit, shifted].map(
            (of, index) => coxSurvival(of, [index === 0 ? 0.3 : 0.3 + shift, 1], 5).value,
          );
          return (
            near(shifted.log_likelihood, fit.log_likelihood, 1e-9) &&
            near(shifted.log_likelihood_null, fit.log_likelihood_null, 1e-12) &&
            near(survival[1]!, survival[0]!, 1e-7) &&
            near(scaled.log_likelihood, fit.log_likelihood, 1e-9) &&
            Math.abs(scaled.coefficients[0]! * factor - fit.coefficients[0]!) <=
              1e-7 * fit.standard_errors[0]! &&
            near(scaled.standard_errors[0]! * factor, fit.standard_errors[0]!, 1e-7)
          );
        },
      ),
      { numRuns: 40 },
    ),
  );
});

t.test('Efron and Breslow agree where no times are tied, and the unit of time does not matter', async (t) => {
  const { sample, rows } = simulated(11, 300, false);
  const efron = fitCox(sample, rows);
  const breslow = fitCox(sample, rows, 'breslow');
  t.same(efron.coefficients, breslow.coefficients);
  t.same(efron.baseline, breslow.baseline);
  const days = sample.map(({ time, event }) => ({ time: time * 365.25, event }));
  t.same(fitCox(days, rows).coefficients, efron.coefficients);
  t.equal(JSON.stringify(fitCox(sample, rows)), JSON.stringify(efron), 'bit for bit');
});

t.test('Cox gives back the coefficients that made the data', async (t) => {
  const { sample, rows } = simulated(5, 5000, false);
  const { coefficients, standard_errors } = fitCox(sample, rows);
  t.ok(Math.abs(coefficients[0]! - 0.8) < 3 * standard_errors[0]!);
  t.ok(Math.abs(coefficients[1]! + 0.5) < 3 * standard_errors[1]!);
});

t.test('subjects gone before the first event move no Cox estimate', async (t) => {
  const early = observations([], [0.5, 0.5]);
  const fit = fitCox([...early, ...SIX], [[7], [-3], ...SIX_X]);
  const without = fitCox(SIX, SIX_X);
  t.same(fit.coefficients, without.coefficients);
  t.equal(fit.observations, 8);
  t.equal(
    failureOf(() => fitCox([...early, ...observations([2, 3], [])], [[1], [0], [0], [0]])),
    'singular',
  );
});

t.test('concordance counts pairs as a double loop does', async (t) => {
  const three = observations([1, 2], [3]);
  t.match(concordance(three, [3, 1, 2]), { value: 2 / 3, concordant: 2, discordant: 1, tied: 0 });
  t.equal(concordance(three, [1, 1, 1]).value, 0.5);
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(samples, fc.infiniteStream(fc.integer({ min: 0, max: 5 })), (sample, stream) => {
        const risks = sample.map(() => stream.next().value as number);
        const counted = { concordant: 0, discordant: 0, tied: 0 };
        for (const [i, first] of sample.entries()) {
          for (const [j, second] of sample.entries()) {
            const outlived = second.time > first.time || (second.time === first.time && !second.event);
            if (!first.event || !outlived) continue;
            if (risks[i]! > risks[j]!) counted.concordant++;
            else if (risks[i]! < risks[j]!) counted.discordant++;
            else counted.tied++;
          }
        }
        const pairs = counted.concordant + counted.discordant + counted.tied;
        const found = attempt(() => concordance(sample, risks));
        if (!found.ok)
          return pairs === 0 && ['no_events', 'no_comparable_pairs'].includes(found.failure.code);
        const { concordant, discordant, tied } = found.value;
        return (
          concordant === counted.concordant && discordant === counted.discordant && tied === counted.tied
        );
      }),
    ),
  );
});

t.test('Weibull survival: worked error, and the error of a fit is the one of a moved fit', async (t) => {
  const fixed = {
    coefficients: [2],
    scale: 0.5,
    covariance: [
      [0.01, 0],
      [0, 0.04],
    ],
  };
  const worked = weibullSurvival(fixed, [], 5);
  t.ok(near(worked.value, 0.63262, 1e-5) && near(worked.standard_error, 0.07351, 1e-4));
  t.same(weibullSurvival(fixed, [], 0), { value: 1, standard_error: 0 });
  t.same(weibullSurvival(fixed, [], 1e300), { value: 0, standard_error: 0 });
  t.equal(
    failureOf(() => weibullSurvival(fixed, [1], 5)),
    'length_mismatch',
  );
  const fit = fitWeibull(in_years, columns(CLAIMS, CHINESE));
  const x = [Math.log1p(8), 1];
  const slopes = [0, 1, 2, 3].map((parameter) => {
    const move = (by: number) => {
      const coefficients = fit.coefficients.map((value, index) => value + (index === parameter ? by : 0));
      const scale = parameter === 3 ? fit.scale * Math.exp(by) : fit.scale;
      return weibullSurvival({ ...fit, coefficients, scale }, x, 6).value;
    };
    return (move(1e-5) - move(-1e-5)) / 2e-5;
  });
  const { standard_error } = weibullSurvival(fit, x, 6);
  t.ok(near(standard_error, Math.sqrt(deltaVariance(slopes, fit.covariance)), 1e-6));
});

t.test(
  'Weibull: the unit of time moves the constant alone; an uncensored exponential is found',
  async (t) => {
    const years = fitWeibull(in_years, columns(CLAIMS));
    const days = fitWeibull(in_days, columns(CLAIMS));
    t.ok(near(days.coefficients[0]!, years.coefficients[0]! + Math.log(365.25), 1e-9));
    t.ok(near(days.coefficients[1]!, years.coefficients[1]!, 1e-9) && near(days.scale, years.scale, 1e-9));
    allNear(t, days.standard_errors.slice(1), years.standard_errors.slice(1), 1e-7);
    const uniform = mulberry32(9);
    const sample = Array.from({ length: 4000 }, () => ({ time: -3 * Math.log(1 - uniform()), event: true }));
    const fit = fitWeibull(
      sample,
      sample.map(() => []),
    );
    t.ok(Math.abs(fit.coefficients[0]! - Math.log(3)) < 3 * fit.standard_errors[0]!);
    t.ok(Math.abs(Math.log(fit.scale)) < 3 * fit.standard_errors[1]!);
    t.ok(near(fit.standard_errors[1]!, Math.sqrt(6 / 4000) / Math.PI, 0.05), 'textbook error of log scale');
  },
);

t.test('Weibull curve through the US shares (G25)', async (t) => {
  const curve = weibullThrough([4, 8, 12], US_SURVIVAL_BY_STAGE);
  t.ok(near(curve.shape, 1.2957, 5e-5) && near(curve.scale, 15.156, 5e-5) && near(curve.median, 11.42, 5e-4));
  const exact = [1, 5, 9].map((time) => Math.exp(-((time / 7) ** 1.4)));
  const { shape, scale } = weibullThrough([1, 5, 9], exact);
  t.ok(near(shape, 1.4, 1e-12) && near(scale, 7, 1e-12));
  const failures: [number[], number[], string][] = [
    [[4], [0.5], 'too_few_points'],
    [[4, 4], [0.5, 0.4], 'too_few_points'],
    [[4, 8], [0.5], 'length_mismatch'],
    [[0, 8], [0.9, 0.5], 'out_of_range'],
    [[4, 8], [1, 0.5], 'out_of_range'],
    [[4, 8], [0.5, 0], 'out_of_range'],
    [[4, 8], [0.5, Number.NaN], 'not_finite'],
    [[4, 8], [0.5, 0.6], 'not_falling'],
  ];
  for (const [times, shares, code] of failures) {
    t.equal(
      failureOf(() => weibullThrough(times, shares)),
      code,
    );
  }
});

t.test('hazard by stage: the US baseline, a worked table, and Kaplan-Meier on stages', async (t) => {
  allNear(t, hazardsOfSurvival(US_SURVIVAL_BY_STAGE), [0.16, 0.25, 2 / 9], 1e-12);
  const history = (stages_faced: number, lapsed: boolean): StageHistory => ({ stages_faced, lapsed });
  const worked = [
    history(2, false),
    history(2, true),
    history(2, false),
    history(1, true),
    history(0, false),
  ];
  t.match(hazardByStage(worked), [
    { stage: 1, at_risk: 4, lapses: 1, hazard: 0.25, survival: 0.75 },
    { stage: 2, at_risk: 3, lapses: 1, hazard: 1 / 3, survival: 0.75 * (2 / 3) },
  ]);
  t.ok(near(hazardByStage(worked)[0]!.standard_error, Math.sqrt(0.1875 / 4), 1e-12));
  const gap = hazardByStage([history(3, true), history(1, true), history(3, false)]);
  t.match(
    gap[1],
    { stage: 2, at_risk: 2, lapses: 0, hazard: 0, standard_error: 0 },
    'a stage nobody left at',
  );
  const histories = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()).map(([stages, lapsed]) => history(stages, lapsed)),
    { minLength: 1, maxLength: 30 },
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(histories, (given) => {
        const curve = kaplanMeier(given.map(({ stages_faced: time, lapsed: event }) => ({ time, event })));
        return hazardByStage(given).every(({ stage, survival, survival_standard_error }) => {
          const { value, standard_error } = survivalAt(curve, stage);
          return (
            Math.abs(value - survival) < 1e-12 &&
            Math.abs((standard_error ?? -1) - (survival_standard_error ?? -1)) < 1e-12
          );
        });
      }),
    ),
  );
});

t.test('hazard by stage refuses what is no history', async (t) => {
  const failures: [StageHistory[], string][] = [
    [[], 'empty_sample'],
    [[{ stages_faced: 0, lapsed: false }], 'no_stages'],
    [[{ stages_faced: 0, lapsed: true }], 'out_of_range'],
    [[{ stages_faced: -1, lapsed: false }], 'out_of_range'],
    [[{ stages_faced: 1e9, lapsed: false }], 'out_of_range'],
    [[{ stages_faced: 1.5, lapsed: false }], 'not_whole'],
    [[{ stages_faced: Number.NaN, lapsed: false }], 'not_finite'],
  ];
  for (const [histories, code] of failures) {
    t.equal(
      failureOf(() => hazardByStage(histories)),
      code,
    );
  }
  for (const [shares, code] of [
    [[0.8, 0.9], 'out_of_range'],
    [[0.8, 0], 'out_of_range'],
    [[Number.NaN], 'not_finite'],
  ] as const) {
    t.equal(
      failureOf(() => hazardsOfSurvival(shares)),
      code,
    );
  }
});

t.test('calibration by stage: expected, observed, standardised difference, calibration error', async (t) => {
  const prediction = (stage: number, probability: number, lapsed: boolean) => ({
    stage,
    probability,
    lapsed,
  });
  const one = calibrationByStage([prediction(1, 0.2, false), prediction(1, 0.4, true)]);
  t.ok(near(one.stages[0]!.standardised_difference, 0.4 / Math.sqrt(0.4), 1e-12));
  t.ok(near(one.stages[0]!.expected, 0.6, 1e-12) && near(one.expected_calibration_error, 0.2, 1e-12));
  const two = calibrationByStage([
    prediction(3, 1, true),
    prediction(1, 0.5, false),
    prediction(3, 1, false),
  ]);
  t.match(two.stages, [
    { stage: 1, predictions: 1, expected: 0.5, observed: 0, standardised_difference: -1 },
    { stage: 3, predictions: 2, expected: 2, observed: 1, standardised_difference: null },
  ]);
  t.ok(near(two.expected_calibration_error, 0.5, 1e-12));
  const uniform = mulberry32(21);
  const calibrated = Array.from({ length: 20_000 }, (_, index) => {
    const probability = uniform();
    return prediction(1 + (index % 3), probability, uniform() < probability);
  });
  const { stages, expected_calibration_error } = calibrationByStage(calibrated);
  t.ok(
    stages.every(({ standardised_difference: z }) => Math.abs(z!) < 3) && expected_calibration_error < 0.02,
  );
  const failures: [number, number, string][] = [
    [1, Number.NaN, 'not_finite'],
    [1, 1.1, 'out_of_range'],
    [0, 0.5, 'out_of_range'],
    [1.5, 0.5, 'not_whole'],
  ];
  for (const [stage, probability, code] of failures) {
    t.equal(
      failureOf(() => calibrationByStage([prediction(stage, probability, true)])),
      code,
    );
  }
  t.equal(
    failureOf(() => calibrationByStage([])),
    'empty_sample',
  );
});

t.test('bad times, bad rows and no events are refused by name', async (t) => {
  const fits: ((sample: readonly Observation[], rows: readonly (readonly number[])[]) => unknown)[] = [
    fitCox,
    fitWeibull,
    (sample, rows) => concordance(sample, rows.flat()),
  ];
  for (const fit of fits) {
    const code = (sample: Observation[], rows: number[][]) => failureOf(() => fit(sample, rows));
    t.equal(code([], []), 'empty_sample');
    t.equal(code(observations([0, 1], []), [[0], [1]]), 'time_not_positive');
    t.equal(code(observations([-1, 1], []), [[0], [1]]), 'time_not_positive');
    t.equal(code(observations([Number.NaN, 1], []), [[0], [1]]), 'not_finite');
    t.equal(code(observations([Number.POSITIVE_INFINITY, 1], []), [[0], [1]]), 'not_finite');
    t.equal(code(observations([], [1, 2]), [[0], [1]]), 'no_events');
    t.equal(code(observations([1, 2], []), [[0]]), 'length_mismatch');
    t.equal(code(observations([1, 2], []), [[0], [Number.NaN]]), 'not_finite');
  }
  t.equal(
    failureOf(() => kaplanMeier([])),
    'empty_sample',
  );
  t.equal(
    failureOf(() => logRank([SIX])),
    'too_few_groups',
  );
  t.equal(
    failureOf(() => logRank([SIX, []])),
    'empty_sample',
  );
  t.equal(
    failureOf(() => logRank([observations([], [1]), observations([], [2])])),
    'no_events',
  );
  t.equal(
    failureOf(() => logRank([observations([1], []), observations([1], [])])),
    'singular',
  );
  t.equal(
    failureOf(() => concordance(observations([1, 1], []), [1, 2])),
    'no_comparable_pairs',
  );
  t.equal(
    failureOf(() => fitCox(SIX, [[1], [2], [3], [4], [5], [6, 7]])),
    'length_mismatch',
  );
  t.equal(
    failureOf(() =>
      fitCox(
        SIX,
        SIX.map(() => []),
      ),
    ),
    'no_covariates',
  );
  const message = attempt(() => fitCox(observations([1, 2], [Number.NaN]), [[0], [1], [2]]));
  t.match(message, { failure: { message: /time 2 is NaN; give a finite number/ } });
});

t.test('constant and collinear covariates and single observations are singular', async (t) => {
  const constant = SIX.map(() => [0.1]);
  const collinear = SIX_X.map(([x], index) => [x!, index, 3 * x! - index + 0.7]);
  const rounded = SIX.map((_, index) => [index % 2 === 0 ? 0.3 : 0.1 + 0.2]);
  const one = observations([2], []);
  const outcomes = SIX.map((_, index) => index % 2 === 0);
  for (const rows of [constant, rounded, collinear]) {
    t.equal(
      failureOf(() => fitCox(SIX, rows)),
      'singular',
    );
    t.equal(
      failureOf(() => fitWeibull(SIX, rows)),
      'singular',
    );
    t.equal(
      failureOf(() => fitLogistic(outcomes, rows)),
      'singular',
    );
  }
  t.equal(
    failureOf(() => fitCox(one, [[1]])),
    'singular',
  );
  t.equal(
    failureOf(() => fitWeibull(one, [[]])),
    'singular',
  );
  t.equal(
    failureOf(() => fitLogistic([true], [[]])),
    'only_events',
  );
  t.equal(
    failureOf(() => fitLogistic([false, false], [[], []])),
    'no_events',
  );
  t.equal(
    failureOf(() => fitLogistic([], [])),
    'empty_sample',
  );
  t.equal(survivalAt(kaplanMeier(one), 2).value, 0);
});

t.test('a covariate that parts the outcomes is separation, in part or in full, in any unit', async (t) => {
  const outcomes = [false, false, false, true, true, true];
  const logistic = (xs: number[]) =>
    failureOf(() =>
      fitLogistic(
        outcomes,
        xs.map((x) => [x]),
      ),
    );
  for (const unit of [1e-6, 1, 1e6]) {
    t.equal(logistic([1, 2, 3, 4, 5, 6].map((x) => x * unit)), 'separation');
    t.equal(logistic([1, 2, 3, 3, 5, 6].map((x) => x * unit)), 'separation', 'quasi-complete');
    t.equal(logistic([0, 0, 1, 1, 1, 1].map((x) => x * unit)), 'separation', 'quasi-complete, binary');
    t.equal(logistic([1, 1, 1, 0, 0, 1].map((x) => x * unit)), 'separation', 'the other way');
    t.equal(logistic([1, 2, 4, 3, 5, 6].map((x) => x * unit)), 'none');
  }
  const sample = observations([1, 2, 3], [4, 5, 6]);
  const x = [1, 1, 1, 0, 0, 0].map((value) => [value]);
  t.equal(
    failureOf(() => fitCox(sample, x)),
    'separation',
  );
  t.equal(
    failureOf(() => fitWeibull(sample, x)),
    'separation',
  );
  t.equal(
    failureOf(() => fitWeibull(observations([2, 2], [1]), [[], [], []])),
    'separation',
    'scale 0',
  );
  t.equal(
    failureOf(() =>
      fitWeibull(
        sample,
        x.map(([value]) => [1 - value!]),
      ),
    ),
    'separation',
    'the other way',
  );
  const many = observations([1, 2], Array<number>(2000).fill(3));
  const rare = many.map((_, index) => [Number(index === 50)]);
  t.equal(
    failureOf(() => fitCox(many, rare)),
    'separation',
    'one row of many',
  );
});

t.test('one separated covariate in logistic regression is found wherever it lies', async (t) => {
  const points = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.boolean()), {
    minLength: 2,
    maxLength: 25,
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(points, (rows) => {
        const of = (outcome: boolean) => rows.flatMap(([x, y]) => (y === outcome ? [x] : []));
        const [without, events] = [of(false), of(true)];
        fc.pre(without.length > 0 && events.length > 0 && new Set(rows.map(([x]) => x)).size > 1);
        const parted =
          Math.max(...without) <= Math.min(...events) || Math.max(...events) <= Math.min(...without);
        const code = failureOf(() =>
          fitLogistic(
            rows.map(([, y]) => y),
            rows.map(([x]) => [x]),
          ),
        );
        return code === (parted ? 'separation' : 'none');
      }),
      { numRuns: 500 },
    ),
  );
});

/** One in some thousands of tiny monotone samples runs out of steps before its information fades. */
const MONOTONE = ['separation', 'not_converged'];

t.test('one covariate that orders every event of Cox has no estimate, and any other has', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(seeds, fc.integer({ min: 4, max: 9 }), (seed, count) => {
        const { sample, rows } = simulated(seed, count, false);
        const x = rows.map(([value]) => 1000 + value!);
        const orders = (sign: number) =>
          sample.every(
            ({ time, event }, index) =>
              !event || sample.every((other, j) => other.time < time || sign * (x[index]! - x[j]!) >= 0),
          );
        const last = Math.max(...sample.map(({ time }) => time));
        fc.pre(sample.some(({ time, event }) => event && time < last));
        const code = failureOf(() =>
          fitCox(
            sample,
            x.map((value) => [value]),
          ),
        );
        const monotone = orders(1) || orders(-1);
        return monotone ? MONOTONE.includes(code) : code === 'none';
      }),
      { numRuns: 500, examples: [[40_942, 4]] },
    ),
  );
});

t.test('Weibull errors are those of the curvature of its likelihood', async (t) => {
  const { sample, rows } = simulated(4, 80, false);
  const fit = fitWeibull(sample, rows);
  const value = ([a, b, c, log_scale]: number[]) =>
    sample.reduce((sum, { time, event }, index) => {
      const [x, group] = rows[index]!;
      const z = (Math.log(time) - a! - b! * x! - c! * group!) / Math.exp(log_scale!);
      return sum - Math.exp(z) + (event ? z - log_scale! - Math.log(time) : 0);
    }, 0);
  const at = [...fit.coefficients, Math.log(fit.scale)];
  t.ok(near(value(at), fit.log_likelihood, 1e-12));
  const step = 1e-4;
  const moved = (j: number, by: number, k: number, also: number) =>
    value(at.map((coordinate, index) => coordinate + (index === j ? by : 0) + (index === k ? also : 0)));
  const information = at.map((_, j) =>
    at.map((_, k) => {
      const corners = [moved(j, step, k, step), moved(j, -step, k, -step)];
      const others = [moved(j, step, k, -step), moved(j, -step, k, step)];
      return (others[0]! + others[1]! - corners[0]! - corners[1]!) / (4 * step ** 2);
    }),
  );
  const unit = new Matrix(information).mmul(new Matrix(fit.covariance));
  t.ok(
    Matrix.sub(unit, Matrix.eye(4))
      .to1DArray()
      .every((value) => Math.abs(value) < 1e-4),
  );
});

t.test('the maximiser: a parabola in one step, and no maximum by name', async (t) => {
  const parabola = maximise(
    ([b]) => ({ value: -((b! - 3) ** 2), gradient: [2 * (3 - b!)], information: new Matrix([[2]]) }),
    [0],
  );
  t.ok(near(parabola.at[0]!, 3, 1e-12) && near(parabola.covariance.get(0, 0), 0.5, 1e-12));
  t.equal(parabola.iterations, 1);
  const line = () => maximise(([b]) => ({ value: b!, gradient: [1], information: new Matrix([[1]]) }), [0]);
  t.equal(failureOf(line), 'not_converged');
  const wrong = () => maximise(([b]) => ({ value: -b!, gradient: [1], information: new Matrix([[1]]) }), [0]);
  t.equal(failureOf(wrong), 'not_converged', 'a gradient that points down');
  const steep = maximise(
    ([b]) => {
      const root = Math.sqrt(1 + b! ** 2);
      return { value: -root, gradient: [-b! / root], information: new Matrix([[root ** -3]]) };
    },
    [2],
  );
  t.ok(Math.abs(steep.at[0]!) < 1e-8, 'where full steps run away, halved ones do not');
  const flat = () => maximise(() => ({ value: 0, gradient: [1], information: new Matrix([[0]]) }), [0]);
  t.equal(failureOf(flat), 'singular');
});

t.test('the shared algebra: worked values', async (t) => {
  t.same(weightedCross(designOf([[2], [5]], 2), Float64Array.of(1, 1)).to2DArray(), [
    [2, 7],
    [7, 29],
  ]);
  const inverted = inverse(
    new Matrix([
      [2, 1],
      [1, 2],
    ]),
  )!.to1DArray();
  allNear(t, inverted, [2 / 3, -1 / 3, -1 / 3, 2 / 3], 1e-12);
  const flat = new Matrix([
    [1, 1],
    [1, 1],
  ]);
  t.equal(inverse(flat), null);
  t.equal(inverse(new Matrix([[Number.NaN]])), null);
  t.equal(
    deltaVariance(
      [1, 2],
      [
        [4, 0],
        [0, 1],
      ],
    ),
    8,
  );
});
