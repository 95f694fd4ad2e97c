/** Checks of the form of an application: each rule in English and Chinese, laws that hold for any text, and the planted faults. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { BUNDLED_SETS, backtestClaims } from '../../jobs/backtest/claims.ts';
import { checkApplication } from '../../models/claims/check.ts';
import { filingFees } from '../../models/claims/fees.ts';
import { claimFragility } from '../../models/claims/fragility.ts';
import { MAX_CLAIMS, MAX_LENGTH_characters } from '../../models/claims/limits.ts';
import type { ClaimSet } from '../../models/claims/measure.ts';
import { parseClaims } from '../../models/claims/parse.ts';
import { RULE_CODES } from '../../models/claims/rules.ts';
import {
  APPLICATION_FORMS,
  APPLICATION_PARTS,
  type ApplicationForm,
  type ApplicationText,
  CLAIM_LANGUAGES,
  type ClaimLanguage,
} from '../../models/claims/types.ts';
import texts from '../../src/pages/language/claims.json' with { type: 'json' };

const SETS: ClaimSet[] = BUNDLED_SETS.flatMap(
  (file) => (JSON.parse(readFileSync(file, 'utf8')) as { sets: ClaimSet[] }).sets,
);
const SOUND = SETS.filter(({ planted }) => planted.length === 0);

/** Rule and claim of what is said above `info`. */
function said(application: Partial<ApplicationText> & Pick<ApplicationText, 'claims'>): string[] {
  const language = /\p{Script=Han}/u.test(application.claims) ? 'zh' : 'en';
  const form = language === 'zh' ? 'CN' : 'EP';
  return checkApplication({ form, language, ...application })
    .filter(({ severity }) => severity !== 'info')
    .map(({ rule, claim }) => `${rule} ${claim}`);
}

t.test('claims are read: numbers, dependencies, categories, subjects, parts and features', async (t) => {
  const en = parseClaims(
    [
      'What is claimed is:',
      '1. A pump (1) comprising a housing; and a rotor in the housing, characterised in that the rotor is hollow.',
      '2. The pump of claim 1, wherein the rotor is steel.',
      '3. Pump according to any one of claims 1 to 2, the housing being cast.',
      '4. A method of operating the pump of claim 1, comprising:',
      '1) starting the pump;',
      '2) stopping the pump.',
      '5. Use of the pump of any preceding claim for pumping 1.5 mm grains.',
    ].join('\n'),
    'en',
  );
  t.same(
    en.map(({ number, depends_on, refers_to, category, subject }) => ({
      number,
      depends_on,
      refers_to,
      category,
      subject,
    })),
    [
      { number: 1, depends_on: [], refers_to: [], category: 'product', subject: 'pump' },
      { number: 2, depends_on: [1], refers_to: [1], category: 'product', subject: 'pump' },
      { number: 3, depends_on: [1, 2], refers_to: [1, 2], category: 'product', subject: 'pump' },
      { number: 4, depends_on: [], refers_to: [1], category: 'method', subject: 'method' },
      { number: 5, depends_on: [], refers_to: [1, 2, 3, 4], category: 'use', subject: 'use' },
    ],
  );
  t.equal(en[0]!.characterising, 'the rotor is hollow.');
  t.match(en[0]!.preamble, /characterised in that $/);
  t.equal(en[1]!.characterising, null);
  t.same(
    en[3]!.features.map(({ text }) => text),
    ['1) starting the pump', '2) stopping the pump'],
  );
  const zh = parseClaims(
    [
      '1、一种水泵，包括泵体，其特征在于，还包括叶轮；以及密封圈。',
      '2、根据权利要求1所述的水泵，其特征在于，所述叶轮为钢。',
      '3、如权利要求1或2所述的水泵，其特征在于，所述泵体为铸件。',
      '4、权利要求1至3中任一项所述的水泵的制造方法，其特征在于，铸造所述泵体。',
      '5、一种灌溉系统，其特征在于，包括权利要求1所述的水泵。',
    ].join('\n'),
    'zh',
  );
  t.same(
    zh.map(({ depends_on, refers_to, category, subject }) => ({ depends_on, refers_to, category, subject })),
    [
      { depends_on: [], refers_to: [], category: 'product', subject: '水泵' },
      { depends_on: [1], refers_to: [1], category: 'product', subject: '水泵' },
      { depends_on: [1, 2], refers_to: [1, 2], category: 'product', subject: '水泵' },
      { depends_on: [], refers_to: [1, 2, 3], category: 'method', subject: '水泵的制造方法' },
      { depends_on: [], refers_to: [1], category: 'product', subject: '灌溉系统' },
    ],
  );
  t.equal(zh[0]!.characterising, '还包括叶轮；以及密封圈。');
});

