/**
 * Rules about the value: against the loan, against the approved value, and its drift over time.
 * Source: a fall of 15 % is yellow and of 25 % red in bank practice; CUSUM with h from the alarm budget, EWMA of Roberts
 * 1959 (models/drift). Thresholds at which a flag clears are ours.
 */
import { CUSUM_START, lowerCusum } from '../drift/cusum.ts';
import { EWMA_START, stepEwma } from '../drift/ewma.ts';
import type { PledgeRisk } from './facts.ts';
import {
  aboutPatents,
  type Finding,
  ofPledge,
  parameter,
  type Rule,
  raised,
  threshold,
  unknown,
} from './rule.ts';

/** Slack of the CUSUM: half of a shift of one standard deviation. */
const CUSUM_SLACK = 0.5;
const EWMA_SMOOTHING = 0.2;

function ltvFindings(facts: PledgeRisk, limit_bp: number, hysteresis_bp: number): Finding[] {
  const { ltv_bp, mid_minor, outstanding_minor } = facts;
  const evidence = { ltv_bp, limit_bp, value_minor: mid_minor, outstanding_minor };
  // What nothing is owed on is covered by any value.
  if (outstanding_minor === 0 && ltv_bp === null && facts.value_status !== 'unknown') return [];
  const worthless = facts.value_status === 'worthless';
  const verdict = worthless ? 'raise' : threshold(ltv_bp, limit_bp, limit_bp - hysteresis_bp);
  return verdict === null ? [] : [ofPledge({ occasion: '', verdict, evidence })];
}

function dropFindings(facts: PledgeRisk, raise_at_bp: number, clear_below_bp: number): Finding[] {
  const { mid_minor, approved_value_minor } = facts;
  if (approved_value_minor === null || approved_value_minor === 0) return [];
  const drop_bp =
    mid_minor === null
      ? null
      : Math.round((10_000 * (approved_value_minor - mid_minor)) / approved_value_minor);
  const verdict = threshold(drop_bp, raise_at_bp, clear_below_bp);
  const evidence = { drop_bp, value_minor: mid_minor, approved_value_minor };
  return verdict === null ? [] : [ofPledge({ occasion: '', verdict, evidence })];
}

/** The charts start again after each signal; the flag stands while the last value signals. */
function driftFinding({ value_residuals }: PledgeRisk, cusum_h: number, ewma_l: number): Finding[] {
  if (value_residuals === null) return [ofPledge(unknown())];
  const cusum = { reference_value: CUSUM_SLACK, threshold: cusum_h };
  const ewma = { smoothing: EWMA_SMOOTHING, limit_width: ewma_l };
  let sum = CUSUM_START;
  let average = EWMA_START;
  let signal: 'cusum' | 'ewma' | null = null;
  for (const residual of value_residuals) {
    const lower = lowerCusum(sum, residual, cusum);
    const moved = stepEwma(average, residual, ewma);
    const fell = moved.signal === 'fall';
    signal = lower.signal ? 'cusum' : fell ? 'ewma' : null;
    sum = lower.signal ? CUSUM_START : lower.sum;
    average = fell ? EWMA_START : moved.state;
  }
  const last = value_residuals.at(-1) ?? null;
  return signal === null
    ? []
    : [ofPledge(raised({ chart: signal, residual: last, values: value_residuals.length }))];
}

const BASE = { version: 1, group: 'value', essential: false } as const;
const HYSTERESIS = { hysteresis_bp: parameter('basis points', 200, 0, 5000) };

export const VALUE_RULES: readonly Rule[] = [
  {
    ...BASE,
    id: 'ltv_breach',
    severity: 'critical',
    event_type: 'pledge.ltv.breached',
    title: 'Loan-to-value is over the breach limit',
    requires: ['value'],
    essential: true,
    parameters: HYSTERESIS,
    evaluate: (facts, { hysteresis_bp }) => ltvFindings(facts, facts.ltv_breach_bp, hysteresis_bp!),
  },
  {
    ...BASE,
    id: 'ltv_warning',
    severity: 'warning',
    event_type: 'pledge.ltv.warning',
    title: 'Loan-to-value is over the warning limit',
    requires: ['value'],
    essential: true,
    parameters: HYSTERESIS,
    evaluate: (facts, { hysteresis_bp }) => ltvFindings(facts, facts.ltv_warning_bp, hysteresis_bp!),
  },
  {
    ...BASE,
    id: 'value_drop',
    severity: 'warning',
    event_type: 'pledge.value.dropped',
    title: 'The value fell since it was approved',
    requires: ['value', 'approved value'],
    parameters: {
      raise_at_bp: parameter('basis points', 1500, 1, 10_000),
      clear_below_bp: parameter('basis points', 1000, 0, 10_000),
    },
    evaluate: (facts, { raise_at_bp, clear_below_bp }) => dropFindings(facts, raise_at_bp!, clear_below_bp!),
  },
  {
    ...BASE,
    id: 'value_collapse',
    severity: 'critical',
    event_type: 'pledge.value.collapsed',
    title: 'The value fell by a quarter since it was approved',
    requires: ['value', 'approved value'],
    parameters: {
      raise_at_bp: parameter('basis points', 2500, 1, 10_000),
      clear_below_bp: parameter('basis points', 2000, 0, 10_000),
    },
    evaluate: (facts, { raise_at_bp, clear_below_bp }) => dropFindings(facts, raise_at_bp!, clear_below_bp!),
  },
  {
    ...BASE,
    id: 'value_drift',
    severity: 'warning',
    event_type: 'pledge.value.drifting',
    title: 'The values of late lie lower than their usual scatter explains',
    requires: ['values of at least 30 months of like pledges'],
    parameters: {
      // One false alarm in 1,000 checks each.
      cusum_threshold: parameter('standard deviations', 5.071, 0.5, 20),
      ewma_limit: parameter('standard deviations', 3.187, 0.5, 20),
    },
    evaluate: (facts, { cusum_threshold, ewma_limit }) => driftFinding(facts, cusum_threshold!, ewma_limit!),
  },
  {
    ...BASE,
    id: 'citations_fading',
    severity: 'warning',
    event_type: 'patent.citations.fading',
    title: 'Citations fall behind those of the cohort',
    requires: ['citations'],
    parameters: { fall: parameter('share a year', 0.2, 0.01, 1) },
    evaluate: aboutPatents(({ citation_slope }, _facts, { fall }) => {
      if (citation_slope === null) return [unknown()];
      return citation_slope <= -fall! ? [raised({ citation_slope })] : [];
    }),
  },
];
