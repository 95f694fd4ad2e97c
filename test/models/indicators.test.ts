import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t from 'tap';
import { attempt } from '../../models/failure.ts';
import { backwardCitations, distinctCited } from '../../models/indicators/backward-citations.ts';
import { breakthroughThreshold, isBreakthrough } from '../../models/indicators/breakthrough.ts';
import { requireCount, requireDate } from '../../models/indicators/checks.ts';
import { claimCount } from '../../models/indicators/claims.ts';
import { classWeights } from '../../models/indicators/class-weights.ts';
import { cohortKey, summarise } from '../../models/indicators/cohort.ts';
import { type CohortStatistics, cohortStatistics } from '../../models/indicators/cohort-statistics.ts';
import { composite, INDEX_4, INDEX_6 } from '../../models/indicators/composite.ts';
import { diversity } from '../../models/indicators/diversity.ts';
import type { QualityFacts } from '../../models/indicators/facts.ts';
import { familySize } from '../../models/indicators/family-size.ts';
import { type CitingPatent, forwardCitations } from '../../models/indicators/forward-citations.ts';
import { generality } from '../../models/indicators/generality.ts';
import { grantLagDays } from '../../models/indicators/grant-lag.ts';
import { midRank, summariseCounts } from '../../models/indicators/histogram.ts';
import { lifetimeCitations } from '../../models/indicators/lifetime-citations.ts';
import { nonPatentShare } from '../../models/indicators/non-patent-citations.ts';
import { NORMALISATIONS, normalise } from '../../models/indicators/normalise.ts';
import { originality } from '../../models/indicators/originality.ts';
import { percentile } from '../../models/indicators/percentile.ts';
import { quality } from '../../models/indicators/quality.ts';
import { radicalness } from '../../models/indicators/radicalness.ts';
import { type IndicatorName, rawIndicators } from '../../models/indicators/raw-indicators.ts';
import { renewalLife } from '../../models/indicators/renewal-life.ts';
import { patentScope } from '../../models/indicators/scope.ts';
import { citationPrior, shrunkCitations } from '../../models/indicators/shrinkage.ts';
import { ipcSubclass } from '../../models/indicators/subclass.ts';
import {
  citationShare,
  cumulativeLag,
  SEED_CITATION_LAG,
  truncationFactor,
} from '../../models/indicators/truncation.ts';
import { windowOf } from '../../models/indicators/window.ts';
import { mulberry32 } from '../../models/random.ts';

const AS_OF = '2024-01-01';

const FACTS: QualityFacts = {
  authority: 'EP',
  wipo_field: 16,
  filed_on: '2010-01-15',
  published_on: '2011-07-20',
  granted_on: '2013-03-06',
  classification: 'IPC',
  ipc: ['A61K31/00', 'A61K9/20', 'C07D303/48'],
  claims: 15,
  cited_patents: [
    { document: 'US1', ipc: ['A61K31/00'] },
    { document: 'US2', ipc: ['B01D1/00'] },
  ],
  non_patent_citations: 2,
  citing_patents: [],
  family: [{ authority: 'US', published_on: '2011-07-21' }],
  renewal: { ended_on: null, term_years: 20 },
};

function code(formula: () => unknown): string {
  const outcome = attempt(formula);
  return outcome.ok ? 'none' : outcome.failure.code;
}

function near(actual: number | null, expected: number, relative = 1e-3): boolean {
  return actual !== null && Math.abs(actual - expected) <= relative * Math.abs(expected);
}

function citing(family: string, published_on: string, ...ipc: string[]): CitingPatent {
  return { family, published_on, ipc };
}

/** Classes of citing patents, one class each. */
function families(...counts: [string, number][]): CitingPatent[] {
  return counts.flatMap(([symbol, count]) =>
    Array.from({ length: count }, (_, index) => citing(`${symbol}${index}`, '2012-01-01', symbol)),
  );
}

const symbols = fc.constantFrom(
  'A61K31/00',
  'A61K9/20',
  'A61P1/00',
  'B01D1/00',
  'C07D1/00',
  'H04L9/00',
  'Y02E10/40',
);
const documents = fc.array(fc.array(symbols, { maxLength: 5 }), { maxLength: 12 });
const counts = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 250 });

t.test('scope counts distinct subclasses', async (t) => {
  t.equal(patentScope(['A61K31/00', 'A61K9/20', 'C07D303/48']), 2);
  t.equal(ipcSubclass('A61K'), 'A61K');
  t.equal(ipcSubclass('A61K 31/00'), 'A61K');
  for (const symbol of ['', 'a61k31/00', '61K', 'I01B1/00', 'A61', 'A61KK1/00'])
    t.equal(
      code(() => ipcSubclass(symbol)),
      'ipc_invalid',
      symbol,
    );
  t.equal(
    code(() => patentScope([])),
    'ipc_empty',
  );
});

