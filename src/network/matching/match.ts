/**
 * What may meet a need, best first, and why: offers of the network, and patents in force that nobody offers, which the patent
 * search finds by the need's words. How reasons are weighed stands in models/matching.
 */
import { type Outcomes, outcomesReason, pairOf } from '../../../models/matching/outcomes.ts';
import {
  availabilityReason,
  budgetReason,
  fieldReason,
  type Reasons,
  regionReason,
  strength,
  TELLING_WORDS,
  UNSAID,
  type Weights,
  wordsReason,
} from '../../../models/matching/reasons.ts';
import { leavesRegion } from '../../../models/matching/regions.ts';
import type { Sql } from '../../db/client.ts';
import { type FoundPatent, patentsById } from '../../search/find.ts';
import { priorArt } from '../../search/prior-art.ts';
import type { Need } from '../needs/need.ts';
import { type OfferKind, regionOfOffice } from '../needs/posting.ts';
import { type Candidate, candidatesOf, tellingOf, type Word, wordsOfNeed } from './candidates.ts';
import { latestLearnt } from './learnt.ts';

export const MAX_MATCHES = 50;
/** Patents that are compared; each costs what a search for prior art does. */
const MAX_PATENTS = 50;

export interface Match {
  kind: OfferKind;
  /** Null for a patent that nobody offers here. */
  offer_id: string | null;
  patent_id: string | null;
  title: string;
  /** Of whom it is, as it is shown: of a patent its owner on record. */
  display_name: string | null;
  region: string | null;
  fields: number[];
  strength: number;
  reasons: Reasons;
  /** Words that both have, the rarest first. */
  words: string[];
}

type Ranked = Omit<Match, 'title' | 'display_name'>;

/** @param limit at most MAX_MATCHES */
export async function matchesOf(sql: Sql, need: Need, limit: number): Promise<Match[]> {
  const [learnt, words] = await Promise.all([latestLearnt(sql), wordsOfNeed(sql, need.id)]);
  const [candidates, patents] = await Promise.all([
    candidatesOf(sql, need, words),
    patentsFor(sql, need, words, learnt),
  ]);
  const offers = candidates.map((each) => rankedOffer(need, words, each, learnt));
  const best = [...offers, ...patents.map(({ match }) => match)].sort(stronger).slice(0, limit);
  const shown = await shownOffers(
    sql,
    best.flatMap(({ offer_id }) => offer_id ?? []),
  );
  const found = new Map(patents.map(({ patent }) => [patent.patent_id, patent]));
  return best.map((match) => {
    const offer = match.offer_id === null ? undefined : shown.get(match.offer_id);
    const patent = match.patent_id === null ? undefined : found.get(match.patent_id);
    return {
      ...match,
      title: offer?.title ?? patent?.title ?? patent!.application_number,
      display_name: offer?.display_name ?? patent?.owners[0] ?? null,
    };
  });
}

/** Of one offer, whether it stands in the way of anything or not. Null where it does. */
export async function matchWith(sql: Sql, need: Need, offer_id: string): Promise<Ranked | null> {
  const words = await wordsOfNeed(sql, need.id);
  const [candidate] = await candidatesOf(sql, need, words, [offer_id]);
  return candidate ? rankedOffer(need, words, candidate, await latestLearnt(sql)) : null;
}

function stronger(a: Ranked, b: Ranked): number {
  return b.strength - a.strength || (keyOf(a) < keyOf(b) ? -1 : 1);
}

function keyOf({ offer_id, patent_id }: Ranked): string {
  return offer_id ?? patent_id!;
}

type Learnt = { weights: Weights; outcomes: Outcomes };

function rankedOffer(need: Need, words: readonly Word[], offer: Candidate, learnt: Learnt): Ranked {
  const { id, kind, region, fields } = offer;
  const reasons: Reasons = {
    words: wordsReason(offer.words, tellingOf(words)),
    field: fieldReason(need.fields, fields),
    region: regionReason(need.region, region),
    availability: availabilityReason({ from: need.starts_on, until: need.ends_on }, offer.available),
    budget: budgetReason(
      { least_minor: need.budget_min_minor, most_minor: need.budget_max_minor, currency: need.currency },
      offer.price,
    ),
    outcomes: outcomesReason(learnt.outcomes, pairOf(need.profile, kind), offer.tally),
  };
  const ranked = { kind, offer_id: id, patent_id: null, region, fields, words: offer.shared };
  return { ...ranked, reasons, strength: strength(reasons, learnt.weights) };
}

async function patentsFor(
  sql: Sql,
  need: Need,
  words: readonly Word[],
  learnt: Learnt,
): Promise<{ match: Ranked; patent: FoundPatent }[]> {
  if (need.kinds.length > 0 && !need.kinds.includes('patent')) return [];
  const telling = words.slice(0, TELLING_WORDS).map(({ lexeme }) => lexeme);
  const draft = { ...NO_DRAFT, title: need.title, abstract: telling.join(' ') || need.body };
  const nearest = await priorArt(sql, draft, MAX_PATENTS);
  const patents = await patentsById(
    sql,
    nearest.map(({ patent_id }) => patent_id),
  );
  return nearest.flatMap(({ patent_id, terms }) => {
    const patent = patents.get(patent_id);
    if (!patent || !mayBeUsed(need, patent)) return [];
    return [{ match: rankedPatent(need, patent, terms, learnt), patent }];
  });
}

function mayBeUsed(need: Need, { legal_state, office, field, expires_on }: FoundPatent): boolean {
  const excluded = field !== null && need.excluded_fields.includes(field);
  const ended = expires_on !== null && expires_on < need.starts_on;
  const { wanted_regions, excluded_regions } = need;
  return (
    legal_state === 'in_force' &&
    !excluded &&
    !ended &&
    leavesRegion(regionOfOffice(office), wanted_regions, excluded_regions)
  );
}

/** Asked for by its title and its most telling words: each word costs a look into every patent that is found. */
const NO_DRAFT = { claims: '', classes: [], cited: [], filed_before: null };

function rankedPatent(
  need: Need,
  { patent_id, office, field, expires_on }: FoundPatent,
  terms: readonly string[],
  { weights, outcomes }: Learnt,
): Ranked {
  const fields = field === null ? [] : [field];
  const region = regionOfOffice(office);
  const reasons: Reasons = {
    // Patents tell how many words are shared, the rarest first, and not what each tells here.
    words: wordsReason(terms.length, TELLING_WORDS),
    field: fieldReason(need.fields, fields),
    region: regionReason(need.region, region),
    availability: availabilityReason(
      { from: need.starts_on, until: need.ends_on },
      { from: null, until: expires_on },
    ),
    budget: UNSAID,
    outcomes: outcomesReason(outcomes, pairOf(need.profile, 'patent')),
  };
  return {
    kind: 'patent',
    offer_id: null,
    patent_id,
    region,
    fields,
    words: [...terms],
    reasons,
    strength: strength(reasons, weights),
  };
}

async function shownOffers(
  sql: Sql,
  ids: readonly string[],
): Promise<Map<string, { title: string; display_name: string }>> {
  const rows = await sql<{ id: string; title: string; display_name: string }[]>`
    select id, title, display_name from network_offer where id = any(${ids as string[]})`;
  return new Map(rows.map(({ id, ...shown }) => [id, shown]));
}
