/**
 * How well prior art is found: judged drafts against patents that were written for it, among the bundled Chinese applications,
 * which share classes with some and have no texts. Beside it the same database asked by plain text: the words of the title in
 * the product's own text search, any of them; and the words of the whole draft without classes and citations.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { reciprocalRanks } from '../../models/metrics/reciprocal-rank.ts';
import type { Database } from '../../src/db/client.ts';
import { StartupError } from '../../src/errors.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import { type AcceptedRecord, patentRecord } from '../../src/patents/sources/record.ts';
import { findPatents } from '../../src/search/find.ts';
import { priorArt } from '../../src/search/prior-art.ts';

export const JUDGED = fileURLToPath(new URL('../../data/judged_prior_art.json', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../data/cn_patents.csv', import.meta.url));
const KNOWN_AT = new Date('2024-01-01T00:00:00Z');
/** Documents looked at for each draft; one that comes later counts as not found. */
const DEPTH = 100;
/** As the product's own search takes. */
const MAX_QUERY_CHARS = 300;

/** Name, title, abstract, classes and the name of the one that it cites, or nothing. */
type JudgedPatent = [string, string, string, string, string];

interface JudgedDraft {
  name: string;
  language: 'en' | 'zh';
  title: string;
  abstract: string;
  claims: string;
  classes: string[];
  cited: string[];
  relevant: string[];
}

export interface Judged {
  patents: JudgedPatent[];
  /** Not relevant to any draft, and near to some. */
  rivals: JudgedPatent[];
  drafts: JudgedDraft[];
}

const METHODS = ['prior_art', 'plain_text', 'words_of_draft'] as const;
type Method = (typeof METHODS)[number];

export interface PriorArtReport {
  drafts: number;
  judged_patents: number;
  documents: number;
  /** Of the first relevant document of each draft. */
  mean_reciprocal_rank: Record<Method, number>;
  /** Of every relevant document. */
  mean_reciprocal_rank_of_each: Record<Method, number>;
  /** The first, by language of the draft. */
  by_language: Record<string, Record<Method, number> & { drafts: number }>;
  /** Drafts for which prior art did better, as well and worse than plain text. */
  against_plain_text: { better: number; equal: number; worse: number };
}

/** @throws StartupError for a file that cannot be read, or names what is not in it */
export async function readJudged(file: string): Promise<Judged> {
  const { patents, rivals, drafts } = await readJson(file);
  if (![patents, rivals, drafts].every(Array.isArray) || drafts.length === 0)
    throw new StartupError(
      `${file} needs the lists patents, rivals and drafts, as data/judged_prior_art.json has.`,
    );
  const known = new Set([...patents, ...rivals].map(([name]) => name));
  for (const { name, relevant, cited } of drafts) {
    const unknown = [...relevant, ...cited].find((each) => !known.has(each));
    if (unknown !== undefined || relevant.length === 0)
      throw new StartupError(
        `${file}: draft ${name} needs at least one relevant patent, and names only patents of the file (${unknown ?? 'none is named'}).`,
      );
  }
  return { patents, rivals, drafts };
}

async function readJson(file: string): Promise<Judged> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Judged;
  } catch (error) {
    throw new StartupError(`--data: ${file} cannot be read as JSON (${(error as Error).message}).`);
  }
}

/** @param database migrated and empty */
export async function backtestPriorArt(
  database: Database,
  { patents, rivals, drafts }: Judged,
  onDraft: (done: number) => void,
): Promise<PriorArtReport> {
  const all = [...patents, ...rivals];
  const places = new Map(all.map(([name], place) => [name, place]));
  const numberOf = (name: string) => numberAt(places.get(name)!);
  await ingestRecords(
    database,
    { id: cnSample.id, name: 'bundled' },
    cnSample.read(createReadStream(SAMPLE)),
    KNOWN_AT,
  );
  await ingestRecords(
    database,
    { id: 'judged', name: 'judged' },
    all.map((one, place) => recordOf(one, place, numberOf)),
    KNOWN_AT,
  );
  await deriveChanged(database, KNOWN_AT);
  const ranks: { draft: JudgedDraft; of: Record<Method, ReturnType<typeof reciprocalRanks>> }[] = [];
  for (const [place, draft] of drafts.entries()) {
    const relevant = new Set(draft.relevant.map((name) => patentId('EP', `2000${numberOf(name)}`)));
    const lists = await listsFor(database, draft, numberOf);
    const of = Object.fromEntries(
      METHODS.map((method) => [method, reciprocalRanks(lists[method], relevant)]),
    );
    ranks.push({ draft, of: of as Record<Method, ReturnType<typeof reciprocalRanks>> });
    onDraft((place + 1) / drafts.length);
  }
  const [counted] = await database.sql<
    { documents: number }[]
  >`select count(*) as documents from patent_search`;
  const mean = (over: typeof ranks, which: 'first' | 'each') =>
    Object.fromEntries(
      METHODS.map((method) => [
        method,
        over.reduce((sum, { of }) => sum + of[method][which], 0) / over.length,
      ]),
    ) as Record<Method, number>;
  const languages = Map.groupBy(ranks, ({ draft }) => draft.language);
  const sign = (way: number) =>
    ranks.filter(({ of }) => Math.sign(of.prior_art.first - of.plain_text.first) === way).length;
  return {
    drafts: drafts.length,
    judged_patents: all.length,
    documents: counted!.documents,
    mean_reciprocal_rank: mean(ranks, 'first'),
    mean_reciprocal_rank_of_each: mean(ranks, 'each'),
    by_language: Object.fromEntries(
      [...languages].map(([language, own]) => [language, { drafts: own.length, ...mean(own, 'first') }]),
    ),
    against_plain_text: { better: sign(1), equal: sign(0), worse: sign(-1) },
  };
}

