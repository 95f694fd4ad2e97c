/**
 * Terms of Chinese claims: what 所述 takes up again, and what a text names itself. Words are not parted by blanks and no
 * segmentation is at hand, so a term is what was named before, as long as it goes.
 */
import { endsOf, isBound, ordinalAt, startsVerb } from './lexicon-zh.ts';
import type { ReadClaim } from './parse.ts';

export interface TakenUp {
  /** From 所述 on, in the claim's text. */
  start: number;
  /** Where the term begins. */
  from: number;
  /** Where it may end, the shortest first; at the last it must. */
  ends: number[];
}

const DEFINITE = /所述的?|(?<!应)该(?!等)|上述的?(?!.{0,6}权利要求)|前述的?(?!.{0,6}权利要求)/g;
const CLASSIFIER = '[个种根块条片组套对只台层道排列段枚座张面颗股圈级路]';
/** Between 所述 or a verb and its term. */
const QUANTITY = new RegExp(
  `^(?:(?:至少|不少于)?(?:[一二两三四五六七八九十多数若干]+${CLASSIFIER}|一个或多个|一种或多种|\\d+${CLASSIFIER})|至少一|各个?|每一?个?|任一|全部|所有|其[他它]|另一个?|相应的?|对应的?|这些)`,
);
const FIRST_NAMED = new RegExp(
  `(?:(?:至少)?[一二两三四五六七八九十多数若干]+${CLASSIFIER}(?:或多${CLASSIFIER})?)(?=[\\p{Script=Han}A-Za-z])|(?=第[一二三四五六七八九十\\d]+\\p{Script=Han})`,
  'gu',
);
const LISTED =
  /(?:包括|包含|设有|具有|含有|装有|设置有|安装有|连接有|固定有|还有|带有|开设有|套设有|以及|和|与|、|得到|形成)(?:以下)?(?:[：:]\s*)?(?=[\p{Script=Han}A-Za-z])/gu;
/** No term begins so. */
const NO_TERM =
  /^(?:所述|该|上述|前述|其|权利要求|步骤|利用|带有?|具有|SEQ|[与和为以从将由在对向按于使令当若被把用通根基位设不可能应并且])/;
/** After a verb. */
const DONE = '于在入出成';
const LOOK_characters = 12;

export function takenUpIn(claim: ReadClaim): TakenUp[] {
  const { text, dependency } = claim;
  return Array.from(text.matchAll(DEFINITE), (match) => {
    const after = match.index + match[0].length;
    const from = after + quantityAt(text, after);
    return { start: match.index, from, ends: endsOf(text, from) };
  }).filter(({ start, ends }) => ends.length > 0 && !isReference(text, start, dependency?.end));
}

function quantityAt(text: string, at: number): number {
  return QUANTITY.exec(text.slice(at, at + LOOK_characters))?.[0].length ?? 0;
}

/** 权利要求1所述的水泵 names a claim's subject, not a term. */
function isReference(text: string, start: number, end: number | undefined): boolean {
  const is_link = end !== undefined && start >= end && start - end <= 2;
  return (
    is_link ||
    /权利要求[\d\s、,，或至到和-]{1,12}(?:中?任[一意何]?一?项?)?$/.test(
      text.slice(Math.max(0, start - 2 * LOOK_characters), start),
    )
  );
}

/** Terms that a text names after a quantity or in a list, each with its place, cut where they may end first. */
export function namedIn(text: string): { term: string; start: number }[] {
  return [FIRST_NAMED, LISTED].flatMap((pattern) =>
    Array.from(text.matchAll(pattern), (match) => {
      const after = match.index + match[0].length;
      const start = after + quantityAt(text, after);
      const end = isTerm(text, start) ? endsOf(text, start)[0] : undefined;
      // `分散于` is what is done to a thing.
      const is_done = end !== undefined && DONE.includes(text[end] ?? '。');
      return { term: end === undefined || is_done ? '' : text.slice(start, end), start };
    }).filter(({ term }) => term.length - ordinalAt(term, 0) > 1),
  );
}

function isTerm(text: string, at: number): boolean {
  return !NO_TERM.test(text.slice(at, at + LOOK_characters)) && !startsVerb(text, at);
}

/** How many characters of a term its places are kept by. */
const KEY_characters = 2;

/** Terms of the claims. */
export interface Inventory {
  /** Named or taken up, cut where they may end first. */
  terms: ReadonlySet<string>;
  /** Those that are named, by their beginnings: tells a term from the beginning of a longer one. */
  by_key: ReadonlyMap<string, readonly string[]>;
}

export function inventoryOf(claims: readonly ReadClaim[]): Inventory {
  const named = new Set(claims.flatMap(({ text }) => namedIn(text).map(({ term }) => term)));
  const taken = claims.flatMap((claim) =>
    takenUpIn(claim).map(({ from, ends }) => claim.text.slice(from, ends[0])),
  );
  return {
    terms: new Set([...named, ...taken]),
    by_key: Map.groupBy(named, (term) => term.slice(0, KEY_characters)),
  };
}

/** Where a text names terms itself. */
export interface Naming {
  text: string;
  places: ReadonlyMap<string, readonly number[]>;
  /** First place of each beginning of a list of numbered things: 第一 of 第一和第二电极. */
  joined: ReadonlyMap<string, number>;
  /** What was asked for before. */
  known: Map<string, Named>;
}

const JOINED = /(第[一二三四五六七八九十百\d]{1,4}[^，,；;。]?)(?=[和与及或、]第)/g;

export function namingOf(text: string): Naming {
  const places = new Map<string, number[]>();
  for (let at = 0; at < text.length; at++)
    for (const key of new Set([text[at]!, text.slice(at, at + KEY_characters)])) {
      const list = places.get(key);
      if (list) list.push(at);
      else places.set(key, [at]);
    }
  const joined = new Map<string, number>();
  for (const { 1: beginning, index } of text.matchAll(JOINED))
    if (!joined.has(beginning!)) joined.set(beginning!, index);
  return { text, places, joined, known: new Map() };
}

export interface Named {
  /** First place where it stands, not behind 所述; infinite where there is none. */
  said: number;
  /** The same, where it is a term and not the beginning of a longer one. */
  named: number;
}

export function namedAt(naming: Naming, term: string, inventory: Inventory): Named {
  const before = naming.known.get(term);
  if (before !== undefined) return before;
  const { text, places } = naming;
  const key = term.slice(0, KEY_characters);
  const said = (places.get(key) ?? []).filter((at) => text.startsWith(term, at) && !isTakenUp(text, at));
  const longer = (inventory.by_key.get(key) ?? []).filter(
    (each) => each.length > term.length && each.startsWith(term),
  );
  const named = said.find(
    (at) =>
      !longer.some((each) => text.startsWith(each, at)) &&
      (isBound(text, at + term.length) || inventory.terms.has(term)),
  );
  const found = { said: said[0] ?? Number.POSITIVE_INFINITY, named: named ?? Number.POSITIVE_INFINITY };
  naming.known.set(term, found);
  return found;
}

function isTakenUp(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 8), at);
  return /(?:所述的?|上述的?|前述的?|(?:^|[^应])该)(?:至少一个|一个或多个|[一两三四多]个|各个?|每个)?$/.test(
    before,
  );
}
