/**
 * The baseline that knows stages alone: at each annuity the share of patents that were dropped there in training.
 *
 *   p = 1 - product of (1 - h_N) over the patent's annuities in time; h_N = dropped at patent year N / due at N.
 * In time are annuities due 426 days (the median delay of the notice) or more before the end of the five years. A
 * patent year not seen in training takes the hazard of all years together.
 * Source: life table by stage (Singer and Willett 1993). Domain: at least one annuity in the training part.
 * Errors: FormulaFailure `no_rows`; RangeError on a text that is no date (calendar.ts).
 * Worked: ten patents with three annuities, one dropped at the first: h = .1, 0, 0 and p = .1.
 */
import { annuities } from '../annuity/cnipa.ts';
import { addDays } from '../calendar.ts';
import { FormulaFailure } from '../failure.ts';
import { dueDateOfNotice } from '../lapse/notice.ts';
import { HORIZON_days } from './outcome.ts';
import type { GrantFacts, GrantHistory } from './types.ts';

export const MEDIAN_NOTICE_DELAY_days = 426;

export interface StageHazard {
  by_patent_year: Map<number, { due: number; dropped: number }>;
  /** Of all patent years together. */
  overall: number;
}

export function learnStageHazard(histories: readonly GrantHistory[]): StageHazard {
  const by_patent_year: StageHazard['by_patent_year'] = new Map();
  const all = { due: 0, dropped: 0 };
  for (const { facts, notice_on } of histories) {
    const unpaid = notice_on === null ? null : dueDateOfNotice(facts.filed_on, notice_on);
    for (const { patent_year, due_on } of annuitiesInTime(facts)) {
      const count = by_patent_year.get(patent_year) ?? { due: 0, dropped: 0 };
      by_patent_year.set(patent_year, count);
      const dropped = unpaid !== null && due_on >= unpaid;
      for (const tally of [count, all]) {
        tally.due++;
        tally.dropped += Number(dropped);
      }
      if (dropped) break;
    }
  }
  if (all.due === 0)
    throw new FormulaFailure('no_rows', '0 annuities fell due in training; give more patents.');
  return { by_patent_year, overall: all.dropped / all.due };
}

export function stageProbability({ by_patent_year, overall }: StageHazard, facts: GrantFacts): number {
  let kept = 1;
  for (const { patent_year } of annuitiesInTime(facts)) {
    const count = by_patent_year.get(patent_year);
    kept *= 1 - (count === undefined ? overall : count.dropped / count.due);
  }
  return 1 - kept;
}

/** Annuities after grant whose notice, if any, appears within the five years. */
function annuitiesInTime({ right_type, filed_on, granted_on }: GrantFacts) {
  const last = addDays(granted_on, HORIZON_days - MEDIAN_NOTICE_DELAY_days);
  return annuities(right_type, filed_on, granted_on).filter(({ due_on }) => due_on <= last);
}