t.test('family size counts offices within the window, and international applications not', async (t) => {
  const members = [
    { authority: 'US', published_on: '2014-06-12' },
    { authority: 'WO', published_on: '2014-06-19' },
    { authority: 'US', published_on: '2016-06-07' },
    { authority: 'CN', published_on: '2021-01-01' },
  ];
  const size = (as_of: string, years = 5) => familySize('EP', members, '2013-12-12', years, as_of);
  t.same(size('2024-01-01'), { count: 2, truncated: false });
  t.same(size('2024-01-01', 10), { count: 3, truncated: false });
  t.same(size('2014-06-12', 10), { count: 2, truncated: true });
  t.same(size('2014-06-11', 10), { count: 1, truncated: true });
  t.equal(
    code(() => familySize('EP', [{ authority: 'US', published_on: 'soon' }], '2013-12-12', 5, AS_OF)),
    'date_invalid',
  );
});

t.test('grant lag in days', async (t) => {
  t.equal(grantLagDays('2013-12-12', '2015-02-11'), 426);
  t.equal(grantLagDays('2014-01-07', '2016-06-07'), 882);
  t.equal(grantLagDays('2014-01-07', '2014-01-07'), 0);
  t.equal(
    code(() => grantLagDays('2014-01-07', '2014-01-06')),
    'grant_before_filing',
  );
  t.equal(
    code(() => grantLagDays('2014-02-30', '2015-01-06')),
    'date_invalid',
  );
});

t.test(
  'backward citations count documents once; literature has a share; claims are at least one',
  async (t) => {
    const cited = [
      { document: 'EP1', ipc: ['A61K31/00'] },
      { document: 'EP2', ipc: [] },
      { document: 'EP1', ipc: ['C07D1/00', 'A61K31/00'] },
    ];
    t.equal(backwardCitations(cited), 2);
    t.same(distinctCited(cited), [
      { document: 'EP1', ipc: ['A61K31/00', 'C07D1/00'] },
      { document: 'EP2', ipc: [] },
    ]);
    t.equal(nonPatentShare(3, 9), 0.25);
    t.equal(nonPatentShare(0, 0), null, 'a share of nothing is unknown, not 0');
    t.equal(
      code(() => nonPatentShare(-1, 2)),
      'out_of_range',
    );
    t.equal(claimCount(17), 17);
    t.equal(
      code(() => claimCount(-3)),
      'out_of_range',
    );
    t.equal(
      code(() => claimCount(0)),
      'out_of_range',
    );
    t.equal(
      code(() => claimCount(Number.NaN)),
      'not_finite',
    );
    t.equal(
      code(() => requireCount('claims', 1.5, 1)),
      'not_whole',
    );
    t.equal(
      code(() => requireDate('day', '2023-02-29')),
      'date_invalid',
    );
  },
);

t.test('forward citations count families in a window that may still be open', async (t) => {
  const cited_by = [
    citing('a', '2011-01-01'),
    citing('a', '2012-01-01'),
    citing('b', '2016-01-01'),
    citing('before', '2010-02-28'),
    citing('last day', '2015-03-01'),
  ];
  const forward = (years: number, as_of: string) => forwardCitations(cited_by, '2010-03-01', years, as_of);
  t.same(forward(5, AS_OF), { count: 2, truncated: false });
  t.same(forward(7, AS_OF), { count: 3, truncated: false });
  t.same(forward(5, '2015-03-01'), { count: 2, truncated: false });
  t.same(forward(5, '2015-02-28'), { count: 1, truncated: true });
  t.same(forward(5, '2010-03-01'), { count: 0, truncated: true });
  t.same(windowOf('2010-03-01', 5, '2013-01-01'), {
    opens: '2010-03-01',
    seen_to: '2013-01-01',
    truncated: true,
  });
  t.equal(
    code(() => forward(5, '2010-02-28')),
    'as_of_before_window',
  );
  t.equal(
    code(() => forward(0, AS_OF)),
    'out_of_range',
  );
  t.equal(
    code(() => forward(Number.NaN, AS_OF)),
    'not_finite',
  );
  t.equal(
    code(() => forwardCitations([citing('a', '01/02/2012')], '2010-03-01', 5, AS_OF)),
    'date_invalid',
  );
});

t.test('a breakthrough is in the top 1 % of its cohort, and ties never flag more', async (t) => {
  const cohort = Array.from({ length: 200 }, (_, index) => (index * 77) % 200);
  const threshold = breakthroughThreshold(cohort);
  t.equal(threshold, 197);
  t.same(cohort.filter((count) => isBreakthrough(count, 197)).sort(), [198, 199]);
  t.equal(breakthroughThreshold(cohort.slice(0, 99)), null, 'less than one patent is the top 1 %');
  t.equal(breakthroughThreshold(Array(100).fill(7)), 7);
  t.equal(
    code(() => breakthroughThreshold([])),
    'cohort_empty',
  );
  t.equal(
    code(() => breakthroughThreshold([1, Number.NaN])),
    'not_finite',
  );
  fc.assert(
    fc.property(counts, (values) => {
      const cut = breakthroughThreshold(values);
      const flagged = values.filter((value) => cut !== null && isBreakthrough(value, cut)).length;
      return (cut === null) === values.length < 100 && flagged <= 0.01 * values.length;
    }),
  );
});

