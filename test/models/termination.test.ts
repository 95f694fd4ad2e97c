/** The five-year termination model and its measures: known numbers, laws that hold, and what is refused. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { addDays } from '../../models/calendar.ts';
import { FormulaFailure } from '../../models/failure.ts';
import { fitLogit } from '../../models/lapse/logit.ts';
import { areaUnderCurve } from '../../models/metrics/auc.ts';
import { brierScore } from '../../models/metrics/brier.ts';
import { calibrationError, calibrationNoise } from '../../models/metrics/calibration-error.ts';
import { mulberry32 } from '../../models/random.ts';
import { assess, predictSplit } from '../../models/termination/assess.ts';
import { COVARIATES, covariates } from '../../models/termination/covariates.ts';
import { encode, learnEncoding, PRIOR_SD } from '../../models/termination/design.ts';
import { groupsOf } from '../../models/termination/groups.ts';
import { importances } from '../../models/termination/importance.ts';
import { contributions, fitTermination, predictTermination } from '../../models/termination/model.ts';
import { examplesKnownBy } from '../../models/termination/outcome.ts';
import { fitSparseLogit } from '../../models/termination/sparse-logit.ts';
import { earliest, folds } from '../../models/termination/split.ts';
import { learnStageHazard, stageProbability } from '../../models/termination/stage-hazard.ts';
import type { Example, GrantFacts, GrantHistory } from '../../models/termination/types.ts';

const FOLLOWED_TO = '2017-12-31';

const FACTS: GrantFacts = {
  application_number: '01127694.0',
  right_type: 'invention',
  filed_on: '2001-08-03',
  granted_on: '2004-06-02',
  claims: 5,
  ipc: ['A61K35/78', 'A61P1/16'],
  applicants: 1,
  company: true,
  university: false,
  individual: false,
  domestic: true,
  agency: true,
  region: '44',
};

/** A patent of its own day and number, with its notice so many days after grant. */
function history(index: number, notice_days: number | null, facts: Partial<GrantFacts> = {}): GrantHistory {
  const all = { ...FACTS, application_number: `011${String(index).padStart(4, '0')}0.0`, ...facts };
  return { facts: all, notice_on: notice_days === null ? null : addDays(all.granted_on, notice_days) };
}

function examples(histories: GrantHistory[]): Example[] {
  return examplesKnownBy(histories, FOLLOWED_TO);
}

/** Patents of which companies are dropped with chance .2 and others with chance .7, if at all in the fourth year. */
function invented(count: number, seed: number): Example[] {
  const random = mulberry32(seed);
  return examples(
    Array.from({ length: count }, (_, i) => {
      const company = random() < 0.5;
      const dropped = random() < (company ? 0.2 : 0.7);
      const facts = { company, individual: !company, filed_on: addDays('2001-01-01', i), region: `${i}` };
      return history(i, dropped ? 1300 : null, { ...facts, claims: 1 + Math.floor(random() * 30) });
    }),
  );
}

function near(actual: number, expected: number, tolerance: number): boolean {
  return Math.abs(actual - expected) <= tolerance;
}

function refuses(t: Test, code: string, work: () => unknown): void {
  try {
    work();
    t.fail(`${code}: not refused`);
  } catch (error) {
    t.ok(error instanceof FormulaFailure && error.code === code, `${code}: ${(error as Error).message}`);
  }
}

t.test('the area under the curve counts pairs', async (t) => {
  t.equal(areaUnderCurve([1, 2, 3, 4], [0, 0, 1, 1]), 1);
  t.equal(areaUnderCurve([4, 3, 2, 1], [0, 0, 1, 1]), 0);
  t.equal(areaUnderCurve([7, 7, 7], [0, 1, 1]), 0.5);
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1)), { minLength: 1 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(rows, (drawn) => {
        const all = [...drawn, [2, 0], [3, 1]] as [number, number][];
        const events = all.filter(([, outcome]) => outcome === 1);
        const others = all.filter(([, outcome]) => outcome === 0);
        let won = 0;
        for (const [a] of events) for (const [b] of others) won += a > b ? 1 : a === b ? 0.5 : 0;
        const auc = areaUnderCurve(
          all.map(([score]) => score),
          all.map(([, outcome]) => outcome),
        );
        return near(auc, won / (events.length * others.length), 1e-12);
      }),
    ),
  );
});

t.test('Brier score and calibration error', async (t) => {
  t.ok(near(brierScore([0.9, 0.2], [1, 0]), 0.025, 1e-15));
  t.ok(near(calibrationError([0.12, 0.18, 0.95], [0, 1, 1]), 0.25, 1e-15));
  t.equal(calibrationError([1, 0, 0.5, 0.5], [1, 0, 1, 0]), 0, 'ends of the scale have bins');
  t.equal(calibrationNoise([0, 1]), 0, 'certainty does not scatter');
  const random = mulberry32(11);
  const probabilities = Array.from({ length: 400 }, () => random());
  let sum = 0;
  for (let k = 0; k < 300; k++) {
    const outcomes = probabilities.map((p) => Number(random() < p));
    sum += calibrationError(probabilities, outcomes) / 300;
  }
  t.ok(
    near(sum / calibrationNoise(probabilities), 1, 0.05),
    'the noise floor is what exact probabilities show',
  );
});

