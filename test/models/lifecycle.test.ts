/** The pure side of a pledge's life: due diligence, walks over its states, reviews, working days, what disposals teach. */
import fc from 'fast-check';
import t from 'tap';
import { addDays } from '../../models/calendar.ts';
import { type ExaminedPatent, examine, FINDING_KINDS, type FindingCode } from '../../models/due-diligence.ts';
import { type Encumbrance, isOwnPledge } from '../../models/encumbrances.ts';
import {
  MOST_RANGES,
  midpointOf,
  overlapOf,
  rangeFault,
  rangeTurn,
  type SubmittedRange,
} from '../../models/expectation.ts';
import { attempt } from '../../models/failure.ts';
import { LEAST_MOVE_bp, MOST_MOVE_bp, recalibrateHaircut } from '../../models/haircut.ts';
import { isSameName, mayBeSameName } from '../../models/party-name.ts';
import { RECOVERY_PRIOR, type Recovery, recoveryEstimates } from '../../models/recovery.ts';
import {
  DECISIONS,
  nextReview,
  REVIEW_STATES,
  type Review,
  type ReviewAct,
  UNTOUCHED,
} from '../../models/review.ts';
import { addWorkingDays, CN_HOLIDAYS, isWorkingDay } from '../../models/working-days.ts';
import { amendmentRefusal, kindOf } from '../../src/pledges/amendments/rules.ts';
import {
  isFinal,
  MOVE_DETAILS,
  type MoveTarget,
  type PledgeState,
  refusal,
} from '../../src/pledges/lifecycle.ts';
import { GROUNDS } from '../../src/pledges/release/checklist.ts';
import { LEGAL_MOVES } from '../legal-moves.ts';

const SEED = 20_261_127;
const WALKS = 1_000;

/** Withdrawing is rare, or few walks would come far. */
const CARRYING_ON = (Object.keys(MOVE_DETAILS) as MoveTarget[]).filter((to) => to !== 'withdrawn');

t.test('random walks reach every state and every move, and no other', async (t) => {
  t.comment(`seed ${SEED}, ${WALKS} walks`);
  const reached = new Set<PledgeState>(['requested']);
  const taken = new Set<string>();
  const attempt = fc.record({
    to: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...CARRYING_ON) },
      { weight: 1, arbitrary: fc.constant('withdrawn' as const) },
    ),
    by: fc.constantFrom('bank' as const, 'firm' as const, 'staff' as const),
    status: fc.constantFrom('valued' as const, 'unknown' as const),
    outstanding_minor: fc.constantFrom(0, 5_000),
    principal_minor: fc.constantFrom(3_000, 3_001),
    ground: fc.constantFrom(...GROUNDS),
    recovery: fc.constantFrom(undefined, { route: 'auction', recovered_minor: 1 }),
    waiver: fc.constantFrom(undefined, { waived_by: 'the board', reason: 'a walk' }),
    decision: fc.constantFrom(undefined, { reference: 'case 1', decided_on: '2009-01-01' }),
  });
  const grounds = new Set<string>();
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 100, maxLength: 250, size: 'max' }), (attempts) => {
      let state: PledgeState = 'requested';
      for (const { to, by, status, outstanding_minor, ...detail } of attempts) {
        const value = { status, mid_minor: status === 'valued' ? 10_000 : null };
        const reason = refusal(
          { state, currency: 'CNY', outstanding_minor, ltv_target_bp: 3_000, value },
          to,
          by,
          detail,
        );
        if (reason !== null) {
          if (!/^[^\n]+\.$/.test(reason.text)) throw new Error(`no sentence: ${reason.text}`);
          continue;
        }
        if (!LEGAL_MOVES[state].includes(to)) throw new Error(`${state} became ${to}`);
        if (isFinal(state)) throw new Error(`${state} is final, yet became ${to}`);
        if (by === 'staff' && to !== 'appraised') throw new Error(`staff made ${to}`);
        if (to === 'proposed' && detail.principal_minor > 3_000) throw new Error('lent over the target');
        if (to === 'released' && detail.ground === 'debt_performed' && outstanding_minor > 0)
          throw new Error('released as performed while money was owed');
        if (to === 'released') {
          const shown = { right_realised: 'recovery', waived: 'waiver', contract_void: 'decision' } as const;
          const wanted = detail.ground === 'debt_performed' ? [] : [shown[detail.ground]];
          const stated = Object.values(shown).filter((field) => detail[field] !== undefined);
          if (String(stated) !== String(wanted)) throw new Error(`${detail.ground} shown by ${stated}`);
          grounds.add(detail.ground);
        }
        taken.add(`${state} ${to}`);
        state = to;
        reached.add(state);
      }
    }),
    { numRuns: WALKS, seed: SEED, endOnFailure: true },
  );
  t.same([...reached].sort(), Object.keys(LEGAL_MOVES).sort());
  t.same([...grounds].sort(), [...GROUNDS].sort(), 'on every ground');
  t.same(
    [...taken].sort(),
    Object.entries(LEGAL_MOVES)
      .flatMap(([from, targets]) => targets.map((to) => `${from} ${to}`))
      .sort(),
  );
});

