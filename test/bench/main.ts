/** `npm run bench`: what is measured on a machine, not asserted in the tests. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { progressBar } from '../../jobs/progress.ts';
import { run, UsageError } from '../../src/command.ts';
import { apiText, benchApi } from './api.ts';
import {
  benchHistory,
  benchIncremental,
  DEFAULT_KEPT,
  historyText,
  incrementalText,
} from './corpus-changes.ts';
import {
  benchGrowth,
  benchRevalue,
  DEFAULT_GROWN,
  DEFAULT_VALUED,
  growthText,
  MOST_VALUED,
  revalueText,
} from './corpus-values.ts';
import { benchDeliver, deliverText } from './deliver.ts';
import { benchIngest, DEFAULT_ROWS, ingestText, MOST_ROWS } from './ingest.ts';
import { benchMarking, DEFAULT_MARKS, MOST_MARKS, markingText } from './marking.ts';
import { benchModels, modelsText } from './models.ts';
import {
  benchNetwork,
  DEFAULT_BESIDE,
  DEFAULT_CLIENTS,
  DEFAULT_OFFERS,
  MOST_OFFERS,
  networkText,
} from './network.ts';
import { benchPages, pagesText } from './pages.ts';
import { benchResume, keepsPromises, resumeText } from './resume.ts';
import { benchSearch, DEFAULT_PATENTS, MOST_SEARCHED, searchText } from './search.ts';
import { benchSizes, sizesText } from './sizes.ts';
import { benchStress, DEFAULT_PLEDGES, MOST_PLEDGES, stressText } from './stress.ts';

const NAMES = [
  'api',
  'deliver',
  'resume',
  'models',
  'ingest',
  'stress',
  'search',
  'sizes',
  'revalue',
  'incremental',
  'growth',
  'history',
  'network',
  'pages',
  'marking',
] as const;
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
  sizes          bytes a patent by table, and of log, of a made corpus (a minute at 100,000 patents)
  revalue        all patents of a made corpus valued, and the ratio of that to raw COPYs of what is read and written
                 (a minute at 100,000 patents)
  incremental    the same corpus with a share of it changed: valuing what changed, and its ratio to valuing all
  growth         four corpora, the largest of --patents: how the time of valuing all grows (half an hour at 3,000,000)
  pages          a queue of 10,000 flags and a portfolio of 10,000 patents as pages: milliseconds of the service, kilobytes,
                 and when a browser has painted the largest part (five minutes)
  history        a year of weeks with what became public and refitted models: bytes of history a patent and year
  network        a made network of clients and offers with patents beside: milliseconds of matching one need, over HTTP
                 (five minutes)
  marking        marks issued and signed a second, verifications a second over HTTP and milliseconds at 2,000 a second, and
                 100,000 forged marks; ends with 0 when none was accepted (two minutes at 1,000,000 marks)

  --marks N      marking: how many are signed (default ${DEFAULT_MARKS})
  --patents N    of the corpus (default: search and sizes ${DEFAULT_PATENTS}, revalue and incremental ${DEFAULT_VALUED}, growth ${DEFAULT_GROWN},
                 history ${DEFAULT_KEPT}, network ${DEFAULT_BESIDE})
  --clients N    network: organisations (default ${DEFAULT_CLIENTS})
  --offers N     network: what they offer (default ${DEFAULT_OFFERS})
  --changed X    incremental: share of the patents of which something is learnt (default 0.01)
  --rows N       ingest: records of the file (default ${DEFAULT_ROWS})
  --kills N      resume: SIGKILLs of the revaluation (default 50)
  --pledges N    stress: pledges of the portfolio (default ${DEFAULT_PLEDGES})
  --seed N       resume: when they strike; stress: the portfolio and its draws; marking: what is forged;
                 network: clients, offers and needs (default 1)
  --json         print the figures as one line of JSON
  --help         this text
`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      patents: { type: 'string' },
      clients: { type: 'string', default: String(DEFAULT_CLIENTS) },
      offers: { type: 'string', default: String(DEFAULT_OFFERS) },
      rows: { type: 'string', default: String(DEFAULT_ROWS) },
      changed: { type: 'string', default: '0.01' },
      kills: { type: 'string', default: '50' },
      pledges: { type: 'string', default: String(DEFAULT_PLEDGES) },
      marks: { type: 'string', default: String(DEFAULT_MARKS) },
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
  if (name === 'pages') {
    const report = await benchPages(progressBar(name));
    return print(report, pagesText(report));
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
  if (name === 'marking') {
    const marks = whole('marks', values.marks, MOST_MARKS);
    const report = await benchMarking({ marks, seed }, progressBar(name));
    print(report, markingText(report));
    if (report.forged_accepted > 0) process.exitCode = 1;
    return;
  }
  if (name === 'search') {
    const patents = whole('patents', values.patents ?? String(DEFAULT_PATENTS), MOST_SEARCHED);
    const report = await benchSearch(patents, progressBar(name));
    return print(report, searchText(report));
  }
  if (name === 'sizes') {
    const report = await benchSizes(
      whole('patents', values.patents ?? String(DEFAULT_PATENTS), MOST_SEARCHED),
      progressBar(name),
    );
    return print(report, sizesText(report));
  }
  if (name === 'revalue') {
    const patents = whole('patents', values.patents ?? String(DEFAULT_VALUED), MOST_VALUED);
    const report = await benchRevalue(patents, progressBar(name));
    return print(report, revalueText(report));
  }
  if (name === 'incremental') {
    const patents = whole('patents', values.patents ?? String(DEFAULT_VALUED), MOST_VALUED);
    const report = await benchIncremental(patents, share(values.changed), progressBar(name));
    return print(report, incrementalText(report));
  }
  if (name === 'growth') {
    const most = whole('patents', values.patents ?? String(DEFAULT_GROWN), MOST_VALUED);
    const report = await benchGrowth(most, progressBar(name));
    return print(report, growthText(report));
  }
  if (name === 'history') {
    const patents = whole('patents', values.patents ?? String(DEFAULT_KEPT), MOST_VALUED);
    const report = await benchHistory(patents, progressBar(name));
    return print(report, historyText(report));
  }
  if (name === 'network') {
    const report = await benchNetwork(
      {
        clients: whole('clients', values.clients, MOST_OFFERS),
        offers: whole('offers', values.offers, MOST_OFFERS),
        patents: whole('patents', values.patents ?? String(DEFAULT_BESIDE), MOST_SEARCHED),
        seed,
      },
      progressBar(name),
    );
    return print(report, networkText(report));
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

function share(text: string): number {
  const value = Number(text);
  if (value >= 0.001 && value <= 1) return value;
  throw new UsageError(`--changed: "${text}" is no share from 0.001 to 1; give one, such as --changed 0.01.`);
}

function machine(): string {
  const memory_gb = Math.round(totalmem() / 2 ** 30);
  return `On ${availableParallelism()} cores of ${cpus()[0]?.model}, ${memory_gb} GB, Node ${process.versions.node}`;
}