t.test('what is taken up must be introduced, on every way and in the same words', async (t) => {
  const after = (claims: string) => said({ claims });
  const PUMP = '1. A pump comprising a housing, a first valve and at least one sensor.\n';
  t.same(
    after(`${PUMP}2. The pump of claim 1, wherein the sensors and said first valve are in the housing.`),
    [],
  );
  t.same(after(`${PUMP}2. The pump of claim 1, wherein the second valve is open.`), ['antecedent_missing 2']);
  t.same(after(`${PUMP}2. The pump of claim 1, wherein the length of the housing is 10 mm.`), []);
  t.same(after(`${PUMP}2. The pump of claim 1, wherein the spring of the housing is steel.`), [
    'antecedent_missing 2',
  ]);
  t.same(
    after(
      `${PUMP}2. The pump of claim 1, having a lid.\n3. The pump of claim 1 or 2, wherein the lid is steel.`,
    ),
    ['antecedent_missing 3'],
    'not on the way by claim 1 alone',
  );
  t.same(
    after(
      `${PUMP}2. The pump of claim 1, wherein the lid is steel.\n3. The pump of claim 2, wherein the lid is red.`,
    ),
    ['antecedent_missing 2'],
    'told once',
  );
  t.same(after('1. A pump comprising a rotor housing, wherein the housing is cast and the rotor is steel.'), [
    'antecedent_missing 1',
  ]);
  const ZH = '1. 一种水泵，其特征在于，包括泵体、第一阀门和多个传感器。\n';
  const zhAfter = (text: string) => after(`${ZH}2. 根据权利要求1所述的水泵，其特征在于，${text}。`);
  t.same(zhAfter('所述传感器与所述第一阀门设于所述泵体内'), []);
  t.same(zhAfter('所述第二阀门打开'), ['antecedent_missing 2']);
  t.same(zhAfter('该弹簧固定于所述泵体'), ['antecedent_missing 2']);
  t.same(zhAfter('所述泵体的长度为10毫米'), []);
  t.same(zhAfter('还包括盖体，所述盖体为钢，上述盖体涂漆'), []);
});

t.test(
  'dependencies that contradict each other are told, and what hangs on them is not told again',
  async (t) => {
    const claims = (...rest: string[]) =>
      ['A pump comprising a housing.', ...rest].map((text, index) => `${index + 1}. ${text}`).join('\n');
    t.same(said({ claims: claims('The pump of claim 7, wherein the lid is red.') }), [
      'dependency_missing 2',
    ]);
    t.same(said({ claims: claims('The pump of claim 2, wherein the lid is red.') }), ['dependency_self 2']);
    t.same(
      said({
        claims: claims('The pump of claim 3, having a lid.', 'The pump of claim 2, wherein the lid is red.'),
      }).sort(),
      ['dependency_circular 2', 'dependency_circular 3', 'dependency_forward 2'],
    );
    const chain = claims(
      'The pump of claim 1, having a lid.',
      'The pump of claim 1 or 2, having a leg.',
      'The pump of any of claims 1 to 3, having a cap.',
    );
    t.same(said({ claims: chain }), [], 'the EPC allows chains of multiple dependent claims');
    t.same(said({ claims: chain, form: 'PCT' }), ['multiple_on_multiple 4']);
  },
);

