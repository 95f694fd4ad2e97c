import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { type CorpusFormat, corpusText } from '../../jobs/corpus/generate.ts';
import { corpusStatistics, newCounts, realChineseCounts, US_FACTS } from '../../jobs/corpus/statistics.ts';
import { statisticsText } from '../../jobs/corpus/text.ts';
import { attempt } from '../../models/failure.ts';
import { citationsOf, drawLag_days } from '../../models/simulation/corpus-citations.ts';
import { CORPUS_FIELDS } from '../../models/simulation/corpus-fields.ts';
import {
  FILING_days,
  FOLLOWED_days,
  filedShare,
  filingDay,
  YEAR_days,
} from '../../models/simulation/corpus-filings.ts';
import { corpusWorld, inventionAt, traitsAt } from '../../models/simulation/corpus-inventions.ts';
import { feeYears, hazardSinceLastFee, lapseHazard } from '../../models/simulation/corpus-lapses.ts';
import { CORPUS_OFFICES, drawOffices, officeWeights } from '../../models/simulation/corpus-offices.ts';
import { rankAmong } from '../../models/simulation/corpus-owners.ts';
import { type CorpusApplication, corpusFamilies } from '../../models/simulation/corpus-patents.ts';
import { drawCourse } from '../../models/simulation/corpus-prosecution.ts';
import { count, countFees, distribution, hazards } from '../../models/simulation/corpus-statistics.ts';
import { mix, streamOf } from '../../models/simulation/corpus-stream.ts';
import { weightedPosition } from '../../models/simulation/corpus-weights.ts';
import { recogniseSource } from '../../src/patents/sources/index.ts';
import type { SourceRecord } from '../../src/patents/sources/record.ts';
import { technologyField } from '../../src/patents/technology-field.ts';

const half = () => 0.5;

/** SHA-256 of 300 patents of seed 1: a change of the generator must be meant. */
const GOLDEN: Record<CorpusFormat, string> = {
  'cn-sample': 'e04875b143509c896fc25836216757a883bff588bc4265df88eec151dc1df7d3',
  patstat: '70ab89c77ea436e45403d1b591418ceb08dba7720b8e6cb078a570886685914b',
};

t.test('the mix is the published finaliser and one to one', async (t) => {
  t.equal(mix(1), 1_364_076_727);
  const mixed = new Set(Array.from({ length: 50_000 }, (_, number) => mix(number)));
  t.equal(mixed.size, 50_000);
  t.not(streamOf(1, 'owner', 2)(), streamOf(2, 'owner', 1)(), 'seed and number are not exchangeable');
  t.not(streamOf(1, 'owner', 2)(), streamOf(1, 'invention', 2)(), 'each kind has its own numbers');
});

t.test('a position is drawn in proportion to its weight', async (t) => {
  t.equal(weightedPosition([1, 3], 0.24), 0);
  t.equal(weightedPosition([1, 3], 0.25), 1);
  for (const weights of [[], [0, 0], [1, -1], [Number.NaN], [Infinity]]) {
    const refused = attempt(() => weightedPosition(weights, 0.5));
    t.match(refused, { ok: false, failure: { code: 'bad_weights' } }, String(weights));
  }
  const weights = fc.array(fc.nat(9), { minLength: 1 }).filter((all) => all.some((weight) => weight > 0));
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (all, u) => {
      t.ok(all[weightedPosition(all, u)]! > 0, 'what has no weight is never drawn');
    }),
  );
});

t.test('the 35 fields are those of the concordance', async (t) => {
  t.equal(CORPUS_FIELDS.length, 35);
  for (const { field, ipc } of CORPUS_FIELDS)
    for (const symbol of ipc) t.equal(technologyField(symbol), field, symbol);
  t.equal(CORPUS_FIELDS[5]!.weight, 115);
  t.equal(
    CORPUS_FIELDS.reduce((sum, { weight }) => sum + weight, 0),
    1054,
  );
});

t.test('offices weigh what they did in a year, and no family names one twice', async (t) => {
  t.equal(officeWeights(2005)[0], 221.5);
  t.same(officeWeights(1985), [8, 117, 303, 37, 10, 45]);
  t.same(officeWeights(2050), officeWeights(2023));
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1985, max: 2040 }), (seed, year) => {
      const offices = drawOffices(year, streamOf(seed, 'invention', 0));
      t.equal(new Set(offices).size, offices.length);
      t.ok(offices.length >= 1);
    }),
  );
});

t.test('filings grow, and the day of a share gives the share again', async (t) => {
  t.equal(((FILING_days - filingDay(0.5)) / YEAR_days).toFixed(1), '12.7');
  t.equal(filingDay(0), 0);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      const day = filingDay(share);
      t.ok(filedShare(day) <= share + 1e-12 && share <= filedShare(day + 1) + 1e-12);
    }),
  );
});

