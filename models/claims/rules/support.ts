/**
 * Support: what the claims name, the description names too. By words, not by meaning: a synonym counts as another thing. While
 * the description is shorter than the claims it is hardly written, and what it lacks is told as `info` only.
 * Source: EPC article 84, PCT article 6, article 26(4) of the Chinese Patent Law.
 */
import {
  DISTINGUISHING,
  FILLERS,
  isFunction,
  isInherent,
  isUnique,
  isVerbLike,
  QUANTIFIERS,
} from '../lexicon-en.ts';
import { isUniqueZh, ordinalAt } from '../lexicon-zh.ts';
import type { ReadClaim } from '../parse.ts';
import { phrasesOf } from '../phrases-en.ts';
import { type ClaimRule, inClaim, type Raised } from '../rule.ts';
import { namedIn } from '../terms-zh.ts';
import { singular, stem, tokensOf } from '../words.ts';

/** Words of claims rather than of what is claimed. */
const OF_CLAIMS = new Set(
  `claim method process step use apparatus device system invention plurality seq second minute hour day mol part ppm own
  still closest median item piece`.split(/\s+/),
);
/** Words of as many letters are the same where the first of them are: extrusion and extruded. */
const LONG_characters = 7;
const SHARED_characters = 5;
const LEAST_characters = 3;
/** Before it a Chinese claim names what it is for. */
const SUBJECT_characters = 3;

export const SUPPORT: ClaimRule = {
  code: 'term_unsupported',
  severity: 'warning',
  message: 'Claim {claim} names “{term}”, which the description does not.',
  remedy: 'Describe it, in the same words, in the description as filed; or take it out of the claim.',
  check({ claims, application }) {
    const { language, description } = application;
    if (description === undefined || description.trim() === '') return [];
    const unsupported = language === 'en' ? unsupportedEnglish(description) : unsupportedChinese(description);
    const severity = description.length < application.claims.length ? 'info' : 'warning';
    const told = new Set<string>();
    return claims.flatMap((claim) =>
      unsupported(claim)
        .filter(({ values }) => {
          const term = String(values!.term);
          return !told.has(term) && told.add(term);
        })
        .map((raised) => ({ ...raised, severity })),
    );
  },
};

function unsupportedEnglish(description: string): (claim: ReadClaim) => Raised[] {
  const described = new Set(
    tokensOf(description).flatMap(({ is_word, lower }) => (is_word ? lower.split('-').map(stem) : [])),
  );
  const beginnings = new Set([...described].map((root) => root.slice(0, SHARED_characters)));
  const isDescribed = (word: string) =>
    described.has(stem(word)) ||
    (word.length >= LONG_characters && beginnings.has(word.slice(0, SHARED_characters)));
  return (claim) => {
    const tokens = tokensOf(claim.text);
    // The first phrase is what is claimed.
    return phrasesOf(tokens)
      .slice(1)
      .flatMap(({ from, to }) =>
        tokens.slice(from, to).flatMap(({ lower, start, end }) => {
          const pieces = lower
            .split('-')
            .map(singular)
            .filter((piece) => isTelling(piece) && !isDescribed(piece));
          return pieces.slice(0, 1).map((term) => inClaim(claim, start, end, { term }));
        }),
      );
  };
}

function isTelling(word: string): boolean {
  const is_name = word.length >= LEAST_characters && /^[a-z]+$/.test(word) && !isFunction(word);
  const says_little =
    FILLERS.has(word) || DISTINGUISHING.has(word) || QUANTIFIERS.has(word) || OF_CLAIMS.has(word);
  return is_name && !says_little && !isInherent(word) && !isUnique(word) && !isVerbLike(word);
}

function unsupportedChinese(description: string): (claim: ReadClaim) => Raised[] {
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < description.length; at++) pairs.add(description.slice(at, at + 2));
  return (claim) => {
    const spans = namedIn(claim.text).filter(({ start }) => start > SUBJECT_characters);
    return spans
      .map(({ term, start }) => {
        const ordinal = ordinalAt(term, 0);
        return { term: term.slice(ordinal), start: start + ordinal };
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