t.test('what else the form asks for', async (t) => {
  const CASES: [string, Partial<ApplicationText> & Pick<ApplicationText, 'claims'>][] = [
    ['relative_term 1', { claims: '1. A rod having a length of about 5 mm.' }],
    ['relative_term 1', { claims: '1. 一种杆，其特征在于，长度约5毫米。' }],
    ['exemplary_term 1', { claims: '1. A rod made of metal, preferably steel.' }],
    ['exemplary_term 1', { claims: '1. 一种杆，其特征在于，由金属制成，例如钢。' }],
    ['open_list 1', { claims: '1. A rod made of steel, brass or the like.' }],
    ['open_list 1', { claims: '1. 一种杆，其特征在于，由钢、铜等制成，含有钢、铜等。' }],
    ['end_mark 1', { claims: '1. A rod made of steel' }],
    ['one_sentence 1', { claims: '1. A rod made of steel. It is long.' }],
    ['two_part_form 1', { claims: '1. 一种杆，由钢制成。' }],
    ['category_unclear 1', { claims: '1. 一种制杆技术，其特征在于，采用钢。' }],
    [
      'utility_model_method 1',
      { claims: '1. 一种制杆方法，其特征在于，锻造钢。', right_type: 'utility_model' },
    ],
    ['abstract_length null', { claims: '1. A rod.', abstract: 'word '.repeat(151) }],
    ['abstract_length null', { claims: '1. 一种杆，其特征在于，为钢。', abstract: '字'.repeat(301) }],
    [
      'term_unsupported 1',
      { claims: '1. A rod comprising a spring.', description: 'A rod is described, and nothing else.' },
    ],
    [
      'sign_unbracketed 1',
      {
        claims: '1. A rod comprising a head 12.',
        description: 'Rod, head 12.',
        figures: 'Fig. 1: rod; 12 head',
      },
    ],
    ['sign_unknown 1', { claims: '1. A rod comprising a head (13).', description: 'Rod, head 12.' }],
    ['no_claims null', { claims: '' }],
  ];
  for (const [expected, application] of CASES) t.ok(said(application).includes(expected), expected);
  const QUIET = [
    '1. A rod that rotates about an axis of a wheel, wherein information about the rod is stored.',
    '1. A strain of E. coli having a length of 1.5 mm, e.g. 2 mm being excluded by a sieve No. 3.',
    '1. 一种等离子体装置，其特征在于，节约能量，左右两侧相等，并带有接近开关。',
  ];
  for (const claims of QUIET)
    t.same(
      said({ claims }).filter((each) => !each.startsWith('exemplary_term')),
      [],
      claims,
    );
});

t.test('a megabyte of claims, or too many of them, is one clear refusal', async (t) => {
  const refusal = (claims: string) => {
    try {
      checkApplication({ form: 'EP', language: 'en', claims });
      return null;
    } catch (error) {
      return error;
    }
  };
  t.match(refusal('a'.repeat(1 << 20)), {
    code: 'too_long',
    message: /^claims has 1048576 characters; give at most/,
  });
  const many = Array.from({ length: MAX_CLAIMS + 1 }, (_, index) => `${index + 1}. A rod.`).join('\n');
  t.match(refusal(many), {
    code: 'too_many',
    message: `claims has ${MAX_CLAIMS + 1} claims; give at most ${MAX_CLAIMS}.`,
  });
});

