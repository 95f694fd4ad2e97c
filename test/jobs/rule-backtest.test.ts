/** The backtest of the risk rules over a file of patents. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readBacktestRows } from '../../jobs/backtest/rows.ts';
import type { RuleBacktest } from '../../jobs/backtest/rule-report.ts';
import { ruleText } from '../../jobs/backtest/rule-text.ts';

t.setTimeout(120_000);

const PROGRAM = fileURLToPath(new URL('../../jobs/backtest/main.ts', import.meta.url));
const BUNDLED = fileURLToPath(new URL('../../data/cn_patents.csv', import.meta.url));
const [HEADER, ...LINES] = readFileSync(BUNDLED, 'utf8').trimEnd().split(/\r?\n/);

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

t.test(
  'the rules are walked over the history of any file: every notice flagged, warnings before it',
  async (t) => {
    const file = await fileOf('rules.csv', LINES.slice(0, 250));
    const { code, stdout, stderr } = await command('rules', '--json', '--data', file);
    t.equal(code, 0, stderr);
    t.match(stderr, /backtest \[#+\]/);
    const report: RuleBacktest = JSON.parse(stdout);
    const { granted } = await readBacktestRows(file);
    const notices = granted.filter(({ notice_on }) => notice_on !== null).length;
    t.equal(report.patents, granted.length);
    t.equal(report.default.notices_total, notices);
    t.equal(report.default.notices_flagged, notices);
    const { early_warned_share, early_precision, median_lead_days } = report.default;
    t.ok(
      early_warned_share! > 0.3 && early_warned_share! < 1 && early_precision! > 0.1 && early_precision! < 1,
    );
    t.ok(median_lead_days! > 365, 'more than a year before the register tells');
    const ended = report.rules.find(({ id }) => id === 'right_ended')!;
    t.ok(ended.median_lead_days! <= 0, 'the register itself warns of nothing');
    t.same(
      report.rules.filter(({ group, measured }) => group === 'borrower' && measured),
      [],
      'what no file tells is not measured',
    );
    const sorted = (rule: string) =>
      report.tried.filter((each) => each.rule === rule).map(({ held_out }) => held_out);
    for (const [index, { recall }] of sorted('lapse_likely').slice(1).entries())
      t.ok(recall! <= sorted('lapse_likely')[index]!.recall!, 'a higher threshold finds no more');
    t.match(ruleText(report), /flagged (\d+) of \1 termination notices/);
    const never = await fileOf(
      'no-notice.csv',
      LINES.slice(0, 50)
        .filter((line) => !line.includes('"'))
        .map((line) => withCell(line, 'terminate', 'NA')),
    );
    t.match(await command('rules', '--data', never), {
      code: 1,
      stderr: /none of \d+ granted patents has a termination notice/,
    });
    t.match(await command('rules', '--data', path.join(folder, 'away.csv')), {
      code: 1,
      stderr: /away\.csv/,
    });
    t.match(await command('rules', '--sideways'), { code: 2 });
  },
);
