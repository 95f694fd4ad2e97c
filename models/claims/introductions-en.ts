/** What one English claim introduces, and in which words, for claims after it to take up again. */
import { DISTINGUISHING, isDeterminer, isFunction, isVerbLike } from './lexicon-en.ts';
import type { Phrase } from './phrases-en.ts';
import { singular, stem, type Token } from './words.ts';

interface Mention {
  /** Place in the part. */
  start: number;
  /** Words before it that belong to it. */
  modifiers: ReadonlySet<string>;
}

export interface Introductions {
  by_word: ReadonlyMap<string, readonly Mention[]>;
  /** First place of each stem, definite phrases taken in. */
  stems: ReadonlyMap<string, number>;
}

/** How many words before a noun may modify it. */
const REACH_words = 6;

/**
 * @param heads words that end a phrase somewhere: before one of them a word only modifies
 */
export function introductionsOf(
  tokens: readonly Token[],
  phrases: readonly Phrase[],
  heads: ReadonlySet<string>,
): Introductions {
  const taken = new Set<number>();
  for (const { is_definite, from, to } of phrases)
    if (is_definite) for (let at = from; at < to; at++) taken.add(at);
  const by_word = new Map<string, Mention[]>();
  const stems = new Map<string, number>();
  for (const [at, { lower, is_word, start }] of tokens.entries()) {
    if (!is_word) continue;
    for (const piece of lower.split('-')) {
      const root = stem(piece);
      if (!stems.has(root)) stems.set(root, start);
    }
    if (taken.has(at) || isFunction(lower) || modifiesNext(tokens, at, heads)) continue;
    const pieces = lower.split('-').filter(Boolean).map(singular);
    const word = pieces.at(-1);
    if (word === undefined) continue;
    const modifiers = new Set([...pieces.slice(0, -1), ...modifiersBefore(tokens, at)]);
    const known = by_word.get(word);
    if (known) known.push({ start, modifiers });
    else by_word.set(word, [{ start, modifiers }]);
  }
  return { by_word, stems };
}

function modifiesNext(tokens: readonly Token[], at: number, heads: ReadonlySet<string>): boolean {
  const next = tokens[at + 1];
  if (!next?.is_word || isFunction(next.lower) || isVerbLike(next.lower)) return false;
  if (/(?:ing|[^sui]s)$/.test(next.lower) && isDeterminer(tokens[at + 2]?.lower ?? '')) return false;
  return heads.has(singular(next.lower.split('-')[0]!));
}

/** `first` and `second` of `first and second sensors`; a noun before the `and` ends the search. */
function modifiersBefore(tokens: readonly Token[], at: number): string[] {
  const modifiers: string[] = [];
  for (let back = at - 1; back >= 0 && at - back <= REACH_words; back--) {
    const { lower, is_word } = tokens[back]!;
    const joins = lower === 'and' || lower === 'or' || lower === ',' || lower === 'a' || lower === 'an';
    if (joins) {
      if (isDeterminer(lower) && !/^(?:and|or)$/.test(tokens[back - 1]?.lower ?? '')) break;
      const before = tokens[back - 1]?.lower ?? '';
      if (!DISTINGUISHING.has(before) && !/^(?:a|an|and|or|,)$/.test(before)) break;
    } else if (lower === '(') continue;
    else if (!is_word || isFunction(lower)) break;
    else modifiers.push(...lower.split('-').map(singular));
  }
  return modifiers;
}