const PIECES = {
  en: [
    '1. ',
    '2. ',
    '\n',
    'A ',
    'the ',
    'said ',
    'pump ',
    'first ',
    'of claim 1',
    'claims 1 to 9',
    ', ',
    '; ',
    '.',
    '(10)',
    ' about 5',
    'wherein ',
    'rotor ',
    'Fig. 2',
    'any preceding claim ',
  ],
  zh: [
    '1. ',
    '2、',
    '\n',
    '一种',
    '所述',
    '该',
    '水泵',
    '第一',
    '根据权利要求1所述的',
    '权利要求1至9任一项',
    '，',
    '；',
    '。',
    '（10）',
    '约5',
    '其特征在于',
    '转子',
    '图2',
    '和第二',
  ],
};

t.test('whatever is written, the checks answer, and each finding shows its place', async () => {
  const part = (language: ClaimLanguage) =>
    fc
      .array(fc.oneof(fc.constantFrom(...PIECES[language]), fc.string({ maxLength: 6 })), { maxLength: 60 })
      .map((pieces) => pieces.join(''));
  const application = fc.constantFrom<ClaimLanguage>(...CLAIM_LANGUAGES).chain((language) =>
    fc.record({
      form: fc.constantFrom<ApplicationForm>(...APPLICATION_FORMS),
      language: fc.constant(language),
      title: part(language),
      claims: part(language),
      description: part(language),
      abstract: part(language),
      figures: part(language),
    }),
  );
  fc.assert(
    fc.property(application, (text) =>
      checkApplication(text).every(({ rule, place, message }) => {
        const { part, start, end, quote } = place;
        const is_there = start >= 0 && end >= start && text[part].slice(start, end) === quote;
        return (
          is_there && RULE_CODES.includes(rule) && APPLICATION_PARTS.includes(part) && !message.includes('{')
        );
      }),
    ),
    { numRuns: 400 },
  );
});

/** Of each the longest that is allowed: were a step a square of the text, the answer would not come within the test's time. */
const LONGEST: Readonly<Record<string, (n: number) => string>> = {
  'definite terms': (n) =>
    `1. A pump ${'wherein the rotor of said first housing is steel and '.repeat(n / 53)}ends.`,
  blanks: (n) => `1. A pump${' '.repeat(n / 2)}x${'\n'.repeat(n / 2 - 20)}.`,
  'taken up': (n) => `1. 一种水泵，其特征在于，${'所述第一转子壳体上设有所述第二弹簧，'.repeat(n / 20)}完。`,
  'taken up once each': (n) =>
    `1. 一种水泵，${Array.from({ length: n / 20 }, (_, at) => `所述第${at}转子轴甲${at}壳体，`).join('')}完。`,
  references: (n) => `1. A pump ${'of claims 1 to 900, '.repeat(n / 22)}.`,
  brackets: (n) => `1. A pump ${'(1 '.repeat(n / 8)}${'( ( 10, 11'.repeat(n / 20)}.`,
  stops: (n) => `1. A pump${'. '.repeat(n / 4)}${'1. '.repeat(n / 8)}`,
  chain: (n) =>
    Array.from(
      { length: Math.min(n / 60, MAX_CLAIMS) },
      (_, at) => `${at + 1}. The pump of claim ${at}, wherein the rod ${at} of the lid is red.`,
    ).join('\n'),
  'all before': (n) =>
    Array.from(
      { length: Math.min(n / 70, MAX_CLAIMS) },
      (_, at) => `${at + 1}. The pump of any preceding claim, wherein the rod of the lid is red.`,
    ).join('\n'),
};

t.test('the longest texts that are allowed are answered, however they are made', async (t) => {
  for (const [name, textOf] of Object.entries(LONGEST)) {
    const claims = textOf(MAX_LENGTH_characters.claims - 100);
    t.ok(claims.length > MAX_LENGTH_characters.claims / 4, `${name}: ${claims.length} characters`);
    const language = /\p{Script=Han}/u.test(claims) ? 'zh' : 'en';
    const figures = claims.slice(0, MAX_LENGTH_characters.figures);
    t.ok(checkApplication({ form: 'CN', language, claims, description: claims, figures }).length > 0, name);
  }
});