const CLEAN: ExaminedPatent = {
  patent_id: '00000000-0000-8000-8000-000000000001',
  legal_state: 'in_force',
  legal_state_since: '2005-01-05',
  expires_on: '2021-01-05',
  partly_invalidated: false,
  challenged_on: [],
  encumbrances: [],
  owners: ['Acme Co., Ltd.'],
  owners_named_on: '2005-01-05',
  transferred_on: null,
  fee_late_on: null,
  unproven_annuities: [],
  register_seen_on: '2009-06-01',
  register_late_after_days: 30,
};
const LOAN = { pledgor: 'ACME CO LTD', matures_on: '2011-06-10' };
const OPEN: Encumbrance = {
  kind: 'pledge',
  number: 'Y1',
  source_code: 'PE01',
  effective_on: null,
  opened_on: '2009-05-01',
  changed_on: null,
  released_on: null,
  released_by: null,
};

const codesOf = (change: Partial<ExaminedPatent>, as_of = '2009-06-10') =>
  examine({ ...CLEAN, ...change }, LOAN, as_of).map(({ code }) => code);

t.test('due diligence finds what stands against a patent, and what is not known', async (t) => {
  const cases: [Partial<ExaminedPatent>, FindingCode[]][] = [
    [{}, []],
    [{ owners: [], owners_named_on: null }, ['title_not_confirmed']],
    [{ owners: ['Acme Labs Co., Ltd.'] }, ['title_not_confirmed']],
    [{ owners: ['Acme Co Ltd', 'A University'] }, ['co_owner_consent']],
    [{ owners: ['Acme Co Ltd', 'ACME CO. LTD'] }, []],
    [
      { owners: ['Acme Labs Co Ltd'], owners_named_on: '2008-01-02', transferred_on: '2008-01-02' },
      ['title_contradicted'],
    ],
    [
      { owners: ['顶点有限公司'], owners_named_on: '2008-01-02', transferred_on: '2008-01-02' },
      ['title_not_confirmed'],
    ],
    [
      { owners: ['Acme Limited'], owners_named_on: '2008-01-02', transferred_on: '2008-01-02' },
      ['title_not_confirmed'],
    ],
    [{ owners_named_on: '2008-01-02', transferred_on: '2008-01-02' }, []],
    [{ transferred_on: '2008-01-02' }, ['title_not_confirmed']],
    [{ encumbrances: [OPEN] }, ['encumbrance_open']],
    [{ encumbrances: [OPEN, { ...OPEN, number: 'Y2' }] }, ['encumbrance_open', 'encumbrance_open']],
    [{ encumbrances: [{ ...OPEN, kind: 'licence' }] }, ['licence_open']],
    [{ legal_state: 'lapsed' }, ['not_in_force']],
    [{ legal_state: 'pending' }, ['not_in_force']],
    [{ legal_state: 'unknown' }, ['legal_state_unknown']],
    [{ challenged_on: ['2008-01-02', '2008-01-02'] }, ['invalidation_requested']],
    [{ partly_invalidated: true }, ['claims_limited']],
    [{ expires_on: '2011-06-09' }, ['expiry_before_maturity']],
    [{ expires_on: '2011-06-10' }, []],
    [{ expires_on: null }, ['term_unknown']],
    [{ fee_late_on: '2009-02-02' }, ['annuity_late']],
    [{ unproven_annuities: [{ patent_year: 9, due_on: '2009-01-05' }] }, ['annuity_unproven']],
    [{ unproven_annuities: null }, ['annuities_unknown']],
    [{ register_seen_on: null }, ['register_stale']],
    [{ register_seen_on: '2009-05-10' }, ['register_stale']],
  ];
  for (const [change, codes] of cases) t.same(codesOf(change), codes, JSON.stringify(change));
  const found = new Set(cases.flatMap(([, codes]) => codes));
  t.same([...found].sort(), Object.keys(FINDING_KINDS).sort(), 'every kind of finding can be found');
  const all = examine(
    { ...CLEAN, legal_state: 'lapsed', encumbrances: [OPEN, { ...OPEN, number: null }], owners: [] },
    LOAN,
    '2009-06-10',
  );
  t.equal(new Set(all.map(({ finding }) => finding)).size, all.length, 'each finding has its own name');
  t.match(all[1], { severity: 'blocking', evidence: { kind: 'pledge', number: 'Y1' }, remedy: /released/ });
});

