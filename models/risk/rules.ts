/** The catalogue of risk rules. Each reads the facts of a pledge and names the findings that stand, or that facts lack. */
import { BORROWER_RULES } from './borrower.ts';
import { CLAIM_RULES } from './claims.ts';
import { DATA_RULES } from './data.ts';
import { LEGAL_RULES } from './legal.ts';
import type { Rule } from './rule.ts';
import { VALUE_RULES } from './value.ts';

/** The order decides which of several new flags is told first: what has happened before what follows from it. */
export const RULES: readonly Rule[] = [
  ...LEGAL_RULES,
  ...CLAIM_RULES,
  ...VALUE_RULES,
  ...BORROWER_RULES,
  ...DATA_RULES,
];

export const RULE_BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));

/** The event that tells of a flag closed by its own rule. */
export const CLEARED_EVENT_TYPE = 'risk.cleared';
