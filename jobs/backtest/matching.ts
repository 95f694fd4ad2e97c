/**
 * How high what meets a need stands among matches, beside a search for the need's text: needs and offers of a file, in an empty
 * database, asked as a member would ask. Judged are the offers that a person said meet the need.
 */
import { readFile } from 'node:fs/promises';
import { mean } from 'simple-statistics';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { type BootstrapInterval, pairedBootstrap } from '../../models/metrics/paired-bootstrap.ts';
import { reciprocalRanks } from '../../models/metrics/reciprocal-rank.ts';
import { createOrganisation } from '../../src/accounts/store.ts';
import { sha256 } from '../../src/canonical.ts';
import type { Database } from '../../src/db/client.ts';
import { StartupError } from '../../src/errors.ts';
import { candidatesOf, offersByWords, wordsOfNeed } from '../../src/network/matching/candidates.ts';
import { MAX_MATCHES, matchesOf } from '../../src/network/matching/match.ts';
import type { Need } from '../../src/network/needs/need.ts';
import { insertNeed } from '../../src/network/needs/need-store.ts';
import type { Offer } from '../../src/network/needs/offer.ts';
import { insertOffers } from '../../src/network/needs/offer-store.ts';
import { NeedBody, OfferBody } from '../../src/network/needs/schemas.ts';

/** What needs and offers of a file leave out. */
const TERM = { starts_on: '2026-01-01', ends_on: '2026-12-31' } as const;
const POSTED_AT = new Date('2026-01-01T00:00:00Z');
const POSTED_ON = '2026-01-01';

interface JudgedNeed extends Need {
  /** Ids of offers that meet it. */
  relevant: string[];
}

export interface JudgedSet {
  needs: JudgedNeed[];
  offers: Offer[];
}

export interface MatchingReport {
  seed: number;
  needs: number;
  offers: number;
  judged: number;
  /** Mean reciprocal rank of the first offer that meets the need. */
  mrr: number;
  /** Of a search for the words of the need. */
  mrr_text: number;
  /** Of the same among the offers that nothing in the need leaves out. */
  mrr_text_left_in: number;
  difference: BootstrapInterval;
}

/** @throws StartupError naming the file: it cannot be read, or holds something else */
export async function readJudgedNeeds(file: string): Promise<JudgedSet> {
  try {
    const { needs, offers } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const set = { needs: rowsOf('needs', needs, needOf), offers: rowsOf('offers', offers, offerOf) };
    const known = new Set(set.offers.map(({ id }) => id));
    for (const { id, relevant } of set.needs)
      if (!Array.isArray(relevant) || relevant.length === 0 || !relevant.every((each) => known.has(each)))
        throw new Error(`need ${id}: give in "relevant" the ids of one or more of the offers`);
    return set;
  } catch (error) {
    throw new StartupError(`${file}: ${(error as Error).message}`);
  }
}

type Row = Record<string, unknown> & { id: string };

function rowsOf<Read extends { id: string }>(name: string, rows: unknown, read: (row: Row) => Read): Read[] {
  if (!Array.isArray(rows) || rows.length === 0) throw new Error(`it has no list "${name}"`);
  const known = new Set<string>();
  return rows.map((row: Row, place) => {
    const { id } = row;
    if (typeof id !== 'string' || known.has(id))
      throw new Error(`${name}[${place}]: "id" is no text of its own`);
    known.add(id);
    return read(row);
  });
}

/** What the API takes, with what may be left out. @throws Error with the place that does not fit */
function given<Schema extends TSchema>(schema: Schema, id: string, said: object): Static<Schema> {
  const whole = Value.Default(schema, said);
  const [fault] = Value.Errors(schema, whole);
  if (fault) {
    const wrong = fault.keyword === 'boolean' ? 'there is no such field' : fault.message;
    throw new Error(`${id}${fault.instancePath}: ${wrong}`);
  }
  return whole as Static<Schema>;
}