t.test('the own registration of a pledge is no encumbrance by another', async (t) => {
  t.equal(isOwnPledge(OPEN, null), false);
  t.equal(isOwnPledge(OPEN, 'y 1'), true);
  t.equal(isOwnPledge(OPEN, 'Y2'), false);
  t.equal(isOwnPledge({ ...OPEN, number: null }, 'Y2'), true, 'nothing tells it apart');
  t.equal(isOwnPledge({ ...OPEN, number: null, kind: 'seizure' }, 'Y2'), false);
});

t.test('names are the same whatever their spelling, and what is the same may be the same', async () => {
  const name = fc.array(fc.constantFrom('Acme', 'Labs', 'Co', 'Ltd', 'GmbH', '顶点', '有限公司', '-'), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(name, name, fc.constantFrom('', ' ', '., '), (one, other, glue) => {
      const [first, second] = [one.join(' '), other.join(glue).toLowerCase()];
      const both = isSameName(first, second);
      const symmetric =
        both === isSameName(second, first) && mayBeSameName(first, second) === mayBeSameName(second, first);
      const named = one.some((part) => part !== '-');
      return (
        symmetric && (!both || mayBeSameName(first, second)) && isSameName(first, one.join(glue)) === named
      );
    }),
    { seed: SEED },
  );
});

t.test('an amendment that takes something out, or lends more, leaves the loan covered', async (t) => {
  const amounts = fc.constantFrom(null, 0, 1_000, 5_000, 9_999, 2 ** 52);
  const patent = (patent_id: string) =>
    fc.record({
      patent_id: fc.constant(patent_id),
      mid_minor: amounts,
      expires_on: fc.constantFrom(null, '2020-01-01'),
    });
  const pledged = ['a', 'b', 'c'].map(patent);
  const taken = new Set<string>();
  fc.assert(
    fc.property(
      fc.tuple(...pledged),
      fc.option(patent('d'), { nil: undefined }),
      fc.subarray(['a', 'b', 'c', 'x']),
      fc.record({
        principal_minor: fc.constantFrom(1_000, 2_000, 3_000),
        matures_on: fc.constantFrom('2011-01-01', '2020-01-02'),
      }),
      fc.constantFrom('registered' as const, 'active' as const),
      fc.constantFrom(0, 900, 2_000),
      (own, more, remove_patents, changed, state, outstanding_minor) => {
        const terms = {
          matures_on: '2011-01-01',
          principal_minor: 2_000,
          ltv_target_bp: 3_000,
          ltv_warning_bp: 4_000,
          ltv_breach_bp: 5_000,
        };
        const added = more ? [more] : [];
        const facts = {
          ...{ state, terms, outstanding_minor, added, currency: 'CNY' },
          ...{ pledged: own, today: '2010-01-01' },
        };
        const changes = {
          ...changed,
          remove_patents,
          add_patents: added.map(({ patent_id }) => ({ patent_id })),
        };
        const reason = amendmentRefusal(facts, changes);
        if (reason !== null) return /^[^\n]+\.$/.test(reason.text);
        const kept = [...own, ...added].filter(({ patent_id }) => !remove_patents.includes(patent_id));
        const owed =
          state === 'active' ? outstanding_minor + changed.principal_minor - 2_000 : changed.principal_minor;
        taken.add(`${state} ${kindOf(changes)}`);
        const is_covered =
          kept.every(({ mid_minor }) => mid_minor !== null) &&
          owed <= kept.reduce((sum, { mid_minor }) => sum + mid_minor! * 0.3, 0);
        const must_cover = remove_patents.length > 0 || changed.principal_minor > 2_000;
        const outlives =
          changed.matures_on === '2011-01-01' || kept.every(({ expires_on }) => expires_on === null);
        return (
          kept.length > 0 &&
          !remove_patents.includes('x') &&
          outlives &&
          (!must_cover || is_covered) &&
          (state === 'registered' || changed.principal_minor >= 2_000)
        );
      },
    ),
    { seed: SEED, numRuns: 2_000 },
  );
  t.equal(taken.size, 8, `every kind in both states: ${[...taken]}`);
});

