/**
 * Support: what the claims name, the description names too. By words, not by meaning: a synonym counts as another thing.
 * Source: EPC article 84, PCT article 6, article 26(4) of the Chinese Patent Law.
 */
import { DISTINGUISHING, FILLERS, isInherent, isUnique, isVerbLike, QUANTIFIERS } from '../lexicon-en.ts';
import { DISTINGUISHING_ZH, isUniqueZh } from '../lexicon-zh.ts';
import type { ReadClaim } from '../parse.ts';
import { phrasesOf } from '../phrases-en.ts';
import { type ClaimRule, inClaim, type Raised } from '../rule.ts';
import { namedIn, takenUpIn } from '../terms-zh.ts';
import { stem, tokensOf } from '../words.ts';

/** Words of claims rather than of what is claimed. */
const OF_CLAIMS = new Set([
  'claim',
  'method',
  'process',
  'step',
  'use',
  'apparatus',
  'device',
  'system',
  'invention',
  'plurality',
]);
const LEAST_characters = 3;

export const SUPPORT: ClaimRule = {
  code: 'term_unsupported',
  severity: 'warning',
  message: 'Claim {claim} names “{term}”, which the description does not.',
  remedy: 'Describe it, in the same words, in the description as filed; or take it out of the claim.',
  check({ claims, application: { language, description } }) {
    if (description === undefined || description.trim() === '') return [];
    const unsupported = language === 'en' ? unsupportedEnglish(description) : unsupportedChinese(description);
    const told = new Set<string>();
    return claims.flatMap((claim) =>
      unsupported(claim).filter(({ values }) => {
        const term = String(values!.term);
        return !told.has(term) && told.add(term);
      }),
    );
  },
};

function unsupportedEnglish(description: string): (claim: ReadClaim) => Raised[] {
  const described = new Set(
    tokensOf(description).flatMap(({ is_word, lower }) => (is_word ? lower.split('-').map(stem) : [])),
  );
  return (claim) => {
    const tokens = tokensOf(claim.text);
    return phrasesOf(tokens).flatMap(({ from, to }) =>
      tokens.slice(from, to).flatMap(({ lower, start, end }) => {
        const pieces = lower.split('-').filter((piece) => isTelling(piece) && !described.has(stem(piece)));
        return pieces.slice(0, 1).map((term) => inClaim(claim, start, end, { term }));
      }),
    );
  };
}

function isTelling(word: string): boolean {
  const is_name = word.length >= LEAST_characters && /^[a-z]+$/.test(word);
  const says_little =
    FILLERS.has(word) || DISTINGUISHING.has(word) || QUANTIFIERS.has(word) || OF_CLAIMS.has(word);
  return is_name && !says_little && !isInherent(word) && !isUnique(word) && !isVerbLike(word);
}

function unsupportedChinese(description: string): (claim: ReadClaim) => Raised[] {
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < description.length; at++) pairs.add(description.slice(at, at + 2));
  return (claim) => {
    const taken = takenUpIn(claim).map(({ from, ends }) => ({
      term: claim.text.slice(from, ends.find((end) => end - from > 1) ?? ends.at(-1)),
      start: from,
    }));
    return [...namedIn(claim.text), ...taken]
      .map(({ term, start }) => {
        const ordinal = DISTINGUISHING_ZH.exec(term)?.[0] ?? '';
        const skipped = ordinal.startsWith('第') ? ordinal.length : 0;
        return { term: term.slice(skipped), start: start + skipped };
      })
      .filter(({ term }) => term.length > 1 && !isUniqueZh(term) && !isCovered(term, pairs))
      .map(({ term, start }) => inClaim(claim, start, start + term.length, { term }));
  };
}

/** Each character is beside one that it stands beside in the description too. */
function isCovered(term: string, pairs: ReadonlySet<string>): boolean {
  return Array.from(term, (_, at) => at).every(
    (at) => pairs.has(term.slice(at, at + 2)) || (at > 0 && pairs.has(term.slice(at - 1, at + 1))),
  );
}