const SHOWN = { state: 'open', display_name: 'somebody', posted_on: POSTED_ON } as const;

function needOf({ id, relevant, ...said }: Row): JudgedNeed {
  return { ...given(NeedBody, id, { ...TERM, ...said }), ...SHOWN, id, relevant: relevant as string[] };
}

function offerOf({ id, ...said }: Row): Offer {
  return { ...given(OfferBody, id, said), ...SHOWN, id, introductions_over: 0, introductions_came: 0 };
}

export async function backtestMatching(
  database: Database,
  { needs, offers }: JudgedSet,
  seed: number,
  on_progress: (text: string, share: number) => void,
): Promise<MatchingReport> {
  await post(database, { needs, offers });
  const ranks: { matching: number; text: number; text_left_in: number }[] = [];
  for (const [place, { relevant, ...need }] of needs.entries()) {
    const right = new Set(relevant);
    const { sql } = database;
    const words = await wordsOfNeed(sql, need.id);
    const found = (await offersByWords(sql, words)).map(({ id }) => id);
    const left_in = new Set((await candidatesOf(sql, need, words)).map(({ id }) => id));
    const matches = await matchesOf(sql, need, MAX_MATCHES);
    ranks.push({
      matching: reciprocalRanks(
        matches.flatMap(({ offer_id }) => offer_id ?? []),
        right,
      ).first,
      text: reciprocalRanks(found.slice(0, MAX_MATCHES), right).first,
      text_left_in: reciprocalRanks(found.filter((id) => left_in.has(id)).slice(0, MAX_MATCHES), right).first,
    });
    on_progress(`${place + 1} of ${needs.length} needs`, (place + 1) / needs.length);
  }
  const rounded = (of: readonly number[]) => Math.round(mean([...of]) * 10_000) / 10_000;
  const difference = (drawn: readonly number[]) =>
    mean(drawn.map((place) => ranks[place]!.matching - ranks[place]!.text));
  return {
    seed,
    needs: needs.length,
    offers: offers.length,
    judged: needs.reduce((sum, { relevant }) => sum + relevant.length, 0),
    mrr: rounded(ranks.map(({ matching }) => matching)),
    mrr_text: rounded(ranks.map(({ text }) => text)),
    mrr_text_left_in: rounded(ranks.map(({ text_left_in }) => text_left_in)),
    difference: pairedBootstrap(ranks.length, difference, seed),
  };
}

/** All needs of one organisation and all offers of another. */
async function post(database: Database, { needs, offers }: JudgedSet): Promise<void> {
  await database.transaction(async (tx) => {
    const organisation = async (name: string) =>
      (await createOrganisation(tx, { kind: 'firm', name, demonstration: true }, POSTED_AT)).id;
    const [asker, owner] = [await organisation('asker'), await organisation('owner')];
    const posted = (organisation_id: string, id: string) => ({
      organisation_id,
      fingerprint: sha256(id),
      posted_at: POSTED_AT,
    });
    for (const { relevant: _, ...need } of needs) await insertNeed(tx, need, posted(asker, need.id));
    await insertOffers(
      tx,
      offers.map((offer) => ({ offer, owner: { ...posted(owner, offer.id), source_id: null } })),
    );
  });
}

export function matchingText({
  needs,
  offers,
  judged,
  mrr,
  mrr_text,
  mrr_text_left_in,
  difference,
}: MatchingReport): string {
  const { estimate, low, high, seed } = difference;
  const three = (value: number) => value.toFixed(3);
  return [
    `${needs} needs, ${offers} offers, of which ${judged} meet a need`,
    '',
    'Mean reciprocal rank of the first offer that meets the need',
    `  matching                            ${three(mrr)}`,
    `  search for the text                 ${three(mrr_text)}`,
    `  the same, of offers not left out    ${three(mrr_text_left_in)}`,
    `Matching less search for the text: ${three(estimate)}, 95 % from ${three(low)} to ${three(high)} (seed ${seed})`,
    '',
  ].join('\n');
}