t.test('few owners have many inventions', async (t) => {
  t.equal(rankAmong(1000, 0.5), 91);
  t.equal(rankAmong(1, 0.999), 1);
  t.equal(rankAmong(1000, 0), 1);
});

t.test('fees stay unpaid as often as in the real file', async (t) => {
  t.equal(lapseHazard(7), 195 / 1258);
  t.equal(lapseHazard(20), 0.1);
  t.same(feeYears('US', 5), [8, 12]);
  t.same(feeYears('CN', 18), [18, 19, 20]);
  t.equal(hazardSinceLastFee('US', 4).toFixed(4), '0.0961');
  t.ok(hazardSinceLastFee('US', 8) > lapseHazard(8), 'the fee of four years');
});

t.test('a middle Chinese application is granted after 1,316 days', async (t) => {
  // The median draw of everything: grant, since .5 is within its share.
  const course = drawCourse('CN', CORPUS_FIELDS[0]!, { filed: 0, published: 548 }, () => 0.5 - 2 ** -33);
  t.equal(course.granted_day, 1316);
  t.equal(course.withdrawn_day, null);
});

t.test('citation lags have the mean and median of the real ones', async (t) => {
  t.equal(Math.round(drawLag_days(half)), 4062);
  const random = streamOf(1, 'citations', 1);
  const lags = Array.from({ length: 200_000 }, () => drawLag_days(random)).sort((a, b) => a - b);
  const mean = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
  t.ok(Math.abs(mean / US_FACTS.citation_lag_days.mean - 1) < 0.01, `mean ${mean}`);
  t.ok(Math.abs(lags[100_000]! / US_FACTS.citation_lag_days.p50 - 1) < 0.015, `median ${lags[100_000]}`);
});

t.test(
  'an invention cites what was public before it, once, and rather the better of its own field',
  async (t) => {
    const world = corpusWorld(3, 20_000);
    const [quality, fields]: [number[], number[]] = [[], []];
    for (let number = world.inventions - 500; number < world.inventions; number++) {
      const citing = inventionAt(world, number);
      const known = citationsOf(world, citing).flatMap(({ cited, lag_days }) => {
        t.ok(lag_days > 0);
        return cited === null ? [] : [{ cited, lag_days }];
      });
      t.equal(new Set(known.map(({ cited }) => cited)).size, known.length);
      for (const { cited, lag_days } of known) {
        const traits = traitsAt(world, cited);
        t.equal(citing.published_day - traits.published_day, lag_days);
        quality.push(traits.quality);
        fields.push(Number(traits.field === citing.field));
      }
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    t.ok(mean(quality) > 0.8, `mean quality of the cited ${mean(quality)}`);
    t.ok(mean(fields) > 0.15, `of the same field ${mean(fields)}`);
  },
);

t.test('quantiles by nearest rank, and nothing of nothing', async (t) => {
  const counts = new Map<number, number>();
  t.same(distribution(counts), { n: 0, mean: null, p10: null, p50: null, p90: null });
  for (const value of [1, 2, 2, 7]) count(counts, value);
  t.same(distribution(counts), { n: 4, mean: 3, p10: 1, p50: 2, p90: 7 });
  t.match(
    attempt(() => count(counts, -1)),
    { ok: false, failure: { code: 'out_of_range' } },
  );
  t.match(
    attempt(() => count(counts, 0.5)),
    { ok: false, failure: { code: 'not_whole' } },
  );
  const lapses = { due: new Map<number, number>(), unpaid: new Map<number, number>() };
  countFees(lapses, { due_years: [4, 5, 6], unpaid_year: 5 });
  countFees(lapses, { due_years: [5], unpaid_year: 6 });
  t.same(hazards(lapses), [
    { patent_year: 4, due: 1, hazard: 0 },
    { patent_year: 5, due: 2, hazard: 0.5 },
  ]);
});

t.test('a corpus of no possible size is refused', async (t) => {
  for (const [patents, code] of [
    [0, 'out_of_range'],
    [10_000_001, 'out_of_range'],
    [Number.NaN, 'not_finite'],
    [1.5, 'not_whole'],
  ] as const)
    t.match(
      attempt(() => corpusWorld(1, patents)),
      { ok: false, failure: { code } },
      String(patents),
    );
});

t.test('every application keeps the order of its days, and the number asked for is made', async (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 400 }), (seed, patents) => {
      const all = [...corpusFamilies(corpusWorld(seed, patents))].flat();
      t.equal(all.length, patents);
      t.equal(new Set(all.map(({ key }) => key)).size, patents, 'keys are unique');
      t.ok(all.every(inOrder));
    }),
    { numRuns: 10 },
  );
});