t.test('every rule has its texts in every language', async (t) => {
  for (const language of ['en', 'zh', 'ru'] as const)
    t.same(
      Object.keys(texts[language]).sort(),
      RULE_CODES.flatMap((code) => [`claims.rule.${code}`, `claims.remedy.${code}`]).sort(),
      language,
    );
});

t.test('the planted faults of the bundled sets are found, and sound sets raise no alarm', async (t) => {
  const report = await backtestClaims(BUNDLED_SETS);
  t.match(report, { faulty_sets: 60, sound_sets: 40, missed: [] });
  t.equal(report.found, report.planted);
  t.ok(report.false_alarms <= 2, JSON.stringify(report.alarms));
  t.same(
    Object.keys(report.by_rule).filter((code) => !RULE_CODES.includes(code)),
    [],
    'no rule is made up',
  );
  t.ok(
    new Set(SETS.flatMap(({ planted }) => planted.map(({ rule }) => rule))).size >= 30,
    'most rules have a fault',
  );
});

t.test('sets of others are measured, and one that cannot be used is named with its remedy', async (t) => {
  const file = path.join(t.testdir(), 'sets.json');
  const measure = async (content: unknown) => {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return backtestClaims([file]);
  };
  const set = {
    id: 'a',
    form: 'EP',
    language: 'en',
    claims: '1. A rod made of steel',
    planted: [
      { rule: 'end_mark', claim: 1 },
      { rule: 'end_mark', claim: 2 },
    ],
  };
  t.match(await measure({ sets: [set] }), {
    faulty_sets: 1,
    planted: 2,
    found: 1,
    missed: [{ set: 'a', rule: 'end_mark', claim: 2 }],
    sound_sets: 0,
    false_alarms: 0,
    by_rule: { end_mark: { planted: 2, found: 1, false_alarms: 0 } },
  });
  t.match(await measure([{ ...set, planted: [] }]), {
    sound_sets: 1,
    false_alarms: 1,
    alarms: [{ rule: 'end_mark' }],
  });
  const REFUSED: [unknown, RegExp][] = [
    ['{', /sets\.json: /],
    [{}, /has no list of sets/],
    [[{ ...set, form: 'XX' }], /set 1: form: give one of CN, EP, PCT/],
    [[set, { ...set, claims: 7 }], /set 2: claims: give the text/],
    [[{ ...set, planted: [{ rule: 'end_mark', claim: 'one' }] }], /set 1: planted: give a list/],
  ];
  for (const [content, message] of REFUSED) await t.rejects(measure(content), { message });
});

interface Planted {
  claims: string;
  rule: string;
  claim: number;
}

/** Faults that a machine plants in a sound set; null where it has no place for one. */
const MUTATORS: Readonly<Record<string, (set: ClaimSet, pick: number) => Planted | null>> = {
  end_mark: ({ claims }, pick) => {
    const lines = claims.split('\n');
    const ends = lines.flatMap((line, at) => (/[.。]$/.test(line) && at === lines.length - 1 ? [at] : []));
    const at = ends[pick % Math.max(1, ends.length)];
    if (at === undefined) return null;
    const number = numbersOf(claims).at(-1)!;
    lines[at] = lines[at]!.slice(0, -1);
    return { claims: lines.join('\n'), rule: 'end_mark', claim: number };
  },
  claim_number: ({ claims }) => {
    const last = numbersOf(claims).at(-1)!;
    if (last < 2) return null;
    const changed = claims.replace(new RegExp(`(^|\\n)${last}\\.`), `$1${last + 3}.`);
    return { claims: changed, rule: 'claim_number', claim: last + 3 };
  },
  dependency_missing: ({ claims }) => {
    const last = [...claims.matchAll(/(?:claim |权利要求)(\d+)(?=[,，所 ](?!or|to))/g)].at(-1);
    if (last === undefined) return null;
    const at = last.index + last[0].length - last[1]!.length;
    return {
      claims: `${claims.slice(0, at)}77${claims.slice(at + last[1]!.length)}`,
      rule: 'dependency_missing',
      claim: numberAt(claims, at),
    };
  },
  antecedent_missing: ({ claims, language }, pick) => {
    const [begins, other] =
      language === 'en'
        ? ['wherein the ', 'wherein the gizmo of the ']
        : ['其特征在于，所述', '其特征在于，所述怪物与所述'];
    const places = [...claims.matchAll(new RegExp(begins, 'g'))];
    const place = places[pick % Math.max(1, places.length)];
    if (place === undefined) return null;
    const changed = claims.slice(0, place.index) + other + claims.slice(place.index + begins.length);
    return { claims: changed, rule: 'antecedent_missing', claim: numberAt(claims, place.index) };
  },
  exemplary_term: ({ claims, language }, pick) => {
    const [mark, word] = language === 'en' ? [', ', ', preferably '] : ['，', '，优选'];
    const places = [...claims.matchAll(new RegExp(mark, 'g'))];
    const place = places[pick % places.length]!;
    const changed = claims.slice(0, place.index) + word + claims.slice(place.index + mark.length);
    return { claims: changed, rule: 'exemplary_term', claim: numberAt(claims, place.index) };
  },
};