t.test('diversity and its correction (G1, G2)', async (t) => {
  const six = diversity([3, 2, 1], 6);
  t.ok(near(six.raw, 0.6111) && near(six.corrected, 0.7333));
  t.same(diversity([5], 5), { raw: 0, corrected: 0 });
  t.same(diversity([], 0), { raw: null, corrected: null });
  t.same(diversity([1], 1), { raw: 0, corrected: null });
  t.same(diversity([1, 1], 2), { raw: 0.5, corrected: 1 });
  const twenty = diversity([10, 5, 5], 20);
  t.ok(near(twenty.raw, 0.625) && near(twenty.corrected, 0.6579));
  t.ok(near(diversity([2, 2, 2], 6).raw, 0.6667));
  t.same(diversity([0.5, 0.5, 0.5, 0.5], 2), { raw: 0.75, corrected: 1 }, 'capped');
  t.equal(
    code(() => diversity([], 3)),
    'weights_missing',
  );
  t.equal(
    code(() => diversity([1, -1], 2)),
    'out_of_range',
  );
  t.equal(
    code(() => diversity([Number.NaN], 1)),
    'not_finite',
  );
});

t.test('a patent of many classes weighs no more than one of a single class', async (t) => {
  const weights = classWeights([['A61K31/00', 'A61K9/20', 'C07D1/00'], ['A61K31/00'], []]);
  t.ok(near(weights.weights[0]!, 5 / 3, 1e-12) && near(weights.weights[1]!, 1 / 3, 1e-12));
  t.match(weights, { patents: 2, patents_without_classes: 1 });
  fc.assert(
    fc.property(documents, (patents) => {
      const { weights, patents: classified, patents_without_classes } = classWeights(patents);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const { raw, corrected } = diversity(weights, classified);
      return (
        Math.abs(total - classified) < 1e-9 &&
        classified + patents_without_classes === patents.length &&
        (raw === null) === (classified === 0) &&
        (corrected === null) === classified < 2 &&
        (raw === null || (raw >= 0 && raw < 1)) &&
        (corrected === null || (corrected >= raw! && corrected <= 1))
      );
    }),
  );
});

t.test('generality over citing families, originality and radicalness over cited patents', async (t) => {
  const spread = generality(
    families(['A61K31/00', 3], ['C07D1/00', 2], ['A01N1/00', 1]),
    '2011-01-01',
    5,
    AS_OF,
  );
  t.ok(near(spread.raw, 0.6111) && near(spread.corrected, 0.7333));
  t.match(spread, { patents: 6, patents_without_classes: 0, truncated: false });
  const one_family = [citing('a', '2012-01-01', 'A61K31/00'), citing('a', '2013-01-01', 'C07D1/00')];
  t.match(generality(one_family, '2011-01-01', 5, AS_OF), { raw: 0.5, corrected: null, patents: 1 });
  t.match(generality(one_family, '2011-01-01', 5, '2012-06-01'), { raw: 0, truncated: true });
  t.match(generality([citing('a', '2012-01-01')], '2011-01-01', 5, AS_OF), {
    raw: null,
    patents_without_classes: 1,
  });
  const cited = (...lists: string[][]) => lists.map((ipc, index) => ({ document: `EP${index}`, ipc }));
  t.match(originality(cited(['A61K31/00'], ['C07D1/00'])), { raw: 0.5, corrected: 1 });
  const twice = [...cited(['A61K31/00'], ['C07D1/00']), { document: 'EP0', ipc: ['A61K31/00'] }];
  t.match(originality(twice), { raw: 0.5, patents: 2 }, 'a document cited twice speaks once');
  const outside = ['B01D1/00', 'B01D2/00', 'H04L1/00', 'H04L2/00'];
  const inside = ['A61K1/00', 'A61K2/00', 'A61K3/00', 'A61K4/00', 'A61K5/00', 'A61K6/00'];
  t.equal(radicalness(['A61K31/00'], cited(outside, inside)), 0.4, 'G3');
  t.equal(radicalness(['A61K31/00'], cited(inside)), 0);
  t.equal(radicalness(['A61K31/00'], cited(outside)), 1);
  t.equal(radicalness(['A61K31/00'], cited([])), null);
  t.equal(
    code(() => radicalness([], cited(inside))),
    'ipc_empty',
  );
});

