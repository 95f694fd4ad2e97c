import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { annuities, patentYear } from '../../models/annuity/cnipa.ts';
import { addDays, addYears } from '../../models/calendar.ts';
import { FormulaFailure } from '../../models/failure.ts';
import { calibrationCell, type KnownValue } from '../../models/interval/calibration.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { dueDateOfNotice, publishedShare } from '../../models/lapse/notice.ts';
import { quantilesOf } from '../../models/quantiles.ts';
import { mulberry32 } from '../../models/random.ts';
import { coverageFigures } from '../../models/simulation/coverage.ts';
import {
  coverageStudy,
  intervalsOf,
  patentsInForce,
  STUDY_CELLS,
  STUDY_DAY,
  trainedModel,
} from '../../models/simulation/coverage-study.ts';
import { chance, standardNormal, wholeNumber } from '../../models/simulation/draws.ts';
import { firstUnpaid, noticeDay } from '../../models/simulation/owner-decisions.ts';
import { DECAY, FIELDS, returnsOf } from '../../models/simulation/renewal-world.ts';
import {
  drawPatent,
  historyOf,
  inForce,
  type Origin,
  type SimulatedPatent,
} from '../../models/simulation/simulated-patent.ts';
import { trueValue } from '../../models/simulation/true-value.ts';
import { renewalSurvival, renewalThresholds } from '../../models/value/renewal.ts';

const ORIGIN: Origin = { technology_field: 13, filed_from: '2003-01-01', filed_to: '2024-01-01' };
const drawn = (count: number, seed: number, origin: Origin = ORIGIN) => {
  const random = mulberry32(seed);
  return Array.from({ length: count }, (_, index) => drawPatent(String(index), origin, random));
};

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof FormulaFailure ? error.code : String(error);
  }
}

t.test(
  'corrected intervals hold what they promise, in every cell, where the models alone do not',
  async (t) => {
    const study = { seed: 20_260, patents: 1500, training_patents: 3000, calibration_patents: 9000 };
    const told: number[] = [];
    const report = coverageStudy(study, (_, done) => told.push(done));
    const { c50, c80, c90, worst_cell, cells, models_alone } = report;
    t.ok(Math.abs(c50 - 0.5) <= 0.035, `c50 ${c50}`);
    t.ok(Math.abs(c80 - 0.8) <= 0.03, `c80 ${c80}`);
    t.ok(Math.abs(c90 - 0.9) <= 0.02, `c90 ${c90}`);
    t.ok(worst_cell <= 0.085, `worst cell ${worst_cell}`);
    t.ok(models_alone.worst_cell > 0.095, `models alone, worst cell ${models_alone.worst_cell}`);
    t.equal(
      models_alone.worst_cell_name,
      '16/16-20',
      'the field whose spread the common sigma is too small for',
    );
    t.equal(models_alone.cells.length, 5);
    t.same(
      cells.map(({ cell, n }) => [cell, n]),
      ['6/1-5', '8/6-10', '33/6-10', '13/11-15', '16/16-20'].map((cell) => [cell, 300]),
    );
    t.equal(told.length, 12_000, 'told after each valuation');
    t.equal(told.at(-1), 1);
  },
);

t.test('equal seeds give equal bytes, another seed another world', async (t) => {
  const study = { seed: 1, patents: 50, training_patents: 200, calibration_patents: 300 };
  const text = (seed: number) => JSON.stringify({ ...coverageStudy({ ...study, seed }), seed: 0 });
  t.equal(text(1), text(1));
  t.not(text(1), text(2));
  t.equal(
    codeOf(() => coverageStudy({ ...study, calibration_patents: 0 })),
    'empty_sample',
  );
  t.equal(
    codeOf(() => coverageStudy({ ...study, training_patents: 0 })),
    'no_rows',
  );
});

