/** A made network: clients, and what they offer and need, in three scripts. The same seed makes the same again. */

import { CHINESE_PROVINCES } from '../../models/matching/regions.ts';
import { mulberry32 } from '../../models/random.ts';
import { type CorpusWorld, corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import { corpusFamily } from '../../models/simulation/corpus-patents.ts';
import { ownerName, textsOf } from '../../models/simulation/corpus-texts.ts';
import { chance, type Random, wholeNumber } from '../../models/simulation/draws.ts';
import { createOrganisation } from '../../src/accounts/store.ts';
import { sha256 } from '../../src/canonical.ts';
import type { Database } from '../../src/db/client.ts';
import type { Need } from '../../src/network/needs/need.ts';
import { insertNeed } from '../../src/network/needs/need-store.ts';
import type { Offer } from '../../src/network/needs/offer.ts';
import { insertOffers } from '../../src/network/needs/offer-store.ts';
import type { OfferKind } from '../../src/network/needs/posting.ts';

export interface MadeNetwork {
  /** Ids of organisations, the clients of the desks. */
  clients: string[];
  /** Posted by the first of them, one each. */
  needs: { id: string; client_id: string }[];
}

const AT = new Date('2026-01-05T00:00:00Z');
const DAY = '2026-01-05';
const OFFERS_A_STEP = 2_000;
const MAX_TITLE_CHARS = 200;
const ELSEWHERE = ['RU-MOW', 'RU-SPE', 'RU-SVE', 'DE', 'US-CA', 'KR', 'GB'];
/** Nine desks, each of some provinces. */
export const DESKS = 9;
const KINDS: readonly OfferKind[] = ['technology', 'technology', 'technology', 'patent', 'agency', 'expert'];
const CYRILLIC = 'абцдефгхийклмнопкрстувжъыз';

export async function makeNetwork(
  database: Database,
  { clients, offers, needs, seed }: { clients: number; offers: number; needs: number; seed: number },
  on_progress: (text: string, share: number) => void,
): Promise<MadeNetwork> {
  const world = corpusWorld(seed, offers);
  const random = mulberry32(seed);
  const ids = await makeClients(database, clients);
  for (let first = 0; first < offers; first += OFFERS_A_STEP) {
    const count = Math.min(OFFERS_A_STEP, offers - first);
    const rows = Array.from({ length: count }, (_, at) => madeOffer(world, first + at, random));
    await database.transaction((tx) =>
      insertOffers(
        tx,
        rows.map((offer) => ({
          offer,
          owner: { ...ownedBy(ids[wholeNumber(0, clients - 1, random)]!, offer.id), source_id: null },
        })),
      ),
    );
    on_progress(`${first + count} offers`, (first + count) / offers);
  }
  const made = Array.from({ length: needs }, (_, at) => ({
    need: madeNeed(world, at, random),
    client_id: ids[at]!,
  }));
  for (const { need, client_id } of made)
    await database.transaction((tx) => insertNeed(tx, need, ownedBy(client_id, need.id)));
  return { clients: ids, needs: made.map(({ need, client_id }) => ({ id: need.id, client_id })) };
}

async function makeClients(database: Database, clients: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < clients)
    await database.transaction(async (tx) => {
      for (let n = 0; n < 1_000 && ids.length < clients; n++) {
        const name = ownerName(ids.length + 1);
        ids.push((await createOrganisation(tx, { kind: 'firm', name, demonstration: true }, AT)).id);
      }
    });
  return ids;
}

function ownedBy(organisation_id: string, id: string) {
  return { organisation_id, fingerprint: sha256(id), posted_at: AT };
}

/** What some application says, in English, in its own script, or in Cyrillic letters. */
function said(world: CorpusWorld, random: Random) {
  const family = corpusFamily(world, wholeNumber(0, Math.floor(world.inventions * 0.9), random));
  const told = family[0]!;
  const texts = textsOf(world.seed, told);
  const { title, abstract, language } = texts[wholeNumber(0, texts.length - 1, random)]!;
  const written = language === 'en' && chance(0.35, random) ? inCyrillic : (text: string) => text;
  return {
    field: told.invention.field.field,
    title: written(title).slice(0, MAX_TITLE_CHARS),
    body: written(abstract),
  };
}

function inCyrillic(text: string): string {
  return text.replace(/[a-z]/g, (letter) => CYRILLIC[letter.charCodeAt(0) - 97]!);
}

function place(random: Random): string {
  const among = chance(0.8, random) ? CHINESE_PROVINCES : ELSEWHERE;
  return among[wholeNumber(0, among.length - 1, random)]!;
}

const SHOWN = { display_name: 'A client', pseudonym_id: null, posted_on: DAY, state: 'open' } as const;

function madeOffer(world: CorpusWorld, number: number, random: Random): Offer {
  const { field, title, body } = said(world, random);
  const price = chance(0.4, random) ? wholeNumber(10, 3_000, random) * 1_000_000 : null;
  return {
    ...SHOWN,
    id: `off_${String(number).padStart(26, '0')}`,
    kind: KINDS[wholeNumber(0, KINDS.length - 1, random)]!,
    profile: 'firm',
    title,
    body,
    region: place(random),
    fields: [field],
    available_from: null,
    available_until: chance(0.3, random) ? '2026-09-30' : null,
    price_min_minor: price,
    price_max_minor: null,
    currency: price === null ? null : 'CNY',
    patent_ids: [],
    introductions_over: 0,
    introductions_came: 0,
  };
}

function madeNeed(world: CorpusWorld, number: number, random: Random): Need {
  const { field, title, body } = said(world, random);
  const limited = chance(0.4, random);
  return {
    ...SHOWN,
    id: `ned_${String(number).padStart(26, '0')}`,
    profile: 'firm',
    title,
    body,
    region: place(random),
    wanted_regions: [],
    excluded_regions: chance(0.2, random) ? ['US'] : [],
    fields: chance(0.8, random) ? [field] : [],
    excluded_fields: [],
    kinds: chance(0.3, random) ? ['technology', 'agency'] : [],
    starts_on: '2026-02-01',
    ends_on: '2026-12-31',
    budget_min_minor: null,
    budget_max_minor: limited ? wholeNumber(50, 2_000, random) * 1_000_000 : null,
    currency: limited ? 'CNY' : null,
  };
}
