/** `npm run corpus`: a made corpus of patents in a layout that ingest reads, and how like the real ones it is. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MOST_PATENTS } from '../../models/simulation/corpus-inventions.ts';
import { run, UsageError } from '../../src/command.ts';
import { StartupError } from '../../src/errors.ts';
import { progressBar } from '../progress.ts';
import { FORMATS, generateCorpus } from './generate.ts';
import { corpusStatistics, realChineseCounts } from './statistics.ts';
import { statisticsText } from './text.ts';

const MOST_SEED = 999_999_999;

const HELP = `npm run corpus -- --out FOLDER [--patents N] [--seed N] [--format NAME] [--json]

Writes a corpus of made patents into FOLDER, as a file that npm run ingest reads, and prints its statistics beside those of
real patents. None of it is real: no number, owner or event. The same seed, number and format give the same bytes.

  --out FOLDER   made when absent; the file in it is named after the format
  --patents N    applications, 1 to ${MOST_PATENTS} (default 10000)
  --seed N       0 to ${MOST_SEED} (default 1)
  --format NAME  cn-sample: Chinese applications, one a line, as in data/cn_patents.csv (default)
                 patstat: six offices, with families, classes, citations and legal events, as PATSTAT tables
  --json         print one line of JSON
  --help         this text
`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      patents: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      format: { type: 'string', default: 'cn-sample' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const format = FORMATS.find((name) => name === values.format);
  if (format === undefined)
    throw new UsageError(`--format: "${values.format}" is none; give ${FORMATS.join(' or ')}.`);
  if (values.out === undefined) throw new UsageError('Name a folder: npm run corpus -- --out FOLDER');
  const patents = wholeNumber('patents', values.patents, 1, MOST_PATENTS);
  const seed = wholeNumber('seed', values.seed, 0, MOST_SEED);
  const file = path.join(values.out, `${format}.csv`);
  const started_ms = performance.now();
  const bar = progressBar('corpus');
  const counts = await written(values.out, () =>
    generateCorpus({ seed, patents, format }, file, (done) =>
      bar(`${Math.round(done * patents)} patents`, done),
    ),
  );
  const seconds = (performance.now() - started_ms) / 1000;
  const statistics = corpusStatistics(counts, await realChineseCounts());
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ file, seed, format, seconds, ...statistics })}\n`
      : `${file} (seed ${seed}), ${seconds.toFixed(1)} s\n\n${statisticsText(statistics)}`,
  );
});

/** A folder that cannot be written to is the caller's matter and no crash. */
async function written<Result>(folder: string, write: () => Promise<Result>): Promise<Result> {
  try {
    await mkdir(folder, { recursive: true });
    return await write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new StartupError(
      `${folder} cannot be written to (${(error as Error).message}): give another --out.`,
    );
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(
    `--${name}: "${text}" is no whole number from ${least} to ${most}; give one, such as --${name} ${least}.`,
  );
}
