/** docs/models/walkthrough.md is what the models say today, and what it prints can be followed with a calculator. */
import { readFile } from 'node:fs/promises';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import t from 'tap';
import { agree, prose } from '../../jobs/walkthrough/format.ts';
import { readSubject } from '../../jobs/walkthrough/subject.ts';
import { walkthroughText } from '../../jobs/walkthrough/text.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { toMinor } from '../../models/money.ts';
import { valuePatent } from '../../models/valuation.ts';
import { cnHistories } from '../models/cn-patents.ts';

const FILE = new URL('../../docs/models/walkthrough.md', import.meta.url);
/** What the printed digits promise. */
const TOLERANCE = 1e-6;
const printed = await readFile(FILE, 'utf8');
const subject = await readSubject();

type Row = Record<string, number>;

/** The table whose head begins with these columns; cells that are no number become NaN. */
function tableOf(...columns: string[]): Row[] {
  const [, rest] = printed.split(`\n| ${columns.join(' | ')}`);
  if (rest === undefined) throw new Error(`The walkthrough has no table ${columns.join(', ')}.`);
  const [head, , ...lines] = `| ${columns.join(' | ')}${rest}`.split('\n\n')[0]!.split('\n').map(cellsOf);
  return lines.map((cells) => Object.fromEntries(head!.map((name, i) => [name, Number(cells[i])])));
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(' | ');
}

/** The number that follows a text. */
function numberAfter(text: string): number {
  const [, rest] = printed.split(text);
  if (rest === undefined) throw new Error(`The walkthrough does not say '${text}'.`);
  return Number(/^-?[\d.]*\d/.exec(rest)?.[0]);
}

/** Last column of a row. */
function result(row: Row): number {
  return Object.values(row).at(-1)!;
}

function near(test: Pick<typeof t, 'ok'>, actual: number, expected: number, what: string): void {
  test.ok(Math.abs(actual / expected - 1) <= TOLERANCE, `${what}: ${actual} is ${expected}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const hazards = tableOf('k', 'N', 'due on');
const returns = tableOf('p', '(1 - p) A');
const draws = tableOf('p', 'place');
const joined = tableOf('p', 'V1 renewal');

t.test('the file is what the models write today', async (t) => {
  t.equal(walkthroughText(subject), printed, 'else run npm run walkthrough');
});

/** That one keeps the indexing codes of earlier editions, which the service leaves out. */
t.test('the patent and the model are those of the other reader of the file', async (t) => {
  const histories = cnHistories().map((history) => {
    const ipc = history.facts.ipc.filter((symbol) => !symbol.startsWith('//'));
    return { ...history, facts: { ...history.facts, ipc } };
  });
  const { facts, as_of, lapse_model } = subject.inputs;
  const other = histories.find((history) => history.facts.application_number === facts.application_number)!;
  t.equal(other.terminated_notice_on, subject.later_notice_on);
  t.same(facts, { ...other.facts, technology_field: facts.technology_field, register_seen_on: as_of });
  const fit = fitLapse(histories, as_of);
  t.same(fit.ok && fit.model, lapse_model);
});

t.test('printed covariates give the printed hazards and survival', async (t) => {
  const due = printed.split('| constant |')[1]!.split('\n\n')[0]!.split('\n');
  const [b0, b1, b2, b3] = due.map((line) => Number(line.split('|').at(-2))) as [
    number,
    number,
    number,
    number,
  ];
  const part = sum(tableOf('of the patent').map(result));
  let alive = 1;
  for (const row of hazards) {
    const xb = b0 + b1 * row.age! + b2 * row.age! ** 2 + b3 * row.log_fee_step! + part;
    near(t, xb, row["x'b"]!, `x'b of year ${row.N}`);
    near(t, 1 / (1 + Math.exp(-row["x'b"]!)), row.h!, `h of year ${row.N}`);
    alive *= 1 - row.h!;
    near(t, alive, row.S!, `S of year ${row.N}`);
  }
  t.equal(hazards.length, 16);
});

t.test('printed due dates give the printed chance to be in force', async (t) => {
  const rows = tableOf('due on', 'days ago');
  let alive = 1;
  const hidden = rows.map((row) => {
    const unseen = alive * row.h! * (1 - row.F!);
    near(t, unseen, row.hidden!, 'hidden');
    alive *= 1 - row.h!;
    near(t, alive, row.alive!, 'alive');
    return unseen;
  });
  near(t, alive / (alive + sum(hidden)), numberAfter('P(in force) * P(valid) = '), 'P(in force)');
});