t.test(
  'working days skip weekends and holidays, count the days worked instead, and say what they lack',
  async (t) => {
    t.same(addWorkingDays('2025-09-19', 15, 'CN'), { on: '2025-10-16', weekday_only_years: [] });
    t.same(addWorkingDays('2025-09-19', 15, 'weekdays').on, '2025-10-10');
    t.same(addWorkingDays('2026-02-13', 1, 'CN').on, '2026-02-14', 'a Saturday that is worked');
    t.same(addWorkingDays('2026-02-14', 1, 'CN').on, '2026-02-24', 'over the Spring Festival');
    t.same(addWorkingDays('2026-12-31', 1, 'CN'), { on: '2027-01-01', weekday_only_years: [2027] });
    t.same(addWorkingDays('2025-09-19', 0, 'CN').on, '2025-09-19');
    t.throws(() => addWorkingDays('2025-09-19', -1, 'CN'), RangeError);
    for (const [year, { worked }] of Object.entries(CN_HOLIDAYS.years))
      for (const day of worked)
        t.notOk(isWorkingDay(`${year}-${day}`, 'weekdays'), `${year}-${day} is a weekend`);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_500 }), fc.integer({ min: 1, max: 60 }), (offset, days) => {
        const from = addDays('2023-06-01', offset);
        const { on } = addWorkingDays(from, days, 'CN');
        const between = addWorkingDays(from, days - 1, 'CN').on;
        return isWorkingDay(on, 'CN') && between < on && addWorkingDays(between, 1, 'CN').on === on;
      }),
      { seed: SEED },
    );
  },
);

const disposal = (share: number, change: Partial<Recovery> = {}): Recovery => ({
  right_type: 'invention',
  route: 'auction',
  value_minor: 1_000_000,
  proceeds_minor: Math.round(share * 1_000_000),
  costs_minor: 0,
  ...change,
});

t.test(
  'recoveries move the haircut from the prior towards what was seen, the more the more there are',
  async (t) => {
    const [prior] = recoveryEstimates([]);
    t.equal(prior!.share, RECOVERY_PRIOR.mean_share);
    t.equal(prior!.haircut_bp, 7_000);
    const tenAt10 = recoveryEstimates(Array.from({ length: 10 }, () => disposal(0.1)));
    t.match(
      tenAt10.map(({ share }) => share.toFixed(3)),
      ['0.199', '0.166'],
    );
    t.equal(recoveryEstimates([disposal(3), disposal(0.1, { costs_minor: 500_000 })])[0]!.disposals, 2);
    t.throws(() => recoveryEstimates([disposal(0.1, { value_minor: 0 })]), RangeError);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (share, count) => {
          const few = recoveryEstimates(Array.from({ length: count }, () => disposal(share)));
          const more = recoveryEstimates(Array.from({ length: count * 2 }, () => disposal(share)));
          return few.every((one, index) => {
            const other = more[index]!;
            const nearer = Math.abs(other.share - share) <= Math.abs(one.share - share) + 1e-6;
            return nearer && other.low_share <= other.share && other.share <= other.high_share;
          });
        },
      ),
      { seed: SEED },
    );
  },
);