function numbersOf(claims: string): number[] {
  return [...claims.matchAll(/(?:^|\n)(\d+)\./g)].map(([, number]) => Number(number));
}

function numberAt(claims: string, at: number): number {
  return numbersOf(claims.slice(0, at)).at(-1)!;
}

t.test('faults that a machine plants in sound sets are found too', async () => {
  const planted = fc.record({
    set: fc.constantFrom(...SOUND),
    mutator: fc.constantFrom(...Object.keys(MUTATORS)),
    pick: fc.nat(50),
  });
  fc.assert(
    fc.property(planted, ({ set, mutator, pick }) => {
      const fault = MUTATORS[mutator]!(set, pick);
      if (fault === null) return true;
      return checkApplication({ ...set, claims: fault.claims }).some(
        ({ rule, claim }) => rule === fault.rule && claim === fault.claim,
      );
    }),
    { numRuns: 400 },
  );
});

t.test('fees for claims and pages', async (t) => {
  const fees = (form: ApplicationForm, claims: number) =>
    filingFees({ form, language: 'en', claims: '' }, claims).map(
      ({ of, amount, currency }) => `${of} ${amount} ${currency}`,
    );
  t.same(fees('CN', 14), ['filing 900 CNY', 'examination 2500 CNY', 'claims 600 CNY']);
  t.same(fees('CN', 10), ['filing 900 CNY', 'examination 2500 CNY']);
  t.same(fees('EP', 15), []);
  t.same(fees('EP', 52), ['claims 10995 EUR']);
  t.same(fees('PCT', 99), []);
});

t.test(
  'fragility: the worked example, its bounds, and that more to fall back on never makes it worse',
  async (t) => {
    const worked = claimFragility('1. A pump comprising a housing; and a rotor.', 'en');
    t.match(worked, { fragility: 0.7, claim: 1, features: 2, fallbacks: 0, independents: 1, unclear: 0 });
    t.same(worked.reasons, ['breadth', 'exposed', 'alone']);
    t.throws(() => claimFragility('', 'en'), { code: 'no_claims' });
    const judged = SETS.map(({ claims, language }) => claimFragility(claims, language));
    t.ok(judged.every(({ fragility }) => fragility >= 0 && fragility <= 1));
    for (const { claims, language } of SOUND) {
      const before = claimFragility(claims, language);
      const next = numbersOf(claims).at(-1)! + 1;
      const more = `${claims}\n${next}. ${language === 'en' ? `The subject of claim ${before.claim}, being red.` : `根据权利要求${before.claim}所述的主题，其特征在于，为红色。`}`;
      t.ok(claimFragility(more, language).fragility <= before.fragility);
    }
  },
);
