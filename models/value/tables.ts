/**
 * What many valuations of one day under the same models have in common, computed when it is first asked for: by filing day
 * how long the right runs and how far its annuities are off; by type of right, first annuity and covariates the hazards, and
 * the returns that they imply. One patent is valued with tables of its own, a corpus with tables that all of it shares: the
 * numbers are the same, to the last bit.
 *
 * Memory: at most MOST_TERMS entries a type of right and MOST_COURSES, some 50 MB; what is full is begun anew.
 */
import { anniversaries, CNIPA_FEES, expiresOn, patentYear } from '../annuity/cnipa.ts';
import type { Assumptions, ClassHaircuts, StandingEffects } from '../assumptions.ts';
import { addDays, addYears, daysBetween, yearsBetween } from '../calendar.ts';
import type { IntervalCalibration } from '../interval/calibration.ts';
import { centre, patentCovariates } from '../lapse/covariates.ts';
import { NOTICE_DELAY_days, NOTICE_SOONEST_days } from '../lapse/notice.ts';
import { annuityHazard, dueScore, survivalPath, unpublishedShare } from '../lapse/predict.ts';
import type { LapseModel } from '../lapse/types.ts';
import type { Quantiles } from '../quantiles.ts';
import type { CalendarDate, RightType, ValuedFacts } from '../types.ts';
import type { HedonicModel } from './formulas/hedonic.ts';
import { renewalThresholds, returnQuantiles } from './renewal.ts';
import { commonSigma, fitReturnLocation } from './renewal-fit.ts';

/** Of each type of right: the days of twenty years and more. */
const MOST_TERMS = 10_000;
const MOST_COURSES = 16_384;
/** With more of either a course is made anew each time: few patents have them, and no key is as large. */
const MOST_CLAIMS = 254;
const MOST_SYMBOLS = 31;
const RIGHTS: Readonly<Record<RightType, number>> = { invention: 0, utility_model: 1, design: 2 };
/** Above the years of any term. */
const MOST_YEARS = 32;
/** Ways in which three flags are set, each of which may be unknown. */
const FLAGS = 27;
/** Anniversary 0 is the first, on which the second patent year begins. */
const FIRST_DUE_YEAR = 2;

/**
 * A return that renewals have shown is no further above mu than this (one patent in 10^9): beyond, the lapse model is
 * wrong about the patent, and the tail would be taken where a double holds no digits.
 */
const MOST_SURPRISE_sd = 6;

/** A type of right filed on one day, as seen from the valuation day. By anniversary of the filing, to the last of the term. */
export interface Term {
  expires_on: CalendarDate;
  /** That runs on the valuation day. */
  patent_year: number;
  /** Share of that year that is left. */
  remaining_share: number;
  anniversaries: number;
  /** Those that are not after the valuation day. */
  passed: number;
  /** b^(years to it); NaN for those passed. */
  discounts: readonly number[];
  /** Share of lapses at it that are still unpublished; NaN where that does not matter. */
  unpublished: readonly number[];
  /** First anniversary at which it does; `passed` when at none. */
  first_open: number;
  /** Next day on which something changes by itself: a fee falls due, its lapse may be published or is ruled out, the end. */
  changes_on: CalendarDate;
}

/** The annuities of patents of one type, first annuity and covariates, with their hazards. */
export interface Course {
  first_year: number;
  fees: readonly number[];
  thresholds: readonly number[];
  hazards: readonly number[];
  /** Of the initial return, from predicted survival alone. */
  fitted_mu: number;
  /** By number of annuities paid or passed. */
  returns: (ShownReturn | undefined)[];
}

/** What the renewals so far say of the initial return. */
export interface ShownReturn {
  paid_threshold: number;
  mu: number;
  quantiles: Quantiles;
}

/** All that goes into a valuation but the patent and its declared use. */
export interface ValuationSetting {
  as_of: CalendarDate;
  lapse_model: LapseModel;
  /** Fitted to recorded deals; null while there are none. */
  market: HedonicModel | null;
  /** Null: the intervals are those of the models, not corrected by any value that became known. */
  calibration: IntervalCalibration | null;
  /** Without effects of its place in the cohort, that moves no value; without haircuts of classes, `haircut` is that of all. */
  assumptions: Assumptions & Partial<StandingEffects> & Partial<ClassHaircuts>;
}