t.test('printed points give sigma and mu, and these the printed returns', async (t) => {
  const points = tableOf('N', 'z', 'log z');
  const weight = sum(points.map((at) => at.w!));
  const log = sum(points.map((at) => at.w! * at['log z']!)) / weight;
  const q = sum(points.map((at) => at.w! * at.q!)) / weight;
  const squares = sum(points.map((at) => at.w! * (at['log z']! - log) ** 2));
  const products = sum(points.map((at) => at.w! * (at['log z']! - log) * (at.q! - q)));
  const own = tableOf('N', 'log z', 'q');
  const sigma = squares / products;
  const mu = sum(own.map((at) => at.w! * (at['log z']! - sigma * at.q!))) / sum(own.map((at) => at.w!));
  const shown = hazards.find(({ N }) => N === 13)!.z!;
  const above = normalCdf((mu - Math.log(shown)) / sigma, 0, 1);
  for (const row of returns)
    near(t, Math.exp(mu - sigma * normalQuantile((1 - row.p!) * above, 0, 1)), row.r!, `r at ${row.p}`);
});

t.test('the printed sum gives the printed renewal value', async (t) => {
  const terms = tableOf('due on', 't', '0.9^t');
  for (const row of terms) {
    const earned = returns[3]!.r! * 0.85 ** row.k!;
    near(t, 0.9 ** row.t! * (earned - row.fee!), result(row), `k ${row.k}`);
  }
  near(t, numberAfter('\nV = ') + sum(terms.map(result)), returns[3]!['V(r)']!, 'V');
});

/** Taxed revenue and fees of the printed years at these inputs. */
function royaltyBase(revenue: number, growth: number, discount: number, decay: number) {
  const years = tableOf('s', 'w', 'm').map(
    ({ s, w, m, S }) =>
      (w! * S! * revenue * ((1 + growth) * (1 - decay)) ** s! * 0.75) / (1 + discount) ** m!,
  );
  const fees = tableOf('years y to the annuity').map(
    (row) => (row.S! * row.fee! * 0.75) / (1 + discount) ** row['years y to the annuity']!,
  );
  return { taxed: sum(years), fees: sum(fees) };
}

t.test('printed years give the printed royalties at central inputs and at the first draw', async (t) => {
  const central = royaltyBase(10_000_000, 0, 0.18, 0.109);
  near(t, central.taxed, numberAfter('taxed revenue B = '), 'B');
  near(t, central.fees, numberAfter('taxed fees C = '), 'C');
  const [rate, growth, revenue, discount, decay] = tableOf('p', 'inverse').map((row) => row.drawn!);
  const { taxed, fees } = royaltyBase(revenue!, growth!, discount!, decay!);
  const text = 'max(0, rate * B - C) = ';
  const stated = printed.split(text)[1]!.split('\n')[0]!.split(' = ');
  near(t, rate! * taxed - fees, Number(stated[1]), 'value of the draw');
  for (const row of draws) {
    const share = row.place! - Math.floor(row.place!);
    near(t, row['v below']! + share * (row['v above']! - row['v below']!), row.quantile!, `p ${row.p}`);
  }
});

t.test('both methods give the printed joined quantiles', async (t) => {
  const logs = joined.map((row) => [Math.log(row['V1 renewal']!), Math.log(row['V2 relief from royalty']!)]);
  const [y1, y2] = logs[3] as [number, number];
  const y = 0.2 * y1 + 0.8 * y2;
  for (const [index, row] of joined.entries()) {
    t.equal(row['V1 renewal'], returns[index]!['V(r)']);
    t.equal(row['V2 relief from royalty'], draws[index]!.quantile);
    const [v1, v2] = logs[index] as [number, number];
    const within = 0.2 * (v1 - y1) ** 2 + 0.8 * (v2 - y2) ** 2;
    const between = 0.2 * (y1 - y) ** 2 + 0.8 * (y2 - y) ** 2;
    const distance = Math.sqrt(within + normalQuantile(row.p!, 0, 1) ** 2 * between);
    near(t, Math.exp(y + Math.sign(row.p! - 0.5) * distance), row.joined!, `p ${row.p}`);
  }
});

t.test('the last number is that of valuePatent, to the cent', async (t) => {
  const { collateral, currency } = valuePatent(subject.inputs);
  const rows = tableOf('p', 'if valid');
  const factor = numberAfter('P(in force) * P(valid) = ') * 0.85;
  for (const row of rows) t.equal(Math.round(row['if valid']! * factor * 100), row['minor units']);
  t.equal(Math.round(rows[3]!.weighted! * 0.5 * 100), numberAfter('in minor units: '));
  t.equal(numberAfter('in minor units: '), toMinor(collateral!, currency));
  t.match(printed, `On ${subject.later_notice_on},`);
});

t.test('a number that is not the one of the valuation is refused, and prose keeps its words', async (t) => {
  t.throws(() => agree('mu', 1.000_001, 1), { message: /as mu, the valuation 1/ });
  const text = 'word '.repeat(60).trim();
  t.equal(prose(text).replaceAll('\n', ' '), text);
  t.ok(
    prose(text)
      .split('\n')
      .every((line) => line.length <= 120),
  );
});
