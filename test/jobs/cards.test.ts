/** The model cards say what the models say today, and their figures agree with what others work out. */
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { capacityFiles } from '../../jobs/capacity/files.ts';
import { WORLD } from '../../jobs/capacity/measured.ts';
import { LAPSE_MATERIALITY } from '../../jobs/cards/lapse.ts';
import { moneyText, percentText } from '../../jobs/cards/text.ts';
import { freshCards, requireFresh, withFigures } from '../../jobs/cards/update.ts';
import { expiresOn } from '../../models/annuity/cnipa.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { addYears } from '../../models/calendar.ts';
import { capacityPlan, firstBreaks } from '../../models/capacity/plan.ts';
import { longestWait } from '../../models/capacity/queue.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { dueDateOfNotice } from '../../models/lapse/notice.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import { cnHistories } from '../models/cn-patents.ts';

const FOLDER = new URL('../../docs/models/', import.meta.url);
const PROGRAM = fileURLToPath(new URL('../../jobs/cards/main.ts', import.meta.url));
const START = '<!-- figures:start -->';
const END = '<!-- figures:end -->';

const cards = await freshCards();
const [lapse, valuation, monitoring] = cards.map(({ stored }) => stored) as [string, string, string];
/** That reader keeps the indexing codes of earlier editions, which the service leaves out. */
const histories = cnHistories().map((history) => {
  const ipc = history.facts.ipc.filter((symbol) => !symbol.startsWith('//'));
  return { ...history, facts: { ...history.facts, ipc } };
});

/** Cells of the table whose head begins with these columns. */
function rowsOf(card: string, ...columns: string[]): string[][] {
  const [, rest] = card.split(`\n| ${columns.join(' | ')}`);
  if (rest === undefined) throw new Error(`The card has no table ${columns.join(', ')}.`);
  const [, , ...lines] = rest.split('\n\n')[0]!.split('\n');
  return lines.filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(' | '));
}

