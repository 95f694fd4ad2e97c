/**
 * The risk rules: each reads the facts of a pledge and names the findings that stand.
 *
 * `raise` opens a flag or keeps it, `hold` only keeps one, and a flag that no finding speaks for is cleared. The gap
 * between the two thresholds is the hysteresis that keeps a value near its limit from ringing twice.
 * Source of catalogue and severities: shared practice of banks as collected in the early-warning catalogue
 * (valuation reference 7.3); thresholds without a published source are ours and named here.
 */
import { addDays, daysBetween } from '../calendar.ts';
import type { PatentRisk, PledgeRisk } from './facts.ts';

export type Severity = 'info' | 'warning' | 'critical';
export interface Finding {
  /** The patent concerned; null when it is the pledge as a whole. */
  patent_id: string | null;
  /** Tells apart findings about one patent, such as the year of an annuity; empty when there is but one. */
  occasion: string;
  /** `hold` keeps an open flag open and opens none. */
  verdict: 'raise' | 'hold';
  evidence: Record<string, number | string | null>;
}

export interface Rule {
  id: string;
  version: number;
  severity: Severity;
  /** Type of the event that a new flag sends. */
  event_type: string;
  title: string;
  evaluate(facts: PledgeRisk): Finding[];
}

/** A loan-to-value flag clears this far below its threshold. */
export const LTV_HYSTERESIS_BP = 200;
/** An annuity is announced this long before it falls due. */
export const ANNUITY_NOTICE_DAYS = 30;
/** A value drop is raised at a fall of 15 % and cleared when less than 10 % is left (bank practice, 7.2). */
export const VALUE_DROP_RAISE_BP = 1500;
export const VALUE_DROP_CLEAR_BP = 1000;
/** A lapse is likely from twice the average yearly hazard of a granted patent, and no more below one and a half. */
export const LAPSE_LIKELY_RAISE = 0.2;
export const LAPSE_LIKELY_CLEAR = 0.15;
/** A register not heard of for this long is stale. */
export const STALE_DAYS = 45;

function aboutPatents(judge: (patent: PatentRisk, facts: PledgeRisk) => Omit<Finding, 'patent_id'>[]) {
  return (facts: PledgeRisk): Finding[] =>
    facts.patents.flatMap((patent) =>
      judge(patent, facts).map((finding) => ({ patent_id: patent.patent_id, ...finding })),
    );
}

function threshold(value: number | null, raise_at: number, hold_from: number): 'raise' | 'hold' | null {
  if (value === null) return 'hold';
  return value >= raise_at ? 'raise' : value >= hold_from ? 'hold' : null;
}

function ltvFindings(facts: PledgeRisk, limit_bp: number): Finding[] {
  const { ltv_bp, mid_minor, outstanding_minor } = facts;
  const worthless = facts.value_status === 'worthless' && outstanding_minor > 0;
  const verdict = worthless ? 'raise' : threshold(ltv_bp, limit_bp, limit_bp - LTV_HYSTERESIS_BP);
  if (verdict === null) return [];
  const evidence = { ltv_bp, limit_bp, value_minor: mid_minor, outstanding_minor };
  return [{ patent_id: null, occasion: '', verdict, evidence }];
}

