/**
 * What a claim is for: its subject, the category of that, and on which claims it depends.
 *
 * A claim depends on another when it begins with the reference (`The pump of claim 1`, 根据权利要求1所述的水泵), or claims
 * the same subject as it; one that only names another (`A method of operating the pump of claim 1`) is independent.
 */
import { endsPhrase, FILLERS, isDeterminer } from './lexicon-en.ts';
import type { ClaimReference } from './references.ts';
import type { ClaimCategory, ClaimLanguage } from './types.ts';
import { singular, tokensOf } from './words.ts';

export interface Subject {
  category: ClaimCategory;
  subject: string;
  /** What it depends on; null for an independent claim. */
  dependency: ClaimReference | null;
}

/** How much of a claim is read for its subject, in characters. */
const OPENING_characters = 400;

const EN_METHOD = /^(?:method|process|procedure|technique|protocol)$/;
const TRANSITIONS = new Set([
  'comprising',
  'including',
  'having',
  'containing',
  'consisting',
  'according',
  'as',
  'of',
  'wherein',
]);
const ZH_METHOD = /(?:方法|工艺|流程|制法|步骤|算法|过程)$/;
const ZH_USE = /(?:用途|应用|使用)$/;

/** Between the subject and the claim it narrows, nothing but this. */
const EN_LINK =
  /^[\s,]*(?:(?:according|in accordance|as)\b[^.;:]{0,60}|of|in|from|under|per|defined|recited|claimed)?\s*(?:to|with|by|in|of|as|any|one|the|either)?[\s,]*$/i;

export function subjectOf(
  text: string,
  language: ClaimLanguage,
  references: readonly ClaimReference[],
  subjectOfClaim: (number: number) => Pick<Subject, 'subject' | 'category'> | undefined,
): Subject {
  const first = references.find(({ start }) => start < OPENING_characters) ?? null;
  return language === 'en' ? english(text, first, subjectOfClaim) : chinese(text, first, subjectOfClaim);
}

type Known = (number: number) => Pick<Subject, 'subject' | 'category'> | undefined;

function english(text: string, reference: ClaimReference | null, known: Known): Subject {
  const opening = text.slice(0, OPENING_characters);
  const tokens = tokensOf(opening);
  let at = 0;
  while (
    at < tokens.length &&
    (isDeterminer(tokens[at]!.lower) || /^(?:or|more|at|least|of)$/.test(tokens[at]!.lower))
  )
    at++;
  const words: string[] = [];
  let end = tokens[at]?.start ?? 0;
  for (; at < tokens.length; at++) {
    const { lower, is_word, end: word_end } = tokens[at]!;
    if (!is_word) break;
    const next = tokens[at + 1];
    const following = next?.is_word ? next.lower : '';
    // A subject is named in full before its transition: `a ski binding comprising`.
    const is_name = lower.endsWith('ing') && TRANSITIONS.has(following);
    if (words.length > 0 && !is_name && endsPhrase(lower, following)) break;
    if (words.length > 0 || !FILLERS.has(lower)) words.push(lower);
    end = word_end;
  }
  const subject = words.join(' ');
  const head = singular(words.at(-1) ?? '');
  const category = EN_METHOD.test(head) ? 'method' : head === 'use' ? 'use' : 'product';
  return { category, subject, dependency: dependsOn() ? reference : null };

  function dependsOn(): boolean {
    if (reference === null) return false;
    const between = opening.slice(end, reference.start);
    if (EN_LINK.test(between)) return true;
    if (reference.start === 0 || end === 0) return true;
    const narrowed = known(reference.numbers[0] ?? 0);
    const is_same = narrowed !== undefined && singular(narrowed.subject.split(' ').at(-1) ?? '') === head;
    return (
      is_same && !/[;:]|\b(?:comprising|including|consisting|wherein|having|containing)\b/i.test(between)
    );
  }
}

const ZH_OPENING = /^(?:一种|一类|一个|一套|一组|所述的?|该)?/;
const ZH_BEFORE_REFERENCE =
  /^(?:一种|一类)?(?:根据|按照|依据|依照|如|按|由)?(?:前述|上述|以上)?(?:任一|任意一项|任何一项)?(?:项)?的?$/;
const ZH_SUBJECT_END = /[，,；;：:。．\n]|其特征|包括|包含/;

function chinese(text: string, reference: ClaimReference | null, known: Known): Subject {
  if (reference === null || !ZH_BEFORE_REFERENCE.test(text.slice(0, reference.start).trim()))
    return { ...chineseSubject(text.replace(ZH_OPENING, '')), dependency: null };
  const rest = text
    .slice(reference.end)
    .replace(/^\s*(?:中?任[一意何]?一?项?)?(?:所述|所限定|所要求保护|所定义|所记载)?的?/, '');
  const subject = chineseSubject(rest);
  const narrowed = known(reference.numbers[0] ?? 0);
  const is_other =
    subject.subject.includes('的') && narrowed !== undefined && narrowed.category !== subject.category;
  return { ...subject, dependency: is_other ? null : reference };
}

function chineseSubject(text: string): Pick<Subject, 'subject' | 'category'> {
  const end = text.search(ZH_SUBJECT_END);
  const subject = (end === -1 ? text : text.slice(0, end)).trim().slice(0, OPENING_characters);
  const category = ZH_METHOD.test(subject) ? 'method' : ZH_USE.test(subject) ? 'use' : 'product';
  return { category, subject };
}
