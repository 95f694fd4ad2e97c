/**
 * How likely the text of a patent's claims makes it to fall, in part or whole, when somebody attacks it: 0 sturdy, 1 fragile.
 *
 *   fragility = .35 breadth + .30 unclear + .20 exposed + .15 alone
 * breadth: the shortest independent claim; 1 up to FEW_features, 0 from MANY_features on. Fewer features are anticipated
 *   by more of the prior art.
 * unclear: terms without antecedent, relative, exemplary and open ones in the independent claims, over ENOUGH_unclear.
 * exposed: fall-back positions, dependent claims under the weakest independent claim, missing to ENOUGH_fallbacks.
 * alone: 1 for one independent claim, .5 for two, 0 for more.
 * The weakest independent claim is the one with the fewest features, of equals the one with fewer dependents.
 *
 * Weights and bounds are ours: no outcome of an attack is at hand with the text of the claims, so nothing is fitted, and a
 * score is no probability. Citations and age say how often an attack comes and not how it ends, and move from day to day:
 * they are left out. Domain: claims in English or Chinese. Errors: FormulaFailure of parse.ts, `no_claims`.
 * Worked: one claim of 2 features, nothing unclear, no dependent claims: .35 + 0 + .20 + .15 = .70.
 */
import { FormulaFailure } from '../failure.ts';
import { checkApplication } from './check.ts';
import { parseClaims } from './parse.ts';
import type { ClaimLanguage, Finding, ParsedClaim } from './types.ts';

export const FRAGILITY_MODEL = 'claims/1';

const WEIGHTS = { breadth: 0.35, unclear: 0.3, exposed: 0.2, alone: 0.15 } as const;
export type FragilityReason = keyof typeof WEIGHTS;

const FEW_features = 2;
const MANY_features = 8;
const ENOUGH_unclear = 4;
const ENOUGH_fallbacks = 6;
/** The rules that are counted are the same in every form. */
const FORM = 'EP';
/** Shares of a reason from which it is named. */
const NAMED_share = 0.5;

const UNCLEAR_RULES: readonly string[] = [
  ...['antecedent_missing', 'relative_term', 'exemplary_term', 'open_list', 'category_unclear'],
];

export interface ClaimFragility {
  /** 0 to 1. */
  fragility: number;
  /** Number of the weakest independent claim, as written. */
  claim: number;
  features: number;
  /** Dependent claims that fall back from it, and the longest chain of them. */
  fallbacks: number;
  depth: number;
  independents: number;
  unclear: number;
  /** The gravest first. */
  reasons: FragilityReason[];
}

/** @throws FormulaFailure `too_long`, `too_many`, `no_claims` */
export function claimFragility(text: string, language: ClaimLanguage): ClaimFragility {
  const claims = parseClaims(text, language).filter((claim) => claim.text !== '');
  const independents = claims.filter(({ depends_on }) => depends_on.length === 0);
  const weakest = weakestOf(independents, claims);
  if (weakest === undefined)
    throw new FormulaFailure('no_claims', 'claims has no independent claim; give the whole text of them.');
  const unclear = unclearIn(checkApplication({ form: FORM, language, claims: text }), independents);
  const { claim, fallbacks, depth } = weakest;
  const features = featureCount(claim);
  const parts: Record<FragilityReason, number> = {
    breadth: share(MANY_features - features, MANY_features - FEW_features),
    unclear: share(unclear, ENOUGH_unclear),
    exposed: share(ENOUGH_fallbacks - fallbacks, ENOUGH_fallbacks),
    alone: share(3 - independents.length, 2),
  };
  const reasons = Object.keys(WEIGHTS) as FragilityReason[];
  const fragility = reasons.reduce((sum, reason) => sum + WEIGHTS[reason] * parts[reason], 0);
  return {
    fragility: Math.round(fragility * 1_000) / 1_000,
    claim: claim.number,
    features,
    fallbacks,
    depth,
    independents: independents.length,
    unclear,
    reasons: reasons
      .filter((reason) => parts[reason] >= NAMED_share)
      .sort((a, b) => WEIGHTS[b] * parts[b] - WEIGHTS[a] * parts[a]),
  };
}

interface Standing {
  claim: ParsedClaim;
  fallbacks: number;
  depth: number;
}

function weakestOf(
  independents: readonly ParsedClaim[],
  claims: readonly ParsedClaim[],
): Standing | undefined {
  const levels = levelsOf(claims);
  const standing = independents.map((claim): Standing => {
    const below = [...(levels.get(claim.number) ?? new Map()).values()];
    return { claim, fallbacks: below.length, depth: Math.max(0, ...below) };
  });
  return standing.sort(
    (a, b) => featureCount(a.claim) - featureCount(b.claim) || a.fallbacks - b.fallbacks,
  )[0];
}

/** Of each independent claim the claims that depend on it, each with the length of the chain to it. */
function levelsOf(claims: readonly ParsedClaim[]): Map<number, Map<number, number>> {
  const roots = new Map<number, Map<number, number>>();
  const above = new Map<number, Map<number, number>>();
  for (const { number, depends_on } of claims) {
    const own = new Map<number, number>(depends_on.length === 0 ? [[number, 0]] : []);
    for (const each of depends_on)
      for (const [root, level] of above.get(each) ?? [])
        own.set(root, Math.max(own.get(root) ?? 0, level + 1));
    above.set(number, own);
    for (const [root, level] of own) {
      if (level === 0) continue;
      const below = roots.get(root) ?? new Map<number, number>();
      roots.set(root, below.set(number, level));
    }
  }
  return roots;
}

/** A claim that marks do not part has one feature at least. */
function featureCount({ features }: ParsedClaim): number {
  return Math.max(1, features.length);
}

function unclearIn(findings: readonly Finding[], independents: readonly ParsedClaim[]): number {
  const numbers = new Set(independents.map(({ number }) => number));
  return findings.filter(
    ({ rule, claim, severity }) =>
      UNCLEAR_RULES.includes(rule) && severity !== 'info' && claim !== null && numbers.has(claim),
  ).length;
}

function share(part: number, whole: number): number {
  return Math.min(1, Math.max(0, part / whole));
}