t.test('owners let their patents lapse as the closed form says', async (t) => {
  const thresholdsOf = ({ facts, granted_on }: SimulatedPatent) =>
    renewalThresholds(
      annuities(facts.right_type, facts.filed_on, granted_on).map(({ amount }) => amount),
      DECAY,
    );
  for (const technology_field of FIELDS.keys()) {
    const patents = drawn(3000, technology_field, { ...ORIGIN, technology_field });
    for (const k of [0, 3, 6, 9, 12]) {
      let [kept, expected, variance] = [0, 0, 0];
      for (const patent of patents) {
        const { facts, granted_on, unpaid_due_on } = patent;
        const survival = renewalSurvival(thresholdsOf(patent), returnsOf(facts))[k]!;
        const due_on = annuities('invention', facts.filed_on, granted_on)[k]!.due_on;
        kept += Number(unpaid_due_on === null || unpaid_due_on > due_on);
        expected += survival;
        variance += survival * (1 - survival);
      }
      t.ok(
        Math.abs(kept - expected) < 4 * Math.sqrt(variance),
        `field ${technology_field}, annuity ${k}: ${kept} kept, ${expected.toFixed(0)} expected`,
      );
    }
  }
});

t.test('what the world is made of: draws, returns, decisions, notices', async (t) => {
  t.equal(
    wholeNumber(1, 5, () => 0.5),
    3,
  );
  t.ok(chance(0.6, () => 0.5) && !chance(0.5, () => 0.5));
  t.ok(Math.abs(standardNormal(() => 0.5)) < 1e-9 && Number.isFinite(standardNormal(() => 0)));
  const [patent] = drawn(1, 1);
  const facts = {
    ...patent!.facts,
    claims: 7,
    individual_applicant: false,
    domestic_applicant: false,
    agency: false,
    ipc: ['A61B5/00', 'A61B5/01', 'A61B5/02'],
  };
  t.same(returnsOf(facts), { mu: Math.log(6000), sigma: 1.8 });
  t.ok(returnsOf({ ...facts, claims: 8 }).mu > Math.log(6000));
  for (const technology_field of [1, null])
    t.equal(
      codeOf(() => returnsOf({ ...facts, technology_field })),
      'unknown_field',
    );
  t.equal(firstUnpaid(1500, [1200, 1600]), 1);
  t.equal(firstUnpaid(1600, [1200, 1600]), null, 'a return that equals the fee pays it');
  t.equal(noticeDay('2020-01-01', 0.5), addDays('2020-01-01', 426));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 2, max: 18 }),
        fc.double({ min: 1e-10, max: 1, noNaN: true }),
        (day, year, u) => {
          const filed_on = addDays('1995-01-01', day);
          const due_on = addYears(filed_on, year);
          const notice_on = noticeDay(due_on, u);
          const days = (Date.parse(notice_on) - Date.parse(due_on)) / 86_400_000;
          return (
            dueDateOfNotice(filed_on, notice_on) === due_on &&
            publishedShare(days) >= u &&
            publishedShare(days - 1) < u
          );
        },
      ),
    ),
  );
});

t.test('drawn patents are granted, in force and of their cell', async (t) => {
  const patents = patentsInForce('T', 500, mulberry32(5));
  for (const [index, { facts, granted_on, unpaid_due_on }] of patents.entries()) {
    const { technology_field, first_year, last_year } = STUDY_CELLS[index % 5]!;
    const cell = calibrationCell(facts.technology_field, patentYear(facts.filed_on, STUDY_DAY));
    if (cell.join() !== `${technology_field},${first_year}-${last_year}`) t.fail(`patent ${index}: ${cell}`);
    if (granted_on > STUDY_DAY || (unpaid_due_on ?? '9999') <= STUDY_DAY)
      t.fail(`patent ${index} not in force`);
  }
  t.equal(new Set(patents.map(({ facts }) => facts.application_number)).size, 500);
});

