/**
 * What a claim is for: a dependent claim is for the same as the one that it narrows, and adds something to it.
 * Source: EPC rule 43(4), PCT rule 6.4; the Chinese rules on dependent claims, on the category that the title of a claim
 * must show, and on what utility models protect.
 */
import type { ReadClaim } from '../parse.ts';
import type { Reading } from '../reading.ts';
import { type ClaimRule, inClaim, ofClaim } from '../rule.ts';
import { singular } from '../words.ts';

/** The claim that a dependent one narrows, where there is one. */
function narrowed(claim: ReadClaim, { by_number }: Reading): ReadClaim | undefined {
  const first = by_number.get(claim.depends_on[0] ?? 0);
  return first === claim ? undefined : first;
}

export const CATEGORY: ClaimRule = {
  code: 'category_mismatch',
  severity: 'error',
  message: 'Claim {claim} is for a {category}, claim {reference} for a {other}.',
  remedy: 'Claim the same subject as the claim that it narrows, or write an independent claim that names it.',
  check: (reading) =>
    reading.claims.flatMap((claim) => {
      const other = narrowed(claim, reading);
      if (!other || other.category === claim.category || claim.subject === '') return [];
      const values = { category: claim.category, other: other.category, reference: other.number };
      return [ofClaim(claim, values)];
    }),
};

export const SUBJECT: ClaimRule = {
  code: 'subject_mismatch',
  severity: 'warning',
  message: 'Claim {claim} is for “{subject}”, claim {reference} for “{other}”.',
  remedy: 'Use the subject of the claim that it narrows, in the same words.',
  check: (reading) =>
    reading.claims.flatMap((claim) => {
      const other = narrowed(claim, reading);
      if (!other || other.category !== claim.category || claim.subject === '' || other.subject === '')
        return [];
      if (isSameSubject(claim.subject, other.subject)) return [];
      return [ofClaim(claim, { subject: claim.subject, other: other.subject, reference: other.number })];
    }),
};

/** By the last word of the shorter one: 水泵 and 离心水泵, `pump` and `centrifugal pump` are the same. */
function isSameSubject(one: string, other: string): boolean {
  const [a, b] = [headOf(one), headOf(other)];
  return a.endsWith(b) || b.endsWith(a);
}

function headOf(subject: string): string {
  if (/^[a-z]/i.test(subject)) return singular(subject.split(' ').at(-1)!);
  return subject.split('的').at(-1)!.replace(/\s+/g, '');
}

export const UNCLEAR: ClaimRule = {
  code: 'category_unclear',
  severity: 'error',
  message: 'Claim {claim} does not say whether it is for a product or for a method: “{subject}”.',
  remedy: 'Claim a product, a method or a use; where there are two, make a claim of each.',
  check: ({ claims }) =>
    claims
      .filter(({ depends_on, subject, text }) => depends_on.length === 0 && isUnclear(subject, text))
      .map((claim) => ofClaim(claim, { subject: claim.subject })),
};

const NO_CATEGORY =
  /(?:技术|方案|设计|改进|构思|思路|理念)$|\b(?:technology|improvement|idea|concept|know-how)$/i;
const PRODUCT_AND_METHOD =
  /(?:及其|以及其|和其|与其|(?:装置|系统|设备|产品|组合物|材料)(?:及|和|与|以及))[^的]*(?:方法|工艺)$/;
const APPARATUS_AND_METHOD =
  /^(?:an?\s+)?(?:[a-z-]+\s+){0,4}[a-z-]+\s+and\s+(?:an?\s+|its\s+)?(?:method|process)\b/i;

function isUnclear(subject: string, text: string): boolean {
  return (
    NO_CATEGORY.test(subject) ||
    PRODUCT_AND_METHOD.test(subject) ||
    APPARATUS_AND_METHOD.test(text.slice(0, 120))
  );
}

export const UTILITY_MODEL: ClaimRule = {
  code: 'utility_model_method',
  severity: 'error',
  message: 'Claim {claim} is for a {category}, which a utility model does not protect.',
  remedy: 'Claim the shape or structure of a product, or file for an invention.',
  check: ({ claims, application }) =>
    application.right_type === 'utility_model'
      ? claims
          .filter(({ category, text }) => category !== 'product' && text !== '')
          .map((claim) => ofClaim(claim, { category: claim.category }))
      : [],
};

/** What is left of a claim that says no more than which claim it narrows, in characters. */
const LEAST = { en: 6, zh: 2 };

export const NO_LIMITATION: ClaimRule = {
  code: 'no_limitation',
  severity: 'error',
  message: 'Claim {claim} adds nothing to claim {reference}.',
  remedy: 'Say what it adds, or take it out.',
  check: ({ claims, application: { language } }) =>
    claims.flatMap((claim) => {
      const { dependency, text, depends_on } = claim;
      if (dependency === null) return [];
      const rest = text.slice(dependency.end).replace(/^\s*(?:中?任[一意何]?一?项?)?(?:所述的?)?/, '');
      const mark = rest.search(/[，,；;：:。]/);
      const after = language === 'en' ? rest : mark === -1 ? '' : rest.slice(mark);
      const said = after
        .replace(/其?特征(?:在于|是|为)|characteri[sz]ed (?:in that|by)|wherein/gi, '')
        .replace(/[^\p{L}]/gu, '');
      if (said.length >= LEAST[language]) return [];
      return [inClaim(claim, 0, text.length, { reference: depends_on[0] ?? 0 })];
    }),
};