const share = fc.double({ min: 0, max: 1, noNaN: true });
const many = (count: number, each: number) => Array.from({ length: count }, () => each);

t.test(
  'a haircut goes from the prior to what disposals bring as there are more, by bounded steps',
  async (t) => {
    t.hasStrict(recalibrateHaircut([], 5_000, 5_000), {
      disposals: 0,
      realised_share: null,
      credibility: 0,
      target_bp: 5_000,
      after_bp: 5_000,
    });
    const one = recalibrateHaircut([0.2], 5_000, 5_000);
    t.same([one.credibility.toFixed(3), one.target_bp, one.after_bp], ['0.092', 5_276, 5_276]);
    const ten = recalibrateHaircut(many(10, 0.2), 5_000, 5_000);
    t.same([ten.credibility.toFixed(3), ten.target_bp, ten.after_bp], ['0.503', 6_510, 6_000]);
    for (const wrong of [
      () => recalibrateHaircut([1.1], 5_000, 5_000),
      () => recalibrateHaircut([Number.NaN], 5_000, 5_000),
      () => recalibrateHaircut([], 10_001, 5_000),
      () => recalibrateHaircut([], 5_000, -1),
    ])
      t.throws(wrong, RangeError);
    const haircut = fc.integer({ min: 0, max: 10_000 });
    const shares = fc.array(share, { minLength: 1, maxLength: 40 });
    const laws: [string, fc.IPropertyWithHooks<never>][] = [
      [
        'much seen: what was seen, however often it takes to get there',
        fc.property(share, haircut, (seen, prior_bp) => {
          let before_bp = prior_bp;
          for (let step = 0; step < 20; step++)
            before_bp = recalibrateHaircut(many(5_000, seen), prior_bp, before_bp).after_bp;
          return Math.abs(before_bp - (1 - seen) * 10_000) <= LEAST_MOVE_bp + 25;
        }),
      ],
      [
        'more of the same is nearer to it',
        fc.property(share, haircut, fc.integer({ min: 1, max: 50 }), (seen, prior_bp, count) => {
          const [few, more] = [count, 2 * count].map((n) =>
            recalibrateHaircut(many(n, seen), prior_bp, prior_bp),
          );
          const away = ({ target_bp }: { target_bp: number }) => Math.abs(target_bp - (1 - seen) * 10_000);
          return away(more!) <= away(few!) + 1 && more!.credibility > few!.credibility;
        }),
      ],
      [
        'the more was brought, the smaller the haircut',
        fc.property(shares, haircut, fc.nat(39), share, (seen, prior_bp, place, other) => {
          const changed = seen.map((each, index) =>
            index === place % seen.length ? Math.max(each, other) : each,
          );
          const [less, more] = [seen, changed].map((each) => recalibrateHaircut(each, prior_bp, prior_bp));
          return more!.target_bp <= less!.target_bp && more!.after_bp <= less!.after_bp;
        }),
      ],
      [
        'it moves by a bounded step towards its target, inside of its range, and not for a trifle',
        fc.property(fc.array(share, { maxLength: 40 }), haircut, haircut, (seen, prior_bp, before_bp) => {
          const { after_bp, target_bp, low_bp, high_bp } = recalibrateHaircut(seen, prior_bp, before_bp);
          const move = after_bp - before_bp;
          return (
            Math.abs(move) <= MOST_MOVE_bp &&
            (move === 0) === Math.abs(target_bp - before_bp) < LEAST_MOVE_bp &&
            (move === 0 || Math.sign(move) === Math.sign(target_bp - before_bp)) &&
            Math.abs(target_bp - after_bp) <= Math.abs(target_bp - before_bp) &&
            low_bp <= target_bp &&
            target_bp <= high_bp
          );
        }),
      ],
    ] as never;
    for (const [law, property] of laws) {
      fc.assert(property, { seed: SEED });
      t.pass(law);
    }
  },
);