export const RULES: readonly Rule[] = [
  {
    id: 'right_ended',
    version: 1,
    severity: 'critical',
    event_type: 'patent.lapsed',
    title: 'The register says that the right has ended',
    evaluate: aboutPatents(({ legal_state, legal_state_since }) => {
      if (legal_state === 'in_force' || legal_state === 'pending') return [];
      const verdict = legal_state === 'unknown' ? 'hold' : 'raise';
      return [{ occasion: '', verdict, evidence: { legal_state, published_on: legal_state_since } }];
    }),
  },
  {
    id: 'ltv_breach',
    version: 1,
    severity: 'critical',
    event_type: 'pledge.ltv.breached',
    title: 'Loan-to-value is over the breach limit',
    evaluate: (facts) => ltvFindings(facts, facts.ltv_breach_bp),
  },
  {
    id: 'ltv_warning',
    version: 1,
    severity: 'warning',
    event_type: 'pledge.ltv.warning',
    title: 'Loan-to-value is over the warning limit',
    evaluate: (facts) => ltvFindings(facts, facts.ltv_warning_bp),
  },
  {
    id: 'annuity_due',
    version: 1,
    severity: 'info',
    event_type: 'patent.fee.due',
    title: 'An annuity falls due soon',
    evaluate: aboutPatents(({ legal_state, next_annuity }, { as_of }) => {
      if (legal_state !== 'in_force' || next_annuity === null) return [];
      if (daysBetween(as_of, next_annuity.due_on) > ANNUITY_NOTICE_DAYS) return [];
      return [
        { occasion: String(next_annuity.patent_year), verdict: 'raise', evidence: { ...next_annuity } },
      ];
    }),
  },
  {
    id: 'annuity_overdue',
    version: 1,
    severity: 'warning',
    event_type: 'patent.fee.unconfirmed',
    title: 'An annuity is past its due date and no payment is proven',
    evaluate: aboutPatents(({ legal_state, unconfirmed_annuities }) =>
      legal_state !== 'in_force'
        ? []
        : unconfirmed_annuities.map((annuity) => ({
            occasion: String(annuity.patent_year),
            verdict: 'raise',
            evidence: { ...annuity },
          })),
    ),
  },
  {
    id: 'lapse_likely',
    version: 1,
    severity: 'warning',
    event_type: 'patent.lapse.likely',
    title: 'The model holds a lapse for likely',
    evaluate: aboutPatents(({ legal_state, lapse_probability }) => {
      const verdict =
        legal_state === 'in_force'
          ? threshold(lapse_probability, LAPSE_LIKELY_RAISE, LAPSE_LIKELY_CLEAR)
          : null;
      return verdict === null ? [] : [{ occasion: '', verdict, evidence: { lapse_probability } }];
    }),
  },
  {
    id: 'expiry_before_maturity',
    version: 1,
    severity: 'warning',
    event_type: 'patent.expiry.before_maturity',
    title: 'The patent’s term ends before the loan matures',
    evaluate: aboutPatents(({ expires_on, legal_state }, { matures_on }) =>
      legal_state === 'in_force' && expires_on !== null && expires_on < matures_on
        ? [{ occasion: '', verdict: 'raise', evidence: { expires_on, matures_on } }]
        : [],
    ),
  },
  {
    id: 'value_drop',
    version: 1,
    severity: 'warning',
    event_type: 'pledge.value.dropped',
    title: 'The value fell since it was approved',
    evaluate: ({ mid_minor, approved_value_minor }) => {
      if (approved_value_minor === null || approved_value_minor === 0) return [];
      const drop_bp =
        mid_minor === null
          ? null
          : Math.round((10_000 * (approved_value_minor - mid_minor)) / approved_value_minor);
      const verdict = threshold(drop_bp, VALUE_DROP_RAISE_BP, VALUE_DROP_CLEAR_BP);
      const evidence = { drop_bp, value_minor: mid_minor, approved_value_minor };
      return verdict === null ? [] : [{ patent_id: null, occasion: '', verdict, evidence }];
    },
  },
  {
    id: 'data_stale',
    version: 1,
    severity: 'warning',
    event_type: 'data.source.stale',
    title: 'The register has not been heard of for too long',
    evaluate: aboutPatents(({ source_seen_on }, { as_of }) =>
      source_seen_on !== null && addDays(source_seen_on, STALE_DAYS) >= as_of
        ? []
        : [{ occasion: '', verdict: 'raise', evidence: { source_seen_on, stale_after_days: STALE_DAYS } }],
    ),
  },
];

/** The event that tells of a flag closed by its own rule. */
export const CLEARED_EVENT_TYPE = 'risk.cleared';
