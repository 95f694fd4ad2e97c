/** English terms that are taken up and were not introduced. */
import { type Introductions, introductionsOf } from '../introductions-en.ts';
import { DISTINGUISHING, FILLERS, isInherent, isKind, isUnique, QUANTIFIERS } from '../lexicon-en.ts';
import type { ReadClaim } from '../parse.ts';
import { type Phrase, phrasesOf } from '../phrases-en.ts';
import { hasBasis, isInherited, type Reading } from '../reading.ts';
import { stem, type Token, tokensOf } from '../words.ts';
import type { Missing } from './antecedent.ts';

/** `the shorter the period is`. */
const COMPARATIVES = new Set(
  'shorter longer higher lower greater larger smaller faster slower better more less'.split(' '),
);

/** There is one of it. */
const SUPERLATIVE =
  /^(?:highest|lowest|largest|smallest|longest|shortest|nearest|closest|farthest|earliest|latest|best|worst|greatest|most|least|maximum|minimum|maximal|minimal)$/;

/** Within so many a phrase is followed by the claim that it is of. */
const REFERENCE_characters = 45;

interface Read {
  tokens: Token[];
  phrases: Phrase[];
}

export function missingEnglish(reading: Reading): Missing[] {
  const read = new Map<ReadClaim, Read>(
    reading.claims.map((claim) => {
      const tokens = tokensOf(claim.text);
      return [claim, { tokens, phrases: phrasesOf(tokens) }];
    }),
  );
  const heads = headsOf(read.values());
  const introductions = new Map<ReadClaim, Introductions>();
  for (const [claim, { tokens, phrases }] of read)
    introductions.set(claim, introductionsOf(tokens, phrases, heads));
  return reading.claims
    .filter((claim) => hasBasis(reading, claim))
    .flatMap((claim) => {
      const { tokens, phrases } = read.get(claim)!;
      return phrases
        .filter((phrase) => phrase.is_definite && needsBasis(claim, phrase, tokens))
        .filter((phrase) => !isIntroduced(reading, claim, phrase, tokens, introductions))
        .map((phrase) => ({
          claim,
          start: tokens[phrase.at]!.start,
          end: phrase.surest_end,
          term: phrase.words.slice(0, phrase.readings.at(-1)).join(' '),
        }));
    });
}

function headsOf(read: Iterable<Read>): ReadonlySet<string> {
  const heads = new Set<string>();
  for (const { phrases } of read)
    for (const { words, is_bare } of phrases) if (!is_bare) heads.add(words.at(-1)!);
  return heads;
}

function needsBasis(claim: ReadClaim, { at, to, words }: Phrase, tokens: readonly Token[]): boolean {
  const head = words.at(-1)!;
  if (FILLERS.has(head) || QUANTIFIERS.has(head) || isUnique(head)) return false;
  const opens_dependent = claim.dependency !== null && tokens[at]!.start < claim.dependency.start;
  if (opens_dependent || head === 'claim') return false;
  if (tokens[at + 1]?.lower === 'following') return false;
  if (head.length === 1 || COMPARATIVES.has(head) || DISTINGUISHING.has(head) || /[^e]ed$/.test(head))
    return false;
  if (SUPERLATIVE.test(words[0]!)) return false;
  if (isKind(head) && tokens[at - 1]?.lower === 'of') return false;
  const next = tokens[to]?.lower ?? '';
  // `the pump of claim 1`, `the pump according to any one of the preceding claims`.
  const after = claim.text.slice(tokens[to - 1]!.end, tokens[to - 1]!.end + REFERENCE_characters);
  const to_claim = /\bclaims?\b/i.test(after);
  if (to_claim && /^(?:of|according|as|in|recited|defined|claimed|,)$/.test(next)) return false;
  return !(
    isInherent(head) &&
    /^(?:of|between|at|in|that|to|where|when|thereof|for|from|by|among|as|which)$/.test(next)
  );
}

function isIntroduced(
  reading: Reading,
  claim: ReadClaim,
  phrase: Phrase,
  tokens: readonly Token[],
  introductions: ReadonlyMap<ReadClaim, Introductions>,
): boolean {
  const limit = tokens[phrase.at]!.start;
  const known = (names: (own: Introductions, limit: number) => boolean) =>
    names(introductions.get(claim)!, limit) ||
    isInherited(reading, claim, (ancestor) => names(introductions.get(ancestor)!, Number.POSITIVE_INFINITY));
  const isSaid = (word: string) => known(({ stems }, before) => (stems.get(stem(word)) ?? before) < before);
  return phrase.readings.some((length) => isNamed(phrase.words.slice(0, length), known, isSaid));
}

type Known = (names: (own: Introductions, limit: number) => boolean) => boolean;

function isNamed(words: readonly string[], known: Known, isSaid: (word: string) => boolean): boolean {
  const head = words.at(-1)!;
  const modifiers = words.slice(0, -1);
  const telling = modifiers.filter((word) => DISTINGUISHING.has(word));
  const is_mentioned = known(({ by_word }, before) =>
    (by_word.get(head) ?? []).some(
      (mention) => mention.start < before && telling.every((word) => mention.modifiers.has(word)),
    ),
  );
  const others = modifiers.filter((word) => !DISTINGUISHING.has(word) && !isParticiple(word));
  if (is_mentioned && others.every(isSaid)) return true;
  // `the heating` after `heating the melt`; `the housing surface` after `a housing`.
  if (telling.length === 0 && isOfVerb(head) && isSaid(head) && others.every(isSaid)) return true;
  return (
    isInherent(head) &&
    modifiers.length > 0 &&
    modifiers.every((word) => isSaid(word) || DISTINGUISHING.has(word))
  );
}

function isParticiple(word: string): boolean {
  return /(?:[^e]ed|ing|en)$/.test(word) && word.length > 4;
}

function isOfVerb(word: string): boolean {
  return word.length > 6 && /(?:ing|ion|ment|ance|ence|ure|al)$/.test(word);
}
