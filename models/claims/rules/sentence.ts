/** A claim is one sentence: it ends with a full stop and has none before. Source: practice of all offices. */
import type { ReadClaim } from '../parse.ts';
import { type ClaimRule, inClaim, type Raised } from '../rule.ts';
import type { ClaimLanguage } from '../types.ts';

/** After these a point is no end. */
const ABBREVIATIONS = new Set([
  ...[
    'fig',
    'figs',
    'no',
    'nos',
    'approx',
    'ca',
    'cf',
    'wt',
    'vol',
    'mol',
    'min',
    'max',
    'temp',
    'e.g',
    'i.e',
    'resp',
  ],
  ...[
    'al',
    'vs',
    'dr',
    'sp',
    'spp',
    'subsp',
    'var',
    'st',
    'op',
    'ref',
    'seq',
    'eq',
    'dia',
    'u.s',
    'etc',
    'inc',
    'ltd',
  ],
]);
const STOP = { en: /\.(?=\s+["“(]?[A-Z])/g, zh: /。/g };
const LEAD_characters = 12;
const END = { en: /\.["”’)]?$/, zh: /[。．.]["”’)）]?$/ };

function innerStops(claim: ReadClaim, language: ClaimLanguage): number[] {
  return Array.from(claim.text.matchAll(STOP[language]), ({ index }) => index).filter(
    (index) =>
      index < claim.text.length - 1 &&
      !isAbbreviation(claim.text.slice(Math.max(0, index - LEAD_characters), index)),
  );
}

function isAbbreviation(lead: string): boolean {
  const word = /[A-Za-z.]+$/.exec(lead)?.[0] ?? '';
  // An initial, as of a genus.
  return /^[A-Za-z]$/.test(word) || ABBREVIATIONS.has(word.toLowerCase());
}

export const ONE_SENTENCE: ClaimRule = {
  code: 'one_sentence',
  severity: 'error',
  message: 'Claim {claim} is more than one sentence.',
  remedy: 'Join the sentences by semicolons or commas, or make a claim of each.',
  check: ({ claims, application: { language } }) =>
    claims.flatMap((claim): Raised[] =>
      innerStops(claim, language)
        .slice(0, 1)
        .map((stop) => inClaim(claim, Math.max(0, stop - 2 * LEAD_characters), stop + 1)),
    ),
};

export const END_MARK: ClaimRule = {
  code: 'end_mark',
  severity: 'error',
  message: 'Claim {claim} does not end with a full stop.',
  remedy: 'End the claim with a full stop.',
  check: ({ claims, application: { language } }) =>
    claims
      .filter(({ text }) => text !== '' && !END[language].test(text.slice(-LEAD_characters)))
      .map((claim) => inClaim(claim, Math.max(0, claim.text.length - LEAD_characters), claim.text.length)),
};
