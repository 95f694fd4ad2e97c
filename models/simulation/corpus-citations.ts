/**
 * Which earlier inventions the first publication of a family cites: citations age, and go to the same field and the better.
 *
 *   D(L) = L e^(-L / b) / b^2, b = 2,930 days: a sum of two exponential lags. It is the law e^(-b1 L) (1 - e^(-b2 L)) of
 *   Hall, Jaffe and Trajtenberg for small b2, and has both the mean and the median of the citations of 2015 (US patents:
 *   5,861 and 4,941 days): mean 2 b = 5,860, median 1.678 b = 4,918.
 * The number of references is lognormal, median 4, log sd .9, ours. The cited one is, of six inventions published near the
 * day asked for, that with the largest quality, two more for the same field: so few have many citations. Where the lag leads
 * before the corpus, or nothing near that day was public, an older document is cited.
 * Source: Caballero and Jaffe 1993; Hall, Jaffe and Trajtenberg 2001; lags of patentworld. Units: days. Errors: none.
 * Worked: both uniform draws .5: lag 2 x 2,930 x .6931 = 4,062 days.
 */
import { filedShare } from './corpus-filings.ts';
import { type CorpusWorld, type Invention, traitsAt } from './corpus-inventions.ts';
import { streamOf } from './corpus-stream.ts';
import { type Random, standardNormal, uniform, wholeNumber } from './draws.ts';

const LAG_SCALE_days = 2930;
const MEDIAN_REFERENCES = 4;
const REFERENCES_LOG_SD = 0.9;
const MOST_REFERENCES = 200;
const CANDIDATES = 6;
const SAME_FIELD_BONUS = 2;
/** Middle lag from first filing to publication. */
const TO_PUBLICATION_days = 450;
/** Candidates are first filed within so many days of the day asked for. */
const NEAR_days = 90;

export interface CorpusCitation {
  /** Number of the cited invention; null: a document from before the corpus. */
  cited: number | null;
  lag_days: number;
}

export function citationsOf(world: CorpusWorld, citing: Invention): CorpusCitation[] {
  const random = streamOf(world.seed, 'citations', citing.number);
  const drawn = Math.round(MEDIAN_REFERENCES * Math.exp(REFERENCES_LOG_SD * standardNormal(random)));
  const found = new Map<number, CorpusCitation>();
  for (let left = Math.min(MOST_REFERENCES, drawn); left > 0; left--) {
    const lag_days = Math.ceil(drawLag_days(random));
    const citation = citedNear(world, citing, lag_days, random) ?? { cited: null, lag_days };
    // Cited twice counts once.
    found.set(citation.cited ?? -left, citation);
  }
  return [...found.values()];
}

export function drawLag_days(random: Random): number {
  return -LAG_SCALE_days * (Math.log(uniform(random)) + Math.log(uniform(random)));
}

function citedNear(
  world: CorpusWorld,
  citing: Invention,
  lag_days: number,
  random: Random,
): CorpusCitation | null {
  const first_filed_day = citing.published_day - lag_days - TO_PUBLICATION_days;
  if (first_filed_day < NEAR_days) return null;
  const first = Math.floor(world.inventions * filedShare(first_filed_day - NEAR_days));
  const last = Math.min(
    citing.number - 1,
    Math.floor(world.inventions * filedShare(first_filed_day + NEAR_days)),
  );
  let best: { number: number; score: number; published_day: number } | null = null;
  for (let candidate = 0; candidate < CANDIDATES && first <= last; candidate++) {
    const number = wholeNumber(first, last, random);
    const { field, quality, published_day } = traitsAt(world, number);
    const score = quality + (field === citing.field ? SAME_FIELD_BONUS : 0);
    if (published_day < citing.published_day && score > (best?.score ?? -Infinity))
      best = { number, score, published_day };
  }
  return best && { cited: best.number, lag_days: citing.published_day - best.published_day };
}
