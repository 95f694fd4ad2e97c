/** Terms of Chinese claims: what 所述 takes up again, and what a text names before. No segmentation is at hand. */
import { endsOf, isBound } from './lexicon-zh.ts';
import type { ReadClaim } from './parse.ts';

export interface TakenUp {
  /** From 所述 on, in the claim's text. */
  start: number;
  /** Where the term begins. */
  from: number;
  /** Where it may end, the shortest first. */
  ends: number[];
}

const DEFINITE = /所述的?|(?<!应)该(?!等)|上述的?|前述的?/g;
/** Between 所述 and its term. */
const QUANTITY =
  /^(?:至少一个|至少一|一个或多个|一个|多个|若干个?|两个|二个|三个|四个|各个?|每个|每一个?|任一|一对|全部|所有|其他|其它|另一个?|该|相应的?|对应的?|这些)/;
const FIRST_NAMED =
  /(?:至少一[个种]?|一[种个]或多[种个]|[一两二三四多数][个种根块条片组套对只台层道排列段端]?|若干个?)(?=[\p{Script=Han}A-Za-z])/gu;
const LISTED =
  /(?:包括|包含|设有|具有|含有|装有|设置有|安装有|连接有|固定有|还有|带有|开设有|以及|和|与|、)(?:以下)?(?:[：:]\s*)?(?=[\p{Script=Han}A-Za-z])/gu;

export function takenUpIn(claim: ReadClaim): TakenUp[] {
  const { text, dependency } = claim;
  return Array.from(text.matchAll(DEFINITE), (match) => {
    const after = match.index + match[0].length;
    const quantity = QUANTITY.exec(text.slice(after, after + 8))?.[0].length ?? 0;
    const from = after + quantity;
    return { start: match.index, from, ends: endsOf(text, from) };
  }).filter(({ start, ends }) => ends.length > 0 && !isReference(text, start, dependency?.end));
}

/** 权利要求1所述的水泵 names a claim's subject, not a term. */
function isReference(text: string, start: number, end: number | undefined): boolean {
  return (
    (end !== undefined && start >= end && start - end <= 2) ||
    /权利要求[\d\s、,，或至到和-]{1,12}(?:中?任[一意何]?一?项?)?$/.test(
      text.slice(Math.max(0, start - 24), start),
    )
  );
}

/** Terms that a claim names after a quantity or in a list, each with its place. */
export function namedIn(text: string): { term: string; start: number }[] {
  return [FIRST_NAMED, LISTED].flatMap((pattern) =>
    Array.from(text.matchAll(pattern), (match) => {
      const start = match.index + match[0].length;
      const skipped = QUANTITY.exec(text.slice(start, start + 8))?.[0].length ?? 0;
      const from = start + skipped;
      const end = endsOf(text, from)[0];
      return { term: end === undefined ? '' : text.slice(from, end), start: from };
    }).filter(({ term }) => term.length > 1),
  );
}

/** How many characters of a term its places are kept by. */
const KEY_characters = 2;

/** Terms of the claims by their beginnings, to tell a term from the beginning of a longer one. */
export type Inventory = ReadonlyMap<string, readonly string[]>;

export function inventoryOf(terms: Iterable<string>): Inventory {
  const long = [...new Set(terms)].filter((term) => term.length > KEY_characters);
  return Map.groupBy(long, (term) => term.slice(0, KEY_characters));
}

/** Where a text names terms itself. */
export interface Naming {
  text: string;
  places: ReadonlyMap<string, readonly number[]>;
  /** First place of each term that was asked for; infinite where there is none. */
  known: Map<string, number>;
}

export function namingOf(text: string): Naming {
  const places = new Map<string, number[]>();
  for (let at = 0; at < text.length; at++)
    for (const key of [text[at]!, text.slice(at, at + KEY_characters)]) {
      const list = places.get(key);
      if (list) list.push(at);
      else places.set(key, [at]);
    }
  return { text, places, known: new Map() };
}

/** First place where a text names a term, not behind 所述 and not as the beginning of a longer one. */
export function firstNamed(naming: Naming, term: string, inventory: Inventory): number {
  const before = naming.known.get(term);
  if (before !== undefined) return before;
  const { text, places } = naming;
  const longer = (inventory.get(term.slice(0, KEY_characters)) ?? []).filter(
    (each) => each.length > term.length,
  );
  const first = (places.get(term.slice(0, KEY_characters)) ?? []).find(
    (at) =>
      text.startsWith(term, at) &&
      !isTakenUp(text, at) &&
      (isBound(text, at + term.length) || !longer.some((each) => text.startsWith(each, at))),
  );
  naming.known.set(term, first ?? Number.POSITIVE_INFINITY);
  return first ?? Number.POSITIVE_INFINITY;
}

function isTakenUp(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 8), at);
  return /(?:所述的?|上述的?|前述的?|(?:^|[^应])该)(?:至少一个|一个或多个|多个|两个|各个?|每个)?$/.test(
    before,
  );
}