t.test('renewal life counts complete years and is censored while the patent lives', async (t) => {
  const life = (ended_on: string | null, as_of = AS_OF) => renewalLife('2001-07-02', ended_on, 20, as_of);
  t.same(life('2009-07-02'), { years: 8, share_of_term: 0.4, right_censored: false });
  t.same(life('2009-07-01'), { years: 7, share_of_term: 0.35, right_censored: false });
  t.same(life('2009-07-02', '2005-07-02'), { years: 4, share_of_term: 0.2, right_censored: true });
  t.match(life(null, '2005-07-01'), { years: 3, right_censored: true });
  t.same(life(null), { years: 20, share_of_term: 1, right_censored: false }, 'the term is over');
  t.same(life('2022-09-01'), { years: 20, share_of_term: 1, right_censored: false }, 'notice after the term');
  t.equal(
    code(() => life('2001-07-01')),
    'end_before_filing',
  );
  t.equal(
    code(() => life(null, '2001-07-01')),
    'as_of_before_filing',
  );
});

t.test('cohort: key, percentiles, smallness', async (t) => {
  t.equal(cohortKey(15, '2013-12-12'), '15/2013');
  for (const field of [0, 36])
    t.equal(
      code(() => cohortKey(field, '2013-12-12')),
      'out_of_range',
    );
  t.equal(
    code(() => cohortKey(1.5, '2013-12-12')),
    'not_whole',
  );
  t.equal(percentile(Float64Array.of(1, 2, 4, 10), 0.5), 3);
  t.equal(percentile(Float64Array.of(7), 0.98), 7);
  const hundred = summarise(Array.from({ length: 101 }, (_, index) => 100 - index));
  t.match(hundred, { count: 101, small: false, mean: 50, p1: 1, p98: 98, p99: 99 });
  t.equal(summarise(Array(29).fill(1)).small, true);
  t.equal(summarise(Array(30).fill(1)).small, false);
  t.equal(
    code(() => summarise([])),
    'cohort_empty',
  );
  t.equal(
    code(() => summarise([1, Number.POSITIVE_INFINITY])),
    'not_finite',
  );
  t.equal(
    code(() => summarise([1, -1])),
    'out_of_range',
  );
});

t.test('a histogram says what its values say, written out', async (t) => {
  const worked = [
    { value: 0, patents: 2 },
    { value: 3, patents: 1 },
    { value: 5, patents: 1 },
  ];
  t.equal(midRank(worked, 3), 0.625);
  t.equal(midRank(worked, 4), 0.75);
  t.equal(
    code(() => summariseCounts([])),
    'cohort_empty',
  );
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 200 }), (values) => {
      const counts = [...Map.groupBy(values, (value) => value)]
        .map(([value, equals]) => ({ value, patents: equals.length }))
        .sort((a, b) => a.value - b.value);
      const ranks = values.map((value) => midRank(counts, value));
      const mean = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
      return isDeepStrictEqual(summariseCounts(counts), summarise(values)) && Math.abs(mean - 0.5) < 1e-9;
    }),
  );
});

t.test('normalisation: two named ways, ties equal, constant cohorts handled (G4)', async (t) => {
  const spread = { p1: 2, p98: 10, p99: 12 };
  t.equal(normalise(5, spread, 'winsorised_maximum'), 0.5);
  t.equal(normalise(500, spread, 'winsorised_maximum'), 1);
  t.equal(normalise(7, spread, 'clamped_percentiles'), 0.5);
  t.equal(normalise(1, spread, 'clamped_percentiles'), 0);
  const constant = summarise(Array(50).fill(7));
  t.equal(normalise(7, constant, 'winsorised_maximum'), 1);
  t.equal(normalise(7, constant, 'clamped_percentiles'), 0.5);
  t.equal(
    code(() => normalise(0, summarise([0, 0]), 'winsorised_maximum')),
    'cohort_flat',
  );
  t.equal(
    code(() => normalise(Number.NaN, spread, 'winsorised_maximum')),
    'not_finite',
  );
  t.equal(
    code(() => normalise(-1, spread, 'clamped_percentiles')),
    'out_of_range',
  );
  fc.assert(
    fc.property(counts, fc.constantFrom(...NORMALISATIONS), (values, way) => {
      const summary = summarise([...values, 1000, 1000, 1000, 1000, 1000, 1000]);
      const sorted = [...values].sort((a, b) => a - b);
      const scores = sorted.map((value) => normalise(value, summary, way));
      return scores.every((score, index) => score >= 0 && score <= 1 && score >= (scores[index - 1] ?? 0));
    }),
  );
});