t.test('measures refuse what they cannot measure', async (t) => {
  refuses(t, 'length_mismatch', () => areaUnderCurve([1], [0, 1]));
  refuses(t, 'no_rows', () => brierScore([], []));
  refuses(t, 'not_finite', () => calibrationError([Number.NaN], [0]));
  refuses(t, 'outcome_not_binary', () => areaUnderCurve([1, 2], [0, 2]));
  refuses(t, 'one_class', () => areaUnderCurve([1, 2], [1, 1]));
  refuses(t, 'out_of_range', () => brierScore([1.5], [1]));
});

t.test('the outcome is a notice within 1,827 days, asked only of those followed for so long', async (t) => {
  const granted_on = '2003-03-19';
  const outcomes = examples([1827, 1828, null].map((days, i) => history(i, days, { granted_on })));
  t.same(
    outcomes.map(({ outcome }) => outcome),
    [1, 0, 0],
  );
  const late = [history(1, 100, { granted_on: '2012-12-31' }), history(2, 100, { granted_on: '2012-12-30' })];
  t.same(
    examples(late).map(({ facts }) => facts.granted_on),
    ['2012-12-30'],
  );
});

t.test('parts do not share a patent, and folds share out the events', async (t) => {
  const items = Array.from({ length: 1596 }, (_, i) => ({
    i,
    outcome: i % 4 === 0 ? (1 as const) : (0 as const),
  }));
  const time = earliest(items, 0.7);
  t.equal(time.train.length, 1117);
  t.same([...time.train, ...time.test], items);
  const dealt = folds(items, 5, mulberry32(1));
  t.same(
    dealt.flatMap(({ test }) => test.map(({ i }) => i)).sort((a, b) => a - b),
    items.map(({ i }) => i),
  );
  for (const { train, test } of dealt) {
    t.equal(train.length + test.length, 1596);
    t.notOk(test.some((one) => train.includes(one)));
    const events = test.filter(({ outcome }) => outcome === 1).length;
    t.ok(events === 79 || events === 80);
  }
  refuses(t, 'too_few', () => folds(items.slice(0, 4), 5, mulberry32(1)));
  refuses(t, 'too_few', () => earliest(items.slice(0, 1), 0.7));
});

t.test('covariates and groups of a patent on its day of grant', async (t) => {
  const facts = { ...FACTS, filed_on: '2001-07-02', granted_on: '2005-05-11', claims: 12 };
  const named = Object.fromEntries(covariates(facts).map((x, j) => [COVARIATES[j], x]));
  t.match(named, { more_than_ten_claims: 1, ipc_symbols: 2, company: 1, domestic: 1, annuities_in_time: 4 });
  t.ok(near(named.share_of_patent_year!, 0.8576, 1e-4));
  const early = covariates({ ...facts, granted_on: '2005-07-20' });
  t.equal(early[COVARIATES.indexOf('annuities_in_time')], 3);
  const nothing = { claims: null, ipc: [], applicants: null, company: null, agency: null, region: null };
  t.same(covariates({ ...FACTS, ...nothing }).slice(0, 5), [null, null, null, null, null]);
  t.match(groupsOf({ ...FACTS, ...nothing }), {
    region: null,
    main_group: null,
    same_day: null,
    same_filing: null,
  });
  t.same(groupsOf(FACTS), {
    region: '44',
    subclass: 'A61K',
    main_group: 'A61K35',
    same_day: '2001-08-03|44|100',
    same_filing: '2001-08-03|44|100|0112769',
  });
});

t.test('a row holds standardised covariates and the levels that training knew', async (t) => {
  const encoding = learnEncoding([FACTS, { ...FACTS, claims: 20, region: '31' }], 1);
  const cells = encode(encoding, FACTS);
  t.ok(near(cells.find(({ term }) => term === 'log1p_claims')!.value, -PRIOR_SD.covariate, 1e-12));
  t.notOk(
    cells.some(({ term }) => term === 'domestic'),
    'what does not vary tells nothing',
  );
  t.ok(cells.some(({ term }) => term === 'region'));
  const stranger = encode(encoding, { ...FACTS, region: 'JP', claims: null });
  t.notOk(stranger.some(({ term }) => ['region', 'same_day', 'log1p_claims'].includes(term)));
});

