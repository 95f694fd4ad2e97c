/** Terms, novelty, patentability and market indicators of an application, apart from the service. */
import fc from 'fast-check';
import t from 'tap';
import { attempt } from '../../models/failure.ts';
import { growthOf, marketIndicators, shareOf } from '../../models/filing/market.ts';
import { cellOf, type Passage, scriptOf, similarity } from '../../models/filing/novelty.ts';
import { patentability } from '../../models/filing/patentability.ts';
import { APPLICATION_STATES, isOver, nextStates } from '../../models/filing/procedure.ts';
import { RULES, ruleOf } from '../../models/filing/sentences.ts';
import {
  OFFICE_ACTION_KINDS,
  termOfOfficeAction,
  termsOfFiling,
  termsOfPublication,
} from '../../models/filing/terms.ts';
import { reciprocalRanks } from '../../models/metrics/reciprocal-rank.ts';
import { isWorkingDay } from '../../models/working-days.ts';

const OFFICES = ['CN', 'EP', 'WO'] as const;
const share = fc.double({ min: 0, max: 1, noNaN: true });

t.test('the rule of every term is known by its text, with what a letter sets', async (t) => {
  const filed = { right_type: 'invention', filed_on: '2024-01-08' } as const;
  const terms = OFFICES.flatMap((office) => [
    ...[null, '2023-01-09'].flatMap((priority_on) => termsOfFiling({ office, ...filed, priority_on })),
    ...termsOfPublication(office, '2025-01-08'),
    ...OFFICE_ACTION_KINDS.flatMap((kind) =>
      [null, 3].flatMap((months) => termOfOfficeAction(office, kind, '2025-01-08', months) ?? []),
    ),
  ]);
  const read = terms.map(({ rule }) => ruleOf(rule));
  t.same(
    read.map((said) => (typeof said === 'string' ? null : said.text)),
    terms.map(({ rule }) => rule),
  );
  t.same(
    new Set(read.map((said) => (typeof said === 'string' ? said : said.code))),
    new Set(Object.keys(RULES)),
    'and no rule is without a term',
  );
  t.match(ruleOf('set by the office, 14 months'), { code: 'rule_of_letter', values: { count: 14 } });
  t.equal(
    ruleOf('EPC, rule 38, as it was'),
    'EPC, rule 38, as it was',
    'one of another text is said as it stands',
  );
});

t.test('a term ends on a working day of the office, and says where its calendar is not known', async (t) => {
  const first = termOfOfficeAction('CN', 'first', '2026-06-05', null)!;
  t.same([first.due_on, first.weekday_only_years], ['2026-10-08', []], 'after the holiday of October');
  t.equal(termOfOfficeAction('CN', 'further', '2026-06-05', null)!.due_on, '2026-08-05');
  t.equal(termOfOfficeAction('CN', 'further', '2026-06-05', 3)!.due_on, '2026-09-07', 'as the letter sets');
  t.equal(first.verified, false, 'the rule is from memory');
  t.ok(termOfOfficeAction('CN', 'further', '2026-06-05', 3)!.verified, 'the letter is its own source');
  t.equal(termOfOfficeAction('EP', 'other', '2026-06-05', null), null);
  t.equal(termOfOfficeAction('WO', 'other', '2026-06-05', 2)!.kind, 'answer');
  const terms = termsOfFiling({
    office: 'WO',
    right_type: 'invention',
    filed_on: '2024-08-31',
    priority_on: null,
  });
  t.same(
    terms.map(({ kind, due_on }) => [kind, due_on]),
    [
      ['filing_fee', '2024-09-30'],
      ['priority_abroad', '2025-09-01'],
      ['international_amendment', '2025-12-31'],
      ['demand', '2026-06-30'],
      ['national_phase', '2027-03-01'],
    ],
    '2027-02-28 is a Sunday',
  );
  t.same(terms.at(-1)!.weekday_only_years, [2027]);
  const model = termsOfFiling({
    office: 'CN',
    right_type: 'utility_model',
    filed_on: '2025-03-03',
    priority_on: '2024-05-06',
  });
  t.same(
    model.map(({ kind, due_on }) => [kind, due_on]),
    [
      ['filing_fee', '2025-05-06'],
      ['priority_document', '2025-09-08'],
    ],
    'utility models are not examined; a day in May is a holiday',
  );
  t.equal(termsOfPublication('EP', '2026-01-07')[0]!.due_on, '2026-07-07');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 1, max: 24 }), (offset, months) => {
      const issued = new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
      const { due_on } = termOfOfficeAction('CN', 'other', issued, months)!;
      return due_on > issued && isWorkingDay(due_on, 'CN');
    }),
  );
});

t.test('an application goes forward only, and ends', async (t) => {
  t.same(nextStates('prepared'), ['filed', 'withdrawn']);
  for (const state of APPLICATION_STATES) {
    t.notOk(nextStates(state).includes(state), state);
    t.notOk(nextStates(state).includes('prepared'), state);
    if (nextStates(state).length === 0) t.ok(isOver(state), state);
  }
});