t.test('composite indices run over what is there (G5)', async (t) => {
  const components = {
    forward_citations_5: 6 / 12,
    family_size: 5 / 10,
    claims: 15 / 30,
    generality: 0.6111,
  };
  const index = composite(INDEX_4, components);
  t.ok(near(index.value, 0.528) && index.n_available === 4 && index.missing.length === 0);
  t.same(composite(INDEX_4, { ...components, generality: null }), {
    value: 0.5,
    n_available: 3,
    missing: ['generality'],
  });
  const six = { ...components, backward_citations: 1, grant_lag_days: 0.25 };
  t.ok(near(composite(INDEX_6, six).value, (1.5 + 0.6111 + 1.25) / 6, 1e-12));
  t.equal(composite(INDEX_6, components).n_available, 4);
  t.equal(
    code(() => composite(INDEX_4, {})),
    'no_components',
  );
  t.equal(
    code(() => composite(INDEX_4, { claims: Number.NaN })),
    'not_finite',
  );
  t.equal(
    code(() => composite(INDEX_4, { claims: 1.2 })),
    'out_of_range',
  );
});

t.test('truncation: the whole table of the seed distribution (G24)', async (t) => {
  const table: [number, string, string][] = [
    [1, '0.026', '38.4'],
    [2, '0.082', '12.2'],
    [3, '0.151', '6.62'],
    [4, '0.223', '4.48'],
    [5, '0.294', '3.41'],
    [7, '0.423', '2.37'],
    [10, '0.579', '1.73'],
    [12, '0.661', '1.51'],
    [15, '0.758', '1.32'],
    [20, '0.866', '1.15'],
    [25, '0.932', '1.07'],
    [30, '0.972', '1.03'],
  ];
  for (const [age, share, factor] of table) {
    t.equal(citationShare(age).toFixed(3), share, `F(${age})`);
    t.equal((1 / citationShare(age)).toPrecision(3), factor, `1 / F(${age})`);
    if (age >= 3) t.equal(truncationFactor(age), 1 / citationShare(age));
  }
  t.ok(near(citationShare(7) / citationShare(5), 1.44, 2e-3));
  t.equal(SEED_CITATION_LAG.verified, false);
  t.equal(citationShare(36), 1);
  t.equal(citationShare(80), 1);
  t.equal(citationShare(4.5), (citationShare(4) + citationShare(5)) / 2);
  const fast = cumulativeLag({ ...SEED_CITATION_LAG, obsolescence: 0.3 });
  t.ok(truncationFactor(5, fast) < truncationFactor(5));
  t.equal(
    code(() => truncationFactor(2.99)),
    'too_young',
  );
  t.equal(
    code(() => citationShare(-1)),
    'out_of_range',
  );
  t.equal(
    code(() => citationShare(Number.NaN)),
    'not_finite',
  );
  t.equal(
    code(() => cumulativeLag({ ...SEED_CITATION_LAG, diffusion: 0 })),
    'lag_flat',
  );
  t.equal(
    code(() => cumulativeLag({ ...SEED_CITATION_LAG, bins: 0 })),
    'out_of_range',
  );
});

t.test('shrinkage: between the cohort mean and the own rate, by exposure', async (t) => {
  const prior = citationPrior([0, 0, 4, 8], [1, 1, 1, 1]);
  t.same(prior, { mean: 3, variance: 8 });
  t.ok(near(shrunkCitations(2, 0.1, prior), 25 / 3.8, 1e-12));
  t.equal(shrunkCitations(0, 0, prior), 3, 'nothing seen: the cohort mean');
  t.equal(shrunkCitations(9, 0.5, { mean: 3, variance: 0 }), 3, 'patents all alike: the cohort mean');
  t.same(citationPrior([1, 1, 5], [1, 1, 0]), { mean: 1, variance: 0 }, 'no exposure says nothing');
  t.equal(
    code(() => citationPrior([], [])),
    'cohort_empty',
  );
  t.equal(
    code(() => citationPrior([1], [])),
    'lengths_differ',
  );
  t.equal(
    code(() => citationPrior([0, 0], [1, 1])),
    'cohort_uncited',
  );
  t.equal(
    code(() => citationPrior([0], [0])),
    'cohort_unexposed',
  );
  t.equal(
    code(() => citationPrior([Number.NaN], [1])),
    'not_finite',
  );
  t.equal(
    code(() => shrunkCitations(1, 2, prior)),
    'out_of_range',
  );
  t.equal(
    code(() => shrunkCitations(1, 1, { mean: 0, variance: 0 })),
    'out_of_range',
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 1e4, noNaN: true }),
      (count, exposure, mean, variance) => {
        const estimate = shrunkCitations(count, exposure, { mean, variance });
        const rate = count / exposure;
        const slack = 1e-9 * Math.max(mean, rate);
        return estimate >= Math.min(mean, rate) - slack && estimate <= Math.max(mean, rate) + slack;
      },
    ),
  );
});

