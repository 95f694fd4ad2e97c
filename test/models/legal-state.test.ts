import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { attempt } from '../../models/failure.ts';
import { type DatedSignal, legalHistory, RESTORATION } from '../../models/legal-state.ts';
import { mulberry32 } from '../../models/random.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';

const AS_OF = '2010-01-01';
const EXPIRES = '2021-01-05';
const CN_FILE = join(import.meta.dirname, '../../data/cn_patents.csv');

function signal(kind: string, published_on: string, more: Partial<DatedSignal> = {}): DatedSignal {
  return { kind, published_on, effective_on: null, ...more };
}

/** The state as of a day, for a Chinese right. */
function history(signals: readonly DatedSignal[], as_of = AS_OF) {
  return legalHistory(signals, EXPIRES, as_of, 'CN');
}

/** Signals of these kinds, a year apart. */
function course(...kinds: string[]): DatedSignal[] {
  return kinds.map((kind, n) => signal(kind, `200${n}-03-01`));
}

const notice = (source_code: string, kind: string, on: string, detail: Record<string, string> = {}) =>
  signal(kind, on, { source_code, category: /^P[PD]/.test(source_code) ? 'T' : 'S', detail });
const pledged = (on: string, number?: string) =>
  notice('PE01', 'encumbered', on, number ? { registration_number: number } : {});
const cancelled = (on: string, number?: string) =>
  notice('PC01', 'encumbrance_released', on, number ? { registration_number: number } : {});
const secured = (on: string, reel: string, frame: string) =>
  notice('security_interest', 'encumbered', on, { reel, frame });
const released = (on: string, refers_to: string) =>
  notice('release', 'encumbrance_released', on, { reel: '49999', frame: '1', refers_to });
const undo = (kind: string, on: string, code: string, day: string, more: Record<string, string> = {}) =>
  signal(kind, on, { source_code: 'ERR', detail: { undoes_code: code, undoes_on: day, ...more } });

function openNumbers(signals: readonly DatedSignal[], as_of = '2025-01-01'): (string | null)[] {
  const { encumbrances } = history(signals, as_of);
  return encumbrances.filter(({ released_on }) => released_on === null).map(({ number }) => number);
}

t.test('each course of a right ends in its state in law', async (t) => {
  const courses: [string[], string][] = [
    [[], 'unknown'],
    [['filed', 'published'], 'pending'],
    [['filed', 'refused'], 'refused'],
    [['filed', 'withdrawn'], 'withdrawn'],
    [['filed', 'refused', 'restored'], 'pending'],
    [['filed', 'published', 'granted'], 'in_force'],
    [['granted', 'lapsed'], 'lapsed'],
    [['filed', 'lapsed'], 'lapsed'],
    [['granted', 'lapsed', 'restored'], 'in_force'],
    [['granted', 'lapsed', 'restored', 'lapsed'], 'lapsed'],
    [['granted', 'surrendered', 'restored'], 'surrendered'],
    [['granted', 'expired'], 'expired'],
    [['granted', 'invalidated', 'expired'], 'invalidated'],
    [['granted', 'surrendered', 'invalidated'], 'invalidated'],
    [['granted', 'partly_invalidated'], 'in_force'],
    [['granted', 'constructor', '__proto__', 'transferred'], 'in_force'],
  ];
  for (const [kinds, state] of courses) t.equal(history(course(...kinds)).state, state, kinds.join(' '));
});

t.test('the worked right lapses, may be restored for two months, and is', async (t) => {
  const right = [
    signal('filed', '2002-01-09', { effective_on: '2001-08-03' }),
    signal('published', '2002-01-09'),
    signal('granted', '2003-05-07', { effective_on: '2003-05-07' }),
    signal('lapsed', '2008-09-03'),
    signal('restored', '2008-10-15'),
  ];
  t.match(history(right, '2008-09-02'), { state: 'in_force', since: '2003-05-07', restorable_until: null });
  t.match(history(right, '2008-09-03'), {
    state: 'lapsed',
    since: '2008-09-03',
    restorable_until: '2008-11-03',
    restored_on: null,
  });
  t.match(history(right, '2008-10-15'), {
    state: 'in_force',
    since: '2008-10-15',
    granted_on: '2003-05-07',
    restorable_until: null,
    restored_on: '2008-10-15',
  });
  t.match(history(right, EXPIRES), { state: 'expired', since: EXPIRES });
  t.equal(RESTORATION.verified, false);
});