t.test('sealed ranges: overlap and midpoint are of both, and no way of asking tells a bound', async (t) => {
  const range = fc
    .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
    .map(([low_minor, more]) => ({ low_minor, high_minor: low_minor + more }));
  fc.assert(
    fc.property(range, range, (one, other) => {
      const [here, there] = [overlapOf(one, other), overlapOf(other, one)];
      if (here === null || there === null)
        return here === there && (one.high_minor < other.low_minor || other.high_minor < one.low_minor);
      const middle = midpointOf(here);
      return [one, other].every(({ low_minor, high_minor }) => low_minor <= middle && middle <= high_minor);
    }),
    { seed: SEED },
  );
  t.same(overlapOf({ low_minor: 80, high_minor: 120 }, { low_minor: 60, high_minor: 90 }), {
    low_minor: 80,
    high_minor: 90,
  });
  t.equal(rangeFault({ low_minor: 100, high_minor: 119 }), 'narrow');
  t.equal(rangeFault({ low_minor: 100, high_minor: 120 }), null);
  t.equal(rangeFault({ low_minor: 0, high_minor: 0 }), 'narrow');
  t.equal(rangeFault({ low_minor: 2, high_minor: 1 }), 'reversed');
  t.throws(() => rangeFault({ low_minor: 0.5, high_minor: 1 }), RangeError);
  // Whatever a buyer would ask after each answer: its way of asking is a tree, and bounds that lead through it alike are one to it.
  const BOUNDS = 4_096;
  fc.assert(
    fc.property(fc.array(fc.nat(BOUNDS), { minLength: 7, maxLength: 7 }), (asks) => {
      const told = new Map<string, number>();
      for (let bound = 0; bound < BOUNDS; bound++) {
        const answers = askBound(asks, bound);
        told.set(answers, (told.get(answers) ?? 0) + 1);
      }
      return told.size <= MOST_RANGES + 1 && Math.max(...told.values()) >= BOUNDS / (MOST_RANGES + 1);
    }),
    { seed: SEED },
  );
});

/** Every day both sides try; the seller's range begins at the bound, the buyer's ends where its tree says. @returns what it hears */
function askBound(asks: readonly number[], bound: number): string {
  const DAY_ms = 86_400_000;
  const submitted: SubmittedRange[] = [];
  const own = { seller: 0, buyer: 0 };
  let heard = '';
  for (let day = 0; day < 60; day++)
    for (const side of ['seller', 'buyer'] as const) {
      const now_ms = day * DAY_ms;
      const turn = rangeTurn(side, submitted, own[side], 0, now_ms);
      if (!turn.ok) continue;
      own[side] += 1;
      const other = submitted.find(({ round, overlap }) => round === turn.round && overlap === null);
      const place = heard.replaceAll('y', '1').replaceAll('n', '0');
      const asked = asks[Number.parseInt(`1${place}`, 2) - 1]!;
      const overlap = turn.answers ? asked >= bound : null;
      if (overlap !== null) heard += overlap ? 'y' : 'n';
      if (other) Object.assign(other, { overlap, answered_ms: now_ms });
      const answered_ms = turn.answers ? now_ms : null;
      submitted.push({ side, round: turn.round, submitted_ms: now_ms, overlap, answered_ms });
    }
  return heard;
}

