/** Reads the claims of a text: numbers, dependencies, subjects, the two parts and the features of each. */
import { featuresOf } from './features.ts';
import { type ClaimReference, referencesIn } from './references.ts';
import { type RawClaim, splitClaims } from './split.ts';
import { type Subject, subjectOf } from './subject.ts';
import type { ClaimLanguage, ParsedClaim } from './types.ts';

/** A claim as the rules read it. */
export interface ReadClaim extends ParsedClaim {
  is_numbered: boolean;
  references: ClaimReference[];
  /** The reference by which it depends; null for an independent claim. */
  dependency: ClaimReference | null;
}

const CHARACTERISING =
  /(?:(?:which\s+is\s+|is\s+|being\s+)?characteri[sz]ed\s+(?:in\s+that|by)|the\s+improvement\s+(?:comprising|wherein)|其?特征(?:在于|是|为))[\s,，:：]*/i;
const TRANSITION = {
  en: /\b(?:comprising|comprises?|consisting(?:\s+essentially)?\s+of|including|includes|wherein|having|containing|in\s+which|whereby)\b[\s,:]*/i,
  zh: /(?:包括|包含|由|具有|其中|含有|步骤如下|所述)[以下步骤有]*[\s，：:]*/,
};

export function parseClaims(text: string, language: ClaimLanguage): ParsedClaim[] {
  return readClaims(text, language).map(
    ({ is_numbered: _, references: __, dependency: ___, ...claim }) => claim,
  );
}

/** @throws FormulaFailure `too_long`, `too_many` */
export function readClaims(text: string, language: ClaimLanguage): ReadClaim[] {
  const raw = splitClaims(text, language);
  const numbers = raw.map(({ number }) => number);
  const subjects = new Map<number, Subject>();
  return raw.map((claim, index) => {
    const body = text.slice(claim.start, claim.end);
    const references = referencesIn(body, language, numbers.slice(0, index));
    const subject = subjectOf(body, language, references, (number) => subjects.get(number));
    if (!subjects.has(claim.number)) subjects.set(claim.number, subject);
    return readClaim(claim, body, language, references, subject);
  });
}

function readClaim(
  { number, is_numbered, start, end }: RawClaim,
  text: string,
  language: ClaimLanguage,
  references: ClaimReference[],
  { category, subject, dependency }: Subject,
): ReadClaim {
  const { preamble, characterising } = partsOf(text, language, dependency);
  const base = { number, is_numbered, start, end, text, category, subject, preamble, characterising };
  return {
    ...base,
    references,
    dependency,
    depends_on: dependency ? [...dependency.numbers] : [],
    refers_to: [...new Set(references.flatMap(({ numbers }) => numbers))],
    features: featuresOf({ text, start, preamble }),
  };
}

function partsOf(text: string, language: ClaimLanguage, dependency: ClaimReference | null) {
  const match = CHARACTERISING.exec(text);
  if (match !== null) {
    const from = match.index + match[0].length;
    return { preamble: text.slice(0, from), characterising: text.slice(from) };
  }
  // In a dependent claim the words of the reference are no transition.
  const from = dependency?.end ?? 0;
  const transition = TRANSITION[language].exec(text.slice(from));
  const end = transition ? from + transition.index + transition[0].length : text.length;
  return { preamble: text.slice(0, end), characterising: null };
}