t.test(
  'how long a lapse can be undone is told, else by rule, else not known, and never beyond the term',
  async (t) => {
    const lapse = (on: string, detail = {}) => [
      signal('granted', '2003-05-07'),
      signal('lapsed', on, { detail }),
    ];
    const until = (signals: DatedSignal[], office: string | null) =>
      legalHistory(signals, EXPIRES, '2021-01-01', office).restorable_until;
    t.equal(until(lapse('2008-12-31'), 'CN'), '2009-02-28');
    t.equal(until(lapse('2008-12-31'), 'US'), null);
    t.equal(until(lapse('2008-12-31'), null), null);
    t.equal(until(lapse('2008-12-31', { restorable_until: '2009-12-31' }), 'US'), '2009-12-31');
    t.equal(until(lapse('2020-12-20'), 'CN'), EXPIRES);
    // CN99811903.2 of the bundled file.
    const late = [...lapse('2011-06-22'), signal('restored', '2012-11-21')];
    t.match(
      history(late, '2013-01-01'),
      { state: 'in_force', restored_on: '2012-11-21' },
      'a later restoration counts too',
    );
  },
);

t.test('a lapse told again by another source after its restoration changes nothing', async (t) => {
  const lapse = (on: string, effective_on: string) => signal('lapsed', on, { effective_on });
  const right = [
    signal('granted', '2003-05-07'),
    lapse('2007-06-11', '2007-05-07'),
    signal('restored', '2007-07-02'),
    lapse('2007-07-18', '2007-05-07'),
  ];
  t.match(history(right), { state: 'in_force', since: '2007-07-02' });
  t.match(history([...right, lapse('2009-06-15', '2009-05-07')]), { state: 'lapsed', since: '2009-06-15' });
});

t.test('of two grants told on one day the earlier day in law counts', async (t) => {
  const grants = ['2003-05-07', '2003-05-14'].map((effective_on) =>
    signal('granted', '2003-06-04', { effective_on, source_code: effective_on > '2003-05-10' ? 'A' : 'B' }),
  );
  t.equal(history(grants).granted_on, '2003-05-07');
  t.equal(history(grants.toReversed()).granted_on, '2003-05-07');
});

t.test('a partial invalidation is kept beside the state', async (t) => {
  const right = course('granted', 'partly_invalidated', 'lapsed');
  t.equal(history(right, '2001-02-28').partly_invalidated, false);
  t.match(history(right, '2001-03-01'), { state: 'in_force', partly_invalidated: true });
  t.match(history(right), { state: 'lapsed', partly_invalidated: true });
});

t.test('a deletion takes back what it names from the day it is public', async (t) => {
  const right = [
    signal('granted', '2003-05-07', { source_code: 'GR01' }),
    signal('lapsed', '2008-09-03', { source_code: 'CF01' }),
    undo('deleted', '2008-12-03', 'CF01', '2008-09-03'),
  ];
  t.equal(history(right, '2008-12-02').state, 'lapsed');
  t.match(history(right, '2008-12-03'), { state: 'in_force', since: '2003-05-07', unmatched_amendments: 0 });
  const again = [...right, undo('deleted', '2009-01-07', 'ERR', '2008-12-03')];
  t.match(history(again), { state: 'lapsed', unmatched_amendments: 0 }, 'a deletion can be deleted');
});

