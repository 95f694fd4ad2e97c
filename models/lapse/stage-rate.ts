/**
 * Lapse hazard by patent year alone, with a small-sample prior: the plain model that any other has to beat.
 *
 *   h_k = (e_k + m h0) / (n_k + m)
 * n_k annuities of patent year k observed, e_k of them left unpaid. h0 is the mean of the prior's constant in prior.ts
 * and m = 1 / (s^2 h0 (1 - h0)) the due dates that its spread s on the logit scale is worth (delta method), so that
 * both models set out from the same knowledge and differ in the covariates alone. A year never observed has h0.
 * Lapse within twelve months: P(in force | no notice) h_k at the one due date in (as_of, as_of + 12 months], else 0,
 * with P(in force) by Bayes as in predict.ts.
 * Source: Beta-binomial posterior mean (Gelman et al., Bayesian Data Analysis, ch. 2 [M]).
 * Units: hazards are probabilities a due date. Domain: as person-periods.ts.
 * Errors: `trained_to_invalid`, `no_rows`, or the first fault of the histories where no sound one is left.
 * Worked: h0 = .058, m = 73.21; 12 of 100 unpaid: (12 + 4.246) / 173.21 = .09379.
 */
import { annuities } from '../annuity/cnipa.ts';
import { addYears, daysBetween, isCalendarDate } from '../calendar.ts';
import { FormulaFailure } from '../failure.ts';
import type { CalendarDate, PatentFacts } from '../types.ts';
import { logistic } from './logit.ts';
import { NOTICE_DELAY_days, publishedShare } from './notice.ts';
import { type PersonPeriods, personPeriods } from './person-periods.ts';
import { LAPSE_PRIOR } from './prior.ts';
import type { LapseHistory } from './types.ts';

export const STAGE_RATE_MODEL = 'lapse-stage-rate/1';

const [CONSTANT] = LAPSE_PRIOR;
const PRIOR_HAZARD = logistic(CONSTANT!.mean);
const PRIOR_DUE_DATES = 1 / (CONSTANT!.sd ** 2 * PRIOR_HAZARD * (1 - PRIOR_HAZARD));

export interface StageRate {
  patent_year: number;
  /** Annuities observed. */
  due: number;
  /** Of these, left unpaid. */
  unpaid: number;
  hazard: number;
}

/** A fitted model: JSON all through. */
export interface StageRateModel {
  version: string;
  trained_to: CalendarDate;
  /** Hazard of a patent year without an observation. */
  prior_hazard: number;
  /** Due dates that the prior is worth. */
  prior_due_dates: number;
  /** In order of patent year. */
  rates: StageRate[];
  /** Annuity due dates seen. */
  rows: number;
  events: number;
  patents: number;
  /** Histories left out for a fault in them. */
  excluded: number;
}

export function stageHazard(due: number, unpaid: number): number {
  return (unpaid + PRIOR_DUE_DATES * PRIOR_HAZARD) / (due + PRIOR_DUE_DATES);
}

/** Fits the model on what was public on `trained_to`. */
export function fitStageRate(histories: readonly LapseHistory[], trained_to: CalendarDate): StageRateModel {
  if (!isCalendarDate(trained_to))
    throw new FormulaFailure(
      'trained_to_invalid',
      `trained_to '${trained_to}' is not a date; give YYYY-MM-DD.`,
    );
  const { periods, faults } = personPeriods(histories, trained_to);
  if (periods.length === 0)
    throw new FormulaFailure(
      faults[0]?.code ?? 'no_rows',
      faults[0]?.message ??
        `no annuity due date was observable by ${trained_to}; train later or on more patents.`,
    );
  const rates = ratesOf(periods);
  return {
    version: STAGE_RATE_MODEL,
    trained_to,
    prior_hazard: PRIOR_HAZARD,
    prior_due_dates: PRIOR_DUE_DATES,
    rates,
    rows: rates.reduce((sum, rate) => sum + rate.due, 0),
    events: rates.reduce((sum, rate) => sum + rate.unpaid, 0),
    patents: periods.length,
    excluded: faults.length,
  };
}

function ratesOf(periods: readonly PersonPeriods[]): StageRate[] {
  const due = new Map<number, number>();
  const unpaid = new Map<number, number>();
  for (const { patent_years, lapsed } of periods) {
    for (const year of patent_years) due.set(year, (due.get(year) ?? 0) + 1);
    const last = patent_years.at(-1)!;
    if (lapsed) unpaid.set(last, (unpaid.get(last) ?? 0) + 1);
  }
  return [...due]
    .sort(([a], [b]) => a - b)
    .map(([patent_year, n]) => {
      const e = unpaid.get(patent_year) ?? 0;
      return { patent_year, due: n, unpaid: e, hazard: stageHazard(n, e) };
    });
}

/** Chance that an annuity falls due within twelve months and stays unpaid; `granted_on` on or before `as_of`. */
export function stageRateLapse(
  model: StageRateModel,
  facts: PatentFacts,
  granted_on: CalendarDate,
  as_of: CalendarDate,
): number {
  const hazardOf = (year: number) =>
    model.rates.find(({ patent_year }) => patent_year === year)?.hazard ?? model.prior_hazard;
  const due = annuities(facts.right_type, facts.filed_on, granted_on).filter(
    ({ patent_year }) => patent_year > (facts.paid_through ?? 0),
  );
  let alive = 1;
  let hidden = 0;
  for (const { patent_year, due_on } of due) {
    const elapsed = daysBetween(due_on, as_of);
    if (elapsed < 0 || elapsed >= NOTICE_DELAY_days) continue;
    const unpaid = alive * hazardOf(patent_year);
    hidden += unpaid * (1 - publishedShare(elapsed));
    alive -= unpaid;
  }
  const year_end = addYears(as_of, 1);
  const next = due.find(({ due_on }) => due_on > as_of && due_on <= year_end);
  return next === undefined ? 0 : (alive / (alive + hidden)) * hazardOf(next.patent_year);
}
