/**
 * The status of a pledge, from what its rules found.
 *
 * breach: a critical finding stands. unknown: none does, but an essential rule lacks its facts, or the register is
 * stale: a breach could hide behind it. warning: a finding of severity warning stands. compliant: none of these.
 * So more findings never make a status better: compliant < warning < unknown < breach.
 * Worked: ltv_breach and a stale register: breach; a stale register alone: unknown.
 */
import type { Rule, Severity, Verdict } from './rule.ts';

/** From the best to the worst. */
export const STATUSES = ['compliant', 'warning', 'unknown', 'breach'] as const;
export type PledgeStatus = (typeof STATUSES)[number];

export interface Standing {
  rule: Pick<Rule, 'id' | 'essential'>;
  severity: Severity;
  /** `raise` for all that a flag stands for. */
  verdict: Verdict;
}

/** That it stands is itself the lack of facts. */
const SAYS_UNKNOWN = 'data_stale';

export function statusOf(standing: readonly Standing[]): PledgeStatus {
  return standing.map(statusOfOne).reduce(worse, 'compliant');
}

function statusOfOne({ rule, severity, verdict }: Standing): PledgeStatus {
  if (verdict === 'unknown') return rule.essential ? 'unknown' : 'compliant';
  if (severity === 'critical') return 'breach';
  if (rule.id === SAYS_UNKNOWN) return 'unknown';
  return severity === 'warning' ? 'warning' : 'compliant';
}

export function worse(one: PledgeStatus, other: PledgeStatus): PledgeStatus {
  return STATUSES.indexOf(one) >= STATUSES.indexOf(other) ? one : other;
}