t.test('a correction stands where the wrong signal stood, and the latest one counts', async (t) => {
  const right = [
    signal('granted', '2003-05-07', { source_code: 'GR01', effective_on: '2003-05-07' }),
    signal('lapsed', '2008-09-03', { source_code: 'CF01' }),
    undo('corrected', '2008-12-03', 'CF01', '2008-09-03', { corrected_kind: 'surrendered' }),
    undo('corrected', '2009-01-07', 'GR01', '2003-05-07', { corrected_effective_on: '2003-05-14' }),
  ];
  t.match(history(right, '2008-12-02'), { state: 'lapsed' });
  t.match(history(right, '2008-12-03'), { state: 'surrendered', granted_on: '2003-05-07' });
  t.match(history(right), { state: 'surrendered', since: '2008-09-03', granted_on: '2003-05-14' });
  const wrong = signal('filed', '2003-05-07', { source_code: 'PB01' });
  const lapse_instead = undo('corrected', '2009-01-07', 'PB01', '2003-05-07', { corrected_kind: 'lapsed' });
  t.match(
    history([wrong, signal('granted', '2003-05-07'), lapse_instead]),
    { state: 'lapsed', granted_on: '2003-05-07' },
    'and is read in its own place of the day',
  );
  const back = undo('corrected', '2009-03-04', 'CF01', '2008-09-03', { corrected_kind: 'lapsed' });
  t.match(history([...right, back]), { state: 'lapsed', unmatched_amendments: 0 });
});

t.test('a correction or deletion that names nothing known changes nothing and is counted', async (t) => {
  const right = [
    ...course('granted', 'lapsed'),
    undo('deleted', '2008-01-02', 'CF01', '2008-01-01'),
    signal('corrected', '2008-01-02', { source_code: 'RECT' }),
    undo('deleted', '2008-01-03', 'ERR', '2008-01-03'),
  ];
  t.match(history(right), { state: 'lapsed', unmatched_amendments: 3 });
});

t.test('a deletion that names a number takes back that one of several alone', async (t) => {
  const two = [secured('2020-01-02', '48818', '520'), secured('2020-01-02', '48041', '605')];
  const gone = (more: Record<string, string> = {}) =>
    undo('deleted', '2020-02-03', 'security_interest', '2020-01-02', more);
  t.same(openNumbers([...two, gone({ undoes_number: '048818/0520' })]), ['48041/605']);
  t.same(openNumbers([...two, gone()]), []);
  const change = notice('PM01', 'encumbered', '2020-01-02');
  const other = undo('corrected', '2020-02-03', 'PM01', '2020-01-02', { corrected_kind: 'other' });
  t.same(openNumbers([change, other]), [], 'a correction to another kind takes an encumbrance back');
});

t.test('security interests recorded in fact at the USPTO are matched by reel and frame', async (t) => {
  // Patent 10,280,724; its last release names no record, and four could be meant.
  const records = [
    secured('2019-01-08', '049342', '0819'),
    secured('2019-01-09', '048041', '0605'),
    secured('2019-04-08', '048818', '0520'),
    released('2019-05-07', '48818/520'),
    released('2019-05-07', '48041/605'),
    secured('2019-05-07', '49107', '392'),
    secured('2019-05-08', '49111', '583'),
    secured('2021-06-30', '57434', '429'),
    released('2022-11-01', '49107/0392'),
    released('2022-11-02', '049111/0583'),
    secured('2022-11-02', '61875', '1'),
    secured('2022-12-16', '62142', '927'),
    released('2023-12-21', ''),
    secured('2024-01-03', '66186', '752'),
  ];
  t.same(openNumbers(records, '2019-05-06'), ['49342/819', '48041/605', '48818/520']);
  t.same(openNumbers(records, '2019-05-07'), ['49342/819', '49107/392']);
  t.same(openNumbers(records), ['49342/819', '57434/429', '61875/1', '62142/927', '66186/752']);
  t.equal(history(records, '2025-01-01').unmatched_releases, 1);
  t.match(history(records, '2025-01-01').encumbrances[2], {
    kind: 'security_interest',
    number: '48818/520',
    opened_on: '2019-04-08',
    released_on: '2019-05-07',
    released_by: 'number',
  });
  t.same(openNumbers([...records, released('2024-02-01', '49342/819 057434/0429 61875/0001')]), [
    '62142/927',
    '66186/752',
  ]);
});

