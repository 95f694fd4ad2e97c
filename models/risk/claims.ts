/**
 * A rule about the text of the claims: what they say of how the right would stand an attack (models/claims/fragility.ts).
 * The threshold is ours and was not measured on attacks, so the rule informs and moves no status.
 */
import { aboutPatents, isAlive, parameter, type Rule, threshold, unknown } from './rule.ts';

export const CLAIM_RULES: readonly Rule[] = [
  {
    id: 'claims_fragile',
    version: 1,
    group: 'legal',
    severity: 'info',
    event_type: 'patent.claims.fragile',
    title: 'The claims are broad, unclear or without fall-back: an attack may succeed',
    requires: ['text of the claims'],
    essential: false,
    parameters: {
      raise_at: parameter('score', 0.6, 0.01, 1),
      clear_below: parameter('score', 0.5, 0, 1),
    },
    evaluate: aboutPatents((patent, _facts, { raise_at, clear_below }) => {
      if (!isAlive(patent)) return [];
      if (patent.claims === null) return [unknown()];
      const { reasons, ...figures } = patent.claims;
      const verdict = threshold(figures.fragility, raise_at!, clear_below!);
      const evidence = { ...figures, reasons: reasons.join(', ') };
      return verdict === null ? [] : [{ occasion: '', verdict, evidence }];
    }),
  },
];
