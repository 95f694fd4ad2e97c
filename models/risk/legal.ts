/**
 * Rules about the right in law: its fees, its end, attacks on it, and the rights of others over it.
 * Source of catalogue and severities: early-warning practice of banks on patent collateral (fees past due, more than
 * three months late, lapse, invalidation, transfer or licence without consent, second pledge or seizure, remaining term
 * under 36 and 12 months). A severity that differs says why; thresholds of our own come from docs/decisions/.
 */
import { addDays, addMonths, daysBetween } from '../calendar.ts';
import type { PatentRisk } from './facts.ts';
import {
  aboutPatents,
  type Finding,
  isAlive,
  parameter,
  type Rule,
  raised,
  threshold,
  unknown,
} from './rule.ts';

function annuitiesLate(patent: PatentRisk, as_of: string, late_days: number) {
  const { unconfirmed_annuities } = patent;
  if (!isAlive(patent)) return [];
  if (unconfirmed_annuities === null) return [unknown()];
  return unconfirmed_annuities
    .filter(({ due_on }) => addDays(due_on, late_days) < as_of)
    .map((annuity) => raised({ ...annuity }, String(annuity.patent_year)));
}

/** Remaining term in whole months; the term's end is compared as a date, so that no month is half. */
function termUnder(patent: PatentRisk, as_of: string, months: number) {
  if (!isAlive(patent)) return [];
  const { expires_on } = patent;
  if (expires_on === null) return [unknown()];
  return expires_on < addMonths(as_of, months) ? [raised({ expires_on, months })] : [];
}

function entries<Entry>(
  known: readonly Entry[] | null,
  finding: (entry: Entry) => ReturnType<typeof raised>,
) {
  return known === null ? [unknown()] : known.map(finding);
}

/** A flag of a year that was raised stays until the year is settled, whatever the model says later. */
function holding({ verdict }: Pick<Finding, 'verdict'>) {
  return verdict === 'raise' ? ('hold' as const) : verdict;
}

const BASE = { version: 1, group: 'legal', essential: false, parameters: {} } as const;