t.test('a true value is the sum of what the owner will still earn', async (t) => {
  const [any] = drawn(1, 1);
  const known = (initial_return: number, unpaid_due_on: string | null): SimulatedPatent => ({
    ...any!,
    facts: { ...any!.facts, filed_on: '2006-01-01', granted_on: '2009-07-01' },
    granted_on: '2009-07-01',
    initial_return,
    unpaid_due_on,
  });
  const near = (actual: number, expected: number) => Math.abs(actual / expected - 1) < 1e-6;
  t.ok(near(trueValue(known(100_000, null), '2025-01-01'), 100_000 * 0.85 ** 15));
  t.ok(near(100_000 * 0.85 ** 15, 8735.42), 'worked number');
  // Annuities of 2010 and 2011, of 1,200 and 1,200, are paid; that of 2012, of 2,000 / .85^2 = 2,768 of initial return, is not.
  const dropped = known(2000, '2012-01-01');
  t.ok(near(trueValue(dropped, '2010-01-01'), 2000 + 0.9 * (2000 * 0.85 - 1200)));
  t.ok(
    near(
      trueValue(dropped, '2009-07-02'),
      (2000 / 0.85) * (183 / 365) +
        (2000 - 1200) * 0.9 ** (183 / 365) +
        (1700 - 1200) * 0.9 ** (1 + 183 / 365),
    ),
  );
  t.equal(
    codeOf(() => trueValue(dropped, '2012-01-01')),
    'not_in_force',
  );
  t.equal(
    codeOf(() => trueValue(dropped, '2009-06-30')),
    'not_in_force',
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 5600 }),
        (r, day) => {
          const as_of = addDays('2009-07-01', day);
          const [less, more] = [r, 1.1 * r].map((initial_return) =>
            trueValue(known(initial_return, null), as_of),
          );
          return less! >= 0 && more! >= less!;
        },
      ),
    ),
  );
});

t.test('the valuer sees neither the truth nor the future', async (t) => {
  const random = mulberry32(9);
  const lapse_model = trainedModel(500, random);
  const patents = patentsInForce('T', 40, random);
  const intervals = (of: readonly SimulatedPatent[]) =>
    of.map(({ facts }) => intervalsOf(facts, lapse_model, null));
  const truths = patents.map(({ initial_return }) => initial_return).reverse();
  const permuted = patents.map((patent, index) => ({ ...patent, initial_return: truths[index]! }));
  t.same(intervals(permuted), intervals(patents), 'other truths, the same intervals');
  const histories = drawn(500, 3, { ...ORIGIN, filed_to: '2023-01-01' }).map(historyOf);
  const public_then = histories.map((history) => ({
    ...history,
    terminated_notice_on:
      (history.terminated_notice_on ?? '9999') > STUDY_DAY ? null : history.terminated_notice_on,
  }));
  t.not(JSON.stringify(public_then), JSON.stringify(histories), 'some notices are still to come');
  t.same(fitLapse(public_then, STUDY_DAY), fitLapse(histories, STUDY_DAY), 'and the fit does not read them');
  const lapsed = drawn(500, 4).filter(
    (patent) => patent.granted_on <= STUDY_DAY && !inForce(patent, STUDY_DAY),
  );
  t.ok(lapsed.length > 0);
  t.ok(
    lapsed.every(({ facts }) => facts.legal_state === 'in_force'),
    'the facts do not betray a lapse',
  );
});

t.test('coverage is counted over all and by cell, the worst cell named', async (t) => {
  const quantiles = quantilesOf((p) => 100 * p);
  const one = (cell: string, value: number): KnownValue => ({ cell: [cell], quantiles, value });
  const cell = (name: string, inHalf: number, inEighty: number, inNinety: number) =>
    Array.from({ length: 100 }, (_, index) =>
      one(name, index < inHalf ? 50 : index < inEighty ? 15 : index < inNinety ? 6 : 1),
    );
  const figures = coverageFigures([...cell('a', 50, 78, 90), ...cell('b', 50, 85, 90)]);
  t.match(figures, { c50: 0.5, c80: 0.815, c90: 0.9, worst_cell_name: 'b', worst_interval: 'c80' });
  t.ok(Math.abs(figures.worst_cell - 0.05) < 1e-12);
  t.same(figures.cells[0], { cell: 'a', n: 100, c50: 0.5, c80: 0.78, c90: 0.9 });
  const ends = coverageFigures([one('a', 25), one('a', 75)]);
  t.equal(ends.c50, 1, 'both ends belong to the interval');
  t.equal(
    codeOf(() => coverageFigures([])),
    'empty_sample',
  );
});

t.test('the command explains itself and refuses what it does not take', async (t) => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const command = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) =>
      execFile(
        process.execPath,
        ['--import', 'tsx', 'jobs/coverage.ts', ...args],
        { cwd: root },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
      ),
    );
  const [help, few, unknown] = await Promise.all([
    command('--help'),
    command('--patents', '7'),
    command('--wrong'),
  ]);
  t.match(help, { code: 0, stdout: /shares from 0 to 1/ });
  t.match(few, { code: 2, stdout: '', stderr: /--patents: "7" is no whole number from 100/ });
  t.match(unknown, { code: 2, stdout: '' });
});