function inOrder(told: CorpusApplication): boolean {
  const { filed_day, published_day, granted_day, lapsed_day, expired_day, events, claims } = told;
  const ends = [lapsed_day, expired_day].filter((day) => day !== null);
  return (
    claims >= 1 &&
    filed_day < published_day &&
    Math.max(published_day, granted_day ?? 0, ...ends) <= FOLLOWED_days &&
    (granted_day === null ? events.length + ends.length === 0 : granted_day > published_day) &&
    ends.length <= 1 &&
    ends.every((day) => day > granted_day!) &&
    events.every(({ day }) => day >= granted_day!)
  );
}

t.test('an office alone has the same applications as among all', async (t) => {
  const all = [...corpusFamilies({ seed: 5, patents: 500, inventions: 400, offices: CORPUS_OFFICES })].flat();
  const chinese = all.filter(({ office }) => office === 'CN');
  const alone = corpusFamilies({ seed: 5, patents: chinese.length, inventions: 400, offices: ['CN'] });
  t.same([...alone].flat(), chinese);
});

function textOf(format: CorpusFormat, patents: number, seed = 1) {
  const counts = newCounts();
  const text = [...corpusText({ seed, patents, format }, counts, () => undefined)].join('');
  return { text, counts };
}

async function recordsOf(text: string): Promise<SourceRecord[]> {
  const adapter = recogniseSource(text.slice(0, 4096));
  const records: SourceRecord[] = [];
  for await (const record of adapter.read(Readable.from([Buffer.from(text)]))) records.push(record);
  return records;
}

for (const format of ['cn-sample', 'patstat'] as const) {
  t.test(`${format}: the same seed gives the same bytes, another one others`, async (t) => {
    const hash = (seed: number) =>
      createHash('sha256')
        .update(textOf(format, 300, seed).text)
        .digest('hex');
    t.equal(hash(1), hash(1));
    t.not(hash(1), hash(2));
    t.equal(hash(1), GOLDEN[format]);
  });

  t.test(`${format}: its adapter takes every record`, async (t) => {
    const { text, counts } = textOf(format, 6000);
    const records = await recordsOf(text);
    t.same(
      records.filter(({ ok }) => !ok),
      [],
    );
    const patents = new Set(
      records.flatMap((record) =>
        record.ok ? [`${record.patent.office} ${record.patent.application_number}`] : [],
      ),
    );
    t.equal(patents.size, 6000);
    t.equal(counts.patents, 6000);
  });
}

t.test('PATSTAT tables tell of grants, lapses, pledges, priorities and citations', async (t) => {
  const records = (await recordsOf(textOf('patstat', 6000).text)) as (SourceRecord &
    Record<string, unknown>)[];
  const kinds = new Set(
    records.flatMap((record) => (record.ok ? record.signals.map(({ kind }) => kind) : [])),
  );
  for (const kind of [
    'filed',
    'published',
    'granted',
    'lapsed',
    'fee_paid',
    'transferred',
    'encumbered',
  ] as const)
    t.ok(kinds.has(kind), kind);
  t.ok(kinds.has('encumbrance_released'));
  for (const part of ['priority', 'citation', 'cpc'])
    t.ok(
      records.some((record) => part in record),
      part,
    );
});

t.test('the corpus is like the real patents', async (t) => {
  const told = corpusStatistics(textOf('patstat', 20_000).counts, await realChineseCounts());
  const near = (found: number | null, real: number | null | undefined, share: number, what: string) =>
    t.ok(Math.abs(found! / real! - 1) < share, `${what}: ${found} and really ${real}`);
  near(told.cn_claims.corpus.mean, told.cn_claims.real.mean, 0.1, 'claims');
  near(told.cn_grant_lag_days.corpus.mean, told.cn_grant_lag_days.real.mean, 0.05, 'days to grant, CN');
  near(told.us_grant_lag_days.corpus.mean, told.us_grant_lag_days.real.mean, 0.05, 'days to grant, US');
  near(told.citation_lag_days.corpus.mean, told.citation_lag_days.real.mean, 0.03, 'citation lag');
  near(told.citation_lag_days.corpus.p50, told.citation_lag_days.real.p50, 0.04, 'citation lag, median');
  for (const { patent_year, hazard, due } of told.cn_lapses.real.filter((each) => each.due > 200)) {
    const made = told.cn_lapses.corpus.find((each) => each.patent_year === patent_year)!;
    const error = Math.sqrt((hazard * (1 - hazard)) / Math.min(due, made.due));
    t.ok(Math.abs(made.hazard - hazard) < 4 * error, `year ${patent_year}: ${made.hazard} and ${hazard}`);
  }
  t.match(statisticsText(told), /claims, CN: corpus/);
});
