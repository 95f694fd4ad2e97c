/**
 * One granted Chinese invention drawn from the renewal world, with all that its owner will do.
 *
 * Filing day uniform in the span asked for; grant 500 to 2,000 days later (first annuity mostly of patent year 3 to 7,
 * that of the median Chinese patent being 5); claims lognormal around 7 (log sd .7); natural person .25, domestic .6,
 * agency .8; 1 to 5 IPC symbols. All are ours, of the size met in data/cn_patents.csv.
 * `facts` is what a register tells of a patent without a notice; the return, and what follows from it, no valuer sees.
 * Units: CNY a year, days. Domain: filed from on or before filed to. Errors: those of returnsOf.
 * Worked: an owner whose return is 1 yuan leaves the first annuity unpaid: no threshold is under 900.
 */
import { CNIPA_FEES, CNIPA_OFFICE, patentYear } from '../annuity/cnipa.ts';
import { addDays, addYears, daysBetween } from '../calendar.ts';
import type { LapseHistory } from '../lapse/types.ts';
import type { CalendarDate, PatentFacts } from '../types.ts';
import { renewalThresholds } from '../value/renewal.ts';
import { chance, type Random, standardNormal, uniform, wholeNumber } from './draws.ts';
import { firstUnpaid, noticeDay } from './owner-decisions.ts';
import { DECAY, returnsOf } from './renewal-world.ts';

const GRANT_LAG_days = [500, 2000] as const;

/** Whence the patents of a draw come. */
export interface Origin {
  technology_field: number;
  filed_from: CalendarDate;
  filed_to: CalendarDate;
}

export interface SimulatedPatent {
  facts: PatentFacts;
  granted_on: CalendarDate;
  /** Yearly return at the first annuity after grant: the truth, hidden from every model. */
  initial_return: number;
  /** Null: all annuities are paid. */
  unpaid_due_on: CalendarDate | null;
  terminated_notice_on: CalendarDate | null;
}

export function drawPatent(application_number: string, origin: Origin, random: Random): SimulatedPatent {
  const facts = drawFacts(application_number, origin, random);
  const granted_on = facts.granted_on!;
  const { mu, sigma } = returnsOf(facts);
  const initial_return = Math.exp(mu + sigma * standardNormal(random));
  const years_at_first = patentYear(facts.filed_on, granted_on);
  const fees = CNIPA_FEES.invention.fees.slice(years_at_first);
  const unpaid = firstUnpaid(initial_return, renewalThresholds(fees, DECAY));
  const unpaid_due_on = unpaid === null ? null : addYears(facts.filed_on, years_at_first + unpaid);
  const terminated_notice_on = unpaid_due_on === null ? null : noticeDay(unpaid_due_on, uniform(random));
  return { facts, granted_on, initial_return, unpaid_due_on, terminated_notice_on };
}

/** Granted, and every annuity due by then paid. */
export function inForce({ granted_on, unpaid_due_on }: SimulatedPatent, as_of: CalendarDate): boolean {
  return granted_on <= as_of && (unpaid_due_on === null || unpaid_due_on > as_of);
}

/** What the lapse model may learn from; the fit passes over what is dated after its training day. */
export function historyOf({ facts, granted_on, terminated_notice_on }: SimulatedPatent): LapseHistory {
  return { facts, granted_on, terminated_notice_on, otherwise_ended_on: null };
}

function drawFacts(application_number: string, origin: Origin, random: Random): PatentFacts {
  const { technology_field, filed_from, filed_to } = origin;
  const filed_on = addDays(filed_from, wholeNumber(0, daysBetween(filed_from, filed_to), random));
  const granted_on = addDays(filed_on, wholeNumber(...GRANT_LAG_days, random));
  return {
    office: CNIPA_OFFICE,
    application_number,
    right_type: 'invention',
    filed_on,
    granted_on,
    legal_state: 'in_force',
    legal_state_since: granted_on,
    claims: Math.max(1, Math.round(7 * Math.exp(0.7 * standardNormal(random)))),
    individual_applicant: chance(0.25, random),
    domestic_applicant: chance(0.6, random),
    agency: chance(0.8, random),
    ipc: Array<string>(wholeNumber(1, 5, random)).fill('A61K31/00'),
    technology_field,
    paid_through: null,
    challenges: [],
    register_seen_on: null,
  };
}
