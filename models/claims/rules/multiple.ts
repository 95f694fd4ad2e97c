/**
 * Claims that depend on several: one of them at a time, and in China and under the PCT not on another such claim.
 * Source: PCT rule 6.4(a); the like Chinese rule on multiple dependent claims. The EPC allows chains of them.
 */
import type { ReadClaim } from '../parse.ts';
import { type ClaimRule, inClaim } from '../rule.ts';
import type { ApplicationForm } from '../types.ts';

const NO_CHAINS: readonly ApplicationForm[] = ['CN', 'PCT'];

function isMultiple({ dependency }: ReadClaim): boolean {
  return dependency !== null && new Set(dependency.numbers).size > 1;
}

export const NOT_ALTERNATIVE: ClaimRule = {
  code: 'multiple_not_alternative',
  severity: 'error',
  message: 'Claim {claim} depends on several claims at once: “{quote}”.',
  remedy: 'Name them as alternatives: “any one of claims 1 to 3”, “claim 1 or 2”, 权利要求1至3中任一项.',
  check: ({ claims, application }) =>
    claims.filter(isMultiple).flatMap((claim) => {
      const { start, end, is_alternative, is_bare_range, is_all_before } = claim.dependency!;
      if (is_alternative || is_all_before) return [];
      // Ranges without `any of` pass everywhere but in China.
      if (is_bare_range && application.language === 'en') return [];
      const raised = inClaim(claim, start, end);
      return [application.form === 'EP' ? { ...raised, severity: 'warning' as const } : raised];
    }),
};

export const ON_MULTIPLE: ClaimRule = {
  code: 'multiple_on_multiple',
  severity: 'error',
  message: 'Claim {claim} depends on several claims, and claim {reference} among them does so too.',
  remedy: 'Let it depend on one claim, or on claims that depend on one claim each.',
  check: ({ claims, application, by_number }) => {
    if (!NO_CHAINS.includes(application.form)) return [];
    return claims.filter(isMultiple).flatMap((claim) => {
      const { start, end, numbers } = claim.dependency!;
      const reference = numbers.find((number) => {
        const named = by_number.get(number);
        return named !== undefined && named !== claim && isMultiple(named);
      });
      return reference === undefined ? [] : [inClaim(claim, start, end, { reference })];
    });
  },
};
