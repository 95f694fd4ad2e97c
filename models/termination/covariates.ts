/**
 * Numeric covariates of a patent on the day of its grant. All are facts of the file or of the calendar; none needs a
 * day after the grant. A value not known is null, and the training mean takes its place.
 *
 * The two of the fee calendar: `share_of_patent_year` is how far the patent year had run at grant. A notice follows
 * the unpaid due date by 426 days in the median (models/lapse/notice.ts), so of the annuities after grant only those
 * with due date + 426 days <= grant + five years bring one in time: `annuities_in_time`, 3 or 4.
 * Counts of inventors, agents and priorities and the days of publication, examination and PCT entry were tried and
 * left out: inside the training part the ranking of later patents was better without.
 * Units: years of 365.25 days, counts, 0 or 1. Errors: RangeError on a text that is no date (calendar.ts).
 * Worked: filed 2001-07-02, granted 2005-05-11: 1,409 days, hence share .858 and 4 annuities in time.
 */
import { daysBetween } from '../calendar.ts';
import { HORIZON_days } from './outcome.ts';
import { MEDIAN_NOTICE_DELAY_days } from './stage-hazard.ts';
import type { GrantFacts } from './types.ts';

const YEAR_days = 365.25;
/** The table of fees charges claims from the eleventh on. */
const FREE_CLAIMS = 10;

export const COVARIATES = [
  'log1p_claims',
  'more_than_ten_claims',
  'ipc_symbols',
  'applicants',
  'company',
  'university',
  'individual',
  'domestic',
  'agency',
  'share_of_patent_year',
  'annuities_in_time',
] as const;

/** In the order of COVARIATES. */
export function covariates(facts: GrantFacts): (number | null)[] {
  const { claims, filed_on, granted_on } = facts;
  const years_to_grant = daysBetween(filed_on, granted_on) / YEAR_days;
  const share = years_to_grant - Math.floor(years_to_grant);
  return [
    claims === null ? null : Math.log1p(claims),
    claims === null ? null : Number(claims > FREE_CLAIMS),
    facts.ipc.length === 0 ? null : facts.ipc.length,
    facts.applicants,
    indicator(facts.company),
    indicator(facts.university),
    indicator(facts.individual),
    indicator(facts.domestic),
    indicator(facts.agency),
    share,
    annuitiesInTime(share),
  ];
}

function annuitiesInTime(share: number): number {
  const left_days = HORIZON_days - MEDIAN_NOTICE_DELAY_days - (1 - share) * YEAR_days;
  return Math.floor(left_days / YEAR_days) + 1;
}

function indicator(value: boolean | null): number | null {
  return value === null ? null : Number(value);
}