t.test('a cell is the passage that shares most of what is rare', async (t) => {
  const idf = (word: string) => ({ a: 1, b: 2, c: 3 })[word] ?? 4;
  t.equal(similarity(['a', 'b', 'c'], new Set(['b', 'c']), idf), 5 / 6);
  const passage = (number: number, words: string[], script: Passage['script'] = 'other'): Passage => ({
    words,
    script,
    place: { part: 'abstract', number },
    text: words.join(' '),
  });
  const feature = { words: ['a', 'b', 'c'], script: 'other' } as const;
  const passages = [passage(1, ['a']), passage(2, ['c', 'b']), passage(3, ['a', 'b', 'c'], 'han')];
  t.match(cellOf(feature, passages, idf), {
    verdict: 'disclosed',
    similarity: 5 / 6,
    quote: 'c b',
    place: { part: 'abstract', number: 2 },
  });
  t.match(cellOf(feature, [passage(1, ['b', 'x'])], idf), { verdict: 'not_found', quote: 'b x' });
  t.match(cellOf(feature, [passage(1, ['c'])], idf), { verdict: 'partly' });
  const none = { verdict: 'not_compared', similarity: null, quote: null, place: null };
  t.same(cellOf(feature, [passages[2]!], idf), none, 'another script is no sign of novelty');
  t.same(cellOf({ words: [], script: 'other' }, passages, idf), none);
  t.equal(scriptOf('一种用于泵的壳体'), 'han');
});

t.test('patentability falls with what is covered, and its range holds what is not known', async (t) => {
  const one = patentability([{ claim: 1, similarities: [[1], [0]] }], 0);
  t.match(one, { value: 50, low: 50, high: 50, claim: 1, compared: 2, features: 2 });
  const unknown = patentability([{ claim: 1, similarities: [[null], [0]] }], 2);
  t.match(unknown, { low: 50 * 0.9, high: 100, compared: 1 });
  t.equal(unknown.value, 75 * 0.9);
  const worst = patentability(
    [
      { claim: 1, similarities: [[0.1, 0.2]] },
      { claim: 5, similarities: [[0.9, 0.2]] },
    ],
    0,
  );
  t.equal(worst.claim, 5);
  const nothing = patentability([{ claim: 1, similarities: [[]] }], 0);
  t.match(nothing, { value: 50, low: 0, high: 100, compared: 0 }, 'nothing was found, so nothing is known');
  const refused = (formula: () => unknown) => {
    const outcome = attempt(formula);
    return outcome.ok ? outcome.value : outcome.failure.code;
  };
  t.equal(
    refused(() => patentability([], 0)),
    'no_features',
  );
  t.equal(
    refused(() => patentability([{ claim: 1, similarities: [] }], 0)),
    'no_features',
  );
  t.equal(
    refused(() => patentability([{ claim: 1, similarities: [[1]] }], -1)),
    'out_of_range',
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.option(share), fc.option(share)), { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 20 }),
      (similarities, faults) => {
        const { value, low, high } = patentability([{ claim: 1, similarities }], faults);
        const better = patentability([{ claim: 1, similarities }], 0);
        return (
          low <= value + 1e-9 && value <= high + 1e-9 && low >= 0 && high <= 100 && better.value >= value
        );
      },
    ),
  );
});

t.test('market indicators say what they rest on, and nothing where nothing is known', async (t) => {
  const half = shareOf(10, 20)!;
  t.ok(Math.abs(half.low - 0.362) < 5e-4 && Math.abs(half.high - 0.638) < 5e-4);
  t.equal(shareOf(0, 0), null);
  t.equal(growthOf(0, 10), null);
  const grown = growthOf(200, 100)!;
  t.equal(grown.value, 1);
  t.ok(grown.low > 0.7 && grown.high < 1.4);
  const years = Array.from({ length: 12 }, (_, n) => ({
    filing_year: 2000 + n,
    filings: n < 5 ? 10 : 20,
    grants: 5,
    in_force: 3,
    ended: 2,
  }));
  const citations = [
    { value: 4, patents: 1 },
    { value: 0, patents: 8 },
    { value: 1, patents: 1 },
  ];
  const told = marketIndicators(years, citations, 2011);
  t.equal(told.growth!.value, 1, '2005 to 2009 against 2000 to 2004: the last two years are published late');
  t.match(told.kept, { value: 0.6, of: 60 });
  t.match(told.cited, { value: 0.5, low: 0, high: 1, of: 10 });
  t.same(marketIndicators([], [], 2011), { growth: null, kept: null, granted: null, cited: null });
  fc.assert(
    fc.property(fc.nat({ max: 500 }), fc.nat({ max: 500 }), (part, rest) => {
      const found = shareOf(part, part + rest);
      return found === null || (found.low <= found.value + 1e-12 && found.value <= found.high + 1e-12);
    }),
  );
});

t.test('reciprocal ranks count the first, and each with the other relevant ones left out', async (t) => {
  t.same(reciprocalRanks(['x', 'a', 'b'], new Set(['a', 'b'])), { first: 1 / 2, each: 1 / 2 });
  t.same(reciprocalRanks(['a', 'x', 'b'], new Set(['a', 'b', 'c'])), { first: 1, each: (1 + 1 / 2) / 3 });
  t.same(reciprocalRanks([], new Set(['a'])), { first: 0, each: 0 });
});
