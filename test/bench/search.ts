/**
 * `npm run bench -- search`: how long questions take over a made corpus, over HTTP, with the rows that the product derives.
 * Questions are drawn from the corpus itself, so words and owners are asked for as often as they are common.
 */
import pino from 'pino';
import { corpusNumber, corpusRecords } from '../../jobs/corpus/records.ts';
import { mulberry32 } from '../../models/random.ts';
import { type CorpusWorld, corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import { ownerRank } from '../../models/simulation/corpus-owners.ts';
import { corpusFamily } from '../../models/simulation/corpus-patents.ts';
import { ownerName, textsOf } from '../../models/simulation/corpus-texts.ts';
import { chance, type Random, wholeNumber } from '../../models/simulation/draws.ts';
import { createOrganisation, issueKey } from '../../src/accounts/store.ts';
import { buildApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/client.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import type { AcceptedRecord } from '../../src/patents/sources/record.ts';
import { createVault, newMasterKey } from '../../src/secrets/vault.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import type { OnProgress } from '../chaos/run.ts';
import { UNHURRIED } from '../service.ts';
import { openStore } from './field.ts';
import { quantile, rounded } from './figures.ts';

interface Times {
  p50_ms: number;
  p99_ms: number;
  questions: number;
  /** Questions that found nothing. */
  empty: number;
}

export interface SearchReport {
  patents: number;
  ingest_per_second: number;
  /** With all that is derived, by one worker. */
  derive_per_second: number;
  database_mb: number;
  number: Times;
  owner: Times;
  text: Times;
  prior_art: Times;
}

export const DEFAULT_PATENTS = 100_000;
export const MOST_SEARCHED = 2_000_000;

const SEED = 1;
const QUESTIONS = 500;
const WARMING = 100;
/** An initial load may analyse and vacuum for longer than any question may take. */
const PATIENCE_ms = 1_800_000;

interface Question {
  method: 'GET' | 'POST';
  url: string;
  body?: object;
}

type Ask = (question: Question) => Promise<number>;

const KINDS = ['number', 'owner', 'text', 'prior_art'] as const;

export async function benchSearch(patents: number, on_progress: OnProgress): Promise<SearchReport> {
  const store = await openStore();
  const database = store.database.sibling({ statement_timeout_ms: PATIENCE_ms });
  try {
    const world = corpusWorld(SEED, patents);
    const ingest_seconds = await timed(() => ingestCorpus(database, world, on_progress));
    const derive_seconds = await timed(() => derive(database, patents, on_progress));
    // What autovacuum does in its own time.
    await database.sql`vacuum analyze`;
    const times = await askAll(store.database, world, on_progress);
    const [size] = await database.sql<
      { bytes: number }[]
    >`select pg_database_size(current_database()) as bytes`;
    return {
      patents,
      ingest_per_second: Math.round(patents / ingest_seconds),
      derive_per_second: Math.round(patents / derive_seconds),
      database_mb: Math.round(size!.bytes / 1e6),
      ...times,
    };
  } finally {
    await database.close();
    await store.close();
  }
}

type Kind = (typeof KINDS)[number];

async function askAll(database: Database, world: CorpusWorld, on_progress: OnProgress) {
  const { ask, close } = await openService(database);
  const times: Partial<Record<Kind, Times>> = {};
  try {
    for (const [position, kind] of KINDS.entries()) {
      times[kind] = await measured(ask, (random) => QUESTION[kind](world, random));
      on_progress(`${kind} asked`, 0.8 + (0.2 * (position + 1)) / KINDS.length);
    }
  } finally {
    await close();
  }
  return times as Record<Kind, Times>;
}

/** Patents with texts, owners, classes, citations and signals, which `derive` then makes findable. */
export async function ingestCorpus(
  database: Database,
  world: CorpusWorld,
  on_progress: OnProgress,
): Promise<void> {
  await ingestRecords(database, { id: 'corpus', name: 'bench' }, counted(world, on_progress), new Date());
}

function* counted(world: CorpusWorld, on_progress: OnProgress): Generator<AcceptedRecord> {
  for (const record of corpusRecords(world)) {
    if (record.line % 5_000 === 0)
      on_progress(`${record.line} patents ingested`, (0.4 * record.line) / world.patents);
    yield record;
  }
}

export async function derive(database: Database, patents: number, on_progress: OnProgress): Promise<void> {
  const derived = await deriveChanged(database, new Date());
  if (derived < patents * 0.99) throw new Error(`Of ${patents} patents only ${derived} have a search row.`);
  on_progress('search rows derived', 0.8);
}

/** The service on a free port, as a client in another process would meet it. */
async function openService(database: Database) {
  const key = await database.transaction(async (tx) => {
    const bank = await createOrganisation(
      tx,
      { kind: 'bank', name: 'A bank', demonstration: true },
      new Date(),
    );
    return (await issueKey(tx, bank.id, 'bench', new Date())).key;
  });
  const guard = createAddressGuard({ allowed_hosts: [] });
  const service = {
    database,
    system: database,
    vault: createVault(database, newMasterKey()),
    clock: systemClock,
    guard,
    calendar: null,
    onNews: () => undefined,
  };
  const log = pino({ level: 'silent' });
  const app = await buildApp({ service, log, version: '0.0.0', http: UNHURRIED });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const ask: Ask = async ({ method, url, body }) => {
    const answer = await fetch(address + url, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    return (JSON.parse(text) as { data: unknown[] }).data.length;
  };
  return { ask, close: () => app.close() };
}

async function measured(ask: Ask, draw: (random: Random) => Question): Promise<Times> {
  const random = mulberry32(SEED);
  for (let n = 0; n < WARMING; n++) await ask(draw(random));
  const took: number[] = [];
  let empty = 0;
  for (let n = 0; n < QUESTIONS; n++) {
    const question = draw(random);
    const started_ms = performance.now();
    if ((await ask(question)) === 0) empty++;
    took.push(performance.now() - started_ms);
  }
  const share = (of: number) => rounded(quantile(took, of), 1);
  return { p50_ms: share(0.5), p99_ms: share(0.99), questions: QUESTIONS, empty };
}

const QUESTION: Record<Kind, (world: CorpusWorld, random: Random) => Question> = {
  number: (world, random) => {
    const { office, invention, filed_day } = drawApplication(world, random);
    const number = corpusNumber(office, invention, filed_day);
    const written = chance(0.5, random) ? `${office}-${number}-A` : `${office}${number}`;
    return listOf({ number: written });
  },
  // By their patents, so that the largest owners are asked for most.
  owner: (world, random) => listOf({ owner: ownerName(ownerRank(world.inventions, random())) }),
  // Two to four words that stand together, without the small ones more often than with them.
  text: (world, random) => {
    const texts = textsOf(world.seed, drawApplication(world, random));
    const { title, language } = texts[wholeNumber(0, texts.length - 1, random)]!;
    const words = language === 'en' ? title.split(' ') : [...title];
    const length = language === 'en' ? wholeNumber(2, 3, random) : wholeNumber(2, 6, random);
    const first = wholeNumber(0, Math.max(0, words.length - length), random);
    return listOf({ q: words.slice(first, first + length).join(language === 'en' ? ' ' : '') });
  },
  prior_art: (world, random) => {
    const told = drawApplication(world, random);
    const texts = textsOf(world.seed, told);
    const { title, abstract } = texts[wholeNumber(0, texts.length - 1, random)]!;
    return { method: 'POST', url: '/v1/prior-art', body: { title, abstract, classes: told.ipc } };
  },
};

function listOf(asked: Record<string, string>): Question {
  return { method: 'GET', url: `/v1/patents?${new URLSearchParams(asked)}` };
}

/** The first application of any family; the last families may be cut off. */
function drawApplication(world: CorpusWorld, random: Random) {
  const told = corpusFamily(world, wholeNumber(0, Math.floor(world.inventions * 0.9), random));
  return told[wholeNumber(0, told.length - 1, random)]!;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started_ms = performance.now();
  await work();
  return (performance.now() - started_ms) / 1000;
}

export function searchText(report: SearchReport): string {
  const line = (name: string, { p50_ms, p99_ms, questions, empty }: Times) =>
    `${name.padEnd(10)}${p50_ms} ms in the middle, ${p99_ms} ms at 99 of 100; ${questions} questions, ${empty} found nothing`;
  return [
    `Corpus    ${report.patents} patents, ${report.database_mb} MB; ${report.ingest_per_second} a second ingested, ${report.derive_per_second} a second made findable`,
    line('Number', report.number),
    line('Owner', report.owner),
    line('Text', report.text),
    line('Prior art', report.prior_art),
    '',
  ].join('\n');
}
