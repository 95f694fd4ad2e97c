/**
 * Antecedent basis: what a claim takes up with `the`, `said`, 所述 or 该 it or a claim before it has introduced, on every
 * way on which it depends. A thing is told of once in a claim and those that depend on it.
 * Source: clarity of claims, EPC article 84, PCT article 6, article 26(4) of the Chinese Patent Law.
 */
import type { ReadClaim } from '../parse.ts';
import { isInherited, type Reading } from '../reading.ts';
import { type ClaimRule, inClaim, type Raised } from '../rule.ts';
import { missingEnglish } from './antecedent-en.ts';
import { missingChinese } from './antecedent-zh.ts';

export interface Missing {
  claim: ReadClaim;
  /** In the claim's text. */
  start: number;
  end: number;
  term: string;
}

export const ANTECEDENT: ClaimRule = {
  code: 'antecedent_missing',
  severity: 'error',
  message: 'Claim {claim} takes up “{term}”, which nothing before it introduces.',
  remedy:
    'Introduce it first (“a …”, 一个…), name the claim that introduces it, or use the words of its introduction.',
  check(reading) {
    const missing = reading.application.language === 'en' ? missingEnglish(reading) : missingChinese(reading);
    return toldOnce(reading, missing);
  },
};

function toldOnce(reading: Reading, missing: readonly Missing[]): Raised[] {
  const told = new Map<string, Set<ReadClaim>>();
  return missing.flatMap(({ claim, start, end, term }) => {
    const tellers = told.get(term);
    const is_told =
      tellers !== undefined &&
      (tellers.has(claim) || isInherited(reading, claim, (ancestor) => tellers.has(ancestor)));
    if (is_told) return [];
    if (tellers) tellers.add(claim);
    else told.set(term, new Set([claim]));
    return [inClaim(claim, start, end, { term })];
  });
}
