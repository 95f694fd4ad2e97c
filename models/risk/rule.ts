/** What a rule is, and the few shapes that rules are made of. */
import type { PatentRisk, PledgeRisk } from './facts.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `raise` opens a flag or keeps it, `hold` only keeps one; `unknown` keeps one too and says that facts are missing. */
export type Verdict = 'raise' | 'hold' | 'unknown';

export interface Finding {
  /** The patent concerned; null when it is the pledge as a whole. */
  patent_id: string | null;
  /** Tells apart findings about one patent, such as the year of an annuity; empty when there is but one. */
  occasion: string;
  verdict: Verdict;
  evidence: Record<string, number | string | null>;
}

/** A number that a bank may set. */
export interface Parameter {
  default: number;
  least: number;
  most: number;
  unit:
    | 'days'
    | 'months'
    | 'basis points'
    | 'probability'
    | 'standard deviations'
    | 'share a year'
    | 'notches'
    | 'score';
}

export type Parameters = Readonly<Record<string, number>>;

export interface Rule {
  id: string;
  version: number;
  group: 'legal' | 'value' | 'borrower' | 'data';
  severity: Severity;
  /** Type of the event that a new flag sends. */
  event_type: string;
  title: string;
  /** Facts without which the rule answers `unknown`. */
  requires: readonly string[];
  /** Without its facts nobody can call the pledge compliant. */
  essential: boolean;
  parameters: Readonly<Record<string, Parameter>>;
  evaluate(facts: PledgeRisk, parameters: Parameters): Finding[];
}

type PatentFinding = Omit<Finding, 'patent_id'>;

export function aboutPatents(
  judge: (patent: PatentRisk, facts: PledgeRisk, parameters: Parameters) => PatentFinding[],
) {
  return (facts: PledgeRisk, parameters: Parameters): Finding[] =>
    facts.patents.flatMap((patent) =>
      judge(patent, facts, parameters).map((finding) => ({ patent_id: patent.patent_id, ...finding })),
    );
}

export function raised(evidence: Finding['evidence'], occasion = ''): PatentFinding {
  return { occasion, verdict: 'raise', evidence };
}

export function unknown(evidence: Finding['evidence'] = {}): PatentFinding {
  return { occasion: '', verdict: 'unknown', evidence };
}

export function ofPledge(finding: PatentFinding): Finding {
  return { patent_id: null, ...finding };
}

/**
 * With hysteresis: raised from one threshold on, held down to a lower one, so that a value near its limit does not ring
 * twice.
 */
export function threshold(value: number | null, raise_at: number, hold_from: number): Verdict | null {
  if (value === null) return 'unknown';
  return value >= raise_at ? 'raise' : value >= hold_from ? 'hold' : null;
}

export function parameter(unit: Parameter['unit'], value: number, least: number, most: number): Parameter {
  return { default: value, least, most, unit };
}

/** Only a right in force can still be lost. */
export function isAlive({ legal_state }: PatentRisk): boolean {
  return legal_state === 'in_force';
}