t.test('a pledge is registered, changed and cancelled under its number', async (t) => {
  const [first, second] = ['Y2019980000001', 'Y2019980000002'];
  const change = notice('PM01', 'encumbered', '2020-03-04', { registration_number: first! });
  const all = [
    pledged('2019-03-06', first),
    pledged('2019-04-05', second),
    change,
    cancelled('2021-03-05', first),
  ];
  t.same(openNumbers(all), [second]);
  t.match(history(all, '2020-12-31').encumbrances, [
    { kind: 'pledge', number: first, opened_on: '2019-03-06', changed_on: '2020-03-04', released_on: null },
    { kind: 'pledge', number: second, changed_on: null },
  ]);
  const later = history([...all, cancelled('2022-01-05', first)], '2025-01-01');
  t.match(
    later,
    { encumbrances: [{ released_on: '2021-03-05' }, {}], unmatched_releases: 0 },
    'once released',
  );
  t.same(
    openNumbers([...all, { ...change, published_on: '2022-01-05' }]),
    [second, first],
    'changed, so open',
  );
  const vague = notice('PM01', 'encumbered', '2020-03-05');
  t.same(openNumbers([...all.slice(0, 2), vague]), [first, second], 'a change of either is no third');
  t.same(openNumbers([change]), [first], 'a change shows a pledge whose registration was not told');
  t.same(
    openNumbers([...all, pledged('2022-01-05', first)]),
    [second, first],
    'and it can be registered again',
  );
});

t.test(
  'a release without number takes the oldest without number or the only one, and never guesses',
  async (t) => {
    const without = [pledged('2019-03-06'), pledged('2019-04-05')];
    const one = history([...without, cancelled('2020-01-01')], '2025-01-01');
    t.match(one.encumbrances, [{ released_on: '2020-01-01', released_by: 'kind' }, { released_on: null }]);
    t.same(openNumbers([pledged('2019-03-06', 'Y1'), cancelled('2020-01-01')]), []);
    const two = [pledged('2019-03-06', 'Y1'), pledged('2019-04-05', 'Y2'), cancelled('2020-01-01')];
    t.same(openNumbers(two), ['Y1', 'Y2']);
    t.equal(history(two, '2025-01-01').unmatched_releases, 1);
    t.same(
      openNumbers([pledged('2019-03-06', 'Y1'), cancelled('2020-01-01', 'Y9')]),
      ['Y1'],
      'nor another number',
    );
    t.same(openNumbers([...two.slice(0, 2), cancelled('2019-12-31', 'Y1'), cancelled('2020-01-01')]), []);
    const thrice = [...without, ...['2020-01-01', '2020-01-02', '2020-01-03'].map((on) => cancelled(on))];
    t.match(history(thrice, '2025-01-01'), {
      encumbrances: [{ released_on: '2020-01-01' }, { released_on: '2020-01-02' }],
      unmatched_releases: 1,
    });
    const freeze = notice('PP01', 'encumbered', '2019-05-05');
    t.same(openNumbers([pledged('2019-03-06'), freeze, cancelled('2020-01-01')]), [null], 'nor another kind');
  },
);

t.test('pledge, seizure, licence and security interest are told apart', async (t) => {
  const kindOf = (one: DatedSignal) => history([one], '2025-01-01').encumbrances[0]?.kind ?? null;
  const on = '2019-03-06';
  t.equal(kindOf(pledged(on)), 'pledge');
  t.equal(kindOf(notice('PP01', 'encumbered', on)), 'seizure');
  t.equal(kindOf(signal('encumbered', on, { category: 'T' })), 'seizure');
  t.equal(kindOf(notice('EE01', 'licensed', on)), 'licence');
  t.equal(kindOf(secured(on, '1', '2')), 'security_interest');
  t.equal(kindOf(notice('AS', 'encumbered', on)), 'security_interest');
  t.equal(kindOf(notice('S303', 'encumbered', on)), 'pledge');
  t.equal(kindOf(notice('X', 'encumbered', on, { encumbrance: 'seizure' })), 'seizure');
  t.equal(kindOf(notice('X', 'encumbered', on, { encumbrance: 'lien' })), 'unspecified');
  t.equal(kindOf(signal('encumbered', on)), 'unspecified');
  t.equal(kindOf(signal('other', on, { source_code: 'PM01', category: 'Y' })), null, 'no notice of its own');
  const licence = notice('EE01', 'licensed', on, { contract_number: '2019 11' });
  t.same(openNumbers([licence, notice('EC01', 'other', '2020-01-01', { contract_number: '201911' })]), []);
});

