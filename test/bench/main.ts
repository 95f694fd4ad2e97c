/** `npm run bench`: what is measured on a machine, not asserted in the tests. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { progressBar } from '../../jobs/progress.ts';
import { run, UsageError } from '../../src/command.ts';
import { apiText, benchApi } from './api.ts';
import { benchDeliver, deliverText } from './deliver.ts';
import { benchIngest, DEFAULT_ROWS, ingestText, MOST_ROWS } from './ingest.ts';
import { benchModels, modelsText } from './models.ts';
import { benchResume, keepsPromises, resumeText } from './resume.ts';
import { benchSearch, DEFAULT_PATENTS, MOST_SEARCHED, searchText } from './search.ts';
import { benchStress, DEFAULT_PLEDGES, MOST_PLEDGES, stressText } from './stress.ts';

const NAMES = ['api', 'deliver', 'resume', 'models', 'ingest', 'stress', 'search'] as const;
const MAX_KILLS = 10_000;
const MAX_SEED = 999_999_999;

const HELP = `npm run bench -- NAME [--json]

Measures on this machine; what needs a database, with a PostgreSQL of its own that writes to disk as in production.

  api            requests a second and milliseconds at half of that, for a portfolio, a value flow and new pledges, beside
                 a bare Fastify route that does one SELECT (three minutes)
  deliver        deliveries a second of a backlog, and their ratio to bare undici; milliseconds from commit to
                 arrival at 100 events a second; and how a hanging endpoint among 100 delays the others (two minutes)
  resume         a revaluation killed at random points, and 1,000 slots under three workers with six hours off;
                 ends with 0 when every hash is the undisturbed one and each slot ran once, in order (two minutes)
  models         microseconds of one valuation, by the methods that run and by the years left (half a minute)
  ingest         a made file of Chinese applications taken in as npm run ingest does, in records a second, and the
                 ratio of its time to a raw COPY of the same bytes (half a minute at 100,000 rows)
  stress         a made portfolio one year on, with shocks that its patents share and without; ends with 0 when the same
                 seed gives the same figures (half a minute at 10,000 pledges)
  search         milliseconds of questions by number, owner and words and for prior art, over HTTP, and how many
                 patents a second are made findable (two minutes at 100,000 patents)

  --patents N    search: patents of the corpus (default ${DEFAULT_PATENTS})
  --rows N       ingest: records of the file (default ${DEFAULT_ROWS})
  --kills N      resume: SIGKILLs of the revaluation (default 50)
  --pledges N    stress: pledges of the portfolio (default ${DEFAULT_PLEDGES})
  --seed N       resume: when they strike; stress: the portfolio and its draws (default 1)
  --json         print the figures as one line of JSON
  --help         this text
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      patents: { type: 'string', default: String(DEFAULT_PATENTS) },
      rows: { type: 'string', default: String(DEFAULT_ROWS) },
      kills: { type: 'string', default: '50' },
      pledges: { type: 'string', default: String(DEFAULT_PLEDGES) },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const name = NAMES.find((known) => known === positionals[0]);
  if (positionals.length > 1 || name === undefined)
    throw new UsageError(`"${positionals.join(' ')}" is no bench: name one of ${NAMES.join(', ')}.`);
  process.stderr.write(`${machine()}\n`);
  const print = (report: object, text: string) =>
    void process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text);
  if (name === 'api') {
    const report = await benchApi(progressBar(name));
    return print(report, apiText(report));
  }
  if (name === 'deliver') {
    const report = await benchDeliver(progressBar(name));
    return print(report, deliverText(report));
  }
  if (name === 'models') {
    const report = benchModels(progressBar(name));
    return print(report, modelsText(report));
  }
  if (name === 'ingest') {
    const report = await benchIngest(whole('rows', values.rows, MOST_ROWS), progressBar(name));
    return print(report, ingestText(report));
  }
  const seed = whole('seed', values.seed, MAX_SEED);
  if (name === 'stress') {
    const pledges = whole('pledges', values.pledges, MOST_PLEDGES);
    const report = await benchStress({ pledges, seed }, progressBar(name));
    print(report, stressText(report));
    if (!report.same_figures) process.exitCode = 1;
    return;
  }
  if (name === 'search') {
    const report = await benchSearch(whole('patents', values.patents, MOST_SEARCHED), progressBar(name));
    return print(report, searchText(report));
  }
  const kills = whole('kills', values.kills, MAX_KILLS);
  const report = await benchResume({ kills, seed }, progressBar(name));
  print(report, resumeText(report));
  if (!keepsPromises(report)) process.exitCode = 1;
});

function whole(name: string, text: string, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(
    `--${name}: "${text}" is no whole number from 1 to ${most}; give one, such as --${name} 5.`,
  );
}

function machine(): string {
  const memory_gb = Math.round(totalmem() / 2 ** 30);
  return `On ${availableParallelism()} cores of ${cpus()[0]?.model}, ${memory_gb} GB, Node ${process.versions.node}`;
}
