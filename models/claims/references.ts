/**
 * Where a claim names other claims: `claim 1`, `any one of claims 1 to 3`, `the preceding claims`, 权利要求1至3中任一项.
 * One pass over the text; a range is read by its ends, and no longer than there may be claims.
 */
import { MAX_CLAIMS } from './limits.ts';
import type { ClaimLanguage } from './types.ts';
import { trimmedSpan } from './words.ts';

export interface ClaimReference {
  /** In the claim's text. */
  start: number;
  end: number;
  /** As written, in order, ranges filled. */
  numbers: number[];
  /** Names one of several at a time: `any one of`, `or`, 任一项. */
  is_alternative: boolean;
  /** Several are named as a range, without `any of`. */
  is_bare_range: boolean;
  /** `the preceding claims`: the numbers are those of all claims before. */
  is_all_before: boolean;
}

/** As many numbers are filled into the ranges of one claim; further ranges are read by their ends. */
const MAX_FILLED = 4 * MAX_CLAIMS;
/** How far before `claims` an `any one of` may stand, in characters. */
const LEAD_characters = 24;

const EN_START = /\bclaims?\s+(?=\d)/gi;
const ZH_START = /权利要求(?:书)?第?\s*(?=\d)/g;
const EN_ALL =
  /\b(?:(any|one|either|each|at least one)\s+(?:one\s+)?(?:or more\s+)?of\s+)?(?:the\s+)?(any\s+)?(?:of\s+the\s+)?(?:preceding|previous|foregoing|above|prior)\s+claims?\b(?!\s+\d)/gi;
const ZH_ALL =
  /(任一|任意一项|任一项|任何一项)?(?:前述|上述|前面|以上)(任一|任意一项|任一项|任何一项|各项)?(?:项)?权利要求(?:中?的?(任一项?|任意一项|任何一项|之一))?/g;

const NUMBER = /\s*(?:第)?(\d{1,4})\s*(?:项)?/y;
const EN_JOIN =
  /\s*(,\s*(?:and\/or|and|or)|,|and\/or|and|or|to|through|-|–|—|~)\s*(?:(?:any\s+one\s+of\s+|of\s+)?claims?\s+)?(?=\d)/iy;
const ZH_JOIN = /\s*([、,，]?或者?|、|,|，|和|与|及|至|到|-|–|—|~|～|－)\s*(?:权利要求)?(?=第?\d)/y;
const ZH_TAIL = /\s*(?:中|的|所述的)?\s*(?:任一|任意一|任何一|其中一|其中之一|之一|任意|一项)(?:项|个)?/y;

const RANGE = /^(?:to|through|至|到|-|–|—|~|～|－)$/i;
const OR = /or|或/i;

/** @param before numbers of the claims before, for `the preceding claims` */
export function referencesIn(
  text: string,
  language: ClaimLanguage,
  before: readonly number[],
): ClaimReference[] {
  const is_en = language === 'en';
  const named: ClaimReference[] = [];
  let left = MAX_FILLED;
  for (const match of text.matchAll(is_en ? EN_START : ZH_START)) {
    // `claim 1 or claim 2` is one reference: its second half was read with the first.
    if (match.index < (named.at(-1)?.end ?? 0)) continue;
    const reference = numbersAt(text, match.index, match.index + match[0].length, is_en, left);
    left -= reference.numbers.length;
    named.push(reference);
  }
  const all = Array.from(text.matchAll(is_en ? EN_ALL : ZH_ALL), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    numbers: [...before],
    is_alternative: match.slice(1).some(Boolean),
    is_bare_range: false,
    is_all_before: true,
  }));
  return apart([...named, ...all].sort((a, b) => a.start - b.start));
}

/** Of references that overlap the first. */
function apart(references: readonly ClaimReference[]): ClaimReference[] {
  let reached = 0;
  return references.filter(({ start, end }) => {
    const is_new = start >= reached;
    reached = Math.max(reached, end);
    return is_new;
  });
}

function numbersAt(text: string, start: number, from: number, is_en: boolean, most: number): ClaimReference {
  const join = is_en ? EN_JOIN : ZH_JOIN;
  const numbers: number[] = [];
  let at = from;
  let joined = '';
  let joins = '';
  for (;;) {
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(text);
    if (match === null) break;
    addNumber(numbers, Number(match[1]), RANGE.test(joined), most);
    at = NUMBER.lastIndex;
    join.lastIndex = at;
    const next = join.exec(text);
    if (next === null) break;
    joined = next[1]!;
    joins += ` ${joined}`;
    at = join.lastIndex;
  }
  const lead = text.slice(Math.max(0, start - LEAD_characters), start);
  ZH_TAIL.lastIndex = at;
  const tail = is_en ? null : ZH_TAIL.exec(text);
  const is_any = is_en
    ? /\b(?:any|one|either|each|some)\b[^.,;]*$/i.test(lead)
    : tail !== null || /任[一意何]/.test(lead);
  return {
    start,
    end: tail === null ? trimmedSpan(text, start, at).end : ZH_TAIL.lastIndex,
    numbers,
    is_alternative: is_any || (OR.test(joins) && !/\band\b(?!\/)|[和与及]/i.test(joins)),
    is_bare_range:
      !is_any &&
      joins
        .trim()
        .split(' ')
        .every((each) => RANGE.test(each)),
    is_all_before: false,
  };
}

function addNumber(numbers: number[], number: number, is_range: boolean, most: number): void {
  const from = numbers.at(-1);
  if (is_range && from !== undefined && number > from && numbers.length + number - from <= most)
    for (let each = from + 1; each < number; each++) numbers.push(each);
  numbers.push(number);
}
