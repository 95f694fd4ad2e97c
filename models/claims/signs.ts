/** Reference signs: those in brackets in the claims, and those that the list of figures names. */
import type { ReadClaim } from './parse.ts';

export interface SignUse {
  claim: ReadClaim;
  sign: string;
  /** Of the sign, in the claim's text. */
  start: number;
  end: number;
  /** What stands before the bracket: words in English, characters in Chinese. */
  lead: string;
  /** The only sign in its bracket. */
  is_alone: boolean;
}

const LEAD_characters = 40;
const BRACKET = /[（(]([^()（）]{1,60})[)）]/g;
const SIGNS_ONLY = /^\s*\d{1,4}[a-zA-Z]?['’]?(?:\s*[,，、;；和]\s*\d{1,4}[a-zA-Z]?['’]?)*\s*$/;
const SIGN = /\d{1,4}[a-zA-Z]?['’]?/g;
/** Before a number in brackets that is none of a part: steps and formulae. */
const NO_PART =
  /(?:\b(?:step|steps|formula|equation|claim|item|stage)|步骤|公式|式|权利要求|条件|[;；:：,，。.])$/i;

export function signUses(claims: readonly ReadClaim[]): SignUse[] {
  return claims.flatMap((claim) =>
    Array.from(claim.text.matchAll(BRACKET)).flatMap((match) => {
      const lead = claim.text.slice(Math.max(0, match.index - LEAD_characters), match.index).trimEnd();
      if (!SIGNS_ONLY.test(match[1]!) || !/[\p{L}\d]$/u.test(lead) || NO_PART.test(lead)) return [];
      const signs = [...match[1]!.matchAll(SIGN)];
      return signs.map((sign) => {
        const start = match.index + 1 + sign.index;
        return {
          claim,
          sign: sign[0],
          start,
          end: start + sign[0].length,
          lead,
          is_alone: signs.length === 1,
        };
      });
    }),
  );
}

const LISTED_FIRST =
  /(?:^|[;；,，。.：:\n、\s])(\d{1,4}[a-zA-Z]?['’]?)\s*[-—–、.:：]?\s*([\p{Script=Han}A-Za-z][\p{Script=Han}A-Za-z -]{0,40})/gu;
/** A figure's own number is no sign. */
const OWN_NUMBER = /(?:fig(?:ure|s|ures)?\.?|图)\s*\d{1,3}[a-zA-Z]?(?:\s*[-–至到,、]\s*\d{1,3}[a-zA-Z]?)*/gi;

export interface ListedSign {
  sign: string;
  name: string;
  /** Of the sign, in the list. */
  start: number;
}

/** The signs that a list of figures names: `10 housing; 11 rotor`, `10-壳体，11-转子`. */
export function listedSigns(figures: string): ListedSign[] {
  const without = figures.replace(OWN_NUMBER, (own) => ' '.repeat(own.length));
  return Array.from(without.matchAll(LISTED_FIRST), (match) => {
    const [all, sign, name] = match;
    return { sign: sign!, name: name!.trim(), start: match.index + all.indexOf(sign!) };
  });
}

export function signNames(figures: string): Map<string, string> {
  return new Map(listedSigns(figures).map(({ sign, name }) => [sign, name]));
}

/** Whether a sign stands anywhere in a text. */
export function signsIn(text: string): Set<string> {
  return new Set(text.replace(OWN_NUMBER, ' ').match(/\d{1,4}[a-zA-Z]?['’]?/g) ?? []);
}

/** Whether two names, each read from its end, may be of one thing: 壳体 and 泵壳体, `the outer housing` and `housing`. */
export function isSameName(one: string, other: string): boolean {
  if (/[a-z]$/i.test(one) && /[a-z]$/i.test(other)) return lastWord(one) === lastWord(other);
  const [a, b] = [one.at(-1), other.at(-1)];
  return a === b;
}

function lastWord(name: string): string {
  return (/[a-z]+$/i.exec(name)?.[0] ?? '').toLowerCase().replace(/(?<=[^s])s$/, '');
}