function numberAt(place: number): string {
  return String(1_000_000 + place);
}

/** Filed one a day from 2001-01-01 on. */
function recordOf(
  [name, title, abstract, classes, cited]: JudgedPatent,
  place: number,
  numberOf: (name: string) => string,
): AcceptedRecord {
  const day = new Date(Date.UTC(2001, 0, 1 + place)).toISOString().slice(0, 10);
  const number = numberOf(name);
  const nothing = { cited_application: null, cited_reference: null, phase: null, by: null };
  return {
    ok: true,
    line: place + 1,
    patent: patentRecord({
      office: 'EP',
      application_number: `2000${number}`,
      right_type: 'invention',
      title,
      ipc: classes.split(' '),
      filed_on: day,
    }),
    signals: [],
    publication: { office: 'EP', number, kind: 'A1', published_on: '2003-01-01' },
    citations:
      cited === ''
        ? []
        : [
            {
              cited: { office: 'EP', number: numberOf(cited), kind: 'A1' },
              ...nothing,
              literature: false,
              categories: [],
            },
          ],
    texts: [{ part: 'abstract', language: null, text: abstract }],
  };
}

async function listsFor(
  { sql }: Database,
  { title, abstract, claims, classes, cited }: JudgedDraft,
  numberOf: (name: string) => string,
): Promise<Record<Method, string[]>> {
  const draft = { title, abstract, claims, filed_before: null };
  const numbers = cited.map((name) => `P EP ${numberOf(name)}`);
  const ids = (found: readonly { patent_id: string }[]) => found.map(({ patent_id }) => patent_id);
  const words = await priorArt(sql, { ...draft, classes: [], cited: [] }, DEPTH);
  const by_words = words
    .filter(({ ranks }) => ranks.text !== null)
    .sort((a, b) => a.ranks.text! - b.ranks.text!);
  return {
    prior_art: ids(await priorArt(sql, { ...draft, classes, cited: numbers }, DEPTH)),
    plain_text: ids(await findPatents(sql, { q: anyWordOf(title) }, 'rank', DEPTH, null)),
    words_of_draft: ids(by_words),
  };
}

/** The question that a person would type: the words of the title, any of them. A run of Chinese is asked by its pairs. */
function anyWordOf(title: string): string {
  const words = title.match(/\p{Script=Han}+|[\p{L}\p{N}]+/gu) ?? [];
  const asked = words.flatMap((word) =>
    /\p{Script=Han}/u.test(word) && word.length > 2
      ? Array.from({ length: word.length - 1 }, (_, place) => word.slice(place, place + 2))
      : [word],
  );
  return asked.join(' or ').slice(0, MAX_QUERY_CHARS).replace(/ or?$/, '');
}

const CELL_WIDTH = 16;

export function priorArtText(report: PriorArtReport): string {
  const row = (name: string, of: Record<Method, number>) =>
    `${name.padEnd(28)}${METHODS.map((method) => of[method].toFixed(3).padStart(CELL_WIDTH)).join('')}`;
  const { better, equal, worse } = report.against_plain_text;
  return `${[
    `${report.drafts} judged drafts, ${report.judged_patents} patents written for them among ${report.documents} documents`,
    '',
    `${'mean reciprocal rank'.padEnd(28)}${METHODS.map((method) => method.padStart(CELL_WIDTH)).join('')}`,
    row('of the first relevant', report.mean_reciprocal_rank),
    row('of each relevant', report.mean_reciprocal_rank_of_each),
    ...Object.entries(report.by_language).map(([language, of]) =>
      row(`of the first, ${of.drafts} drafts ${language}`, of),
    ),
    '',
    `against plain text: ${better} drafts better, ${equal} equal, ${worse} worse`,
  ].join('\n')}\n`;
}
