/** The backtest command: the figures of the bundled patents, files of others' making, and how it refuses. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { backtestFiles, backtestSample } from '../../jobs/backtest/report.ts';
import { readBacktestRows } from '../../jobs/backtest/rows.ts';
import { backtestText } from '../../jobs/backtest/text.ts';

const PROGRAM = fileURLToPath(new URL('../../jobs/backtest/main.ts', import.meta.url));
const BUNDLED = fileURLToPath(new URL('../../data/cn_patents.csv', import.meta.url));
const [HEADER, ...LINES] = readFileSync(BUNDLED, 'utf8').trimEnd().split(/\r?\n/);

/** What a random forest, the best of three known models, reaches on these patents. */
const PEER = { out_of_time: { auc: 0.733, brier: 0.175 }, folds: { auc: 0.731, brier: 0.2 } };

const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-backtest-'));
t.teardown(() => rm(folder, { recursive: true }));

async function fileOf(name: string, lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, [HEADER, ...lines, ''].join('\n'));
  return file;
}

function command(...given: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', PROGRAM, ...given], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

/** The line with one cell changed; no cell of these lines is quoted. */
function withCell(line: string, column: string, value: string): string {
  const cells = line.split(',');
  cells[HEADER!.split(',').indexOf(column)] = value;
  return cells.join(',');
}

t.test('the bundled patents are predicted better than by the best peer, in time and in folds', async (t) => {
  const rows = await readBacktestRows(BUNDLED);
  const report = backtestSample(rows, 1);
  t.match(report.files[0]!, { read: 2766, bad: 3, not_granted: 1167, not_followed: 0, used: 1596 });
  const { out_of_time, folds } = report;
  t.match(out_of_time, { n: 479, train: 1117, trained_to: '2005-04-06', strict: { outcomes_known: 0 } });
  t.match(folds, { n: 1596, repeats: 3, chinese_owners: { n: 914 } });
  t.ok(out_of_time!.auc > PEER.out_of_time.auc && out_of_time!.brier < PEER.out_of_time.brier);
  t.ok(folds!.auc > PEER.folds.auc && folds!.brier < PEER.folds.brier);
  t.ok(folds!.ece <= 0.03);
  t.ok(out_of_time!.ece <= out_of_time!.ece_noise + 0.02, 'no further off than so few patents scatter');
  for (const { auc, brier, baseline } of [out_of_time!, folds!])
    for (const plain of [baseline.base_rate, baseline.stage_hazard])
      t.ok(auc > plain.auc && brier < plain.brier);
  t.equal(JSON.stringify(backtestSample(rows, 1)), JSON.stringify(report), 'bit for bit');
  t.equal(
    backtestSample(rows, 2).out_of_time!.auc,
    out_of_time!.auc,
    'the seed moves folds and shuffles alone',
  );
  t.match(backtestText(report), /out of time +479/);
});

t.test('nothing after the day of grant reaches the prediction of a test patent', async (t) => {
  const train = await readBacktestRows(await fileOf('train.csv', LINES.slice(0, 1500)));
  const later = LINES.slice(1500).filter((line) => !line.includes('"'));
  const known = await readBacktestRows(await fileOf('known.csv', later));
  const odd = later.map((line) => withCell(withCell(line, 'recover', '2013-01-02'), 'paid_claims', 'NA'));
  const changed = await readBacktestRows(await fileOf('odd.csv', odd));
  const { files: _, ...plain } = backtestFiles(train, known, 1);
  const { files: __, ...other } = backtestFiles(train, changed, 1);
  t.same(plain, other);
  t.equal(plain.test!.seen_in_training, 0);
});

t.test('every row of a spoilt file is accounted for and bad ones are named', async (t) => {
  const sound = LINES.slice(0, 1000).filter((line) => !line.includes('"'));
  const spoilt = [
    ...sound,
    sound[0]!,
    withCell(LINES[1100]!, 'total_applicant', 'CN'),
    withCell(LINES[1101]!, 'nation_province_code_2', '2001-01-01'),
    LINES[1102]!.split(',').slice(1).join(','),
    `"${LINES[1103]!}`,
  ];
  const { read, bad, not_granted, granted } = await readBacktestRows(await fileOf('spoilt.csv', spoilt));
  t.equal(read, spoilt.length);
  t.equal(read, bad.length + not_granted + granted.length);
  t.same(
    bad.map(({ line, field }) => [line - sound.length - 1, field]),
    [
      [1, 'app_num'],
      [2, 'total_applicant'],
      [3, 'nation_province_code_2'],
      [4, 'line'],
      [5, 'line'],
    ],
  );
  const blank = sound.map((line) =>
    withCell(withCell(line, 'nation_province_code_2', ''), 'total_applicant', 'NA'),
  );
  const emptied = await readBacktestRows(await fileOf('blank.csv', blank));
  t.equal(emptied.granted.length, granted.length, 'what is not told is no fault');
  const whole = await readBacktestRows(BUNDLED);
  const report = backtestFiles(whole, emptied, 1);
  t.equal(report.test!.seen_in_training, granted.length);
  t.ok(Number.isFinite(report.test!.auc));
});

t.test('one sentence and an exit code where there is nothing to measure', async (t) => {
  const never = LINES.filter((line) => !line.includes('"')).map((line) => withCell(line, 'terminate', 'NA'));
  const empty = path.join(folder, 'empty.csv');
  await writeFile(empty, '');
  const refusals: [string, RegExp][] = [
    [empty, /empty\.csv: The file is empty/],
    [await fileOf('none.csv', []), /none\.csv: none of 0 rows is a patent granted five years or more before/],
    [await fileOf('never.csv', never), /never\.csv: 0 of \d+ patents were terminated within five years/],
    [path.join(folder, 'absent.csv'), /absent\.csv: ENOENT/],
  ];
  for (const [file, message] of refusals)
    for (const given of [
      ['--train', file, '--test', BUNDLED],
      ['--train', BUNDLED, '--test', file],
    ]) {
      const { code, stdout, stderr } = await command(...given, '--json');
      t.equal(code, 1);
      t.equal(stdout, '');
      t.match(stderr, message);
      t.equal(stderr.trimEnd().split('\n').length, 1, 'no stack');
    }
});

t.test('the command explains itself and refuses what it does not take', async (t) => {
  t.match(await command('--help'), { code: 0, stdout: /npm run backtest --/ });
  t.match(await command('--train', BUNDLED), { code: 2, stderr: /--train and --test go together/ });
  t.match(await command('--seed', 'x'), { code: 2, stderr: /"x" is no whole number/ });
  t.match(await command('--fast'), { code: 2 });
  const file = await fileOf('small.csv', LINES.slice(0, 700));
  const { code, stdout } = await command('--train', BUNDLED, '--test', file, '--json');
  t.equal(code, 0);
  t.match(JSON.parse(stdout), { seed: 20_260, model: 'pledgewatch-termination/1', test: { train: 1596 } });
});
