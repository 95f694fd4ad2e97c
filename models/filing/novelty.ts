/**
 * The novelty matrix: features of claims against passages of documents, by the words that they share.
 *
 *   similarity(feature, passage) = sum of idf of the feature's words that the passage has / sum of idf of the feature's words
 *   cell = the most similar passage of the document; disclosed from 0.75 on, partly from 0.4 on, else not found
 * It counts words and understands nothing: a passage may say the same in other words, or other things in the same. The two
 * thresholds are set by hand and were not fitted to judgements of examiners. A document with no passage in the script of the
 * feature is not compared, which is no sign of novelty.
 * Domain: idf > 0 for every word. Errors: none; a feature without words is not compared.
 * Worked: a feature of words with idf 1, 2 and 3 against a passage that has the last two: 5 / 6 = 0.833, disclosed.
 */

export const DISCLOSED_FROM = 0.75;
export const PARTLY_FROM = 0.4;

export type Verdict = 'disclosed' | 'partly' | 'not_found' | 'not_compared';

/** Words as an index has them, each once, and the script they are mostly in. */
export interface Worded {
  words: readonly string[];
  script: Script;
}
export type Script = 'han' | 'other';

export interface Passage extends Worded {
  /** Place within the document, such as the first claim or the second sentence of the abstract. */
  place: { part: 'title' | 'abstract' | 'claims'; number: number };
  text: string;
}

export interface Cell {
  verdict: Verdict;
  /** 0 to 1, of the passage that is quoted; null where nothing was compared. */
  similarity: number | null;
  quote: string | null;
  place: Passage['place'] | null;
}

const NOT_COMPARED: Cell = { verdict: 'not_compared', similarity: null, quote: null, place: null };
const HAN = /\p{Script=Han}/gu;
const LETTER = /\p{L}/gu;

/** Han where at least half of the letters are. */
export function scriptOf(text: string): Script {
  const letters = text.match(LETTER)?.length ?? 0;
  return 2 * (text.match(HAN)?.length ?? 0) >= Math.max(1, letters) ? 'han' : 'other';
}

export function similarity(
  feature: readonly string[],
  passage: ReadonlySet<string>,
  idf: (word: string) => number,
): number {
  let all = 0;
  let shared = 0;
  for (const word of feature) {
    const weight = idf(word);
    all += weight;
    if (passage.has(word)) shared += weight;
  }
  return all === 0 ? 0 : shared / all;
}

/** The first of the most similar passages. */
export function cellOf(feature: Worded, passages: readonly Passage[], idf: (word: string) => number): Cell {
  if (feature.words.length === 0) return NOT_COMPARED;
  let best: Passage | null = null;
  let most = -1;
  for (const passage of passages) {
    if (passage.script !== feature.script) continue;
    const similar = similarity(feature.words, new Set(passage.words), idf);
    if (similar > most) [best, most] = [passage, similar];
  }
  if (best === null) return NOT_COMPARED;
  return {
    verdict: verdictOf(most),
    similarity: most,
    quote: most > 0 ? best.text : null,
    place: most > 0 ? best.place : null,
  };
}

function verdictOf(similar: number): Verdict {
  if (similar >= DISCLOSED_FROM) return 'disclosed';
  return similar >= PARTLY_FROM ? 'partly' : 'not_found';
}
