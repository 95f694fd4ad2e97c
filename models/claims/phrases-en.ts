/** Noun phrases of English claims, by their determiners: what a text introduces and what it takes as introduced. */
import { endsPhrase, FILLERS, isDeterminer, isFunction, isVerbLike, QUANTIFIERS } from './lexicon-en.ts';
import { singular, type Token } from './words.ts';

export interface Phrase {
  is_definite: boolean;
  /** Without determiner. */
  is_bare: boolean;
  /** Places among the tokens: determiner, first word, after the last word. */
  at: number;
  from: number;
  to: number;
  /** Singular, lower case, hyphens parted; fillers and quantifiers left out. */
  words: string[];
  /** How many of the words may stand alone, where a verb may have run in behind them; the longest first. */
  readings: number[];
  /** End of the shortest reading. */
  surest_end: number;
  start: number;
  end: number;
}

const DEFINITE = new Set(['the', 'said']);
/** Bare nouns may follow these without determiner. */
const BARE_AFTER = new Set([
  ...['comprising', 'comprises', 'including', 'includes', 'containing', 'contains', 'having', 'of', 'with'],
]);
const LONGEST_words = 8;

export function phrasesOf(tokens: readonly Token[]): Phrase[] {
  const phrases: Phrase[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { lower } = tokens[at]!;
    const is_definite = DEFINITE.has(lower);
    if (!isDeterminer(lower) && !startsBare(tokens, at)) continue;
    const phrase = phraseAt(tokens, at, is_definite);
    if (phrase) phrases.push(phrase);
  }
  return phrases;
}

function startsBare(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1]?.lower ?? '';
  return BARE_AFTER.has(tokens[at]!.lower) && !isDeterminer(next) && !isVerbLike(next);
}

function phraseAt(tokens: readonly Token[], at: number, is_definite: boolean): Phrase | null {
  const from = afterQuantifiers(tokens, at + 1);
  const read: { word: string; surface: string; end: number }[] = [];
  let to = from;
  for (; to < tokens.length && to - from < LONGEST_words; to++) {
    const { lower, is_word, end } = tokens[to]!;
    if (!is_word || isFunction(lower)) break;
    if (to > from && endsPhrase(lower, wordAt(tokens, to + 1))) break;
    const pieces = lower.split('-').filter(Boolean);
    read.push(...pieces.map((surface) => ({ word: singular(surface), surface, end })));
  }
  const kept = read.filter(({ word }, index) => index === read.length - 1 || !FILLERS.has(word));
  if (kept.length === 0) return null;
  const readings = readingsOf(kept.map(({ surface }) => surface));
  return {
    is_definite,
    is_bare: !isDeterminer(tokens[at]!.lower),
    at,
    from,
    to,
    words: kept.map(({ word }) => word),
    readings,
    surest_end: kept[readings.at(-1)! - 1]!.end,
    start: tokens[at]!.start,
    end: tokens[to - 1]!.end,
  };
}

/** Skips `at least one of the`, `plurality of` and the like, but not a quantity that is itself the noun. */
function afterQuantifiers(tokens: readonly Token[], from: number): number {
  let at = from;
  for (;;) {
    const lower = tokens[at]?.lower ?? '';
    const is_quantity = QUANTIFIERS.has(lower) || DEFINITE.has(lower) || /^\d/.test(lower);
    if (!is_quantity) return at;
    const next = tokens[at + 1]?.lower ?? '';
    // `the set screw`, `the number of turns`: a noun, or part of one.
    if (/^(?:number|set|group|pair|series|array)$/.test(lower) && next !== 'of') return at;
    if (/^(?:number|group)$/.test(lower)) return at;
    if (lower === 'array') return at;
    at++;
  }
}

function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.is_word ? token.lower : '';
}

/** `rotor rotates` may be a rotor that rotates; `rotor drive` is none that drives, for it would have an s. */
function readingsOf(surfaces: readonly string[]): number[] {
  const readings = [surfaces.length];
  for (let end = surfaces.length - 1; end >= 1; end--) {
    const [before, word] = [surfaces[end - 1]!, surfaces[end]!];
    const is_third_person = /[^sui]s$/.test(word);
    const is_base = isVerbLike(word) && !/(?:ed|ing|ly)$/.test(word);
    if (is_third_person || (isVerbLike(word) && (!is_base || before.endsWith('s')))) readings.push(end);
  }
  return readings;
}