function numberOf(cell: string): number {
  return Number(cell.replaceAll(',', ''));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function fitted(trained_to: string) {
  const fit = fitLapse(histories, trained_to);
  if (!fit.ok) throw new Error(fit.failure.message);
  return fit.model;
}

function command(...given: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', PROGRAM, ...given], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

t.test('the files are what the models say today', async (t) => {
  for (const { name, stored, fresh } of cards) t.equal(fresh, stored, `${name}: else run npm run cards`);
  t.doesNotThrow(() => requireFresh(cards));
});

t.test('a stale card is named', async (t) => {
  const [first, ...others] = cards;
  const stale = [{ ...first!, stored: first!.stored.replace('Materiality', 'materiality') }, ...others];
  t.throws(() => requireFresh(stale), { message: /^Out of date: docs\/models\/lapse\.md\. / });
});

t.test('only what stands between the marks is replaced, and both marks are needed', async (t) => {
  const text = `before\n${START}\nold\n${END}\nafter\n`;
  const renewed = withFigures('card.md', text, 'new');
  t.equal(renewed, `before\n${START}\nnew\n${END}\nafter\n`);
  t.equal(withFigures('card.md', renewed, 'new'), renewed);
  for (const broken of ['none', `${START} no end`, `${END} ${START}`, `${text}${text}`, `${text}${END}`])
    t.throws(() => withFigures('card.md', broken, 'new'), { message: /card\.md needs one/ }, broken);
});

t.test('the plan of capacity in docs/scale.md is what its constants give', async (t) => {
  for (const { name, stored, fresh } of await capacityFiles())
    t.equal(fresh, stored, `${name}: else run npm run capacity`);
});

t.test('a plan meets each limit that servers move, with no server to spare', async (t) => {
  for (const patents of [1, 1e6, 2e7, 5e8, 3e9]) {
    const { servers, because, still_broken, ...plan } = capacityPlan(patents, WORLD);
    for (const limit of ['disk', 'index_memory', 'first_load', 'news', 'vacuum', 'revaluation'] as const)
      t.notOk(still_broken.includes(limit), `${patents}: ${limit}`);
    t.ok(Math.abs(plan.bytes_a_server * servers + plan.sums_bytes - plan.bytes) < 1e-9 * plan.bytes);
    if (servers === 1) t.same(plan.broken_on_one, still_broken);
    else t.ok(plan.broken_on_one.includes(because), `${patents}: ${because} asks for ${servers}`);
  }
  // By hand: 2,000 bytes a patent and half of 1 MB may be full, so 250 patents a server.
  const tiny = {
    ...WORLD,
    measured: { ...WORLD.measured, tables: { one: { rows: 2_000, indexes: 0 } } },
    machine: { ...WORLD.machine, disk_bytes: 1e6 },
    assumed: { ...WORLD.assumed, disk_share: 0.5 },
  };
  t.match(capacityPlan(1_001, tiny), { servers: 5, because: 'disk', machines: 12 });
});

t.test('what is said to break first breaks there and not before', async (t) => {
  for (const { limit, patents } of firstBreaks(WORLD)) {
    t.ok(capacityPlan(patents * 1.001, WORLD).broken_on_one.includes(limit), limit);
    t.notOk(capacityPlan(patents * 0.999, WORLD).broken_on_one.includes(limit), limit);
  }
});

t.test('the last of a batch waits as long as the work before it takes', async (t) => {
  t.equal(longestWait({ arriving: 100, every_hours: 10, done_an_hour: 20 }), 5);
  t.equal(
    longestWait({ arriving: 100, every_hours: 10, done_an_hour: 5 }),
    50,
    'a queue that never empties grows',
  );
});

t.test('the lapse card has the coefficients of the other reader of the file', async (t) => {
  const { covariates, coefficients, covariance, patents, rows, events } = fitted('2018-01-01');
  t.match(lapse, `${patents} patents, ${rows} annuities seen, ${events} of them left unpaid`);
  const printed = rowsOf(lapse, 'covariate', 'mean', 'coefficient');
  t.same(
    printed.map(([name]) => name),
    covariates,
  );
  for (const [j, [name, , coefficient, error]] of printed.entries()) {
    t.ok(Math.abs(Number(coefficient) / coefficients[j]! - 1) < 1e-3, `coefficient of ${name}`);
    t.ok(Math.abs(Number(error) / Math.sqrt(covariance[j]![j]!) - 1) < 1e-2, `error of ${name}`);
  }
});

/** Annuities due within a year of the day that stayed unpaid, from the notices. */
function lapsesAfter(silent: readonly LapseHistory[], day: string): number {
  return silent.filter(({ facts, terminated_notice_on: notice }) => {
    if (notice === null || notice >= expiresOn('invention', facts.filed_on)) return false;
    const due_on = dueDateOfNotice(facts.filed_on, notice);
    return due_on > day && due_on <= addYears(day, 1);
  }).length;
}

t.test('the lapses expected and seen are those of decision 8, and the bands add up to them', async (t) => {
  const asked = rowsOf(lapse, 'asked on', 'patents', 'expected', 'came', 'scatter', 'AUC (se)');
  const bands = rowsOf(lapse, 'asked on', 'patent years', 'patents');
  t.same(
    asked.map((cells) => [cells[0], cells[1], cells[3]]),
    [
      ['2009-01-01', '1106', '118'],
      ['2011-01-01', '874', '64'],
      ['2013-01-01', '681', '80'],
    ],
  );
  for (const [day, patents, expected, came, , auc] of asked as [string, ...string[]][]) {
    const silent = histories.filter(
      ({ granted_on, terminated_notice_on: notice }) =>
        granted_on <= day && (notice === null || notice > day),
    );
    const model = fitted(day);
    const said = silent.map(({ facts, granted_on }) => predictLapse(model, facts, granted_on, day));
    t.ok(Math.abs(sum(said.map((one) => one.lapse_probability_12m.value)) - Number(expected)) < 0.06, day);
    t.equal(lapsesAfter(silent, day), Number(came));
    const own = bands.filter(([asked_on]) => asked_on === day);
    t.ok(Math.abs(sum(own.map((cells) => Number(cells[3]))) - Number(expected)) < 0.3);
    t.equal(sum(own.map((cells) => Number(cells[4]))), Number(came));
    t.ok(sum(own.map((cells) => Number(cells[2]))) <= Number(patents));
    const [area, error] = auc!.split(/ \(|\)/).map(Number) as [number, number];
    t.ok(area > 0.5 && area < 0.65 && error > 0.025 && error < 0.045, 'weak, and said so');
  }
});

t.test('hazards of the United States are those of the reference', async (t) => {
  t.same(rowsOf(lapse, 'fee', 'still paid'), [
    ['1', '0.840', '0.160', '0.044'],
    ['2', '0.630', '0.250', '0.072'],
    ['3', '0.490', '0.222', '0.063'],
  ]);
});

t.test(
  'every assumption stands in the valuation card, and either moves the value or is said not to',
  async (t) => {
    const names = Object.keys(DEFAULT_ASSUMPTIONS);
    t.same(
      rowsOf(valuation, 'assumption', 'value', 'unit').map(([name]) => name),
      names,
    );
    const moving = rowsOf(valuation, 'assumption', 'less', 'change in %').map(([name]) => name!);
    const still = /Without any\s+effect here: ([^.]+)\./.exec(valuation)![1]!.split(/,\s+/);
    t.same([...moving, ...still].sort(), [...names].sort());
    const spans = rowsOf(valuation, 'assumption', 'less', 'change in %').map(
      (cells) => Math.max(0, +cells[2]!, +cells[4]!) - Math.min(0, +cells[2]!, +cells[4]!),
    );
    for (const [index, span] of spans.entries())
      t.ok(index === 0 || span <= spans[index - 1]! + 0.11, 'widest first');
  },
);

t.test('the printed parts of a value give the whole', async (t) => {
  const weights = rowsOf(valuation, 'id', 'version', 'role').map((cells) => Number(cells[5]));
  t.ok(Math.abs(sum(weights.filter(Number.isFinite)) - 1) < 2e-3);
  const rows = rowsOf(valuation, 'patent', 'owner', 'years left');
  t.equal(rows.length, 9);
  for (const [, owner, , declared, , median, interval, in_force, valid, weighted] of rows) {
    const product = numberOf(median!) * Number(in_force) * Number(valid);
    t.ok(Math.abs(product / numberOf(weighted!) - 1) < 0.02, `${owner}, ${declared}`);
    const [low, high] = interval!.split(' to ').map(numberOf) as [number, number];
    t.ok(low < numberOf(median!) && numberOf(median!) < high);
  }
});

t.test('the swings of validity and of a weight follow from the printed medians', async (t) => {
  const swing = (assumption: string) =>
    rowsOf(valuation, 'assumption', 'less', 'change in %')
      .find(([name]) => name === assumption)!
      .map(Number);
  t.equal(swing('unchallenged_validity')[2], -20);
  const methods = rowsOf(valuation, 'patent', 'owner', 'years left')[2]![4]!.split('; ');
  const logs = methods.map((text) => Math.log(numberOf(text.split(' ')[1]!)));
  const logMedian = (errors: number[]) => {
    const precisions = errors.map((error) => error ** -2);
    return sum(precisions.map((precision, i) => precision * logs[i]!)) / sum(precisions);
  };
  const change = 100 * (Math.exp(logMedian([1.44, 0.9, 1.2]) - logMedian([1.8, 0.9, 1.2])) - 1);
  t.ok(Math.abs(swing('renewal_log_error')[2]! - change) < 0.2, `${change}`);
});

t.test('thresholds and run lengths are those of the reference', async (t) => {
  const cusum = rowsOf(monitoring, 'k', 'h one-sided');
  t.same(
    cusum.map(([k, one, two]) => [k, one, two]),
    [
      ['0.25', '8.585', '9.931'],
      ['0.5', '5.071', '5.757'],
      ['0.75', '3.538', '3.999'],
      ['1', '2.665', '3.009'],
    ],
  );
  for (const [lambda, , none] of rowsOf(monitoring, 'lambda', 'L'))
    t.ok(Math.abs(Number(none) - 500) < 1, `lambda ${lambda}`);
  t.match(rowsOf(monitoring, 'values known')[1], ['250', /./, /./, '0.860 to 0.936']);
});

t.test('the levels of the lapse model are those of the registry', async (t) => {
  const folder = new URL('../../migrations/', import.meta.url);
  const migrations = await Promise.all(
    (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8')),
  );
  const [, registered] = /'pledgewatch-lapse\/1'[^{]*'(\{[^}]*\})'/.exec(migrations.join('\n'))!;
  t.same(JSON.parse(registered!), LAPSE_MATERIALITY);
});

t.test('every card answers the same questions, and its links lead somewhere', async (t) => {
  for (const { name, stored } of cards) {
    for (const asked of [
      'What it is for',
      'Inputs',
      'Formula',
      'Training data',
      'Known weaknesses',
      'Unverified',
    ])
      t.match(stored, `\n## ${asked}`, `${name}: ${asked}`);
    for (const said of ['must not be used', 'not yet reviewed by anyone but its author', '- Triggers'])
      t.match(stored, said, `${name}: ${said}`);
  }
  const index = await readFile(new URL('README.md', FOLDER), 'utf8');
  for (const text of [index, ...cards.map(({ stored }) => stored)])
    for (const [, target] of text.matchAll(/\]\(([^)#]+)\)/g))
      await t.resolves(access(new URL(target!, FOLDER)), target!);
});

t.test('money and percentages are printed plainly', async (t) => {
  t.same([0, 999.6, 16_749, 3_605_000].map(moneyText), ['0', '1,000', '16,700', '3,610,000']);
  t.same([0.1234, -0.2, -0.0001, 0].map(percentText), ['+12.3', '-20.0', '0.0', '0.0']);
});

t.test('the command checks, tells its use, and refuses what it does not know', async (t) => {
  t.same(await command('--check'), { code: 0, stdout: '', stderr: '' });
  const help = await command('--help');
  t.match(help, { code: 0, stdout: /--check/ });
  t.equal((await command('--chekc')).code, 2);
});