t.test('law: however people act, a decision has two of them and the evidence that was submitted', (t) => {
  const at = fc.integer({ min: 0, max: 20 }).map((hours) => new Date(hours * 3_600_000));
  const sha = fc.constantFrom('one', 'two');
  const act: fc.Arbitrary<ReviewAct> = fc.oneof(
    fc.record({
      action: fc.constantFrom(
        'claimed',
        'released',
        'noted',
        'escalated',
        'returned',
        'requeued',
        'reopened',
      ),
    }) as fc.Arbitrary<ReviewAct>,
    fc.record({ action: fc.constant('delegated' as const), to: fc.constantFrom('a', 'b', 'c') }),
    fc.record({
      action: fc.constant('submitted' as const),
      decision: fc.constantFrom('acknowledged' as const, 'dismissed' as const),
      note: fc.constant('n'),
      evidence_sha256: sha,
    }),
    fc.record({ action: fc.constant('approved' as const), evidence_sha256: sha }),
  );
  const walk = fc.array(fc.tuple(act, fc.constantFrom('a', 'b', 'c'), at), { maxLength: 40 });
  const reached = new Set<string>();
  fc.assert(
    fc.property(walk, (steps) => {
      let review = UNTOUCHED;
      let frozen: string | null = null;
      for (const [act, actor, at] of steps) {
        const outcome = attempt(() => nextReview(review, act, actor, at));
        if (!outcome.ok) continue;
        if (act.action === 'submitted') frozen = act.evidence_sha256;
        if (act.action === 'approved' && act.evidence_sha256 !== frozen) return false;
        if (outcome.value.version !== review.version + 1) return false;
        review = outcome.value;
        reached.add(review.state);
        if (review.state === 'decided' && review.checked_by === review.submitted_by) return false;
        if ((review.state === 'claimed') !== (review.claimed_by !== null)) return false;
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.same(reached, new Set(['queued', 'claimed', 'submitted', 'decided']), 'every state is reached');
  t.end();
});

const SUBMISSION = {
  action: 'submitted',
  decision: 'dismissed',
  note: 'paid late',
  evidence_sha256: 'one',
} as const;
const hour = (hours: number) => new Date(hours * 3_600_000);
/** The case after steps, each by somebody at an hour. */
const after = (...steps: [act: ReviewAct, actor: string, at_hour: number][]) =>
  steps.reduce((review, [act, actor, at]) => nextReview(review, act, actor, hour(at)), UNTOUCHED);

const claimed = after([{ action: 'claimed' }, 'a', 0]);
const escalated = after([{ action: 'claimed' }, 'a', 0], [{ action: 'escalated' }, 'a', 1]);
const submitted = after([{ action: 'claimed' }, 'a', 0], [SUBMISSION, 'a', 1]);
const decided = nextReview(submitted, { action: 'approved', evidence_sha256: 'one' }, 'b', hour(2));

t.test('each step of a review changes what it says, and nothing else', async (t) => {
  t.same(REVIEW_STATES, ['queued', 'claimed', 'submitted', 'decided']);
  t.same(DECISIONS, ['acknowledged', 'escalated', 'dismissed']);
  t.same(UNTOUCHED, {
    ...{ version: 0, state: 'queued', escalated_by: null, claimed_by: null, claimed_until: null },
    ...{ decision: null, note: null, submitted_by: null, submitted_at: null, evidence_sha256: null },
    ...{ checked_by: null, checked_at: null },
  });
  t.same(claimed, { ...UNTOUCHED, version: 1, state: 'claimed', claimed_by: 'a', claimed_until: hour(8) });
  t.same(escalated, { ...UNTOUCHED, version: 2, escalated_by: 'a' });
  const { action: _action, ...said } = SUBMISSION;
  const as_submitted = { version: 2, state: 'submitted', ...said, submitted_by: 'a', submitted_at: hour(1) };
  t.same(submitted, { ...UNTOUCHED, ...as_submitted });
  t.same(decided, { ...submitted, version: 3, state: 'decided', checked_by: 'b', checked_at: hour(2) });
  const step = (review: Review, act: ReviewAct, actor: string, at: number) =>
    nextReview(review, act, actor, hour(at));
  t.same(step(claimed, { action: 'released' }, 'a', 7), { ...UNTOUCHED, version: 2 });
  t.same(step(claimed, { action: 'noted' }, 'b', 100), { ...claimed, version: 2 });
  t.same(step(decided, { action: 'noted' }, 'b', 100), { ...decided, version: 4 });
  const handed = { ...claimed, version: 2, claimed_by: 'b', claimed_until: hour(13) };
  t.same(step(claimed, { action: 'delegated', to: 'b' }, 'a', 5), handed);
  const again = { ...claimed, version: 3, claimed_until: hour(10) };
  t.same(step(submitted, { action: 'returned' }, 'b', 2), again);
  t.same(step(submitted, { action: 'requeued' }, 'b', 2), again);
  t.same(step(submitted, { action: 'requeued' }, 'a', 2), again, 'evidence that has moved is nobody’s check');
  t.same(step(decided, { action: 'reopened' }, 'a', 3), { ...UNTOUCHED, version: 4 });
  t.match(step(claimed, { action: 'claimed' }, 'b', 8), { claimed_by: 'b', claimed_until: hour(16) });
  t.match(step(escalated, { action: 'claimed' }, 'b', 2), { claimed_by: 'b', escalated_by: 'a' });
});

t.test('a step that does not fit is refused by its code, with who or what stands against it', async (t) => {
  const approval = { action: 'approved', evidence_sha256: 'one' } as const;
  const by_b = after(
    [{ action: 'claimed' }, 'a', 0],
    [{ action: 'escalated' }, 'a', 1],
    [{ action: 'claimed' }, 'b', 2],
  );
  const refused: [Review, ReviewAct, string, number, string, string][] = [
    [
      claimed,
      { action: 'claimed' },
      'b',
      7,
      'claimed_by_other',
      'a holds the case until 1970-01-01T08:00:00.000Z.',
    ],
    [
      claimed,
      { action: 'claimed' },
      'a',
      7,
      'claimed_by_other',
      'a holds the case until 1970-01-01T08:00:00.000Z.',
    ],
    [submitted, { action: 'claimed' }, 'b', 2, 'illegal_step', 'The case is submitted already.'],
    [decided, { action: 'claimed' }, 'b', 2, 'illegal_step', 'The case is decided already.'],
    [
      escalated,
      { action: 'claimed' },
      'a',
      2,
      'same_person',
      'Who escalated a case leaves it to somebody else.',
    ],
    [
      by_b,
      { action: 'delegated', to: 'a' },
      'b',
      3,
      'same_person',
      'Who escalated a case does not get it back.',
    ],
    [
      submitted,
      approval,
      'a',
      2,
      'same_person',
      'Who submitted a decision cannot check it; four eyes are needed.',
    ],
    [
      submitted,
      { action: 'returned' },
      'a',
      2,
      'same_person',
      'Who submitted a decision cannot check it; four eyes are needed.',
    ],
    [
      ...([submitted, { action: 'approved', evidence_sha256: 'two' }, 'b', 2, 'evidence_moved'] as const),
      'The evidence has moved since the submission; it must be submitted anew.',
    ],
  ];
  for (const act of [approval, { action: 'returned' }, { action: 'requeued' }] as const)
    for (const review of [UNTOUCHED, claimed, decided])
      refused.push([
        review,
        act,
        'b',
        2,
        'illegal_step',
        `The case is ${review.state}; only a submitted case can be checked.`,
      ]);
  for (const review of [UNTOUCHED, claimed, submitted])
    refused.push([
      review,
      { action: 'reopened' },
      'b',
      2,
      'illegal_step',
      `The case is ${review.state}; only a decided case can be reopened.`,
    ]);
  const needing = [
    { action: 'released' },
    { action: 'delegated', to: 'c' },
    { action: 'escalated' },
    SUBMISSION,
  ] as const;
  for (const act of needing)
    for (const [review, actor, at] of [
      [UNTOUCHED, 'a', 1],
      [claimed, 'b', 1],
      [claimed, 'a', 8],
      [submitted, 'a', 1],
      [decided, 'a', 1],
    ] as const)
      refused.push([
        ...([review, act, actor, at, 'not_claimed_by_you'] as const),
        `The case is ${review.state}, and not held by you; claim it first.`,
      ]);
  for (const [review, act, actor, at, code, message] of refused) {
    const outcome = attempt(() => nextReview(review, act, actor, hour(at)));
    t.match(outcome, { ok: false, failure: { code, message } }, `${review.state}: ${act.action} by ${actor}`);
  }
});
