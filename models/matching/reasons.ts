/**
 * Why an offer may meet a need: reasons from 0 to 1, each by itself, and the strength that they come to together.
 *
 *   strength = 1 / (1 + exp -(a + sum w_k x_k)): the chance, as far as is known, that an introduction comes to something
 *   words         information of the need's words that the offer has, of that of its twelve most telling ones (BM25, tf = 1)
 *   field         1 where a WIPO field is shared, 0 where none is
 *   region        1 - steps / 3 (regions.ts)
 *   availability  share of the need's days in which the offer stands
 *   budget        1 where price and budget meet, 0 where they do not
 *   outcomes      what became of introductions like it (outcomes.ts)
 * What one side does not say is UNSAID, in the middle: it speaks neither for nor against.
 * Source: BM25 of Robertson and Zaragoza 2009 [M]; the weights before anything was learnt are judgement: words weigh as
 * much as all others together, and what is near and shares six tenths of the words comes to something as often as is usual. Errors: FormulaFailure `out_of_range`.
 * Worked: words 0.6, field, region and availability 1, budget not said, outcomes 0.3: 1 / (1 + exp (11.5 - 10.65)) = 0.299.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { logistic } from '../lapse/logit.ts';
import { FARTHEST, regionDistance } from './regions.ts';

export const REASONS = ['words', 'field', 'region', 'availability', 'budget', 'outcomes'] as const;
export type Reason = (typeof REASONS)[number];
export type Reasons = Readonly<Record<Reason, number>>;

export interface Weights {
  constant: number;
  of: Reasons;
}

export const PRIOR_WEIGHTS: Weights = {
  constant: -11.5,
  of: { words: 8, field: 2, region: 1.5, availability: 1, budget: 1.5, outcomes: 2 },
};

export const UNSAID = 0.5;

const BM25_SATURATION = 1.2;
const BM25_LENGTH = 0.75;
/** Different words of an offer of middling length. */
const PIVOT_WORDS = 60;
/** Words of a need that tell what it is about; more of them in an offer make it no better. */
export const TELLING_WORDS = 12;

/** Information of a word in nats, by how many of all offers have it. */
export function information(having: number, all: number): number {
  requireBetween('offers with the word', having, 0, Number.MAX_SAFE_INTEGER);
  return Math.log1p((Math.max(all, having) - having + 0.5) / (having + 0.5));
}

/** What the words of an offer count less by being many. */
export function lengthFactor(different_words: number): number {
  const length = 1 - BM25_LENGTH + (BM25_LENGTH * different_words) / PIVOT_WORDS;
  return (BM25_SATURATION + 1) / (1 + BM25_SATURATION * length);
}

export interface Period {
  from: string | null;
  until: string | null;
}

export interface Money {
  least_minor: number | null;
  most_minor: number | null;
  currency: string | null;
}

export function wordsReason(score: number, telling: number): number {
  return telling > 0 ? Math.min(1, Math.max(0, score) / telling) : 0;
}

export function fieldReason(need: readonly number[], offer: readonly number[]): number {
  if (need.length === 0 || offer.length === 0) return UNSAID;
  return need.some((field) => offer.includes(field)) ? 1 : 0;
}

export function regionReason(need: string | null, offer: string | null): number {
  return need === null || offer === null ? UNSAID : 1 - regionDistance(need, offer) / FARTHEST;
}

const DAY_ms = 86_400_000;

export function availabilityReason(term: { from: string; until: string }, offer: Period): number {
  const day = (text: string) => Date.parse(text) / DAY_ms;
  const [first, last] = [day(term.from), day(term.until)];
  if (last < first)
    throw new FormulaFailure('out_of_range', `The term ends on ${term.until}, before ${term.from}.`);
  const from = offer.from === null ? first : Math.max(first, day(offer.from));
  const until = offer.until === null ? last : Math.min(last, day(offer.until));
  return Math.max(0, until - from + 1) / (last - first + 1);
}

export function budgetReason(budget: Money, price: Money): number {
  const says = (money: Money) => money.least_minor !== null || money.most_minor !== null;
  if (!says(budget) || !says(price) || budget.currency !== price.currency) return UNSAID;
  const above = (price.least_minor ?? 0) > (budget.most_minor ?? Number.POSITIVE_INFINITY);
  const below = (price.most_minor ?? Number.POSITIVE_INFINITY) < (budget.least_minor ?? 0);
  return above || below ? 0 : 1;
}

export function strength(reasons: Reasons, weights: Weights = PRIOR_WEIGHTS): number {
  const sum = REASONS.reduce(
    (total, reason) => total + weights.of[reason] * requireBetween(reason, reasons[reason], 0, 1),
    weights.constant,
  );
  return logistic(sum);
}