t.test('an event told by two sources, once without its number, is one event', async (t) => {
  const both = [pledged('2019-03-06', 'Y1'), pledged('2019-03-06'), pledged('2019-05-06', 'Y2')];
  t.same(openNumbers(both), ['Y1', 'Y2']);
  t.same(openNumbers([...both, cancelled('2020-01-01', 'Y1'), cancelled('2020-01-01')]), ['Y2']);
  t.equal(history([...both, cancelled('2020-01-01', 'Y1')], '2025-01-01').unmatched_releases, 0);
});

t.test('the lender of a security interest may change', async (t) => {
  const lender = notice('security_interest_assigned', 'other', '2020-02-03', {
    reel: '51000',
    frame: '7',
    refers_to: '48818/520',
  });
  const one = [secured('2019-04-08', '48818', '520'), lender];
  t.match(history(one, '2025-01-01').encumbrances, [{ number: '48818/520', changed_on: '2020-02-03' }]);
});

t.test('bad days are refused by name', async (t) => {
  const code = (signals: DatedSignal[], expires: string | null = EXPIRES, as_of = AS_OF) => {
    const outcome = attempt(() => legalHistory(signals, expires, as_of));
    return outcome.ok ? 'none' : outcome.failure.code;
  };
  t.equal(code([]), 'none');
  t.equal(code([], null, '2010-02-30'), 'not_a_date');
  t.equal(code([], 'never'), 'not_a_date');
  t.equal(code([signal('granted', '')]), 'not_a_date');
  t.equal(code([signal('granted', '2003-05-07', { effective_on: '2003-13-01' })]), 'not_a_date');
  const corrected = undo('corrected', '2008-12-03', 'A', '2008-01-01', { corrected_effective_on: 'soon' });
  t.equal(code([corrected]), 'not_a_date');
  t.equal(code([signal('lapsed', '2008-01-01', { detail: { restorable_until: 'x' } })]), 'not_a_date');
});

const DAYS = ['2001-05-06', '2002-05-06', '2003-05-06', '2004-05-06', '2005-05-06', '2006-05-06'];
const KINDS_AND_CODES = [
  ['filed', 'F1', 'A'],
  ['published', 'PB01', 'Q'],
  ['granted', 'GR01', 'F'],
  ['refused', 'RJ01', 'B'],
  ['withdrawn', 'WD01', 'B'],
  ['lapsed', 'CF01', 'H'],
  ['restored', 'RR01', 'K'],
  ['expired', 'CX01', 'H'],
  ['surrendered', 'AV01', 'H'],
  ['invalidated', 'IW01', 'H'],
  ['partly_invalidated', 'IP01', 'M'],
  ['encumbered', 'PE01', 'S'],
  ['encumbered', 'PM01', 'S'],
  ['encumbered', 'PP01', 'T'],
  ['encumbrance_released', 'PC01', 'S'],
  ['encumbrance_released', 'PD01', 'T'],
  ['licensed', 'EE01', 'S'],
  ['other', 'EC01', 'S'],
  ['corrected', 'ERR', 'Y'],
  ['deleted', 'RECT', 'Y'],
] as const;
const CODES = KINDS_AND_CODES.map(([, code]) => code);
const day = fc.constantFrom(...DAYS);
const number = fc.constantFrom('Y1', 'Y2', '0048/07');

const anySignal: fc.Arbitrary<DatedSignal> = fc
  .record({
    what: fc.constantFrom(...KINDS_AND_CODES),
    published_on: day,
    effective_on: fc.option(day),
    registration_number: fc.option(number, { nil: undefined }),
    undoes_code: fc.constantFrom(...CODES),
    undoes_on: day,
    undoes_number: fc.option(number, { nil: undefined }),
    corrected_kind: fc.option(fc.constantFrom('granted', 'lapsed', 'other', 'encumbered'), {
      nil: undefined,
    }),
    corrected_effective_on: fc.option(day, { nil: undefined }),
  })
  .map(
    ({ what: [kind, source_code, category], published_on, effective_on, registration_number, ...undoes }) => {
      const told = kind === 'corrected' || kind === 'deleted' ? undoes : { registration_number };
      const detail = Object.fromEntries(Object.entries(told).filter((entry) => entry[1] !== undefined));
      return {
        kind,
        source_code,
        category,
        published_on,
        effective_on,
        detail: detail as Record<string, string>,
      };
    },
  );