t.test('the sparse fit solves its equation and agrees with the dense one', async (t) => {
  const one = {
    starts: Int32Array.of(0, 1),
    columns: Int32Array.of(0),
    values: Float64Array.of(1),
    width: 1,
  };
  t.ok(near(fitSparseLogit(one, Uint8Array.of(1))[0]!, 0.401058, 1e-6));
  const value = fc.double({ min: -3, max: 3, noNaN: true });
  const row = fc.tuple(fc.tuple(value, value, value), fc.constantFrom(0, 1));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const values = Float64Array.from(rows.flatMap(([x]) => x));
        const outcomes = Uint8Array.from(rows, ([, y]) => y);
        const sparse = fitSparseLogit(
          {
            starts: Int32Array.from({ length: rows.length + 1 }, (_, i) => 3 * i),
            columns: Int32Array.from(values, (_, k) => k % 3),
            values,
            width: 3,
          },
          outcomes,
        );
        const dense = fitLogit(values, outcomes, Array(3).fill({ mean: 0, sd: 1 })).coefficients;
        return dense.every((b, j) => near(b, sparse[j]!, 1e-6 * Math.max(1, Math.abs(b))));
      }),
    ),
  );
});

t.test('equal patents get their share, separated ones stay finite, one class is refused', async (t) => {
  const equal = Array.from({ length: 1000 }, (_, i) => history(0, i < 300 ? 1300 : null));
  t.ok(near(predictTermination(fitTermination(examples(equal)), equal[0]!.facts), 0.3, 0.001));
  const apart = Array.from({ length: 40 }, (_, i) => history(i, i < 20 ? 1300 : null, { company: i < 20 }));
  const model = fitTermination(examples(apart));
  const [low, high] = [false, true].map((company) => predictTermination(model, { ...FACTS, company }));
  t.ok(low! > 0 && low! < 0.5 && high! > 0.5 && high! < 1);
  refuses(t, 'one_class', () => fitTermination(examples(equal.slice(300))));
  refuses(t, 'one_class', () => fitTermination([]));
});

t.test('a horizon that was not followed is not learnt from', async (t) => {
  const followed = Array.from({ length: 100 }, (_, i) => history(i, i < 30 ? 1300 : i < 60 ? 2100 : null));
  const long = fitTermination(examplesKnownBy(followed, '2017-12-31'));
  const short = fitTermination(examplesKnownBy(followed, '2009-06-30'));
  const hidden = followed.map((one, i) => (i < 30 ? one : { ...one, notice_on: null }));
  const blind = fitTermination(examplesKnownBy(hidden, '2009-06-30'));
  t.same(short.coefficients, blind.coefficients, 'notices after the last day followed change nothing');
  t.notSame(long.coefficients, short.coefficients);
});

t.test('contributions add up to the log odds, and the order of facts asked does not matter', async (t) => {
  const model = fitTermination(invented(300, 3));
  const p = predictTermination(model, FACTS);
  const sum = contributions(model, FACTS).reduce((total, { log_odds }) => total + log_odds, 0);
  t.ok(near(Math.log(p / (1 - p)), sum, 1e-12));
  t.equal(predictTermination(fitTermination(invented(300, 3)), FACTS), p, 'bit for bit');
});

t.test('what was planted is found: ranking, level, importance and the pull of siblings', async (t) => {
  const predicted = predictSplit(earliest(invented(2000, 5), 0.5));
  const { auc, ece, ece_noise, baseline } = assess(predicted);
  t.ok(near(auc, 0.75, 0.03), `AUC ${auc}`);
  t.ok(ece < 2 * ece_noise + 0.01, `calibration error ${ece}`);
  t.equal(baseline.base_rate.auc, 0.5);
  const { train, test } = earliest(invented(1000, 6), 0.5);
  const [first, second] = importances(fitTermination(train), test, mulberry32(1));
  t.ok(['company', 'individual'].includes(first!.term) && ['company', 'individual'].includes(second!.term));
  const siblings = Array.from({ length: 200 }, (_, i) => {
    const owner = Math.floor(i / 2);
    const filed_on = addDays('2001-01-01', owner);
    return history(i, owner % 2 ? 1300 : null, {
      filed_on,
      application_number: `01${1000 + owner}0${i % 2}.0`,
    });
  });
  const model = fitTermination(examples(siblings));
  const third = (owner: number) =>
    predictTermination(model, {
      ...FACTS,
      filed_on: addDays('2001-01-01', owner),
      application_number: `01${1000 + owner}05.0`,
    });
  t.ok(third(1) > third(2) + 0.1);
});

t.test('hazard by stage', async (t) => {
  // Filed and granted so that three annuities are in time; the notice 426 days after the first of them.
  const facts = { filed_on: '2001-06-01', granted_on: '2004-06-02' };
  const rows = Array.from({ length: 10 }, (_, i) => history(i, i === 0 ? 364 + 426 : null, facts));
  const stages = learnStageHazard(rows);
  t.ok(near(stageProbability(stages, { ...FACTS, ...facts }), 0.1, 1e-12));
  t.same(
    stages.by_patent_year.get(5),
    { due: 10, dropped: 1 },
    'dropped at the first anniversary after grant',
  );
  const unseen = stageProbability(stages, { ...FACTS, filed_on: '1990-06-01' });
  t.ok(near(unseen, 1 - (1 - stages.overall) ** 3, 1e-12), 'other patent years take the hazard of all');
  refuses(t, 'no_rows', () => learnStageHazard([]));
});
