/**
 * Person-periods of the discrete-time hazard: one row for each annuity due date whose outcome was public on
 * `trained_to`.
 *
 * Rule: a due date is observed only when due date + NOTICE_DELAY_days <= trained_to, paid or not; a lapse whose notice
 * came early is held back like its paid neighbours, or the newest rows would hold lapses alone. The row is an
 * event when the notice (published by trained_to) speaks of it. Rows stop after the event and at any other end.
 * A notice on or after the end of the term says that the term is over and is no event.
 * Nothing dated after trained_to is read: histories granted later are passed over, later notices and ends ignored.
 * Errors: a history with a fault (`date_invalid`, `office_unsupported`, `grant_before_filing`, `notice_before_due`,
 * `covariate_invalid`) is left out and counted, so that one bad record does not hold up all values.
 * Worked: filed 2001-08-09, granted 2004-02-11, notice 2011-10-12: due dates 2004 to 2010, the last one an event.
 */
import { annuities, CNIPA_OFFICE, expiresOn } from '../annuity/cnipa.ts';
import { addDays, isCalendarDate } from '../calendar.ts';
import type { CalendarDate, Failure } from '../types.ts';
import { patentCovariates } from './covariates.ts';
import { dueDateOfNotice, NOTICE_DELAY_days } from './notice.ts';
import type { LapseHistory } from './types.ts';

export interface PersonPeriods {
  history: LapseHistory;
  /** Observed due dates by patent year, in order of time. */
  patent_years: number[];
  /** Whether the last of them was left unpaid. */
  lapsed: boolean;
}

/** Observed due dates of every sound history with at least one, and the faults of those left out. */
export function personPeriods(
  histories: readonly LapseHistory[],
  trained_to: CalendarDate,
): { periods: PersonPeriods[]; faults: Failure[] } {
  const observed_to = addDays(trained_to, -NOTICE_DELAY_days);
  const periods: PersonPeriods[] = [];
  const faults: Failure[] = [];
  for (const history of histories) {
    if (isCalendarDate(history.granted_on) && history.granted_on > trained_to) continue;
    const failure = fault(history, trained_to);
    if (failure !== null) {
      faults.push(failure);
      continue;
    }
    const period = observe(history, trained_to, observed_to);
    if (period.patent_years.length > 0) periods.push(period);
  }
  return { periods, faults };
}

function observe(history: LapseHistory, trained_to: CalendarDate, observed_to: CalendarDate): PersonPeriods {
  const { facts, granted_on, otherwise_ended_on } = history;
  const unpaid = unpaidDueDate(history, trained_to);
  const ended = otherwise_ended_on !== null && otherwise_ended_on <= trained_to ? otherwise_ended_on : null;
  const patent_years: number[] = [];
  for (const { patent_year, due_on } of annuities(facts.right_type, facts.filed_on, granted_on)) {
    if (due_on > observed_to || (ended !== null && due_on >= ended)) break;
    patent_years.push(patent_year);
    if (due_on === unpaid) return { history, patent_years, lapsed: true };
  }
  return { history, patent_years, lapsed: false };
}

/** Due date that the notice known by `trained_to` speaks of; null without one or when the term was over. */
function unpaidDueDate(history: LapseHistory, trained_to: CalendarDate): CalendarDate | null {
  const { facts, terminated_notice_on } = history;
  if (terminated_notice_on === null || terminated_notice_on > trained_to) return null;
  if (terminated_notice_on >= expiresOn(facts.right_type, facts.filed_on)) return null;
  return dueDateOfNotice(facts.filed_on, terminated_notice_on);
}

function fault(history: LapseHistory, trained_to: CalendarDate): Failure | null {
  const { facts, granted_on, terminated_notice_on, otherwise_ended_on } = history;
  const where = `history of application ${facts.office}${facts.application_number}`;
  const dates = [facts.filed_on, granted_on, terminated_notice_on, otherwise_ended_on];
  const bad = dates.find((date) => date !== null && !isCalendarDate(date));
  if (bad !== undefined) {
    return { code: 'date_invalid', message: `${where}: '${bad}' is not a date; give YYYY-MM-DD.` };
  }
  if (facts.office !== CNIPA_OFFICE) {
    return {
      code: 'office_unsupported',
      message: `${where}: annuities are known for CN alone; leave it out.`,
    };
  }
  if (granted_on < facts.filed_on) {
    return {
      code: 'grant_before_filing',
      message: `${where}: granted ${granted_on}, filed ${facts.filed_on}; mend the dates.`,
    };
  }
  const unpaid = unpaidDueDate(history, trained_to);
  if (unpaid !== null && unpaid <= granted_on) {
    return {
      code: 'notice_before_due',
      message: `${where}: notice ${terminated_notice_on} precedes any annuity after grant ${granted_on}; mend the dates.`,
    };
  }
  if (patentCovariates(facts).some((value) => value !== null && !Number.isFinite(value))) {
    return {
      code: 'covariate_invalid',
      message: `${where}: a covariate is not finite; give a number or null.`,
    };
  }
  return null;
}