/** Signals, and the same again: repeated, shuffled and divided over files that are read in any order. */
const replayed = fc.array(anySignal, { maxLength: 25 }).chain((signals) =>
  fc.tuple(
    fc.constant(signals),
    fc.subarray(signals).chain((repeated) => {
      const all = [...signals, ...repeated.map((one) => ({ ...one, detail: reversed(one.detail!) }))];
      return fc.array(fc.nat({ max: 3 }), { minLength: all.length, maxLength: all.length }).chain((files) => {
        const parts = [0, 1, 2, 3].map((file) => all.filter((_, n) => files[n] === file));
        return fc
          .tuple(...parts.map((part) => fc.shuffledSubarray(part, { minLength: part.length })))
          .chain((shuffled) => fc.shuffledSubarray(shuffled, { minLength: 4 }))
          .map((ordered) => ordered.flat());
      });
    }),
  ),
);

function reversed(detail: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(detail).toReversed());
}

t.test(
  'any order, repetition and division of the same events gives the same answers as of any day',
  async () => {
    fc.assert(
      fc.property(replayed, day, ([signals, again], as_of) => {
        const [expected, found] = [history(signals, as_of), history(again, as_of)];
        return JSON.stringify(expected) === JSON.stringify(found);
      }),
      { numRuns: 2000 },
    );
  },
);

t.test('what is published later never changes an earlier answer', async () => {
  fc.assert(
    fc.property(fc.array(anySignal, { maxLength: 25 }), day, (signals, as_of) => {
      const known = signals.filter(({ published_on }) => published_on <= as_of);
      return JSON.stringify(history(signals, as_of)) === JSON.stringify(history(known, as_of));
    }),
  );
});

t.test(
  'an encumbrance is released once, never before it is opened, and deleting all signals leaves nothing',
  async (t) => {
    fc.assert(
      fc.property(fc.array(anySignal, { maxLength: 25 }), (signals) => {
        const { encumbrances } = history(signals);
        const ordered = encumbrances.every(
          ({ opened_on, released_on, released_by }) =>
            (released_on === null) === (released_by === null) &&
            (released_on === null || opened_on <= released_on),
        );
        const open = encumbrances.filter(
          ({ number, released_on }) => number !== null && released_on === null,
        );
        return ordered && new Set(open.map((one) => one.number)).size === open.length;
      }),
    );
    const nothing = history([]);
    fc.assert(
      fc.property(fc.array(anySignal, { maxLength: 25 }), (signals) => {
        const plain = signals.filter(({ category }) => category !== 'Y');
        const deletions = plain.map((one) =>
          undo('deleted', '2009-01-01', one.source_code!, one.published_on),
        );
        t.same(history([...plain, ...deletions]), nothing);
      }),
    );
  },
);

t.test('the bundled Chinese patents end as their columns say', async (t) => {
  const random = mulberry32(5);
  const states: Record<string, number> = {};
  let restored = 0;
  for await (const record of cnSample.read(createReadStream(CN_FILE))) {
    if (!record.ok) continue;
    const shuffled = record.signals
      .map((one) => ({ one, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ one }) => one);
    const end = legalHistory(shuffled, null, '2017-12-31', 'CN');
    states[end.state] = (states[end.state] ?? 0) + 1;
    if (end.restored_on !== null) restored += 1;
    const public_on = (kind: string) => record.signals.find((one) => one.kind === kind)?.published_on ?? null;
    if (end.state === 'lapsed') t.equal(end.since, public_on('lapsed'), record.patent.application_number);
  }
  t.same(states, { in_force: 406, lapsed: 1190, pending: 84, refused: 221, withdrawn: 862 });
  t.equal(restored, 1, 'the other restoration had no loss before it');
});