export class ValuationTables {
  readonly setting: ValuationSetting;
  readonly sigma: number;
  /** (1 - d)^k */
  readonly retained: readonly number[];
  readonly #terms: Record<RightType, Map<CalendarDate, Term>> = {
    invention: new Map(),
    utility_model: new Map(),
    design: new Map(),
  };
  readonly #courses = new Map<number, Course>();

  constructor({ as_of, lapse_model, market, calibration, assumptions }: ValuationSetting) {
    this.setting = { as_of, lapse_model, market, calibration, assumptions };
    const decay = assumptions.return_decay.value;
    this.sigma = commonSigma(lapse_model, decay);
    this.retained = CNIPA_FEES.invention.fees.map((_, k) => (1 - decay) ** k);
  }

  term(right: RightType, filed_on: CalendarDate): Term {
    const terms = this.#terms[right];
    const known = terms.get(filed_on);
    if (known !== undefined) return known;
    const term = this.#makeTerm(right, filed_on);
    if (terms.size >= MOST_TERMS) terms.clear();
    terms.set(filed_on, term);
    return term;
  }

  /** @param first_due anniversary of the first annuity; as many as the term has when there is none */
  course(facts: ValuedFacts, term: Term, first_due: number): Course {
    const { claims, ipc } = facts;
    if ((claims ?? 0) > MOST_CLAIMS || ipc.length > MOST_SYMBOLS)
      return this.#makeCourse(facts, term, first_due);
    const key = courseKey(facts, term, first_due);
    const known = this.#courses.get(key);
    if (known !== undefined) return known;
    const course = this.#makeCourse(facts, term, first_due);
    if (this.#courses.size >= MOST_COURSES) this.#courses.clear();
    this.#courses.set(key, course);
    return course;
  }

  /** @param shown annuities that are passed or proven to be paid */
  shownReturn(course: Course, shown: number): ShownReturn {
    const known = course.returns[shown];
    if (known !== undefined) return known;
    const { sigma } = this;
    const paid_threshold = shown === 0 ? 0 : course.thresholds[shown - 1]!;
    const mu = Math.max(course.fitted_mu, Math.log(paid_threshold) - MOST_SURPRISE_sd * sigma);
    const shown_return = { paid_threshold, mu, quantiles: returnQuantiles(paid_threshold, { mu, sigma }) };
    course.returns[shown] = shown_return;
    return shown_return;
  }

  #makeTerm(right: RightType, filed_on: CalendarDate): Term {
    const { as_of, assumptions } = this.setting;
    const discount_factor = assumptions.renewal_discount_factor.value;
    const due_on = anniversaries(right, filed_on);
    const passed = due_on.filter((due) => due <= as_of).length;
    const patent_year = patentYear(filed_on, as_of);
    const expires_on = expiresOn(right, filed_on);
    const elapsed_days = due_on.map((due) => daysBetween(due, as_of));
    const unpublished = elapsed_days.map((elapsed) => unpublishedShare(elapsed) ?? Number.NaN);
    const open = unpublished.findIndex((share) => !Number.isNaN(share));
    return {
      expires_on,
      patent_year,
      remaining_share: yearsBetween(as_of, addYears(filed_on, patent_year)),
      anniversaries: due_on.length,
      passed,
      discounts: due_on.map((due) =>
        due > as_of ? discount_factor ** yearsBetween(as_of, due) : Number.NaN,
      ),
      unpublished,
      first_open: open < 0 ? passed : open,
      changes_on: nextChange(elapsed_days, expires_on, as_of),
    };
  }

  #makeCourse(facts: ValuedFacts, { anniversaries }: Term, first_due: number): Course {
    const { lapse_model, assumptions } = this.setting;
    const { right_type } = facts;
    const first_year = first_due + FIRST_DUE_YEAR;
    const fees = CNIPA_FEES[right_type].fees.slice(first_year - 1, anniversaries + FIRST_DUE_YEAR - 1);
    const patent = centre(patentCovariates(facts), lapse_model.imputation_means);
    const hazards = fees.map((_, k) =>
      annuityHazard(dueScore(lapse_model, right_type, first_year + k), patent, lapse_model),
    );
    const thresholds = renewalThresholds(fees, assumptions.return_decay.value);
    const fitted_mu = fitReturnLocation(survivalPath(hazards), thresholds, this.sigma);
    return { first_year, fees, thresholds, hazards, fitted_mu, returns: [] };
  }
}

/** A small whole number, for it is looked up for every patent of a corpus. */
function courseKey(
  { right_type, claims, individual_applicant, domestic_applicant, agency, ipc }: ValuedFacts,
  { anniversaries }: Term,
  first_due: number,
): number {
  const flags = flagOf(individual_applicant) * 9 + flagOf(domestic_applicant) * 3 + flagOf(agency);
  const schedule = (RIGHTS[right_type] * MOST_YEARS + anniversaries) * MOST_YEARS + first_due;
  return (
    ((schedule * FLAGS + flags) * (MOST_CLAIMS + 2) + (claims ?? -1) + 1) * (MOST_SYMBOLS + 1) + ipc.length
  );
}

function flagOf(flag: boolean | null): number {
  return flag === null ? 2 : Number(flag);
}

/** @param elapsed_days from each anniversary to the valuation day */
function nextChange(
  elapsed_days: readonly number[],
  expires_on: CalendarDate,
  as_of: CalendarDate,
): CalendarDate {
  let wait = daysBetween(as_of, expires_on);
  for (const elapsed of elapsed_days)
    for (const days of [0, NOTICE_SOONEST_days, NOTICE_DELAY_days])
      if (days > elapsed) wait = Math.min(wait, days - elapsed);
  return addDays(as_of, wait);
}
