/** The pure side of a pledge's life: walks over its states, working days, and what disposals teach. */
import fc from 'fast-check';
import t from 'tap';
import { addDays } from '../../models/calendar.ts';
import { RECOVERY_PRIOR, type Recovery, recoveryEstimates } from '../../models/recovery.ts';
import { addWorkingDays, CN_HOLIDAYS, isWorkingDay } from '../../models/working-days.ts';
import {
  isFinal,
  MOVE_DETAILS,
  type MoveTarget,
  type PledgeState,
  refusal,
} from '../../src/pledges/lifecycle.ts';
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
    ground: fc.constantFrom('debt_performed', 'waived'),
  });
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 100, maxLength: 250, size: 'max' }), (attempts) => {
      let state: PledgeState = 'requested';
      for (const { to, by, status, outstanding_minor, ...detail } of attempts) {
        const value = { status, mid_minor: status === 'valued' ? 10_000 : null };
        const reason = refusal({ state, outstanding_minor, ltv_target_bp: 3_000, value }, to, by, detail);
        if (reason !== null) {
          if (!/^[^\n]+\.$/.test(reason)) throw new Error(`no sentence: ${reason}`);
          continue;
        }
        if (!LEGAL_MOVES[state].includes(to)) throw new Error(`${state} became ${to}`);
        if (isFinal(state)) throw new Error(`${state} is final, yet became ${to}`);
        if (by === 'staff' && to !== 'appraised') throw new Error(`staff made ${to}`);
        if (to === 'proposed' && detail.principal_minor > 3_000) throw new Error('lent over the target');
        if (to === 'released' && detail.ground === 'debt_performed' && outstanding_minor > 0)
          throw new Error('released as performed while money was owed');
        taken.add(`${state} ${to}`);
        state = to;
        reached.add(state);
      }
    }),
    { numRuns: WALKS, seed: SEED, endOnFailure: true },
  );
  t.same([...reached].sort(), Object.keys(LEGAL_MOVES).sort());
  t.same(
    [...taken].sort(),
    Object.entries(LEGAL_MOVES)
      .flatMap(([from, targets]) => targets.map((to) => `${from} ${to}`))
      .sort(),
  );
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