t.test('shrinkage gives the parameters of a simulated cohort back and beats the plain factor', async (t) => {
  const random = mulberry32(20261122);
  const exposure = citationShare(2);
  const rates = Array.from({ length: 20_000 }, () => -6 * Math.log(1 - random()));
  const seen = rates.map((rate) => poisson(rate * exposure, random));
  const prior = citationPrior(
    seen,
    seen.map(() => exposure),
  );
  t.ok(near(prior.mean, 6, 0.05) && near(prior.variance, 36, 0.15), JSON.stringify(prior));
  const error = (estimate: (count: number) => number) =>
    seen.reduce((sum, count, index) => sum + (estimate(count) - rates[index]!) ** 2, 0) / seen.length;
  t.ok(error((count) => shrunkCitations(count, exposure, prior)) < 0.6 * error((count) => count / exposure));
});

function poisson(mean: number, random: () => number): number {
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count += 1;
  return count;
}

t.test('lifetime citations: the factor from three years on, the cohort before', async (t) => {
  const prior = { mean: 3, variance: 8 };
  const old = lifetimeCitations(5, 5, prior);
  t.ok(old.method === 'truncation_factor' && near(old.estimate, 17.03));
  const young = lifetimeCitations(0, 1, prior);
  t.ok(young.method === 'cohort_shrinkage' && young.estimate > 2.5 && young.estimate < 3);
  t.equal(lifetimeCitations(5, 5, null).method, 'truncation_factor');
  t.equal(
    code(() => lifetimeCitations(5, 1, null)),
    'prior_missing',
  );
  t.equal(
    code(() => lifetimeCitations(Number.NaN, 5, null)),
    'not_finite',
  );
  t.equal(
    code(() => lifetimeCitations(1, Number.NaN, prior)),
    'not_finite',
  );
});

/** A cohort of like patents: claims 1 to n, citations 0 to n - 1. */
function cohortRecords(size: number): QualityFacts[] {
  return Array.from({ length: size }, (_, index) => ({
    ...FACTS,
    claims: index + 1,
    granted_on: `2013-03-${String((index % 28) + 1).padStart(2, '0')}`,
    citing_patents: families(['A61K31/00', index]),
  }));
}

t.test('quality: raw and normalised scores with what they mean', async (t) => {
  const cohort = cohortStatistics(cohortRecords(101), AS_OF);
  t.match(cohort, { cohort: '16/2010', patents: 101, refused: {}, breakthrough_threshold: 99 });
  const facts = { ...FACTS, citing_patents: families(['A61K31/00', 3], ['C07D1/00', 2], ['A01N1/00', 1]) };
  const result = quality(facts, cohort);
  t.match(result.scores.claims, {
    raw: 15,
    normalised: 15 / 99,
    normalisation: 'winsorised_maximum',
    variant: 'count',
    class_level: null,
    truncated: false,
    small_cohort: false,
  });
  t.match(result.scores.patent_scope, { raw: 2, normalised: 1, class_level: 'IPC_subclass' });
  t.match(result.scores.renewal_years, {
    raw: 13,
    normalised: 0.65,
    normalisation: 'share_of_term',
    small_cohort: null,
    truncated: true,
  });
  t.ok(near(result.scores.generality.raw, 0.6111) && near(result.scores.generality_corrected.raw, 0.7333));
  t.match(
    result.scores.generality,
    { normalised: null, small_cohort: false },
    'the cohort has one class only',
  );
  t.same(result.missing, [
    { indicator: 'generality', code: 'cohort_flat' },
    { indicator: 'generality_corrected', code: 'cohort_flat' },
  ]);
  t.equal(result.missing_count, 2);
  t.equal(result.breakthrough, false);
  t.equal(quality({ ...FACTS, citing_patents: families(['A61K31/00', 100]) }, cohort).breakthrough, true);
  const lag = result.scores.grant_lag_days;
  t.equal(lag.normalised, 1 - lag.raw! / cohort.indicators.grant_lag_days!.p98, 'faster is better');
  t.ok(result.index_4.ok && result.index_6.ok);
  if (!result.index_4.ok || !result.index_6.ok) return;
  t.match(result.index_4.value, { n_available: 3, missing: ['generality'] });
  t.ok(near(result.index_4.value.value, (6 / 98 + 1 + 15 / 99) / 3, 1e-12));
  t.ok(near(result.index_6.value.value, (6 / 98 + 1 + 15 / 99 + 1 + lag.normalised!) / 5, 1e-12));
  const clamped = quality(facts, cohort, 'clamped_percentiles');
  t.match(clamped.scores.claims, { normalised: (15 - 2) / 98, normalisation: 'clamped_percentiles' });
  t.equal(clamped.scores.patent_scope.normalised, 0.5);
  t.equal(JSON.stringify(quality(facts, cohort)), JSON.stringify(result), 'bit for bit');
});