export const LEGAL_RULES: readonly Rule[] = [
  {
    ...BASE,
    id: 'right_ended',
    severity: 'critical',
    event_type: 'patent.lapsed',
    title: 'The register says that the right has ended',
    requires: ['legal_state'],
    essential: true,
    evaluate: aboutPatents(({ legal_state, legal_state_since }) => {
      if (legal_state === 'in_force' || legal_state === 'pending') return [];
      const evidence = { legal_state, published_on: legal_state_since };
      return [legal_state === 'unknown' ? unknown(evidence) : raised(evidence)];
    }),
  },
  {
    ...BASE,
    id: 'right_restored',
    severity: 'info',
    event_type: 'patent.restored',
    title: 'A right that had lapsed was restored',
    requires: ['legal_state'],
    parameters: { told_days: parameter('days', 90, 1, 3650) },
    evaluate: aboutPatents((patent, { as_of }, { told_days }) => {
      const { restored_on } = patent;
      const recent = restored_on !== null && addDays(restored_on, told_days!) >= as_of;
      return isAlive(patent) && recent ? [raised({ restored_on }, restored_on)] : [];
    }),
  },
  {
    ...BASE,
    id: 'annuity_due',
    severity: 'info',
    event_type: 'patent.fee.due',
    title: 'An annuity falls due soon',
    requires: ['annuity calendar of the office'],
    parameters: { notice_days: parameter('days', 30, 1, 365) },
    evaluate: aboutPatents((patent, { as_of }, { notice_days }) => {
      const { next_annuity, unconfirmed_annuities } = patent;
      if (!isAlive(patent)) return [];
      if (unconfirmed_annuities === null) return [unknown()];
      if (next_annuity === null || daysBetween(as_of, next_annuity.due_on) > notice_days!) return [];
      return [raised({ ...next_annuity }, String(next_annuity.patent_year))];
    }),
  },
  {
    ...BASE,
    id: 'annuity_overdue',
    // A warning in bank practice; the Chinese register tells of no payment, so it is a request for proof and no more.
    severity: 'info',
    event_type: 'patent.fee.unconfirmed',
    title: 'An annuity is past its due date and no payment is proven',
    requires: ['annuity calendar of the office', 'proofs of payment'],
    evaluate: aboutPatents((patent, { as_of }) => annuitiesLate(patent, as_of, 0)),
  },
  {
    ...BASE,
    id: 'annuity_late',
    // Critical in bank practice, where it is known that nobody paid. Here it adds little but false alarms to what
    // lapse_likely warns of (docs/decisions/).
    severity: 'info',
    event_type: 'patent.fee.missed',
    title: 'An annuity is months late without proof of payment, and the model holds a lapse for likely',
    requires: ['annuity calendar of the office', 'proofs of payment'],
    parameters: {
      late_days: parameter('days', 92, 0, 579),
      least_probability: parameter('probability', 0.25, 0, 1),
    },
    evaluate: aboutPatents((patent, { as_of }, { late_days, least_probability }) =>
      // Without the model's word the calendar speaks alone.
      (patent.lapse_probability ?? 1) < least_probability!
        ? annuitiesLate(patent, as_of, late_days!).map((finding) => ({
            ...finding,
            verdict: holding(finding),
          }))
        : annuitiesLate(patent, as_of, late_days!),
    ),
  },
  {
    ...BASE,
    id: 'lapse_likely',
    severity: 'warning',
    event_type: 'patent.lapse.likely',
    title: 'The model holds a lapse for likely',
    requires: ['lapse_probability'],
    parameters: {
      raise_at: parameter('probability', 0.2, 0.001, 1),
      clear_below: parameter('probability', 0.15, 0.001, 1),
    },
    // Each annuity is a decision of its own: who stays at risk is told anew once a year.
    evaluate: aboutPatents((patent, _facts, { raise_at, clear_below }) => {
      const { lapse_probability, next_annuity } = patent;
      const verdict = isAlive(patent) ? threshold(lapse_probability, raise_at!, clear_below!) : null;
      const occasion = String(next_annuity?.patent_year ?? '');
      return verdict === null ? [] : [{ occasion, verdict, evidence: { lapse_probability } }];
    }),
  },
  {
    ...BASE,
    id: 'expiry_before_maturity',
    severity: 'warning',
    event_type: 'patent.expiry.before_maturity',
    title: 'The patent’s term ends before the loan matures',
    requires: ['expires_on'],
    evaluate: aboutPatents((patent, { matures_on }) => {
      const { expires_on } = patent;
      if (!isAlive(patent)) return [];
      if (expires_on === null) return [unknown()];
      return expires_on < matures_on ? [raised({ expires_on, matures_on })] : [];
    }),
  },
  {
    ...BASE,
    id: 'term_short',
    severity: 'warning',
    event_type: 'patent.term.short',
    title: 'Less than three years of the term are left',
    requires: ['expires_on'],
    parameters: { months: parameter('months', 36, 1, 240) },
    evaluate: aboutPatents((patent, { as_of }, { months }) => termUnder(patent, as_of, months!)),
  },
  {
    ...BASE,
    id: 'term_ending',
    severity: 'critical',
    event_type: 'patent.term.ending',
    title: 'Less than a year of the term is left',
    requires: ['expires_on'],
    parameters: { months: parameter('months', 12, 1, 240) },
    evaluate: aboutPatents((patent, { as_of }, { months }) => termUnder(patent, as_of, months!)),
  },
  {
    ...BASE,
    id: 'invalidation_requested',
    severity: 'warning',
    event_type: 'patent.invalidation.filed',
    title: 'Somebody has asked for the patent to be declared invalid',
    requires: ['register entries'],
    evaluate: aboutPatents((patent) =>
      isAlive(patent)
        ? entries(patent.invalidation_requests, (entry) => raised({ ...entry }, entry.published_on))
        : [],
    ),
  },
  {
    ...BASE,
    id: 'partly_invalidated',
    severity: 'critical',
    event_type: 'patent.invalidation.decided',
    title: 'Part of the claims were declared invalid',
    requires: ['register entries'],
    evaluate: aboutPatents((patent) => {
      const { partly_invalidated } = patent;
      if (!isAlive(patent) || partly_invalidated === false) return [];
      return [partly_invalidated === null ? unknown() : raised({ legal_state: patent.legal_state })];
    }),
  },
  {
    ...BASE,
    id: 'ownership_changed',
    severity: 'critical',
    event_type: 'patent.transferred',
    title: 'The patent was transferred or licensed and the bank’s consent is not recorded',
    requires: ['register entries', 'consents of the bank'],
    evaluate: aboutPatents(({ unconsented }) =>
      entries(unconsented, (entry) => raised({ ...entry }, `${entry.kind} ${entry.published_on}`)),
    ),
  },
  {
    ...BASE,
    id: 'other_encumbrance',
    severity: 'critical',
    event_type: 'patent.encumbered',
    title: 'Another holds a pledge on the patent, or it was seized or preserved',
    requires: ['register entries'],
    evaluate: aboutPatents(({ other_encumbrances }) =>
      entries(other_encumbrances, ({ kind, number, opened_on }) =>
        raised({ kind, number, opened_on }, `${kind} ${number ?? opened_on}`),
      ),
    ),
  },
  {
    ...BASE,
    id: 'family_member_lapsed',
    severity: 'warning',
    event_type: 'patent.family.member_lapsed',
    title: 'A member of the family ended in a main market',
    requires: ['family'],
    evaluate: aboutPatents(({ family_ended }) =>
      entries(family_ended, (member) => raised({ ...member }, member.office)),
    ),
  },
];
