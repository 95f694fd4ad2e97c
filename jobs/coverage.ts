/** `npm run coverage`: whether the intervals hold what they promise, in a world whose values are known. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Coverages } from '../models/simulation/coverage.ts';
import { type CoverageReport, coverageStudy, DEFAULT_STUDY } from '../models/simulation/coverage-study.ts';
import { run, UsageError } from '../src/command.ts';
import { progressBar } from './progress.ts';

const SEEDS = 1_000_000_000;
const LEAST_PATENTS = 100;
const MOST_PATENTS = 1_000_000;
const DECIMALS = 4;
const NAME_WIDTH = 24;

const HELP = `npm run coverage -- [--json] [--seed N] [--patents N]

Draws patents from a known renewal model, values them as the service does, and counts how often the true value lies
within the 50, 80 and 90 % intervals of the value in force and valid: over all, and in five cells of field and patent
year. The intervals are corrected by other patents of the same world (calibration_patents) whose values are known.
Takes half a minute.

All coverages are shares from 0 to 1: c80 = .8 means that the 80 % interval held the value of 80 patents in 100.
worst_cell is the largest gap, in the same unit, between an interval's coverage and its name over the five cells and
three intervals: .04 is four points. models_alone tells the same before the correction.

  --json       print one line of JSON
  --seed N     draw this world (default: another one each time; the seed is always printed)
  --patents N  patents to be tested, from ${LEAST_PATENTS} to ${MOST_PATENTS} (default ${DEFAULT_STUDY.patents});
               with fewer, coverages scatter more by chance
  --help       this text
`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      seed: { type: 'string', default: String(randomInt(SEEDS)) },
      patents: { type: 'string', default: String(DEFAULT_STUDY.patents) },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const seed = wholeNumber('seed', values.seed, 0, SEEDS - 1);
  const patents = wholeNumber('patents', values.patents, LEAST_PATENTS, MOST_PATENTS);
  const started_ms = performance.now();
  const report = coverageStudy({ ...DEFAULT_STUDY, seed, patents }, eachPercent(progressBar('coverage')));
  const seconds = (performance.now() - started_ms) / 1000;
  const told = rounded({ ...report, seconds });
  process.stdout.write(values.json ? `${JSON.stringify(told)}\n` : textOf(told));
});

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(
    `--${name}: "${text}" is no whole number from ${least} to ${most}; give one, such as --${name} ${least}.`,
  );
}

/** Passes on what is told whenever another hundredth is done. */
function eachPercent(tell: (what: string, done: number) => void) {
  let percent = 0;
  return (what: string, done: number): void => {
    if (Math.floor(done * 100) === percent) return;
    percent = Math.floor(done * 100);
    tell(what, done);
  };
}

function rounded<Report>(report: Report): Report {
  return JSON.parse(JSON.stringify(report), (_, value) =>
    typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value,
  );
}

function textOf(report: CoverageReport & { seconds: number }): string {
  const { seed, patents, calibration_patents, training_patents, models_alone, cells, seconds } = report;
  const line = (name: string, { c50, c80, c90 }: Coverages) =>
    name.padEnd(NAME_WIDTH) + [c50, c80, c90].map((share) => share.toFixed(3).padStart(8)).join('');
  const worst = (of: CoverageReport['models_alone']) =>
    `worst gap in a cell ${of.worst_cell.toFixed(3)} (${of.worst_cell_name}, ${of.worst_interval})`;
  return `${[
    `seed ${seed}: ${patents} patents tested, ${calibration_patents} to correct by, ${training_patents} to fit the lapse model`,
    '',
    `${'share held by the'.padEnd(NAME_WIDTH)}    50 %    80 %    90 % interval`,
    line('all', report),
    ...cells.map((cell) => line(`  field/years ${cell.cell}`, cell)),
    worst(report),
    '',
    line('models alone, all', models_alone),
    ...models_alone.cells.map((cell) => line(`  field/years ${cell.cell}`, cell)),
    worst(models_alone),
    '',
    `${seconds.toFixed(0)} s`,
  ].join('\n')}\n`;
}