t.test('quality: unknown facts are missing and never 0', async (t) => {
  const cohort = cohortStatistics(cohortRecords(101), AS_OF);
  const unknown: QualityFacts = {
    ...FACTS,
    granted_on: null,
    published_on: null,
    ipc: [],
    claims: null,
    cited_patents: null,
    non_patent_citations: null,
    citing_patents: null,
    family: null,
    renewal: null,
  };
  const result = quality(unknown, cohort);
  t.equal(result.missing_count, 15);
  t.ok(Object.values(result.scores).every(({ raw, normalised }) => raw === null && normalised === null));
  t.ok(result.missing.every(({ code }) => code === 'unknown'));
  t.equal(result.breakthrough, null);
  t.match(result, {
    lifetime_citations: { failure: { code: 'citations_unknown' } },
    index_4: { failure: { code: 'not_granted' } },
    index_6: { failure: { code: 'not_granted' } },
  });
  t.match(quality({ ...unknown, granted_on: '2013-03-06', claims: null }, cohort).index_4, {
    failure: { code: 'no_components' },
  });
});

t.test('quality knows only what was public on the day', async (t) => {
  const day = '2012-06-01';
  const later = {
    ...FACTS,
    citing_patents: [citing('a', '2012-01-01', 'A61K1/00'), citing('b', '2013-01-01', 'B01D1/00')],
  };
  const late = { ...FACTS, citing_patents: [citing('a', '2012-01-01'), citing('b', '2017-01-01')] };
  t.match(rawIndicators(late, AS_OF).values, { forward_citations_5: 1, forward_citations_7: 2 });
  const { values, truncated, renewal } = rawIndicators(later, day);
  t.match(values, { forward_citations_5: 1, generality: 0, grant_lag_days: null, renewal_years: null });
  t.equal(renewal, null);
  t.same([...truncated].sort(), [
    'family_size',
    'forward_citations_5',
    'forward_citations_7',
    'generality',
    'generality_corrected',
  ]);
  const cohort = cohortStatistics(
    cohortRecords(40).map((facts) => ({ ...facts, published_on: '2011-12-01' })),
    day,
  );
  const result = quality({ ...later, published_on: '2011-12-01' }, cohort);
  t.match(result.lifetime_citations, { ok: true, value: { method: 'cohort_shrinkage' } });
  t.match(result.index_4, { failure: { code: 'not_granted' } });
});

t.test('impossible facts are refused by name, and counted in a cohort', async (t) => {
  const wrong: [Partial<QualityFacts>, string][] = [
    [{ claims: -1 }, 'out_of_range'],
    [{ claims: Number.NaN }, 'not_finite'],
    [{ granted_on: '2009-01-01' }, 'grant_before_filing'],
    [{ published_on: '2009-01-01' }, 'publication_before_filing'],
    [{ published_on: '2025-01-01' }, 'as_of_before_publication'],
    [{ filed_on: '2010-13-01' }, 'date_invalid'],
    [{ wipo_field: null }, 'wipo_field_missing'],
    [{ wipo_field: 99 }, 'out_of_range'],
    [{ non_patent_citations: -2 }, 'out_of_range'],
    [{ ipc: ['none'] }, 'ipc_invalid'],
  ];
  const good = cohortStatistics(cohortRecords(3), AS_OF);
  for (const [facts, expected] of wrong)
    t.equal(
      code(() => quality({ ...FACTS, ...facts }, good)),
      expected,
    );
  const records = [...wrong.map(([facts]) => ({ ...FACTS, ...facts })), ...cohortRecords(3)];
  const cohort = cohortStatistics(records, AS_OF);
  t.equal(cohort.patents, 3);
  t.equal(cohort.breakthrough_threshold, null);
  t.match(cohort.indicators.claims, { mean: 2, count: 3, small: true });
  t.same(cohort.refused, {
    out_of_range: 3,
    not_finite: 1,
    grant_before_filing: 1,
    publication_before_filing: 1,
    as_of_before_publication: 1,
    date_invalid: 1,
    wipo_field_missing: 1,
    ipc_invalid: 1,
  });
  t.equal(
    code(() => cohortStatistics([], AS_OF)),
    'cohort_empty',
  );
  t.equal(
    code(() => cohortStatistics([{ ...FACTS, claims: -1 }], AS_OF)),
    'cohort_empty',
  );
  t.equal(
    code(() => cohortStatistics([FACTS, { ...FACTS, wipo_field: 1 }], AS_OF)),
    'cohort_mixed',
  );
  t.equal(
    code(() => quality({ ...FACTS, wipo_field: 1 }, good)),
    'cohort_differs',
  );
  t.equal(
    code(() => quality({ ...FACTS, classification: 'CPC' }, good)),
    'cohort_differs',
  );
});

