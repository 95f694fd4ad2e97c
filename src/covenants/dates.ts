/** Dates of pledges that somebody must keep or know: what the covenant calendar shows, as known at an instant. */
import { addMonths } from '../../models/calendar.ts';
import type { PatentRisk, PledgeRisk } from '../../models/risk/facts.ts';
import type { CalendarDate } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Transaction } from '../db/client.ts';
import { type MarginCall, openCalls } from '../pledges/margin-calls/service.ts';
import { type Pledge, patentsPledgedAt } from '../pledges/store.ts';
import { pledgeRisks } from '../risk/facts.ts';

/**
 * What falls on a date, who must act on it, and whether its rule was compared with its source: terms of annuities and rights and
 * the holidays of China are entered from memory; what a contract sets is as it was typed.
 */
export const COVENANT_KINDS = {
  annuity_due: { title: 'Annuity falls due', actor: 'firm', verified: false },
  annuity_grace_end: {
    title: 'Last day of grace for an annuity without proof of payment',
    actor: 'firm',
    verified: false,
  },
  patent_expiry: { title: 'Patent term ends', actor: null, verified: false },
  loan_maturity: { title: 'Loan matures', actor: 'firm', verified: true },
  margin_call_due: { title: 'Last day to meet a margin call', actor: 'firm', verified: false },
  revaluation: { title: 'Collateral is valued anew', actor: null, verified: true },
} as const;

export type CovenantKind = keyof typeof COVENANT_KINDS;

export interface CovenantDate {
  /** The same date of the same thing keeps its id, so that a calendar program moves it and does not double it. */
  id: string;
  on: CalendarDate;
  kind: CovenantKind;
  pledge_id: string;
  patent: { patent_id: string; office: string; application_number: string } | null;
  detail: Record<string, string | number>;
}

/** Those of the day of the instant and later, pledge by pledge. */
export async function covenantDates(
  tx: Transaction,
  pledges: readonly Pledge[],
  known_at: Date,
): Promise<CovenantDate[]> {
  const today = dateOf(known_at);
  const risks = await pledgeRisks(tx, pledges, known_at);
  const patents = await patentsPledgedAt(tx, [...risks.keys()], known_at);
  const calls = await openCalls(tx, [...risks.keys()], known_at);
  const named = new Map(patents.map((patent) => [`${patent.pledge_id} ${patent.patent_id}`, patent]));
  const dates = pledges.flatMap((pledge) => {
    const risk = risks.get(pledge.id)!;
    const own = risk.patents.flatMap((patent) => {
      const { patent_id, office, application_number } = named.get(`${pledge.id} ${patent.patent_id}`)!;
      return patentDates(patent).map((date) => ({
        ...date,
        id: `${pledge.id}-${patent_id}-${date.id}`,
        pledge_id: pledge.id,
        patent: { patent_id, office, application_number },
      }));
    });
    const own_calls = calls.filter(({ pledge_id }) => pledge_id === pledge.id);
    const whole = [...pledgeDates(risk), ...own_calls.map(callDate)].map((date) => ({
      ...date,
      id: `${pledge.id}-${date.id}`,
      pledge_id: pledge.id,
      patent: null,
    }));
    return [...own, ...whole];
  });
  return dates.filter(({ on }) => on >= today);
}

type OwnDate = Omit<CovenantDate, 'pledge_id' | 'patent'>;

function patentDates({
  legal_state,
  expires_on,
  next_annuity,
  unconfirmed_annuities,
}: PatentRisk): OwnDate[] {
  if (legal_state !== 'in_force') return [];
  const dates: OwnDate[] = (unconfirmed_annuities ?? []).map(({ patent_year, due_on, grace_until }) => ({
    id: `grace-${patent_year}`,
    on: grace_until,
    kind: 'annuity_grace_end',
    detail: { patent_year, due_on },
  }));
  if (next_annuity) {
    const { patent_year, due_on, amount_minor } = next_annuity;
    dates.push({
      id: `annuity-${patent_year}`,
      on: due_on,
      kind: 'annuity_due',
      detail: { patent_year, amount_minor },
    });
  }
  if (expires_on) dates.push({ id: 'expiry', on: expires_on, kind: 'patent_expiry', detail: {} });
  return dates;
}

function pledgeDates({ as_of, matures_on, outstanding_minor }: PledgeRisk): OwnDate[] {
  const next_month = `${addMonths(as_of, 1).slice(0, 7)}-01`;
  return [
    { id: 'maturity', on: matures_on, kind: 'loan_maturity', detail: { outstanding_minor } },
    { id: 'revaluation', on: next_month, kind: 'revaluation', detail: {} },
  ];
}

function callDate({ id, due_on, shortfall_minor }: MarginCall): OwnDate {
  return { id, on: due_on, kind: 'margin_call_due', detail: { shortfall_minor } };
}