t.test('any record gives scores from 0 to 1 or null, whatever the order of its citations', async (t) => {
  const cohort = cohortStatistics(cohortRecords(101), AS_OF);
  const day = fc.integer({ min: 2008, max: 2023 }).map((year) => `${year}-05-05`);
  const citation = fc.record({
    family: fc.constantFrom('a', 'b', 'c', 'd'),
    published_on: day,
    ipc: fc.array(symbols),
  });
  const scored = () =>
    fc.assert(
      fc.property(
        fc.array(citation, { maxLength: 20 }),
        documents,
        fc.option(fc.integer({ min: 1, max: 500 })),
        fc.constantFrom(...NORMALISATIONS),
        (citing_patents, cited, claims, way) => {
          const cited_patents = cited.map((ipc, index) => ({ document: `${index}`, ipc }));
          const facts = { ...FACTS, citing_patents, cited_patents, claims };
          const result = quality(facts, cohort, way);
          const turned = quality({ ...facts, citing_patents: [...citing_patents].reverse() }, cohort, way);
          const same = (name: IndicatorName) =>
            Math.abs((result.scores[name].raw ?? -1) - (turned.scores[name].raw ?? -1)) < 1e-12;
          return (
            Object.values(result.scores).every(
              ({ normalised }) => normalised === null || inUnit(normalised),
            ) &&
            same('forward_citations_5') &&
            same('generality') &&
            (claims === null) === (result.scores.claims.normalised === null)
          );
        },
      ),
    );
  t.doesNotThrow(scored);
});

function inUnit(value: number): boolean {
  return value >= 0 && value <= 1;
}

const CN_FILE = new URL('../../data/cn_patents.csv', import.meta.url);

t.test('real Chinese pharmaceutical patents filed in 2001 form a cohort', async (t) => {
  const rows: Record<string, string>[] = parse(readFileSync(CN_FILE), { columns: true, bom: true });
  const records = rows
    .filter((row) => /^A61[KP]/.test(row.main_IPC!) && row.app_date!.startsWith('2001'))
    .map(chinese);
  const cohort = cohortStatistics(records, '2018-01-01');
  t.ok(
    cohort.patents > 300 && cohort.patents + sum(cohort.refused) === records.length,
    `${cohort.patents} patents`,
  );
  t.comment(means(cohort));
  const { claims, grant_lag_days } = cohort.indicators;
  t.ok(claims!.mean > 2 && claims!.mean < 15, 'Chinese claims are few');
  t.ok(grant_lag_days!.mean > 365 && grant_lag_days!.mean < 6 * 365);
  const first = records.find(({ granted_on, claims }) => granted_on !== null && claims !== null)!;
  const { index_4, index_6 } = quality(first, cohort);
  t.match([index_4, index_6], [{ value: { n_available: 1 } }, { value: { n_available: 2 } }]);
});

function chinese(row: Record<string, string>): QualityFacts {
  const known = (text: string | undefined) =>
    text === undefined || text === '' || text === 'NA' ? null : text;
  return {
    ...FACTS,
    authority: 'CN',
    filed_on: row.app_date!,
    published_on: row.pub_date!.replaceAll('.', '-'),
    granted_on: known(row.grant),
    ipc: row.IPC!.split(';').filter((symbol) => symbol !== ''),
    claims: known(row.total_claims) === null ? null : Number(row.total_claims),
    cited_patents: null,
    non_patent_citations: null,
    citing_patents: null,
    family: null,
    renewal: known(row.grant) === null ? null : { ended_on: known(row.terminate), term_years: 20 },
  };
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function means({ indicators }: CohortStatistics): string {
  return Object.entries(indicators)
    .map(([name, summary]) => `${name} ${summary === null ? '-' : summary.mean.toFixed(3)}`)
    .join(', ');
}

const SHARED = new URL('../../../shared/data/', import.meta.url);
const LENS = new URL('lens_drones_9071.csv.gz', SHARED);

t.test('real drone patents form a cohort', { skip: !existsSync(LENS) && 'no ../shared/data' }, async (t) => {
  const rows: Record<string, string>[] = parse(gunzipSync(readFileSync(LENS)), { columns: true, bom: true });
  const granted = rows.filter(({ jurisdiction, type }) => jurisdiction === 'US' && type === 'Granted Patent');
  const records = granted.filter((row) => row.application_date!.endsWith('/15')).map(drone);
  const cohort = cohortStatistics(records, '2020-01-01');
  t.comment(means(cohort), cohort.patents, JSON.stringify(cohort.refused));
  t.ok(cohort.patents > 100 && cohort.patents + sum(cohort.refused) === records.length);
  t.ok(cohort.indicators.patent_scope!.mean > 1 && cohort.indicators.patent_scope!.mean < 4);
});

function drone(row: Record<string, string>): QualityFacts {
  const date = (text: string) => text.replace(/^(\d\d)\/(\d\d)\/(\d\d)$/, '20$3-$2-$1');
  const list = (text: string) => text.split(';;').filter((item) => item !== '');
  return {
    ...FACTS,
    authority: 'US',
    wipo_field: 32,
    filed_on: date(row.application_date!),
    published_on: date(row.publication_date!),
    granted_on: date(row.publication_date!),
    ipc: list(row.ipcr_classifications!),
    claims: null,
    cited_patents: null,
    non_patent_citations: null,
    citing_patents: null,
    family: null,
    renewal: null,
  };
}
